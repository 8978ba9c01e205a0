// SPDX-License-Identifier: EUPL-1.2
#include "coverage/rules.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace coverage {
namespace {

constexpr std::size_t first_competence = 2;
constexpr std::size_t counts_each = frameworks::highest_level + 1;

std::optional<std::int64_t> told(std::int64_t count) {
    return count >= smallest_group ? std::optional{count} : std::nullopt;
}

}  // namespace

std::optional<base::Reason> why_not_headcount(const NewHeadcount& given, base::Date today) {
    if (given.agents < 1 || given.agents > most_agents)
        return base::Reason{
            "coverage.why_not.agents", "agents", {{"most", std::to_string(most_agents)}}};
    if (given.as_of > today) return base::Reason{"coverage.why_not.day_to_come", "as_of", {}};
    if (given.as_of < today - oldest_headcount)
        return base::Reason{"coverage.why_not.day_long_ago", "as_of", {}};
    if (given.source.empty()) return base::Reason{"coverage.why_not.no_source", "source", {}};
    if (base::length(given.source) > longest_source)
        return base::Reason{
            "coverage.why_not.source_long", "source", {{"most", std::to_string(longest_source)}}};
    return std::nullopt;
}

std::optional<base::Reason> why_not_budget(const Budget& budget) {
    if (budget.minutes < 60 || budget.minutes > most_budget_hours * 60)
        return base::Reason{
            "coverage.why_not.hours", "hours", {{"most", std::to_string(most_budget_hours)}}};
    if (budget.cents < 0 || budget.cents > most_budget_euros * 100)
        return base::Reason{
            "coverage.why_not.euros", "euros", {{"most", std::to_string(most_budget_euros)}}};
    return std::nullopt;
}

std::size_t count_of(std::size_t competence, int level) {
    return first_competence + competence * counts_each + static_cast<std::size_t>(level);
}

const Shape& shape() {
    static const Shape made = [] {
        const std::size_t competences = frameworks::present().competences.size();
        Shape all{first_competence + competences * counts_each,
                  {{count_positioned, count_at_core}}};
        for (std::size_t i = 0; i < competences; ++i) {
            std::vector<std::size_t> chain{count_positioned};
            for (int level = 0; level <= frameworks::highest_level; ++level)
                chain.push_back(count_of(i, level));
            all.chains.push_back(std::move(chain));
        }
        return all;
    }();
    return made;
}

std::string levels_text(const std::map<std::string, int, std::less<>>& levels) {
    std::string text;
    for (const frameworks::Competence& competence : frameworks::present().competences) {
        const auto level = levels.find(competence.code);
        text += level == levels.end() ? '-' : static_cast<char>('0' + level->second);
    }
    return text;
}

void count_agent(Counts& counts, bool at_core, std::string_view levels) {
    ++counts[count_positioned];
    if (at_core) ++counts[count_at_core];
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (levels[i] == '-') continue;
        for (int level = 0; level <= levels[i] - '0'; ++level) ++counts[count_of(i, level)];
    }
}

std::string written(const Counts& counts) {
    std::string text;
    for (const std::int64_t count : counts) {
        if (!text.empty()) text += ' ';
        text += std::to_string(count);
    }
    return text;
}

Counts read_counts(std::string_view text) {
    Counts counts;
    counts.reserve(shape().counts);
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        std::int64_t count = 0;
        const auto read = std::from_chars(at, end, count);
        if (read.ec != std::errc{}) break;
        counts.push_back(count);
        at = read.ptr == end ? end : read.ptr + 1;
    }
    if (counts.size() != shape().counts)
        throw std::logic_error("coverage: counts of another shape");
    return counts;
}

Row row_of(const Figures& figures) {
    const std::int64_t positioned = figures.counts[count_positioned];
    const std::int64_t at_core = figures.counts[count_at_core];
    Row row{.positioned = told(positioned),
            .at_core = told(at_core),
            .on_the_way = told(positioned - at_core),
            .unknown = {}};
    if (row.positioned && figures.of) row.unknown = figures.of->agents - positioned;
    return row;
}

std::vector<Skill> skills_of(const Figures& figures, const frameworks::Targets& targets) {
    std::vector<Skill> skills;
    const auto& competences = frameworks::present().competences;
    for (std::size_t i = 0; i < competences.size(); ++i) {
        const auto target = targets.find(competences[i].code);
        Skill skill{.competence = &competences[i],
                    .target = target == targets.end() ? 0 : target->second,
                    .asked = told(figures.counts[count_of(i, 0)]),
                    .by_level = {},
                    .gap = 0,
                    .below = {}};
        const auto at_least = [&](int level) { return figures.counts[count_of(i, level)]; };
        if (skill.asked) {
            for (int level = 0; level <= frameworks::highest_level; ++level)
                skill.by_level.push_back(at_least(level) - (level < frameworks::highest_level
                                                                ? at_least(level + 1)
                                                                : 0));
            std::int64_t missing = 0;
            for (int level = 1; level <= skill.target; ++level)
                missing += *skill.asked - at_least(level);
            skill.gap = static_cast<double>(missing) / static_cast<double>(*skill.asked);
            if (skill.target > 0) skill.below = told(*skill.asked - at_least(skill.target));
        }
        skills.push_back(std::move(skill));
    }
    std::ranges::stable_sort(skills, [](const Skill& one, const Skill& other) {
        if ((one.target > 0) != (other.target > 0)) return one.target > 0;
        return one.gap > other.gap;
    });
    return skills;
}

}  // namespace coverage
