// SPDX-License-Identifier: EUPL-1.2
// JSON (RFC 8259) as people like to read it: 0.95 and 100, where Boost.JSON 1.81 writes 9.5E-1 and
// 1E2.
#pragma once
#include <boost/json/fwd.hpp>

#include <string>

namespace http {

void append_json(std::string& out, const boost::json::value&);
std::string to_json(const boost::json::value&);

// The shortest digits that read back as the same number; "null" for NaN and infinities.
void append_number(std::string& out, double);

}  // namespace http
