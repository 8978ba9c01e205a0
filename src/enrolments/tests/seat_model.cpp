// SPDX-License-Identifier: EUPL-1.2
#include "seat_model.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

namespace {

using enrolments::State;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int sessions_at_once = 10;

// -- the rules again, in the plainest way

bool of_paris(const SeatPerson& person) {
    return person.department == "75";
}

bool fits(const std::string& pool, const SeatPerson& person) {
    if (pool == "population:territoriale")
        return person.population == "territoriale" && !person.contractor;
    if (pool == "outside_idf:1") return !of_paris(person);
    if (pool == "organisation:lyon") return person.organisation == "lyon";
    return pool.empty();
}

const std::vector<std::string> pools{"population:territoriale", "outside_idf:1",
                                     "organisation:lyon"};

sessions::Quota quota_of(const std::string& pool, int seats, base::Time until) {
    const auto colon = pool.find(':');
    return {pool.substr(0, colon), pool.substr(colon + 1), seats, until};
}

}  // namespace

SeatWorld::SeatWorld(TestApp& given, unsigned seed, int count) : app(given), random(seed) {
    const auto report = app.app().organisations.import_csv(
        "code,name,branch,department\n"
        "dinum,DINUM,etat,75\nrennes,Préfecture,etat,35\nlyon,Lyon,territoriale,69\n",
        {.now = app.now});
    if (!report || report->added != 3) throw std::logic_error("a world without organisations");
    for (int i = 0; i < count; ++i) {
        const auto* const of =
            std::array{"dinum", "rennes", "lyon"}[static_cast<std::size_t>(i % 3)];
        SeatPerson person{{},
                          of,
                          i % 3 == 2 ? "territoriale" : "etat",
                          i % 3 == 0   ? "75"
                          : i % 3 == 1 ? "35"
                                       : "69",
                          i % 7 == 6};
        person.id = app.given_person({.name = "Personne" + std::to_string(1000 + i),
                                      .organisation = person.organisation,
                                      .population = person.population,
                                      .contractor = person.contractor});
        people.push_back(person);
    }
    for (const char* title : {"Offre une", "Offre deux"})
        offers.push_back(app.given_offer({.title = title}));
    for (int i = 0; i < sessions_at_once; ++i) sessions.push_back(new_session(i % kinds));
}

base::SessionId SeatWorld::new_session(int kind) {
    sessions::SeatRules rules;
    const base::Time now = app.now;
    int seats = 3;
    if (kind == 1) seats = 1;
    if (kind == 2) {
        seats = 6;
        rules.quotas = {quota_of(pools[0], 2, now + days{4} + seconds{30}),
                        quota_of(pools[1], 1, now + days{8} + seconds{30})};
    }
    if (kind == 3)
        rules.priorities = {sessions::Priority::state_agents, sessions::Priority::far_from_paris,
                            sessions::Priority::waited_before};
    if (kind == 4) {
        rules.selection = sessions::Selection::on_motivation;
        rules.apply_until = now + days{2};
        rules.results_on = std::chrono::floor<days>(now + days{3});
        rules.grid = {{"Projet", 2}, {"Équipe", 1}};
        rules.quotas = {quota_of(pools[2], 1, now + days{9} + seconds{30})};
    }
    const auto offer = offers[static_cast<std::size_t>(below(2))];
    const auto id = app.given_session({.offer = offer,
                                       .seats = seats,
                                       .in = days{14},
                                       .enrolment_closes_in = days{13},
                                       .cancel_until_in = days{12},
                                       .rules = rules});
    app.database->write([&](db::Transaction& transaction) {
        const auto session = app.app().sessions.find(transaction, id).value();
        auto before = session;
        before.status = sessions::Status::draft;
        if (!app.app().enrolments.session_changed(transaction, before, session, people[0].id,
                                                  app.now))
            throw std::logic_error("a session that cannot be opened");
    });
    return id;
}

std::string SeatWorld::written(unsigned seed) const {
    std::string text = app.fresh.url + "\n" + std::to_string(seed) + "\n" +
                       std::to_string(base::to_epoch(app.now)) + "\n" +
                       std::to_string(people.size()) + "\n";
    for (const SeatPerson& person : people) text += std::to_string(person.id.value) + "\n";
    for (const base::SessionId session : sessions) text += std::to_string(session.value) + "\n";
    return text;
}

struct SeatModel::Row {
    base::EnrolmentId id;
    std::size_t person = 0;
    State state = State::seated;
    std::int64_t place = 0, rank = 0;
    base::Time asked_at{};
    bool returned = false, given = false, moved = false;
    std::string pool;
    base::Time answer_by{};
    std::int64_t offered_as = 0;  // the order in which offers were made
    int waited = 0;
    std::optional<std::pair<int, int>> points;
    bool has_seat() const { return state == State::seated || state == State::offered; }
    bool holds() const { return has_seat() || state == State::waiting || state == State::applied; }
};

struct SeatModel::Session {
    base::SessionId id;
    base::OfferId offer;
    int kind = 0, capacity = 0;
    std::vector<sessions::Quota> quotas;
    std::vector<sessions::Priority> priorities;
    base::Time starts_at{}, ends_at{}, closes_at{}, cancel_until{}, apply_until{};
    bool open = true, results = false;
    std::int64_t last_place = 0, reached = 0;
    base::Time last_asked_at{};
    std::vector<Row> rows;

    bool selecting() const { return kind == 4 && !results; }
    bool over(base::Time now) const { return !open || ends_at <= now; }
    int taken() const { return static_cast<int>(std::ranges::count_if(rows, &Row::has_seat)); }
    int waiting() const {
        return static_cast<int>(std::ranges::count(rows, State::waiting, &Row::state));
    }
    int of_pool(const std::string& pool) const {
        return static_cast<int>(std::ranges::count_if(
            rows, [&](const Row& row) { return row.has_seat() && row.pool == pool; }));
    }
    std::optional<std::string> pool_for(const SeatPerson& person, base::Time now) const {
        int for_all = capacity;
        int taken_of_all = taken();
        for (const sessions::Quota& quota : quotas) {
            if (now >= quota.reserved_until) continue;
            for_all -= quota.seats;
            taken_of_all -= of_pool(quota.pool());
        }
        for (const sessions::Quota& quota : quotas)
            if (now < quota.reserved_until && of_pool(quota.pool()) < quota.seats &&
                fits(quota.pool(), person))
                return quota.pool();
        if (taken_of_all < for_all) return std::string{};
        return std::nullopt;
    }
};

// One step: what is done, and what it does to the model.
struct SeatModel::Walk {
    SeatModel& model;
    SeatWorld& world;
    TestApp& app;
    enrolments::Enrolments& enrolments;
    base::Time now;

    explicit Walk(SeatModel& m)
        : model(m),
          world(m.world_),
          app(m.world_.app),
          enrolments(app.app().enrolments),
          now(app.now) {}

    const SeatPerson& person(const Row& row) const { return world.people[row.person]; }

    auto key(const Session& session, const Row& row) const {
        std::vector<int> priorities;
        for (const auto priority : session.priorities) {
            const SeatPerson& who = person(row);
            const bool first = priority == sessions::Priority::state_agents
                                   ? who.population == "etat" && !who.contractor
                               : priority == sessions::Priority::far_from_paris ? !of_paris(who)
                                                                                : row.waited >= 2;
            priorities.push_back(first ? 0 : 1);
        }
        return std::tuple{!row.returned, row.rank == 0, row.rank,
                          priorities,    row.asked_at,  row.place};
    }

    void give(Session& session) {
        if (!session.open || session.selecting() || now >= session.starts_at) return;
        while (true) {
            Row* first = nullptr;
            std::optional<std::string> pool;
            for (Row& row : session.rows) {
                if (row.state != State::waiting) continue;
                auto free = session.pool_for(person(row), now);
                if (!free || (first != nullptr && key(session, *first) < key(session, row)))
                    continue;
                first = &row;
                pool = free;
            }
            if (first == nullptr) return;
            const seconds left = session.starts_at - now;
            const seconds stands =
                std::min<seconds>(hours{48}, std::max<seconds>(left / 2, hours{2}));
            first->state = State::offered;
            first->pool = *pool;
            first->given = true;
            first->answer_by = std::min(now + stands, session.starts_at);
            first->offered_as = ++model.offers_made_;
            ++session.reached;
        }
    }

    int waited(std::size_t who, base::OfferId offer) const {
        int lists = 0;
        for (const Session& session : model.sessions_) {
            if (session.offer != offer || !session.over(now)) continue;
            lists += std::ranges::any_of(session.rows, [&](const Row& row) {
                return row.person == who && row.place > 0 && !row.given &&
                       (row.state == State::waiting || row.state == State::cancelled);
            });
        }
        return lists;
    }

    Row* held(Session& session, std::size_t who) const {
        for (Row& row : session.rows)
            if (row.person == who && row.holds()) return &row;
        return nullptr;
    }

    // Somebody new in a session, where they may be: a seat or a place.
    Row newcomer(Session& session, std::size_t who) {
        Row row{.id = {}, .person = who, .asked_at = now};
        row.waited = waited(who, session.offer);
        give(session);
        if (const auto pool = session.pool_for(world.people[who], now)) {
            row.pool = *pool;
            row.given = true;
        } else {
            row.state = State::waiting;
            row.place = ++session.last_place;
            row.asked_at = session.last_asked_at = std::max(session.last_asked_at, now);
        }
        return row;
    }

    bool may_take(const Session& session) const {
        return session.open && now < session.starts_at && now < session.closes_at;
    }
    bool may_withdraw(const Session& session, const Row& row) const {
        return row.holds() && now < session.starts_at &&
               (row.state != State::seated || now <= session.cancel_until || row.moved);
    }

    // "" when the database did what the model says.
    template <class Result>
    std::string agreed(const std::string& name, bool expected, const Result& result,
                       const Session& session) {
        if (expected != result.has_value())
            return name + (expected ? ": refused, and may be: " +
                                          result.error().reasons.front().message_key
                                    : ": done, and may not be");
        if (expected) ++model.done_[name];
        return model.same(session);
    }

    std::string take(Session& session, std::size_t who) {
        const bool applying = session.selecting();
        const bool expected = may_take(session) && (!applying || now < session.apply_until);
        const Row* before = held(session, who);
        const auto result = enrolments.take(world.people[who].id, session.id, now,
                                            {.motivation = applying ? "Pour apprendre" : ""});
        if (before == nullptr && expected) {
            if (applying) {
                Row row{.id = {}, .person = who, .state = State::applied, .asked_at = now};
                row.waited = waited(who, session.offer);
                session.rows.push_back(row);
            } else {
                session.rows.push_back(newcomer(session, who));
            }
            Row& row = session.rows.back();
            if (result) row.id = result->id;
            const auto lost =
                std::ranges::find(model.returns_, std::pair{world.people[who].id, session.offer});
            if (row.state == State::waiting && lost != model.returns_.end()) {
                row.returned = true;
                model.returns_.erase(lost);
            }
        }
        return agreed(applying ? "apply" : "take", before != nullptr || expected, result, session);
    }

    std::string withdraw(Session& session, Row& row) {
        const bool again = row.state == State::withdrawn;
        const bool expected = again || may_withdraw(session, row);
        const auto result = enrolments.withdraw(person(row).id, row.id, now);
        if (expected && !again) {
            if (row.moved) return_priority(session, row);
            row.state = State::withdrawn;
            row.moved = false;
            give(session);
        }
        return agreed("withdraw", expected, result, session);
    }

    // Once a person and session.
    void return_priority(const Session& session, const Row& row) {
        if (lost_.insert({row.person, session.id.value}).second)
            model.returns_.emplace_back(person(row).id, session.offer);
    }
    static inline std::set<std::pair<std::size_t, std::int64_t>> lost_;

    std::string answer(Session& session, Row& row, bool accept) {
        const State wanted = accept ? State::seated : State::declined;
        const bool again = row.state == wanted;
        const bool expected = again || (row.state == State::offered && now <= row.answer_by &&
                                        now < session.starts_at);
        const auto result = enrolments.answer(person(row).id, row.id, accept, now);
        if (expected && !again) {
            row.state = wanted;
            row.moved = false;
            if (!accept) give(session);
        }
        return agreed(accept ? "accept" : "decline", expected, result, session);
    }

    std::string transfer(Session& from, Row& row, Session& to) {
        bool expected = may_withdraw(from, row) && row.state != State::offered &&
                        row.state != State::applied && to.offer == from.offer && to.id != from.id &&
                        !to.selecting() && may_take(to) && held(to, row.person) == nullptr;
        const auto result = enrolments.transfer(person(row).id, row.id, to.id, now);
        if (expected) {
            Session copy = to;
            const auto made = model.offers_made_;
            Row moved = newcomer(to, row.person);
            if (moved.state == State::waiting && row.state == State::seated) {
                to = std::move(copy);
                model.offers_made_ = made;
                expected = false;
            } else {
                moved.asked_at = row.asked_at;
                row.state = State::transferred;
                row.moved = false;
                if (result) moved.id = result->id;
                to.rows.push_back(moved);
                give(from);
            }
        }
        const std::string there = model.same(to);
        return there.empty() ? agreed("transfer", expected, result, from) : "transfer to: " + there;
    }

    std::string replace(Session& session, Row& row, std::size_t colleague) {
        const SeatPerson& who = world.people[colleague];
        const bool expected =
            row.state == State::seated && now < session.starts_at && colleague != row.person &&
            who.organisation == person(row).organisation && held(session, colleague) == nullptr;
        const auto email = app.read([&](db::Transaction& transaction) {
            return app.app().identity.find(transaction, who.id)->email;
        });
        const auto asked = enrolments.propose_colleague(person(row).id, false, row.id, email, now);
        if (!asked || !expected) return agreed("propose", expected, asked, session);
        std::int64_t id = 0;
        app.read([&](db::Transaction& transaction) {
            transaction.run({"test.replacement", "SELECT max(id) FROM replacements"}, {},
                            [&](const db::Row& found) { id = found.integer(0); });
        });
        const auto result = enrolments.answer_colleague(who.id, id, true, now);
        bool kept_for_others = false;
        for (const sessions::Quota& quota : session.quotas)
            kept_for_others =
                kept_for_others ||
                (quota.pool() == row.pool && now < quota.reserved_until && !fits(row.pool, who));
        if (!kept_for_others) {
            Row taken{.id = {}, .person = colleague, .asked_at = now};
            taken.given = true;
            taken.pool = row.pool;
            taken.waited = waited(colleague, session.offer);
            row.state = State::replaced;
            row.moved = false;
            if (result) taken.id = result->id;
            session.rows.push_back(taken);
        }
        return agreed("replace", !kept_for_others, result, session);
    }

    // Another capacity, other quotas, other dates: what an organiser's form changes.
    template <class Change>
    base::Result<void> edit(const Session& session, Change change) {
        return app.database->write([&](db::Transaction& transaction) -> base::Result<void> {
            const auto before = app.app().sessions.find(transaction, session.id).value();
            auto after = before;
            change(after);
            if (!app.app().sessions.update(transaction, after))
                throw std::logic_error("a session that nobody else changes was changed");
            ++after.revision;
            return enrolments.session_changed(transaction, before, after, world.people[0].id, now);
        });
    }

    // Each holder gets a seat by the new rules, in the order in which they got theirs.
    bool reassign(Session& session) const {
        std::vector<Row*> holders;
        for (Row& row : session.rows)
            if (row.has_seat()) holders.push_back(&row);
        std::ranges::stable_sort(
            holders, [&](const Row* a, const Row* b) { return given_order(*a) < given_order(*b); });
        Session empty = session;
        empty.rows.clear();
        std::vector<std::string> given;
        for (const Row* row : holders) {
            const auto pool = empty.pool_for(person(*row), now);
            if (!pool) return false;
            given.push_back(*pool);
            empty.rows.push_back(*row);
            empty.rows.back().pool = *pool;
        }
        for (std::size_t i = 0; i < holders.size(); ++i) holders[i]->pool = given[i];
        return true;
    }
    std::pair<std::int64_t, std::int64_t> given_order(const Row& row) const {
        std::int64_t given_at = 0;
        app.read([&](db::Transaction& transaction) {
            given_at = base::to_epoch(enrolments.find(transaction, row.id)->given_at.value());
        });
        return {given_at, row.id.value};
    }

    std::string change_capacity(Session& session, int capacity) {
        Session changed = session;
        changed.capacity = capacity;
        int reserved = 0;
        for (const auto& quota : session.quotas) reserved += quota.seats;
        if (reserved > capacity) return "";  // the form refuses it
        const bool ruled =
            session.kind == 4 || !session.quotas.empty() || !session.priorities.empty();
        const bool expected = session.taken() <= capacity &&
                              (!ruled || capacity == session.capacity || reassign(changed));
        const auto result =
            edit(session, [&](sessions::Session& s) { s.seats.capacity = capacity; });
        if (expected) {
            session = std::move(changed);
            give(session);
        }
        return agreed("capacity", expected, result, session);
    }

    std::string change_quota(Session& session, std::vector<sessions::Quota> quotas) {
        Session changed = session;
        changed.quotas = quotas;
        int reserved = 0;
        for (const auto& quota : quotas) reserved += quota.seats;
        if (reserved > session.capacity) return "";
        const bool ruled = session.kind == 4 || !quotas.empty() || !session.priorities.empty();
        const bool expected = session.quotas == quotas || !ruled || reassign(changed);
        const auto result = edit(session, [&](sessions::Session& s) { s.rules.quotas = quotas; });
        if (expected) {
            session = std::move(changed);
            give(session);
        }
        return agreed("quota", expected, result, session);
    }

    std::string move(Session& session) {
        const auto result =
            edit(session, [&](sessions::Session& s) { s.slots.front().ends_at += minutes{30}; });
        session.ends_at += minutes{30};
        for (Row& row : session.rows)
            if (row.has_seat()) row.moved = true;
        give(session);
        return agreed("move", true, result, session);
    }

    std::string cancel(Session& session) {
        app.database->write([&](db::Transaction& transaction) {
            auto off = app.app().sessions.find(transaction, session.id).value();
            off.status = sessions::Status::cancelled;
            app.app().sessions.update(transaction, off);
            enrolments.session_cancelled(transaction, session.id, world.people[0].id, now);
        });
        session.open = false;
        for (Row& row : session.rows) {
            if (row.has_seat()) return_priority(session, row);
            if (row.holds()) row.state = State::cancelled;
        }
        ++model.done_["cancel"];
        return model.same(session);
    }

    std::string grade(Session& session, Row& row) {
        const std::pair points{world.below(6), world.below(6)};
        const bool expected = row.state == State::applied && session.selecting();
        const std::array given{points.first, points.second};
        const auto result = enrolments.grade(world.people[0].id, row.id, given, now);
        if (expected) row.points = points;
        return agreed("grade", expected, result, session);
    }

    std::string select(Session& session) {
        std::vector<Row*> applications;
        for (Row& row : session.rows)
            if (row.state == State::applied) applications.push_back(&row);
        const bool expected = session.selecting() && session.open && now >= session.apply_until &&
                              std::ranges::all_of(applications, [](const Row* row) {
                                  return row->points.has_value();
                              });
        std::map<base::EnrolmentId, std::string> reasons;
        for (const Row* row : applications) reasons[row->id] = "Moins prioritaire";
        const auto result = enrolments.give_results(world.people[0].id, session.id, reasons, now);
        if (expected) {
            session.results = true;
            const auto points = [](const Row* row) {
                return 2 * row->points->first + row->points->second;
            };
            // The score is rounded to thousandths of fifteen points: no two become the same.
            std::ranges::stable_sort(applications, [&](const Row* a, const Row* b) {
                return std::tuple{-points(a), a->asked_at, a->id} <
                       std::tuple{-points(b), b->asked_at, b->id};
            });
            std::int64_t rank = 0;
            for (Row* row : applications) {
                row->rank = ++rank;
                if (const auto pool = session.pool_for(person(*row), now)) {
                    row->state = State::seated;
                    row->pool = *pool;
                    row->given = true;
                } else {
                    row->state = State::waiting;
                    row->place = ++session.last_place;
                    session.last_asked_at = std::max(session.last_asked_at, now);
                }
            }
        }
        return agreed("select", expected, result, session);
    }

    // Time goes on; each job is done at the second at which it is due.
    std::string pass_time(seconds by) {
        const base::Time until = now + by;
        while (true) {
            std::optional<base::Time> due;
            app.read([&](db::Transaction& transaction) {
                transaction.run({"test.due", R"sql(SELECT min(due_at) FROM jobs
                                 WHERE state = 'waiting' AND kind LIKE 'enrolments.%')sql"},
                                {}, [&](const db::Row& row) {
                                    if (const auto at = row.optional_integer(0))
                                        due = base::from_epoch(*at);
                                });
            });
            if (!due || *due > until) break;
            now = app.now = std::max(*due, now);
            app.app().jobs.run_due(now);
            std::vector<std::pair<std::int64_t, std::pair<Session*, std::size_t>>> ended;
            for (Session& session : model.sessions_) {
                give(session);
                for (std::size_t i = 0; i < session.rows.size(); ++i)
                    if (session.rows[i].state == State::offered && session.rows[i].answer_by < now)
                        ended.push_back({session.rows[i].offered_as, {&session, i}});
            }
            std::ranges::sort(ended);
            for (const auto& [order, where] : ended) {
                where.first->rows[where.second].state = State::expired;
                where.first->rows[where.second].moved = false;
                give(*where.first);
                ++model.done_["expire"];
            }
        }
        now = app.now = until;
        ++model.done_["time"];
        for (const Session& session : model.sessions_)
            if (session.ends_at + days{1} > now)
                if (auto different = model.same(session); !different.empty())
                    return "time: " + different;
        return "";
    }
};

SeatModel::SeatModel(SeatWorld& world) : world_(world) {
    Walk::lost_.clear();
}
SeatModel::~SeatModel() = default;

std::string SeatModel::step() {
    Walk walk(*this);
    const auto known = [&](base::SessionId id) {
        return std::ranges::any_of(sessions_, [&](const Session& s) { return s.id == id; });
    };
    // Always as many sessions that are not over.
    for (base::SessionId& id : world_.sessions) {
        const auto found = std::ranges::find(sessions_, id, &Session::id);
        if (found != sessions_.end() && (!found->open || found->starts_at <= walk.now))
            id = world_.new_session(found->kind);
        if (known(id)) continue;
        world_.app.read([&](db::Transaction& transaction) {
            const auto session = world_.app.app().sessions.find(transaction, id).value();
            const int kind = static_cast<int>(&id - world_.sessions.data()) % SeatWorld::kinds;
            sessions_.push_back({.id = id,
                                 .offer = session.offer,
                                 .kind = kind,
                                 .capacity = session.seats.capacity,
                                 .quotas = session.rules.quotas,
                                 .priorities = session.rules.priorities,
                                 .starts_at = session.starts_at(),
                                 .ends_at = session.ends_at(),
                                 .closes_at = session.enrolment_closes_at,
                                 .cancel_until = session.cancel_until,
                                 .apply_until = session.rules.apply_until});
        });
    }
    const auto any = [&]() -> Session& {
        const auto id = world_.sessions[static_cast<std::size_t>(
            world_.below(static_cast<int>(world_.sessions.size())))];
        return *std::ranges::find(sessions_, id, &Session::id);
    };
    Session& session = any();
    const auto who = static_cast<std::size_t>(world_.below(static_cast<int>(world_.people.size())));
    const auto row_in = [&](auto wanted) -> Row* {
        std::vector<Row*> rows;
        for (Row& row : session.rows)
            if (wanted(row)) rows.push_back(&row);
        if (rows.empty()) return nullptr;
        return rows[static_cast<std::size_t>(world_.below(static_cast<int>(rows.size())))];
    };
    const auto all = [](const Row&) { return true; };
    const auto in = [](State state) {
        return [state](const Row& row) { return row.state == state; };
    };

    const int what = world_.below(100);
    if (what < 36) return walk.take(session, who);
    if (what < 50) {
        Row* row =
            world_.below(8) == 0 ? row_in(all) : row_in([](const Row& r) { return r.holds(); });
        return row == nullptr ? "" : walk.withdraw(session, *row);
    }
    if (what < 62) {
        Row* row = world_.below(8) == 0 ? row_in(all) : row_in(in(State::offered));
        return row == nullptr ? "" : walk.answer(session, *row, world_.below(3) != 0);
    }
    if (what < 70) {
        Row* row = row_in([](const Row& r) { return r.holds(); });
        Session& to = any();
        return row == nullptr || to.id == session.id ? "" : walk.transfer(session, *row, to);
    }
    if (what < 76) {
        Row* row = row_in(in(State::seated));
        return row == nullptr ? "" : walk.replace(session, *row, who);
    }
    if (what < 81) return walk.change_capacity(session, 1 + world_.below(7));
    if (what < 84) {
        std::vector<sessions::Quota> quotas;
        for (const std::string& pool : pools)
            if (world_.below(3) == 0)
                quotas.push_back(quota_of(
                    pool, 1 + world_.below(2),
                    session.starts_at - days{world_.below(12)} + seconds{30} - minutes{1}));
        return walk.change_quota(session, quotas);
    }
    if (what < 91) {
        // Applications are graded when their time has come, else the walk would seldom select.
        Session* to_grade = &session;
        for (Session& one : sessions_)
            if (one.open && one.selecting() && one.starts_at > walk.now) to_grade = &one;
        for (Row& row : to_grade->rows)
            if (row.state == State::applied && !row.points) return walk.grade(*to_grade, row);
        return walk.select(*to_grade);
    }
    if (what < 92) return walk.move(session);
    if (what < 93) return world_.below(3) == 0 ? walk.cancel(session) : "";
    return walk.pass_time(minutes{10 + world_.below(60 * 8)});
}

std::string SeatModel::same(const Session& session) {
    std::string told;
    std::string expected;
    const auto line = [](std::int64_t person, std::string_view state, std::int64_t place,
                         std::int64_t rank, bool returned, const std::string& pool, bool given,
                         bool moved, std::int64_t asked_at, std::int64_t answer_by) {
        return std::to_string(person) + " " + std::string{state} + " " + std::to_string(place) +
               " r" + std::to_string(rank) + (returned ? " returned" : "") + " [" + pool + "]" +
               (given ? " given" : "") + (moved ? " moved" : "") + " " + std::to_string(asked_at) +
               " " + std::to_string(answer_by) + "\n";
    };
    world_.app.read([&](db::Transaction& transaction) {
        transaction.run({"test.rows", R"sql(
                SELECT person_id, state, place, rank, returned, pool, given_at, moved, asked_at,
                       CASE WHEN state = 'offered' THEN answer_by ELSE 0 END
                FROM enrolments WHERE session_id = $1 ORDER BY id)sql"},
                        {session.id.value}, [&](const db::Row& row) {
                            told +=
                                line(row.integer(0), row.text(1), row.integer(2), row.integer(3),
                                     row.boolean(4), std::string{row.text(5)}, !row.is_null(6),
                                     row.boolean(7), row.integer(8), row.integer(9));
                        });
        const auto seats = world_.app.app().sessions.find(transaction, session.id)->seats;
        told += std::to_string(seats.taken) + " of " + std::to_string(seats.capacity) + ", " +
                std::to_string(seats.waiting) + " wait, " + std::to_string(seats.reached);
    });
    for (const Row& row : session.rows)
        expected +=
            line(world_.people[row.person].id.value, name_of(row.state), row.place, row.rank,
                 row.returned, row.pool, row.given, row.moved, base::to_epoch(row.asked_at),
                 row.state == State::offered ? base::to_epoch(row.answer_by) : 0);
    expected += std::to_string(session.taken()) + " of " + std::to_string(session.capacity) + ", " +
                std::to_string(session.waiting()) + " wait, " + std::to_string(session.reached);
    if (told == expected) return "";
    return "session " + std::to_string(session.id.value) + " of kind " +
           std::to_string(session.kind) + " at " + std::to_string(base::to_epoch(world_.app.now)) +
           "\nis:\n" + told + "\nmust be:\n" + expected;
}

int walk_in_a_crowd(const std::string& world_file, int steps) {
    std::ifstream in(world_file);
    std::string url;
    unsigned seed = 0;
    std::int64_t epoch = 0;
    std::size_t count = 0;
    in >> url >> seed >> epoch >> count;
    std::vector<base::PersonId> people(count);
    for (base::PersonId& person : people) in >> person.value;
    std::vector<base::SessionId> sessions;
    for (base::SessionId id; in >> id.value;) sessions.push_back(id);

    app::Configuration configuration;
    configuration.database = url;
    const auto database = db::open({.url = url, .connections = 4});
    app::Application app(configuration, *database);
    std::mt19937 random(seed);
    const auto pick = [&](const auto& from) { return from[random() % from.size()]; };
    int done = 0;
    for (int step = 0; step < steps; ++step) {
        // The releases of quotas are made to pass at a quarter of an hour.
        const base::Time now = base::from_epoch(epoch) + seconds{step / 4};
        const auto session = pick(sessions);
        const auto rows = database->read([&](db::Transaction& transaction) {
            std::vector<enrolments::Enrolment> held;
            if (const auto found = app.sessions.find(transaction, session))
                held = app.enrolments.roster(transaction, *found);
            return held;
        });
        const auto what = random() % 100;
        bool good = false;
        if (what < 45 || rows.empty()) {
            good = app.enrolments.take(pick(people), session, now, {.motivation = "Pour apprendre"})
                       .has_value();
        } else if (what < 65) {
            const auto row = pick(rows);
            good = app.enrolments.withdraw(row.person, row.id, now).has_value();
        } else if (what < 80) {
            const auto row = pick(rows);
            good = app.enrolments.answer(row.person, row.id, random() % 3 != 0, now).has_value();
        } else if (what < 88) {
            const auto row = pick(rows);
            good = app.enrolments.transfer(row.person, row.id, pick(sessions), now).has_value();
        } else if (what < 93) {
            const int capacity = 1 + static_cast<int>(random() % 8);
            good = database
                       ->write([&](db::Transaction& transaction) -> base::Result<void> {
                           const auto before = app.sessions.find(transaction, session).value();
                           auto after = before;
                           after.seats.capacity = capacity;
                           for (sessions::Quota& quota : after.rules.quotas)
                               quota.seats = 1 + static_cast<int>(random() % 2);
                           if (!app.sessions.update(transaction, after))
                               return base::unexpected(
                                   base::Error{base::ErrorKind::conflict, "sessions.stale"});
                           return app.enrolments.session_changed(transaction, before, after,
                                                                 people.front(), now);
                       })
                       .has_value();
        } else if (what < 96) {
            good = app.jobs.run_due(now, 5) > 0;
        } else {
            std::map<base::EnrolmentId, std::string> reasons;
            for (const auto& row : rows) {
                reasons[row.id] = "Moins prioritaire";
                const std::array points{static_cast<int>(random() % 6),
                                        static_cast<int>(random() % 6)};
                if (row.state == State::applied)
                    good = app.enrolments.grade(people.front(), row.id, points, now).has_value();
            }
            good = app.enrolments.give_results(people.front(), session, reasons, now).has_value() ||
                   good;
        }
        done += good ? 1 : 0;
    }
    return done;
}
