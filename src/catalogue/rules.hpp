// SPDX-License-Identifier: EUPL-1.2
// The life of an offer - draft, proposed, published, revised, retired - and who may do what in each
// state, as pure functions. (Who may take an offer is in eligibility.cpp.)
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace catalogue {

// An offer without what it says. Published is the version that readers see, working the one that is
// being written or reviewed; both may exist at once.
struct OfferRecord {
    base::OfferId id;
    std::string slug;
    base::OrganisationId organisation;
    std::optional<std::int64_t> published_number;
    std::optional<base::Time> published_at;  // first
    std::optional<std::int64_t> working_number;
    std::string working_state;  // "", draft, proposed
    std::optional<base::Time> retired_at;
    std::int64_t revision = 0;  // grows with each change

    bool is_draft() const { return working_state == "draft"; }
    bool is_proposed() const { return working_state == "proposed"; }
};

struct OfferVersion {
    std::int64_t number = 0;
    std::string content;                   // JSON of offer.hpp
    std::optional<base::PersonId> author;  // nobody: an import
    base::Time created_at{};
    std::optional<base::PersonId> reviewer;
    std::optional<base::Time> reviewed_at;
    std::string comment;  // of the reviewer who sent it back
};

enum class State { draft, proposed, published, revised, retired, expired };
inline constexpr std::array states{State::draft,   State::proposed, State::published,
                                   State::revised, State::expired,  State::retired};
std::string_view name_of(State);

// `expired`: the published version's last day is over. Work on a new version is told first.
State state_of(const OfferRecord&, bool expired);

// Who acts, in view of the organisation that answers for the offer.
struct Actor {
    base::PersonId person;
    bool organiser = false;
    bool reviewer = false;
    bool may_see() const { return organiser || reviewer; }
};

// Nothing when the actor may; else the reason, a message under "catalogue.editing.why_not.".
// `author` wrote the working version.
using WhyNot = std::optional<std::string_view>;
WhyNot why_not_edit(const OfferRecord&, const Actor&);
WhyNot why_not_propose(const OfferRecord&, const Actor&);
// Another person than the author reads it before everybody does.
WhyNot why_not_publish(const OfferRecord&, const Actor&, std::optional<base::PersonId> author);
WhyNot why_not_send_back(const OfferRecord&, const Actor&);
WhyNot why_not_retire(const OfferRecord&, const Actor&);  // a draft, too: it can be restored
WhyNot why_not_restore(const OfferRecord&, const Actor&);

// The refusal for such a reason.
base::Error refusal_of(std::string_view why_not);

// Is it the actor's turn? A reviewer's with what others propose, an organiser's with drafts.
bool waits_for(const OfferRecord&, const Actor&, std::optional<base::PersonId> author);

}  // namespace catalogue
