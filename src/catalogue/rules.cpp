// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/rules.hpp"

namespace catalogue {

std::string_view name_of(State state) {
    switch (state) {
        case State::draft:
            return "draft";
        case State::proposed:
            return "proposed";
        case State::published:
            return "published";
        case State::revised:
            return "revised";
        case State::retired:
            return "retired";
        case State::expired:
            return "expired";
    }
    return "";
}

State state_of(const OfferRecord& offer, bool expired) {
    if (offer.retired_at) return State::retired;
    if (offer.is_proposed()) return State::proposed;
    if (!offer.published_number) return State::draft;
    if (offer.is_draft()) return State::revised;
    return expired ? State::expired : State::published;
}

WhyNot why_not_edit(const OfferRecord& offer, const Actor& actor) {
    if (!actor.organiser) return "not_organiser";
    if (offer.retired_at) return "retired";
    return std::nullopt;
}

WhyNot why_not_propose(const OfferRecord& offer, const Actor& actor) {
    if (!actor.organiser) return "not_organiser";
    if (offer.retired_at) return "retired";
    if (!offer.is_draft()) return "no_draft";
    return std::nullopt;
}

WhyNot why_not_publish(const OfferRecord& offer, const Actor& actor,
                       std::optional<base::PersonId> author) {
    if (!actor.reviewer) return "not_reviewer";
    if (offer.retired_at) return "retired";
    if (!offer.is_proposed()) return "not_proposed";
    if (author == actor.person) return "own_version";
    return std::nullopt;
}

WhyNot why_not_send_back(const OfferRecord& offer, const Actor& actor) {
    if (!actor.reviewer) return "not_reviewer";
    if (offer.retired_at) return "retired";
    if (!offer.is_proposed()) return "not_proposed";
    return std::nullopt;
}

WhyNot why_not_retire(const OfferRecord& offer, const Actor& actor) {
    if (!actor.may_see()) return "not_organiser";
    if (offer.retired_at) return "retired";
    return std::nullopt;
}

WhyNot why_not_restore(const OfferRecord& offer, const Actor& actor) {
    if (!actor.may_see()) return "not_organiser";
    if (!offer.retired_at) return "not_retired";
    return std::nullopt;
}

base::Error refusal_of(std::string_view why_not) {
    const bool person = why_not.starts_with("not_organiser") ||
                        why_not.starts_with("not_reviewer") || why_not == "own_version";
    return {person ? base::ErrorKind::forbidden : base::ErrorKind::conflict,
            "catalogue.editing.why_not." + std::string{why_not}};
}

bool waits_for(const OfferRecord& offer, const Actor& actor, std::optional<base::PersonId> author) {
    if (!why_not_publish(offer, actor, author)) return true;
    return !why_not_propose(offer, actor);
}

}  // namespace catalogue
