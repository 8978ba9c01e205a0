// SPDX-License-Identifier: EUPL-1.2
#include "html/pages.hpp"

#include "base/text.hpp"
#include "html/filters.hpp"
#include "html/messages.hpp"
#include "html/mustache.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace html {
namespace {

namespace json = boost::json;

// The target as a link within this site: "//elsewhere" would lead out of it, and the absolute form
// of RFC 9112 too.
std::string local_target(const http::Request& request) {
    const std::string_view target = request.target;
    if (!target.starts_with('/')) return "/";
    return '/' +
           std::string(target.substr(std::min(target.find_first_not_of("/\\"), target.size())));
}

std::string with_language(std::string_view target, std::string_view language) {
    const auto mark = target.find('?');
    std::string url(target.substr(0, mark));
    char separator = '?';
    if (mark != std::string_view::npos) {
        for (const std::string& pair : base::split(target.substr(mark + 1), '&')) {
            if (pair == "lang" || pair.starts_with("lang=")) continue;
            url += separator;
            url += pair;
            separator = '&';
        }
    }
    url += separator;
    url += "lang=";
    url += language;
    return url;
}

bool is_under(std::string_view path, std::string_view entry) {
    if (path == entry) return true;
    return entry != "/" && path.starts_with(entry) && path[entry.size()] == '/';
}

json::object caller_object(const http::Caller& caller) {
    json::object roles;
    for (const std::string& role : caller.roles) roles[role] = true;
    return {{"name", caller.name}, {"roles", std::move(roles)}, {"emergency", caller.emergency}};
}

// Sets form.<field>.error in the view.
void mark_field(json::object& view, std::string_view field, std::string_view text) {
    const auto* form = view.if_contains("form");
    if (field.empty() || !form || !form->is_object()) return;
    json::value& marked = view["form"].as_object()[field];
    if (!marked.is_object()) marked = json::object{};
    json::value& error = marked.as_object()["error"];
    if (const auto* before = error.if_string(); before && !before->empty())
        error = std::string(*before) + ' ' + std::string(text);
    else
        error = text;
}

}  // namespace

Pages::Pages(const Templates& templates, const Messages& messages,
             std::vector<NavigationEntry> navigation, SiteOptions options)
    : templates_(templates),
      messages_(messages),
      navigation_(std::move(navigation)),
      options_(std::move(options)) {}

json::value Pages::page_object(const http::Request& request, const base::Error* error) const {
    const std::string_view other = request.language == "fr" ? "en" : "fr";
    const std::string target = local_target(request);
    const http::Caller* caller = request.caller ? &*request.caller : nullptr;

    json::array navigation;
    for (const NavigationEntry& entry : navigation_) {
        if (!entry.access.allows(caller)) continue;
        navigation.push_back({{"path", entry.path},
                              {"label", messages_.text(request.language, entry.message_key)},
                              {"current", is_under(request.path, entry.path)}});
    }
    json::object page{{"language", request.language},
                      {"other_language", other},
                      {"other_language_url", with_language(target, other)},
                      {"path", target.substr(0, target.find('?'))},
                      {"target", target},
                      {"public_url", options_.public_url},
                      {"demo", options_.demo},
                      {"request_id", request.request_id},
                      {"token", request.form_token},
                      {"navigation", std::move(navigation)},
                      {"has_errors", error != nullptr},
                      {"error_count", error ? error->reasons.size() : 0}};
    if (caller) page["caller"] = caller_object(*caller);
    // The key comes from a cookie: anything.
    if (const auto notice = messages_.find(request.language, request.notice))
        page["notice"] = fill(*notice, {});
    if (error) {
        json::array errors;
        for (const base::Reason& reason : error->reasons)
            errors.push_back(
                {{"field", reason.field}, {"message", message(request.language, reason)}});
        page["errors"] = std::move(errors);
    }
    return json::object{{"page", std::move(page)}};
}

std::string Pages::page(const http::Request& request, const http::View& view,
                        const base::Error* error) const {
    const json::value page = page_object(request, error);
    json::value marked;
    const json::value* value = view.value.get();
    if (error && value && value->is_object() && value->as_object().contains("form")) {
        marked = *value;
        for (const base::Reason& reason : error->reasons)
            mark_field(marked.as_object(), reason.field, message(request.language, reason));
        value = &marked;
    }
    static const json::value none{json::object{}};
    // `page` is looked up first, so that no view can hide it by accident.
    const std::array<const json::value*, 2> context{value ? value : &none, &page};
    return templates_.render(request.language, view.template_name, context);
}

std::string Pages::error_page(const http::Request& request, int status,
                              const base::Error* error) const {
    std::string key = "html.error." + std::to_string(status);
    if (!messages_.has(request.language, key + ".title")) key = "html.error.other";
    json::object view{{"status", status},
                      {"title", messages_.text(request.language, key + ".title")},
                      {"text", messages_.text(request.language, key + ".text")},
                      {"request_id", request.request_id}};
    if (error) {
        json::array reasons;
        for (const base::Reason& reason : error->reasons)
            reasons.push_back(json::object{{"message", message(request.language, reason)}});
        view["reasons"] = std::move(reasons);
    }
    const json::value value = std::move(view);
    const json::value page = page_object(request, nullptr);
    const std::array<const json::value*, 2> context{&value, &page};
    return templates_.render(request.language, "html/error", context);
}

std::string Pages::message(std::string_view language, const base::Reason& reason) const {
    const auto count = std::ranges::find(
        reason.values, "count", [](const auto& pair) { return std::string_view{pair.first}; });
    if (count != reason.values.end())
        if (const auto number = base::to_integer(count->second))
            return fill(messages_.plural(language, reason.message_key, *number), reason.values);
    const auto text = messages_.text(language, reason.message_key);
    if (!text.contains(" | ")) return fill(text, reason.values);
    const Words words(messages_, language);
    auto values = reason.values;
    for (const auto& [name, value] : reason.values)
        for (const char* filter : {"date", "number"})
            values.emplace_back(name + " | " + filter,
                                find_filter(filter)->apply(words, json::value(value), ""));
    return fill(text, values);
}

}  // namespace html
