// SPDX-License-Identifier: EUPL-1.2
// Secrets in cookies and the form tokens made from them, against cross-site request forgery.
//
// A signed-in reader's form token is a digest of the session token, so it needs no storage, dies
// with the session, and does not betray it. A reader who is signed out has no session to bind to,
// yet a sign-in form must not be forgeable either (login CSRF). Such a reader gets a random cookie,
// `campus_visitor`, and a token made from it in the same way: a stranger's site can read neither.
// It is set only by the pages at or above a URL that anyone may post to ("/sign-in" for "POST
// /sign-in/demo"), which the route table knows by itself: no other page needs one, and those stay
// free of cookies. Sec-Fetch-Site and Origin are checked as well (see router.cpp).
#pragma once
#include <string>
#include <string_view>

namespace http {

inline constexpr std::string_view visitor_cookie = "campus_visitor";

std::string form_token(std::string_view secret);  // 43 characters of base64url

// The token as pages carry it: under a mask that is new each time, so that the size of a compressed
// page that also shows what a reader typed tells nothing of it (BREACH, CVE-2013-3587).
std::string masked(std::string_view token);

// Is it the token, as it is (programs make it themselves) or masked? In constant time.
bool is_form_token(std::string_view sent, std::string_view token);

}  // namespace http
