// SPDX-License-Identifier: EUPL-1.2
// Reading of a file of persons (CSV), pure: what a line says, and what is wrong with it in itself.
#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace identity {

// An address as it is kept; whether a text is one, and whether one is a name, told by forms too.
std::string lower(std::string_view mail);
bool is_mail(std::string_view);
bool is_name(std::string_view);

struct PersonLine {
    int number = 0;     // in the file, from 1
    std::string email;  // in lower case
    std::string given_name;
    std::string usual_name;
    std::string job;
    std::string organisation;  // code
    std::string population;    // "": that of the organisation's branch
    std::string contractor;    // as written
    std::string from;          // as written; "": the day of the import
    std::vector<std::pair<std::string, std::string>> roles;  // role, code of the perimeter
    bool roles_malformed = false;

    bool is_contractor() const;
    std::optional<base::Date> from_day() const;
};

// Columns email, given_name, usual_name, job, organisation, population, contractor, from, roles
// ("organiser@dinum;trainer@dinum") in any order; job and those after organisation may be missing.
// Refuses a text that is no CSV or lacks another column.
base::Result<std::vector<PersonLine>> read_people(std::string_view text);

// Nothing when the line is right in itself.
std::optional<base::Reason> problem_of(const PersonLine&);

}  // namespace identity
