// SPDX-License-Identifier: EUPL-1.2
// What requests tell of a person, what goes when they are erased, and what goes with time.
#include "given.hpp"

#include <doctest/doctest.h>

namespace json = boost::json;
using std::chrono::days;

namespace {

const http::Pairs refuse{{"verdict", "unfavourable"}, {"reason", "Nécessité de service"}};

int retained(Ministry& given, std::string_view object, base::Time before, privacy::Run run) {
    return given.app.database->write([&](db::Transaction& transaction) {
        return given.app.app().requests_data.retain(transaction, object, before, 100, run);
    });
}

}  // namespace

TEST_CASE("my data tells what I asked and what was decided; erasing removes texts, not counts") {
    Ministry given;
    TestApp& app = given.app;
    const std::string first = given.asks(given.agent, app.given_session());
    CHECK(given.decides(given.supervisor, first, refuse).status == 200);
    const std::string second =
        given.asks(given.agent, app.given_session(), {{"accommodation", "Au premier rang"}});
    auto& holder = app.app().requests_data;
    const auto held = [&](base::PersonId person) {
        return json::serialize(app.read(
            [&](db::Transaction& transaction) { return holder.held(transaction, person); }));
    };
    for (const char* told : {"Pour mieux servir les usagers", "Nécessité de service",
                             "Au premier rang", "sabine@exemple.fr"})
        CHECK(held(given.agent).find(told) != std::string::npos);
    CHECK(held(given.supervisor).find("unfavourable") != std::string::npos);
    CHECK(held(given.supervisor).find("Nécessité") == std::string::npos);

    CHECK(holder.leave(given.agent, app.now, privacy::Run::dry).at(0).count == 1);
    CHECK(given.state_of(second) == "to_decide");
    CHECK(holder.leave(given.agent, app.now, privacy::Run::real).at(0).count == 1);
    CHECK(holder.leave(given.agent, app.now, privacy::Run::real).empty());
    CHECK(given.state_of(second) == "withdrawn");
    const auto erase = [&](base::PersonId person) {
        return app.database->write([&](db::Transaction& transaction) {
            return holder.erase(transaction, person, app.now).size();
        });
    };
    CHECK(erase(given.agent) == 2);
    CHECK(erase(given.agent) == 0);
    CHECK(held(given.agent).find("Pour mieux") == std::string::npos);
    CHECK(held(given.agent).find("Nécessité") == std::string::npos);
    CHECK(given.state_of(first) == "refused");
    // The supervisor's mail goes with the supervisor.
    const auto other = app.given_person({.name = "Noé", .organisation = "bureau"});
    app.database->write([&](db::Transaction& transaction) {
        app.app().requests.put_supervisor(transaction, other, given.supervisor, app.now);
    });
    erase(given.supervisor);
    CHECK(held(other).find("sabine") == std::string::npos);
}

TEST_CASE("with time drafts are deleted and texts emptied, decisions stay") {
    Ministry given;
    TestApp& app = given.app;
    const std::string decided = given.asks(given.agent, app.given_session());
    CHECK(given.decides(given.supervisor, decided, refuse).status == 200);
    auto draft = given.answers(app.given_session());
    draft.emplace_back("do", "draft");
    CHECK(app.as(given.agent).post("/requests", draft, "json").status == 201);
    for (const char* object : {"texts", "drafts"}) {
        CAPTURE(object);
        CHECK(retained(given, object, app.now, privacy::Run::real) == 0);
        const base::Time later = app.now + days{1};
        CHECK(retained(given, object, later, privacy::Run::dry) == 1);
        CHECK(retained(given, object, later, privacy::Run::real) == 1);
        CHECK(retained(given, object, later, privacy::Run::dry) == 0);
    }
    CHECK(app.as(given.agent).json("/my-requests").at("open").as_array().empty());
    const auto view = app.as(given.agent).json("/requests/" + decided);
    CHECK(view.at("state") == "refused");
    CHECK(view.at("motivation") == "");
}
