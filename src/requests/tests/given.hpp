// SPDX-License-Identifier: EUPL-1.2
// A ministry whose supervisors decide: what most tests of this slice begin with.
#pragma once
#include "test_app.hpp"

#include <boost/json.hpp>

template <class Id>
std::string id_of(Id id) {
    return std::to_string(id.value);
}
inline std::string id_of(const boost::json::value& view) {
    return std::to_string(view.at("id").as_int64());
}

struct Ministry {
    TestApp app;
    base::OrganisationId state, ministry, office_of_ministry;
    base::PersonId agent, supervisor, chief, office;

    explicit Ministry(const std::vector<requests::Step>& steps = {requests::Step{}}) {
        state = app.given_organisation({.code = "etat", .name = "État", .kind = "etat"});
        ministry = app.given_organisation(
            {.code = "ministere", .parent = "etat", .name = "Ministère", .kind = "ministere"});
        office_of_ministry = app.given_organisation(
            {.code = "bureau", .parent = "ministere", .name = "Bureau", .kind = "service"});
        agent = app.given_person({.name = "Agente", .organisation = "bureau"});
        supervisor = app.given_person({.name = "Sabine", .organisation = "bureau"});
        chief = app.given_person({.name = "Charles", .organisation = "ministere"});
        office = app.given_person(
            {.name = "Odile", .organisation = "ministere", .roles = {"training_office"}});
        app.database->write([&](db::Transaction& transaction) {
            auto& requests = app.app().requests;
            requests.put_circuit(transaction, ministry, steps, app.now);
            requests.put_supervisor(transaction, agent, supervisor, app.now);
            requests.put_supervisor(transaction, supervisor, chief, app.now);
        });
    }

    http::Pairs answers(std::optional<base::SessionId> session,
                        const http::Pairs& others = {}) const {
        http::Pairs form{{"expertise", "debutant"},
                         {"motivation", "Pour mieux servir les usagers"},
                         {"regime", "training_plan"}};
        if (session) form.emplace_back("session", id_of(*session));
        for (const auto& [name, value] : others) {
            std::erase_if(form, [&](const auto& pair) { return pair.first == name; });
            form.emplace_back(name, value);
        }
        return form;
    }
    // The agent asks; returns the request's id.
    std::string asks(base::PersonId person, std::optional<base::SessionId> session,
                     const http::Pairs& others = {}) {
        const auto answer = app.as(person).post("/requests", answers(session, others), "json");
        if (answer.status != 201) throw std::runtime_error("not asked: " + answer.body);
        return id_of(boost::json::parse(answer.body));
    }
    http::Response decides(base::PersonId person, const std::string& request,
                           const http::Pairs& form) {
        return app.as(person).post("/requests/" + request + "/decision", form, "json");
    }

    std::vector<boost::json::object> letters(std::string_view email, std::string_view kind) {
        static constexpr db::Query select{"test.letters", R"sql(
            SELECT letter FROM outbox WHERE email = $1 AND kind = $2 ORDER BY id
        )sql"};
        return app.read([&](db::Transaction& transaction) {
            std::vector<boost::json::object> found;
            transaction.run(select, {email, kind}, [&](const db::Row& row) {
                found.push_back(boost::json::parse(row.text(0)).as_object());
            });
            return found;
        });
    }
    static std::string link_of(const boost::json::object& letter) {
        return boost::json::value_to<std::string>(letter.at("action").at("url"));
    }
    int audited(std::string_view action) {
        static constexpr db::Query count{"test.audited", R"sql(
            SELECT count(*) FROM audit_log WHERE action = $1
        )sql"};
        return app.read([&](db::Transaction& transaction) {
            int number = 0;
            transaction.run(count, {action},
                            [&](const db::Row& row) { number = static_cast<int>(row.integer(0)); });
            return number;
        });
    }
    std::string state_of(const std::string& request) {
        return boost::json::value_to<std::string>(
            app.as(office).json("/requests/" + request).at("state"));
    }
    std::string state_of(const boost::json::value& view) { return state_of(id_of(view)); }
    void run_jobs() { app.app().jobs.run_due(app.now); }
};
