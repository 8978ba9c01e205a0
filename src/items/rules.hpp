// SPDX-License-Identifier: EUPL-1.2
// The life of an item - draft, review, published, revised, retired - and who may do what in each
// state, as pure functions.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace items {

// An item without what it says.
struct ItemRecord {
    base::ItemId id;
    std::string code;
    std::optional<std::int64_t> published_number;
    std::optional<std::int64_t> working_number;
    std::string working_state;  // "", draft, review
    std::optional<base::Time> retired_at;
    bool seeded = true;
    std::int64_t revision = 0;  // grows with each change
};

struct ItemVersion {
    std::int64_t number = 0;
    std::string text;
    std::optional<base::PersonId> author;  // nobody: a load of the bank
    base::Time created_at{};
    std::optional<base::PersonId> reviewer;
    std::optional<base::Time> reviewed_at;
    std::string comment;  // of the reviewer who sent it back
};

enum class State { draft, review, published, revised, retired };
inline constexpr std::array states{State::draft, State::review, State::published, State::revised,
                                   State::retired};
std::string_view name_of(State);
// Work on a new version is told first.
State state_of(const ItemRecord&);

// Nothing when a member of the campus team may; else the reason, a message under
// "items.why_not.". `author` wrote the working version.
using WhyNot = std::optional<std::string_view>;
WhyNot why_not_edit(const ItemRecord&);
WhyNot why_not_ask_review(const ItemRecord&);
// Another person than the author reads it before candidates do.
WhyNot why_not_publish(const ItemRecord&, std::optional<base::PersonId> author, base::PersonId by);
WhyNot why_not_send_back(const ItemRecord&, std::optional<base::PersonId> author,
                         base::PersonId by);
WhyNot why_not_retire(const ItemRecord&);
WhyNot why_not_restore(const ItemRecord&);

// The refusal for such a reason.
base::Error refusal_of(std::string_view why_not);

}  // namespace items
