// SPDX-License-Identifier: EUPL-1.2
// Pix Orga's export of the results of a campaign (CSV, semicolons), its columns by name: "ID
// Campagne", "Partage (O/N)", "Date du partage" or "Date et heure du partage (Europe/Paris)", "%
// maitrise de l'ensemble des acquis du profil", "Palier obtenu (/3)", "<badge> obtenu (O/N)", and
// the one of the identifier, which whoever made the campaign has named. All others are not read.
#pragma once
#include "base/result.hpp"
#include "pix/contract.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pix {

struct ResultLine {
    int number = 0;                  // in the file, from 1
    std::int64_t campaign = 0;       // id at Pix
    contract::Participation result;  // without id and topics
};
struct ResultsFile {
    std::vector<ResultLine> lines;
    struct Problem {
        int line = 0;
        base::Reason reason;
    };
    std::vector<Problem> problems;  // lines that were left out
};

// `identifier`: the name of its column; "": the one that holds identifiers of ours. Refuses what is
// no CSV, and a file without a column that it needs.
base::Result<ResultsFile> read_results(std::string_view csv, std::string_view identifier);

// "0,45", "0.45", "45 %", in ten-thousandths: a number without % is a share of 1. Nothing for
// others.
std::optional<int> parse_share(std::string_view text);
// "2025-01-03", "03/01/2025", also with " 14:05", in Paris.
std::optional<base::Time> parse_paris(std::string_view text);

}  // namespace pix
