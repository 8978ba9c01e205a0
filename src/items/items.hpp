// SPDX-License-Identifier: EUPL-1.2
// Door of the items slice: the bank of items for positioning. What is published and with which
// parameters (Bank), what a candidate is shown (variant.hpp), how an item comes to be published.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "items/item.hpp"
#include "items/variant.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db
namespace identity {
class Identity;
}

namespace items {

// Of the two-parameter logistic model, logit = a * theta + d (engine/models.hpp), on the scale of
// the framework (population mean 0, standard deviation 1).
struct Parameters {
    double a = 1, d = 0;
    double se_a = 0, se_d = 0;
    bool calibrated = false;  // else the prior of the declared level
    double difficulty() const { return -d / a; }
};
// What is believed of an item before anybody answered it: the expected difficulty b* of its level
// (docs/items.md) with standard deviation 0.6, slope 1.2 with 0.35.
Parameters prior_of_level(int level);

// How an item was answered. `seconds`: the median of the answers, 0 while nobody answered.
struct Statistics {
    std::int64_t asked = 0, right = 0, unknown = 0;
    int seconds = 0;
};

// A published item.
struct BankItem {
    base::ItemId id;
    std::int64_t version = 0;  // of its text: what draws the variant
    std::shared_ptr<const Item> item;
    Parameters parameters;
    bool seeded = true;  // shown to be calibrated, not to measure

    const std::string& code() const { return item->code; }
    std::string_view competence() const { return item->competence(); }
};

// All published items as of one moment. Immutable; shared by the requests that read it.
class Bank {
public:
    Bank(std::int64_t version, std::vector<BankItem>);
    std::int64_t version() const { return version_; }
    // By code.
    const std::vector<BankItem>& items() const { return items_; }
    const BankItem* find(base::ItemId) const;  // nullptr: not published (any more)
    const BankItem* find(std::string_view code) const;
    // Those of one competence, by code.
    std::span<const BankItem> of(std::string_view competence) const;

private:
    std::int64_t version_;
    std::vector<BankItem> items_;
    std::map<base::ItemId, std::size_t> by_id_;
};

// One answer, for the statistics.
struct Use {
    base::ItemId item;
    bool right = false, unknown = false;
    int seconds = 0;
};

// Parameters that a calibration proposed and a person approved.
struct Calibrated {
    base::ItemId item;
    Parameters parameters;
    std::int64_t answers = 0;
    bool seeded = false;
};

struct LoadReport {
    int added = 0, changed = 0, unchanged = 0;
};
struct BankText {
    std::string code, text;
};

class Items {
public:
    // The database must outlive it.
    explicit Items(db::Database&);
    ~Items();

    // The published items as of this transaction.
    std::shared_ptr<const Bank> bank(db::Transaction&, const db::Versions&);
    // A version of an item, published now or earlier: a test that began goes on with what it
    // showed. Null when there is none.
    std::shared_ptr<const Item> version(db::Transaction&, const Bank&, base::ItemId,
                                        std::int64_t number);

    // Adds to the counts, of many tests at once: all who write here want the same rows.
    void record_uses(db::Transaction&, std::span<const Use>);
    std::map<base::ItemId, Statistics> statistics(db::Transaction&);
    // The median seconds of those of these items that were asked.
    std::map<base::ItemId, int> typical_seconds(db::Transaction&, std::span<const base::ItemId>);
    // `by` approved them; recorded in the log of decisions.
    void set_parameters(db::Transaction&, std::span<const Calibrated>, base::PersonId by,
                        base::Time now);

    // Publishes the items of files, all or none of them: the operator answers for a bank that was
    // reviewed as docs/items.md says. The same text again changes nothing; another one is a new
    // version. Refuses with the first problem when a text has a serious one.
    base::Result<LoadReport> load(std::span<const BankText>, base::Time now);

private:
    db::Database& database_;
    std::mutex mutex_;  // guards the cache only; what is true is in the database
    std::shared_ptr<const Bank> bank_;
    struct Old;  // versions that are published no more, a few
    std::unique_ptr<Old> old_;
};

// The seed of an item within a test whose own secret is `test`: other items, other tests, other
// variants.
std::uint64_t seed_of(std::uint64_t test, base::ItemId);

// The bank that the binary carries (content/items); empty where it was built without.
std::vector<BankText> embedded_bank();

}  // namespace items
