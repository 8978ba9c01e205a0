// SPDX-License-Identifier: EUPL-1.2
// /openapi.json tells all routes and nothing else, with their access. (Real answers are held
// against its schemas in tests/browser/openapi.test.mjs.)
#include "test_app.hpp"

#include <doctest/doctest.h>

namespace json = boost::json;

namespace {

// Every {"$ref": "#/a/b"} below a value leads somewhere.
void check_references(const json::value& document, const json::value& value) {
    if (const auto* list = value.if_array())
        for (const json::value& item : *list) check_references(document, item);
    const auto* object = value.if_object();
    if (!object) return;
    for (const auto& [key, inner] : *object) {
        if (key == "$ref") {
            const std::string pointer = json::value_to<std::string>(inner).substr(1);
            CAPTURE(pointer);
            json::error_code code;
            CHECK(document.find_pointer(pointer, code) != nullptr);
        }
        check_references(document, inner);
    }
}

}  // namespace

TEST_CASE("the description of the interface tells every route, its access and its parameters") {
    TestApp app;
    const json::value document = app.json("/openapi.json");
    CHECK(document.at("openapi").as_string() == "3.1.0");
    CHECK_FALSE(document.at("info").at("version").as_string().empty());
    check_references(document, document);

    std::size_t told = 0;
    for (const auto& [path, item] : document.at("paths").as_object())
        told += item.as_object().size();
    const auto& routes = app.app().router.routes();
    CHECK(told == routes.size());
    for (const http::Route& route : routes) {
        CAPTURE(route.pattern);
        std::string path = route.pattern;
        if (const auto star = path.find("*}"); star != std::string::npos) path.erase(star, 1);
        std::string method;
        for (const char c : route.method) method += static_cast<char>(c | 0x20);
        const json::object& operation = document.at("paths").at(path).at(method).as_object();
        CHECK(operation.at("summary").as_string() == std::string{route.doc.summary});
        CHECK(operation.at("responses").as_object().contains("default"));

        const json::value& access = operation.at("x-access");
        if (route.access.open())
            CHECK(access.as_string() == "anyone");
        else if (route.access.roles().empty())
            CHECK(access.as_string() == "signed-in");
        else
            CHECK(access.as_array().size() == route.access.roles().size());
        const json::array& security = operation.at("security").as_array();
        const bool token = route.method != "GET" && route.needs_token;
        CHECK(security.empty() == (route.access.open() && !token));
        if (!security.empty()) {
            CHECK(security[0].as_object().contains("session") == !route.access.open());
            CHECK(security[0].as_object().contains("form_token") == token);
        }
        // A route that answers programs says what: a schema, or another type of content.
        if (route.method == "GET")
            CHECK((!route.doc.answer.empty() || !route.doc.content_type.empty()));
        for (const http::Parameter& field : route.doc.form) {
            CAPTURE(field.name);
            CHECK(operation.at("requestBody")
                      .at("content")
                      .at("application/json")
                      .at("schema")
                      .at("properties")
                      .as_object()
                      .contains(field.name));
        }
    }
}
