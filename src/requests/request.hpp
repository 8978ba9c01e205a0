// SPDX-License-Identifier: EUPL-1.2
// A request for a training, and what is decided on it. Part of the door.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "requests/circuit.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace requests {

enum class State { draft, to_decide, approved, refused, deferred, withdrawn };
std::string_view name_of(State);
std::optional<State> state_named(std::string_view);

// Under which right the agent asks. Hours of the CPF are kept in "Mon Compte Formation", not here.
std::span<const std::string_view> regimes();     // training_plan, cpf, training_leave,
                                                 // professionalisation, exam_preparation
std::span<const std::string_view> expertises();  // novice, debutant, intermediaire, expert

// What the agent answers; all else is known already.
struct Answers {
    std::string regime = "training_plan";
    std::string nature;        // of a use of the CPF, see cpf.hpp; "" under other regimes
    std::string prerequisite;  // "yes", "no", or "" where the offer has none
    std::string expertise;
    std::string motivation;     // at most 2,000 characters
    std::string observatoire;   // the procedure it is about, if any; at most 200 characters
    std::string accommodation;  // for the organiser alone; at most 1,000 characters
};

enum class Verdict { favourable, unfavourable, deferred };
std::string_view name_of(Verdict);
std::optional<Verdict> verdict_named(std::string_view);

struct Request {
    base::RequestId id;
    base::PersonId person;
    base::OfferId offer;
    std::optional<base::SessionId> session;  // nothing: no date yet
    base::OrganisationId organisation;       // the employer when it was asked
    std::optional<base::CircuitId> circuit;  // under which it was made
    State state = State::draft;
    int step = 0;  // of the circuit, from 1
    Decider decider = Decider::supervisor;
    std::optional<base::PersonId> decider_id;  // the supervisor, once confirmed
    bool escalated = false;
    std::optional<base::Time> due_at;  // while somebody must decide
    Answers answers;
    std::optional<std::int64_t> price_cents;  // as announced when it was asked for
    base::Time created_at{};
    std::optional<base::Time> submitted_at;
    base::Time changed_at{};
    std::optional<base::Time> decided_at;
    std::optional<base::Date> deferred_until;  // the last day on which the training is given
    std::string outcome;                       // of an approval: what enrolments gave, or no_seat
    std::int64_t revision = 0;
};

// One answer to a step: the decision, or an opinion when another step follows.
struct Answered {
    base::RequestId request;
    int step = 0;
    Verdict verdict = Verdict::favourable;
    std::optional<base::PersonId> by;  // nothing: nobody answered in time
    std::string as;                    // supervisor, delegate, training_office, program
    std::string reason;
    std::optional<base::Date> joint_opinion_on;
    base::Time at{};
};

// What a decider says.
struct Decision {
    Verdict verdict = Verdict::favourable;
    std::string reason;                          // needed to refuse and to defer
    std::optional<base::Date> joint_opinion_on;  // of the joint body, where it must be heard
    std::optional<base::Date> deferred_until;
};

enum class SupervisionState { declared, to_accept, confirmed, refused, replaced };
std::string_view name_of(SupervisionState);

struct Supervision {
    base::SupervisionId id;
    base::PersonId person;
    std::string supervisor_email;
    std::optional<base::PersonId> supervisor;
    SupervisionState state = SupervisionState::declared;
    base::Time created_at{};
    base::Time changed_at{};
    bool accepted = false;  // by the training office
};

struct Delegation {
    base::DelegationId id;
    base::PersonId supervisor, delegate;
    base::Date from{}, until{};  // the last day
    std::optional<base::Time> ended_at;
};

// The reasons of a refusal by silence.
struct ReasonsAsked {
    std::optional<base::Time> asked_at, answered_at;
};

}  // namespace requests
