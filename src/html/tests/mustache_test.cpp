// SPDX-License-Identifier: EUPL-1.2
#include "html/mustache.hpp"

#include "html/messages.hpp"
#include "places.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

namespace json = boost::json;

namespace {

const html::Messages& messages() {
    static const html::Messages all;
    return all;
}

std::string asset_url(std::string_view name) {
    if (name != "campus.css") throw std::logic_error("no static file " + std::string(name));
    return "/static/campus.3f9a.css";
}

using Others = std::map<std::string, std::string>;

html::Templates compile(std::string_view text, const Others& others = {},
                        html::TemplateOptions options = {}) {
    std::vector<html::TemplateSource> sources{{"main", text}};
    for (const auto& [name, other] : others) sources.push_back({name, other});
    return {sources, messages(), asset_url, std::move(options)};
}

std::string render(std::string_view text, std::string_view data = "{}", const Others& others = {},
                   std::string_view language = "fr") {
    const json::value value = json::parse({data.data(), data.size()});
    const json::value* context[] = {&value};
    return compile(text, others).render(language, "main", context);
}

std::string refusal(std::string_view text, const Others& others = {}) {
    try {
        compile(text, others);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "compiles";
}

}  // namespace

TEST_CASE("every test of the mustache specification passes") {
    int count = 0;
    for (const auto& file :
         std::filesystem::directory_iterator(SOURCE_DIR "/tests/mustache-spec")) {
        if (file.path().extension() != ".json") continue;
        std::ifstream in(file.path());
        const std::string text(std::istreambuf_iterator<char>(in), {});
        const json::value suite = json::parse(text);
        for (const json::value& test : suite.at("tests").as_array()) {
            CAPTURE(file.path().filename().string());
            CAPTURE(test.at("name").as_string().c_str());
            CAPTURE(test.at("template").as_string().c_str());
            Others partials;
            if (const auto* given = test.as_object().if_contains("partials"))
                for (const auto& [name, partial] : given->as_object())
                    partials.emplace(name, partial.as_string());
            const json::value* context[] = {&test.at("data")};
            const auto& source = test.at("template").as_string();
            CHECK(
                compile(source, partials, {.specification = true}).render("fr", "main", context) ==
                std::string(test.at("expected").as_string()));
            ++count;
        }
    }
    CHECK(count == 184);  // none is left out
}

TEST_CASE("everything is escaped, and raw values are refused but for those that we made") {
    CHECK(render("{{x}}", R"({"x": "<a href='x'>&\"</a>"})") ==
          "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
    CHECK(html::escape("a<b>&'\"é") == "a&lt;b&gt;&amp;&#39;&quot;é");
    CHECK(refusal("a\n{{{x}}}") == "template main:2: x is not HTML that we made: write {{x}}");
    CHECK(refusal("{{&x}}").starts_with("template main:1: "));
    const json::value value{{"text_html", "<p>"}};
    const json::value* context[] = {&value};
    CHECK(compile("{{{text_html}}}", {}, {.trusted_html = {"text_html"}})
              .render("fr", "main", context) == "<p>");
}

TEST_CASE("values print as people expect") {
    CHECK(render("{{a}} {{b}} {{c}} {{d}} {{e}}|{{f}}|{{g}}|{{h.i}}",
                 R"({"a": -5, "b": 18446744073709551615, "c": 0.1, "d": true, "e": null,
                     "f": [1], "g": {"x": 1}, "h": {}})") ==
          "-5 18446744073709551615 0.1 true |||");
    for (const char* falsy : {"null", "false", "0", "0.0", "\"\"", "[]"})
        CHECK(render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", "{\"x\": " + std::string(falsy) + "}") ==
              "no");
    for (const char* truthy : {"true", "1", "\"0\"", "{}", "[0]"})
        CHECK(render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", "{\"x\": " + std::string(truthy) + "}") ==
              "yes");
}

TEST_CASE("names are looked up in the last value first") {
    const json::value first{{"a", 1}, {"b", 1}};
    const json::value last{{"b", 2}};
    const json::value* context[] = {&first, &last};
    CHECK(compile("{{a}}{{b}}").render("fr", "main", context) == "12");
}

TEST_CASE("a message takes the place of its key and fills its names, escaped") {
    CHECK(render("<p>{{#t}} base.csv.not_utf8 {{/t}}</p>", R"({"line": "<7>"})", {}, "en") ==
          "<p>The file is not UTF-8 (line &lt;7&gt;). Save it as “CSV UTF-8” and try again.</p>");
    CHECK(refusal("\n\n{{#t}}no.such{{/t}}") ==
          "template main:3: there is no message no.such in fr");
    CHECK(refusal("{{#t}}{{x}}{{/t}}") == "template main:1: t takes plain text");
}

TEST_CASE("a plural message follows the number and the language") {
    const std::string text = "{{#tn}}html.errors page.error_count{{/tn}}";
    const auto with = [&](int count, std::string_view language) {
        return render(text, R"({"page": {"error_count": )" + std::to_string(count) + "}}", {},
                      language);
    };
    CHECK(with(1, "fr") == "Le formulaire contient une erreur à corriger");
    CHECK(with(0, "fr") == "Le formulaire contient une erreur à corriger");
    CHECK(with(2, "fr") == "Le formulaire contient 2 erreurs à corriger");
    CHECK(with(0, "en") == "The form contains 0 errors to correct");
    CHECK(with(1'000'000, "en") == "The form contains 1000000 errors to correct");
    CHECK(refusal("{{#tn}}html.errors{{/tn}}")
              .ends_with("tn takes a key and the name of the number"));
    CHECK(refusal("{{#tn}}no.such n{{/tn}}").ends_with("there is no message no.such in fr"));
}

TEST_CASE("what stands around a list is there once, or not at all") {
    constexpr std::string_view text = "{{#?a}}<ul>{{#a}}<li>{{.}}</li>{{/a}}</ul>{{/?a}}";
    CHECK(render(text, R"({"a": [1, 2]})") == "<ul><li>1</li><li>2</li></ul>");
    CHECK(render(text, R"({"a": []})").empty());
}

TEST_CASE("filters chain, and unknown ones do not compile") {
    CHECK(render("{{x | label:html.day | url}}", R"({"x": 7})") == "dimanche");
    CHECK(render("{{x|label:html.month|url}}", R"({"x": 2})") == "f%C3%A9vrier");
    CHECK(render("{{y | date}}{{z | date}}", R"({"z": null})") == "");
    CHECK(refusal("{{x | shout}}") == "template main:1: there is no filter shout");
    CHECK(refusal("{{x | date:1}}").ends_with("the filter date takes no argument"));
    CHECK(refusal("{{x | label}}").ends_with("the filter label takes an argument"));
    CHECK(refusal("{{x | }}").ends_with("there is no filter "));
}

TEST_CASE("JSON is shown in its own script element only, and cannot leave it") {
    CHECK(render(R"(<script type="application/ld+json">{{x | json}}</script>)",
                 R"({"x": {"a": "</script>&'"}})") ==
          R"(<script type="application/ld+json">{"a":"\u003c/script\u003e\u0026\u0027"}</script>)");
    CHECK(refusal("<p>{{x | json}}</p>").find("json stands alone") != std::string::npos);
    CHECK(refusal(R"(<script type="application/ld+json">{{x | json | url}})") != "compiles");
}

TEST_CASE("assets are put in place when the template is compiled") {
    CHECK(render(R"(<link href="{{#asset}}campus.css{{/asset}}">)") ==
          R"(<link href="/static/campus.3f9a.css">)");
    CHECK(refusal("{{#asset}}x.css{{/asset}}") == "template main:1: no static file x.css");
}

TEST_CASE("a URL of a dangerous scheme becomes #, wherever the tag stands") {
    const auto link = [](const std::string& url) {
        const json::value value{{"u", url}, {"yes", true}};
        const json::value* context[] = {&value};
        const Others others{{"part", "{{u}}"}, {"frame", R"(<a href="{{$url}}{{/url}}">)"}};
        const auto plain = compile(R"(<a href="{{u}}">)").render("fr", "main", context);
        for (const char* text :
             {R"(<a href="{{#yes}}{{u}}{{/yes}}">)", R"(<a href="{{>part}}">)",
              R"({{<frame}}{{$url}}{{u}}{{/url}}{{/frame}})", R"(<a href="{{none}}{{u}}">)"})
            CHECK(compile(text, others).render("fr", "main", context) == plain);
        return plain.substr(9, plain.size() - 11);
    };
    for (const char* bad : {"javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:x",
                            "\x01javascript:x", "data:text/html,x", "vbscript:x", "a:b", "é:b"})
        CHECK(link(bad) == "#");
    for (const char* good : {"https://a.fr/?x=a:b", "HTTP://a", "mailto:a@b.fr", "/a:b", "?a=b:c",
                             "#a:b", "page", "", "./a:b"})
        CHECK(link(good) == good);
    CHECK(render(R"(<img alt="{{u}}" src='{{u}}'><form ACTION="{{u}}">)", R"({"u": "data:x"})") ==
          R"(<img alt="data:x" src='#'><form ACTION="#">)");
}

TEST_CASE("a widget in a page does not see the blocks of the page's layout") {
    const Others others{{"layout", "<title>{{$title}}{{/title}}</title>{{$content}}{{/content}}"},
                        {"field", "<label>{{$title}}none{{/title}}</label>"}};
    CHECK(render("{{<layout}}{{$title}}Page{{/title}}{{$content}}"
                 "{{<field}}{{$title}}Field{{/title}}{{/field}}{{>field}}"
                 "{{/content}}{{/layout}}",
                 "{}", others) == "<title>Page</title><label>Field</label><label>none</label>");
}

TEST_CASE("mistakes are named with template and line") {
    CHECK(refusal("a\n{{#x}}\n") == "template main:2: {{x}} is not closed");
    CHECK(refusal("{{/x}}") == "template main:1: {{/x}} closes nothing");
    CHECK(refusal("{{#a}}\n{{/b}}") ==
          "template main:2: {{/b}} stands where {{a}} of line 1 should be closed");
    CHECK(refusal("{{x").ends_with("a tag is not closed"));
    CHECK(refusal("{{ }}").ends_with("a tag without a name"));
    CHECK(refusal("{{a b}}").ends_with("a b is no name"));
    CHECK(refusal("{{>nowhere}}").ends_with("there is no template nowhere"));
    CHECK(refusal("{{>part}}", {{"part", "\n{{x"}}) == "template part:2: a tag is not closed");
    CHECK(refusal("{{=x=}}") != "compiles");
    std::string deep;
    for (int i = 0; i < 65; ++i) deep += "{{#a}}";
    CHECK(refusal(deep).find("more than 64") != std::string::npos);
}

TEST_CASE("templates that call each other for ever are stopped") {
    CHECK_THROWS_AS(render("{{>main}}{{>main}}"), std::runtime_error);
    CHECK(render("{{x}}{{#y}}{{>main}}{{/y}}", R"({"x": 1, "y": {"x": 2, "y": false}})") == "12");
    CHECK_THROWS_AS(compile("x").render("fr", "absent", {}), std::runtime_error);
    CHECK_THROWS_AS(compile("x").render("xx", "main", {}), std::runtime_error);
}

// A measurement, not a check: `tests_html -tc="*28 kB*" -s`, in an optimised build.
TEST_CASE("a page of 28 kB and 60 rows") {
    const std::string row = R"(
      <tr class="fr-table__row">
        <td><a class="fr-link" href="/catalogue/{{slug}}">{{title}}</a></td>
        <td>{{organiser}}</td><td>{{#online}}<p class="fr-badge">En ligne</p>{{/online}}</td>
        <td class="fr-table__cell--right">{{seats}} / {{capacity}}</td>
        <td>{{> badge}}</td>
        <td><button class="fr-btn fr-btn--secondary" type="submit">S’inscrire</button></td>
      </tr>)";
    json::array rows;
    for (int i = 0; i < 60; ++i)
        rows.push_back(
            {{"slug", "formation-" + std::to_string(i)},
             {"title", "L’intelligence artificielle & les agents publics " + std::to_string(i)},
             {"organiser", "Direction interministérielle du numérique"},
             {"online", i % 2 == 0},
             {"seats", i},
             {"capacity", 20 + i},
             {"status", i % 3 == 0 ? "open" : "full"}});
    const json::value value{{"rows", std::move(rows)}, {"heading", "Catalogue"}};
    const json::value* context[] = {&value};
    const auto templates =
        compile("{{<layout}}{{$content}}<h1>{{heading}}</h1><table>{{#rows}}" + row +
                    "{{/rows}}</table>{{/content}}{{/layout}}",
                {{"layout", "<!doctype html><html><body>{{$content}}{{/content}}</body></html>"},
                 {"badge", R"(<p class="fr-badge fr-badge--sm">{{status}}</p>)"}});
    auto page = templates.render("fr", "main", context);
    CHECK(page.size() > 25'000);
    using Clock = std::chrono::steady_clock;
    auto best = Clock::duration::max();
    for (int round = 0; round < 200; ++round) {
        const auto start = Clock::now();
        page = templates.render("fr", "main", context);
        best = std::min(best, Clock::now() - start);
    }
    MESSAGE(page.size() << " bytes in " << std::chrono::duration<double, std::micro>(best).count()
                        << " us");
}
