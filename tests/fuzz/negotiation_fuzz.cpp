// SPDX-License-Identifier: EUPL-1.2
#include "http/negotiation.hpp"

#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string header{reinterpret_cast<const char*>(data), size};
    const auto language = http::choose_language(header);
    if (!language.empty() && language != "fr" && language != "en") std::abort();
    // Naming one more acceptable type, in front where no open quote swallows it, never ends in 406.
    if (http::choose_format(header) && !http::choose_format("text/html, " + header)) std::abort();
    if (!http::choose_format("application/json;q=0.001, " + header) &&
        header.find("q=") == std::string::npos && header.find("Q=") == std::string::npos)
        std::abort();
    return 0;
}
