// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/catalogue.hpp"

#include <algorithm>

namespace catalogue {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

std::optional<std::string_view> why_not_take(const Eligibility& rule, const Reader& reader) {
    if (reader.population.empty()) return "no_affiliation";
    if (rule.invitation_only) return "invitation_only";
    if (!rule.populations.empty() && !contains(rule.populations, reader.population))
        return "population";
    if (!rule.contractors && reader.contractor) return "contractor";
    if (!rule.organisations.empty() &&
        std::none_of(rule.organisations.begin(), rule.organisations.end(),
                     [&](const std::string& code) { return contains(reader.organisations, code); }))
        return "organisation";
    return std::nullopt;
}

}  // namespace catalogue
