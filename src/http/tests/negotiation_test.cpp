// SPDX-License-Identifier: EUPL-1.2
#include "http/negotiation.hpp"

#include <doctest/doctest.h>

using http::Format;

TEST_CASE("Accept chooses a page or JSON") {
    struct Case {
        const char* accept;
        std::optional<Format> format;
    };
    for (const auto& [accept, format] : std::vector<Case>{
             {"", Format::html},
             {"*/*", Format::html},
             {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Format::html},
             {"application/json", Format::json},
             {"application/problem+json", Format::json},
             {"APPLICATION/JSON", Format::json},
             {"application/json, text/plain, */*", Format::json},
             {"application/json;version=\"1,2\"", Format::json},
             {"text/html, application/json", Format::html},
             {"text/html;q=0.5, application/json;q=0.501", Format::json},
             {"text/html;q=0.5, application/json;q=0.500", Format::html},
             {"text/*, application/json;q=0.9", Format::html},
             {"application/*", Format::json},
             {"text/html;q=0, */*", Format::json},
             {"application/json;q=0, */*;q=0.1", Format::html},
             {"text/html;q=0", std::nullopt},
             {"*/*;q=0", std::nullopt},
             {"image/png", std::nullopt},
             {"text/plain, application/xml", std::nullopt},
             {"application/json;q=1.001", std::nullopt},
             {"application/json;q=0.1234", std::nullopt},
             {"application/json;q=", std::nullopt},
             {"application/json;q=2, text/html;q=0.1", Format::html},
             {",,;;=\"", std::nullopt},
         }) {
        CAPTURE(accept);
        CHECK(http::choose_format(accept) == format);
    }
}

TEST_CASE("Accept-Language chooses French or English") {
    struct Case {
        const char* accept;
        const char* language;
    };
    for (const auto& [accept, language] : std::vector<Case>{
             {"", ""},
             {"de", ""},
             {"*", ""},
             {"en", "en"},
             {"en-GB,en;q=0.9,fr;q=0.8", "en"},
             {"fr-FR,fr;q=0.9,en;q=0.8", "fr"},
             {"en, fr", "en"},
             {"de, fr;q=0.4, EN-us;q=0.5", "en"},
             {"en;q=0, fr;q=0.1", "fr"},
             {"english", ""},
         }) {
        CAPTURE(accept);
        CHECK(http::choose_language(accept) == language);
    }
}
