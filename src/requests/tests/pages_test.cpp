// SPDX-License-Identifier: EUPL-1.2
// Success and refusal of what each page does, through the whole application.
#include "db/versions.hpp"
#include "given.hpp"

#include <doctest/doctest.h>

namespace json = boost::json;
using requests::Decider;
using requests::Silence;
using requests::Step;
using std::chrono::days;

namespace {

const std::vector<Step> two_steps{Step{.decider = Decider::supervisor},
                                  Step{.decider = Decider::training_office}};
const http::Pairs approve{{"verdict", "favourable"}};
const http::Pairs refuse{{"verdict", "unfavourable"}, {"reason", "Nécessité de service"}};

}  // namespace

TEST_CASE("without a circuit or with one without steps, a seat is taken directly") {
    Ministry given(std::vector<Step>{});
    const auto session = given.app.given_session();
    given.app.as(given.agent);
    CHECK(given.app.post("/requests", given.answers(session), "json").status == 409);
    CHECK(given.app.post("/sessions/" + id_of(session) + "/enrolments", {}, "json").status == 201);
    // Elsewhere nobody asks either.
    const auto other = given.app.given_person({.organisation = "dinum"});
    CHECK(given.app.as(other)
              .post("/sessions/" + id_of(session) + "/enrolments", {}, "json")
              .status == 201);
}

TEST_CASE("a draft is kept, changed, seen by its author alone, then submitted once") {
    Ministry given;
    TestApp& app = given.app;
    const auto session = app.given_session();
    app.as(given.agent);
    const auto kept = app.post(
        "/requests", {{"session", id_of(session)}, {"regime", "training_plan"}, {"do", "draft"}},
        "json");
    REQUIRE(kept.status == 201);
    const std::string id = id_of(json::parse(kept.body));
    CHECK(app.json("/requests/" + id).at("state") == "draft");
    CHECK(app.as(given.supervisor).get("/requests/" + id).status == 404);
    CHECK(app.as(given.office).get("/requests/" + id).status == 404);
    // What is missing is told beside its field.
    app.as(given.agent);
    const auto missing =
        app.post("/requests", {{"session", id_of(session)}, {"regime", "training_plan"}});
    CHECK(missing.status == 422);
    CHECK(shows(missing, "Écrivez en quelques phrases votre motivation."));
    CHECK(given.asks(given.agent, session) == id);
    CHECK(given.asks(given.agent, session) == id);  // the double click
    CHECK(given.letters("agente@exemple.fr", "requests.received").size() == 1);
    CHECK(given.audited("requests.submit") == 1);
    // It cannot be changed any more.
    auto again = given.answers(session);
    again.emplace_back("do", "draft");
    CHECK(app.as(given.agent).post("/requests", again, "json").status == 409);
}

TEST_CASE("a contractor is refused, and shown what is free") {
    Ministry given;
    TestApp& app = given.app;
    catalogue::Offer online;
    online.modalities = {"en-ligne"};
    app.given_offer({.title = "Pour toutes et tous", .offer = online});
    const auto session = app.given_session();
    app.as(app.given_person({.organisation = "bureau", .contractor = true}));
    const auto form = app.get("/requests/new?session=" + id_of(session));
    CHECK(form.status == 403);
    CHECK(shows(form, "Pour toutes et tous"));
    CHECK(app.post("/requests", given.answers(session)).status == 403);
}

TEST_CASE("who may not ask is told why") {
    Ministry given;
    TestApp& app = given.app;
    catalogue::Offer local;
    local.eligibility.populations = {"territoriale"};
    const auto closed =
        app.given_session({.enrolment_opens_in = days{-2}, .enrolment_closes_in = days{-1}});
    const auto other =
        app.given_session({.offer = app.given_offer({.title = "Collectivités", .offer = local})});
    app.as(given.agent);
    const auto status = [&](base::SessionId session) {
        return app.post("/requests", given.answers(session), "json").status;
    };
    CHECK(status(closed) == 409);
    CHECK(status(other) == 409);
    CHECK(status({987654}) == 404);
    CHECK(app.post("/requests", given.answers(std::nullopt, {{"offer", "nulle-part"}}), "json")
              .status == 404);
    CHECK(app.get("/requests/new?offer=nulle-part").status == 404);
}

TEST_CASE("a refusal needs a reason, and tells the way of appeal") {
    Ministry given;
    TestApp& app = given.app;
    const auto session = app.given_session();
    const std::string id = given.asks(given.agent, session, {{"accommodation", "Place assise"}});
    const auto bare = given.decides(given.supervisor, id, {{"verdict", "unfavourable"}});
    CHECK(bare.status == 422);
    CHECK(shows(bare, "un refus doit être motivé"));
    CHECK(given.decides(given.supervisor, id, refuse).status == 200);
    const auto page = app.as(given.agent).get("/requests/" + id);
    CHECK(shows(page, "Nécessité de service"));
    CHECK(shows(page, "tribunal administratif"));
    CHECK_FALSE(shows(page, "Place assise"));  // not needed any more
    const auto letter = given.letters("agente@exemple.fr", "requests.decided").at(0);
    CHECK(json::serialize(letter).find("requests.appeal.general") != std::string::npos);
    CHECK(app.json("/my-trainings").at("coming").as_array().empty());
    CHECK(given.audited("requests.decide") == 1);
}

TEST_CASE("twice the same click, two deciders, withdrawn meanwhile: clear answers") {
    Ministry given;
    const auto session = given.app.given_session();
    const std::string id = given.asks(given.agent, session);
    CHECK(given.decides(given.supervisor, id, approve).status == 200);
    const auto again = given.decides(given.supervisor, id, approve);
    CHECK(again.status == 409);
    CHECK(shows(again, "déjà traitée"));
    CHECK(given.decides(given.supervisor, id, refuse).status == 409);
    CHECK(given.audited("requests.decide") == 1);

    const auto offer = given.app.given_offer({.title = "Une autre"});
    const auto other = given.app.given_session({.offer = offer});
    const std::string second = given.asks(given.agent, other);
    CHECK(given.app.as(given.agent).post("/requests/" + second + "/withdraw").status == 303);
    const auto late = given.decides(given.supervisor, second, approve);
    CHECK(late.status == 409);
    CHECK(shows(late, "a retiré sa demande"));
    CHECK(given.app.as(given.agent).post("/requests/" + id + "/withdraw", {}, "json").status ==
          409);
}

TEST_CASE("nobody decides on their own request or on somebody else's team") {
    Ministry given({Step{.decider = Decider::training_office}});
    TestApp& app = given.app;
    const auto session = app.given_session();
    const auto colleague = app.given_person(
        {.name = "Octave", .organisation = "ministere", .roles = {"training_office"}});
    const std::string own = given.asks(given.office, session);
    CHECK(given.decides(given.office, own, approve).status == 409);
    // The letter went to the colleague, not to oneself.
    CHECK(given.letters("odile@exemple.fr", "requests.to_decide").empty());
    CHECK(given.letters("octave@exemple.fr", "requests.to_decide").size() == 1);
    CHECK(given.decides(colleague, own, approve).status == 200);

    const std::string id = given.asks(given.agent, session);
    app.given_organisation({.code = "ailleurs", .parent = "etat", .name = "Ailleurs"});
    const auto elsewhere = app.given_person(
        {.name = "Elsa", .organisation = "ailleurs", .roles = {"training_office", "supervisor"}});
    CHECK(given.decides(elsewhere, id, approve).status == 404);
    CHECK(app.as(elsewhere).get("/requests/" + id).status == 404);
    CHECK(given.decides(given.supervisor, id, approve).status == 409);  // not the supervisor's step
    CHECK(app.as(elsewhere).json("/requests").at("requests").as_array().empty());
}

TEST_CASE("two steps: an opinion goes to the training office, which decides") {
    Ministry given(two_steps);
    TestApp& app = given.app;
    const auto session = app.given_session({.seats = 1});
    const std::string id = given.asks(given.agent, session);
    CHECK(given.decides(given.office, id, approve).status == 409);
    const auto opinion = given.decides(given.supervisor, id, refuse);
    CHECK(json::parse(opinion.body).at("state") == "to_decide");
    CHECK(given.letters("odile@exemple.fr", "requests.to_decide").size() == 1);
    CHECK(given.letters("agente@exemple.fr", "requests.passed_on").size() == 1);
    const auto seen = app.as(given.office).json("/requests/" + id);
    CHECK(seen.at("steps").at(0).at("answer").at("verdict") == "unfavourable");
    CHECK(seen.at("may_decide") == true);
    CHECK(app.json("/requests").at("requests").at(0).at("may_decide") == true);
    CHECK(given.decides(given.office, id, approve).status == 200);
    CHECK(app.as(given.agent).json("/requests/" + id).at("outcome") == "seated");
    CHECK(given.audited("requests.opinion") == 1);
}

TEST_CASE("full or called off meanwhile: the waiting list, or an agreement for another date") {
    Ministry given;
    TestApp& app = given.app;
    const auto offer = app.given_offer({.title = "Très demandée"});
    const auto full = app.given_session({.offer = offer, .seats = 1});
    const auto later = app.given_session({.offer = offer, .in = days{40}});
    const std::string id = given.asks(given.agent, full);
    app.as(app.given_person()).post("/sessions/" + id_of(full) + "/enrolments");
    CHECK(json::parse(given.decides(given.supervisor, id, approve).body).at("outcome") ==
          "waiting");

    const auto colleague = app.given_person({.name = "Colin", .organisation = "bureau"});
    app.database->write([&](db::Transaction& transaction) {
        app.app().requests.put_supervisor(transaction, colleague, given.supervisor, app.now);
    });
    const std::string second = given.asks(colleague, full);
    app.database->write([&](db::Transaction& transaction) {
        auto session = app.app().sessions.find(transaction, full).value();
        session.status = sessions::Status::cancelled;
        app.app().sessions.update(transaction, session);
    });
    CHECK(json::parse(given.decides(given.supervisor, second, approve).body).at("outcome") ==
          "no_seat");
    // The agreement stands: another date needs no new request.
    CHECK(app.as(colleague).post("/sessions/" + id_of(later) + "/enrolments", {}, "json").status ==
          201);
}

TEST_CASE("agreed without a date: any session of the training may be taken") {
    Ministry given;
    TestApp& app = given.app;
    const auto offer = app.given_offer({.title = "Sans date"});
    const auto session = app.given_session({.offer = offer});
    const auto other = app.given_session();
    const std::string id = given.asks(given.agent, std::nullopt, {{"offer", "sans-date"}});
    const auto take = [&](base::SessionId wanted) {
        return app.as(given.agent)
            .post("/sessions/" + id_of(wanted) + "/enrolments", {}, "json")
            .status;
    };
    CHECK(take(session) == 409);
    CHECK(given.decides(given.supervisor, id, approve).status == 200);
    CHECK(take(other) == 409);
    CHECK(take(session) == 201);
}

TEST_CASE("a supervisor is declared, confirms by signing in, and then has the waiting request") {
    Ministry given;
    TestApp& app = given.app;
    const auto session = app.given_session();
    const auto newcomer = app.given_person({.name = "Noé", .organisation = "bureau"});
    app.as(newcomer);
    CHECK(app.post("/requests", given.answers(session), "json").status == 422);  // by whom?
    const std::string id =
        given.asks(newcomer, session, {{"supervisor_email", " Sabine@Exemple.fr "}});
    CHECK(given.letters("sabine@exemple.fr", "requests.to_decide").empty());
    const auto letter = given.letters("sabine@exemple.fr", "requests.supervisor_declared").at(0);
    const std::string link = given.link_of(letter);
    CHECK(app.as_visitor().get(link).status == 303);  // to sign in
    CHECK(app.as(given.chief).get(link).status == 404);
    CHECK(app.post(link, {{"mine", "yes"}}, "json").status == 404);
    app.as(given.supervisor);
    CHECK(shows(app.get(link), "Noé Martin"));
    // Before the answer nothing of the request is told.
    CHECK(app.json("/my-team").at("to_answer").as_array().empty());
    CHECK(app.get("/requests/" + id).status == 404);
    CHECK(app.post(link, {{"mine", "yes"}}).status == 303);
    CHECK(app.post(link, {{"mine", "yes"}}).status == 303);
    CHECK(given.letters("sabine@exemple.fr", "requests.to_decide").size() == 1);
    CHECK(id_of(app.json("/my-team").at("to_answer").at(0)) == id);
    CHECK(given.decides(given.supervisor, id, approve).status == 200);
}

TEST_CASE("not me; from elsewhere; corrected by the training office") {
    Ministry given;
    TestApp& app = given.app;
    app.given_organisation({.code = "ailleurs", .parent = "etat", .name = "Ailleurs"});
    const auto elsewhere = app.given_person({.name = "Elsa", .organisation = "ailleurs"});
    const auto newcomer = app.given_person({.name = "Noé", .organisation = "bureau"});
    const auto declare = [&](const char* email) {
        return app.as(newcomer)
            .post("/my-supervisor", {{"supervisor_email", email}}, "json")
            .status;
    };
    CHECK(declare("noe@exemple.fr") == 422);  // oneself
    CHECK(declare("pas une adresse") == 422);
    CHECK(declare("sabine@exemple.fr") == 200);
    const std::string first =
        given.link_of(given.letters("sabine@exemple.fr", "requests.supervisor_declared").back());
    CHECK(app.as(given.supervisor).post(first, {{"mine", "no"}}).status == 303);
    CHECK(given.letters("noe@exemple.fr", "requests.supervisor_answered").size() == 1);

    CHECK(declare("elsa@exemple.fr") == 200);
    const std::string second =
        given.link_of(given.letters("elsa@exemple.fr", "requests.supervisor_declared").back());
    CHECK(app.as(elsewhere).post(second, {{"mine", "yes"}}).status == 303);
    CHECK(app.as(newcomer).json("/my-supervisor").at("supervision").at("state") == "to_accept");
    CHECK(given.letters("odile@exemple.fr", "requests.supervisor_to_accept").size() == 1);

    const std::string agent = "/agents/" + id_of(newcomer);
    const auto correct = [&](base::PersonId by, const char* email) {
        return app.as(by).post(agent + "/supervisor", {{"supervisor_email", email}}, "json").status;
    };
    CHECK(correct(given.supervisor, "elsa@exemple.fr") == 403);  // no training office
    const auto far = app.given_person(
        {.name = "Fanny", .organisation = "ailleurs", .roles = {"training_office"}});
    CHECK(correct(far, "elsa@exemple.fr") == 403);
    CHECK(app.as(far).get(agent + "/deciders").status == 404);
    CHECK(correct(given.office, "noe@exemple.fr") == 422);
    CHECK(correct(given.office, "elsa@exemple.fr") == 200);
    CHECK(app.as(newcomer).json("/my-supervisor").at("supervision").at("state") == "confirmed");
    CHECK(app.as(given.office).json(agent + "/deciders").at("steps").at(0).at("people").at(0) ==
          "Elsa Martin");
    CHECK(app.get("/agents?email=noe@exemple.fr").status == 303);
    CHECK(shows(app.get("/agents?email=personne@exemple.fr"), "Aucun agent de votre périmètre"));
}

TEST_CASE("a delegate decides on the days of the delegation, and not after") {
    Ministry given;
    TestApp& app = given.app;
    const auto delegate = app.given_person({.name = "Dora", .organisation = "bureau"});
    const std::string id = given.asks(given.agent, app.given_session());
    CHECK(given.decides(delegate, id, approve).status == 404);
    app.as(given.supervisor);
    const auto post = [&](const char* email, const char* until) {
        return app
            .post("/my-team/delegations",
                  {{"delegate", email}, {"from", "2026-11-23"}, {"until", until}}, "json")
            .status;
    };
    CHECK(post("personne@exemple.fr", "2026-11-24") == 422);
    CHECK(post("dora@exemple.fr", "2026-11-22") == 422);
    CHECK(post("dora@exemple.fr", "2026-11-24") == 200);
    CHECK(given.letters("dora@exemple.fr", "requests.delegated").size() == 1);
    const auto own = app.json("/my-team/delegations").at("given").at(0);
    CHECK(app.as(delegate).json("/my-team").at("to_answer").as_array().size() == 1);
    app.now += days{2};
    CHECK(given.decides(delegate, id, approve).status == 404);
    app.now -= days{2};
    CHECK(app.as(delegate).post("/my-team/delegations/" + id_of(own) + "/end", {}, "json").status ==
          404);
    CHECK(given.decides(delegate, id, approve).status == 200);
    CHECK(app.as(given.agent).json("/requests/" + id).at("steps").at(0).at("answer").at("as") ==
          "delegate");
    CHECK(app.as(given.supervisor).post("/my-team/delegations/" + id_of(own) + "/end").status ==
          303);
    CHECK(app.as(delegate).json("/my-team").at("members").as_array().empty());
}

TEST_CASE("my team: what waits, who else is away that day, the last trainings, several at once") {
    Ministry given;
    TestApp& app = given.app;
    const auto colleague = app.given_person({.name = "Colin", .organisation = "bureau"});
    const auto third = app.given_person({.name = "Tom", .organisation = "bureau"});
    catalogue::Offer priced;
    priced.price_cents = 25000;
    const auto offer = app.given_offer({.title = "Payante", .offer = priced});
    const auto session = app.given_session({.offer = offer});
    const auto past = app.given_session({.offer = app.given_offer({.title = "Déjà suivie"}),

                                         .in = days{2},
                                         .enrolment_closes_in = days{1},
                                         .cancel_until_in = days{1}});
    app.database->write([&](db::Transaction& transaction) {
        auto& requests = app.app().requests;
        requests.put_supervisor(transaction, colleague, given.supervisor, app.now);
        requests.put_supervisor(transaction, third, given.supervisor, app.now);
        const auto seat = [&](base::PersonId person, base::SessionId wanted) {
            const auto placed = app.app().sessions.placed(transaction, {wanted});
            const auto who = app.app().identity.find(transaction, person);
            return app.app().enrolments.take_agreed(
                transaction, {db::Versions(transaction), placed.at(wanted), who.value(), ""},
                app.now);
        };
        CHECK(seat(given.agent, past));
        CHECK(seat(third, session));
    });
    app.now += days{3};
    const std::string first = given.asks(given.agent, session);
    const std::string second = given.asks(colleague, session);
    const auto team = app.as(given.supervisor).json("/my-team");
    REQUIRE(team.at("to_answer").as_array().size() == 2);
    const auto& one = team.at("to_answer").at(0);
    CHECK(one.at("agent") == "Agente Martin");
    CHECK(one.at("price_cents") == 25000);
    CHECK(one.at("background").at("trainings").at(0).at("title") == "Déjà suivie");
    std::map<std::string, bool> away;
    for (const auto& absence : one.at("background").at("absences").as_array())
        away[json::value_to<std::string>(absence.at("name"))] = absence.at("asked").as_bool();
    CHECK(away == std::map<std::string, bool>{{"Tom Martin", false}, {"Colin Martin", true}});
    CHECK(team.at("members").as_array().size() == 3);
    CHECK(shows(app.get("/my-team"), "250,00"));

    const auto decide = [&](const http::Pairs& form) {
        return app.post("/my-team/decisions", form, "json");
    };
    CHECK(decide({{"verdict", "favourable"}}).status == 422);
    CHECK(decide({{"verdict", "unfavourable"}, {"request", first}}).status == 422);
    CHECK(given.decides(given.supervisor, second, refuse).status == 200);
    const auto done = json::parse(
        decide({{"verdict", "favourable"}, {"request", first}, {"request", second}}).body);
    CHECK(done.at("done") == 1);
    CHECK(done.at("refused") == 1);
    CHECK(app.json("/my-team").at("to_answer").as_array().empty());
    // Somebody who supervises nobody sees an empty page, not somebody else's team.
    CHECK(app.as(third).json("/my-team").at("members").as_array().empty());
}

TEST_CASE("the training office's list: by deadline, filters, pages, several at once, a file") {
    Ministry given({Step{.decider = Decider::training_office, .days = 10}});
    TestApp& app = given.app;
    const auto session = app.given_session({.seats = 100});
    std::vector<std::string> ids;
    for (int i = 0; i < 53; ++i) {
        ids.push_back(given.asks(app.given_person({.organisation = "bureau"}), session,
                                 {{"regime", i < 2 ? "training_leave" : "training_plan"}}));
        app.now += std::chrono::seconds{60};
    }
    app.as(given.office);
    auto list = app.json("/requests");
    CHECK(list.at("requests").as_array().size() == 50);
    CHECK(id_of(list.at("requests").at(0)) == ids[0]);
    CHECK(list.at("tabs").at(0).at("count") == 53);
    list = app.json(json::value_to<std::string>(list.at("next_url")));
    CHECK(list.at("requests").as_array().size() == 3);
    CHECK(id_of(list.at("requests").at(0)) == ids[50]);
    CHECK(app.json("/requests?regime=training_leave").at("requests").as_array().size() == 2);
    CHECK(app.json("/requests?organisation=bureau").at("requests").as_array().size() == 50);
    CHECK(app.json("/requests?organisation=etat").at("requests").as_array().size() == 50);
    CHECK(app.json("/requests?offer=nulle-part").at("requests").as_array().empty());
    CHECK(app.json("/requests?waits=for_supervisor").at("requests").as_array().empty());
    const auto done = app.post("/requests/decisions", {{"verdict", "unfavourable"},
                                                       {"reason", "Budget épuisé"},
                                                       {"request", ids[0]},
                                                       {"request", ids[1]}});
    CHECK(done.status == 303);
    const auto decided = app.json("/requests?waits=decided");
    CHECK(decided.at("requests").as_array().size() == 2);
    CHECK(decided.at("requests").at(0).at("state") == "refused");
    const auto file = app.get("/requests.csv");
    CHECK(std::ranges::count(file.body, '\n') == 52);
    app.now += days{11};
    CHECK(app.as(given.office).json("/requests?waits=overdue").at("tabs").at(2).at("count") == 51);
    CHECK(app.as(given.supervisor).get("/requests").status == 403);
}

TEST_CASE("circuits are inherited, overridden, versioned, and requests keep theirs") {
    Ministry given;
    TestApp& app = given.app;
    const auto session = app.given_session();
    const std::string before = given.asks(given.agent, session);
    app.as(given.office);
    const auto change = [&](const std::string& code, const std::string& kind, int version) {
        return app
            .post("/circuits/" + code,
                  {{"kind", kind},
                   {"version", std::to_string(version)},
                   {"days_1", "5"},
                   {"reminder_1", "1"},
                   {"silence_1", "approve"},
                   {"days_2", "5"},
                   {"reminder_2", "1"},
                   {"silence_2", "refuse"}},
                  "json")
            .status;
    };
    CHECK(app.json("/circuits/bureau").at("from") == "Ministère");
    CHECK(change("bureau", "training_office", 0) == 200);
    CHECK(change("bureau", "both", 0) == 409);  // somebody changed it meanwhile
    CHECK(change("etat", "none", 0) == 403);
    CHECK(change("nulle-part", "none", 0) == 404);
    CHECK(change("bureau", "whatever", 1) == 422);
    CHECK(app.post("/circuits/bureau",
                   {{"kind", "supervisor"},
                    {"version", "1"},
                    {"days_1", "61"},
                    {"reminder_1", "1"},
                    {"silence_1", "approve"}},
                   "json")
              .status == 422);
    CHECK(app.json("/circuits/bureau").at("is_own") == true);
    // The one under way stays with the supervisor.
    CHECK(given.decides(given.supervisor, before, approve).status == 200);
    const auto other = app.given_session();
    const std::string after = given.asks(given.agent, other);
    CHECK(app.as(given.office).json("/requests/" + after).at("decider") == "training_office");
    CHECK(change("bureau", "inherited", 1) == 200);
    CHECK(app.json("/circuits/bureau").at("from") == "Ministère");
    CHECK(change("bureau", "none", 2) == 200);
    const auto third = app.given_session();
    CHECK(
        app.as(given.agent).post("/sessions/" + id_of(third) + "/enrolments", {}, "json").status ==
        201);
    CHECK(given.audited("requests.set_circuit") == 3);
    CHECK(app.as(given.supervisor).get("/circuits").status == 403);
}

TEST_CASE("circuits of a large administration are found by words, by having their own, by page") {
    Ministry given({Step{}});
    TestApp& app = given.app;
    for (int i = 0; i < 120; ++i)
        app.given_organisation({.code = "s" + std::to_string(i),
                                .parent = "ministere",
                                .name = "Préfecture " + std::to_string(i)});
    app.as(given.office);
    const auto list = [&](const std::string& query) { return app.json("/circuits" + query); };
    const auto total = list("").at("total").as_int64();
    CHECK(total > 120);
    CHECK(list("").at("organisations").as_array().size() == 50);
    CHECK(list("?page=3").at("organisations").as_array().size() == total - 100);
    CHECK(list("?page=99").at("pagination").at("page").as_int64() == 3);
    CHECK(list("?q=PREFECTURE+7").at("total").as_int64() == 21);  // 7, 17 ... 117, 70 ... 79
    CHECK(list("?own=1").at("total").as_int64() == 1);
    CHECK(list("?own=1").at("organisations").at(0).at("code") == "ministere");
    CHECK(shows(app.get("/circuits?q=nulle-part"), "Aucune administration"));
    CHECK(shows(app.get("/circuits?q=nulle-part"), "nulle-part"));
}

TEST_CASE("reminders, then escalation to the supervisor's supervisor, then the training office") {
    Ministry given({Step{.days = 10, .reminder_days = 3, .silence = Silence::escalate}});
    TestApp& app = given.app;
    const std::string id = given.asks(given.agent, app.given_session({.in = days{90}}));
    app.now += days{7};
    given.run_jobs();
    given.run_jobs();
    CHECK(given.letters("sabine@exemple.fr", "requests.reminder").size() == 1);
    app.now += days{3};
    given.run_jobs();
    CHECK(given.letters("charles@exemple.fr", "requests.to_decide").size() == 1);
    CHECK(given.letters("agente@exemple.fr", "requests.passed_on").size() == 1);
    CHECK(given.audited("requests.escalate") == 1);
    CHECK(given.decides(given.supervisor, id, approve).status == 409);  // too late
    app.now += days{10};
    given.run_jobs();
    CHECK(app.as(given.office).json("/requests/" + id).at("decider") == "training_office");
    CHECK(given.letters("odile@exemple.fr", "requests.to_decide").size() == 1);
    // Nobody is above the training office: it is reminded, and stays in charge.
    app.now += days{10};
    given.run_jobs();
    CHECK(given.letters("odile@exemple.fr", "requests.reminder").size() >= 1);
    CHECK(given.state_of(id) == "to_decide");
    CHECK(given.decides(given.office, id, approve).status == 200);
    app.now += days{30};
    given.run_jobs();  // what still waits finds it decided
    CHECK(given.state_of(id) == "approved");
}

TEST_CASE("silence is an approval or a refusal where the circuit says so") {
    for (const auto& [silence, state] :
         {std::pair{Silence::approve, "approved"}, std::pair{Silence::refuse, "refused"}}) {
        Ministry given({Step{.days = 5, .reminder_days = 0, .silence = silence}});
        TestApp& app = given.app;
        const std::string id = given.asks(given.agent, app.given_session());
        app.now += days{5} - std::chrono::seconds{1};
        given.run_jobs();
        CHECK(given.state_of(id) == "to_decide");
        app.now += std::chrono::seconds{1};
        given.run_jobs();
        CHECK(given.state_of(id) == state);
        const auto view = app.as(given.agent).json("/requests/" + id);
        CHECK(view.at("steps").at(0).at("answer").at("silent") == true);
        CHECK(given.letters("agente@exemple.fr", "requests.decided").size() == 1);
    }
}

TEST_CASE("the CPF: two months, a third refusal, the base of skills") {
    Ministry given({Step{.decider = Decider::training_office,
                         .days = 60,
                         .reminder_days = 0,
                         .silence = Silence::approve}});
    TestApp& app = given.app;
    app.given_offer({.title = "Projet"});
    const auto ask = [&](const char* nature) {
        return given.asks(given.agent, std::nullopt,
                          {{"offer", "projet"}, {"regime", "cpf"}, {"nature", nature}});
    };
    const std::string first = ask("evolution");
    app.now += days{60};
    given.run_jobs();
    // Within the two months the circuit's silence holds.
    CHECK(given.state_of(first) == "approved");
    const std::string refused = ask("certification");
    CHECK(given.decides(given.office, refused, refuse).status == 200);
    app.now += days{365};
    const std::string again = ask("certification");
    CHECK(given.decides(given.office, again, refuse).status == 200);
    const std::string third = ask("certification");
    CHECK(app.as(given.office).json("/requests/" + third).at("needs_joint_opinion") == true);
    const auto without = given.decides(given.office, third, refuse);
    CHECK(without.status == 422);
    CHECK(shows(without, "instance paritaire"));
    auto heard = refuse;
    heard.emplace_back("joint_opinion_on", "2027-12-01");
    CHECK(given.decides(given.office, third, heard).status == 200);

    const std::string base_of_skills = ask("foundation");
    CHECK(given.decides(given.office, base_of_skills, refuse).status == 422);
    CHECK(given
              .decides(given.office, base_of_skills,
                       {{"verdict", "deferred"},
                        {"reason", "Au printemps"},
                        {"deferred_until", "2028-04-01"}})
              .status == 200);
    CHECK(given.state_of(base_of_skills) == "deferred");
    CHECK(shows(app.as(given.agent).get("/requests/" + third), "commission administrative"));
}

TEST_CASE("the wish for an accommodation is the organiser's alone, and gone after the session") {
    Ministry given;
    TestApp& app = given.app;
    const std::string wish = "Une place près de la porte";
    const auto session = app.given_session({.in = days{30}});
    const std::string id = given.asks(given.agent, session, {{"accommodation", wish}});
    CHECK_FALSE(shows(app.as(given.supervisor).get("/requests/" + id), wish));
    CHECK_FALSE(shows(app.as(given.office).get("/requests/" + id, "json"), wish));
    CHECK(shows(app.as(given.agent).get("/requests/" + id), wish));
    CHECK(given.decides(given.supervisor, id, approve).status == 200);
    const std::string page = "/sessions/" + id_of(session) + "/accommodations";
    const auto organiser =
        app.given_person({.name = "Orso", .organisation = "dinum", .roles = {"organiser"}});
    CHECK(shows(app.as(organiser).get(page), wish));
    const auto other =
        app.given_person({.name = "Autre", .organisation = "bureau", .roles = {"organiser"}});
    CHECK(app.as(other).get(page).status == 403);
    CHECK(app.as(given.office).get(page).status == 403);
    for (const char* table :
         {"SELECT letter FROM outbox", "SELECT before_json || after_json FROM audit_log",
          "SELECT payload FROM jobs"})
        app.read([&](db::Transaction& transaction) {
            const db::Query all{"test.all", table};
            transaction.run(all, {}, [&](const db::Row& row) {
                CHECK(row.text(0).find("porte") == std::string::npos);
            });
        });
    app.now += days{30};
    given.run_jobs();
    CHECK(shows(app.as(organiser).get(page), wish));  // the session is today
    app.now += days{2};
    given.run_jobs();
    CHECK_FALSE(shows(app.as(organiser).get(page), wish));
    CHECK_FALSE(shows(app.as(given.agent).get("/requests/" + id), wish));
}

TEST_CASE("a letter's link expires, is no one else's, and is no invention") {
    Ministry given;
    TestApp& app = given.app;
    const std::string id = given.asks(given.agent, app.given_session({.in = days{90}}));
    const std::string link =
        given.link_of(given.letters("sabine@exemple.fr", "requests.to_decide").at(0));
    app.as_visitor();
    CHECK(shows(app.get("/decide/" + std::string(43, 'A')), "déjà servi"));
    const auto page = app.get(link);
    CHECK(shows(page, "Nécessaire") == false);
    bool hidden = false;
    for (const auto& [name, value] : page.headers) hidden = hidden || (value == "no-referrer");
    CHECK(hidden);
    // A new supervisor: the old link is void.
    app.as(given.office)
        .post("/agents/" + id_of(given.agent) + "/supervisor",
              {{"supervisor_email", "charles@exemple.fr"}});
    CHECK(shows(app.as_visitor().get(link), "déjà servi"));
    const std::string other =
        given.link_of(given.letters("charles@exemple.fr", "requests.to_decide").at(0));
    CHECK(shows(app.get(other), "Agente Martin"));
    app.now += days{15};
    CHECK(shows(app.get(other), "déjà servi"));
}

TEST_CASE("what was asked for is the motivation where the session selects on it") {
    Ministry given;
    TestApp& app = given.app;
    sessions::SeatRules rules;
    rules.selection = sessions::Selection::on_motivation;
    rules.apply_until = app.now + days{5};
    rules.results_on = std::chrono::floor<days>(app.now) + days{7};
    rules.grid = {{"Projet", 1}};
    app.given_organisation();
    const auto session = app.given_session({.rules = rules});
    const std::string id = given.asks(given.agent, session);
    CHECK(given.decides(given.supervisor, id, approve).status == 200);
    CHECK(app.json("/requests/" + id).at("outcome") == "applied");
    const auto organiser = app.given_person({.name = "Olga", .roles = {"organiser"}});
    CHECK(shows(app.as(organiser).get("/sessions/" + id_of(session) + "/selection"),
                "Pour mieux servir les usagers"));
}

TEST_CASE("the reasons of a silence are asked for once, within two months, and given") {
    Ministry given({Step{.days = 5, .reminder_days = 0, .silence = Silence::refuse}});
    TestApp& app = given.app;
    const std::string id = given.asks(given.agent, app.given_session());
    const std::string path = "/requests/" + id;
    CHECK(app.as(given.agent).post(path + "/reasons", {}, "json").status == 409);
    app.now += days{5};
    given.run_jobs();
    CHECK(given.state_of(id) == "refused");
    CHECK(app.as(given.supervisor).post(path + "/reasons", {}, "json").status == 404);
    CHECK(app.as(given.office)
              .post(path + "/reasons/answer", {{"reasons", "Trop tôt"}}, "json")
              .status == 404);
    app.as(given.agent);
    CHECK(shows(app.get(path), "Demander les motifs"));
    CHECK(app.post(path + "/reasons").status == 303);
    CHECK(app.post(path + "/reasons").status == 303);  // the second click
    CHECK(given.audited("requests.ask_reasons") == 1);
    CHECK(shows(app.get(path), "dans le mois"));
    CHECK(given.letters("odile@exemple.fr", "requests.reminder").size() == 1);

    app.as(given.office);
    CHECK(shows(app.get(path), "Communiquer les motifs"));
    CHECK(app.post(path + "/reasons/answer").status == 422);
    CHECK(app.post(path + "/reasons/answer", {{"reasons", "Nécessité de service"}}).status == 303);
    CHECK(app.post(path + "/reasons/answer", {{"reasons", "Encore"}}, "json").status == 409);
    CHECK(shows(app.as(given.agent).get(path), "Nécessité de service"));
    CHECK(given.letters("agente@exemple.fr", "requests.decided").size() == 2);
}

TEST_CASE("the menu leads to the team of whoever has one, and no more when it has gone") {
    Ministry given;
    TestApp& app = given.app;
    const auto leads = [&](base::PersonId person) {
        return shows(app.as(person).get("/catalogue"), "href=\"/my-team\"");
    };
    CHECK(leads(given.supervisor));
    CHECK(!leads(given.agent));
    const auto delegate = app.given_person({.name = "Dora", .organisation = "bureau"});
    CHECK(app.as(given.supervisor)
              .post("/my-team/delegations", {{"delegate", "dora@exemple.fr"},
                                             {"from", "2026-11-23"},
                                             {"until", "2026-11-25"}})
              .status == 303);
    CHECK(leads(delegate));
    app.app().requests.note_supervisors(app.now + days{2});
    CHECK(leads(delegate));
    app.app().requests.note_supervisors(app.now + days{3});
    CHECK(!leads(delegate));
    CHECK(leads(given.supervisor));
}

TEST_CASE("the training office chooses among the trainings that were asked for") {
    Ministry given;
    TestApp& app = given.app;
    const auto first = app.given_offer({.title = "Accueillir"});
    const auto second = app.given_offer({.title = "Budget"});
    app.given_offer({.title = "Jamais demandée"});
    given.asks(given.agent, app.given_session({.offer = first}));
    given.asks(given.agent, app.given_session({.offer = second}));
    app.as(given.office);
    const auto view = app.json("/requests?waits=for_supervisor");
    CHECK(view.at("requests").as_array().size() == 2);
    const auto& options = view.at("form").at("offer").at("options").as_array();
    REQUIRE(options.size() == 2);
    const auto slug = json::value_to<std::string>(options[1].at("value"));
    const auto chosen = app.json("/requests?waits=for_supervisor&offer=" + slug);
    CHECK(chosen.at("requests").as_array().size() == 1);
    CHECK(chosen.at("form").at("offer").at("options").at(1).at("selected") == true);
    CHECK(shows(app.get("/requests?waits=for_supervisor"), "Budget"));
}
