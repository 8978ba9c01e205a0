// SPDX-License-Identifier: EUPL-1.2
// Reads the log again and compares it with its seals. What is whole costs one pass; only where a
// seal and its rows differ is it worked out what was done to which row.
#include "audit/audit.hpp"
#include "audit/store.hpp"
#include "db/database.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace audit {
namespace {

// Exchanged rows are looked for among at most this many changed ones of a seal: pairs are tried.
constexpr std::size_t most_exchanged = 100;
constexpr int seals_at_once = 4;

struct Seal {
    std::int64_t number = 0, sealed_at = 0;
    store::Place last;
    std::string previous_hash, entries, hash;
    std::size_t rows() const { return entries.size() / entry_bytes; }
};

// A row that outlives the statement that read it.
struct OwnRow {
    explicit OwnRow(const RowView& view)
        : numbers(view),
          role(view.role),
          action(view.action),
          object(view.object),
          before(view.before),
          after(view.after) {}
    RowView at(store::Place place) const {
        RowView view = numbers;
        view.turn = place.turn;
        view.id = place.id;
        view.role = role;
        view.action = action;
        view.object = object;
        view.before = before;
        view.after = after;
        return view;
    }
    RowView numbers;  // its texts are not used
    std::string role, action, object, before, after;
};

class Pass {
public:
    Pass(db::Transaction& transaction, const std::optional<Anchor>& anchor)
        : transaction_(transaction), anchor_(anchor) {
        result_.removed_up_to = store::last_removal(transaction_).up_to_seal;
    }

    Verification run() {
        for (bool any = true; any;) {
            any = false;
            std::vector<Seal> seals;
            store::seals_after(transaction_, result_.last_seal, seals_at_once,
                               [&](const SealView& seal, std::string_view hash) {
                                   seals.push_back({seal.number,
                                                    seal.sealed_at,
                                                    {seal.last_turn, seal.last_id},
                                                    std::string{seal.previous_hash},
                                                    std::string{seal.entries},
                                                    std::string{hash}});
                               });
            for (const Seal& seal : seals) {
                any = true;
                check(seal);
            }
        }
        if (anchor_ && anchor_->seal > result_.last_seal)
            tell({Finding::What::seal_removed, anchor_->seal, 0});
        const auto rest = store::unsealed(transaction_, after_);
        result_.unsealed = rest.count;
        result_.unsealed_since = rest.since;
        return std::move(result_);
    }

private:
    void tell(Finding finding) {
        if (std::find(result_.findings.begin(), result_.findings.end(), finding) !=
            result_.findings.end())
            return;
        if (result_.findings.size() < most_findings)
            result_.findings.push_back(finding);
        else
            result_.more = true;
    }

    void check(const Seal& seal) {
        const bool follows = seal.number == result_.last_seal + 1;
        for (std::int64_t gone = result_.last_seal + 1; gone < seal.number && !result_.more; ++gone)
            tell({Finding::What::seal_removed, gone, 0});
        const std::string computed =
            hex(digester_.of(SealView{seal.number, seal.sealed_at, seal.last.turn, seal.last.id,
                                      seal.previous_hash, seal.entries}));
        const bool good = computed == seal.hash && seal.entries.size() % entry_bytes == 0;
        const bool anchored = !anchor_ || anchor_->seal != seal.number || anchor_->hash == computed;
        if (!good || !anchored) tell({Finding::What::seal_changed, seal.number, 0});
        // A seal that its successor does not know was made anew. Seals without a predecessor that
        // can be trusted say where they begin by their first row.
        if (good && follows && trusted_ && seal.previous_hash != result_.last_hash) {
            if (result_.last_seal == 0)
                tell({Finding::What::seal_changed, seal.number, 0});
            else
                tell({Finding::What::seal_changed, result_.last_seal, 0});
        }
        if (good) {
            if (!follows || !trusted_) after_ = before_first(seal);
            check_rows(seal);
        }
        after_ = seal.last;
        trusted_ = good;
        ++result_.seals;
        result_.last_seal = seal.number;
        result_.last_hash = seal.hash;
    }

    store::Place before_first(const Seal& seal) {
        std::optional<store::Place> place;
        for (std::size_t i = 0; i < seal.rows() && !place; ++i)
            store::row_of(transaction_, entry_at(seal.entries, i).id,
                          [&](const RowView& row) { place = {row.turn, row.id - 1}; });
        return place.value_or(after_);
    }

    void check_rows(const Seal& seal) {
        found_.clear();
        store::rows_between(transaction_, after_, seal.last, [&](const RowView& row) {
            append_entry(found_, {row.id, digester_.of(row)});
        });
        result_.rows += static_cast<std::int64_t>(found_.size() / entry_bytes);
        if (found_ == seal.entries) return;
        if (found_.empty() && seal.number <= result_.removed_up_to) return;
        explain(seal);
    }

    bool is_there(std::int64_t id) {
        bool there = false;
        store::row_of(transaction_, id, [&](const RowView&) { there = true; });
        return there;
    }

    void explain(const Seal& seal) {
        std::map<std::int64_t, Digest> found, sealed;
        for (std::size_t i = 0; i * entry_bytes < found_.size(); ++i) {
            const Entry entry = entry_at(found_, i);
            found.emplace(entry.id, entry.digest);
        }
        std::vector<Entry> changed;
        for (std::size_t i = 0; i < seal.rows(); ++i) {
            const Entry entry = entry_at(seal.entries, i);
            sealed.emplace(entry.id, entry.digest);
            const auto at = found.find(entry.id);
            if (at == found.end()) {
                if (is_there(entry.id))
                    tell({Finding::What::row_moved, seal.number, entry.id});
                else if (seal.number > result_.removed_up_to)
                    tell({Finding::What::row_removed, seal.number, entry.id});
            } else if (at->second != entry.digest) {
                changed.push_back(entry);
            }
        }
        const std::set<std::int64_t> exchanged = find_exchanged(changed);
        for (const Entry& entry : changed)
            tell({exchanged.contains(entry.id) ? Finding::What::row_moved
                                               : Finding::What::row_changed,
                  seal.number, entry.id});
        for (const auto& [id, digest] : found)
            if (!sealed.contains(id)) tell({Finding::What::row_inserted, seal.number, id});
    }

    // The ids of rows that hold what another of the changed ones held when it was sealed, or the
    // same thing at another place of the order.
    std::set<std::int64_t> find_exchanged(const std::vector<Entry>& changed) {
        std::set<std::int64_t> exchanged;
        if (changed.size() > most_exchanged) return exchanged;
        std::vector<OwnRow> rows;
        for (const Entry& entry : changed)
            store::row_of(transaction_, entry.id,
                          [&](const RowView& row) { rows.emplace_back(row); });
        for (const OwnRow& row : rows)
            for (const OwnRow& other : rows)
                for (const std::int64_t turn : {row.numbers.turn, other.numbers.turn}) {
                    if (row.numbers.id == other.numbers.id) continue;
                    const Digest digest = digester_.of(row.at({turn, other.numbers.id}));
                    if (std::find(changed.begin(), changed.end(),
                                  Entry{other.numbers.id, digest}) != changed.end())
                        exchanged.insert(row.numbers.id);
                }
        return exchanged;
    }

    db::Transaction& transaction_;
    const std::optional<Anchor>& anchor_;
    Digester digester_;
    Verification result_;
    store::Place after_;   // where the rows of the next seal begin
    bool trusted_ = true;  // the seal before is as it was made
    std::string found_;    // entries of the rows that are there
};

}  // namespace

std::string_view name_of(Finding::What what) {
    switch (what) {
        case Finding::What::row_changed:
            return "row_changed";
        case Finding::What::row_removed:
            return "row_removed";
        case Finding::What::row_inserted:
            return "row_inserted";
        case Finding::What::row_moved:
            return "row_moved";
        case Finding::What::seal_changed:
            return "seal_changed";
        case Finding::What::seal_removed:
            return "seal_removed";
    }
    return "";
}

Verification Audit::verify(const std::optional<Anchor>& anchor) {
    return database_.read(
        [&](db::Transaction& transaction) { return Pass(transaction, anchor).run(); });
}

}  // namespace audit
