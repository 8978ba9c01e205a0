// SPDX-License-Identifier: EUPL-1.2
#include "jobs/rules.hpp"
#include "test_app.hpp"

#include <doctest/doctest.h>

namespace {

// A job that has failed for good.
void given_failed(TestApp& app, const char* error) {
    static int made = 0;
    const std::string kind = "test.failed" + std::to_string(++made);
    app.app().jobs.handle(kind, [error](const jobs::Attempt&) { throw std::runtime_error(error); });
    base::Time at = app.now;
    app.database->write([&](db::Transaction& transaction) {
        jobs::enqueue(transaction, {.kind = kind, .due_at = at});
    });
    for (int attempt = 1;; ++attempt) {
        app.app().jobs.run_due(at);
        const auto next = jobs::next_attempt(attempt, at);
        if (!next) break;
        at = *next;
    }
    app.now = at;
}

std::vector<std::string> audited(TestApp& app) {
    std::vector<std::string> actions;
    app.read([&](db::Transaction& transaction) {
        static constexpr db::Query query{
            "test.audited", "SELECT action FROM audit_log WHERE action LIKE 'jobs.%' ORDER BY id"};
        transaction.run(query, {}, [&](const db::Row& row) { actions.emplace_back(row.text(0)); });
    });
    return actions;
}

}  // namespace

TEST_CASE("an administrator of the whole tree sees what failed and why, and restarts it") {
    TestApp app;
    app.given_organisation({.code = "etat", .name = "État", .kind = "etat"});
    app.given_organisation({.code = "dinum", .parent = "etat"});
    given_failed(app, "le disque est plein");
    given_failed(app, "no route to host");
    const auto all = app.given_person({.organisation = "etat", .roles = {"administrator"}});
    const auto part = app.given_person({.organisation = "dinum", .roles = {"administrator"}});

    app.as(part);
    CHECK(app.get("/administration/jobs").status == 403);
    CHECK(app.post("/administration/jobs/restart").status == 403);
    app.as(app.given_person());
    CHECK(app.get("/administration/jobs").status == 403);

    app.as(all);
    const auto page = app.get("/administration/jobs");
    CHECK(page.status == 200);
    CHECK(shows(page, "le disque est plein"));
    const auto view = app.json("/administration/jobs");
    CHECK(view.at("counts").at("failed").as_int64() == 2);
    const auto id = std::to_string(view.at("failed").at(0).at("id").as_int64());

    CHECK(app.post("/administration/jobs/" + id + "/restart").status == 303);
    CHECK(app.post("/administration/jobs/" + id + "/restart").status == 404);
    CHECK(app.json("/administration/jobs").at("counts").at("failed").as_int64() == 1);
    CHECK(app.post("/administration/jobs/restart", {}, "json").body == R"({"restarted":1})");
    CHECK(app.json("/administration/jobs").at("counts").at("overdue").as_int64() == 2);
    CHECK(app.post("/administration/jobs/restart", {}, "json").body == R"({"restarted":0})");
    CHECK(audited(app) == std::vector<std::string>{"jobs.restart", "jobs.restart"});

    app.app().jobs.refresh_counts(app.now);
    CHECK(shows(app.get("/metrics"), "campus_jobs_overdue 2"));
}
