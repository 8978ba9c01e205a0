// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "http/request.hpp"
#include "identity/invitations.hpp"

#include <boost/json/fwd.hpp>

namespace identity {

extern const std::string_view passkeys_schema;
extern const std::string_view invitations_schema;
extern const std::string_view invite_schema;
extern const std::string_view invited_schema;
extern const std::string_view sign_ins_schema;

// `invited`: see Identity::was_invited.
boost::json::object passkeys_view(const std::vector<Passkey>&, bool invited, bool emergency,
                                  bool fresh);

// `names`: of those who invited.
boost::json::object invitations_view(const InvitationsPage&, const Rights&,
                                     const std::map<base::PersonId, Person>& names, base::Time now);
// The form, with what was typed.
boost::json::object invite_view(const Rights&, const http::Form& typed, std::string_view language,
                                base::Date today);
// As who holds the link sees it.
boost::json::object invited_view(const Invitation&, const std::string& by,
                                 const organisations::Tree&, base::Time now);

boost::json::object sign_ins_view(const std::vector<SignIn>&);

}  // namespace identity
