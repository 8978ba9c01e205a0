// SPDX-License-Identifier: EUPL-1.2
#include "campaigns/rules.hpp"

#include "base/secrets.hpp"
#include "base/zone.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace campaigns;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

base::Time paris(int month, int day, minutes time = {}) {
    using namespace std::chrono;
    return base::paris_time(sys_days{2026y / month / day}, time);
}
const base::Time now = paris(11, 23, hours{10});

Campaign a_campaign() {
    return {.id = {1},
            .organisation = {2},
            .title = "Socle numérique",
            .framework = "digcomp-2.2",
            .reminders = 2,
            .opens_at = paris(11, 24),
            .closes_at = paris(12, 24)};
}

std::string keys(const std::vector<base::Reason>& problems) {
    std::string all;
    for (const base::Reason& reason : problems)
        all +=
            reason.message_key.substr(reason.message_key.rfind('.') + 1) + "@" + reason.field + " ";
    return all;
}

}  // namespace

TEST_CASE("the phase of a campaign goes from draft to closed, each edge to the second") {
    Campaign campaign = a_campaign();
    CHECK(phase_of(campaign, campaign.opens_at) == Phase::draft);
    campaign.published_at = now;
    struct Row {
        base::Time at;
        Phase phase;
    };
    for (const Row& row :
         {Row{campaign.opens_at - seconds{1}, Phase::coming}, Row{campaign.opens_at, Phase::open},
          Row{campaign.closes_at - seconds{1}, Phase::open},
          Row{campaign.closes_at, Phase::closed}})
        CHECK(phase_of(campaign, row.at) == row.phase);
    campaign.cancelled_at = now;
    CHECK(phase_of(campaign, campaign.opens_at) == Phase::cancelled);
}

TEST_CASE("what may be done in which phase") {
    struct Row {
        Phase phase;
        bool change, close, cancel, invite, take_part;
    };
    for (const Row& row : {Row{Phase::draft, true, false, true, true, false},
                           Row{Phase::coming, true, false, true, true, false},
                           Row{Phase::open, true, true, true, true, true},
                           Row{Phase::closed, false, false, false, false, false},
                           Row{Phase::cancelled, false, false, false, false, false}}) {
        CAPTURE(name_of(row.phase));
        CHECK((why_not_change(row.phase) == nullptr) == row.change);
        CHECK((why_not_close(row.phase) == nullptr) == row.close);
        CHECK((why_not_cancel(row.phase) == nullptr) == row.cancel);
        CHECK((why_not_invite(row.phase) == nullptr) == row.invite);
        CHECK((why_not_take_part(row.phase) == nullptr) == row.take_part);
    }
    Campaign draft = a_campaign();
    CHECK(why_not_publish(draft, now) == nullptr);
    CHECK(why_not_publish(draft, draft.closes_at - seconds{1}) == nullptr);
    CHECK(why_not_publish(draft, draft.closes_at) == std::string{"campaigns.why_not.over"});
    draft.published_at = now;
    CHECK(why_not_publish(draft, now) == std::string{"campaigns.why_not.published"});
}

TEST_CASE("what is wrong with a campaign is told at its field") {
    const Campaign good = a_campaign();
    CHECK(keys(problems_of(good, nullptr, now)).empty());
    const auto with = [&](auto change) {
        Campaign campaign = good;
        change(campaign);
        return keys(problems_of(campaign, nullptr, now));
    };
    CHECK(with([](Campaign& c) { c.title = ""; }) == "title@title ");
    CHECK(with([](Campaign& c) { c.title = std::string(longest_title, 'x'); }).empty());
    CHECK(with([](Campaign& c) { c.title = std::string(longest_title + 1, 'x'); }) ==
          "too_long@title ");
    CHECK(with([](Campaign& c) { c.message = std::string(longest_message + 1, 'x'); }) ==
          "too_long@message ");
    CHECK(with([](Campaign& c) { c.reminders = 3; }).empty());
    CHECK(with([](Campaign& c) { c.reminders = 4; }) == "reminders@reminders ");
    CHECK(with([](Campaign& c) { c.reminders = -1; }) == "reminders@reminders ");
    CHECK(with([](Campaign& c) { c.population = "etat"; }).empty());
    CHECK(with([](Campaign& c) { c.population = "armee"; }) == "population@population ");
    CHECK(with([](Campaign& c) { c.opens_at = paris(11, 23); }).empty());  // today
    CHECK(with([](Campaign& c) { c.opens_at = paris(11, 22); }) == "opens_past@opens ");
    CHECK(with([](Campaign& c) { c.closes_at = c.opens_at; }) == "closes_before@closes ");
    CHECK(with([](Campaign& c) { c.closes_at = c.opens_at + longest_time; }).empty());
    CHECK(with([](Campaign& c) { c.closes_at = c.opens_at + longest_time + seconds{1}; }) ==
          "too_long_time@closes ");
    CHECK(with([](Campaign& c) { c.scope = positioning::Scope::area; }) == "area@area ");
    CHECK(with([](Campaign& c) {
              c.scope = positioning::Scope::area;
              c.scope_code = "1";
          }).empty());
    CHECK(with([](Campaign& c) { c.scope = positioning::Scope::trade; }) == "trade@trade ");

    // Once published, people were told the rest.
    Campaign before = good;
    before.published_at = now;
    const base::Time later = paris(11, 30);
    const auto changed = [&](auto change) {
        Campaign campaign = before;
        change(campaign);
        return keys(problems_of(campaign, &before, later));
    };
    CHECK(changed([](Campaign& c) { c.title = "Autre"; }).empty());
    CHECK(changed([](Campaign& c) { c.closes_at += days{7}; }).empty());
    CHECK(changed([&](Campaign& c) { c.closes_at = later; }) == "closes_past@closes ");
    CHECK(changed([&](Campaign& c) { c.closes_at = later + seconds{1}; }).empty());
    for (const auto& change : std::vector<void (*)(Campaign&)>{
             [](Campaign& c) { c.organisation = {3}; }, [](Campaign& c) { c.population = "etat"; },
             [](Campaign& c) { c.scope = positioning::Scope::all; },
             [](Campaign& c) { c.opens_at += days{1}; }})
        CHECK(changed(change) == "published@ ");
}

TEST_CASE("reminders come in the morning, spread evenly, never next to the opening or the end") {
    const base::Time opens = paris(11, 1), closes = paris(12, 1);
    CHECK(reminder_times(opens, closes, 0).empty());
    CHECK(reminder_times(opens, closes, 1) == std::vector{paris(11, 16, hours{9})});
    CHECK(reminder_times(opens, closes, 2) ==
          std::vector{paris(11, 11, hours{9}), paris(11, 23, hours{9})});
    CHECK(reminder_times(opens, closes, 3).size() == 3);
    // Three days have room for one, two days for none: a day after the opening, a day before the
    // end.
    CHECK(reminder_times(opens, opens + days{3}, 3) == std::vector{paris(11, 2, hours{9})});
    CHECK(reminder_times(opens, opens + days{2}, 3).empty());
    // Summer time ends on Sunday, 25 October.
    CHECK(reminder_times(paris(10, 10), paris(11, 10), 1) == std::vector{paris(10, 26, hours{9})});
}

TEST_CASE("who is asked works in the population and is no contractor") {
    const organisations::Tree tree(
        {{.id = {1}, .code = "etat"},
         {.id = {2}, .code = "ministere", .parent = base::OrganisationId{1}},
         {.id = {3}, .code = "bureau", .parent = base::OrganisationId{2}}});
    Campaign campaign = a_campaign();
    identity::Affiliation works{.organisation = {3}, .population = "etat"};
    CHECK(is_asked(campaign, tree, &works));
    CHECK_FALSE(is_asked(campaign, tree, nullptr));
    works.organisation = {1};
    CHECK_FALSE(is_asked(campaign, tree, &works));
    works.organisation = {2};
    CHECK(is_asked(campaign, tree, &works));
    works.contractor = true;
    CHECK_FALSE(is_asked(campaign, tree, &works));
    works.contractor = false;
    campaign.population = "etat";
    CHECK(is_asked(campaign, tree, &works));
    campaign.population = "territoriale";
    CHECK_FALSE(is_asked(campaign, tree, &works));
}

TEST_CASE("a result of before fits when it asked about all, in time") {
    const Campaign campaign = a_campaign();
    const frameworks::Targets targets{{"1.1", 3}, {"4.1", 3}};
    positioning::Test test;
    test.framework = campaign.framework;
    test.state = positioning::State::done;
    test.ended_at = now - recent;
    test.plan.targets = {{"1.1", 0}, {"1.2", 0}, {"4.1", 2}};
    CHECK(fits(test, campaign, targets, now));
    CHECK_FALSE(fits(test, campaign, targets, now + seconds{1}));
    test.state = positioning::State::going;
    CHECK_FALSE(fits(test, campaign, targets, now));
    test.state = positioning::State::done;
    test.framework = "digcomp-3.0";
    CHECK_FALSE(fits(test, campaign, targets, now));
    test.framework = campaign.framework;
    test.plan.targets.erase("4.1");
    CHECK_FALSE(fits(test, campaign, targets, now));
}

TEST_CASE("codes are short and read back however they are typed") {
    for (int i = 0; i < 200; ++i) {
        const std::string code = code_from(base::sha256_hex(std::to_string(i)));
        CHECK(code.size() == code_length);
        CHECK(code.find_first_not_of(code_signs) == std::string::npos);
        CHECK(read_code(code) == code);
        CHECK(read_code(shown_code(code)) == code);
    }
    CHECK(code_from("0000"
                    "0001"
                    "0013"
                    "0014"
                    "ffff"
                    "0002") == std::string{code_signs[0], code_signs[1], code_signs[19],
                                           code_signs[0], code_signs[65535 % 20], code_signs[2]});
    struct Row {
        const char *typed, *read;
    };
    for (const Row& row :
         {Row{"k7r-mqx", "K7RMQX"}, Row{" K7R MQX ", "K7RMQX"}, Row{"K7RMQ", ""},
          Row{"K7RMQXX", ""}, Row{"K7RMQ0", ""}, Row{"K7RMQO", ""}, Row{"", ""}, Row{"K7RMQé", ""}})
        CHECK(read_code(row.typed) == row.read);
}

TEST_CASE("what is an address") {
    for (const char* good : {"a@b.fr", "prenom.nom@interieur.gouv.fr", "o'brien+x@ac-rennes.fr",
                             "a_b@sub.domain.example"})
        CHECK(is_address(good));
    const std::string local64(64, 'a'), local65(65, 'a');
    CHECK(is_address(local64 + "@b.fr"));
    for (const std::string& bad :
         {std::string{"a"}, std::string{"@b.fr"}, std::string{"a@"}, std::string{"a@b"},
          std::string{"a@.fr"}, std::string{"a@b.fr."}, std::string{"a b@c.fr"},
          std::string{"a@b@c.fr"}, std::string{".a@b.fr"}, std::string{"a..b@c.fr"},
          std::string{"é@b.fr"}, std::string{"a@b..fr"}, std::string{"a@-b.fr"}, local65 + "@b.fr"})
        CHECK_FALSE(is_address(bad));
    CHECK(is_personal("awa@gmail.com"));
    CHECK_FALSE(is_personal("awa@interieur.gouv.fr"));
}

TEST_CASE("a list of addresses is read as people have it") {
    const auto read = read_addresses(
        "nom;courriel;service\r\n"
        "\"Martin, Awa\";AWA.Martin@Exemple.fr;Bureau\r\n"
        "Durand <noe@exemple.fr>, mailto:zoe@exemple.fr\n"
        "awa.martin@exemple.fr\tfaux@nulle-part\n"
        "\n"
        "chez.moi@gmail.com\n");
    REQUIRE(read);
    REQUIRE(read->good.size() == 3);
    CHECK(read->good[0].email == "awa.martin@exemple.fr");
    CHECK(read->good[0].line == 2);
    CHECK(read->good[1].email == "noe@exemple.fr");
    CHECK(read->good[2].email == "zoe@exemple.fr");
    CHECK(read->repeated == 1);
    REQUIRE(read->problems.size() == 2);
    CHECK(read->problems[0].line == 4);
    CHECK(read->problems[0].reason.message_key == "campaigns.addresses.no_address");
    CHECK(read->problems[1].line == 6);
    CHECK(read->problems[1].reason.message_key == "campaigns.addresses.personal");

    // Latin-1 names are no matter; garbage has no address, or bad ones.
    CHECK(read_addresses("Ren\xE9;rene@exemple.fr")->good.size() == 1);
    for (const std::string& none :
         {std::string{}, std::string{"nom;prénom\nA;B"}, std::string("\x00\xFF\x01\n\n", 5)})
        CHECK_FALSE(read_addresses(none).has_value());
    CHECK(read_addresses("@@@@ \xFF@\xFE")->good.empty());

    std::string many;
    for (std::size_t i = 0; i < most_addresses; ++i) many += "a" + std::to_string(i) + "@b.fr\n";
    CHECK(read_addresses(many)->good.size() == most_addresses);
    CHECK_FALSE(read_addresses(many + "one-more@b.fr").has_value());
}
