// SPDX-License-Identifier: EUPL-1.2
// The routes of passkeys, invitations, emergency administrators, and of the list of one's sign-ins.
#pragma once
#include "http/request.hpp"
#include "http/response.hpp"
#include "identity/invitations.hpp"

#include <string>

namespace http {
struct PageRenderer;
class Router;
}  // namespace http
namespace organisations {
class Organisations;
}

namespace identity {

class Emergency;

// What those pages use; all of it must outlive the router.
struct AccessSite {
    db::Database& database;
    Identity& identity;
    organisations::Organisations& organisations;
    Passkeys& passkeys;
    Invitations& invitations;
    Emergency& emergency;
    const http::PageRenderer& words;  // for the name of the site, which authenticators show
};

void add_access_pages(http::Router&, const AccessSite&);
// Called by it.
void add_passkey_pages(http::Router&, const AccessSite&);
void add_invitation_pages(http::Router&, const AccessSite&);
void add_emergency_pages(http::Router&, const AccessSite&);
void add_sign_in_list_pages(http::Router&, const AccessSite&);

// -- what these pages share
// Of the cookie that this browser shows: the same when a challenge is asked and answered.
std::string holder_of(const http::Request&);
CreationAnswer creation_answer(const http::Request&);
// What navigator.credentials.create() takes, as JSON.
http::Response creation_options(const Creation&, const http::Request&, const AccessSite&);
// Goes on to a page of ours as the owner of this new session; the one before ends.
http::Response signed_in(const http::Request&, const AccessSite&, std::string token,
                         std::string location, const char* notice);

}  // namespace identity
