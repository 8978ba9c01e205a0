// SPDX-License-Identifier: EUPL-1.2
#include "positioning/positioning.hpp"

#include "audit/audit.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "engine/random.hpp"
#include "http/request.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"
#include "positioning/store.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace positioning {
namespace {

base::unexpected<base::Error> refuse(base::ErrorKind kind, const char* key) {
    return base::unexpected(base::Error{kind, key});
}

// 63 bits: nobody can tell from a question what another candidate is asked.
std::uint64_t new_seed() {
    const std::string digits = base::sha256_hex(base::random_token()).substr(0, 16);
    std::uint64_t seed = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), seed, 16);
    return seed >> 1U;
}

// What the network needs, so that the last second is the candidate's.
constexpr int grace_s = 5;

int limit_of(const items::Item& item, const Options& options) {
    if (item.seconds == 0 || options.untimed) return 0;
    return item.seconds * (options.extra_time ? 3 : 2) / 2 + grace_s;
}

int seconds_between(const std::optional<base::Time>& asked, base::Time now) {
    if (!asked) return 0;
    const auto seconds = (now - *asked).count();
    return seconds <= 0 ? 1 : seconds > longest_seconds ? 0 : static_cast<int>(seconds);
}

void record(db::Transaction& transaction, base::PersonId person, std::string_view action,
            base::PositioningId id, base::Time now, std::string after = {}) {
    audit::record(transaction, {.at = now,
                                .actor = person,
                                .action = action,
                                .object = "positioning",
                                .object_id = id.value,
                                .after = std::move(after)});
}

}  // namespace

std::string_view name_of(Scope scope) {
    switch (scope) {
        case Scope::core:
            return "core";
        case Scope::area:
            return "area";
        case Scope::trade:
            return "trade";
        case Scope::some:
            return "some";
        case Scope::all:
            break;
    }
    return "all";
}

std::optional<Scope> scope_named(std::string_view name) {
    for (const Scope scope : {Scope::core, Scope::area, Scope::trade, Scope::all, Scope::some})
        if (name == name_of(scope)) return scope;
    return std::nullopt;
}

std::string_view name_of(State state) {
    return state == State::done ? "done" : state == State::paused ? "paused" : "going";
}

Positioning::Positioning(db::Database& database, identity::Identity& identity,
                         organisations::Organisations& organisations,
                         frameworks::Frameworks& frameworks, items::Items& items)
    : database_(database),
      identity_(identity),
      organisations_(organisations),
      frameworks_(frameworks),
      items_(items) {}

std::shared_ptr<const Measure> Positioning::measure(db::Transaction& transaction,
                                                    const db::Versions& versions) {
    auto bank = items_.bank(transaction, versions);
    {
        const std::lock_guard lock(mutex_);
        if (measure_ && &measure_->bank() == bank.get()) return measure_;
    }
    // Milliseconds; two requests that make it at once make the same.
    const auto made = std::make_shared<const Measure>(frameworks::present(), std::move(bank));
    const std::lock_guard lock(mutex_);
    if (!measure_ || measure_->bank().version() <= made->bank().version()) measure_ = made;
    return made;
}

std::optional<frameworks::Targets> Positioning::targets_of(db::Transaction& transaction,
                                                           const db::Versions& versions,
                                                           base::PersonId person, Scope scope,
                                                           std::string_view code, base::Time now) {
    const frameworks::Framework& framework = frameworks::present();
    if (scope == Scope::trade) {
        const auto trades = frameworks_.trades(transaction, versions);
        const frameworks::Trade* trade = trades->find(code);
        return trade == nullptr ? std::nullopt : std::optional{trade->targets};
    }
    const base::Date today = base::in_paris(now).day;
    const auto works = identity_.affiliation(transaction, person, today);
    const auto cores = frameworks_.cores(transaction, versions);
    const frameworks::Core& core =
        works ? cores->of(*organisations_.tree(transaction, versions), works->organisation, today)
              : cores->of_campus(today);
    if (scope == Scope::core) return core.targets;
    if (scope == Scope::area && framework.find_area(code) == nullptr) return std::nullopt;
    // The level of the core is told beside one's own; who wants to know a level is asked until it
    // is known, core or not.
    const std::vector<std::string> some =
        scope == Scope::some ? base::split(code, ',') : std::vector<std::string>{};
    frameworks::Targets targets;
    for (const frameworks::Competence& competence : framework.competences) {
        const bool wanted = scope == Scope::all ||
                            (scope == Scope::area && competence.area == code) ||
                            std::ranges::find(some, competence.code) != some.end();
        if (!wanted) continue;
        const auto asked = core.targets.find(competence.code);
        targets[competence.code] = asked == core.targets.end() ? 0 : asked->second;
    }
    // A code that is unknown, or said twice.
    if (scope == Scope::some && (some.empty() || targets.size() != some.size()))
        return std::nullopt;
    return targets;
}

Test Positioning::begun(db::Transaction& transaction, const db::Versions& versions,
                        base::PersonId person, const Start& start, frameworks::Targets targets,
                        base::Time now) {
    Test test;
    test.person = person;
    test.framework = frameworks::present().id;
    test.scope = start.scope;
    test.scope_code = start.code;
    test.options = start.options;
    test.plan.targets = std::move(targets);
    test.plan.phone = start.options.phone;
    test.plan.untimed = start.options.untimed;
    test.started_at = test.changed_at = now;
    const auto works =
        identity_.affiliation(transaction, person, std::chrono::floor<std::chrono::days>(now));
    if (works) {
        const auto* organisation =
            organisations_.tree(transaction, versions)->find(works->organisation);
        if (organisation != nullptr) test.branch = organisation->branch;
    }
    // What was asked in the last two tests is not asked again; what they said, if so wished.
    constexpr std::size_t tests_remembered = 2;
    const auto earlier = store::finished(transaction, person);
    for (std::size_t i = 0; i < std::min(earlier.size(), tests_remembered); ++i)
        for (const Given& given : earlier[i].answers) test.plan.seen.push_back(given.item);
    if (!start.use_earlier) return test;
    const auto profiles = store::profiles(transaction, std::span{&person, 1});
    const auto profile = profiles.find(person);
    if (profile == profiles.end()) return test;
    for (const auto& [competence, known] : profile->second.competences)
        if (known.standing.own_sd > 0)
            test.plan.beliefs.push_back(
                {competence, known.standing.own_mean, known.standing.own_sd});
    return test;
}

base::Result<base::PositioningId> Positioning::start(base::PersonId person, const Start& start,
                                                     base::Time now) {
    const std::uint64_t seed = start.seed ? *start.seed : new_seed();
    return database_.write([&](db::Transaction& transaction) -> base::Result<base::PositioningId> {
        const db::Versions versions(transaction);
        auto targets = targets_of(transaction, versions, person, start.scope, start.code, now);
        if (!targets)
            return base::unexpected(base::Error{base::ErrorKind::invalid,
                                                "positioning.why_not.scope_unknown", "scope"});
        Test test = begun(transaction, versions, person, start, std::move(*targets), now);
        test.plan.seed = seed;
        const auto measure = this->measure(transaction, versions);
        test.bank_version = measure->bank().version();
        Next next = positioning::next(*measure, test.plan, {});
        // All was asked before: then again.
        if (!next.choice) {
            test.plan.seen.clear();
            next = positioning::next(*measure, test.plan, {});
        }
        if (!next.choice)
            return refuse(base::ErrorKind::conflict, "positioning.why_not.empty_bank");
        test.asked = next.choice;
        const auto id = store::insert(transaction, test);
        if (!id) return refuse(base::ErrorKind::conflict, "positioning.why_not.in_progress");
        return *id;
    });
}

std::optional<Test> Positioning::find(db::Transaction& transaction, base::PositioningId id) {
    return store::find(transaction, id);
}

std::optional<Test> Positioning::in_progress(db::Transaction& transaction, base::PersonId person) {
    return store::in_progress(transaction, person);
}

std::vector<Test> Positioning::history(db::Transaction& transaction, base::PersonId person) {
    return store::finished(transaction, person);
}

std::vector<Standing> Positioning::results(db::Transaction& transaction, base::PositioningId id) {
    return store::results(transaction, id);
}

std::shared_ptr<const items::Item> Positioning::item(db::Transaction& transaction,
                                                     const db::Versions& versions, base::ItemId id,
                                                     std::int64_t version) {
    return items_.version(transaction, *items_.bank(transaction, versions), id, version);
}

Next Positioning::look(db::Transaction& transaction, const db::Versions& versions,
                       const Test& test) {
    return positioning::next(*measure(transaction, versions), test.plan, test.answers);
}

base::Result<Test> Positioning::own(db::Transaction& transaction, base::PersonId person,
                                    base::PositioningId id) {
    auto test = store::find(transaction, id);
    if (!test || test->person != person)
        return refuse(base::ErrorKind::not_found, "positioning.unknown");
    return *std::move(test);
}

// What the answers say becomes rows; the test is over.
void Positioning::end(db::Transaction& transaction, const db::Versions& versions, Test& test,
                      base::Time now) {
    const auto measure = this->measure(transaction, versions);
    std::vector<base::ItemId> asked;
    for (const Given& given : test.answers) asked.push_back(given.item);
    test.fit =
        person_fit(*measure, test.plan, test.answers, items_.typical_seconds(transaction, asked));
    const base::Date today = base::in_paris(now).day;
    const base::PersonId person = test.person.value();
    const auto works = identity_.affiliation(transaction, person, today);
    const auto cores = frameworks_.cores(transaction, versions);
    const frameworks::Core& core =
        works ? cores->of(*organisations_.tree(transaction, versions), works->organisation, today)
              : cores->of_campus(today);
    test.core_id = core.id;
    test.at_core = probability_of(*measure, test.plan, test.answers, core.targets);
    std::string lines;
    int place = 0;
    for (const Given& given : test.answers) {
        lines += line_of(given);
        store::insert_answer(transaction, test.id, ++place, given);
    }
    for (const Standing& standing : standings(*measure, test.plan, test.answers))
        store::insert_result(transaction, test.id, standing);
    test.state = State::done;
    test.ended_at = now;
    // Read in this transaction, and its row is this one's by the UPDATE before: see callers.
    store::end(transaction, test, lines, now);
    if (endings_ != nullptr) endings_->ended(transaction, test, now);
}

void Positioning::count_uses() {
    constexpr int most = 200;  // tests in one transaction
    for (bool more = true; more;)
        more = database_.write([&](db::Transaction& transaction) {
            const auto tests = store::take_uncounted(transaction, most);
            if (!tests.empty()) items_.record_uses(transaction, store::uses(transaction, tests));
            return tests.size() == most;
        });
}

base::Result<std::optional<Positioning::Step>> Positioning::step(db::Transaction& transaction,
                                                                 Test& test, const http::Form& form,
                                                                 base::Time now) {
    const auto measure = this->measure(transaction, db::Versions(transaction));
    const Choice& asked = test.asked.value();
    const auto item = items_.version(transaction, measure->bank(), asked.item, asked.version);
    if (!item) throw std::logic_error("a test asks an item whose text is gone");
    const auto variant = items::draw_key(*item, items::seed_of(test.plan.seed, asked.item));
    if (!variant) throw std::logic_error("an item that was published cannot be drawn");
    auto answer = items::read_answer(*variant, form);
    if (!answer) return base::unexpected(std::move(answer.error()));

    Given given{.item = asked.item,
                .version = asked.version,
                .unknown = answer->unknown,
                .measures = asked.measures,
                .seconds = seconds_between(test.asked_at, now),
                .written = shortened(items::written(*answer))};
    const int limit = limit_of(*item, test.options);
    given.late = limit > 0 && test.asked_at && now - *test.asked_at > std::chrono::seconds{limit};
    given.right = !given.unknown && !given.late && items::check(*variant, *answer).right;
    test.answers.push_back(given);
    return Step{line_of(given), positioning::next(*measure, test.plan, test.answers).choice};
}

// Reads first, in a transaction of its own: nearly every answer is then one UPDATE, guarded by the
// revision that was read.
base::Result<Answered> Positioning::answer(base::PersonId person, base::PositioningId id,
                                           std::int64_t revision, const http::Form& form,
                                           base::Time now) {
    Test test;
    const auto step =
        database_.read([&](db::Transaction& transaction) -> base::Result<std::optional<Step>> {
            auto found = own(transaction, person, id);
            if (!found) return base::unexpected(found.error());
            test = *std::move(found);
            if (test.revision != revision || test.state != State::going || !test.asked)
                return std::nullopt;
            return this->step(transaction, test, form, now);
        });
    if (!step) return base::unexpected(step.error());
    if (!*step) return Answered{.recorded = false, .over = test.state == State::done};
    const auto& [line, choice] = **step;
    if (choice) {
        const bool recorded = database_.write_one([&](db::Transaction& transaction) {
            return store::append(transaction, test, line, *choice, now);
        });
        return Answered{.recorded = recorded, .over = false};
    }
    return database_.write([&](db::Transaction& transaction) {
        // The row first, so that of two that end it one does.
        if (!store::append(transaction, test, line, test.asked.value(), now))
            return Answered{.recorded = false, .over = false};
        Test over = test;
        ++over.revision;
        end(transaction, db::Versions(transaction), over, now);
        return Answered{.recorded = true, .over = true};
    });
}

base::Result<void> Positioning::pause(base::PersonId person, base::PositioningId id,
                                      base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        auto test = own(transaction, person, id);
        if (!test) return base::unexpected(test.error());
        if (test->state == State::done)
            return refuse(base::ErrorKind::conflict, "positioning.why_not.over");
        if (test->state == State::going)
            store::set_state(transaction, *test, State::paused, test->options.phone, now);
        return {};
    });
}

base::Result<void> Positioning::resume(base::PersonId person, base::PositioningId id, bool phone,
                                       base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        auto test = own(transaction, person, id);
        if (!test) return base::unexpected(test.error());
        if (test->state == State::done)
            return refuse(base::ErrorKind::conflict, "positioning.why_not.over");
        store::set_state(transaction, *test, State::going, phone, now);
        return {};
    });
}

base::Result<void> Positioning::finish(base::PersonId person, base::PositioningId id,
                                       base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        auto test = own(transaction, person, id);
        if (!test) return base::unexpected(test.error());
        if (test->state == State::done) return {};
        if (test->answers.empty()) {
            store::remove(transaction, id);
            return {};
        }
        // Locks the row; a lost race is told as the state that there is.
        if (!store::set_state(transaction, *test, test->state, test->options.phone, now))
            return refuse(base::ErrorKind::conflict, "positioning.why_not.changed");
        ++test->revision;
        end(transaction, db::Versions(transaction), *test, now);
        return {};
    });
}

base::Result<void> Positioning::remove(base::PersonId person, base::PositioningId id,
                                       base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        auto test = own(transaction, person, id);
        if (!test) return base::unexpected(test.error());
        store::remove(transaction, id);
        record(transaction, person, "positioning.remove", id, now);
        return {};
    });
}

base::Result<void> Positioning::share(base::PersonId person, base::PositioningId id,
                                      std::optional<base::PersonId> supervisor, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        auto test = own(transaction, person, id);
        if (!test) return base::unexpected(test.error());
        if (test->state != State::done)
            return refuse(base::ErrorKind::conflict, "positioning.why_not.not_over");
        if (test->shared_with == supervisor) return {};  // the second click
        store::set_shared(transaction, id, supervisor);
        if (supervisor)
            record(transaction, person, "positioning.share", id, now,
                   R"({"supervisor":)" + std::to_string(supervisor->value) + "}");
        else
            record(transaction, person, "positioning.keep_to_oneself", id, now);
        return {};
    });
}

void Positioning::end_sharing(db::Transaction& transaction, base::PersonId person) {
    store::end_sharing(transaction, person);
}

std::map<base::PersonId, Profile> Positioning::profiles(db::Transaction& transaction,
                                                        std::span<const base::PersonId> persons) {
    return store::profiles(transaction, persons);
}

std::map<base::PersonId, Shared> Positioning::shared(db::Transaction& transaction,
                                                     std::span<const base::PersonId> persons) {
    return store::shared(transaction, persons);
}

std::map<std::string, Positioning::LevelCounts, std::less<>> Positioning::level_counts(
    db::Transaction& transaction, std::span<const base::PositioningId> tests) {
    return store::level_counts(transaction, tests);
}

std::vector<Finished> Positioning::finished_since(db::Transaction& transaction, base::Time since,
                                                  base::PositioningId after, int most) {
    return store::finished_since(transaction, since, after, most);
}

std::optional<double> Positioning::at_core(db::Transaction& transaction,
                                           const db::Versions& versions, base::PositioningId id,
                                           const frameworks::Targets& targets) {
    const auto test = store::find(transaction, id);
    if (!test || test->state != State::done) return std::nullopt;
    return probability_of(*measure(transaction, versions), test->plan,
                          store::answers(transaction, id), targets);
}

base::PositioningId Positioning::put_finished(
    db::Transaction& transaction, base::PersonId person, Scope scope, std::string_view code,
    const std::map<std::string, double, std::less<>>& abilities, std::uint64_t seed,
    std::size_t answers, bool finished, base::Time at) {
    const db::Versions versions(transaction);
    const Start start{.scope = scope, .code = std::string{code}, .options = {}};
    auto targets = targets_of(transaction, versions, person, scope, code, at);
    if (!targets) throw std::logic_error("positioning: an unknown scope");
    Test test = begun(transaction, versions, person, start, std::move(*targets), at);
    test.plan.seed = seed;
    const auto measure = this->measure(transaction, versions);
    test.bank_version = measure->bank().version();
    Next next = positioning::next(*measure, test.plan, {});
    if (!next.choice) throw std::logic_error("positioning: the bank is empty");
    test.asked = next.choice;
    const auto id = store::insert(transaction, test);
    if (!id) throw std::logic_error("positioning: the person has a test in progress");
    test.id = *id;
    base::Time now = at;
    engine::Random random(seed, 3);
    while (next.choice && test.answers.size() < answers) {
        const items::BankItem* asked = measure->bank().find(next.choice->item);
        auto variant = items::draw(*asked->item, items::seed_of(seed, asked->id));
        if (!variant) throw std::logic_error("an item that was published cannot be drawn");
        const auto ability = abilities.find(asked->competence());
        const double theta = ability == abilities.end() ? 0 : ability->second;
        const bool right =
            random.uniform() < engine::logistic(asked->parameters.a * theta + asked->parameters.d);
        const bool unknown = !right && random.uniform() < 0.3;
        const items::Answer answer = unknown ? items::Answer{.unknown = true}
                                     : right ? items::right_answer(*variant)
                                             : items::wrong_answer(*variant);
        const Given given{.item = asked->id,
                          .version = asked->version,
                          .right = right,
                          .unknown = unknown,
                          .measures = next.choice->measures,
                          .seconds = 12 + static_cast<int>(random.below(50)),
                          .written = shortened(items::written(answer))};
        now += std::chrono::seconds{given.seconds};
        test.answers.push_back(given);
        next = positioning::next(*measure, test.plan, test.answers);
        store::append(transaction, test, line_of(given), next.choice ? *next.choice : *test.asked,
                      now);
        ++test.revision;
        if (next.choice) test.asked = next.choice;
    }
    if (finished) end(transaction, versions, test, now);
    return test.id;
}

}  // namespace positioning
