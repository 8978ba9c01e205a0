// SPDX-License-Identifier: EUPL-1.2
#include "items/items.hpp"

#include "audit/audit.hpp"
#include "base/embedded.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "items/checks.hpp"
#include "items/random.hpp"
#include "items/store.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace items {
namespace {

constexpr std::array level_difficulty{-2.4, -1.7, -1.0, -0.3, 0.4, 1.1, 1.8, 2.5};
constexpr double difficulty_sd = 0.6;
constexpr double prior_slope = 1.2, prior_slope_sd = 0.35;
constexpr std::size_t most_old = 256;  // versions kept that are published no more

base::Error problem_of(const std::string& code, const Problem& problem) {
    base::Reason reason = problem.reason;
    reason.values.emplace_back("item", code);
    reason.values.emplace_back("at", std::to_string(problem.line));
    return {base::ErrorKind::invalid, std::move(reason)};
}

}  // namespace

Parameters prior_of_level(int level) {
    const double b = level_difficulty.at(static_cast<std::size_t>(level - 1));
    return {.a = prior_slope,
            .d = -prior_slope * b,
            .se_a = prior_slope_sd,
            .se_d = prior_slope * difficulty_sd,
            .calibrated = false};
}

Bank::Bank(std::int64_t version, std::vector<BankItem> items)
    : version_(version), items_(std::move(items)) {
    std::ranges::sort(items_, {}, &BankItem::code);
    for (std::size_t i = 0; i < items_.size(); ++i) by_id_.emplace(items_[i].id, i);
}

const BankItem* Bank::find(base::ItemId id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &items_[found->second];
}

const BankItem* Bank::find(std::string_view code) const {
    const auto found = std::ranges::lower_bound(items_, code, {}, &BankItem::code);
    return found == items_.end() || found->code() != code ? nullptr : &*found;
}

std::span<const BankItem> Bank::of(std::string_view competence) const {
    const auto range = std::ranges::equal_range(items_, competence, {}, &BankItem::competence);
    return {range.begin(), range.end()};
}

struct Items::Old {
    std::map<std::pair<base::ItemId, std::int64_t>, std::shared_ptr<const Item>> items;
};

Items::Items(db::Database& database) : database_(database), old_(std::make_unique<Old>()) {}
Items::~Items() = default;

std::shared_ptr<const Bank> Items::bank(db::Transaction& transaction,
                                        const db::Versions& versions) {
    const std::int64_t wanted = versions.of(version_name);
    std::shared_ptr<const Bank> before;
    {
        const std::lock_guard lock(mutex_);
        if (bank_ && bank_->version() == wanted) return bank_;
        if (bank_ && bank_->version() < wanted) before = bank_;
    }
    // Texts are read and parsed only where they changed.
    std::map<base::ItemId, std::string> texts;
    store::for_texts(transaction, before ? before->version() : -1,
                     [&](base::ItemId id, std::string_view text) { texts[id] = text; });
    std::vector<BankItem> items;
    for (const store::Published& row : store::published(transaction)) {
        const BankItem* known = before ? before->find(row.id) : nullptr;
        BankItem one{.id = row.id,
                     .version = row.number,
                     .item = {},
                     .parameters = {},
                     .seeded = row.seeded};
        if (const auto text = texts.find(row.id); text != texts.end())
            one.item = std::make_shared<const Item>(read_published(row.code, text->second));
        else
            one.item = known->item;
        one.parameters = row.parameters ? *row.parameters : prior_of_level(one.item->level);
        items.push_back(std::move(one));
    }
    auto fresh = std::make_shared<const Bank>(wanted, std::move(items));
    const std::lock_guard lock(mutex_);
    if (!bank_ || bank_->version() < wanted) bank_ = fresh;
    return fresh;
}

std::shared_ptr<const Item> Items::version(db::Transaction& transaction, const Bank& bank,
                                           base::ItemId id, std::int64_t number) {
    if (const BankItem* present = bank.find(id); present && present->version == number)
        return present->item;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = old_->items.find({id, number}); found != old_->items.end())
            return found->second;
    }
    const auto record = store::find(transaction, id);
    const auto text = store::text(transaction, id, number);
    if (!record || !text) return nullptr;
    auto item = std::make_shared<const Item>(read_published(record->code, *text));
    const std::lock_guard lock(mutex_);
    if (old_->items.size() >= most_old) old_->items.clear();
    old_->items.emplace(std::pair{id, number}, item);
    return item;
}

void Items::record_uses(db::Transaction& transaction, std::span<const Use> uses) {
    std::map<base::ItemId, Statistics> counts;
    std::map<std::pair<base::ItemId, int>, std::int64_t> seconds;
    for (const Use& use : uses) {
        Statistics& one = counts[use.item];
        ++one.asked;
        one.right += use.right ? 1 : 0;
        one.unknown += use.unknown ? 1 : 0;
        ++seconds[{use.item, store::bucket_of(use.seconds)}];
    }
    // In the order of their ids, so that no two transactions wait for each other.
    for (const auto& [id, more] : counts) store::add_uses(transaction, id, more);
    for (const auto& [key, count] : seconds)
        store::add_seconds(transaction, key.first, key.second, count);
}

std::map<base::ItemId, int> Items::typical_seconds(db::Transaction& transaction,
                                                   std::span<const base::ItemId> ids) {
    return store::typical_seconds(transaction, ids);
}

std::map<base::ItemId, Statistics> Items::statistics(db::Transaction& transaction) {
    return store::statistics(transaction);
}

void Items::set_parameters(db::Transaction& transaction, std::span<const Calibrated> all,
                           base::PersonId by, base::Time now) {
    db::bump_version(transaction, version_name);
    for (const Calibrated& one : all) {
        store::put_parameters(transaction, one, by, now);
        store::set_seeded(transaction, one.item, one.seeded);
        audit::record(
            transaction,
            {.at = now,
             .actor = by,
             .role = "campus_team",
             .action = "items.calibrate",
             .object = "item",
             .object_id = one.item.value,
             .after = boost::json::serialize(boost::json::object{
                 {"a", one.parameters.a}, {"d", one.parameters.d}, {"answers", one.answers}})});
    }
}

base::Result<LoadReport> Items::load(std::span<const BankText> texts, base::Time now) {
    for (const BankText& given : texts)
        for (const Problem& problem : read_item(given.code, given.text).problems)
            if (problem.serious) return base::unexpected(problem_of(given.code, problem));
    return database_.write([&](db::Transaction& transaction) -> base::Result<LoadReport> {
        LoadReport report;
        const std::int64_t revision = db::bump_version(transaction, version_name);
        for (const BankText& given : texts) {
            auto record = store::find_by_code(transaction, given.code);
            if (!record) {
                ItemRecord fresh{.id = {},
                                 .code = given.code,
                                 .published_number = 1,
                                 .working_number = {},
                                 .working_state = {},
                                 .retired_at = {},
                                 .seeded = true,
                                 .revision = revision};
                store::insert_version(
                    transaction, store::insert(transaction, fresh).value(),
                    {.number = 1, .text = given.text, .author = {}, .created_at = now});
                ++report.added;
                continue;
            }
            const auto known = store::versions(transaction, record->id);
            if (record->published_number &&
                std::ranges::find(known, *record->published_number, &ItemVersion::number)->text ==
                    given.text) {
                ++report.unchanged;
                continue;
            }
            const std::int64_t number = known.front().number + 1;
            store::insert_version(
                transaction, record->id,
                {.number = number, .text = given.text, .author = {}, .created_at = now});
            record->published_number = number;
            record->revision = revision;
            store::update(transaction, *record);
            ++report.changed;
        }
        if (report.added + report.changed > 0)
            audit::record(transaction, {.at = now,
                                        .role = "program",
                                        .action = "items.load",
                                        .object = "bank",
                                        .after = boost::json::serialize(
                                            boost::json::object{{"added", report.added},
                                                                {"changed", report.changed},
                                                                {"unchanged", report.unchanged}})});
        return report;
    });
}

std::uint64_t seed_of(std::uint64_t test, base::ItemId item) {
    Random random(test, std::to_string(item.value));
    return random.next();
}

std::vector<BankText> embedded_bank() {
    std::vector<BankText> bank;
    for (const base::EmbeddedFile& file : base::embedded_under("items/"))
        if (const auto code = code_of(file.path))
            bank.push_back({*code, std::string(file.content)});
    return bank;
}

}  // namespace items
