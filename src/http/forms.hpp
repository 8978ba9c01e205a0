// SPDX-License-Identifier: EUPL-1.2
// Readers of request bodies. Each refuses a malformed body with ErrorKind::invalid and the place
// (a 400, not the 422 of a rule), one over a limit with too_large, a media type that we do not read
// with unsupported. Names and values of what they accept are well-formed UTF-8 without NUL.
#pragma once
#include "base/result.hpp"
#include "http/request.hpp"

#include <string>
#include <string_view>

namespace http {

inline constexpr std::size_t max_fields = 1000;  // of a form or a JSON document, with its lists
inline constexpr std::size_t max_parts = 100;    // of a multipart body
inline constexpr std::size_t max_name_bytes =
    200;  // "a.0.b" too: a name is repeated for each value
inline constexpr std::size_t max_json_depth = 16;

// By the media type. An empty body without a type is an empty form. The body is moved from, so that
// a large file is not copied.
base::Result<Form> read_form(std::string_view content_type, std::string body);

// application/x-www-form-urlencoded (WHATWG URL Standard section 5), but strict on "%".
base::Result<Form> read_urlencoded(std::string_view body);
// multipart/form-data (RFC 7578, RFC 2046 section 5.1). A file field without a file is absent.
base::Result<Form> read_multipart(std::string body, std::string_view boundary);
// application/json (RFC 8259): one object, no key twice; see Form for the mapping.
base::Result<Form> read_json(std::string_view body);

// A parameter of a header value, unquoted: ("form-data; name=\"a\"", "name") is "a".
std::optional<std::string> header_parameter(std::string_view value, std::string_view name);

}  // namespace http
