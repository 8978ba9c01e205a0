// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/criteria.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "http/request.hpp"

#include <algorithm>
#include <array>

namespace catalogue {
namespace {

constexpr std::array<std::string_view, 4> sorts{"relevance", "date", "title", "duration"};
// More values than that in one facet are no choice but an attack.
constexpr std::size_t most_values = 50;
// What a search reads; see Search::words.
constexpr std::size_t most_characters = 200;

std::string_view first_characters(std::string_view text, std::size_t most) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (begins && most-- == 0) break;
    }
    return text.substr(0, at);
}

}  // namespace

Criteria read_criteria(const http::Query& query) {
    Criteria criteria;
    criteria.words = first_characters(base::trim(query.text("q")), most_characters);
    for (const Facet facet : facets) {
        std::vector<std::string> values = query.list(name_of(facet));
        std::erase(values, "");
        if (values.size() > most_values) values.resize(most_values);
        std::sort(values.begin(), values.end());
        values.erase(std::unique(values.begin(), values.end()), values.end());
        if (!values.empty()) criteria.chosen[facet] = std::move(values);
    }
    criteria.free_seats = query.text("free_seats") == "1";
    criteria.open_to_me = query.text("open_to_me") == "1";
    if (const auto sort = query.text("sort");
        std::find(sorts.begin(), sorts.end(), sort) != sorts.end())
        criteria.sort = sort;
    criteria.page = static_cast<int>(query.integer("page", 1, 100'000, 1));
    return criteria;
}

std::string url_of(const Criteria& criteria, std::string_view path) {
    std::string url{path};
    char separator = '?';
    const auto add = [&](std::string_view name, std::string_view value) {
        url += separator;
        url += name;
        url += '=';
        url += base::url_encode(value);
        separator = '&';
    };
    if (!criteria.words.empty()) add("q", criteria.words);
    for (const auto& [facet, values] : criteria.chosen)
        for (const std::string& value : values) add(name_of(facet), value);
    if (criteria.free_seats) add("free_seats", "1");
    if (criteria.open_to_me) add("open_to_me", "1");
    if (!criteria.sort.empty()) add("sort", criteria.sort);
    if (criteria.page > 1) add("page", std::to_string(criteria.page));
    return url;
}

}  // namespace catalogue
