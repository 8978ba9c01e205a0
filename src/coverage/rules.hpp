// SPDX-License-Identifier: EUPL-1.2
// What is counted of an agent, what a headcount must be, and what stands in a row of a page.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "coverage/suppression.hpp"
#include "coverage/training.hpp"
#include "frameworks/frameworks.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coverage {

// "100 % of agents have the minimal core by the end of 2026" (DINUM, press kit of 9 January 2024).
inline constexpr base::Date deadline{
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::December / 31}};

// An agent is at the core when the test says that all its levels are reached together with this
// probability at least: as likely as not. The dependence between competences is kept (engine).
inline constexpr double sure_enough = 0.5;

// -- headcounts
struct NewHeadcount {
    base::OrganisationId organisation;
    std::int64_t agents = 0;
    base::Date as_of{};
    std::string source;
};
struct Headcount {
    std::int64_t id = 0;
    NewHeadcount told;
    std::optional<base::PersonId> by;
    base::Time at{};
};
inline constexpr std::int64_t most_agents = 10'000'000;
inline constexpr std::size_t longest_source = 200;
inline constexpr std::chrono::days oldest_headcount{5 * 366};
std::optional<base::Reason> why_not_headcount(const NewHeadcount&, base::Date today);

inline constexpr std::int64_t most_budget_hours = 100'000'000, most_budget_euros = 1'000'000'000;
std::optional<base::Reason> why_not_budget(const Budget&);

// The denominator of a figure: as declared, or the sum of those declared below where that is more.
struct Denominator {
    std::int64_t agents = 0;
    base::Date as_of{};
    std::string source;
    bool summed = false;
    friend bool operator==(const Denominator&, const Denominator&) = default;
};

// -- counts
// Of each organisation: positioned, at the core, and for each competence of the present framework
// who was asked and who has level 1, 2 ... 8 at least.
inline constexpr std::size_t count_positioned = 0, count_at_core = 1;
const Shape& shape();
// `level` 0: asked. `competence`: its place in the framework.
std::size_t count_of(std::size_t competence, int level);
// A digit for each competence of the framework, '-' where it was not asked.
std::string levels_text(const std::map<std::string, int, std::less<>>&);
void count_agent(Counts&, bool at_core, std::string_view levels);

std::string written(const Counts&);
// Throws std::logic_error when it is of another shape.
Counts read_counts(std::string_view);

// -- what is published
struct Figures {
    base::Date day{};
    Counts counts;  // of shape(): multiples of five
    std::optional<Denominator> of;
    friend bool operator==(const Figures&, const Figures&) = default;
};

// Nothing: fewer than five, or nothing known.
struct Row {
    std::optional<std::int64_t> positioned, at_core, on_the_way, unknown;
};
Row row_of(const Figures&);

// A competence in the map of skills.
struct Skill {
    const frameworks::Competence* competence = nullptr;
    int target = 0;                      // of the core; 0: not asked for
    std::optional<std::int64_t> asked;   // nothing: under five
    std::vector<std::int64_t> by_level;  // 0 to 8, as published
    double gap = 0;                      // levels that are missing to the core, on average
    std::optional<std::int64_t> below;   // how many are under the target
};
// The largest gaps first; those that nobody asks for last, by code.
std::vector<Skill> skills_of(const Figures&, const frameworks::Targets&);

}  // namespace coverage
