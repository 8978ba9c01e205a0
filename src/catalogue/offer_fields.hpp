// SPDX-License-Identifier: EUPL-1.2
// The one list of an offer's fields by name, for JSON and for the checks of text.
#pragma once
#include "catalogue/offer.hpp"

#include <concepts>
#include <type_traits>

namespace catalogue {

// Calls visit(name, member) for each field of the offer, in order; `offer` may be const.
template <class AnOffer, class Visit>
    requires std::same_as<std::remove_const_t<AnOffer>, Offer>
void each_field(AnOffer& offer, Visit visit) {
    visit("title", offer.title);
    visit("display_title", offer.display_title);
    visit("kind", offer.kind);
    visit("summary", offer.summary);
    visit("objectives", offer.objectives);
    visit("programme", offer.programme);
    visit("duration", offer.duration);
    visit("duration_minutes", offer.duration_minutes);
    visit("registration_link", offer.registration_link);
    visit("image_url", offer.image_url);
    visit("visible", offer.visible);
    visit("audiences", offer.audiences);
    visit("themes", offer.themes);
    visit("subthemes", offer.subthemes);
    visit("organisers", offer.organisers);
    visit("modalities", offer.modalities);
    visit("pillars", offer.pillars);
    visit("prerequisites", offer.prerequisites);
    visit("prerequisite_offers", offer.prerequisite_offers);
    visit("level", offer.level);
    visit("skills", offer.skills);
    visit("trades", offer.trades);
    visit("languages", offer.languages);
    visit("certification", offer.certification);
    visit("certification_code", offer.certification_code);
    visit("accessibility", offer.accessibility);
    visit("content_licence", offer.content_licence);
    visit("provider", offer.provider);
    visit("host", offer.host);
    visit("quality_evidence", offer.quality_evidence);
    visit("price_cents", offer.price_cents);
    visit("places", offer.places);
    visit("eligibility", offer.eligibility);
    visit("steps", offer.steps);
    visit("reviewed_on", offer.reviewed_on);
    visit("expires_on", offer.expires_on);
    visit("source", offer.source);
    visit("fictitious", offer.fictitious);
}

template <class ASkill, class Visit>
    requires std::same_as<std::remove_const_t<ASkill>, Skill>
void each_field(ASkill& skill, Visit visit) {
    visit("framework", skill.framework);
    visit("code", skill.code);
    visit("from_level", skill.from_level);
    visit("to_level", skill.to_level);
}

template <class AStep, class Visit>
    requires std::same_as<std::remove_const_t<AStep>, Step>
void each_field(AStep& step, Visit visit) {
    visit("offer_slug", step.offer_slug);
    visit("track", step.track);
}

template <class AnEligibility, class Visit>
    requires std::same_as<std::remove_const_t<AnEligibility>, Eligibility>
void each_field(AnEligibility& eligibility, Visit visit) {
    visit("populations", eligibility.populations);
    visit("contractors", eligibility.contractors);
    visit("organisations", eligibility.organisations);
    visit("invitation_only", eligibility.invitation_only);
}

}  // namespace catalogue
