// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/seats.hpp"

#include "base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <tuple>

namespace enrolments {
namespace json = boost::json;
namespace {

constexpr int often = 2;  // on so many lists before, without a seat

bool of_the_state(const Standing& standing) {
    return standing.population == "etat" && !standing.contractor;
}

bool far_from_paris(const Standing& standing) {
    return !standing.department.empty() &&
           sessions::region_of(standing.department) != sessions::ile_de_france;
}

struct Rule {
    bool a = false, b = false;
    Why why = Why::state_agents;
};

Rule rule_of(sessions::Priority priority, const Waiter& a, const Waiter& b, bool remote) {
    switch (priority) {
        case sessions::Priority::state_agents:
            return {of_the_state(a.standing), of_the_state(b.standing), Why::state_agents};
        case sessions::Priority::far_from_paris:
            return {remote && far_from_paris(a.standing), remote && far_from_paris(b.standing),
                    Why::far_from_paris};
        case sessions::Priority::waited_before:
            return {a.standing.waited >= often, b.standing.waited >= often, Why::waited_before};
    }
    return {false, false, Why::asked_first};
}

}  // namespace

std::string to_json(const Standing& standing) {
    return json::serialize(json::object{{"population", standing.population},
                                        {"contractor", standing.contractor},
                                        {"organisations", json::value_from(standing.organisations)},
                                        {"department", standing.department},
                                        {"town", standing.town},
                                        {"waited", standing.waited}});
}

Standing standing_from(std::string_view text) {
    if (text.empty()) return {};
    const json::value parsed = json::parse(text);
    return {.population = json::value_to<std::string>(parsed.at("population")),
            .contractor = parsed.at("contractor").as_bool(),
            .organisations = json::value_to<std::vector<std::string>>(parsed.at("organisations")),
            .department = json::value_to<std::string>(parsed.at("department")),
            .town = json::value_to<std::string>(parsed.at("town")),
            .waited = json::value_to<int>(parsed.at("waited"))};
}

bool fits(const sessions::Quota& quota, const Standing& standing) {
    if (quota.kind == "organisation")
        return std::ranges::find(standing.organisations, quota.value) !=
               standing.organisations.end();
    if (quota.kind == "population")
        return quota.value == "contractor"
                   ? standing.contractor
                   : !standing.contractor && standing.population == quota.value;
    if (quota.kind == "outside_idf") return far_from_paris(standing);
    if (quota.kind == "region")
        return !standing.department.empty() &&
               sessions::region_of(standing.department) == quota.value;
    if (quota.kind == "department") return standing.department == quota.value;
    if (quota.kind == "town") return standing.town == quota.value;
    return false;
}

Room::Room(const sessions::SeatRules& rules, int capacity, base::Time now) {
    open_.seats = capacity;
    for (const sessions::Quota& quota : rules.quotas) {
        if (now >= quota.reserved_until) continue;
        reserved_.emplace_back(&quota, Pool{quota.seats, 0});
        open_.seats -= quota.seats;
    }
}

bool Room::take(std::string_view pool) {
    for (auto& [quota, counts] : reserved_)
        if (pool == quota->pool()) return counts.taken++ < counts.seats;
    return open_.taken++ < open_.seats;
}

std::optional<std::string> Room::free_for(const Standing& standing) const {
    for (const auto& [quota, counts] : reserved_)
        if (counts.taken < counts.seats && fits(*quota, standing)) return quota->pool();
    if (free_for_all() > 0) return std::string{};
    return std::nullopt;
}

std::string_view name_of(Why why) {
    switch (why) {
        case Why::asked_first:
            return "asked_first";
        case Why::better_ranked:
            return "better_ranked";
        case Why::was_selected:
            return "was_selected";
        case Why::returned:
            return "returned";
        case Why::state_agents:
            return "state_agents";
        case Why::far_from_paris:
            return "far_from_paris";
        case Why::waited_before:
            return "waited_before";
        case Why::quota:
            return "quota";
        case Why::replacement:
            return "replacement";
    }
    return "";
}

Waiter waiter_of(const Enrolment& enrolment) {
    return {enrolment.id,       enrolment.place, enrolment.asked_at,
            enrolment.returned, enrolment.rank,  standing_from(enrolment.standing)};
}

Precedence compare(const Waiter& a, const Waiter& b, const sessions::SeatRules& rules,
                   bool remote) {
    if (a.returned != b.returned) return {a.returned, Why::returned};
    if ((a.rank > 0) != (b.rank > 0)) return {a.rank > 0, Why::was_selected};
    if (a.rank != b.rank) return {a.rank < b.rank, Why::better_ranked};
    for (const sessions::Priority priority : rules.priorities) {
        const Rule rule = rule_of(priority, a, b, remote);
        if (rule.a != rule.b) return {rule.a, rule.why};
    }
    return {std::tie(a.asked_at, a.place) < std::tie(b.asked_at, b.place), Why::asked_first};
}

Order order_of(std::vector<Waiter> waiters, const sessions::SeatRules& rules, bool remote) {
    std::ranges::sort(waiters, [&](const Waiter& a, const Waiter& b) {
        return compare(a, b, rules, remote).first;
    });
    Order order{std::move(waiters), {}};
    for (std::size_t i = 1; i < order.waiters.size(); ++i)
        order.why.push_back(compare(order.waiters[i - 1], order.waiters[i], rules, remote).why);
    return order;
}

std::optional<base::Time> offer_until(base::Time now, base::Time starts_at, int hours) {
    if (now >= starts_at) return std::nullopt;
    using std::chrono::seconds;
    constexpr seconds least = std::chrono::hours{2};
    const seconds half = (starts_at - now) / 2;
    const seconds time = std::min<seconds>(std::chrono::hours{hours}, std::max(half, least));
    return std::min(now + time, starts_at);
}

std::optional<Chance> chance(std::span<const int> reach_of_past, int rank) {
    if (reach_of_past.empty()) return std::nullopt;
    Chance found{0, static_cast<int>(reach_of_past.size())};
    for (const int reach : reach_of_past) found.reached += reach >= rank ? 1 : 0;
    return found;
}

std::optional<int> score(std::span<const Grade> grades,
                         const std::vector<sessions::Criterion>& grid) {
    std::map<base::PersonId, std::map<int, int>> by_grader;
    for (const Grade& grade : grades)
        if (grade.criterion >= 0 && grade.criterion < static_cast<int>(grid.size()))
            by_grader[grade.grader][grade.criterion] = grade.points;
    std::int64_t weights = 0;
    for (const sessions::Criterion& criterion : grid) weights += criterion.weight;
    std::int64_t sum = 0;
    std::int64_t graders = 0;
    for (const auto& [grader, points] : by_grader) {
        if (points.size() < grid.size()) continue;  // has not finished
        for (const auto& [criterion, value] : points)
            sum += std::int64_t{value} * grid[static_cast<std::size_t>(criterion)].weight;
        ++graders;
    }
    if (graders == 0 || weights == 0) return std::nullopt;
    const std::int64_t best = graders * weights * sessions::most_points;
    return static_cast<int>((sum * 1000 + best / 2) / best);
}

}  // namespace enrolments
