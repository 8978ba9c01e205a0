// SPDX-License-Identifier: EUPL-1.2
// Files that the catalogue reads and writes. Pure: text in, values out. Whatever comes from outside
// is hostile: limits on size, lines, depth; a bad line is told with its number and the others go in.
#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/offer.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace catalogue {

struct ImportedOffer {
    int line = 0;  // of the file, from 1
    std::string slug;  // "" : made from the title
    Offer offer;
};
struct LineProblem {
    int line = 0;
    base::Reason reason;
};
struct Imported {
    std::vector<ImportedOffer> offers;
    std::vector<LineProblem> problems;
};

struct Exported {  // what the writers are given
    std::string slug;
    Offer offer;
    base::Time updated_at{};
};

// The 11 columns of the real site (Intitulé, Type, Descriptif court, Objectifs, Durée, Lien
// d'inscription, Public cible, Thématiques, Sous-thématiques, Organisateurs, Modalité), by header
// name in any order; comma or semicolon; UTF-8 with or without BOM; several values in a cell apart by
// comma or semicolon. Theme labels and the codes of every version of the themes are understood.
base::Result<Imported> read_csv(std::string_view text);
std::string write_csv(const std::vector<Exported>&);       // the same 11 columns
std::string write_open_data_csv(const std::vector<Exported>&);  // every field, one row an offer

// LHEO 2.3 (namespace http://lheo.gouv.fr/2.3): lheo > offres > formation*. No DTD, no entities.
base::Result<Imported> read_lheo(std::string_view xml);
std::string write_lheo(const std::vector<Exported>&, std::string_view base_url);

// schema.org Course, as JSON-LD.
boost::json::value to_schema_org(const Exported&, std::string_view base_url);

// RFC 4287.
std::string write_atom(const std::vector<Exported>&, std::string_view base_url,
                       std::string_view title, base::Time updated_at);

}  // namespace catalogue
