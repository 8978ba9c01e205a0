// SPDX-License-Identifier: EUPL-1.2
#include "organisations/rules.hpp"

#include "base/csv.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace organisations {
namespace {

constexpr std::array<std::string_view, 8> kinds{"etat",         "ministere", "direction", "service",
                                                "collectivite", "hopital",   "operateur", "ecole"};
constexpr std::array<std::string_view, 3> branches{"etat", "territoriale", "hospitaliere"};

bool one_of(const auto& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

base::Result<std::vector<Line>> read_lines(std::string_view text) {
    const auto table = base::CsvTable::read(text, {"code", "name"});
    if (!table) return base::unexpected(table.error());
    std::vector<Line> lines;
    for (std::size_t row = 0; row < table->size(); ++row) {
        const auto cell = [&](const char* name) { return table->cell(row, name); };
        Line line{table->line(row), cell("parent"), {}};
        line.organisation = {.id = {},
                             .code = cell("code"),
                             .parent = {},
                             .name = cell("name"),
                             .short_name = cell("short_name"),
                             .kind = cell("kind"),
                             .branch = cell("branch"),
                             .siret = cell("siret"),
                             .town = cell("town"),
                             .department = cell("department")};
        if (line.organisation.kind.empty()) line.organisation.kind = "service";
        if (line.organisation.branch.empty()) line.organisation.branch = "etat";
        std::erase(line.organisation.siret, ' ');
        lines.push_back(std::move(line));
    }
    return lines;
}

std::optional<base::Reason> problem_of(const Line& line) {
    const Organisation& o = line.organisation;
    // "import" is the address of the page that imports.
    if (o.code.empty() || o.code != base::slug(o.code) || o.code == "import")
        return base::Reason{"organisations.import.code_invalid", "code", {{"code", o.code}}};
    if (o.name.empty() || base::length(o.name) > 200)
        return base::Reason{"organisations.import.name_invalid", "name", {}};
    for (const auto& [text, field] :
         {std::pair{&o.short_name, "short_name"}, std::pair{&o.town, "town"}})
        if (base::length(*text) > 100)
            return base::Reason{"organisations.import.text_too_long", field, {{"column", field}}};
    if (!one_of(kinds, o.kind))
        return base::Reason{"organisations.import.kind_unknown", "kind", {{"kind", o.kind}}};
    if (!one_of(branches, o.branch))
        return base::Reason{
            "organisations.import.branch_unknown", "branch", {{"branch", o.branch}}};
    if (!o.siret.empty() && !base::is_siret(o.siret))
        return base::Reason{"organisations.import.siret_invalid", "siret", {{"siret", o.siret}}};
    const auto digit_or = [&](std::size_t at, std::string_view letters) {
        return (o.department[at] >= '0' && o.department[at] <= '9') ||
               letters.find(o.department[at]) != std::string_view::npos;
    };
    // "01" to "95", "2A", "2B", and three digits overseas (INSEE, code officiel géographique).
    if (!o.department.empty() &&
        ((o.department.size() != 2 && o.department.size() != 3) || !digit_or(0, "") ||
         !digit_or(1, o.department[0] == '2' && o.department.size() == 2 ? "AB" : "") ||
         (o.department.size() == 3 && !digit_or(2, ""))))
        return base::Reason{"organisations.import.department_invalid",
                            "department",
                            {{"department", o.department}}};
    return std::nullopt;
}

bool stands_below(const Parents& parents, base::OrganisationId inner, base::OrganisationId outer) {
    std::optional<base::OrganisationId> at = inner;
    // Not further than all of them: a tree that two writers have bent into a circle must not hang.
    for (std::size_t steps = 0; at && steps <= parents.size(); ++steps) {
        if (*at == outer) return true;
        const auto found = parents.find(*at);
        at = found == parents.end() ? std::nullopt : found->second;
    }
    return false;
}

int depth_of(const Parents& parents, base::OrganisationId organisation) {
    int depth = 0;
    for (auto at = parents.find(organisation); at != parents.end() && at->second && depth < 1000;
         at = parents.find(*at->second))
        ++depth;
    return depth;
}

}  // namespace organisations
