// SPDX-License-Identifier: EUPL-1.2
// OpenAPI 3.1 (spec.openapis.org/oas/v3.1.0) of the route table.
#include "http/json.hpp"
#include "http/problem.hpp"
#include "http/route_table.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <map>
#include <stdexcept>

namespace http {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

value schema(std::string_view text, const Route& route) {
    boost::json::error_code code;
    value parsed = boost::json::parse({text.data(), text.size()}, code);
    if (code)
        throw std::logic_error("route " + route.pattern + ": no JSON Schema: " + std::string{text});
    return parsed;
}

// "/seats/{id}.ics" stays; "{rest*}" is "{rest}", for want of a word for more than one segment.
std::string path_template(std::string_view pattern) {
    std::string out{pattern};
    if (const auto star = out.find("*}"); star != std::string::npos) out.erase(star, 1);
    return out;
}

array parameters(const Route& route) {
    array out;
    for (const auto name : path_names(route.pattern))
        out.push_back(object{{"name", name},
                             {"in", "path"},
                             {"required", true},
                             {"schema", object{{"type", "string"}}}});
    for (const auto& parameter : route.doc.query) {
        object entry{{"name", parameter.name},
                     {"in", "query"},
                     {"required", parameter.required},
                     {"schema", schema(parameter.schema, route)}};
        if (!parameter.description.empty()) entry["description"] = parameter.description;
        out.push_back(std::move(entry));
    }
    return out;
}

object request_body(const Route& route) {
    object properties;
    array required;
    for (const auto& field : route.doc.form) {
        value property = schema(field.schema, route);
        if (!field.description.empty() && property.is_object())
            property.get_object()["description"] = field.description;
        properties[field.name] = std::move(property);
        if (field.required) required.emplace_back(field.name);
    }
    object form{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) form["required"] = required;
    const object media{{"schema", std::move(form)}};
    return {{"required", !required.empty()},
            {"content", object{{"application/json", media},
                               {"application/x-www-form-urlencoded", media},
                               {"multipart/form-data", media}}}};
}

object reference(std::string_view name) {
    return {{"$ref", "#/components/responses/" + std::string{name}}};
}

object responses(const Route& route) {
    object content;
    if (!route.doc.content_type.empty()) {
        content[route.doc.content_type] = object{};
    } else if (!route.doc.answer.empty()) {
        content["application/json"] = object{{"schema", schema(route.doc.answer, route)}};
        content["text/html"] = object{};
    }
    object success{{"description", "Done."}};
    if (!content.empty()) success["content"] = std::move(content);
    const bool changing = route.method != "GET";
    // The status of a success is the handler's to choose (200, 201, 303...).
    object out{{changing ? "2XX" : "200", std::move(success)}};
    if (changing) out["303"] = object{{"description", "Done; where a reader of pages goes next."}};
    if (!route.access.open()) {
        out["401"] = reference("Problem");
        if (!changing) out["303"] = object{{"description", "To the sign-in page, for people."}};
    }
    if (!route.access.open() || (changing && route.needs_token)) out["403"] = reference("Problem");
    if (changing)
        for (const auto* status : {"400", "413", "415", "422", "429"})
            out[status] = reference("Problem");
    out["default"] = reference("Problem");
    return out;
}

object components() {
    const object text{{"type", "string"}};
    const object reason{{"type", "object"},
                        {"properties", object{{"field", text}, {"message", text}, {"key", text}}},
                        {"required", array{"field", "message", "key"}}};
    const object problem{
        {"type", "object"},
        {"properties",
         object{{"type", text},
                {"title", text},
                {"status", object{{"type", "integer"}}},
                {"detail", text},
                {"instance", object{{"type", "string"}, {"description", "Id of the request"}}},
                {"errors", object{{"type", "array"}, {"items", reason}}}}},
        {"required", array{"type", "status", "instance"}}};
    const object problem_reference{{"$ref", "#/components/schemas/Problem"}};
    return {
        {"schemas", object{{"Problem", problem}}},
        {"responses",
         object{{"Problem", object{{"description", "What was refused and why (RFC 9457)."},
                                   {"content", object{{"application/problem+json",
                                                       object{{"schema", problem_reference}}},
                                                      {"text/html", object{}}}}}}}},
        {"securitySchemes",
         object{{"session", object{{"type", "apiKey"}, {"in", "cookie"}, {"name", session_cookie}}},
                {"form_token", object{{"type", "apiKey"},
                                      {"in", "header"},
                                      {"name", "X-CSRF-Token"},
                                      {"description", "Or the field _token of the body."}}}}}};
}

object operation(const Route& route) {
    object out{{"summary", route.doc.summary}};
    if (auto found = parameters(route); !found.empty()) out["parameters"] = std::move(found);
    const bool changing = route.method != "GET";
    if (changing && !route.doc.form.empty()) out["requestBody"] = request_body(route);
    out["responses"] = responses(route);
    object security;
    if (!route.access.open()) security["session"] = array{};
    if (changing && route.needs_token) security["form_token"] = array{};
    // An empty list: open to anyone.
    out["security"] = security.empty() ? array{} : array{security};
    if (route.access.open()) {
        out["x-access"] = "anyone";
    } else if (route.access.roles().empty()) {
        out["x-access"] = "signed-in";
    } else {
        array roles;
        for (const auto& role : route.access.roles()) roles.emplace_back(role);
        out["x-access"] = std::move(roles);
    }
    return out;
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(c | 0x20);  // methods are letters only
    return text;
}

}  // namespace

value openapi(const Router& router, std::string_view version) {
    std::map<std::string, object> paths;
    for (const auto& route : router.routes())
        paths[path_template(route.pattern)][lower(route.method)] = operation(route);
    object sorted;
    for (auto& [path, item] : paths) sorted[path] = std::move(item);
    return object{{"openapi", "3.1.0"},
                  {"info", object{{"title", "Campus"}, {"version", version}}},
                  {"paths", std::move(sorted)},
                  {"components", components()}};
}

}  // namespace http
