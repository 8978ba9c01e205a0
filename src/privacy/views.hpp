// SPDX-License-Identifier: EUPL-1.2
// From what is held, asked and due to the JSON of the pages.
#pragma once
#include "privacy/privacy.hpp"

#include <boost/json/fwd.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace privacy {

using Names = std::map<base::PersonId, std::string>;

extern const std::string_view my_data_schema;    // JSON Schema of my_data_view
extern const std::string_view asking_schema;     // ... of asking_view
extern const std::string_view requests_schema;   // ... of requests_view
extern const std::string_view request_schema;    // ... of request_view
extern const std::string_view retention_schema;  // ... of retention_view

// `data` for programs, and the same in `sections` for reading.
boost::json::object my_data_view(const boost::json::object& held,
                                 const std::optional<ErasureRequest>&);
boost::json::object asking_view(const std::vector<SliceEffects>& preview);
boost::json::object requests_view(const std::vector<ErasureRequest>&, const Names&);
// `preview` of one that is still to decide; `may_decide`: it is not the reader's own.
boost::json::object request_view(const ErasureRequest&, const Names&,
                                 const std::vector<SliceEffects>& preview, bool may_decide,
                                 std::string_view typed_reason);
boost::json::object retention_view(const std::vector<Due>&, std::string_view language,
                                   base::Time next_run);

}  // namespace privacy
