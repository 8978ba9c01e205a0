// SPDX-License-Identifier: EUPL-1.2
// Files that the catalogue reads and writes. Pure: text in, values out. Whatever comes from outside
// is hostile: limits on size, lines, depth; a bad line is told with its number and the others go
// in.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "catalogue/offer.hpp"
#include "catalogue/themes.hpp"

#include <boost/json/fwd.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catalogue {

struct ImportedOffer {
    int line = 0;      // of the file, from 1
    std::string slug;  // "" : made from the title
    Offer offer;
};
// A line is left out only for what makes it unusable: no title, an unknown type, a bad link, a text
// that is too long. The rest (an unknown theme, which is kept as a sub-theme; an unknown modality;
// a column that we do not know) is told, and the line goes in.
struct LineProblem {
    int line = 0;
    base::Reason reason;
    bool left_out = true;
};
struct Imported {
    std::vector<ImportedOffer> offers;
    std::vector<LineProblem> problems;
};

// When a session is held, and when one may enrol.
struct Period {
    base::Date first{};
    base::Date last{};
    base::Date enrol_from{};
    base::Date enrol_until{};
};
using Periods = std::map<base::OfferId, std::vector<Period>>;

struct Exported {  // what the writers are given
    std::string slug;
    Offer offer;
    base::Time updated_at{};
    base::OfferId id = {};
};

// Taught time in minutes from an organiser's words, where they are clear: "2 jours" (of 7 hours),
// "1 h 30", "3h30", "45 min", "1/2 journée", "2 jours et demi"; nothing for "3 à 5 heures" or "1
// mois".
std::optional<int> minutes_of_duration(std::string_view words);

// The 11 columns of the real site (Intitulé, Type, Descriptif court, Objectifs, Durée, Lien
// d'inscription, Public cible, Thématiques, Sous-thématiques, Organisateurs, Modalité), by header
// name in any order; comma or semicolon; UTF-8 with or without BOM; several values in a cell apart
// by comma or semicolon. Theme labels and the codes of every version of the themes are understood.
base::Result<Imported> read_csv(std::string_view text, const Themes& = embedded_themes());
// The same 11 columns, with the labels of the themes: what was read comes back unchanged.
std::string write_csv(const std::vector<Exported>&, const Themes& = embedded_themes());
// Every field, one row an offer, as data/schema/catalogue.schema.json describes it; several values
// in a cell are apart by "|".
std::string write_open_data_csv(const std::vector<Exported>&);

// LHEO 2.3 (namespace http://lheo.gouv.fr/2.3): lheo > offres > formation*; 2.2 is read as well. No
// DTD, no entities, at most 20 MB, 64 levels and 2,000,000 elements. The slug stands in
// identifiant-module. What LHEO demands and an offer does not say is written as unknown; texts are
// cut at the lengths of LHEO (3,000 characters).
base::Result<Imported> read_lheo(std::string_view xml, const Themes& = embedded_themes());
std::string write_lheo(const std::vector<Exported>&, const Periods&, std::string_view base_url);

// schema.org Course, as JSON-LD. `base_url` is without a slash at its end, here and below.
boost::json::value to_schema_org(const Exported&, std::string_view base_url);
// Its text, safe inside <script type="application/ld+json"> without any escaping: it has no '<'.
std::string json_ld_text(const boost::json::value&);

// RFC 4287. The ids are tag: URIs (RFC 4151) of the slugs.
std::string write_atom(const std::vector<Exported>&, std::string_view base_url,
                       std::string_view title, base::Time updated_at);

// {"offers": [{"slug": ..., and the members of offer.hpp}]}: what Catalogue::import takes back.
std::string write_json(const std::vector<Exported>&);

}  // namespace catalogue
