// SPDX-License-Identifier: EUPL-1.2
#include "html/pages.hpp"

#include "html/messages.hpp"
#include "html/mustache.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

namespace json = boost::json;

namespace {

// Pages over one template, which is also the error page.
struct Site {
    explicit Site(std::string_view text, html::SiteOptions options = {})
        : templates(sources(text), messages, [](auto name) { return std::string(name); }),
          pages(templates, messages,
                {{"/", "html.day.1", http::Access::anyone()},
                 {"/catalogue", "html.day.2", http::Access::anyone()},
                 {"/mes-formations", "html.day.3", http::Access::signed_in()},
                 {"/organiser", "html.day.4", http::Access::role("organiser")}},
                std::move(options)) {}

    static std::array<html::TemplateSource, 2> sources(std::string_view text) {
        return {{{"test/view", text}, {"html/error", text}}};
    }
    std::string show(const http::Request& request, const json::value& view = json::object{},
                     const base::Error* error = nullptr) const {
        return pages.page(request, {"test/view", std::make_shared<const json::value>(view)}, error);
    }

    html::Messages messages;
    html::Templates templates;
    html::Pages pages;
};

http::Request request(std::string path, std::string query = {}) {
    http::Request made;
    made.method = "GET";
    made.path = path;
    made.target = path + query;
    return made;
}

http::Caller caller(std::vector<std::string> roles) {
    return {.person = base::PersonId{1}, .name = "Zoé <Z>", .roles = std::move(roles)};
}

}  // namespace

TEST_CASE("the navigation shows what the reader may open, and where the reader is") {
    const Site site(
        "{{#page.navigation}}{{path}}={{label}}{{#current}}*{{/current}} "
        "{{/page.navigation}}");
    CHECK(site.show(request("/")) == "/=lundi* /catalogue=mardi ");
    CHECK(site.show(request("/catalogue/a-b")) == "/=lundi /catalogue=mardi* ");
    CHECK(site.show(request("/catalogues")) == "/=lundi /catalogue=mardi ");
    auto signed_in = request("/");
    signed_in.caller = caller({"organiser"});
    signed_in.language = "en";
    CHECK(site.show(signed_in) ==
          "/=Monday* /catalogue=Tuesday /mes-formations=Wednesday /organiser=Thursday ");
}

TEST_CASE("the caller, the site and the token are told to templates") {
    const Site site(
        "{{#page.demo}}demo {{/page.demo}}{{#page.caller}}{{name}}"
        "{{#roles.agent}} agent{{/roles.agent}}{{#roles.admin}} admin{{/roles.admin}}"
        "{{/page.caller}}{{^page.caller}}nobody{{/page.caller}} {{page.token}} "
        "{{page.request_id}} {{page.public_url}}",
        {.demo = true, .public_url = "https://c.example"});
    auto made = request("/");
    made.form_token = "t0k";
    made.request_id = "r1";
    CHECK(site.show(made) == "demo nobody t0k r1 https://c.example");
    made.caller = caller({"agent"});
    CHECK(site.show(made) == "demo Zoé &lt;Z&gt; agent t0k r1 https://c.example");
}

TEST_CASE("the other language is one link away and the rest of the query stays") {
    const Site site("{{page.language}} {{page.other_language}} {{page.other_language_url}}");
    CHECK(site.show(request("/catalogue", "?theme=a&lang=fr&page=2")) ==
          "fr en /catalogue?theme=a&amp;page=2&amp;lang=en");
    auto english = request("/");
    english.language = "en";
    CHECK(site.show(english) == "en fr /?lang=fr");
}

TEST_CASE("a target never leads out of the site") {
    const Site site("{{page.path}} {{page.target}} {{page.other_language_url}}");
    for (const char* odd : {"//evil.example/a?b", "/\\evil.example/a?b", "///evil.example/a?b"}) {
        auto made = request("/");
        made.target = odd;
        CHECK(site.show(made) == "/evil.example/a /evil.example/a?b /evil.example/a?b&amp;lang=en");
    }
    auto absolute = request("/");
    absolute.target = "http://evil.example/";
    CHECK(site.show(absolute) == "/ / /?lang=en");
}

TEST_CASE("a view cannot hide the page object") {
    const Site site("{{page.language}}{{#items}}{{page.language}}{{/items}} {{n}}");
    CHECK(site.show(request("/"), {{"page", 3}, {"n", 1}, {"items", json::array{1}}}) == "frfr 1");
}

TEST_CASE("a notice is a known message or nothing") {
    const Site site("[{{page.notice}}]");
    auto made = request("/");
    CHECK(site.show(made) == "[]");
    made.notice = "html.day.7";
    CHECK(site.show(made) == "[dimanche]");
    made.notice = "<script>";
    CHECK(site.show(made) == "[]");
}

TEST_CASE("a refused form says what to correct, above and beside the fields") {
    const Site site(
        "{{#page.has_errors}}{{page.error_count}}: {{/page.has_errors}}"
        "{{#page.errors}}{{field}}={{message}};{{/page.errors}}"
        "{{#form.file}} {{value}} ({{error}}){{/form.file}}"
        "{{#form.other}} {{value}} ({{error}}){{/form.other}}"
        "{{#form.new}} {{error}}{{/form.new}}");
    const json::value view{{"form", {{"file", {{"value", "a.csv"}}}, {"other", {{"value", "x"}}}}}};
    CHECK(site.show(request("/"), view) == " a.csv () x ()");
    const base::Error error(
        base::ErrorKind::invalid,
        std::vector<base::Reason>{
            {"html.day.1", "file"}, {"html.day.2", "file"}, {"html.day.3", "new"}, {"html.day.4"}});
    CHECK(site.show(request("/"), view, &error) ==
          "4: file=lundi;file=mardi;new=mercredi;=jeudi; a.csv (lundi mardi) x () mercredi");
    // Without a form, and with a view that is no object.
    CHECK(site.show(request("/"), json::array{}, &error).starts_with("4: "));
    CHECK(site.show(request("/"), {{"form", 1}}, &error).starts_with("4: "));
}

TEST_CASE("an error page says what happened in the reader's language") {
    const Site site(
        "{{status}} {{title}}|{{#text}}+{{/text}}|{{request_id}}|"
        "{{#reasons}}{{message}};{{/reasons}}");
    auto made = request("/x");
    made.request_id = "r2";
    CHECK(site.pages.error_page(made, 404, nullptr) == "404 Page introuvable|+|r2|");
    made.language = "en";
    const base::Error error(base::ErrorKind::conflict, "html.day.1");
    CHECK(site.pages.error_page(made, 409, &error) ==
          "409 The action is no longer possible|+|r2|Monday;");
    CHECK(site.pages.error_page(made, 418, nullptr) == "418 The request did not succeed|+|r2|");
}

TEST_CASE("a message is filled with its values, and counts choose the plural") {
    const Site site("");
    const auto say = [&](std::string_view language, base::Reason reason) {
        return site.pages.message(language, reason);
    };
    CHECK(say("en", {"base.csv.not_utf8", "", {{"line", "<7>"}}})
              .starts_with("The file is not UTF-8 (line <7>)."));
    CHECK(say("en", {"html.errors", "", {{"count", "3"}}}) ==
          "The form contains 3 errors to correct");
    CHECK(say("en", {"html.errors", "", {{"count", "1"}}}) ==
          "The form contains one error to correct");
    CHECK(say("fr", {"no.such"}) == "no.such");
}
