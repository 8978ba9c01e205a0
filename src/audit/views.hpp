// SPDX-License-Identifier: EUPL-1.2
// From the log to the JSON of its page and to its file.
#pragma once
#include "audit/audit.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace audit {

extern const std::string_view log_schema;  // JSON Schema of log_view

// What the reader asked for, as typed.
struct Asked {
    std::string who;  // mail or number of a person
    std::string object;
    std::int64_t number = 0;
    std::string action;
    std::string from, until;  // days
    bool who_unknown = false;
};

struct Names {
    std::map<base::PersonId, std::string> people;
    std::function<std::string(base::OrganisationId)> organisation;
    std::vector<std::string> roles;  // of the reader: a link leads where they may go
};

// All people that these decisions name: who decided, on whom, and within before and after.
std::vector<base::PersonId> people_in(const std::vector<LogEntry>&);

// `next`: the key of the next page, when there is one.
boost::json::object log_view(const std::vector<LogEntry>&, const Asked&, const Names&,
                             const std::optional<LogFilter::Key>& next);

// RFC 4180, one line a decision, times as ISO 8601.
std::string log_csv(const std::vector<LogEntry>&, const Names&);

}  // namespace audit
