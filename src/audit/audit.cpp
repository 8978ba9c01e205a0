// SPDX-License-Identifier: EUPL-1.2
#include "audit/audit.hpp"

#include "audit/store.hpp"
#include "db/database.hpp"

namespace audit {

void record(db::Transaction& transaction, const Decision& decision) {
    store::insert(transaction, decision);
}

void Audit::continue_order() {
    database_.write([](db::Transaction& transaction) { store::continue_order(transaction); });
}

std::int64_t Audit::seal(base::Time now) {
    Digester digester;
    std::int64_t sealed = 0;
    for (int rows = rows_per_seal; rows == rows_per_seal; sealed += rows)
        rows = database_.write([&](db::Transaction& transaction) {
            const std::int64_t horizon = store::horizon(transaction);
            const store::Head head = store::last_seal(transaction);
            std::string entries;
            store::Place last;
            store::rows_to_seal(transaction, head.last, horizon, rows_per_seal,
                                [&](const RowView& row) {
                                    append_entry(entries, {row.id, digester.of(row)});
                                    last = {row.turn, row.id};
                                });
            if (entries.empty()) return 0;
            const SealView seal{.number = head.number + 1,
                                .sealed_at = base::to_epoch(now),
                                .last_turn = last.turn,
                                .last_id = last.id,
                                .previous_hash = head.hash,
                                .entries = entries};
            // Another node was faster: it seals the rest, too.
            if (!store::insert_seal(transaction, seal, hex(digester.of(seal)))) return 0;
            return static_cast<int>(entries.size() / entry_bytes);
        });
    return sealed;
}

int Audit::remove_older(db::Transaction& transaction, base::Time before, int most, bool really) {
    const store::Removal removed = store::last_removal(transaction);
    store::Removal next = removed;
    std::int64_t count = 0;
    bool full = false;
    while (!full) {
        bool any = false;
        // A row is decided before it is sealed: the seal is older than the term, so are its rows.
        store::seals_after(
            transaction, next.up_to_seal, 16, [&](const SealView& seal, std::string_view) {
                const auto rows = static_cast<std::int64_t>(seal.entries.size() / entry_bytes);
                full = full || seal.sealed_at >= base::to_epoch(before) || count + rows > most;
                if (full) return;
                any = true;
                count += rows;
                next = {seal.number, {seal.last_turn, seal.last_id}};
            });
        full = full || !any;
    }
    if (really && count > 0) {
        store::insert_removal(transaction, next, before);
        store::delete_rows(transaction, next.last);
    }
    return static_cast<int>(count);
}

std::vector<LogEntry> Audit::log(db::Transaction& transaction, const LogFilter& filter) {
    return store::log(transaction, filter);
}

std::vector<Audit::Decided> Audit::decided_by(db::Transaction& transaction, base::PersonId person,
                                              int most) {
    return store::decided_by(transaction, person, most);
}

}  // namespace audit
