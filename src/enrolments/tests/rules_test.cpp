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
