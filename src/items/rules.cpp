// SPDX-License-Identifier: EUPL-1.2
#include "items/rules.hpp"

#include <stdexcept>

namespace items {
namespace {

bool in_review(const ItemRecord& item) {
    return item.working_state == "review";
}

}  // namespace

std::string_view name_of(State state) {
    switch (state) {
        case State::draft:
            return "draft";
        case State::review:
            return "review";
        case State::published:
            return "published";
        case State::revised:
            return "revised";
        case State::retired:
            return "retired";
    }
    throw std::logic_error("a state of items without a name");
}

State state_of(const ItemRecord& item) {
    if (item.retired_at) return State::retired;
    if (in_review(item)) return State::review;
    if (!item.published_number) return State::draft;
    return item.working_number ? State::revised : State::published;
}

WhyNot why_not_edit(const ItemRecord& item) {
    if (item.retired_at) return "retired";
    return std::nullopt;
}

WhyNot why_not_ask_review(const ItemRecord& item) {
    if (item.retired_at) return "retired";
    if (item.working_state != "draft") return "no_draft";
    return std::nullopt;
}

WhyNot why_not_publish(const ItemRecord& item, std::optional<base::PersonId> author,
                       base::PersonId by) {
    if (item.retired_at) return "retired";
    if (!in_review(item)) return "not_in_review";
    if (author == by) return "own_version";
    return std::nullopt;
}

WhyNot why_not_send_back(const ItemRecord& item, std::optional<base::PersonId> author,
                         base::PersonId by) {
    return why_not_publish(item, author, by);
}

WhyNot why_not_retire(const ItemRecord& item) {
    if (item.retired_at) return "retired";
    return std::nullopt;
}

WhyNot why_not_restore(const ItemRecord& item) {
    if (!item.retired_at) return "not_retired";
    return std::nullopt;
}

base::Error refusal_of(std::string_view why_not) {
    return {why_not == "own_version" ? base::ErrorKind::forbidden : base::ErrorKind::conflict,
            "items.why_not." + std::string{why_not}};
}

}  // namespace items
