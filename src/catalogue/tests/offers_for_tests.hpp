// SPDX-License-Identifier: EUPL-1.2
// Offers and themes that the tests of the formats share.
#pragma once
#include "catalogue/formats.hpp"

#include <random>

namespace tests {

inline const catalogue::Themes& themes() {
    static const catalogue::Themes all{R"({
        "versions": [
          {"version": "2026", "present": true, "themes": [
            {"code": "cybersecurite", "label": {"fr": "Cybersécurité", "en": "Cybersecurity"}},
            {"code": "donnees", "label": {"fr": "Données, algorithmes", "en": "Data"}},
            {"code": "ia", "label": {"fr": "Intelligence artificielle", "en": "Artificial intelligence"}}]},
          {"version": "2025", "present": false, "themes": [
            {"code": "data-ia", "label": {"fr": "Data et IA", "en": "Data and AI"}},
            {"code": "donnees", "label": {"fr": "La donnée", "en": "Data"}}]}],
        "mapping": [
          {"from_version": "2025", "from": "data-ia", "to_version": "2026", "to": ["donnees", "ia"]},
          {"from_version": "2025", "from": "donnees", "to_version": "2026", "to": ["donnees"]}]})"};
    return all;
}

// Any offer at all, valid or not: for what must hold of every value.
inline catalogue::Offer random_offer(std::mt19937& random) {
    using namespace catalogue;
    static constexpr std::string_view words[] = {"",     "été",       "a, b", "x;y|z", "\"q\"",
                                                 "=1+1", "</b>&amp;", "l\nm", "🎓"};
    const auto text = [&] { return std::string(words[random() % std::size(words)]); };
    const auto texts = [&] {
        std::vector<std::string> out(random() % 3);
        for (auto& one : out) one = text();
        return out;
    };
    const auto coin = [&] { return random() % 2 == 0; };
    const auto date = [&]() -> std::optional<base::Date> {
        if (coin()) return std::nullopt;
        return base::Date{std::chrono::days{static_cast<int>(random() % 80'000) - 20'000}};
    };
    Offer offer;
    for (auto* one :
         {&offer.title, &offer.display_title, &offer.kind, &offer.summary, &offer.objectives,
          &offer.programme, &offer.duration, &offer.registration_link, &offer.image_url,
          &offer.prerequisites, &offer.level, &offer.certification, &offer.certification_code,
          &offer.accessibility, &offer.content_licence, &offer.provider, &offer.host,
          &offer.quality_evidence, &offer.source})
        *one = text();
    for (auto* one :
         {&offer.audiences, &offer.themes, &offer.subthemes, &offer.organisers, &offer.modalities,
          &offer.pillars, &offer.prerequisite_offers, &offer.trades, &offer.languages,
          &offer.places, &offer.eligibility.populations, &offer.eligibility.organisations})
        *one = texts();
    for (auto* one : {&offer.visible, &offer.fictitious, &offer.eligibility.contractors,
                      &offer.eligibility.invitation_only})
        *one = coin();
    if (coin()) offer.duration_minutes = static_cast<int>(random());
    if (coin()) offer.price_cents = static_cast<std::int64_t>(random()) * 1'000'003;
    for (auto count = random() % 3; count > 0; --count)
        offer.skills.push_back(
            {text(), text(), static_cast<int>(random() % 9), static_cast<int>(random() % 9)});
    for (auto count = random() % 3; count > 0; --count) offer.steps.push_back({text(), text()});
    offer.reviewed_on = date();
    offer.expires_on = date();
    return offer;
}

inline bool has(const std::vector<base::Reason>& reasons, std::string_view key,
                std::string_view field = "") {
    for (const auto& reason : reasons)
        if (reason.message_key == key && (field.empty() || reason.field == field)) return true;
    return false;
}

}  // namespace tests
