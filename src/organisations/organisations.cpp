// SPDX-License-Identifier: EUPL-1.2
#include "organisations/organisations.hpp"

#include "base/csv.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "organisations/rules.hpp"
#include "organisations/store.hpp"

namespace organisations {
namespace {

constexpr std::string_view version_name = "organisations";

bool same(const Organisation& a, const Organisation& b) {
    return a.parent == b.parent && a.name == b.name && a.short_name == b.short_name &&
           a.kind == b.kind && a.branch == b.branch && a.siret == b.siret && a.town == b.town;
}

// What is known while a file goes in: the database's organisations and those of the lines above.
struct Known {
    std::map<std::string, Organisation, std::less<>> by_code;
    std::map<std::string, std::string, std::less<>> code_of_siret;
};

void import_line(db::Transaction& transaction, const Line& line, Known& known,
                 ImportReport& report) {
    const auto refuse = [&](base::Reason reason) {
        report.problems.push_back({line.number, std::move(reason)});
    };
    if (const auto problem = problem_of(line)) return refuse(*problem);
    Organisation organisation = line.organisation;
    if (!line.parent_code.empty()) {
        const auto parent = known.by_code.find(line.parent_code);
        if (parent == known.by_code.end())
            return refuse(
                {"organisations.import.parent_unknown", "parent", {{"parent", line.parent_code}}});
        organisation.parent = parent->second.id;
    }
    if (!organisation.siret.empty()) {
        const auto [holder, fresh] =
            known.code_of_siret.emplace(organisation.siret, organisation.code);
        if (!fresh && holder->second != organisation.code)
            return refuse({"organisations.import.siret_taken",
                           "siret",
                           {{"siret", organisation.siret}, {"code", holder->second}}});
    }
    const auto before = known.by_code.find(organisation.code);
    if (before == known.by_code.end()) {
        organisation.id = store::insert(transaction, organisation);
        ++report.added;
    } else {
        organisation.id = before->second.id;
        if (same(before->second, organisation)) {
            ++report.unchanged;
            return;
        }
        if (organisation.parent != before->second.parent &&
            makes_cycle(known.by_code, organisation))
            return refuse({"organisations.import.cycle", "parent", {{"parent", line.parent_code}}});
        store::update(transaction, organisation);
        ++report.changed;
    }
    known.by_code[organisation.code] = organisation;
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

base::Result<ImportReport> Organisations::import_csv(std::string_view text) {
    const auto lines = read_lines(text);
    if (!lines) return base::unexpected(lines.error());
    return database_.write([&](db::Transaction& transaction) -> base::Result<ImportReport> {
        ImportReport report;
        Known known;
        for (Organisation& organisation : store::all(transaction)) {
            if (!organisation.siret.empty())
                known.code_of_siret[organisation.siret] = organisation.code;
            known.by_code[organisation.code] = std::move(organisation);
        }
        for (const Line& line : *lines) import_line(transaction, line, known, report);
        if (report.added + report.changed > 0) db::bump_version(transaction, version_name);
        return report;
    });
}

}  // namespace organisations
