// SPDX-License-Identifier: EUPL-1.2
#include "sessions/seat_rules.hpp"

#include "base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace sessions {
namespace json = boost::json;
namespace {

using Reasons = std::vector<base::Reason>;

constexpr std::size_t longest_name = 200;

// INSEE, code officiel géographique au 1er janvier 2026: regions and their départements.
struct Departments {
    std::string_view region, departments;
};
constexpr std::array<Departments, 18> departments{{
    {"84", " 01 03 07 15 26 38 42 43 63 69 73 74 "},
    {"27", " 21 25 39 58 70 71 89 90 "},
    {"53", " 22 29 35 56 "},
    {"24", " 18 28 36 37 41 45 "},
    {"94", " 20 2A 2B "},
    {"44", " 08 10 51 52 54 55 57 67 68 88 "},
    {"32", " 02 59 60 62 80 "},
    {"11", " 75 77 78 91 92 93 94 95 "},
    {"28", " 14 27 50 61 76 "},
    {"75", " 16 17 19 23 24 33 40 47 64 79 86 87 "},
    {"76", " 09 11 12 30 31 32 34 46 48 65 66 81 82 "},
    {"52", " 44 49 53 72 85 "},
    {"93", " 04 05 06 13 83 84 "},
    {"01", " 971 "},
    {"02", " 972 "},
    {"03", " 973 "},
    {"04", " 974 "},
    {"06", " 976 "},
}};

bool one_of(const auto& list, std::string_view value) {
    return std::ranges::find(list, value) != list.end();
}

std::int64_t integer(const json::object& object, std::string_view name) {
    return object.at(name).to_number<std::int64_t>();
}

std::string text(const json::object& object, std::string_view name) {
    return json::value_to<std::string>(object.at(name));
}

bool is_value(const Quota& quota) {
    if (quota.kind == "population") return one_of(quota_populations, quota.value);
    if (quota.kind == "region")
        return std::ranges::find(regions, quota.value, &Region::code) != regions.end();
    if (quota.kind == "department") return !region_of(quota.value).empty();
    if (quota.kind == "town") return !quota.value.empty() && quota.value == base::slug(quota.value);
    if (quota.kind == "outside_idf") return quota.value == "1";
    return !quota.value.empty();  // a code of an organisation: who reads the form looks it up
}

void check_quotas(const SeatRules& rules, int capacity, base::Time starts_at, Reasons& reasons) {
    std::set<std::string> pools;
    int reserved = 0;
    for (std::size_t i = 0; i < rules.quotas.size(); ++i) {
        const Quota& quota = rules.quotas[i];
        const auto wrong = [&](const char* key, const char* field) {
            reasons.push_back({key, "quotas." + std::to_string(i) + "." + field});
        };
        if (!one_of(quota_kinds, quota.kind))
            wrong("sessions.problem.quota_kind", "kind");
        else if (!is_value(quota))
            wrong("sessions.problem.quota_value", "value");
        else if (!pools.insert(quota.pool()).second)
            wrong("sessions.problem.quota_twice", "value");
        if (quota.seats < 1) wrong("sessions.problem.quota_seats", "seats");
        if (quota.reserved_until > starts_at) wrong("sessions.problem.quota_until", "until");
        reserved += std::max(quota.seats, 0);
    }
    if (reserved > capacity && capacity > 0)
        reasons.push_back({"sessions.problem.quotas_over_capacity",
                           "quotas.0.seats",
                           {{"count", std::to_string(reserved)}}});
    if (rules.quotas.size() > static_cast<std::size_t>(most_quotas))
        reasons.push_back({"sessions.problem.too_many_quotas", "quotas.0.kind"});
}

void check_selection(const SeatRules& rules, base::Time starts_at, Reasons& reasons) {
    if (rules.selection != Selection::on_motivation) return;
    if (rules.apply_until == base::Time{} || rules.apply_until > starts_at)
        reasons.push_back({"sessions.problem.apply_until", "apply_until"});
    if (rules.results_on < std::chrono::floor<std::chrono::days>(rules.apply_until) ||
        base::Time{rules.results_on} > starts_at)
        reasons.push_back({"sessions.problem.results_on", "results_on"});
    if (rules.grid.empty()) reasons.push_back({"sessions.problem.no_grid", "grid.0.name"});
    if (rules.grid.size() > static_cast<std::size_t>(most_criteria))
        reasons.push_back({"sessions.problem.too_many_criteria", "grid.0.name"});
    for (std::size_t i = 0; i < rules.grid.size(); ++i) {
        const std::string field = "grid." + std::to_string(i) + ".";
        if (rules.grid[i].name.empty() || base::length(rules.grid[i].name) > longest_name)
            reasons.push_back({"sessions.problem.criterion_name", field + "name"});
        if (rules.grid[i].weight < 1 || rules.grid[i].weight > most_weight)
            reasons.push_back({"sessions.problem.criterion_weight", field + "weight"});
    }
}

}  // namespace

const std::array<Region, 18> regions{{{"84", "Auvergne-Rhône-Alpes"},
                                      {"27", "Bourgogne-Franche-Comté"},
                                      {"53", "Bretagne"},
                                      {"24", "Centre-Val de Loire"},
                                      {"94", "Corse"},
                                      {"44", "Grand Est"},
                                      {"01", "Guadeloupe"},
                                      {"03", "Guyane"},
                                      {"32", "Hauts-de-France"},
                                      {"11", "Île-de-France"},
                                      {"04", "La Réunion"},
                                      {"02", "Martinique"},
                                      {"06", "Mayotte"},
                                      {"28", "Normandie"},
                                      {"75", "Nouvelle-Aquitaine"},
                                      {"76", "Occitanie"},
                                      {"52", "Pays de la Loire"},
                                      {"93", "Provence-Alpes-Côte d’Azur"}}};

std::string_view region_of(std::string_view department) {
    if (department.empty() || department.find(' ') != std::string_view::npos) return {};
    const std::string word = " " + std::string{department} + " ";
    for (const Departments& one : departments)
        if (one.departments.find(word) != std::string_view::npos) return one.region;
    return {};
}

std::string_view name_of(Priority priority) {
    switch (priority) {
        case Priority::state_agents:
            return "state_agents";
        case Priority::far_from_paris:
            return "far_from_paris";
        case Priority::waited_before:
            return "waited_before";
    }
    return "";
}

std::optional<Priority> priority_of(std::string_view name) {
    const auto* const found =
        std::ranges::find(all_priorities, name, [](Priority p) { return name_of(p); });
    return found == all_priorities.end() ? std::nullopt : std::optional{*found};
}

std::string to_json(const SeatRules& rules) {
    json::object object;
    if (rules.selection == Selection::on_motivation) {
        json::array grid;
        for (const Criterion& one : rules.grid)
            grid.push_back({{"name", one.name}, {"weight", one.weight}});
        object["selection"] = {{"apply_until", base::to_epoch(rules.apply_until)},
                               {"results_on", rules.results_on.time_since_epoch().count()},
                               {"grid", std::move(grid)}};
    }
    json::array quotas;
    for (const Quota& quota : rules.quotas)
        quotas.push_back({{"kind", quota.kind},
                          {"value", quota.value},
                          {"seats", quota.seats},
                          {"until", base::to_epoch(quota.reserved_until)}});
    if (!quotas.empty()) object["quotas"] = std::move(quotas);
    json::array prerequisites;
    for (const base::OfferId offer : rules.prerequisites) prerequisites.push_back(offer.value);
    if (!prerequisites.empty()) object["prerequisites"] = std::move(prerequisites);
    json::array priorities;
    for (const Priority priority : rules.priorities)
        priorities.push_back(json::string(name_of(priority)));
    if (!priorities.empty()) object["priorities"] = std::move(priorities);
    if (rules.offer_hours != SeatRules{}.offer_hours) object["offer_hours"] = rules.offer_hours;
    if (rules.minimum_by) object["minimum_by"] = rules.minimum_by->time_since_epoch().count();
    return json::serialize(object);
}

SeatRules seat_rules_from(std::string_view text_of_rules) {
    SeatRules rules;
    if (text_of_rules.empty() || text_of_rules == "{}") return rules;
    const json::value parsed = json::parse(text_of_rules);
    const json::object& object = parsed.as_object();
    if (const auto* found = object.if_contains("selection")) {
        const json::object& selection = found->as_object();
        rules.selection = Selection::on_motivation;
        rules.apply_until = base::from_epoch(integer(selection, "apply_until"));
        rules.results_on = base::Date{std::chrono::days{integer(selection, "results_on")}};
        for (const json::value& one : selection.at("grid").as_array())
            rules.grid.push_back({text(one.as_object(), "name"),
                                  static_cast<int>(integer(one.as_object(), "weight"))});
    }
    if (const auto* found = object.if_contains("quotas"))
        for (const json::value& one : found->as_array())
            rules.quotas.push_back({text(one.as_object(), "kind"), text(one.as_object(), "value"),
                                    static_cast<int>(integer(one.as_object(), "seats")),
                                    base::from_epoch(integer(one.as_object(), "until"))});
    if (const auto* found = object.if_contains("prerequisites"))
        for (const json::value& one : found->as_array())
            rules.prerequisites.push_back({one.to_number<std::int64_t>()});
    if (const auto* found = object.if_contains("priorities"))
        for (const json::value& one : found->as_array())
            if (const auto priority = priority_of(one.as_string()))
                rules.priorities.push_back(*priority);
    if (object.contains("offer_hours"))
        rules.offer_hours = static_cast<int>(integer(object, "offer_hours"));
    if (object.contains("minimum_by"))
        rules.minimum_by = base::Date{std::chrono::days{integer(object, "minimum_by")}};
    return rules;
}

std::vector<base::Reason> problems_of(const SeatRules& rules, int capacity, base::Time closes_at,
                                      base::Time starts_at) {
    Reasons reasons;
    check_quotas(rules, capacity, starts_at, reasons);
    check_selection(rules, starts_at, reasons);
    if (rules.selection == Selection::on_motivation && rules.apply_until > closes_at)
        reasons.push_back({"sessions.problem.apply_after_closing", "apply_until"});
    if (rules.offer_hours < 2 || rules.offer_hours > most_offer_hours)
        reasons.push_back({"sessions.problem.offer_hours",
                           "offer_hours",
                           {{"limit", std::to_string(most_offer_hours)}}});
    if (rules.minimum_by && base::Time{*rules.minimum_by} > starts_at)
        reasons.push_back({"sessions.problem.minimum_by", "minimum_by"});
    return reasons;
}

}  // namespace sessions
