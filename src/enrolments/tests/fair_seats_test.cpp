// SPDX-License-Identifier: EUPL-1.2
// Fair seats as people and organisers meet them: pages, letters, deadlines.
#include "test_app.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace json = boost::json;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

std::string path(base::SessionId session, std::string_view rest = "/enrolments") {
    return "/sessions/" + std::to_string(session.value) + std::string{rest};
}

std::string id_of(const json::value& training) {
    return std::to_string(training.at("id").as_int64());
}

// The kinds and subjects of the letters to a person, the earliest first.
std::vector<std::string> letters_to(TestApp& app, base::PersonId person) {
    std::vector<std::string> subjects;
    app.read([&](db::Transaction& transaction) {
        transaction.run(
            {"test.letters", "SELECT letter FROM outbox WHERE person_id = $1 ORDER BY id"},
            {person.value}, [&](const db::Row& row) {
                const json::value letter = json::parse(row.text(0));
                std::string subject{letter.at("subject").as_string()};
                if (const auto* calendar = letter.as_object().if_contains("calendar"))
                    subject += " " + std::string{calendar->at("method").as_string()};
                subjects.push_back(subject.substr(16));  // "enrolments.mail."
            });
    });
    return subjects;
}

int decisions(TestApp& app, std::string_view action) {
    int count = 0;
    app.read([&](db::Transaction& transaction) {
        transaction.run({"test.decisions", "SELECT count(*) FROM audit_log WHERE action = $1"},
                        {action},
                        [&](const db::Row& row) { count = static_cast<int>(row.integer(0)); });
    });
    return count;
}

// What opening it puts down for later.
void open(TestApp& app, base::SessionId id, base::PersonId organiser) {
    app.database->write([&](db::Transaction& transaction) {
        const auto session = app.app().sessions.find(transaction, id).value();
        auto draft = session;
        draft.status = sessions::Status::draft;
        REQUIRE(
            app.app().enrolments.session_changed(transaction, draft, session, organiser, app.now));
    });
}

// One offer, one seat, somebody who has it and two who wait.
struct Queue {
    TestApp app;
    base::OfferId offer;
    base::SessionId session;
    base::PersonId holder, first, second;
    explicit Queue(sessions::SeatRules rules = {}) {
        offer = app.given_offer({.title = "Une formation"});
        session = app.given_session({.offer = offer, .seats = 1, .rules = std::move(rules)});
        holder = app.given_person();
        first = app.given_person();
        second = app.given_person();
        for (const auto person : {holder, first, second}) app.as(person).post(path(session));
    }
    json::value mine(base::PersonId person, const char* list) {
        return app.as(person).json("/my-trainings").at(list).at(0);
    }
    void give_back() { app.post("/enrolments/" + id_of(mine(holder, "coming")) + "/withdraw"); }
    bool sound() {
        return app.read([&](db::Transaction& transaction) {
            return app.app().enrolments.check(transaction, app.now).empty();
        });
    }
};

}  // namespace

TEST_CASE("an offer stands for 48 hours to the second, then it goes to the next; all are told") {
    Queue queue;
    TestApp& app = queue.app;
    queue.give_back();
    CHECK(letters_to(app, queue.first) ==
          std::vector<std::string>{"waiting.subject", "offered.subject"});
    const auto offered = queue.mine(queue.first, "to_answer");
    CHECK(offered.at("minutes_left") == 48 * 60);
    CHECK(shows(app.get("/my-trainings"), "Accepter la place"));

    const auto deadline = app.now + hours{48};
    app.now = deadline;
    app.app().jobs.run_due(app.now);
    CHECK(queue.mine(queue.first, "to_answer").at("state") == "offered");
    app.now = deadline + seconds{1};
    CHECK(app.as(queue.first)
              .post("/enrolments/" + id_of(offered) + "/answer", {{"accept", "1"}})
              .status == 409);
    app.app().jobs.run_due(app.now);
    app.app().jobs.run_due(app.now);  // once more does nothing
    CHECK(queue.mine(queue.first, "past").at("state") == "expired");
    const auto next = queue.mine(queue.second, "to_answer");
    CHECK(letters_to(app, queue.first).back() == "expired.subject");
    CHECK(decisions(app, "enrolments.expire") == 1);

    CHECK(app.post("/enrolments/" + id_of(next) + "/answer", {{"accept", "1"}}).status == 303);
    CHECK(queue.mine(queue.second, "coming").at("state") == "seated");
    CHECK(letters_to(app, queue.second).back() == "seated.subject REQUEST");
    CHECK(queue.sound());
}

TEST_CASE("a seat that is declined is offered to the next at once") {
    Queue queue;
    queue.give_back();
    const auto offered = queue.mine(queue.first, "to_answer");
    CHECK(queue.app.as(queue.second)
              .post("/enrolments/" + id_of(offered) + "/answer", {{"accept", "1"}})
              .status == 404);  // not theirs
    queue.app.as(queue.first).post("/enrolments/" + id_of(offered) + "/answer", {{"accept", "0"}});
    CHECK(queue.mine(queue.second, "to_answer").at("state") == "offered");
    CHECK(queue.sound());
}

TEST_CASE("whoever waits sees the place, the rule and the chances, and who passed and why") {
    sessions::SeatRules rules;
    rules.priorities = {sessions::Priority::state_agents};
    Queue queue(rules);
    TestApp& app = queue.app;
    const auto local = app.given_person({.name = "Lou", .population = "territoriale"});
    const auto agent = app.given_person({.name = "Awa"});
    app.as(local).post(path(queue.session));
    app.as(agent).post(path(queue.session));

    const auto place = [&](base::PersonId person) {
        const auto view = app.json("/enrolments/" + id_of(queue.mine(person, "waiting")));
        return view.at("place");
    };
    CHECK(place(local).at("rank") == 4);
    CHECK(place(local).at("why_before") == "state_agents");
    CHECK(place(agent).at("rank") == 3);
    CHECK(place(agent).at("why_after") == "state_agents");
    CHECK(place(local).at("known") == false);
    CHECK(shows(app.get("/enrolments/" + id_of(queue.mine(local, "waiting"))), "Inconnues"));
    const std::string of_lou = "/enrolments/" + id_of(queue.mine(local, "waiting"));
    CHECK(app.as(agent).get(of_lou).status == 404);  // not theirs

    // Everybody before leaves; the agent who asked later is offered the seat before.
    for (const auto person : {queue.first, queue.second})
        app.as(person).post("/enrolments/" + id_of(queue.mine(person, "waiting")) + "/withdraw");
    queue.give_back();
    CHECK(queue.mine(agent, "to_answer").at("state") == "offered");
    const auto passed = place(local).at("overtaken").at(0);
    CHECK(passed.at("reason") == "state_agents");
    CHECK(passed.at("count") == 1);
    CHECK(shows(app.get("/enrolments/" + id_of(queue.mine(local, "waiting"))),
                "priorité aux agents de l’État"));
    CHECK(queue.sound());

    // The list of a session that has ended tells the next one's chances.
    app.now += days{31};
    const auto later = app.given_session({.offer = queue.offer, .seats = 1});
    for (const auto person : {queue.holder, queue.first, queue.second})
        app.as(person).post(path(later));
    CHECK(place(queue.first).at("known") == true);
    CHECK(place(queue.first).at("reached") == 1);
    CHECK(place(queue.second).at("reached") == 0);
    CHECK(place(queue.second).at("sessions") == 1);
}

TEST_CASE("seats that a quota keeps are for its group until its release, then offered in order") {
    TestApp app;
    const auto organiser = app.given_person({.name = "Olga", .roles = {"organiser"}});
    sessions::SeatRules rules;
    rules.quotas = {{"population", "territoriale", 1, app.now + days{3}}};
    const auto session = app.given_session({.seats = 2, .rules = rules});
    open(app, session, organiser);
    const auto state = [&](base::PersonId person) {
        const auto mine = app.as(person).json("/my-trainings");
        for (const char* list : {"to_answer", "coming", "waiting", "past"})
            for (const auto& one : mine.at(list).as_array())
                return std::string{one.at("state").as_string()};
        return std::string{"none"};
    };
    std::vector<base::PersonId> agents;
    for (int i = 0; i < 3; ++i) {
        agents.push_back(app.given_person());
        app.as(agents.back()).post(path(session));
    }
    CHECK(state(agents[0]) == "seated");
    CHECK(state(agents[1]) == "waiting");  // although a seat is free
    app.now += days{3} - seconds{1};
    app.app().jobs.run_due(app.now);
    CHECK(state(agents[1]) == "waiting");
    SUBCASE("one of the group comes in time") {
        const auto local = app.given_person({.name = "Lou", .population = "territoriale"});
        app.as(local).post(path(session));
        CHECK(state(local) == "seated");
        const auto mine = app.as(agents[1]).json("/my-trainings").at("waiting").at(0);
        const auto place = app.json("/enrolments/" + id_of(mine)).at("place");
        CHECK(place.at("overtaken").at(0).at("reason") == "quota");
    }
    SUBCASE("nobody comes") {
        app.now += seconds{1};
        app.app().jobs.run_due(app.now);
        CHECK(state(agents[1]) == "offered");
        CHECK(state(agents[2]) == "waiting");
    }
    CHECK(app.read([&](db::Transaction& transaction) {
        return app.app().enrolments.check(transaction, app.now).empty();
    }));
}

TEST_CASE("everyone can read how the seats of a session are given") {
    TestApp app;
    sessions::SeatRules rules;
    rules.quotas = {{"outside_idf", "1", 2, app.now + days{3}},
                    {"organisation", "dinum", 1, app.now - days{1}}};
    rules.priorities = {sessions::Priority::waited_before};
    const auto session = app.given_session({.seats = 5, .rules = rules});
    app.as_visitor();
    const auto view = app.json(path(session, "/rules"));
    CHECK(view.at("for_all") == 3);
    CHECK(view.at("quotas").at(1).at("released") == true);
    const auto page = app.get(path(session, "/rules"));
    CHECK(shows(page, "hors d’Île-de-France"));
    CHECK(shows(page, "déjà attendu deux fois"));
    CHECK(app.get(path(app.given_session({.status = sessions::Status::draft}), "/rules")).status ==
          404);
}

TEST_CASE("people apply with a motivation, are graded, and all get their result at once") {
    TestApp app;
    sessions::SeatRules rules;
    rules.selection = sessions::Selection::on_motivation;
    rules.apply_until = app.now + days{5};
    rules.results_on = std::chrono::floor<days>(app.now) + days{7};
    rules.grid = {{"Projet", 2}, {"Équipe", 1}};
    const auto session = app.given_session({.seats = 1, .rules = rules});
    const auto ada = app.given_person({.name = "Ada"});
    const auto bob = app.given_person({.name = "Bob"});
    const auto organiser = app.given_person({.name = "Olga", .roles = {"organiser"}});
    open(app, session, organiser);

    app.as(ada);
    CHECK(shows(app.get(path(session, "/apply")), "Projet"));
    CHECK(app.post(path(session)).status == 422);  // without motivation
    CHECK(app.post(path(session), {{"motivation", "Un guichet pour tous"}}).status == 303);
    CHECK(shows(app.get("/my-trainings"), "Candidature déposée"));
    CHECK(app.as(bob).post(path(session), {{"motivation", "Appre"}}).status == 303);
    CHECK(app.post(path(session), {{"motivation", "Apprendre"}}).status == 303);  // says more

    app.as(organiser);
    CHECK(shows(app.get("/sessions"), "2 candidatures à noter"));
    const auto selection = app.json(path(session, "/selection"));
    CHECK(selection.at("total") == 2);
    CHECK(shows(app.get(path(session, "/selection")), "Un guichet pour tous"));
    CHECK(shows(app.get(path(session, "/selection")), "Apprendre"));
    std::map<std::string, std::string> ids;
    for (const auto& one : selection.at("applications").as_array())
        ids[std::string{one.at("name").as_string()}] = id_of(one);
    const auto grade = [&](const std::string& id, const char* project, const char* team) {
        return app.post("/enrolments/" + id + "/grade", {{"points.0", project}, {"points.1", team}})
            .status;
    };
    CHECK(grade(ids["Ada Martin"], "3", "3") == 303);
    CHECK(grade(ids["Bob Martin"], "5", "6") == 422);
    CHECK(grade(ids["Bob Martin"], "5", "5") == 303);
    const std::string results = path(session, "/results");
    CHECK(app.post(results, {{"reasons." + ids["Ada Martin"], "Projet trop tôt"}}).status == 409);

    app.now += days{5};
    app.app().jobs.run_due(app.now);
    CHECK(letters_to(app, organiser) == std::vector<std::string>{"results_due.subject"});
    CHECK(app.as(ada).post(path(session), {{"motivation", "Encore"}}).status == 303);  // has one
    CHECK(app.as(app.given_person()).post(path(session), {{"motivation", "Tard"}}).status == 409);
    app.as(organiser);
    CHECK(app.post(results).status == 422);  // who is not selected must be told why
    CHECK(app.post(results, {{"reasons." + ids["Ada Martin"], "Projet trop tôt"}}).status == 303);
    CHECK(app.post(results, {{"reasons." + ids["Ada Martin"], "Encore"}}).status == 409);

    CHECK(app.as(bob).json("/my-trainings").at("coming").at(0).at("state") == "seated");
    const auto waits = app.as(ada).json("/my-trainings").at("waiting").at(0);
    CHECK(waits.at("rank") == 1);
    CHECK(waits.at("reason") == "Projet trop tôt");
    CHECK(letters_to(app, ada) ==
          std::vector<std::string>{"applied.subject", "not_selected.subject"});
    CHECK(letters_to(app, bob).back() == "seated.subject REQUEST");
    // Only the organiser grades, and sees.
    CHECK(app.as(ada).get(path(session, "/selection")).status == 403);
}

TEST_CASE("a prerequisite is known from a past session, or declared and checked by the organiser") {
    TestApp app;
    const auto before = app.given_offer({.title = "Avant"});
    const auto past = app.given_session({.offer = before,
                                         .in = days{2},
                                         .enrolment_closes_in = days{1},
                                         .cancel_until_in = days{1}});
    const auto veteran = app.given_person({.name = "Vera"});
    app.as(veteran).post(path(past));
    app.now += days{3};
    sessions::SeatRules rules;
    rules.prerequisites = {before};
    const auto session = app.given_session({.rules = rules});
    const auto agent = app.given_person({.name = "Awa"});
    const auto organiser = app.given_person({.name = "Olga", .roles = {"organiser"}});

    CHECK(app.as(veteran).post(path(session)).status == 303);
    const auto refused = app.as(agent).post(path(session));
    CHECK(refused.status == 409);
    CHECK(shows(refused, "Avant"));
    CHECK(app.post(path(session), {{"prerequisite", "1"}}).status == 303);

    app.as(organiser);
    const auto declared = app.json(path(session, "/roster")).at("declared");
    CHECK(declared.as_array().size() == 1);
    const std::string check = "/enrolments/" + id_of(declared.at(0)) + "/prerequisite";
    CHECK(app.post(check, {{"holds", "0"}}).status == 422);  // a reason, please
    CHECK(app.post(check, {{"holds", "0"}, {"reason", "Jamais venue"}}).status == 303);
    CHECK(app.as(agent).json("/my-trainings").at("past").at(0).at("reason") == "Jamais venue");
    CHECK(letters_to(app, agent).back() == "refused.subject CANCEL");
}

TEST_CASE("one changes dates when a seat is free there, and keeps the seniority on a list") {
    Queue queue;
    TestApp& app = queue.app;
    const auto other = app.given_session({.offer = queue.offer, .seats = 1, .in = days{40}});
    const auto late = app.given_person({.name = "Tard"});
    const auto later = app.given_person({.name = "Trop"});
    app.now += hours{1};
    app.as(late).post(path(other));
    app.as(later).post(path(other));
    const std::string to = std::to_string(other.value);
    const auto transfer = [&](base::PersonId person, const char* list) {
        const auto mine = queue.mine(person, list);
        return app.post("/enrolments/" + id_of(mine) + "/transfer", {{"to", to}}).status;
    };
    CHECK(transfer(queue.holder, "coming") == 409);  // no seat is free there
    CHECK(queue.mine(queue.holder, "coming").at("state") == "seated");
    CHECK(transfer(queue.first, "waiting") == 303);  // asked before `later`
    CHECK(queue.mine(queue.first, "waiting").at("ahead") == 0);
    CHECK(queue.mine(later, "waiting").at("ahead") == 1);
    app.as(late).post("/enrolments/" + id_of(queue.mine(late, "coming")) + "/withdraw");
    CHECK(queue.mine(queue.first, "to_answer").at("state") == "offered");
    CHECK(queue.sound());
}

TEST_CASE("a colleague of the same organisation takes a seat over, and nobody else") {
    Queue queue;
    TestApp& app = queue.app;
    const auto colleague = app.given_person({.name = "Paul"});
    app.given_person({.name = "Loin", .organisation = "insee"});
    const auto seat = queue.mine(queue.holder, "coming");
    const auto propose = [&](const char* email) {
        return app.as(queue.holder)
            .post("/enrolments/" + id_of(seat) + "/colleague", {{"email", email}})
            .status;
    };
    CHECK(propose("nobody@exemple.fr") == 422);
    CHECK(propose("loin@exemple.fr") == 422);
    CHECK(propose("paul@exemple.fr") == 303);
    CHECK(letters_to(app, colleague) == std::vector<std::string>{"replacement.subject"});
    CHECK(app.as(queue.first).get("/replacements/1").status == 404);
    CHECK(shows(app.as(colleague).get("/replacements/1"), "Une formation"));
    CHECK(app.post("/replacements/1", {{"accept", "1"}}).status == 303);
    CHECK(queue.mine(colleague, "coming").at("state") == "seated");
    CHECK(queue.mine(queue.holder, "past").at("state") == "replaced");
    CHECK(app.as(colleague).post("/replacements/1", {{"accept", "1"}}).status == 409);
    CHECK(queue.sound());
}

TEST_CASE("a session that is called off tells everyone and gives priority back") {
    Queue queue;
    TestApp& app = queue.app;
    const auto other = app.given_session({.offer = queue.offer, .seats = 1});
    const auto taker = app.given_person({.name = "Déjà"});
    const auto before = app.given_person({.name = "Avant"});
    app.as(taker).post(path(other));
    app.as(before).post(path(other));
    app.as(app.given_person({.name = "Olga", .roles = {"organiser"}}));
    CHECK(app.post(path(queue.session, "/cancel")).status == 303);
    CHECK(letters_to(app, queue.holder).back() == "cancelled.subject CANCEL");
    CHECK(letters_to(app, queue.first).back() == "cancelled.subject CANCEL");
    CHECK(decisions(app, "sessions.cancel") == 1);

    app.as(queue.first).post(path(other));   // waited only
    app.as(queue.holder).post(path(other));  // had a seat: before those who asked earlier
    CHECK(queue.mine(queue.holder, "waiting").at("ahead") == 0);
    CHECK(queue.mine(before, "waiting").at("ahead") == 1);
    CHECK(queue.mine(queue.first, "waiting").at("ahead") == 2);
    app.as(taker).post("/enrolments/" + id_of(queue.mine(taker, "coming")) + "/withdraw");
    CHECK(queue.mine(queue.holder, "to_answer").at("state") == "offered");
    const auto passed = app.json("/enrolments/" + id_of(queue.mine(before, "waiting")));
    CHECK(passed.at("place").at("overtaken").at(0).at("reason") == "returned");
    CHECK(queue.sound());
}

TEST_CASE(
    "a session that is moved is kept or given back without penalty, later than the deadline") {
    TestApp app;
    const auto session = app.given_session({.cancel_until_in = days{1}});
    const auto agent = app.given_person({.name = "Awa"});
    app.as(agent).post(path(session));
    app.now += days{2};
    app.as(agent);  // the sign-in of two days ago has ended
    const auto mine = app.json("/my-trainings").at("coming").at(0);
    CHECK(app.post("/enrolments/" + id_of(mine) + "/withdraw").status == 409);
    app.database->write([&](db::Transaction& transaction) {
        const auto before = app.app().sessions.find(transaction, session).value();
        auto after = before;
        for (auto& slot : after.slots) {
            slot.starts_at += days{7};
            slot.ends_at += days{7};
        }
        ++after.sequence;
        REQUIRE(app.app().sessions.update(transaction, after));
        REQUIRE(app.app().enrolments.session_changed(transaction, before, after, agent, app.now));
    });
    CHECK(letters_to(app, agent).back() == "moved.subject REQUEST");
    CHECK(shows(app.get("/my-trainings"), "Garder ma place"));
    SUBCASE("kept") {
        CHECK(app.post("/enrolments/" + id_of(mine) + "/keep").status == 303);
        CHECK(app.json("/my-trainings").at("coming").as_array().size() == 1);
        CHECK(app.post("/enrolments/" + id_of(mine) + "/withdraw").status == 409);
    }
    SUBCASE("given back") {
        CHECK(app.post("/enrolments/" + id_of(mine) + "/withdraw").status == 303);
        CHECK(app.json("/my-trainings").at("past").at(0).at("state") == "withdrawn");
    }
}

TEST_CASE("too few people: the organiser is warned once, and confirms or calls off") {
    TestApp app;
    const auto organiser = app.given_person({.name = "Olga", .roles = {"organiser"}});
    sessions::SeatRules rules;
    rules.minimum_by = std::chrono::floor<days>(app.now) + days{10};
    const auto session = app.given_session({.rules = rules});
    app.database->write([&](db::Transaction& transaction) {
        auto after = app.app().sessions.find(transaction, session).value();
        auto before = after;
        before.status = sessions::Status::draft;
        after.minimum = 3;
        REQUIRE(app.app().sessions.update(transaction, after));
        REQUIRE(
            app.app().enrolments.session_changed(transaction, before, after, organiser, app.now));
    });
    app.now += days{9};
    app.app().jobs.run_due(app.now);
    CHECK(letters_to(app, organiser).empty());
    app.now += days{1};
    app.app().jobs.run_due(app.now);
    CHECK(letters_to(app, organiser) == std::vector<std::string>{"minimum.subject"});
    app.as(organiser);
    CHECK(shows(app.get("/sessions"), "Minimum non atteint"));
    CHECK(shows(app.get(path(session, "/minimum")), "Confirmer la session"));
    CHECK(app.post(path(session, "/confirm")).status == 303);
    CHECK(decisions(app, "sessions.confirm") == 1);
    CHECK_FALSE(shows(app.get("/sessions"), "Minimum non atteint"));
}

TEST_CASE("priorities are changed with a preview of the order that they make") {
    Queue queue;
    TestApp& app = queue.app;
    const auto local = app.given_person({.name = "Lou", .population = "territoriale"});
    const auto agent = app.given_person({.name = "Awa"});
    app.as(local).post(path(queue.session));
    app.as(agent).post(path(queue.session));
    app.as(app.given_person({.name = "Olga", .roles = {"organiser"}}));
    const auto last = [&](const std::string& query) {
        const auto view = app.json(path(queue.session, "/priorities" + query));
        const auto& order = view.at("order").as_array();
        return std::string{order.at(order.size() - 1).at("name").as_string()};
    };
    CHECK(last("") == "Awa Martin");
    CHECK(last("?preview=1&priority=state_agents") == "Lou Martin");
    CHECK(last("") == "Awa Martin");  // looking changes nothing
    CHECK(app.post(path(queue.session, "/priorities"), {{"priority", "state_agents"}}).status ==
          303);
    CHECK(last("") == "Lou Martin");
    CHECK(app.as(local).get(path(queue.session, "/priorities")).status == 403);
}

TEST_CASE("the check finds what is broken, and nothing in what is whole") {
    Queue queue;
    TestApp& app = queue.app;
    const auto rules = [&] {
        std::vector<std::string> names;
        app.read([&](db::Transaction& transaction) {
            for (const auto& finding : app.app().enrolments.check(transaction, app.now))
                names.emplace_back(finding.rule);
        });
        return names;
    };
    const auto run = [&](db::Query query) {
        app.database->write([&](db::Transaction& transaction) { transaction.run(query, {}); });
    };
    using Names = std::vector<std::string>;
    CHECK(rules().empty());
    run({"t1", "UPDATE sessions SET waiting = waiting + 1"});
    CHECK(rules() == Names{"counters"});
    run({"t2", "UPDATE sessions SET waiting = waiting - 1"});
    // The last of the list is seated, past the others.
    run({"t3", "UPDATE enrolments SET state = 'withdrawn' WHERE state = 'seated'"});
    run({"t4", "UPDATE enrolments SET state = 'seated', given_at = 1 WHERE place = 2"});
    run({"t5", "UPDATE sessions SET waiting = waiting - 1"});
    CHECK(rules() == Names{"order"});
    run({"t6", "UPDATE enrolments SET given_at = NULL WHERE place = 2"});
    CHECK(rules() == Names{"order", "lost"});
    run({"t7",
         "UPDATE enrolments SET state = 'offered', given_at = 1, answer_by = 2 WHERE place = 2"});
    CHECK(rules() == Names{"offer", "order"});
    run({"t8", "UPDATE enrolments SET pool = 'population:etat' WHERE place = 2"});
    run({"t9", "UPDATE sessions SET held_back = 1, taken = 0"});
    CHECK(rules().front() == "counters");
}
