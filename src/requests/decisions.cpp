// SPDX-License-Identifier: EUPL-1.2
// Deciding: by somebody, or by the time that has passed.
#include "audit/audit.hpp"
#include "base/secrets.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "jobs/jobs.hpp"
#include "organisations/organisations.hpp"
#include "requests/letters.hpp"
#include "requests/requests.hpp"
#include "requests/rules.hpp"
#include "requests/store.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace requests {
namespace {

using base::ErrorKind;

constexpr std::string_view deadline_job = "requests.deadline";
constexpr std::string_view reminder_job = "requests.remind";
constexpr std::string_view forgetting_job = "requests.forget_accommodation";
constexpr std::chrono::days link_lives{14};
constexpr std::chrono::days overdue_reminder{7};

base::unexpected<base::Error> refused(ErrorKind kind, std::string_view message_key) {
    return base::unexpected(base::Error{kind, std::string{message_key}});
}

base::Date day_of(base::Time now) {
    return std::chrono::floor<std::chrono::days>(now);
}

void enqueue(db::Transaction& transaction, std::string_view kind, const Request& request,
             base::Time due, base::Time at) {
    const std::string id = std::to_string(request.id.value);
    const std::string deadline = std::to_string(base::to_epoch(due));
    const std::string word = id + "-" + deadline + "-" + std::to_string(base::to_epoch(at));
    jobs::enqueue(transaction, {.kind = kind,
                                .payload = R"({"request":)" + id + R"(,"due":)" + deadline + "}",
                                .due_at = at,
                                .unique = word});
}

std::string state_json(const Request& request) {
    return R"({"state":")" + std::string{name_of(request.state)} + R"(","step":)" +
           std::to_string(request.step) + R"(,"decider":")" +
           std::string{name_of(request.decider)} + R"("})";
}

std::string answer_json(const Request& request, const Answered& answered) {
    std::string text = R"({"state":")" + std::string{name_of(request.state)} + R"(","step":)" +
                       std::to_string(answered.step) + R"(,"verdict":")" +
                       std::string{name_of(answered.verdict)} + '"';
    if (!request.outcome.empty()) text += R"(,"outcome":")" + request.outcome + '"';
    return text + "}";
}

}  // namespace

void Requests::begin_step(db::Transaction& transaction, Request& request, const Step& step,
                          base::Time now) {
    request.decider = step.decider;
    request.decider_id.reset();
    if (step.decider == Decider::supervisor)
        if (const auto supervision = store::supervision_of(transaction, request.person);
            supervision && supervision->state == SupervisionState::confirmed)
            request.decider_id = supervision->supervisor;
    wait_until(transaction, request, step,
               due_at(step, request.answers, request.submitted_at.value(), now), now);
}

void Requests::wait_until(db::Transaction& transaction, Request& request, const Step& step,
                          base::Time due, base::Time now) {
    request.due_at = due;
    request.changed_at = now;
    store::update(transaction, request);
    enqueue(transaction, deadline_job, request, due, due);
    if (const auto at = reminder_at(step, due, now))
        enqueue(transaction, reminder_job, request, due, *at);
    tell_deciders(transaction, request, false, now);
}

// A letter to each who may answer, with a link of their own.
void Requests::tell_deciders(db::Transaction& transaction, const Request& request, bool reminder,
                             base::Time now) {
    std::vector<base::PersonId> deciders;
    if (request.decider == Decider::training_office) {
        deciders = training_office_of(transaction, db::Versions(transaction), request.organisation,
                                      request.person);
    } else if (request.decider_id) {
        deciders = store::delegates_of(transaction, *request.decider_id, day_of(now));
        std::erase(deciders, request.person);
        deciders.push_back(*request.decider_id);
    }
    std::vector<base::PersonId> named = deciders;
    named.push_back(request.person);
    const auto people = identity_.persons(transaction, named);
    const identity::Person& agent = people.at(request.person);
    if (deciders.empty()) {
        // Who was declared and has not confirmed is reminded of that.
        const auto supervision = store::supervision_of(transaction, request.person);
        if (reminder && supervision && supervision->state == SupervisionState::declared)
            letters::supervisor_declared(
                transaction, *supervision,
                identity_.find_by_email(transaction, supervision->supervisor_email), agent, now);
        return;
    }
    const auto placed = request.session ? sessions_.placed(transaction, {*request.session})
                                        : std::map<base::SessionId, sessions::Placed>{};
    const auto titles = catalogue_.titles(transaction, {request.offer});
    const letters::About about{request, agent, titles.at(request.offer),
                               placed.empty() ? nullptr : &placed.begin()->second};
    for (const base::PersonId decider : deciders) {
        const std::string token = base::random_token();
        store::insert(transaction, base::sha256_hex(token),
                      {request.id, request.step, decider, now + link_lives});
        letters::to_decide(transaction, about, people.at(decider), "/decide/" + token, reminder,
                           now);
    }
}

base::Result<Request> Requests::decide(base::PersonId by, base::RequestId id,
                                       const Decision& decision, base::Time now) {
    const base::Date today = day_of(now);
    const auto attempt = [&] {
        return database_.write([&](db::Transaction& transaction) -> base::Result<Request> {
            const auto locked = store::lock(transaction, id, by, today);
            if (!locked) return refused(ErrorKind::not_found, "requests.unknown");
            const Request& request = locked->request;
            const db::Versions versions(transaction);
            Reader reader{.person = by,
                          .is_decider = request.decider_id == by,
                          .is_delegate = locked->is_delegate};
            if (answers_as(request, reader).empty())
                reader = reader_of(transaction, versions, request, by, today);
            if (const auto reason = why_not_answer(request, reader))
                return refused(
                    *reason == "requests.unknown" ? ErrorKind::not_found : ErrorKind::conflict,
                    *reason);
            const auto known = circuits(transaction, versions);
            const Circuit& circuit = *known->find(request.circuit.value());
            const bool last = request.step >= static_cast<int>(circuit.steps.size());
            const bool counts =
                request.answers.regime == "cpf" && decision.verdict == Verdict::unfavourable;
            const auto refused_on =
                counts ? store::refused_on(transaction, request.person, request.answers.nature)
                       : std::vector<base::Date>{};
            if (auto problems = problems_of(decision, request, last, refused_on, today);
                !problems.empty())
                return base::unexpected(base::Error{ErrorKind::invalid, std::move(problems)});
            return answer_step(transaction, versions, request, circuit, decision, by,
                               answers_as(request, reader), now);
        });
    };
    auto decided = attempt();
    // Somebody gave the agent this seat at the same moment, and we took another one: rolled back.
    if (!decided && decided.error().reasons.front().message_key == "enrolments.already_held")
        decided = attempt();
    return decided;
}

base::Result<Request> Requests::answer_step(db::Transaction& transaction,
                                            const db::Versions& versions, Request request,
                                            const Circuit& circuit, const Decision& decision,
                                            std::optional<base::PersonId> by, std::string_view as,
                                            base::Time now) {
    const bool last = request.step >= static_cast<int>(circuit.steps.size());
    const Event event = event_of(decision.verdict, last);
    const auto state = next(request.state, event);
    const Answered answered{.request = request.id,
                            .step = request.step,
                            .verdict = decision.verdict,
                            .by = by,
                            .as = std::string{as},
                            .reason = decision.reason,
                            .joint_opinion_on = decision.joint_opinion_on,
                            .at = now};
    if (!state) return refused(ErrorKind::conflict, "requests.why_not.decided");
    store::insert(transaction, answered);
    const std::string before = state_json(request);
    // Read before a session is locked: others wait for it.
    std::vector<base::PersonId> named{request.person};
    if (by) named.push_back(*by);
    const auto people = identity_.persons(transaction, named);
    const auto placed = request.session ? sessions_.placed(transaction, {*request.session})
                                        : std::map<base::SessionId, sessions::Placed>{};
    const auto titles = catalogue_.titles(transaction, {request.offer});
    const letters::About about{request, people.at(request.person), titles.at(request.offer),
                               placed.empty() ? nullptr : &placed.begin()->second};
    std::optional<enrolments::Enrolment> seat;
    request.state = *state;
    request.changed_at = now;
    if (event == Event::pass_on) {
        ++request.step;
        request.escalated = false;
        begin_step(transaction, request,
                   circuit.steps.at(static_cast<std::size_t>(request.step) - 1), now);
    } else {
        request.due_at.reset();
        request.decided_at = now;
        if (event == Event::approve && about.placed != nullptr) {
            const auto taken = enrolments_.take_agreed(
                transaction, {versions, *about.placed, about.agent, request.answers.motivation},
                now);
            if (taken)
                seat = *taken;
            else if (taken.error().reasons.front().message_key == "enrolments.already_held")
                return base::unexpected(taken.error());
            // Cancelled, closed or not open yet: the agreement stands for another date.
            request.outcome = seat ? std::string{enrolments::name_of(seat->state)} : "no_seat";
        }
        if (event == Event::defer) request.deferred_until = decision.deferred_until;
        if (event != Event::approve) request.answers.accommodation.clear();
        store::update(transaction, request);
    }
    audit::record(transaction,
                  {.at = now,
                   .actor = by,
                   .role = as,
                   .perimeter = request.organisation,
                   .action = event == Event::pass_on ? "requests.opinion" : "requests.decide",
                   .object = "request",
                   .object_id = request.id.value,
                   .before = before,
                   .after = answer_json(request, answered)});

    if (event == Event::pass_on) {
        letters::passed_on(transaction, about, false, now);
        return request;
    }
    if (request.session && !request.answers.accommodation.empty())
        jobs::enqueue(transaction,
                      {.kind = forgetting_job,
                       .payload = R"({"request":)" + std::to_string(request.id.value) + "}",
                       .due_at = forgotten_at(about.placed->session.ends_at(), request.created_at),
                       .unique = std::to_string(request.id.value) + "-after"});
    std::string invitation;
    if (seat && about.placed != nullptr)
        invitation = enrolments_.invitation(
            {*seat, about.placed->session, about.placed->venue, about.title}, about.agent);
    letters::decided(transaction, about, answered, by ? &people.at(*by) : nullptr, invitation, now);
    return request;
}

std::optional<Requests::Opened> Requests::open_link(db::Transaction& transaction,
                                                    std::string_view token, base::Time now) {
    const auto link = store::find_link(transaction, base::sha256_hex(token), now);
    if (!link) return std::nullopt;
    const auto request = store::find(transaction, link->request);
    // One use: the answer to the step ends it.
    if (!request || request->state != State::to_decide || request->step != link->step)
        return std::nullopt;
    const Reader reader =
        reader_of(transaction, db::Versions(transaction), *request, link->person, day_of(now));
    if (answers_as(*request, reader).empty()) return std::nullopt;
    return Opened{link->person, link->request};
}

// -- time that passes

void Requests::escalate(db::Transaction& transaction, Request request, const Circuit& circuit,
                        base::Time now) {
    const auto step_number = static_cast<std::size_t>(request.step);
    const Step& step = circuit.steps.at(step_number - 1);
    const std::string before = state_json(request);
    const auto above = request.decider_id && !request.escalated
                           ? store::supervision_of(transaction, *request.decider_id)
                           : std::nullopt;
    if (above && above->state == SupervisionState::confirmed &&
        above->supervisor != request.person) {
        request.escalated = true;
        request.decider_id = above->supervisor;
        wait_until(transaction, request, step,
                   due_at(step, request.answers, request.submitted_at.value(), now), now);
    } else if (step_number < circuit.steps.size()) {
        // The training office comes next anyway, and does without the opinion.
        ++request.step;
        request.escalated = true;
        begin_step(transaction, request, circuit.steps.at(step_number), now);
    } else {
        request.escalated = true;
        request.decider = Decider::training_office;
        request.decider_id.reset();
        wait_until(transaction, request, step,
                   due_at(step, request.answers, request.submitted_at.value(), now), now);
    }
    audit::record(transaction, {.at = now,
                                .role = "program",
                                .perimeter = request.organisation,
                                .action = "requests.escalate",
                                .object = "request",
                                .object_id = request.id.value,
                                .before = before,
                                .after = state_json(request)});
    const auto agent = identity_.find(transaction, request.person).value();
    const auto placed = request.session ? sessions_.placed(transaction, {*request.session})
                                        : std::map<base::SessionId, sessions::Placed>{};
    const auto titles = catalogue_.titles(transaction, {request.offer});
    letters::passed_on(transaction,
                       {request, agent, titles.at(request.offer),
                        placed.empty() ? nullptr : &placed.begin()->second},
                       true, now);
}

void Requests::deadline_passed(base::RequestId id, base::Time due, base::Time now) {
    const auto attempt = [&] {
        return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
            const auto locked = store::lock(transaction, id, std::nullopt, day_of(now));
            // Answered, withdrawn or moved on meanwhile: nothing to do.
            if (!locked || locked->request.state != State::to_decide ||
                locked->request.due_at != due || now < due)
                return {};
            const Request& request = locked->request;
            store::remove_links(transaction, id);
            const db::Versions versions(transaction);
            const auto known = circuits(transaction, versions);
            const Circuit& circuit = *known->find(request.circuit.value());
            const Step& step = circuit.steps.at(static_cast<std::size_t>(request.step) - 1);
            const bool last = request.step >= static_cast<int>(circuit.steps.size());
            const auto refused_on =
                store::refused_on(transaction, request.person, request.answers.nature);
            const SilentOutcome outcome = after_silence(request, step, last, refused_on, now);
            switch (outcome) {
                case SilentOutcome::keep:
                    enqueue(transaction, reminder_job, request, due, now + overdue_reminder);
                    tell_deciders(transaction, request, true, now);
                    return {};
                case SilentOutcome::escalate:
                    escalate(transaction, request, circuit, now);
                    return {};
                case SilentOutcome::favourable:
                case SilentOutcome::unfavourable: {
                    const Decision silent{.verdict = outcome == SilentOutcome::favourable
                                                         ? Verdict::favourable
                                                         : Verdict::unfavourable};
                    const auto answered = answer_step(transaction, versions, request, circuit,
                                                      silent, std::nullopt, "program", now);
                    if (!answered) return base::unexpected(answered.error());
                    return {};
                }
            }
            return {};
        });
    };
    const auto done = attempt();
    if (!done && done.error().reasons.front().message_key == "enrolments.already_held")
        std::ignore = attempt();
}

void Requests::remind(base::RequestId id, base::Time due, base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        const auto locked = store::lock(transaction, id, std::nullopt, day_of(now));
        if (!locked || locked->request.state != State::to_decide || locked->request.due_at != due)
            return;
        if (now >= due)
            enqueue(transaction, reminder_job, locked->request, due, now + overdue_reminder);
        tell_deciders(transaction, locked->request, true, now);
    });
}

void Requests::forget_accommodation(base::RequestId id, base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        const auto request = store::find(transaction, id);
        if (!request || request->answers.accommodation.empty()) return;
        const auto session =
            request->session ? sessions_.find(transaction, *request->session) : std::nullopt;
        const bool counts = session && session->status != sessions::Status::cancelled;
        const base::Time at = forgotten_at(
            counts ? std::optional{session->ends_at()} : std::nullopt, request->created_at);
        if (at <= now) {
            store::forget_accommodation(transaction, id);
            return;
        }
        // The session was moved.
        jobs::enqueue(transaction, {.kind = forgetting_job,
                                    .payload = R"({"request":)" + std::to_string(id.value) + "}",
                                    .due_at = at,
                                    .unique = std::to_string(id.value) + "-" +
                                              std::to_string(base::to_epoch(at))});
    });
}

void Requests::add_jobs(jobs::Jobs& jobs) {
    const auto request_of = [](const jobs::Attempt& attempt) {
        return base::RequestId{
            boost::json::parse(attempt.payload).at("request").to_number<std::int64_t>()};
    };
    const auto due_of = [](const jobs::Attempt& attempt) {
        return base::from_epoch(
            boost::json::parse(attempt.payload).at("due").to_number<std::int64_t>());
    };
    jobs.every("requests.note_supervisors", std::chrono::days{1},
               [this](const jobs::Attempt& attempt) { note_supervisors(attempt.now); });
    jobs.handle(deadline_job, [=, this](const jobs::Attempt& attempt) {
        deadline_passed(request_of(attempt), due_of(attempt), attempt.now);
    });
    jobs.handle(reminder_job, [=, this](const jobs::Attempt& attempt) {
        remind(request_of(attempt), due_of(attempt), attempt.now);
    });
    jobs.handle(forgetting_job, [=, this](const jobs::Attempt& attempt) {
        forget_accommodation(request_of(attempt), attempt.now);
    });
}

}  // namespace requests
