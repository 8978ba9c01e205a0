// SPDX-License-Identifier: EUPL-1.2
// How the campus team works on items: write, ask for review, publish what another person wrote or
// send it back, retire, restore. A published item is revised in a version of its own; candidates
// get the old one until the new one is published.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "items/items.hpp"
#include "items/rules.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace items {

// One item as those see it who work on it.
struct Dossier {
    ItemRecord record;
    std::vector<ItemVersion> versions;                      // newest first, at least one
    const ItemVersion* version(std::int64_t number) const;  // nullptr: no such one
    // The one that is being written or reviewed, else the published one.
    const ItemVersion& present() const;
};

// An item in the list.
struct Listed {
    ItemRecord record;
    State state = State::draft;
    std::string text;  // of the working version, else the published one
    std::optional<base::PersonId> author;
    base::Time changed_at{};
    Statistics statistics;
};

class Editing {
public:
    // The arguments must outlive it.
    Editing(db::Database&, Items&, identity::Identity&);

    std::optional<Dossier> find(db::Transaction&, base::ItemId);
    std::vector<Listed> list(db::Transaction&);  // by code

    // The next free code of the competence. Refuses a text with serious problems; the reasons have
    // the line in their values.
    base::Result<base::ItemId> create(base::PersonId, std::string_view competence,
                                      std::string_view text, base::Time now);
    // `revision`, here and below: of the item as the person saw it. When it is no longer the
    // present one, a conflict with the message "items.stale" - unless what is asked for is so
    // already, as after a double click.
    base::Result<void> save(base::PersonId, base::ItemId, std::int64_t revision,
                            std::string_view text, base::Time now);
    base::Result<void> ask_review(base::PersonId, base::ItemId, std::int64_t revision,
                                  base::Time now);
    base::Result<void> publish(base::PersonId, base::ItemId, std::int64_t revision, base::Time now);
    base::Result<void> send_back(base::PersonId, base::ItemId, std::int64_t revision,
                                 std::string_view comment, base::Time now);
    base::Result<void> retire(base::PersonId, base::ItemId, std::int64_t revision, base::Time now);
    base::Result<void> restore(base::PersonId, base::ItemId, std::int64_t revision, base::Time now);

private:
    using Change = std::function<base::Result<void>(db::Transaction&, Dossier&)>;
    // Under which name the change stands in the log of decisions; "": it is no decision.
    struct Logged {
        std::string_view action = {};
    };
    base::Result<void> change(base::PersonId, base::ItemId, std::int64_t revision, base::Time now,
                              const Logged&,
                              const std::function<bool(const Dossier&)>& done_already,
                              const Change&);

    db::Database& database_;
    Items& items_;
    identity::Identity& identity_;
};

// The serious problems of a text as the reasons of a refusal: the field is "text", the values have
// the line as `at`.
std::vector<base::Reason> reasons_of(const std::vector<Problem>&);

}  // namespace items
