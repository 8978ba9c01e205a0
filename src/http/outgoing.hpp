// SPDX-License-Identifier: EUPL-1.2
// From a Response to the bytes of an answer: security headers, caching, conditional requests,
// ranges and compression. No sockets: runs on the workers, or for static files on the I/O thread.
#pragma once
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/static_files.hpp"

#include <string>
#include <string_view>

namespace http {

struct Answer {
    int status = 0;
    std::string head;       // without Connection and the empty line: known only when it is written
    std::string body;       // owned...
    std::string_view file;  // ... or embedded in the binary
    std::string_view content() const { return file.empty() ? std::string_view{body} : file; }
};

// `head_only`: the request was a HEAD.
Answer make_answer(const Request&, Response, bool head_only);

Answer make_answer(const Request&, const StaticFile&, bool head_only);

// Problem details (RFC 9457) with the status and its title of RFC 9110; Retry-After if not 0. Only
// for what cannot reach the application: its refusals speak the reader's language.
Answer make_refusal(const Request&, int status, bool head_only, int retry_after_s = 0);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string http_date(base::Time);

}  // namespace http
