// SPDX-License-Identifier: EUPL-1.2
// From letters and choices to the JSON of their pages.
#pragma once
#include "mail/letter.hpp"
#include "mail/pages.hpp"
#include "mail/store.hpp"

#include <boost/json/fwd.hpp>

namespace mail {

boost::json::object preferences_view(const Kinds&, const store::Choices&, const Reader&,
                                     bool refused, std::string_view language, const Typesetter&);
boost::json::object outbox_view(const store::Counts&, const std::vector<store::Shown>& trouble,
                                const std::vector<store::RefusedAddress>&, bool has_relay,
                                bool demo, base::Time now);
boost::json::object letters_view(const std::vector<store::Shown>&,
                                 const std::function<std::string(const store::Shown&)>& subject);
boost::json::object letter_view(const store::Shown&, const Rendered&);

extern const std::string_view preferences_schema, outbox_schema, again_schema, letters_schema,
    letter_schema, received_schema;

}  // namespace mail
