// SPDX-License-Identifier: EUPL-1.2
#include "privacy/privacy.hpp"

#include "base/text.hpp"
#include "db/database.hpp"
#include "privacy/own_holders.hpp"
#include "privacy/rules.hpp"
#include "privacy/store.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace privacy {
namespace {

using base::ErrorKind;

// Rows of one transaction: others wait for the locks of a batch, not of a night.
constexpr int batch = 5'000;
// People of one transaction.
constexpr int people_at_once = 100;
// A report counts no further.
constexpr int most_reported = 10'000;
constexpr int most_listed = 200;

base::Error unknown() {
    return {ErrorKind::not_found, "privacy.why_not.unknown"};
}

std::string told(const std::vector<SliceEffects>& all) {
    boost::json::object object;
    for (const auto& [slice, effects] : all)
        for (const Effect& effect : effects) object[slice + "." + effect.what] = effect.count;
    return object.empty() ? std::string{} : boost::json::serialize(object);
}

// Under its slice, where it has one already.
void merge(std::vector<SliceEffects>& all, const std::vector<SliceEffects>& more) {
    for (const SliceEffects& one : more) {
        const auto found = std::ranges::find(all, one.slice, &SliceEffects::slice);
        if (found == all.end())
            all.push_back(one);
        else
            found->effects.insert(found->effects.end(), one.effects.begin(), one.effects.end());
    }
}

}  // namespace

std::string_view name_of(ErasureState state) {
    switch (state) {
        case ErasureState::asked:
            return "asked";
        case ErasureState::done:
            return "done";
        case ErasureState::refused:
            return "refused";
        case ErasureState::withdrawn:
            return "withdrawn";
    }
    return "";
}

Privacy::Privacy(db::Database& database, audit::Audit& audit, std::vector<Rule> rules,
                 People people)
    : database_(database), rules_(std::move(rules)), people_(std::move(people)) {
    own_.push_back(holder_of_requests());
    own_.push_back(holder_of_jobs());
    own_.push_back(holder_of_log(audit));
    for (const auto& holder : own_) add(*holder);
}
Privacy::~Privacy() = default;

// Those of privacy itself come last.
void Privacy::add(Holder& holder) {
    const bool own =
        std::ranges::any_of(own_, [&](const auto& one) { return one.get() == &holder; });
    const auto end =
        own ? holders_.end() : holders_.end() - static_cast<std::ptrdiff_t>(own_.size());
    holders_.insert(end, &holder);
}

std::vector<Privacy::Bound> Privacy::bound() const {
    std::vector<Bound> all;
    for (const Rule& rule : rules_) {
        const auto dot = rule.object.find('.');
        const std::string slice = rule.object.substr(0, dot), object = rule.object.substr(dot + 1);
        for (Holder* holder : holders_) {
            const auto objects = holder->objects();
            if (holder->slice() == slice && std::ranges::find(objects, object) != objects.end())
                all.push_back({&rule, holder, object});
        }
    }
    return all;
}

void Privacy::check() const {
    std::set<std::string> ruled;
    for (const Bound& one : bound()) ruled.insert(one.rule->object);
    for (const Rule& rule : rules_)
        if (!ruled.contains(rule.object))
            throw std::logic_error("retention.json has a rule for nothing: " + rule.object);
    for (const Holder* holder : holders_)
        for (const std::string_view object : holder->objects())
            if (!ruled.contains(std::string{holder->slice()} + "." + std::string{object}))
                throw std::logic_error("retention.json has no rule for an object of " +
                                       std::string{holder->slice()} + ": " + std::string{object});
}

boost::json::object Privacy::held(db::Transaction& transaction, base::PersonId person) {
    boost::json::object all;
    for (Holder* holder : holders_)
        if (auto held = holder->held(transaction, person); !held.empty())
            all[holder->slice()] = std::move(held);
    return all;
}

std::optional<ErasureRequest> Privacy::last_request(db::Transaction& transaction,
                                                    base::PersonId person) {
    return store::last_of(transaction, person);
}

base::Result<void> Privacy::ask_erasure(base::PersonId person, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto employer = people_.employer(transaction, person, now);
        if (!store::insert(transaction, person, employer, now)) return {};
        audit::record(transaction, {.at = now,
                                    .actor = person,
                                    .perimeter = employer,
                                    .action = "privacy.ask_erasure",
                                    .object = "person",
                                    .object_id = person.value});
        return {};
    });
}

base::Result<void> Privacy::withdraw_erasure(base::PersonId person, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto request = store::last_of(transaction, person);
        if (!request || request->state == ErasureState::withdrawn) return {};
        if (!store::decide(transaction, request->id, ErasureState::withdrawn, person, "", now))
            return base::unexpected(base::Error{ErrorKind::conflict, "privacy.why_not.decided"});
        audit::record(transaction, {.at = now,
                                    .actor = person,
                                    .perimeter = request->organisation,
                                    .action = "privacy.withdraw_erasure",
                                    .object = "person",
                                    .object_id = person.value});
        return {};
    });
}

std::vector<SliceEffects> Privacy::leave_all(base::PersonId person, base::Time now, Run run) {
    std::vector<SliceEffects> all;
    for (Holder* holder : holders_)
        if (auto effects = holder->leave(person, now, run); !effects.empty())
            all.push_back({std::string{holder->slice()}, std::move(effects)});
    return all;
}

std::vector<SliceEffects> Privacy::erase_all(db::Transaction& transaction, base::PersonId person,
                                             base::Time now) {
    std::vector<SliceEffects> all;
    for (Holder* holder : holders_)
        if (auto effects = holder->erase(transaction, person, now); !effects.empty())
            all.push_back({std::string{holder->slice()}, std::move(effects)});
    return all;
}

std::vector<SliceEffects> Privacy::preview(base::PersonId person, base::Time now) {
    auto all = leave_all(person, now, Run::dry);
    std::vector<SliceEffects> erased;
    const auto rolled_back =
        database_.write([&](db::Transaction& transaction) -> base::Result<void> {
            erased = erase_all(transaction, person, now);
            return base::unexpected(unknown());
        });
    if (rolled_back) throw std::logic_error("a preview was committed");
    merge(all, erased);
    return all;
}

base::Result<ErasureRequest> Privacy::find_open(db::Transaction& transaction, base::PersonId by,
                                                std::int64_t id) {
    auto request = store::find(transaction, id);
    if (!request) return base::unexpected(unknown());
    if (auto why = why_not_decide(*request, by, people_.sight(transaction, by)))
        return base::unexpected(std::move(*why));
    return std::move(*request);
}

base::Result<void> Privacy::erase(base::PersonId by, std::int64_t id, base::Time now) {
    const auto open = database_.read(
        [&](db::Transaction& transaction) { return find_open(transaction, by, id); });
    if (!open) return base::unexpected(open.error());
    const auto left = leave_all(open->person, now, Run::real);
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        // The rights again: what was read before is no lock.
        const auto request = find_open(transaction, by, id);
        if (!request) return base::unexpected(request.error());
        if (!store::decide(transaction, id, ErasureState::done, by, "", now))
            return base::unexpected(base::Error{ErrorKind::conflict, "privacy.why_not.decided"});
        people_.tell(transaction, request->person, ErasureState::done, "", now);
        auto effects = left;
        merge(effects, erase_all(transaction, request->person, now));
        audit::record(transaction, {.at = now,
                                    .actor = by,
                                    .role = "data_protection_officer",
                                    .perimeter = request->organisation,
                                    .action = "privacy.erase",
                                    .object = "person",
                                    .object_id = request->person.value,
                                    .after = told(effects)});
        return {};
    });
}

base::Result<void> Privacy::refuse(base::PersonId by, std::int64_t id, std::string_view reason,
                                   base::Time now) {
    if (auto why = why_not_this_reason(reason))
        return base::unexpected(base::Error{ErrorKind::invalid, std::move(*why)});
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto request = find_open(transaction, by, id);
        if (!request) return base::unexpected(request.error());
        const std::string_view said = base::trim(reason);
        if (!store::decide(transaction, id, ErasureState::refused, by, said, now))
            return base::unexpected(base::Error{ErrorKind::conflict, "privacy.why_not.decided"});
        people_.tell(transaction, request->person, ErasureState::refused, said, now);
        audit::record(transaction, {.at = now,
                                    .actor = by,
                                    .role = "data_protection_officer",
                                    .perimeter = request->organisation,
                                    .action = "privacy.refuse_erasure",
                                    .object = "person",
                                    .object_id = request->person.value});
        return {};
    });
}

std::vector<ErasureRequest> Privacy::requests(db::Transaction& transaction, base::PersonId reader) {
    return store::list(transaction, people_.sight(transaction, reader), most_listed);
}

std::optional<ErasureRequest> Privacy::request(db::Transaction& transaction, base::PersonId reader,
                                               std::int64_t id) {
    auto found = store::find(transaction, id);
    if (!found) return std::nullopt;
    const auto why = why_not_decide(*found, reader, people_.sight(transaction, reader));
    if (why && why->kind == ErrorKind::not_found) return std::nullopt;
    return found;
}

std::vector<Due> Privacy::due(base::Time now) {
    std::vector<Due> all;
    for (const Bound& one : bound()) {
        const base::Time before = due_before(*one.rule, now);
        const int count = database_.read([&](db::Transaction& transaction) {
            return one.object == "persons"
                       ? static_cast<int>(
                             one.holder->gone(transaction, before, most_reported).size())
                       : one.holder->retain(transaction, one.object, before, most_reported,
                                            Run::dry);
        });
        all.push_back({one.rule, before, count, count >= most_reported});
    }
    return all;
}

int Privacy::erase_gone(const Bound& one, base::Time now, int most) {
    const base::Time before = due_before(*one.rule, now);
    const auto people = database_.read(
        [&](db::Transaction& transaction) { return one.holder->gone(transaction, before, most); });
    for (const base::PersonId person : people) {
        const auto left = leave_all(person, now, Run::real);
        database_.write([&](db::Transaction& transaction) {
            auto effects = left;
            merge(effects, erase_all(transaction, person, now));
            audit::record(transaction, {.at = now,
                                        .role = "program",
                                        .action = "privacy.erase",
                                        .object = "person",
                                        .object_id = person.value,
                                        .after = told(effects)});
        });
    }
    return static_cast<int>(people.size());
}

int Privacy::run(const Bound& one, base::Time now, int most) {
    const base::Time before = due_before(*one.rule, now);
    return database_.write([&](db::Transaction& transaction) {
        const int count = one.holder->retain(transaction, one.object, before, most, Run::real);
        if (count > 0)
            audit::record(transaction,
                          {.at = now,
                           .role = "program",
                           .action = "privacy.retain",
                           .object = "retention",
                           .after = boost::json::serialize(boost::json::object{
                               {"object", one.rule->object},
                               {"count", count},
                               {"older_than",
                                base::iso_date(std::chrono::floor<std::chrono::days>(before))}})});
        return count;
    });
}

std::vector<Due> Privacy::apply(base::Time now) {
    std::vector<Due> all;
    for (const Bound& one : bound()) {
        Due done{one.rule, due_before(*one.rule, now), 0, false};
        for (int count = 1; count > 0; done.count += count)
            count = one.object == "persons" ? erase_gone(one, now, people_at_once)
                                            : run(one, now, batch);
        all.push_back(done);
    }
    return all;
}

}  // namespace privacy
