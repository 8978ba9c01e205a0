// SPDX-License-Identifier: EUPL-1.2
// Refusals over HTTP: the one table of statuses, and problem details (RFC 9457) for programs.
#pragma once
#include "base/result.hpp"
#include "http/router.hpp"

#include <string>
#include <string_view>

namespace http {

int status_of(base::ErrorKind);

// The last segment of the problem's type "/problems/...": stable, for programs to compare.
std::string_view problem_name(int status);

// The document in JSON: type, title, status, detail, instance (the request id), and `errors`
// [{field, message, key}] when there is an error.
std::string problem(const PageRenderer&, const Request&, int status, const base::Error*);

}  // namespace http
