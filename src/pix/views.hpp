// SPDX-License-Identifier: EUPL-1.2
// From connections, campaigns and results to the JSON of the pages.
#pragma once
#include "base/result.hpp"
#include "pix/pix.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pix {

extern const std::string_view connections_schema;  // JSON Schema of connections_view
extern const std::string_view connection_schema;   // ... of connection_view
extern const std::string_view import_schema;       // ... of import_view
extern const std::string_view mine_schema;         // ... of mine_view

// A reason in the reader's language.
using Words = std::function<std::string(const base::Reason&)>;

struct Shown {  // a connection and where it belongs
    const Connection* connection = nullptr;
    std::string organisation;  // its name
    ConnectionState state;
    std::vector<Campaign> campaigns;
    Pix::Counts counts;
    std::optional<std::vector<OwnCampaigns::One>> own;
};
boost::json::object connections_view(const std::vector<Shown>&, const Words&);
boost::json::object connection_view(const Shown&, const Words&);
boost::json::object import_view(const Shown&, const ImportReport*, std::string_view column,
                                const Words&);

struct Mine {                                // an agent's part in one connection
    const Connection* connection = nullptr;  // nullptr: it is no more
    std::string code;
    std::string organisation;
    std::optional<Participant> part;
    std::vector<Campaign> campaigns;  // to take part in
};
boost::json::object mine_view(const std::vector<Mine>&, const std::vector<Result>&,
                              const std::vector<Campaign>& of_results);

boost::json::object result_view(const Result&);

}  // namespace pix
