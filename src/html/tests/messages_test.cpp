// SPDX-License-Identifier: EUPL-1.2
#include "html/messages.hpp"

#include "base/embedded.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <set>
#include <stdexcept>

namespace {

const html::Messages& messages() {
    static const html::Messages all;
    return all;
}

// The {{names}} in all forms of each message, by key. Read from the .mo file itself (GNU gettext
// manual, "The Format of GNU MO Files"), for a catalogue cannot be listed through Boost.Locale.
std::map<std::string, std::set<std::string>> names_by_key(const std::string& language) {
    const std::string_view file = base::embedded("po/" + language + ".mo");
    const auto number = [&](std::size_t at) {
        std::uint32_t value = 0;
        std::memcpy(&value, file.data() + at, sizeof value);
        return value;
    };
    REQUIRE(number(0) == 0x950412deU);
    const auto text = [&](std::size_t table, std::size_t i) {
        return file.substr(number(table + 8 * i + 4), number(table + 8 * i));
    };
    std::map<std::string, std::set<std::string>> found;
    for (std::size_t i = 0; i < number(8); ++i) {
        const auto key = text(number(12), i);
        const auto forms = text(number(16), i);
        if (key.empty()) continue;
        auto& names = found[std::string(key.substr(0, key.find('\0')))];
        for (auto open = forms.find("{{"); open != std::string_view::npos;
             open = forms.find("{{", open + 2))
            names.emplace(forms.substr(open + 2, forms.find("}}", open) - open - 2));
    }
    return found;
}

}  // namespace

TEST_CASE("every message exists in both languages, with the same names to fill in") {
    const auto french = names_by_key("fr");
    const auto english = names_by_key("en");
    CHECK(french.size() > 60);
    // How a date or a time is put together is what differs between the languages.
    const std::set<std::string> patterns{"html.date", "html.long_date", "html.short_date",
                                         "html.time", "html.full_hour"};
    for (const auto& [key, names] : french) {
        CAPTURE(key);
        REQUIRE(english.contains(key));
        CHECK(messages().has("fr", key));
        CHECK(messages().has("en", key));
        if (!patterns.contains(key)) CHECK(names == english.at(key));
    }
    for (const auto& [key, names] : english) {
        CAPTURE(key);
        CHECK(french.contains(key));
    }
}

TEST_CASE("a message is found by language and key") {
    CHECK(messages().languages() == std::vector<std::string>{"fr", "en"});
    CHECK(messages().text("fr", "html.day.1") == "lundi");
    CHECK(messages().text("en", "html.day.1") == "Monday");
    CHECK(messages().text("en", "no.such") == "no.such");
    CHECK_FALSE(messages().has("fr", "no.such"));
    CHECK_FALSE(messages().has("fr", ""));
    CHECK_THROWS_AS(messages().text("xx", "html.day.1"), std::logic_error);
}

TEST_CASE("the plural form is the language's") {
    CHECK(messages().plural("fr", "html.errors", 0).find("une erreur") != std::string::npos);
    CHECK(messages().plural("en", "html.errors", 0).find("errors") != std::string::npos);
    for (const long many : {2L, -2L, 21L, 2'000'000'000'000L}) {
        CHECK(messages().plural("fr", "html.errors", many).find("erreurs") != std::string::npos);
        CHECK(messages().plural("en", "html.errors", many).find("errors") != std::string::npos);
    }
    CHECK(messages().plural("fr", "html.day.1", 5) == "lundi");
    CHECK(messages().plural("fr", "no.such", 5) == "no.such");
}

TEST_CASE("names are filled in, once, and unknown ones become empty") {
    const std::vector<std::pair<std::string, std::string>> values{{"a", "{{b}}"}, {"b", "2"}};
    CHECK(html::fill("{{a}}-{{ b }}-{{c}}-{{", values) == "{{b}}-2--{{");
    CHECK(html::fill("plain", {}) == "plain");
}
