// SPDX-License-Identifier: EUPL-1.2
// The first line is the Content-Type, the rest the body.
#include "base/text.hpp"
#include "http/forms.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const auto line = input.substr(0, input.find('\n'));
    const std::string body{input.substr(std::min(line.size() + 1, size))};
    // A boundary that the fuzzer finds by itself soon, or the one that it gives.
    const auto boundary = http::header_parameter(line, "boundary").value_or("B");
    const auto form = http::read_multipart(body, boundary);
    if (!form) return form.error().reasons.empty() ? std::abort(), 0 : 0;
    if (form->pairs().size() > http::max_parts) std::abort();
    std::size_t bytes = 0;
    for (const auto& [name, value] : form->pairs()) {
        if (!base::is_utf8(name) || !base::is_utf8(value)) std::abort();
        if (body.find(value) == std::string::npos) std::abort();  // a value is taken as it stands
        if (const auto* file = form->file(name);
            file && body.find(file->content) == std::string::npos)
            std::abort();
        bytes += name.size() + value.size();
    }
    if (bytes > body.size()) std::abort();
    return 0;
}
