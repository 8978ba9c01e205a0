// SPDX-License-Identifier: EUPL-1.2
// What an offer says: a superset of the real Campus's fourteen fields. Part of the door; the same
// value is imported, edited, versioned, searched, shown and exported. Codes are the words of the
// URLs and of po/ ("catalogue.kind.formation"); the lists stand in offer.cpp.
#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catalogue {

// The closed lists, in the order of their display.
std::span<const std::string_view> kinds();        // formation, module, parcours, cycle, seminaire,
                                                  // universite-ete, programme, certification,
                                                  // evenement, expedition
std::span<const std::string_view> modalities();   // en-ligne, presentiel, hybride
std::span<const std::string_view> levels();       // novice, debutant, intermediaire, expert
std::span<const std::string_view> pillars();      // fondamentaux, excellence, communautes,
                                                  // decideurs, avenir
std::span<const std::string_view> populations();  // etat, territoriale, hospitaliere

// A level of a competence that the offer brings one to (DigComp 2.2: "1.1", levels 1-8).
struct Skill {
    std::string framework;  // "digcomp-2.2"
    std::string code;       // "1.1"
    int from_level = 0;     // 0: none asked
    int to_level = 0;
    friend bool operator==(const Skill&, const Skill&) = default;
};

// One module of a parcours, in order; `track` (voie) is "" where there is only one.
struct Step {
    std::string offer_slug;
    std::string track;
    friend bool operator==(const Step&, const Step&) = default;
};

// Who may take it, as data; the rule is why_not_take() in rules.hpp.
struct Eligibility {
    std::vector<std::string> populations;    // branches of the public service; empty: all
    bool contractors = true;                 // people of service providers (prestataires) may;
                                             // contract agents (contractuels) are agents
    std::vector<std::string> organisations;  // codes: only within these subtrees; empty: all
    bool invitation_only = false;
    friend bool operator==(const Eligibility&, const Eligibility&) = default;
};

struct Offer {
    std::string title;          // Intitulé
    std::string display_title;  // Intitulé à faire apparaître; "" : the title
    std::string kind = "formation";
    std::string summary;                  // Descriptif court, plain text
    std::string objectives;               // "À la fin, vous saurez", one a line
    std::string programme;                // contents, plain text with paragraphs
    std::string duration;                 // as the organiser words it: "2 jours"
    std::optional<int> duration_minutes;  // for the facet and the order; taught time
    std::string registration_link;        // http(s) or mailto; "" : enrolment here
    std::string image_url;
    bool visible = true;
    std::vector<std::string> audiences;   // Public cible, free words of the organiser
    std::vector<std::string> themes;      // codes of the present version of the themes
    std::vector<std::string> subthemes;   // free words
    std::vector<std::string> organisers;  // names, as the real site has them
    std::vector<std::string> modalities;
    std::vector<std::string> pillars;
    std::string prerequisites;                     // in words
    std::vector<std::string> prerequisite_offers;  // slugs
    std::string level;                             // "" : any
    std::vector<Skill> skills;
    std::vector<std::string> trades;              // in words
    std::vector<std::string> languages = {"fr"};  // ISO 639-1
    std::string certification;                    // its name
    std::string certification_code;               // "RS6247", "RNCP…"
    std::string accessibility;                    // of the course, in words
    std::string content_licence;                  // SPDX or in words
    std::string provider;                         // who made it
    std::string host;                         // where it runs (Mentor, FUN...); "" : the provider
    std::string quality_evidence;             // Qualiopi certificate, evaluations...
    std::optional<std::int64_t> price_cents;  // to pay by the administration; nothing: not said
    std::vector<std::string> places;          // towns, "" for none
    Eligibility eligibility;
    std::vector<Step> steps;                // of a parcours, cycle or programme
    std::optional<base::Date> reviewed_on;  // freshness: when the content was last checked
    std::optional<base::Date> expires_on;   // retires by itself after this day
    std::string source;                     // where the facts come from (demonstration data)
    bool fictitious = false;                // labelled so wherever it is shown

    const std::string& shown_title() const { return display_title.empty() ? title : display_title; }
    friend bool operator==(const Offer&, const Offer&) = default;
};

// JSON of an offer: the names above, dates as "2026-11-22", empty values left out. The same form is
// stored, exported and accepted; from_json refuses unknown names and wrong types by field.
boost::json::value to_json(const Offer&);
base::Result<Offer> offer_from_json(const boost::json::value&);

// What is wrong with it, as a form shows it: lengths, codes, links, dates. Empty: nothing. With the
// themes, their codes must be present ones too. A draft may be incomplete; what an offer needs
// beyond this to be published is in problems_for_publication.
class Themes;
std::vector<base::Reason> problems_of(const Offer&);
std::vector<base::Reason> problems_of(const Offer&, const Themes&);
std::vector<base::Reason> problems_for_publication(const Offer&);

}  // namespace catalogue
