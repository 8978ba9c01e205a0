// SPDX-License-Identifier: EUPL-1.2
#include "frameworks/rules.hpp"

#include "base/text.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>
#include <stdexcept>

namespace frameworks {

std::string_view name_of_band(int band) {
    constexpr std::array<std::string_view, bands> names{"fundamental", "intermediate", "advanced",
                                                        "highly_specialised"};
    return names.at(static_cast<std::size_t>(band));
}

const Competence* Framework::find(std::string_view competence) const {
    const auto found = std::ranges::find(competences, competence, &Competence::code);
    return found == competences.end() ? nullptr : &*found;
}

const Area* Framework::find_area(std::string_view code) const {
    const auto found = std::ranges::find(areas, code, &Area::code);
    return found == areas.end() ? nullptr : &*found;
}

const Mapped* Mapping::find(std::string_view competence) const {
    const auto found = std::ranges::find(pairs, competence, &Mapped::from);
    return found == pairs.end() ? nullptr : &*found;
}

const Mapping* find_mapping(std::string_view from, std::string_view to) {
    const auto found = std::ranges::find_if(mappings(), [&](const Mapping& mapping) {
        return mapping.from == from && mapping.to == to;
    });
    return found == mappings().end() ? nullptr : &*found;
}

std::optional<base::Reason> why_not_targets(const Framework& framework, const Targets& targets) {
    if (targets.empty()) return base::Reason{"frameworks.why_not.no_target", "", {}};
    for (const auto& [code, level] : targets) {
        if (framework.find(code) == nullptr)
            return base::Reason{"frameworks.why_not.competence", "level-" + code, {{"code", code}}};
        if (level < 1 || level > highest_level)
            return base::Reason{"frameworks.why_not.level", "level-" + code, {{"code", code}}};
    }
    return std::nullopt;
}

std::optional<base::Reason> why_not_core(const NewCore& core, base::Date today) {
    if (auto why = why_not_targets(present(), core.targets)) return why;
    if (core.from <= today) return base::Reason{"frameworks.why_not.day_begun", "from", {}};
    if (core.from > today + furthest_core)
        return base::Reason{"frameworks.why_not.too_far", "from", {}};
    if (base::length(core.note) > longest_note)
        return base::Reason{
            "frameworks.why_not.note_long", "note", {{"most", std::to_string(longest_note)}}};
    return std::nullopt;
}

Trades::Trades(std::vector<Trade> list) : list_(std::move(list)) {}

const Trade* Trades::find(std::string_view code) const {
    const auto found = std::ranges::find(list_, code, &Trade::code);
    return found == list_.end() ? nullptr : &*found;
}

Cores::Cores(std::vector<Core> list, Core proposal)
    : list_(std::move(list)), proposal_(std::move(proposal)) {
    std::ranges::sort(list_, {}, [](const Core& core) {
        return std::pair{core.organisation.value_or(base::OrganisationId{}), core.from};
    });
}

const Core& Cores::of_campus(base::Date day) const {
    const Core* found = &proposal_;
    for (const Core& core : list_)
        if (!core.organisation && core.from <= day) found = &core;
    return *found;
}

const Core& Cores::of(const organisations::Tree& tree, base::OrganisationId organisation,
                      base::Date day) const {
    for (const organisations::Organisation* above : tree.chain(organisation)) {
        const Core* found = nullptr;
        for (const Core& core : list_)
            if (core.organisation == above->id && core.from <= day) found = &core;
        if (found != nullptr) return *found;
    }
    return of_campus(day);
}

std::vector<const Core*> Cores::set_by(std::optional<base::OrganisationId> organisation) const {
    std::vector<const Core*> found;
    for (const Core& core : list_)
        if (core.organisation == organisation) found.push_back(&core);
    std::ranges::reverse(found);
    return found;
}

const Core* Cores::find(std::int64_t id) const {
    const auto found = std::ranges::find(list_, id, &Core::id);
    return found == list_.end() ? nullptr : &*found;
}

}  // namespace frameworks
