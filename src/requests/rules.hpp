// SPDX-License-Identifier: EUPL-1.2
// What may become of a request, who may decide, and what silence means: pure functions.
#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "requests/request.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace requests {

// -- states

enum class Event { submit, pass_on, approve, refuse, defer, withdraw };
// Nothing: that cannot happen in this state.
std::optional<State> next(State, Event);

// What an answer to a step brings about; an opinion never ends a request.
Event event_of(Verdict, bool last_step);

// -- asking

// What is wrong with the answers, as the form shows it. `has_prerequisites`: the offer has some.
// A draft may be incomplete, not too long.
std::vector<base::Reason> problems_of(const Answers&, bool has_prerequisites, bool draft);

// -- time

// When a step that begins now must be answered; under the CPF never after the two months, as long
// as these are not over.
base::Time due_at(const Step&, const Answers&, base::Time submitted_at, base::Time now);
// When to remind, if ever.
std::optional<base::Time> reminder_at(const Step&, base::Time due, base::Time now);
// When the wish for an accommodation is deleted: a day after the session; without one, half a year
// after the request was begun.
base::Time forgotten_at(std::optional<base::Time> session_ends_at, base::Time created_at);

// -- deciding

// Somebody who looks at a request.
struct Reader {
    base::PersonId person;
    bool is_decider = false;          // the supervisor who must answer
    bool is_delegate = false;         // ... or somebody in their place today
    bool is_training_office = false;  // of the agent's administration
    bool is_supervisor = false;       // of the agent at present, or the one who answered
};

// As what the reader answers the present step; "" when it is not theirs to answer.
std::string_view answers_as(const Request&, const Reader&);
// Nothing when they may read it.
std::optional<std::string> why_not_read(const Request&, const Reader&);
// Nothing when the reader may answer the present step.
std::optional<std::string> why_not_answer(const Request&, const Reader&);
// Of a refusal by silence, while it may be contested: two months (CRPA, art. L. 232-4; CJA,
// art. R. 421-1 and R. 421-2). The agent alone asks.
std::optional<std::string> why_not_ask_reasons(const Request&, const std::vector<Answered>&,
                                               base::Time now);
// What is wrong with a decision. `refused_on`: earlier refusals of the same nature under the CPF.
std::vector<base::Reason> problems_of(const Decision&, const Request&, bool last_step,
                                      const std::vector<base::Date>& refused_on, base::Date today);

// -- silence

enum class SilentOutcome { favourable, unfavourable, escalate, keep };
// What becomes of a step that was not answered in time; `keep`: the training office was asked
// already and stays in charge.
SilentOutcome after_silence(const Request&, const Step&, bool last_step,
                            const std::vector<base::Date>& refused_on, base::Time now);

// -- supervisors

// May this person confirm that they supervise an agent? Nothing, or the message key of why not.
// `contractor`: the would-be supervisor works for a service provider.
std::optional<std::string> why_not_confirm(const Supervision&, base::PersonId,
                                           std::string_view email, bool contractor);
// Nothing when the delegation may be given.
std::optional<base::Reason> why_not_delegate(base::PersonId supervisor,
                                             std::optional<base::PersonId> delegate,
                                             std::optional<base::Date> from,
                                             std::optional<base::Date> until, base::Date today);

// -- circuits

// What is wrong with the steps of a circuit.
std::vector<base::Reason> problems_of(const std::vector<Step>&);

}  // namespace requests
