// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/rules.hpp"

#include <doctest/doctest.h>

using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

constexpr base::Time opens{sys_days{2026y / 11 / 1}};
constexpr base::Time closes{sys_days{2026y / 12 / 1}};
constexpr base::Time starts{sys_days{2026y / 12 / 8}};

sessions::Session session() {
    sessions::Session one;
    one.status = sessions::Status::open;
    one.enrolment_opens_at = opens;
    one.enrolment_closes_at = closes;
    one.cancel_until = closes + days{3};
    one.slots = {{starts, starts + 3h}};
    return one;
}

const catalogue::Reader agent{{1}, "etat", false, {"dinum", "etat"}};

std::string reason(const sessions::Session& given, base::Time now,
                   const catalogue::Reader& reader = agent,
                   const catalogue::Eligibility& rule = {}) {
    return enrolments::why_not_take(given, rule, reader, now).value_or("may take");
}

}  // namespace

TEST_CASE("a seat can be taken from the opening second until the closing second") {
    CHECK(reason(session(), opens - 1s) == "enrolments.why_not.not_yet_open");
    CHECK(reason(session(), opens) == "may take");
    CHECK(reason(session(), closes - 1s) == "may take");
    CHECK(reason(session(), closes) == "enrolments.why_not.closed");
    CHECK(reason(session(), starts) == "enrolments.why_not.started");
}

TEST_CASE("a cancelled session and a draft give no seats") {
    auto off = session();
    off.status = sessions::Status::cancelled;
    CHECK(reason(off, opens) == "enrolments.why_not.cancelled");
    off.status = sessions::Status::draft;
    CHECK(reason(off, opens) == "enrolments.why_not.not_yet_open");
}

TEST_CASE("the offer's rule holds for its sessions, after what the session itself says") {
    const catalogue::Eligibility territorial{.populations = {"territoriale"}};
    CHECK(reason(session(), opens, agent, territorial) == "catalogue.why_not.population");
    CHECK(reason(session(), closes, agent, territorial) == "enrolments.why_not.closed");
}

TEST_CASE("a seat can be given back until the deadline, a place on the list until the start") {
    enrolments::Enrolment seat{.state = enrolments::State::seated};
    enrolments::Enrolment place{.state = enrolments::State::waiting, .place = 1};
    const enrolments::Enrolment gone{.state = enrolments::State::withdrawn};
    const auto why = [](const enrolments::Enrolment& enrolment, base::Time now) {
        return enrolments::why_not_withdraw(enrolment, session(), now).value_or("may withdraw");
    };
    const base::Time deadline = closes + days{3};
    CHECK(why(seat, deadline) == "may withdraw");
    CHECK(why(seat, deadline + 1s) == "enrolments.why_not.too_late");
    CHECK(why(place, deadline + 1s) == "may withdraw");
    CHECK(why(place, starts) == "enrolments.why_not.started");
    CHECK(why(gone, opens) == "enrolments.why_not.not_held");
}

TEST_CASE("an offer can be answered to the second of its end, and not after") {
    const base::Time until = closes - days{1};
    const auto why = [&](enrolments::State state, base::Time now) {
        const enrolments::Enrolment offered{
            .state = state, .place = 1, .given_at = opens, .answer_by = until};
        return enrolments::why_not_answer(offered, session(), now).value_or("may answer");
    };
    using enrolments::State;
    CHECK(why(State::offered, until) == "may answer");
    CHECK(why(State::offered, until + 1s) == "enrolments.why_not.offer_over");
    CHECK(why(State::expired, until) == "enrolments.why_not.offer_over");
    CHECK(why(State::waiting, until) == "enrolments.why_not.not_offered");
    enrolments::Enrolment late{
        .state = State::offered, .place = 1, .given_at = opens, .answer_by = starts};
    CHECK_FALSE(enrolments::why_not_answer(late, session(), starts - 1s));
    CHECK(enrolments::why_not_answer(late, session(), starts) == "enrolments.why_not.started");
}

TEST_CASE("a seat of a session that was moved can be given back after the deadline") {
    enrolments::Enrolment seat{.state = enrolments::State::seated};
    const base::Time late = closes + days{3} + 1s;
    CHECK(enrolments::why_not_withdraw(seat, session(), late) == "enrolments.why_not.too_late");
    seat.moved = true;
    CHECK_FALSE(enrolments::why_not_withdraw(seat, session(), late));
    CHECK(enrolments::why_not_withdraw(seat, session(), starts) == "enrolments.why_not.started");
}

TEST_CASE("who may go over to which other session") {
    using enrolments::State;
    auto from = session();
    from.id = {1};
    from.offer = {7};
    auto to = from;
    to.id = {2};
    const auto why = [&](State state, base::Time now = opens) {
        const enrolments::Enrolment one{
            .state = state, .place = 1, .given_at = opens, .answer_by = closes};
        return enrolments::why_not_transfer(one, from, to, now).value_or("may go");
    };
    CHECK(why(State::seated) == "may go");
    CHECK(why(State::waiting) == "may go");
    CHECK(why(State::offered) == "enrolments.why_not.answer_first");
    CHECK(why(State::applied) == "enrolments.why_not.applied");
    CHECK(why(State::withdrawn) == "enrolments.why_not.not_held");
    CHECK(why(State::seated, closes + days{3}) == "may go");
    CHECK(why(State::seated, closes + days{3} + 1s) == "enrolments.why_not.too_late");
    to.id = from.id;
    CHECK(why(State::seated) == "enrolments.why_not.other_offer");
    to.id = {2};
    to.offer = {8};
    CHECK(why(State::seated) == "enrolments.why_not.other_offer");
    to.offer = from.offer;
    to.rules.selection = sessions::Selection::on_motivation;
    CHECK(why(State::seated) == "enrolments.why_not.selects");
    to.results_at = opens;
    CHECK(why(State::seated) == "may go");
}

TEST_CASE("a colleague may take a seat over until the session begins") {
    using enrolments::State;
    const auto why = [](State state, base::Time now) {
        return enrolments::why_not_replace({.state = state}, session(), now).value_or("may");
    };
    CHECK(why(State::seated, starts - 1s) == "may");
    CHECK(why(State::seated, starts) == "enrolments.why_not.started");
    CHECK(why(State::waiting, opens) == "enrolments.why_not.not_seated");
}

TEST_CASE("results are given once, after the applications close") {
    auto selecting = session();
    const auto why = [&](base::Time now) {
        return enrolments::why_not_give_results(selecting, now).value_or("may");
    };
    CHECK(why(closes) == "enrolments.why_not.no_selection");
    selecting.rules.selection = sessions::Selection::on_motivation;
    selecting.rules.apply_until = closes;
    CHECK(why(closes - 1s) == "enrolments.why_not.still_applying");
    CHECK(why(closes) == "may");
    selecting.results_at = closes;
    CHECK(why(closes) == "enrolments.why_not.results_given");
}
