// SPDX-License-Identifier: EUPL-1.2
#include "requests/rules.hpp"

#include "base/text.hpp"
#include "requests/cpf.hpp"

#include <algorithm>
#include <array>

namespace requests {
namespace {

namespace chrono = std::chrono;

constexpr std::size_t most_motivation = 2000;
constexpr std::size_t most_line = 200;
constexpr std::size_t most_accommodation = 1000;
constexpr std::size_t most_reason = 2000;
constexpr chrono::days longest_delegation{366};

bool among(std::span<const std::string_view> all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

struct Transition {
    State from;
    Event event;
    State to;
};
constexpr std::array transitions{
    Transition{State::draft, Event::submit, State::to_decide},
    Transition{State::draft, Event::withdraw, State::withdrawn},
    Transition{State::to_decide, Event::pass_on, State::to_decide},
    Transition{State::to_decide, Event::approve, State::approved},
    Transition{State::to_decide, Event::refuse, State::refused},
    Transition{State::to_decide, Event::defer, State::deferred},
    Transition{State::to_decide, Event::withdraw, State::withdrawn},
};

template <class Value, std::size_t count>
std::string_view name_in(const std::array<std::string_view, count>& names, Value value) {
    return names.at(static_cast<std::size_t>(value));
}
template <class Value, std::size_t count>
std::optional<Value> value_in(const std::array<std::string_view, count>& names,
                              std::string_view name) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) return std::nullopt;
    return static_cast<Value>(at - names.begin());
}

// In the order of the enumerations.
constexpr std::array<std::string_view, 6> state_names{"draft",   "to_decide", "approved",
                                                      "refused", "deferred",  "withdrawn"};
constexpr std::array<std::string_view, 3> verdict_names{"favourable", "unfavourable", "deferred"};
constexpr std::array<std::string_view, 2> decider_names{"supervisor", "training_office"};
constexpr std::array<std::string_view, 3> silence_names{"approve", "refuse", "escalate"};
constexpr std::array<std::string_view, 5> supervision_names{"declared", "to_accept", "confirmed",
                                                            "refused", "replaced"};

}  // namespace

std::string_view name_of(State value) {
    return name_in(state_names, value);
}
std::optional<State> state_named(std::string_view name) {
    return value_in<State>(state_names, name);
}
std::string_view name_of(Verdict value) {
    return name_in(verdict_names, value);
}
std::optional<Verdict> verdict_named(std::string_view name) {
    return value_in<Verdict>(verdict_names, name);
}
std::string_view name_of(Decider value) {
    return name_in(decider_names, value);
}
std::optional<Decider> decider_named(std::string_view name) {
    return value_in<Decider>(decider_names, name);
}
std::string_view name_of(Silence value) {
    return name_in(silence_names, value);
}
std::optional<Silence> silence_named(std::string_view name) {
    return value_in<Silence>(silence_names, name);
}
std::string_view name_of(SupervisionState value) {
    return name_in(supervision_names, value);
}

std::span<const std::string_view> regimes() {
    static constexpr std::array<std::string_view, 5> all{"training_plan", "cpf", "training_leave",
                                                         "professionalisation", "exam_preparation"};
    return all;
}

std::span<const std::string_view> expertises() {
    static constexpr std::array<std::string_view, 4> all{"novice", "debutant", "intermediaire",
                                                         "expert"};
    return all;
}

std::optional<State> next(State state, Event event) {
    for (const Transition& one : transitions)
        if (one.from == state && one.event == event) return one.to;
    return std::nullopt;
}

Event event_of(Verdict verdict, bool last_step) {
    if (!last_step) return Event::pass_on;
    switch (verdict) {
        case Verdict::favourable:
            return Event::approve;
        case Verdict::unfavourable:
            return Event::refuse;
        case Verdict::deferred:
            return Event::defer;
    }
    throw std::logic_error("a verdict without a name");
}

std::optional<std::string> why_not_ask_reasons(const Request& request,
                                               const std::vector<Answered>& answers,
                                               base::Time now) {
    const bool silent = !answers.empty() && answers.back().as == "program";
    if (request.state != State::refused || !silent || !request.decided_at)
        return "requests.why_not.no_silence";
    const std::chrono::year_month_day decided{
        std::chrono::floor<std::chrono::days>(*request.decided_at)};
    auto last = decided + std::chrono::months{2};
    if (!last.ok()) last = last.year() / last.month() / std::chrono::last;
    if (std::chrono::floor<std::chrono::days>(now) > std::chrono::sys_days{last})
        return "requests.why_not.reasons_late";
    return std::nullopt;
}

std::vector<base::Reason> problems_of(const Answers& answers, bool has_prerequisites, bool draft) {
    std::vector<base::Reason> problems;
    const auto check = [&](bool wrong, const char* key, const char* field) {
        if (wrong) problems.push_back({std::string{"requests.problem."} + key, field});
    };
    check(!among(regimes(), answers.regime), "regime", "regime");
    check(!answers.nature.empty() && !among(cpf::natures(), answers.nature), "nature", "nature");
    check(!answers.expertise.empty() && !among(expertises(), answers.expertise), "expertise",
          "expertise");
    check(!answers.prerequisite.empty() && answers.prerequisite != "yes" &&
              answers.prerequisite != "no",
          "prerequisite", "prerequisite");
    check(base::length(answers.motivation) > most_motivation, "motivation_long", "motivation");
    check(base::length(answers.observatoire) > most_line, "observatoire_long", "observatoire");
    check(base::length(answers.accommodation) > most_accommodation, "accommodation_long",
          "accommodation");
    if (draft) return problems;
    check(answers.regime == "cpf" && answers.nature.empty(), "nature_missing", "nature");
    check(answers.expertise.empty(), "expertise_missing", "expertise");
    check(has_prerequisites && answers.prerequisite.empty(), "prerequisite_missing",
          "prerequisite");
    check(answers.motivation.empty(), "motivation_missing", "motivation");
    return problems;
}

base::Time due_at(const Step& step, const Answers& answers, base::Time submitted_at,
                  base::Time now) {
    const base::Time due = now + chrono::days{step.days};
    if (answers.regime != "cpf") return due;
    const base::Time last = cpf::answer_due(submitted_at);
    return now < last ? std::min(due, last) : due;
}

std::optional<base::Time> reminder_at(const Step& step, base::Time due, base::Time now) {
    if (step.reminder_days == 0) return std::nullopt;
    const base::Time at = due - chrono::days{step.reminder_days};
    if (at <= now) return std::nullopt;
    return at;
}

base::Time forgotten_at(std::optional<base::Time> session_ends_at, base::Time created_at) {
    return session_ends_at ? *session_ends_at + chrono::days{1} : created_at + chrono::days{183};
}

std::string_view answers_as(const Request& request, const Reader& reader) {
    if (request.state != State::to_decide || reader.person == request.person) return "";
    if (request.decider == Decider::training_office)
        return reader.is_training_office ? "training_office" : "";
    if (reader.is_decider) return "supervisor";
    return reader.is_delegate ? "delegate" : "";
}

std::optional<std::string> why_not_read(const Request& request, const Reader& reader) {
    if (reader.person == request.person) return std::nullopt;
    // A draft is its author's alone.
    if (request.state == State::draft) return "requests.unknown";
    if (reader.is_decider || reader.is_delegate || reader.is_training_office ||
        reader.is_supervisor)
        return std::nullopt;
    return "requests.unknown";
}

std::optional<std::string> why_not_answer(const Request& request, const Reader& reader) {
    if (const auto reason = why_not_read(request, reader)) return reason;
    if (request.state == State::withdrawn) return "requests.why_not.withdrawn";
    if (request.state != State::to_decide) return "requests.why_not.decided";
    if (reader.person == request.person) return "requests.why_not.own";
    if (answers_as(request, reader).empty()) return "requests.why_not.not_yours";
    return std::nullopt;
}

std::vector<base::Reason> problems_of(const Decision& decision, const Request& request,
                                      bool last_step, const std::vector<base::Date>& refused_on,
                                      base::Date today) {
    std::vector<base::Reason> problems;
    const bool by_cpf = request.answers.regime == "cpf";
    if (decision.verdict != Verdict::favourable && decision.reason.empty())
        problems.push_back({"requests.problem.reason_missing", "reason"});
    if (base::length(decision.reason) > most_reason)
        problems.push_back({"requests.problem.reason_long", "reason"});
    if (decision.verdict == Verdict::unfavourable && last_step && by_cpf) {
        if (!cpf::may_refuse(request.answers.nature))
            problems.push_back({"requests.problem.only_defer", "verdict"});
        else if (cpf::needs_joint_opinion(refused_on) && !decision.joint_opinion_on)
            problems.push_back({"requests.problem.joint_opinion", "joint_opinion_on"});
    }
    if (decision.joint_opinion_on && *decision.joint_opinion_on > today)
        problems.push_back({"requests.problem.joint_opinion_later", "joint_opinion_on"});
    if (decision.verdict == Verdict::deferred) {
        if (!last_step || !by_cpf || cpf::may_refuse(request.answers.nature))
            problems.push_back({"requests.problem.not_deferrable", "verdict"});
        else if (!decision.deferred_until)
            problems.push_back({"requests.problem.deferred_missing", "deferred_until"});
        else if (*decision.deferred_until <= today ||
                 *decision.deferred_until >
                     cpf::latest_deferral(request.submitted_at.value_or(request.created_at)))
            problems.push_back({"requests.problem.deferred_beyond", "deferred_until"});
    }
    return problems;
}

SilentOutcome after_silence(const Request& request, const Step& step, bool last_step,
                            const std::vector<base::Date>& refused_on, base::Time now) {
    const bool office = request.decider == Decider::training_office;
    const SilentOutcome further = office ? SilentOutcome::keep : SilentOutcome::escalate;
    const std::string& nature = request.answers.nature;
    const bool by_cpf = request.answers.regime == "cpf";
    if (by_cpf && now >= cpf::answer_due(request.submitted_at.value_or(request.created_at)))
        return cpf::silence(nature, refused_on) == cpf::AfterTwoMonths::refused
                   ? SilentOutcome::unfavourable
                   : further;
    switch (step.silence) {
        case Silence::approve:
            return SilentOutcome::favourable;
        case Silence::refuse:
            if (last_step && by_cpf &&
                cpf::silence(nature, refused_on) != cpf::AfterTwoMonths::refused)
                return further;
            return SilentOutcome::unfavourable;
        case Silence::escalate:
            return further;
    }
    throw std::logic_error("a silence without a name");
}

std::optional<std::string> why_not_confirm(const Supervision& supervision, base::PersonId person,
                                           std::string_view email, bool contractor) {
    if (supervision.supervisor_email != email) return "requests.supervision_unknown";
    if (supervision.person == person) return "requests.why_not.own_supervisor";
    if (supervision.state != SupervisionState::declared)
        return "requests.why_not.supervision_answered";
    if (contractor) return "requests.why_not.supervisor_contractor";
    return std::nullopt;
}

std::optional<base::Reason> why_not_delegate(base::PersonId supervisor,
                                             std::optional<base::PersonId> delegate,
                                             std::optional<base::Date> from,
                                             std::optional<base::Date> until, base::Date today) {
    if (!delegate) return base::Reason{"requests.problem.delegate_unknown", "delegate"};
    if (*delegate == supervisor)
        return base::Reason{"requests.problem.delegate_oneself", "delegate"};
    if (!from) return base::Reason{"requests.problem.from_missing", "from"};
    if (!until) return base::Reason{"requests.problem.until_missing", "until"};
    if (*until < *from) return base::Reason{"requests.problem.until_before", "until"};
    if (*until < today) return base::Reason{"requests.problem.until_past", "until"};
    if (*until - *from > longest_delegation)
        return base::Reason{"requests.problem.until_too_late", "until"};
    return std::nullopt;
}

std::vector<base::Reason> problems_of(const std::vector<Step>& steps) {
    std::vector<base::Reason> problems;
    if (steps.size() > most_steps) problems.push_back({"requests.problem.steps", "steps"});
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        if (steps[i].days < 1 || steps[i].days > 60)
            problems.push_back({"requests.problem.days", "days_" + number});
        if (steps[i].reminder_days < 0 || steps[i].reminder_days >= steps[i].days)
            problems.push_back({"requests.problem.reminder", "reminder_" + number});
    }
    if (steps.size() == 2 && steps[0].decider == Decider::training_office)
        problems.push_back({"requests.problem.order", "decider_1"});
    if (steps.size() == 2 && steps[1].decider == Decider::supervisor)
        problems.push_back({"requests.problem.order", "decider_2"});
    return problems;
}

}  // namespace requests
