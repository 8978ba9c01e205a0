// SPDX-License-Identifier: EUPL-1.2
#include "organisations/organisations.hpp"

#include "audit/audit.hpp"
#include "base/csv.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "organisations/rules.hpp"
#include "organisations/store.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace organisations {
namespace {

constexpr std::string_view version_name = "organisations";

bool same(const Organisation& a, const Organisation& b) {
    return a.parent == b.parent && a.name == b.name && a.short_name == b.short_name &&
           a.kind == b.kind && a.branch == b.branch && a.siret == b.siret && a.town == b.town &&
           a.department == b.department;
}

// What is known while a file goes in: the database's organisations and those of the lines above.
struct Known {
    std::map<std::string, Organisation, std::less<>> by_code;
    std::map<std::string, std::string, std::less<>> code_of_siret;
    std::map<std::string, int, std::less<>> line_of;  // of the codes above in the file
    Parents parents;
    const std::optional<std::vector<base::OrganisationId>>& within;

    bool inside(std::optional<base::OrganisationId> organisation) const {
        if (!within) return true;
        return organisation &&
               std::any_of(within->begin(), within->end(), [&](base::OrganisationId outer) {
                   return stands_below(parents, *organisation, outer);
               });
    }
    void put(const Organisation& organisation) {
        Organisation& present = by_code[organisation.code];
        if (!present.siret.empty()) code_of_siret.erase(present.siret);
        if (!organisation.siret.empty()) code_of_siret[organisation.siret] = organisation.code;
        parents[organisation.id] = organisation.parent;
        present = organisation;
    }
};

// Why this organisation may not stand there, `before` being what it is now (nullptr: new).
std::optional<base::Reason> why_not(const Organisation& organisation, const Organisation* before,
                                    const std::string& parent_code, const Known& known) {
    const auto place = [&](const char* key) {
        return base::Reason{key, "parent", {{"parent", parent_code}}};
    };
    const bool moves = before == nullptr || organisation.parent != before->parent;
    if ((before != nullptr && !known.inside(before->id)) ||
        (moves && !known.inside(organisation.parent)))
        return base::Reason{"organisations.import.outside", "code", {{"code", organisation.code}}};
    if (moves && organisation.parent) {
        if (before != nullptr && stands_below(known.parents, *organisation.parent, before->id))
            return place("organisations.import.cycle");
        if (depth_of(known.parents, *organisation.parent) + 2 > most_levels)
            return place("organisations.import.too_deep");
    }
    const auto holder = known.code_of_siret.find(organisation.siret);
    if (holder != known.code_of_siret.end() && holder->second != organisation.code)
        return base::Reason{"organisations.import.siret_taken",
                            "siret",
                            {{"siret", organisation.siret}, {"code", holder->second}}};
    return std::nullopt;
}

void import_line(db::Transaction& transaction, const Line& line, Known& known,
                 ImportReport& report) {
    const auto refuse = [&](base::Reason reason) {
        report.problems.push_back({line.number, std::move(reason)});
    };
    if (const auto problem = problem_of(line)) return refuse(*problem);
    Organisation organisation = line.organisation;
    const auto [above, first] = known.line_of.emplace(organisation.code, line.number);
    if (!first)
        return refuse({"organisations.import.code_twice",
                       "code",
                       {{"code", organisation.code}, {"line", std::to_string(above->second)}}});
    if (!line.parent_code.empty()) {
        const auto parent = known.by_code.find(line.parent_code);
        if (parent == known.by_code.end())
            return refuse(
                {"organisations.import.parent_unknown", "parent", {{"parent", line.parent_code}}});
        organisation.parent = parent->second.id;
    }
    const auto found = known.by_code.find(organisation.code);
    const Organisation* before = found == known.by_code.end() ? nullptr : &found->second;
    if (before != nullptr) {
        organisation.id = before->id;
        // Files of before have no such column.
        if (organisation.department.empty()) organisation.department = before->department;
        if (same(*before, organisation)) {
            ++report.unchanged;
            return;
        }
    }
    if (auto reason = why_not(organisation, before, line.parent_code, known))
        return refuse(std::move(*reason));
    if (before == nullptr) {
        organisation.id = store::insert(transaction, organisation);
        ++report.added;
    } else {
        store::update(transaction, organisation);
        ++report.changed;
    }
    known.put(organisation);
}

}  // namespace

Organisations::Organisations(db::Database& database) : database_(database) {}

std::shared_ptr<const Tree> Organisations::tree(db::Transaction& transaction,
                                                const db::Versions& versions) {
    const std::int64_t wanted = versions.of(version_name);
    {
        const std::lock_guard lock(mutex_);
        if (tree_ && tree_version_ == wanted) return tree_;
    }
    auto fresh = std::make_shared<const Tree>(store::all(transaction));
    const std::lock_guard lock(mutex_);
    if (tree_version_ < wanted) {
        tree_ = fresh;
        tree_version_ = wanted;
    }
    return fresh;
}

std::shared_ptr<const Tree> Organisations::tree() {
    return database_.read(
        [&](db::Transaction& transaction) { return tree(transaction, db::Versions(transaction)); });
}

base::Result<ImportReport> Organisations::import_csv(
    std::string_view text, const Importer& importer,
    const std::optional<std::vector<base::OrganisationId>>& within) {
    const auto lines = read_lines(text);
    if (!lines) return base::unexpected(lines.error());
    return database_.write([&](db::Transaction& transaction) -> base::Result<ImportReport> {
        ImportReport report;
        Known known{
            .by_code = {}, .code_of_siret = {}, .line_of = {}, .parents = {}, .within = within};
        for (const Organisation& organisation : store::all(transaction)) known.put(organisation);
        for (const Line& line : *lines) import_line(transaction, line, known, report);
        if (report.added + report.changed > 0) db::bump_version(transaction, version_name);
        record_import(transaction, report,
                      {.action = "organisations.import",
                       .person = importer.person,
                       .within = within.value_or(std::vector<base::OrganisationId>{}),
                       .now = importer.now});
        return report;
    });
}

void record_import(db::Transaction& transaction, const ImportReport& report,
                   const ImportDecision& import) {
    if (report.added + report.changed == 0) return;
    audit::Decision decision{
        .at = import.now,
        .actor = import.person,
        .role = import.person ? "administrator" : "program",
        .action = import.action,
        .object = "import",
        .after = boost::json::serialize(boost::json::object{{"added", report.added},
                                                            {"changed", report.changed},
                                                            {"unchanged", report.unchanged},
                                                            {"problems", report.problems.size()}})};
    if (!import.within.empty()) decision.perimeter = import.within.front();
    audit::record(transaction, decision);
}

std::string write_csv(const Tree& tree) {
    std::string text;
    base::write_csv_row(text, {"code", "parent", "name", "short_name", "kind", "branch", "siret",
                               "town", "department"});
    for (const auto& [organisation, depth] : tree.in_order()) {
        const Organisation* parent =
            organisation->parent ? tree.find(*organisation->parent) : nullptr;
        base::write_csv_row(
            text, {organisation->code, parent == nullptr ? "" : parent->code, organisation->name,
                   organisation->short_name, organisation->kind, organisation->branch,
                   organisation->siret, organisation->town, organisation->department});
    }
    return text;
}

}  // namespace organisations
