// SPDX-License-Identifier: EUPL-1.2
// Candidates who go the whole way through the application: of known ability, who never know, and
// who answer whatever comes.
#include "db/versions.hpp"
#include "engine/math.hpp"
#include "engine/random.hpp"
#include "positioning_model.hpp"
#include "simulated_model.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

namespace json = boost::json;

namespace {

// The item that is asked now; no page tells its parameters.
const items::BankItem& asked(TestApp& app, base::PositioningId id, const items::Bank& bank) {
    const auto test = app.read(
        [&](db::Transaction& transaction) { return app.app().positioning.find(transaction, id); });
    return *bank.find(test.value().asked.value().item);
}

// Until the test is over; the result.
using Say = std::function<http::Pairs(const json::value& test)>;
json::value go_through(TestApp& app, const std::string& url, const Say& say) {
    for (int count = 1; count <= 40; ++count) {
        const json::value test = app.json(url);
        const auto answered = app.post(url + "/answers", say(test), "json");
        REQUIRE(answered.status == 200);
        if (json::parse(answered.body).at("over").as_bool()) return app.json(url + "/result");
    }
    FAIL("the test did not end");
    return {};
}

// Of somebody new, on the first area. The seed makes that what failed fails again.
base::PositioningId begin(TestApp& app, std::uint64_t seed) {
    const auto person = app.given_person();
    app.as(person);
    const auto begun = app.app().positioning.start(
        person, {.scope = positioning::Scope::area, .code = "1", .seed = seed}, app.now);
    REQUIRE(begun.has_value());
    return *begun;
}

std::string url_of(base::PositioningId id) {
    return "/positioning/" + std::to_string(id.value);
}

}  // namespace

TEST_CASE("thirty candidates of known ability get the right levels, within the stated ranges") {
    TestApp app;
    given_bank(app);
    const auto bank = app.read([&](db::Transaction& transaction) {
        return app.app().items.bank(transaction, db::Versions(transaction));
    });
    double bias = 0, error = 0, covered = 0;
    int told = 0;
    for (std::uint64_t candidate = 1; candidate <= 30; ++candidate) {
        const Abilities abilities = simulated_abilities(candidate);
        engine::Random random(candidate, 2);
        const base::PositioningId id = begin(app, candidate);
        const json::value result = go_through(app, url_of(id), [&](const json::value& test) {
            const items::BankItem& item = asked(app, id, *bank);
            const double luck = positioning::luck_of(item.item->format);
            const double p =
                luck + (1 - luck) * engine::logistic(item.parameters.a *
                                                         abilities.find(item.competence())->second +
                                                     item.parameters.d);
            return answer_to(test, random.uniform() < p);
        });
        for (const json::value& one : result.at("areas").at(0).at("competences").as_array()) {
            const int truth = level_of(abilities.at(json::value_to<std::string>(one.at("code"))));
            const auto level = one.at("level").to_number<int>();
            bias += level - truth;
            error += std::abs(level - truth);
            covered +=
                one.at("low").to_number<int>() <= truth && truth <= one.at("high").to_number<int>();
            ++told;
        }
    }
    MESSAGE("bias " << bias / told << " levels, mean error " << error / told << ", ranges cover "
                    << 100 * covered / told << " % (80 stated)");
    REQUIRE(told == 90);
    // Three standard errors of the mean of 90 errors of about one level.
    CHECK(std::abs(bias / told) < 0.4);
    CHECK(error / told < 1.1);
    CHECK(covered / told > 0.7);
}

TEST_CASE("who answers at random ends low, and who never knows at the bottom, without a reproach") {
    TestApp app;
    given_bank(app);
    engine::Random random(4);
    json::value result = go_through(app, url_of(begin(app, 1)), [&](const json::value& test) {
        return answer_to(test, test.at("question").at("format") != "text" && random.below(4) == 0);
    });
    for (const json::value& one : result.at("areas").at(0).at("competences").as_array())
        CHECK(one.at("level").as_int64() <= 3);

    result = go_through(app, url_of(begin(app, 2)), [](const json::value& test) {
        return http::Pairs{{"revision", std::to_string(test.at("revision").as_int64())},
                           {"unknown", "1"}};
    });
    for (const json::value& one : result.at("areas").at(0).at("competences").as_array())
        CHECK(one.at("level").as_int64() <= 1);
    CHECK_FALSE(result.at("hurried").as_bool());
    CHECK_FALSE(result.at("unusual").as_bool());
}
