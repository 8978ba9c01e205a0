// SPDX-License-Identifier: EUPL-1.2
// What is pure about editing: the rules, the differences, the form.
#include "base/text.hpp"
#include "catalogue/differences.hpp"
#include "catalogue/offer_form.hpp"
#include "catalogue/rules.hpp"
#include "catalogue/views.hpp"
#include "catalogue/views_editing.hpp"
#include "http/request.hpp"
#include "offers_for_tests.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <algorithm>

using namespace catalogue;

namespace {

constexpr base::PersonId author{1}, somebody{2};

OfferRecord draft() {
    OfferRecord record;
    record.working_number = 1;
    record.working_state = "draft";
    return record;
}
OfferRecord proposed() {
    OfferRecord record = draft();
    record.working_state = "proposed";
    return record;
}
OfferRecord published() {
    OfferRecord record;
    record.published_number = 1;
    return record;
}
OfferRecord revised() {
    OfferRecord record = published();
    record.working_number = 2;
    record.working_state = "draft";
    return record;
}
OfferRecord retired(OfferRecord record) {
    record.retired_at = base::Time{};
    return record;
}

constexpr Actor organiser{somebody, true, false};
constexpr Actor reviewer{somebody, false, true};
constexpr Actor both{author, true, true};
constexpr Actor nobody{somebody, false, false};

}  // namespace

TEST_CASE("an offer's state is told from what it has, work before the rest") {
    CHECK(state_of(draft(), false) == State::draft);
    CHECK(state_of(proposed(), false) == State::proposed);
    CHECK(state_of(published(), false) == State::published);
    CHECK(state_of(published(), true) == State::expired);
    CHECK(state_of(revised(), true) == State::revised);
    CHECK(state_of(retired(revised()), true) == State::retired);
}

TEST_CASE("who may do what in which state, both sides of each rule") {
    struct Line {
        const char* what;
        WhyNot answer;
        WhyNot expected;
    };
    const WhyNot may = std::nullopt;
    const Line lines[] = {
        {"edit a draft", why_not_edit(draft(), organiser), may},
        {"edit a proposal: it becomes a draft", why_not_edit(proposed(), organiser), may},
        {"edit what is published", why_not_edit(published(), organiser), may},
        {"edit as reviewer only", why_not_edit(draft(), reviewer), "not_organiser"},
        {"edit what is retired", why_not_edit(retired(published()), organiser), "retired"},
        {"propose a draft", why_not_propose(draft(), organiser), may},
        {"propose a revision", why_not_propose(revised(), organiser), may},
        {"propose twice", why_not_propose(proposed(), organiser), "no_draft"},
        {"propose what is published", why_not_propose(published(), organiser), "no_draft"},
        {"propose as reviewer only", why_not_propose(draft(), reviewer), "not_organiser"},
        {"publish another's version", why_not_publish(proposed(), reviewer, author), may},
        {"publish one's own", why_not_publish(proposed(), both, author), "own_version"},
        {"publish what nobody wrote", why_not_publish(proposed(), both, std::nullopt), may},
        {"publish a draft", why_not_publish(draft(), reviewer, author), "not_proposed"},
        {"publish as organiser", why_not_publish(proposed(), organiser, author), "not_reviewer"},
        {"publish what is retired", why_not_publish(retired(proposed()), reviewer, author),
         "retired"},
        {"send a proposal back", why_not_send_back(proposed(), reviewer), may},
        {"send a draft back", why_not_send_back(draft(), reviewer), "not_proposed"},
        {"send back as organiser", why_not_send_back(proposed(), organiser), "not_reviewer"},
        {"retire as organiser", why_not_retire(published(), organiser), may},
        {"retire as reviewer", why_not_retire(published(), reviewer), may},
        {"retire a draft", why_not_retire(draft(), organiser), may},
        {"retire twice", why_not_retire(retired(published()), organiser), "retired"},
        {"retire from outside", why_not_retire(published(), nobody), "not_organiser"},
        {"restore", why_not_restore(retired(published()), organiser), may},
        {"restore what is there", why_not_restore(published(), organiser), "not_retired"},
        {"restore from outside", why_not_restore(retired(published()), nobody), "not_organiser"},
    };
    for (const Line& line : lines) {
        INFO(line.what);
        CHECK(line.answer == line.expected);
    }
    CHECK(refusal_of("own_version").kind == base::ErrorKind::forbidden);
    CHECK(refusal_of("retired").kind == base::ErrorKind::conflict);
}

TEST_CASE("what waits for whom") {
    CHECK(waits_for(proposed(), reviewer, author));
    CHECK_FALSE(waits_for(proposed(), both, author));
    CHECK_FALSE(waits_for(proposed(), organiser, author));
    CHECK(waits_for(revised(), organiser, author));
    CHECK_FALSE(waits_for(published(), organiser, author));
}

TEST_CASE("differences are told by field and line") {
    Offer before{.title = "Git", .objectives = "Voir\nComprendre\nFaire"};
    before.themes = {"cybersecurite"};
    Offer after = before;
    CHECK(differences(before, after).empty());
    after.objectives = "Voir\nEssayer\nFaire";
    after.themes.clear();
    after.eligibility.invitation_only = true;
    const auto found = differences(before, after);
    REQUIRE(found.size() == 3);
    CHECK(found[0].field == "objectives");
    using Lines = std::vector<DifferenceLine>;
    CHECK(found[0].before == Lines{{"Voir", false}, {"Comprendre", true}, {"Faire", false}});
    CHECK(found[0].after == Lines{{"Voir", false}, {"Essayer", true}, {"Faire", false}});
    CHECK(found[1].field == "themes");
    CHECK(found[1].after.empty());
    CHECK(found[2].field == "eligibility_invitation_only");
    CHECK(found[2].after == Lines{{"1", true}});
}

TEST_CASE("texts of the largest size are compared in little memory and time") {
    Offer before, after;
    for (int i = 0; i < 9'000; ++i) {
        before.programme += "a\n";
        after.programme += "b\n";
    }
    const auto found = differences(before, after);
    REQUIRE(found.size() == 1);
    CHECK(found[0].before.size() == 9'000);
}

TEST_CASE("an offer comes back from its form as it was") {
    Offer offer{.title = "Cycle"};
    offer.kind = "cycle";
    offer.programme = "Un\nDeux";
    offer.duration_minutes = 90;
    offer.price_cents = 123450;
    offer.themes = {"cybersecurite", "data"};
    offer.skills = {{"digcomp-2.2", "1.1", 0, 4}};
    offer.steps = {{"git", ""}, {"data", "voie technique"}};
    offer.eligibility = {{"etat"}, false, {"dinum"}, true};
    offer.expires_on = base::parse_iso_date("2027-01-31");
    offer.visible = false;
    const Fields fields = fields_of(offer);
    CHECK(std::ranges::find(fields, std::pair<std::string, std::string>{"price", "1234,50"}) !=
          fields.end());
    const ReadOffer read = read_offer(http::Form(fields), {});
    CHECK(read.problems.empty());
    CHECK(read.offer == offer);
}

TEST_CASE("a form changes what it has, and tells what it cannot read") {
    Offer before{.title = "Git"};
    before.themes = {"data"};
    before.trades = {"Développeuse"};
    const auto read = [&](http::Pairs pairs) { return read_offer(http::Form(pairs), before); };
    CHECK(read({{"title", "Git 2"}}).offer.themes == before.themes);
    CHECK(read({{"themes", ""}}).offer.themes.empty());  // no box ticked
    CHECK(read({{"themes", ""}, {"themes", "ia"}, {"themes", "data"}}).offer.themes ==
          std::vector<std::string>{"ia", "data"});
    CHECK(read({{"trades", " A \r\n\r\nB"}}).offer.trades == std::vector<std::string>{"A", "B"});
    CHECK(read({{"visible", "0"}}).offer.visible == false);
    CHECK(read({{"visible", "0"}, {"visible", "1"}}).offer.visible);
    CHECK(read({{"eligibility.populations", "etat"}}).offer.eligibility.populations ==
          std::vector<std::string>{"etat"});
    CHECK(read({{"skills.0.framework", "digcomp-2.2"},
                {"skills.0.code", "1.1"},
                {"skills.0.to_level", "3"}})
              .offer.skills == std::vector<Skill>{{"digcomp-2.2", "1.1", 0, 3}});
    CHECK(read({{"price", "1 234,5"}}).offer.price_cents == 123450);
    CHECK(read({{"price_cents", "99"}}).offer.price_cents == 99);

    for (const auto& [name, value] : http::Pairs{{"duration_minutes", "deux"},
                                                 {"duration_minutes", "-1"},
                                                 {"duration_minutes", "99999999999"},
                                                 {"price", "cher"},
                                                 {"price", "1,234"},
                                                 {"price", "-1"},
                                                 {"expires_on", "2026-02-30"},
                                                 {"skills", "digcomp-2.2 1.1"},
                                                 {"skills", "digcomp-2.2 1.1 2 9"}}) {
        INFO(name << " = " << value);
        const auto bad = read({{name, value}});
        REQUIRE(bad.problems.size() == 1);
        CHECK(bad.problems[0].field == name);
        const Fields typed = typed_fields(http::Form({{name, value}}), before);
        CHECK(std::ranges::find(typed, std::pair{name, value}) != typed.end());
    }
    CHECK(read({{"titel", "Git"}}).problems.size() == 1);
}

TEST_CASE("no form breaks the reader, and what it made of it reads back the same") {
    std::mt19937 random(7);
    for (int i = 0; i < 300; ++i) {
        const Offer offer = tests::random_offer(random);
        const ReadOffer once = read_offer(http::Form(fields_of(offer)), {});
        const ReadOffer twice = read_offer(http::Form(fields_of(once.offer)), {});
        CHECK(fields_of(once.offer) == fields_of(twice.offer));
    }
}

TEST_CASE("the schemas of the views are JSON") {
    for (const auto schema : {list_schema, offer_schema, work_list_schema, work_schema, form_schema,
                              version_schema, report_schema}) {
        boost::system::error_code error;
        boost::json::parse(schema, error);
        CHECK_FALSE(error);
    }
}
