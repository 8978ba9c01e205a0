// SPDX-License-Identifier: EUPL-1.2
// [screen] as the template items/screen shows it.
#pragma once
#include <boost/json.hpp>

#include <string_view>
#include <vector>

namespace items {

struct Option;

// {inbox: {…}} and so on: one member by kind, the others null. `zones`: in the order shown; a part
// that is one has its number there, from 1, as `mark` (0: none).
boost::json::object screen_view(const boost::json::object& screen,
                                const std::vector<Option>& zones);

// What each kind must hold, and may; for the checks.
struct ScreenKind {
    std::string_view name, holds;
    std::vector<std::string_view> keys;        // beside kind
    std::vector<std::string_view> entry_keys;  // of each table in `holds`; empty: no tables
};
const std::vector<ScreenKind>& screen_kinds();

}  // namespace items
