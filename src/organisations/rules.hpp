// SPDX-License-Identifier: EUPL-1.2
// What a line of a file of organisations must be, as pure functions.
#pragma once
#include "organisations/organisations.hpp"

#include <functional>

namespace organisations {

struct Line {
    int number = 0;  // in the file, from 1
    std::string parent_code;
    Organisation organisation;  // without ids
};

// The lines after the header; refuses a text that is no CSV or lacks the column `code` or `name`.
base::Result<std::vector<Line>> read_lines(std::string_view text);

// Nothing when the line is right in itself.
std::optional<base::Reason> problem_of(const Line&);

// Each organisation's parent.
using Parents = std::map<base::OrganisationId, std::optional<base::OrganisationId>>;

// True when `inner` is `outer` or below it.
bool stands_below(const Parents&, base::OrganisationId inner, base::OrganisationId outer);

// How many stand above it.
int depth_of(const Parents&, base::OrganisationId);

inline constexpr int most_levels = 12;  // no administration has more, and pages must show them

}  // namespace organisations
