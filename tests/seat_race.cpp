// SPDX-License-Identifier: EUPL-1.2
#include "seat_race.hpp"

#include <chrono>

std::vector<Taker> given_takers(TestApp& app, int count) {
    const auto organisation = app.given_organisation();
    const auto today = std::chrono::floor<std::chrono::days>(app.now);
    static int made = 0;
    std::vector<Taker> takers(static_cast<std::size_t>(count));
    app.database->write([&](db::Transaction& transaction) {
        for (Taker& taker : takers) {
            const std::string name = "Preneuse" + std::to_string(++made);
            taker.person =
                app.app().identity.put(transaction,
                                       {{.id = {},
                                         .email = "preneuse" + std::to_string(made) + "@exemple.fr",
                                         .given_name = name,
                                         .usual_name = "Martin",
                                         .job = "Agente"},
                                        {.organisation = organisation,
                                         .population = "etat",
                                         .from = today - std::chrono::days{100}},
                                        {}},
                                       app.now);
        }
    });
    for (Taker& taker : takers) taker.token = app.app().identity.sign_in(taker.person, app.now);
    return takers;
}

void use_real_time(TestApp& app) {
    app.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string take_target(base::SessionId session) {
    return "/sessions/" + std::to_string(session.value) + "/enrolments";
}

std::string withdraw_target(std::int64_t enrolment) {
    return "/enrolments/" + std::to_string(enrolment) + "/withdraw";
}

SeatCount seat_count(db::Database& database, base::SessionId session) {
    static constexpr db::Query counters{
        "test.counters", "SELECT capacity, taken, waiting FROM sessions WHERE id = $1"};
    static constexpr db::Query rows{"test.rows", R"sql(
        SELECT count(CASE WHEN state IN ('seated', 'offered') THEN 1 END),
               count(CASE WHEN state = 'waiting' THEN 1 END), count(DISTINCT person_id),
               coalesce(max(CASE WHEN state IN ('seated', 'offered') THEN place END), 0)
        FROM enrolments WHERE session_id = $1 AND state IN ('seated', 'offered', 'waiting')
    )sql"};
    static constexpr db::Query places{"test.places", R"sql(
        SELECT place FROM enrolments WHERE session_id = $1 AND state = 'waiting' ORDER BY place
    )sql"};
    return database.read([&](db::Transaction& transaction) {
        SeatCount count;
        transaction.run(counters, {session.value}, [&](const db::Row& row) {
            count.capacity = row.integer(0);
            count.taken = row.integer(1);
            count.waiting = row.integer(2);
        });
        transaction.run(rows, {session.value}, [&](const db::Row& row) {
            count.seated_rows = row.integer(0);
            count.waiting_rows = row.integer(1);
            count.holders = row.integer(2);
            count.last_promoted = row.integer(3);
        });
        transaction.run(places, {session.value},
                        [&](const db::Row& row) { count.places.push_back(row.integer(0)); });
        return count;
    });
}

std::string SeatCount::broken() const {
    std::string words;
    const auto must = [&](bool holds, const char* what) {
        if (!holds) words += (words.empty() ? "" : "; ") + std::string{what};
    };
    must(taken <= capacity, "oversold");
    must(waiting == 0 || taken == capacity, "somebody waits while a seat is free");
    must(taken == seated_rows, "taken is not the number of seats held");
    must(waiting == waiting_rows, "waiting is not the number of people who wait");
    must(holders == seated_rows + waiting_rows, "somebody holds two");
    must(places.empty() || last_promoted < places.front(), "a later place was given a seat first");
    return words;
}
