// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"
#include "http/forms.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string body{reinterpret_cast<const char*>(data), size};
    const auto form = http::read_urlencoded(body);
    if (!form) return form.error().reasons.empty() ? std::abort(), 0 : 0;
    if (form->pairs().size() > http::max_fields) std::abort();
    std::size_t bytes = 0;
    for (const auto& [name, value] : form->pairs()) {
        if (!base::is_utf8(name) || !base::is_utf8(value)) std::abort();
        bytes += name.size() + value.size();
    }
    if (bytes > size) std::abort();  // decoding only ever shrinks
    return 0;
}
