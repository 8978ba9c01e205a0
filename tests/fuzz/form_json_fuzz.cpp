// SPDX-License-Identifier: EUPL-1.2
// What we accept is what Boost.JSON's own parser accepts, and an object.
#include "base/text.hpp"
#include "http/forms.hpp"
#include "http/json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view body{reinterpret_cast<const char*>(data), size};
    const auto form = http::read_json(body);
    if (!form) return form.error().reasons.empty() ? std::abort(), 0 : 0;
    boost::json::error_code code;
    const auto value = boost::json::parse({body.data(), body.size()}, code);
    if (code || !value.is_object()) std::abort();
    if (form->pairs().size() > http::max_fields) std::abort();
    for (const auto& [name, text] : form->pairs())
        if (name.size() > http::max_name_bytes || !base::is_utf8(name) || !base::is_utf8(text))
            std::abort();
    // Our serializer writes what reads as the same form.
    const auto again = http::read_json(http::to_json(value));
    if (!again || again->pairs().size() != form->pairs().size()) std::abort();
    return 0;
}
