// SPDX-License-Identifier: EUPL-1.2
#include "sessions/rules.hpp"

#include "base/zone.hpp"
#include "sessions/form.hpp"

#include <doctest/doctest.h>

#include <functional>

namespace {

using namespace std::chrono_literals;
using sessions::Session;
using sessions::Venue;

const base::Time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 9h};
const base::Time start = now + std::chrono::days{30};

Session right_session() {
    Session session;
    session.status = sessions::Status::open;
    session.slots = {{start, start + 3h}, {start + 4h, start + 7h}};
    session.venue = base::VenueId{1};
    session.enrolment_opens_at = now;
    session.enrolment_closes_at = start;
    session.cancel_until = start;
    session.seats.capacity = 20;
    return session;
}

using Reasons = std::vector<base::Reason>;
std::string first_of(const Reasons& reasons) {
    if (reasons.empty()) return "";
    return reasons.front().message_key.substr(std::string{"sessions.problem."}.size()) + " " +
           reasons.front().field;
}

sessions::SessionForm right_form() {
    sessions::SessionForm form = sessions::empty_form("fr");
    form.rows = {{"2026-12-23", "day", "", ""}};
    form.video_link = "https://visio.example/a";
    form.capacity = "20";
    return form;
}

base::Time paris(int month, int day, std::chrono::minutes of_day) {
    return base::paris_time(std::chrono::sys_days{std::chrono::year{2026} / month / day}, of_day);
}

}  // namespace

TEST_CASE("a session is right, or says in which field it is not") {
    struct Case {
        const char* problem;
        std::function<void(Session&, Venue&)> make;
    };
    const Case cases[] = {
        {"", [](auto&, auto&) {}},
        {"no_slot slots.0.date", [](auto& s, auto&) { s.slots.clear(); }},
        {"past slots.0.date",
         [](auto& s, auto&) {
             s.slots.front().starts_at = now;
             s.enrolment_closes_at = s.cancel_until = now;
             s.enrolment_opens_at = now - 1s;
         }},
        {"",
         [](auto& s, auto&) {
             s.slots.front().starts_at = now + 1s;
             s.enrolment_closes_at = s.cancel_until = now + 1s;
         }},
        {"far slots.0.date",
         [](auto& s, auto&) {
             for (auto& slot : s.slots)
                 slot = {slot.starts_at + sessions::latest_start,
                         slot.ends_at + sessions::latest_start};
         }},
        {"closes_after_start enrolment_closes_at",
         [](auto& s, auto&) { s.enrolment_closes_at = start + 1s; }},
        {"opens_after_closing enrolment_opens_at",
         [](auto& s, auto&) { s.enrolment_opens_at = start; }},
        {"", [](auto& s, auto&) { s.enrolment_opens_at = start - 1s; }},
        {"cancel_after_start cancel_until", [](auto& s, auto&) { s.cancel_until = start + 1s; }},
        {"capacity capacity", [](auto& s, auto&) { s.seats.capacity = 0; }},
        {"", [](auto& s, auto&) { s.seats.capacity = 1; }},
        {"",
         [](auto& s, auto& v) {
             s.seats.capacity = 5000;
             v.capacity.reset();
         }},
        {"capacity capacity",
         [](auto& s, auto& v) {
             s.seats.capacity = 5001;
             v.capacity.reset();
         }},
        {"", [](auto& s, auto&) { s.seats.capacity = 30; }},
        {"venue_too_small capacity", [](auto& s, auto&) { s.seats.capacity = 31; }},
        {"", [](auto& s, auto&) { s.minimum = 20; }},
        {"minimum minimum", [](auto& s, auto&) { s.minimum = 21; }},
        {"minimum minimum", [](auto& s, auto&) { s.minimum = -1; }},
        {"language language", [](auto& s, auto&) { s.language = "klingon"; }},
        {"link video_link", [](auto& s, auto&) { s.video_link = "javascript:alert(1)"; }},
        {"too_long note", [](auto& s, auto&) { s.note.assign(2001, 'x'); }},
    };
    for (const Case& c : cases) {
        CAPTURE(c.problem);
        Session session = right_session();
        Venue venue{.id = {1}, .capacity = 30};
        c.make(session, venue);
        CHECK(first_of(problems_of(session, &venue, nullptr, now)) == c.problem);
    }
    CHECK(first_of(problems_of(right_session(), nullptr, nullptr, now)) == "nowhere venue");
}

TEST_CASE("one that has begun may be changed, one that is over or called off may not") {
    Session begun = right_session();
    CHECK_FALSE(problems_of(begun, nullptr, nullptr, start + 1h).empty());
    Venue venue{.id = {1}};
    CHECK(problems_of(begun, &venue, &begun, start + 1h).empty());
    CHECK_FALSE(why_not_change(begun, start + 1h));
    CHECK(why_not_change(begun, begun.ends_at()) == "sessions.why_not.ended");
    begun.status = sessions::Status::cancelled;
    CHECK(why_not_change(begun, now) == "sessions.why_not.cancelled");
    CHECK(why_not_open(begun, now) == "sessions.why_not.cancelled");

    Session draft = right_session();
    draft.status = sessions::Status::draft;
    CHECK_FALSE(why_not_open(draft, now));
    CHECK(why_not_open(draft, start) == "sessions.why_not.started");
    CHECK_FALSE(why_not_change(draft, draft.ends_at()));
    draft.enrolment_closes_at = now;
    CHECK(why_not_open(draft, now) == "sessions.why_not.enrolment_over");
    draft.status = sessions::Status::open;
    CHECK(why_not_open(draft, now) == "sessions.why_not.already_open");
}

TEST_CASE("a video link is http or https with a host") {
    for (const char* good : {"https://a.fr", "http://a.fr/x?y=1#z"}) CHECK(sessions::is_link(good));
    for (const char* bad : {"", "a.fr", "ftp://a.fr", "https://", "https:///x", "https://a b",
                            "https://a\n", "javascript:alert(1)", "https://a\"b", "HTTPS"})
        CHECK_FALSE(sessions::is_link(bad));
}

TEST_CASE("rows say half days in Paris time") {
    struct Case {
        sessions::SlotRow row;
        std::vector<sessions::Slot> slots;
        const char* problem = "";
    };
    const Case cases[] = {
        {{"2026-12-23", "am", "", ""}, {{paris(12, 23, 9h), paris(12, 23, 12h + 30min)}}},
        {{"2026-07-01", "pm", "", ""}, {}, "past"},
        {{"2026-12-23", "day", "10:00", "16:00"},
         {{paris(12, 23, 10h), paris(12, 23, 12h + 30min)},
          {paris(12, 23, 14h), paris(12, 23, 16h)}}},
        {{"2026-12-23", "", "8:15", "19:00:00"}, {{paris(12, 23, 8h + 15min), paris(12, 23, 19h)}}},
        {{"2026-12-23", "pm", "", "13:00"}, {}, "hours_order"},
        {{"2026-12-23", "day", "13:00", ""}, {}, "hours_order"},
        {{"2026-12-23", "day", "", "23:59"},
         {{paris(12, 23, 9h), paris(12, 23, 12h + 30min)},
          {paris(12, 23, 14h), paris(12, 23, 23h + 59min)}}},
        {{"2027-03-28", "", "02:30", "03:00"}, {}, "hours_order"},  // summer time begins
        {{"2026-12-23", "", "09:00", ""}, {}, "hours_missing"},
        {{"2026-12-23", "", "25:00", "26:00"}, {}, "hour"},
        {{"2026-12-23", "am", "soon", ""}, {}, "hour"},
        {{"2026-12-23", "night", "", ""}, {}, "half"},
        {{"2026-02-30", "am", "", ""}, {}, "date"},
        {{"23/12/2026", "am", "", ""}, {}, "date"},
        {{"", "am", "09:00", ""}, {}, "date_missing"},
        {{"", "am", "", ""}, {}, "no_slot"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.row.date);
        CAPTURE(c.row.half);
        CAPTURE(c.row.starts);
        auto form = right_form();
        form.rows = {c.row};
        const auto read = session_from(form, nullptr, nullptr, {}, now);
        if (*c.problem != '\0') {
            CHECK(first_of(read.problems) == std::string{c.problem} + " slots.0.date");
        } else {
            CHECK(read.problems.empty());
            CHECK(read.session.slots == c.slots);
        }
    }
}

TEST_CASE("rows may come in any order but not over each other") {
    auto form = right_form();
    form.rows = {{"2026-12-24", "am", "", ""}, {}, {"2026-12-23", "day", "", ""}};
    const auto read = session_from(form, nullptr, nullptr, {}, now);
    CHECK(read.problems.empty());
    CHECK(read.session.slots.size() == 3);
    CHECK(read.session.starts_at() == paris(12, 23, 9h));

    form.rows.push_back({"2026-12-24", "", "12:00", "13:00"});
    CHECK(first_of(session_from(form, nullptr, nullptr, {}, now).problems) ==
          "overlap slots.3.date");
    form.rows.back().starts = "12:30";  // one begins when the other ends
    CHECK(session_from(form, nullptr, nullptr, {}, now).problems.empty());
}

TEST_CASE("what is left out of a form has a sound meaning, what cannot be read is said by field") {
    auto form = right_form();
    auto read = session_from(form, nullptr, nullptr, {}, now);
    CHECK(read.session.enrolment_opens_at == now);
    CHECK(read.session.enrolment_closes_at == read.session.starts_at());
    CHECK(read.session.cancel_until == read.session.starts_at());

    form.enrolment_closes_at = "2026-12-01T18:30";
    form.cancel_until = "2026-12-01T17:30:00Z";
    read = session_from(form, nullptr, nullptr, {}, now);
    CHECK(read.session.enrolment_closes_at == paris(12, 1, 18h + 30min));
    CHECK(read.session.cancel_until == paris(12, 1, 18h + 30min));

    form.enrolment_closes_at = "tomorrow";
    CHECK(first_of(session_from(form, nullptr, nullptr, {}, now).problems) ==
          "moment enrolment_closes_at");
    form = right_form();
    form.capacity = "many";
    CHECK(first_of(session_from(form, nullptr, nullptr, {}, now).problems) == "capacity capacity");
    form = right_form();
    form.venue = "nowhere";
    CHECK(first_of(session_from(form, nullptr, nullptr, {}, now).problems) ==
          "venue_unknown venue");
}

TEST_CASE("a session shown as a form and read again is the same") {
    auto form = right_form();
    form.rows = {{"2026-12-23", "day", "", ""},
                 {"2026-12-24", "pm", "", ""},
                 {"2026-12-25", "", "20:00", "22:00"}};
    form.minimum = "3";
    form.quotas = {{"population:territoriale", "", "2", "2026-12-10T09:00"},
                   {"region:84", "", "1", ""},
                   {"organisation", "insee", "1", "2026-12-11T09:00"}};
    form.selection = "on_motivation";
    form.apply_until = "2026-12-12T18:00";
    form.results_on = "2026-12-15";
    form.grid = {{"Projet", "3"}, {"Équipe", ""}};
    form.prerequisites = "/catalogue/avant\nhttps://campus.test/catalogue/encore-avant#dates";
    form.priorities = {"waited_before", "state_agents", "of_nobody"};
    form.offer_hours = "24";
    form.minimum_by = "2026-12-14";
    const sessions::Known known{{{"avant", {7}}, {"encore-avant", {8}}}, {"insee"}};
    const std::map<base::OfferId, std::string> slugs{
        {{}, "offre"}, {{7}, "avant"}, {{8}, "encore-avant"}};
    const auto read = session_from(form, nullptr, nullptr, known, now);
    CHECK(first_of(read.problems) == "");
    Session session = read.session;
    CHECK(session.rules.quotas.size() == 3);
    CHECK(session.rules.quotas[1].reserved_until == session.starts_at());
    CHECK(session.rules.grid == std::vector<sessions::Criterion>{{"Projet", 3}, {"Équipe", 1}});
    CHECK(session.rules.prerequisites == std::vector<base::OfferId>{{7}, {8}});
    CHECK(session.rules.priorities ==
          std::vector{sessions::Priority::waited_before, sessions::Priority::state_agents});
    session.enrolment_opens_at = now + 7s;  // the form shows no seconds, and loses none
    const auto shown = sessions::form_of(session, nullptr, slugs);
    CHECK(shown.rows == form.rows);
    const auto again = session_from(shown, &session, nullptr, known, now);
    CHECK(again.problems.empty());
    CHECK_FALSE(time_or_place_differ(session, again.session));
    CHECK(again.session.rules == session.rules);
    CHECK(sessions::seat_rules_from(to_json(session.rules)) == session.rules);
    CHECK(again.session.enrolment_opens_at == session.enrolment_opens_at);

    const auto copy = sessions::copy_of(session, nullptr, slugs);
    CHECK(copy.rows.front() == sessions::SlotRow{"", "day", "", ""});
    CHECK(copy.enrolment_closes_at.empty());
    CHECK(copy.quotas.size() == 3);
    CHECK(copy.quotas[0].until.empty());
    CHECK(copy.apply_until.empty());
}

TEST_CASE("rules of seats that cannot be are said by field") {
    const auto told = [](auto change, int capacity = 10) {
        sessions::SeatRules rules;
        change(rules);
        return first_of(problems_of(rules, capacity, now + 20 * 24h, now + 30 * 24h));
    };
    using sessions::Quota;
    using sessions::SeatRules;
    const auto quota = [](std::string kind, std::string value, int seats = 1,
                          base::Time until = now + 24h) {
        return [=](SeatRules& rules) { rules.quotas.push_back(Quota{kind, value, seats, until}); };
    };
    CHECK(told([](SeatRules&) {}) == "");
    CHECK(told(quota("population", "etat")) == "");
    CHECK(told(quota("population", "martienne")) == "quota_value quotas.0.value");
    CHECK(told(quota("planet", "mars")) == "quota_kind quotas.0.kind");
    CHECK(told(quota("region", "84")) == "");
    CHECK(told(quota("region", "85")) == "quota_value quotas.0.value");
    CHECK(told(quota("department", "2A")) == "");
    CHECK(told(quota("department", "96")) == "quota_value quotas.0.value");
    CHECK(told(quota("town", "Lyon")) == "quota_value quotas.0.value");
    CHECK(told(quota("town", "lyon")) == "");
    CHECK(told(quota("outside_idf", "1", 0)) == "quota_seats quotas.0.seats");
    CHECK(told(quota("outside_idf", "1", 10)) == "");
    CHECK(told(quota("outside_idf", "1", 11)) == "quotas_over_capacity quotas.0.seats");
    CHECK(told(quota("outside_idf", "1", 1, now + 30 * 24h)) == "");
    CHECK(told(quota("outside_idf", "1", 1, now + 30 * 24h + 1s)) == "quota_until quotas.0.until");
    CHECK(told([&](SeatRules& rules) {
              quota("population", "etat")(rules);
              quota("population", "etat")(rules);
          }) == "quota_twice quotas.1.value");

    const auto selection = [](base::Time until, std::chrono::days results, int weight) {
        return [=](SeatRules& rules) {
            rules.selection = sessions::Selection::on_motivation;
            rules.apply_until = until;
            rules.results_on = std::chrono::floor<std::chrono::days>(now) + results;
            if (weight >= 0) rules.grid = {{"Projet", weight}};
        };
    };
    using std::chrono::days;
    CHECK(told(selection(now + 48h, days{3}, 1)) == "");
    CHECK(told(selection({}, days{3}, 1)) == "apply_until apply_until");
    CHECK(told(selection(now + 20 * 24h + 1s, days{25}, 1)) == "apply_after_closing apply_until");
    CHECK(told(selection(now + 48h, days{1}, 1)) == "results_on results_on");
    CHECK(told(selection(now + 48h, days{32}, 1)) == "results_on results_on");
    CHECK(told(selection(now + 48h, days{3}, -1)) == "no_grid grid.0.name");
    CHECK(told(selection(now + 48h, days{3}, 0)) == "criterion_weight grid.0.weight");
    CHECK(told(selection(now + 48h, days{3}, 10)) == "");
    CHECK(told(selection(now + 48h, days{3}, 11)) == "criterion_weight grid.0.weight");
    for (const auto& [hours, problem] : {std::pair{1, "offer_hours offer_hours"},
                                         {2, ""},
                                         {336, ""},
                                         {337, "offer_hours offer_hours"}})
        CHECK(told([&, given = hours](SeatRules& rules) { rules.offer_hours = given; }) == problem);
}

TEST_CASE("every region has its départements") {
    CHECK(sessions::region_of("75") == sessions::ile_de_france);
    CHECK(sessions::region_of("2A") == "94");
    CHECK(sessions::region_of("974") == "04");
    CHECK(sessions::region_of("") == "");
    CHECK(sessions::region_of("7") == "");
    int known = 0;
    for (int number = 1; number <= 95; ++number) {
        const std::string code = (number < 10 ? "0" : "") + std::to_string(number);
        known += sessions::region_of(code).empty() ? 0 : 1;
    }
    CHECK(known == 95);  // 20 is Corsica's before it was two
}

TEST_CASE("a venue needs a name and a town") {
    Venue venue;
    venue.name = "Salle bleue";
    venue.town = "Lille";
    CHECK(problems_of(venue).empty());
    venue.capacity = 0;
    CHECK(first_of(problems_of(venue)) == "capacity capacity");
    venue = {};
    CHECK(first_of(problems_of(venue)) == "venue_name name");
}
