// SPDX-License-Identifier: EUPL-1.2
#include "requests/cpf.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace requests::cpf {
namespace {

namespace chrono = std::chrono;

constexpr std::string_view foundation = "foundation";

// `day` so many months later, or the last day of that month.
base::Date months_after(base::Date day, chrono::months months) {
    const chrono::year_month_day later = chrono::year_month_day{day} + months;
    if (later.ok()) return chrono::sys_days{later};
    return chrono::sys_days{later.year() / later.month() / chrono::last};
}

}  // namespace

std::span<const std::string_view> natures() {
    static constexpr std::array<std::string_view, 6> all{foundation, "prevention",    "experience",
                                                         "exam",     "certification", "evolution"};
    return all;
}

int priority(std::string_view nature, bool given_by_the_administration) {
    const bool first = nature == foundation;
    const bool named = nature == "prevention" || nature == "experience" || nature == "exam";
    const int rank = first ? 0 : named ? 1 : 2;
    return 2 * rank + (given_by_the_administration ? 0 : 1);
}

base::Time answer_due(base::Time received) {
    const base::Date day = chrono::floor<chrono::days>(received);
    return months_after(day, chrono::months{2}) + (received - day);
}

bool may_refuse(std::string_view nature) {
    return nature != foundation;
}

base::Date latest_deferral(base::Time received) {
    return months_after(chrono::floor<chrono::days>(received), chrono::months{12});
}

std::vector<std::pair<int, int>> refusals_by_year(const std::vector<base::Date>& refused_on) {
    std::map<int, int> counts;
    for (const base::Date day : refused_on) ++counts[int{chrono::year_month_day{day}.year()}];
    return {counts.begin(), counts.end()};
}

bool needs_joint_opinion(const std::vector<base::Date>& refused_on) {
    const auto years = refusals_by_year(refused_on);
    return std::adjacent_find(years.begin(), years.end(), [](const auto& a, const auto& b) {
               return b.first == a.first + 1;
           }) != years.end();
}

AfterTwoMonths silence(std::string_view nature, const std::vector<base::Date>& refused_on) {
    return may_refuse(nature) && !needs_joint_opinion(refused_on) ? AfterTwoMonths::refused
                                                                  : AfterTwoMonths::passed_on;
}

}  // namespace requests::cpf
