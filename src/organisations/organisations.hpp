// SPDX-License-Identifier: EUPL-1.2
// Door of the organisations slice: the tree of administrations, and the perimeters that are its
// subtrees.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db

namespace organisations {

struct Organisation {
    base::OrganisationId id;
    std::string code;
    std::optional<base::OrganisationId> parent;
    std::string name;
    std::string short_name;  // "DINUM"; "" where nobody uses one
    std::string kind;        // etat, ministere, direction, service, collectivite, hopital,
                             // operateur, ecole
    std::string branch;      // of the public service: etat, territoriale, hospitaliere
    std::string siret;       // 14 digits or ""
    std::string town;
    std::string department;  // INSEE code: "75", "2A"; "": as above it (Tree::department_of)

    const std::string& shown_name() const { return short_name.empty() ? name : short_name; }
    // Whether each of the words, as base::fold writes them, stands in a name, the code or the town.
    bool has_all(const std::vector<std::string>& folded_words) const;
};

// The whole tree, immutable. A few thousand nodes: kept in memory by every node of the platform.
class Tree {
public:
    explicit Tree(std::vector<Organisation>);
    const Organisation* find(base::OrganisationId) const;
    const Organisation* find(std::string_view code) const;
    // True when `inner` is `outer` or below it.
    bool contains(base::OrganisationId outer, base::OrganisationId inner) const;
    // From the organisation itself up to its root.
    std::vector<const Organisation*> chain(base::OrganisationId) const;
    // Its own département or that of the nearest above it that has one; "" when none has.
    std::string department_of(base::OrganisationId) const;
    // Depth-first, children by name; with their depth from 0.
    const std::vector<std::pair<const Organisation*, int>>& in_order() const { return in_order_; }
    std::vector<const Organisation*> children(base::OrganisationId) const;

private:
    struct Node {
        Organisation organisation;
        std::size_t enter = 0, leave = 0;  // positions in the walk: a subtree is [enter, leave)
    };
    std::vector<Node> nodes_;
    std::map<base::OrganisationId, std::size_t> by_id_;
    std::map<std::string, std::size_t, std::less<>> by_code_;
    std::vector<std::pair<const Organisation*, int>> in_order_;
};

// What became of a file; files of persons are told in the same words (identity).
struct ImportReport {
    int added = 0, changed = 0, unchanged = 0;
    struct Problem {
        int line = 0;
        base::Reason reason;
    };
    std::vector<Problem> problems;  // the lines named here were left out, the others went in
};

// What the template organisations/report shows. `words`: a reason in the reader's language.
boost::json::object report_view(const ImportReport&,
                                const std::function<std::string(const base::Reason&)>& words);

// An import as the log of decisions has it.
struct ImportDecision {
    std::string_view action;
    std::optional<base::PersonId> person = {};      // nothing: the operator
    std::vector<base::OrganisationId> within = {};  // the person's perimeters; the first is told
    base::Time now{};
};
// In the transaction of the import: the counts of its lines. Nothing when it changed nothing.
void record_import(db::Transaction&, const ImportReport&, const ImportDecision&);

// Who imports, and when. Without `person` the operator does.
struct Importer {
    base::Time now{};
    std::optional<base::PersonId> person = {};
};

class Organisations {
public:
    explicit Organisations(db::Database&);

    // The tree as of this transaction. Shared by the requests that read it; replaced, never
    // changed.
    std::shared_ptr<const Tree> tree(db::Transaction&, const db::Versions&);
    std::shared_ptr<const Tree> tree();

    // CSV with the columns code, parent, name, short_name, kind, branch, siret, town and
    // department (empty: it stays as it is). A parent is
    // named by its code and may stand in the file or in the database. The same file twice changes
    // nothing. Refuses a file that cannot be read at all. `within`: what is not at or below one of
    // these, or would leave them, stays as it is; absent: the operator, who may change everything.
    base::Result<ImportReport> import_csv(
        std::string_view text, const Importer&,
        const std::optional<std::vector<base::OrganisationId>>& within = std::nullopt);

private:
    db::Database& database_;
    std::mutex mutex_;  // guards the cache only; what is true is in the database
    std::shared_ptr<const Tree> tree_;
    std::int64_t tree_version_ = -1;
};

// The whole tree as import_csv() reads it, parents first.
std::string write_csv(const Tree&);

}  // namespace organisations
