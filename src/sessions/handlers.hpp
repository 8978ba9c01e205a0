// SPDX-License-Identifier: EUPL-1.2
// The handlers behind the routes of pages.cpp, and what they share.
#pragma once
#include "base/result.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "identity/identity.hpp"
#include "sessions/pages.hpp"
#include "sessions/sessions.hpp"

namespace sessions {

// The session that the path names, if whoever asks is an organiser where it belongs.
base::Result<Session> organised_session(db::Transaction&, const http::Request&, const Site&);
identity::Rights rights_of(db::Transaction&, const http::Request&, const Site&);
std::optional<Venue> venue_of(db::Transaction&, const Session&, const Site&);
base::Date today(const http::Request&);
std::string path_of(base::SessionId);

// pages_rules.cpp
http::Response show_rules(const http::Request&, const Site&);

// pages_form.cpp
http::Response show_new(const http::Request&, const Site&);
http::Response create(const http::Request&, const Site&);
http::Response show_edit(const http::Request&, const Site&);
http::Response change(const http::Request&, const Site&);

// pages_venues.cpp
http::Response show_venues(const http::Request&, const Site&);
http::Response show_new_venue(const http::Request&, const Site&);
http::Response create_venue(const http::Request&, const Site&);
http::Response show_edit_venue(const http::Request&, const Site&);
http::Response change_venue(const http::Request&, const Site&);

}  // namespace sessions
