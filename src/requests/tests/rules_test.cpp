// SPDX-License-Identifier: EUPL-1.2
#include "requests/rules.hpp"

#include "requests/cpf.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>

using namespace requests;  // NOLINT: a test of this slice
using std::chrono::days;
using std::chrono::hours;

namespace {

base::Date day(int year, unsigned month, unsigned number) {
    return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                                 static_cast<int>(number)};
}
const base::Time morning = day(2026, 11, 23) + hours{9};

Request waiting(const std::string& regime = "training_plan", const std::string& nature = "") {
    Request request;
    request.person = {1};
    request.state = State::to_decide;
    request.step = 1;
    request.submitted_at = morning;
    request.answers.regime = regime;
    request.answers.nature = nature;
    return request;
}

std::string first(const std::vector<base::Reason>& problems) {
    return problems.empty() ? "" : problems.front().message_key;
}

}  // namespace

TEST_CASE("what may become of a request in each state, and nothing else") {
    constexpr std::array states{State::draft,   State::to_decide, State::approved,
                                State::refused, State::deferred,  State::withdrawn};
    constexpr std::array events{Event::submit, Event::pass_on, Event::approve,
                                Event::refuse, Event::defer,   Event::withdraw};
    struct Row {
        State from;
        Event event;
        State to;
    };
    const std::vector<Row> possible{{State::draft, Event::submit, State::to_decide},
                                    {State::draft, Event::withdraw, State::withdrawn},
                                    {State::to_decide, Event::pass_on, State::to_decide},
                                    {State::to_decide, Event::approve, State::approved},
                                    {State::to_decide, Event::refuse, State::refused},
                                    {State::to_decide, Event::defer, State::deferred},
                                    {State::to_decide, Event::withdraw, State::withdrawn}};
    for (const State from : states)
        for (const Event event : events) {
            std::optional<State> expected;
            for (const Row& row : possible)
                if (row.from == from && row.event == event) expected = row.to;
            CAPTURE(name_of(from));
            CAPTURE(static_cast<int>(event));
            CHECK(next(from, event) == expected);
        }
    CHECK(event_of(Verdict::unfavourable, false) == Event::pass_on);
    CHECK(event_of(Verdict::unfavourable, true) == Event::refuse);
    CHECK(event_of(Verdict::favourable, true) == Event::approve);
}

TEST_CASE("answers: what is needed to submit, and only then") {
    Answers answers{.expertise = "novice", .motivation = "Pour mon service"};
    CHECK(problems_of(answers, false, false).empty());
    struct Row {
        const char* problem;
        void (*change)(Answers&);
        bool in_draft;
    };
    const std::vector<Row> rows{
        {"requests.problem.motivation_missing", [](Answers& a) { a.motivation.clear(); }, false},
        {"requests.problem.expertise_missing", [](Answers& a) { a.expertise.clear(); }, false},
        {"requests.problem.expertise", [](Answers& a) { a.expertise = "guru"; }, true},
        {"requests.problem.regime", [](Answers& a) { a.regime = "else"; }, true},
        {"requests.problem.nature_missing", [](Answers& a) { a.regime = "cpf"; }, false},
        {"requests.problem.nature", [](Answers& a) { a.nature = "pix"; }, true},
        {"requests.problem.motivation_long",
         [](Answers& a) { a.motivation = std::string(2001, 'x'); }, true},
        {"", [](Answers& a) { a.motivation = std::string(2000, 'x'); }, false},
        {"requests.problem.accommodation_long",
         [](Answers& a) { a.accommodation = std::string(1001, 'x'); }, true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.problem);
        Answers changed = answers;
        row.change(changed);
        CHECK(first(problems_of(changed, false, false)) == row.problem);
        CHECK(first(problems_of(changed, false, true)) == (row.in_draft ? row.problem : ""));
    }
    CHECK(first(problems_of(answers, true, false)) == "requests.problem.prerequisite_missing");
    answers.prerequisite = "no";  // an answer, not a bar: the deciders read it
    CHECK(problems_of(answers, true, false).empty());
}

TEST_CASE("a deadline is the step's, and under the CPF never after the two months") {
    const Step step{.days = 10, .reminder_days = 3};
    Answers plan;
    Answers cpf;
    cpf.regime = "cpf";
    CHECK(due_at(step, plan, morning, morning) == morning + days{10});
    CHECK(due_at(step, cpf, morning, morning) == morning + days{10});
    const base::Time late = morning + days{55};
    CHECK(due_at(step, plan, morning, late) == late + days{10});
    CHECK(due_at(step, cpf, morning, late) == day(2027, 1, 23) + hours{9});
    const base::Time over = day(2027, 1, 23) + hours{9};
    CHECK(due_at(step, cpf, morning, over) == over + days{10});

    CHECK(reminder_at(step, morning + days{10}, morning) == morning + days{7});
    CHECK_FALSE(reminder_at(step, morning + days{3}, morning));
    CHECK(reminder_at(step, morning + days{3} + std::chrono::seconds{1}, morning));
    CHECK_FALSE(reminder_at({.days = 10, .reminder_days = 0}, morning + days{10}, morning));

    CHECK(forgotten_at(morning, morning - days{30}) == morning + days{1});
    CHECK(forgotten_at(std::nullopt, morning) == morning + days{183});
}

TEST_CASE("who may read a request, and who may answer it") {
    const base::PersonId somebody{7};
    struct Row {
        const char* who;
        Reader reader;
        Decider decider;
        const char* as;
        bool reads;
    };
    const std::vector<Row> rows{
        {"the supervisor",
         {.person = somebody, .is_decider = true},
         Decider::supervisor,
         "supervisor",
         true},
        {"a delegate",
         {.person = somebody, .is_delegate = true},
         Decider::supervisor,
         "delegate",
         true},
        {"the office at the supervisor's step",
         {.person = somebody, .is_training_office = true},
         Decider::supervisor,
         "",
         true},
        {"the office",
         {.person = somebody, .is_training_office = true},
         Decider::training_office,
         "training_office",
         true},
        {"the supervisor at the office's step",
         {.person = somebody, .is_supervisor = true},
         Decider::training_office,
         "",
         true},
        {"anybody", {.person = somebody}, Decider::supervisor, "", false},
        {"the agent", {.person = {1}}, Decider::supervisor, "", true},
        {"the agent who is the office",
         {.person = {1}, .is_training_office = true},
         Decider::training_office,
         "",
         true},
        {"the agent who is a delegate",
         {.person = {1}, .is_delegate = true},
         Decider::supervisor,
         "",
         true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.who);
        Request request = waiting();
        request.decider = row.decider;
        CHECK(answers_as(request, row.reader) == row.as);
        CHECK(why_not_read(request, row.reader).has_value() == !row.reads);
        CHECK(why_not_answer(request, row.reader).has_value() == (std::string{row.as}.empty()));
        // Once it is over, nobody answers any more.
        request.state = State::withdrawn;
        CHECK(answers_as(request, row.reader).empty());
        if (row.reads) CHECK(why_not_answer(request, row.reader) == "requests.why_not.withdrawn");
        // A draft is its author's alone.
        request.state = State::draft;
        CHECK(why_not_read(request, row.reader).has_value() ==
              (row.reader.person != request.person));
    }
}

TEST_CASE("a decision: a refusal has a reason, and the CPF its guarantees") {
    const std::vector<base::Date> two_years{day(2025, 3, 1), day(2026, 3, 1)};
    const base::Date today = day(2026, 11, 24);
    const Decision yes{.verdict = Verdict::favourable};
    const Decision bare{.verdict = Verdict::unfavourable};
    const Decision no{.verdict = Verdict::unfavourable, .reason = "Nécessité de service"};
    const Request plan = waiting();
    const Request cpf = waiting("cpf", "evolution");
    const Request base_of_skills = waiting("cpf", "foundation");

    CHECK(problems_of(yes, plan, true, {}, today).empty());
    CHECK(first(problems_of(bare, plan, true, {}, today)) == "requests.problem.reason_missing");
    CHECK(first(problems_of(bare, plan, false, {}, today)) == "requests.problem.reason_missing");
    CHECK(problems_of(no, plan, true, two_years, today).empty());

    CHECK(problems_of(no, cpf, true, {day(2026, 3, 1)}, today).empty());
    CHECK(first(problems_of(no, cpf, true, two_years, today)) == "requests.problem.joint_opinion");
    CHECK(problems_of(no, cpf, false, two_years, today).empty());  // an opinion refuses nothing
    Decision heard = no;
    heard.joint_opinion_on = today;
    CHECK(problems_of(heard, cpf, true, two_years, today).empty());
    heard.joint_opinion_on = today + days{1};
    CHECK(first(problems_of(heard, cpf, true, two_years, today)) ==
          "requests.problem.joint_opinion_later");

    CHECK(first(problems_of(no, base_of_skills, true, {}, today)) == "requests.problem.only_defer");
    Decision later{.verdict = Verdict::deferred, .reason = "Au printemps"};
    CHECK(first(problems_of(later, base_of_skills, true, {}, today)) ==
          "requests.problem.deferred_missing");
    struct Row {
        base::Date until;
        bool right;
    };
    for (const auto& [until, right] :
         {Row{today, false}, Row{today + days{1}, true}, Row{day(2027, 11, 23), true},
          Row{day(2027, 11, 24), false}}) {
        later.deferred_until = until;
        CHECK(problems_of(later, base_of_skills, true, {}, today).empty() == right);
    }
    later.deferred_until = today + days{1};
    CHECK(first(problems_of(later, cpf, true, {}, today)) == "requests.problem.not_deferrable");
    CHECK(first(problems_of(later, plan, true, {}, today)) == "requests.problem.not_deferrable");
}

TEST_CASE("the rules of the CPF") {
    struct Limit {
        base::Date received, due;
    };
    for (const auto& [received, due] :
         {Limit{day(2026, 11, 23), day(2027, 1, 23)}, Limit{day(2026, 12, 31), day(2027, 2, 28)},
          Limit{day(2027, 12, 31), day(2028, 2, 29)}, Limit{day(2026, 6, 30), day(2026, 8, 30)}})
        CHECK(cpf::answer_due(received + hours{9}) == due + hours{9});
    CHECK(cpf::latest_deferral(morning) == day(2027, 11, 23));
    CHECK(cpf::latest_deferral(day(2028, 2, 29) + hours{1}) == day(2029, 2, 28));

    for (const std::string_view nature : cpf::natures())
        CHECK(cpf::may_refuse(nature) == (nature != "foundation"));

    struct Refusals {
        std::vector<base::Date> on;
        bool needed;
    };
    for (const auto& [on, needed] : std::vector<Refusals>{
             {{}, false},
             {{day(2026, 1, 1)}, false},
             {{day(2026, 1, 1), day(2026, 12, 31)}, false},  // one year
             {{day(2025, 12, 31), day(2026, 1, 1)}, true},
             {{day(2024, 5, 1), day(2026, 5, 1)}, false},  // not two years in a row
             {{day(2023, 5, 1), day(2024, 5, 1), day(2026, 5, 1)}, true},
             {{day(2026, 5, 1), day(2025, 5, 1)}, true}}) {
        CHECK(cpf::needs_joint_opinion(on) == needed);
        CHECK((cpf::silence("evolution", on) == cpf::AfterTwoMonths::passed_on) == needed);
        CHECK(cpf::silence("foundation", on) == cpf::AfterTwoMonths::passed_on);
    }
    CHECK(cpf::refusals_by_year({day(2026, 5, 1), day(2025, 5, 1), day(2026, 7, 1)}) ==
          std::vector<std::pair<int, int>>{{2025, 1}, {2026, 2}});

    // First the foundation, then what the decree names, then the rest; at the same rank what the
    // administration gives.
    CHECK(cpf::priority("foundation", false) < cpf::priority("prevention", true));
    for (const char* named : {"prevention", "experience", "exam"})
        CHECK(cpf::priority(named, false) < cpf::priority("certification", true));
    CHECK(cpf::priority("evolution", true) < cpf::priority("evolution", false));
    CHECK(cpf::priority("evolution", true) == cpf::priority("certification", true));
}

TEST_CASE("what silence means") {
    const std::vector<base::Date> two_years{day(2025, 3, 1), day(2026, 3, 1)};
    const base::Time within = morning + days{10};
    const base::Time last = day(2027, 1, 23) + hours{9};
    struct Row {
        const char* name;
        const char* regime;
        const char* nature;
        Silence silence;
        Decider decider;
        bool last_step;
        std::vector<base::Date> refused;
        base::Time now;
        SilentOutcome outcome;
    };
    using enum SilentOutcome;
    const auto supervisor = Decider::supervisor;
    const auto office = Decider::training_office;
    const std::vector<Row> rows{
        {"agreed", "training_plan", "", Silence::approve, supervisor, true, {}, within, favourable},
        {"refused",
         "training_plan",
         "",
         Silence::refuse,
         supervisor,
         true,
         {},
         within,
         unfavourable},
        {"upwards", "training_plan", "", Silence::escalate, supervisor, true, {}, within, escalate},
        {"nobody above", "training_plan", "", Silence::escalate, office, true, {}, within, keep},
        {"CPF within the two months",
         "cpf",
         "evolution",
         Silence::escalate,
         supervisor,
         true,
         {},
         last - std::chrono::seconds{1},
         escalate},
        {"CPF after them",
         "cpf",
         "evolution",
         Silence::escalate,
         supervisor,
         true,
         {},
         last,
         unfavourable},
        {"CPF after them, though the circuit agrees",
         "cpf",
         "evolution",
         Silence::approve,
         office,
         true,
         {},
         last,
         unfavourable},
        {"the base is never refused",
         "cpf",
         "foundation",
         Silence::refuse,
         supervisor,
         true,
         {},
         within,
         escalate},
        {"the base is never refused, after the two months",
         "cpf",
         "foundation",
         Silence::refuse,
         office,
         true,
         {},
         last,
         keep},
        {"a third refusal needs more than silence", "cpf", "evolution", Silence::refuse, office,
         true, two_years, last, keep},
        {"an opinion may be silent",
         "cpf",
         "foundation",
         Silence::refuse,
         supervisor,
         false,
         {},
         within,
         unfavourable},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        Request request = waiting(row.regime, row.nature);
        request.decider = row.decider;
        CHECK(after_silence(request, {.decider = row.decider, .silence = row.silence},
                            row.last_step, row.refused, row.now) == row.outcome);
    }
}

TEST_CASE("who may confirm to supervise somebody") {
    const Supervision declared{.id = {1},
                               .person = {1},
                               .supervisor_email = "sabine@exemple.fr",
                               .supervisor = std::nullopt};
    CHECK_FALSE(why_not_confirm(declared, {2}, "sabine@exemple.fr", false));
    CHECK(why_not_confirm(declared, {2}, "sabine.m@exemple.fr", false) ==
          "requests.supervision_unknown");
    CHECK(why_not_confirm(declared, {1}, "sabine@exemple.fr", false) ==
          "requests.why_not.own_supervisor");
    CHECK(why_not_confirm(declared, {2}, "sabine@exemple.fr", true) ==
          "requests.why_not.supervisor_contractor");
    for (const auto state : {SupervisionState::to_accept, SupervisionState::confirmed,
                             SupervisionState::refused, SupervisionState::replaced}) {
        Supervision answered = declared;
        answered.state = state;
        CHECK(why_not_confirm(answered, {2}, "sabine@exemple.fr", false) ==
              "requests.why_not.supervision_answered");
    }
}

TEST_CASE("a delegation: to somebody else, for days to come, at most a year") {
    const base::Date today = day(2026, 11, 23);
    const base::PersonId supervisor{1}, other{2};
    struct Row {
        const char* problem;
        std::optional<base::PersonId> delegate;
        std::optional<base::Date> from, until;
    };
    for (const Row& row :
         std::vector<Row>{{"", other, today, today},
                          {"", other, today - days{5}, today},
                          {"requests.problem.delegate_unknown", std::nullopt, today, today},
                          {"requests.problem.delegate_oneself", supervisor, today, today},
                          {"requests.problem.from_missing", other, std::nullopt, today},
                          {"requests.problem.until_missing", other, today, std::nullopt},
                          {"requests.problem.until_before", other, today, today - days{1}},
                          {"requests.problem.until_past", other, today - days{2}, today - days{1}},
                          {"", other, today, today + days{366}},
                          {"requests.problem.until_too_late", other, today, today + days{367}}}) {
        const auto reason = why_not_delegate(supervisor, row.delegate, row.from, row.until, today);
        CHECK((reason ? reason->message_key : "") == row.problem);
    }
}

TEST_CASE("the steps of a circuit: times, and the order of opinion and decision") {
    const Step supervisor;
    Step office;
    office.decider = Decider::training_office;
    CHECK(problems_of({}).empty());
    CHECK(problems_of({supervisor, office}).empty());
    CHECK(first(problems_of({office, supervisor})) == "requests.problem.order");
    CHECK(first(problems_of({supervisor, office, office})) == "requests.problem.steps");
    struct Row {
        int days, reminder;
        bool right;
    };
    for (const auto& [number, reminder, right] :
         {Row{1, 0, true}, Row{0, 0, false}, Row{60, 59, true}, Row{61, 1, false},
          Row{10, 10, false}, Row{10, -1, false}})
        CHECK(problems_of({{.days = number, .reminder_days = reminder}}).empty() == right);
}
