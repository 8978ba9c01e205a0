// SPDX-License-Identifier: EUPL-1.2
// From the answers in the database to a proposal, and to what a person approves of it.
#include "db/versions.hpp"
#include "engine/math.hpp"
#include "engine/random.hpp"
#include "positioning_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

namespace json = boost::json;
using positioning::ProposedItem;

namespace {

std::shared_ptr<const items::Bank> bank_of(TestApp& app) {
    return app.read([&](db::Transaction& transaction) {
        return app.app().items.bank(transaction, db::Versions(transaction));
    });
}

constexpr db::Query insert_test{"test", R"sql(
    INSERT INTO positionings (id, framework, scope, targets, seed, bank_version, extra_time,
        large_text, wide_spacing, untimed, phone, state, started_at, changed_at, ended_at, branch)
    VALUES ($1, 'digcomp-2.2', 'area', '{}', 1, 1, 0, 0, 0, 0, 0, 'done', $2, $2, $2, $3)
)sql"};
constexpr db::Query insert_answer{"test", R"sql(
    INSERT INTO positioning_answers (positioning_id, place, item_id, item_version, correct, unknown,
        measures, seconds)
    VALUES ($1, $2, $3, $4, $5, 0, 1, 30)
)sql"};

// Finished tests of so many persons, who were asked a third of the items each and answered as the
// parameters say, but where `chance` says otherwise.
using Chance = std::function<double(const items::BankItem&, const std::string& branch, double p)>;
void given_answers(TestApp& app, std::uint64_t persons, const Chance& chance) {
    const auto bank = bank_of(app);
    app.database->write([&](db::Transaction& transaction) {
        for (std::uint64_t person = 1; person <= persons; ++person) {
            engine::Random random(person);
            const std::string branch = person % 2 == 0 ? "etat" : "territoriale";
            const double theta = random.normal();
            const auto id = static_cast<std::int64_t>(person) + 1000;
            transaction.run_later(insert_test, {id, base::to_epoch(app.now), branch});
            int place = 0;
            for (const items::BankItem& item : bank->items()) {
                if (random.below(3) != 0) continue;
                const double luck = positioning::luck_of(item.item->format);
                const auto& [a, d, se_a, se_d, calibrated] = item.parameters;
                const double p = luck + (1 - luck) * engine::logistic(a * theta + d);
                const bool right = random.uniform() < chance(item, branch, p);
                transaction.run_later(insert_answer,
                                      {id, ++place, item.id.value, item.version, right});
            }
        }
    });
}

json::value proposal_of(TestApp& app) {
    return app.json("/administration/calibration").at("proposal");
}

std::string url_of(const json::value& proposal) {
    return "/administration/calibration/" + std::to_string(proposal.at("id").as_int64());
}

std::int64_t audited(TestApp& app, std::string_view action) {
    return app.read([&](db::Transaction& transaction) {
        std::int64_t count = 0;
        transaction.run({"test", "SELECT COUNT(*) FROM audit_log WHERE action = $1"}, {action},
                        [&](const db::Row& row) { count = row.integer(0); });
        return count;
    });
}

}  // namespace

TEST_CASE("a calibration finds what drifted and what is unfair, and changes nothing by itself") {
    TestApp app;
    given_bank(app);
    const auto member = app.given_person({.roles = {"campus_team"}});
    const auto agent = app.given_person();
    // All but one were calibrated before.
    const std::string fresh = "1.3-009", drifted = "1.1-010", unfair = "1.2-012";
    app.database->write([&](db::Transaction& transaction) {
        std::vector<items::Calibrated> before;
        const auto bank = app.app().items.bank(transaction, db::Versions(transaction));
        for (const items::BankItem& item : bank->items()) {
            items::Parameters known = item.parameters;
            known.se_a = known.se_d = 0.1;
            if (item.code() != fresh) before.push_back({item.id, known, 500, false});
        }
        app.app().items.set_parameters(transaction, before, member, app.now);
    });
    given_answers(app, 400, [&](const items::BankItem& item, const std::string& branch, double p) {
        if (item.code() == drifted) return 0.95;
        return item.code() == unfair && branch == "territoriale" ? p / 4 : p;
    });
    const auto before = bank_of(app);

    app.as(member);
    CHECK(proposal_of(app).is_null());
    CHECK(shows(app.get("/administration/calibration"), "Rien n’attend de décision"));
    const positioning::Proposal made = app.app().positioning.propose(app.now);
    CHECK(made.persons == 400);
    CHECK(made.converged);
    std::map<std::string, std::vector<std::string>> reasons;
    for (const ProposedItem& one : made.items) {
        auto& list = reasons[before->find(one.item)->code()];
        list = one.reasons;
    }
    CHECK(reasons[drifted] == std::vector<std::string>{"drift"});
    CHECK(std::ranges::count(reasons[unfair], "dif") == 1);
    CHECK(reasons.contains(fresh));
    CHECK(reasons[fresh].empty());
    CHECK(reasons.size() <= 6);  // those three, and few by chance
    CHECK(made.kept + static_cast<int>(made.items.size()) == 72);

    // Proposed, and nothing else.
    const auto after = bank_of(app);
    CHECK(after->version() == before->version());
    for (const items::BankItem& item : after->items())
        CHECK(item.parameters.d == before->find(item.id)->parameters.d);
    CHECK(shows(app.get("/administration/calibration"), drifted));
    const json::value shown = proposal_of(app);
    CHECK_FALSE(shown.at("items").at(0).at("good").as_bool());

    // The team alone decides, once.
    const auto id_of = [&](const std::string& code) {
        return std::to_string(before->find(code)->id.value);
    };
    const http::Pairs approve{
        {"decision", "approve"}, {"items", id_of(fresh)}, {"items", id_of(drifted)}};
    app.as(agent);
    CHECK(app.post(url_of(shown), approve).status == 403);
    CHECK(app.get("/administration/calibration").status == 403);
    app.as(member);
    CHECK(app.post(url_of(shown), approve).status == 303);
    const auto approved = bank_of(app);
    CHECK(approved->version() > before->version());
    for (const ProposedItem& one : made.items) {
        const items::BankItem* item = approved->find(one.item);
        const bool chosen = item->code() == fresh || item->code() == drifted;
        CHECK((item->parameters.d == doctest::Approx(chosen ? one.after.d : one.before.d)));
    }
    CHECK_FALSE(approved->find(fresh)->seeded);
    CHECK(approved->find(fresh)->parameters.calibrated);
    CHECK(audited(app, "positioning.approve") == 1);
    CHECK(audited(app, "items.calibrate") == 2 + 71);  // and what the test began with
    CHECK(app.post(url_of(shown), approve).status == 409);
    // The others wait: those that nothing is wrong with are approved at once.
    const json::value rest = proposal_of(app);
    CHECK(rest.at("count").as_int64() == shown.at("count").as_int64() - 2);
    const bool good_left = rest.at("good_count").as_int64() > 0;
    CHECK(app.post(url_of(rest), {{"decision", "approve_good"}}).status == (good_left ? 303 : 409));
    CHECK(proposal_of(app).at("good_count") == 0);
    CHECK(app.post(url_of(rest), {{"decision", "approve"}}).status == 422);
    CHECK(app.post(url_of(rest), {{"decision", "perhaps"}}).status == 422);
    CHECK(app.post(url_of(rest), {{"decision", "refuse"}}).status == 303);
    CHECK(proposal_of(app).is_null());

    const auto settled = bank_of(app);
    app.app().positioning.propose(app.now);
    const json::value second = proposal_of(app);
    CHECK(app.post(url_of(second), {{"decision", "refuse"}}).status == 303);
    CHECK(app.post(url_of(second), {{"decision", "refuse"}}).status == 409);
    CHECK(proposal_of(app).is_null());
    CHECK(bank_of(app)->version() == settled->version());
    CHECK(audited(app, "positioning.refuse") == 2);
}

TEST_CASE("where items lack their thirty answers, a calibration says so and proposes nothing") {
    TestApp app;
    given_bank(app);
    app.as(app.given_person({.roles = {"campus_team"}}));
    given_answers(app, 20, [](const auto&, const auto&, double p) { return p; });
    const positioning::Proposal made = app.app().positioning.propose(app.now);
    CHECK(made.items.empty());
    CHECK(made.waiting == 72);
    CHECK(shows(app.get("/administration/calibration"), "72 questions attendent"));
    // There is nothing to approve.
    CHECK_FALSE(app.get("/administration/calibration").body.contains("value=\"approve\""));
    CHECK(app.post(url_of(proposal_of(app)), {{"decision", "refuse"}}).status == 303);
}

TEST_CASE("what is proposed is shown fifty a page, what is doubtful first, by competence") {
    TestApp app;
    given_bank(app);
    app.as(app.given_person({.roles = {"campus_team"}}));
    given_answers(app, 400, [](const items::BankItem& item, const std::string& branch, double p) {
        return item.code() == "1.2-012" && branch == "territoriale" ? p / 4 : p;  // unfair
    });
    app.app().positioning.propose(app.now);
    const std::string url = "/administration/calibration";
    const auto codes = [&](const std::string& query) {
        std::vector<std::string> found;
        const json::value view = app.json(url + query);
        for (const json::value& one : view.at("proposal").at("items").as_array())
            found.push_back(json::value_to<std::string>(one.at("code")));
        return found;
    };
    const json::value proposal = proposal_of(app);
    CHECK(proposal.at("total") == 72);
    CHECK(proposal.at("pagination").at("last") == 2);
    const auto first = codes(""), second = codes("?page=2");
    CHECK(first.size() == 50);
    CHECK(second.size() == 22);
    CHECK(codes("?page=9") == second);
    const auto doubtful = codes("?show=look"), plain = codes("?show=good");
    REQUIRE_FALSE(doubtful.empty());
    CHECK(doubtful.front() == first.front());
    CHECK(std::ranges::count(doubtful, "1.2-012") == 1);
    CHECK(std::ranges::count(plain, "1.2-012") == 0);
    const auto of_one = codes("?competence=1.2");
    CHECK(of_one.size() == 24);
    CHECK(std::ranges::all_of(of_one, [](const auto& code) { return code.starts_with("1.2-"); }));
    CHECK(codes("?competence=9.9").size() == 50);  // there is no such competence
    CHECK(shows(app.get(url + "?competence=5.1"), "Aucune question ici"));
    const auto page = app.get(url);
    CHECK(page.body.contains("page=2"));
    CHECK(shows(page, "Approuver toutes les questions sans anomalie"));

    // What is good on the second page too.
    CHECK(app.post(url_of(proposal), {{"decision", "approve_good"}}).status == 303);
    CHECK(codes("") == doubtful);
}
