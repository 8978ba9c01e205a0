// SPDX-License-Identifier: EUPL-1.2
// From the header that a client sent to a Request, or to the status that refuses it.
// Includes Beast: only for the server's own files.
#pragma once
#include "http/request.hpp"

#include <boost/beast/http/message.hpp>

#include <expected>
#include <string>

namespace http {

using Header = boost::beast::http::request_header<>;

struct Origin {
    std::string address;   // of the peer
    bool trusted = false;  // it is our proxy: its forwarding headers count
    bool secure = false;   // the public address is https whatever the proxy says
};

// Fills everything but body, request_id (unless the proxy gave one), now and what is the router's.
// The error is a status: 400 or 505.
std::expected<Request, int> read_request(const Header&, const Origin&);

}  // namespace http
