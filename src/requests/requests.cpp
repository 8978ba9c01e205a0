// SPDX-License-Identifier: EUPL-1.2
// Asking for a training, reading a request, withdrawing it.
#include "requests/requests.hpp"

#include "audit/audit.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "jobs/jobs.hpp"
#include "organisations/organisations.hpp"
#include "requests/letters.hpp"
#include "requests/rules.hpp"
#include "requests/store.hpp"

#include <algorithm>
#include <array>

namespace requests {
namespace {

using base::ErrorKind;

base::unexpected<base::Error> refused(ErrorKind kind, std::string_view message_key,
                                      std::string_view field = {}) {
    return base::unexpected(base::Error{kind, std::string{message_key}, std::string{field}});
}

base::Date day_of(base::Time now) {
    return std::chrono::floor<std::chrono::days>(now);
}

constexpr std::array<std::string_view, 4> waits_names{"for_office", "for_supervisor", "overdue",
                                                      "decided"};

// Nothing when one may still ask for a seat in it.
std::optional<std::string> why_not_ask(const sessions::Session& session, base::Time now) {
    if (session.status == sessions::Status::cancelled) return "enrolments.why_not.cancelled";
    if (session.status == sessions::Status::draft) return "enrolments.session_unknown";
    if (now >= session.starts_at()) return "enrolments.why_not.started";
    if (now >= session.enrolment_closes_at) return "enrolments.why_not.closed";
    return std::nullopt;
}

}  // namespace

std::string_view name_of(Waits waits) {
    return waits_names.at(static_cast<std::size_t>(waits));
}

std::optional<Waits> waits_named(std::string_view name) {
    const auto at = std::find(waits_names.begin(), waits_names.end(), name);
    if (at == waits_names.end()) return std::nullopt;
    return static_cast<Waits>(at - waits_names.begin());
}

Requests::Requests(db::Database& database, organisations::Organisations& organisations,
                   identity::Identity& identity, catalogue::Catalogue& catalogue,
                   sessions::Sessions& sessions, enrolments::Enrolments& enrolments)
    : database_(database),
      organisations_(organisations),
      identity_(identity),
      catalogue_(catalogue),
      sessions_(sessions),
      enrolments_(enrolments) {}

std::optional<Request> Requests::present(db::Transaction& transaction, base::PersonId person,
                                         base::OfferId offer) {
    return store::find_present(transaction, person, offer);
}

std::vector<Request> Requests::of_person(db::Transaction& transaction, base::PersonId person) {
    return store::of_person(transaction, person);
}

base::Result<Request> Requests::put(base::PersonId person, const Wish& wish, const Answers& answers,
                                    std::string_view supervisor_email, bool submitted,
                                    base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Request> {
        const base::Date today = day_of(now);
        const db::Versions versions(transaction);
        const auto employer = identity_.affiliation(transaction, person, today);
        if (!employer) return refused(ErrorKind::conflict, "requests.why_not.no_employer");
        if (employer->contractor)
            return refused(ErrorKind::conflict, "requests.why_not.contractor");
        const Circuit* circuit =
            circuits(transaction, versions)
                ->holding(*organisations_.tree(transaction, versions), employer->organisation);
        if (circuit == nullptr || circuit->steps.empty())
            return refused(ErrorKind::conflict, "requests.why_not.no_agreement_needed");
        const auto published = catalogue_.published(transaction, versions, today);
        const catalogue::Offer* offer = published->find(wish.offer);
        if (offer == nullptr)
            return refused(ErrorKind::conflict, "enrolments.why_not.offer_retired");
        const auto reader = catalogue_.reader(transaction, versions, person, today);
        if (const auto reason = catalogue::why_not_take(offer->eligibility, *reader))
            return refused(ErrorKind::conflict, "catalogue.why_not." + std::string{*reason});
        if (wish.session) {
            const auto session = sessions_.find(transaction, *wish.session);
            if (!session || session->offer != wish.offer)
                return refused(ErrorKind::not_found, "enrolments.session_unknown");
            if (const auto reason = why_not_ask(*session, now))
                return refused(ErrorKind::conflict, *reason);
            for (const auto& seat : enrolments_.held_by(transaction, {person}, base::Time{}))
                if (seat.session == *wish.session)
                    return refused(ErrorKind::conflict, "enrolments.already_held");
        }
        const bool prerequisites =
            !offer->prerequisites.empty() || !offer->prerequisite_offers.empty();
        if (auto problems = problems_of(answers, prerequisites, !submitted); !problems.empty())
            return base::unexpected(base::Error{ErrorKind::invalid, std::move(problems)});

        const auto before = store::find_present(transaction, person, wish.offer);
        std::optional<Request> request;
        if (before) {
            const auto locked = store::lock(transaction, before->id, std::nullopt, today);
            if (locked->request.state != State::draft) {
                // The other click of a double click was faster.
                if (submitted && locked->request.state == State::to_decide) return locked->request;
                return refused(ErrorKind::conflict, "requests.why_not.submitted");
            }
            request = locked->request;
        } else {
            request = Request{.person = person,
                              .offer = wish.offer,
                              .organisation = employer->organisation,
                              .created_at = now};
        }
        request->session = wish.session;
        request->organisation = employer->organisation;
        request->price_cents = offer->price_cents;
        request->answers = answers;
        if (answers.regime != "cpf") request->answers.nature.clear();
        if (!prerequisites) request->answers.prerequisite.clear();
        request->changed_at = now;
        if (before) {
            store::update(transaction, *request);
        } else {
            const auto id = store::insert(transaction, *request);
            if (!id) return refused(ErrorKind::conflict, "requests.why_not.submitted");
            request->id = *id;
            jobs::enqueue(transaction,
                          {.kind = "requests.forget_accommodation",
                           .payload = R"({"request":)" + std::to_string(id->value) + "}",
                           .due_at = forgotten_at(std::nullopt, now),
                           .unique = std::to_string(id->value)});
        }
        if (!submitted) return *request;

        const bool needs_supervisor =
            std::any_of(circuit->steps.begin(), circuit->steps.end(),
                        [](const Step& step) { return step.decider == Decider::supervisor; });
        if (needs_supervisor &&
            (!supervisor_email.empty() || !store::supervision_of(transaction, person)))
            if (const auto declared = declare(transaction, person, supervisor_email, now);
                !declared)
                return base::unexpected(declared.error());
        request->circuit = circuit->id;
        request->state = next(State::draft, Event::submit).value();
        request->submitted_at = now;
        request->step = 1;
        audit::record(transaction,
                      {.at = now,
                       .actor = person,
                       .perimeter = request->organisation,
                       .action = "requests.submit",
                       .object = "request",
                       .object_id = request->id.value,
                       .after = R"({"state":"to_decide","regime":")" + request->answers.regime +
                                R"(","circuit":)" + std::to_string(circuit->id.value) + "}"});
        begin_step(transaction, *request, circuit->steps.front(), now);
        const auto agent = identity_.find(transaction, person).value();
        const auto placed = request->session ? sessions_.placed(transaction, {*request->session})
                                             : std::map<base::SessionId, sessions::Placed>{};
        const auto titles = catalogue_.titles(transaction, {request->offer});
        letters::received(transaction,
                          {*request, agent, titles.at(request->offer),
                           placed.empty() ? nullptr : &placed.begin()->second},
                          circuit->steps.back(), now);
        return *request;
    });
}

base::RequestId Requests::put_waiting(db::Transaction& transaction, base::PersonId agent,
                                      base::OrganisationId employer, const Wish& wish,
                                      base::CircuitId circuit, base::PersonId supervisor,
                                      base::Time now) {
    Request request{.person = agent,
                    .offer = wish.offer,
                    .session = wish.session,
                    .organisation = employer,
                    .created_at = now};
    request.id = store::insert(transaction, request).value();
    request.circuit = circuit;
    request.state = State::to_decide;
    request.step = 1;
    request.decider_id = supervisor;
    request.submitted_at = now;
    request.changed_at = now;
    request.due_at = now + std::chrono::days{Step{}.days};
    store::update(transaction, request);
    return request.id;
}

base::Result<Request> Requests::withdraw(base::PersonId person, base::RequestId id,
                                         base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Request> {
        const auto locked = store::lock(transaction, id, std::nullopt, day_of(now));
        if (!locked || locked->request.person != person)
            return refused(ErrorKind::not_found, "requests.unknown");
        Request request = locked->request;
        if (request.state == State::withdrawn) return request;  // the second click
        const auto state = next(request.state, Event::withdraw);
        if (!state) return refused(ErrorKind::conflict, "requests.why_not.decided");
        audit::record(transaction,
                      {.at = now,
                       .actor = person,
                       .perimeter = request.organisation,
                       .action = "requests.withdraw",
                       .object = "request",
                       .object_id = id.value,
                       .before = R"({"state":")" + std::string{name_of(request.state)} + R"("})",
                       .after = R"({"state":"withdrawn"})"});
        request.state = *state;
        request.due_at.reset();
        request.changed_at = now;
        request.answers.accommodation.clear();
        store::update(transaction, request);
        return request;
    });
}

Reader Requests::reader_of(db::Transaction& transaction, const db::Versions& versions,
                           const Request& request, base::PersonId person, base::Date today) {
    Reader reader{.person = person};
    if (person == request.person) return reader;
    if (request.decider_id) {
        reader.is_decider = *request.decider_id == person;
        reader.is_delegate = !reader.is_decider &&
                             store::is_delegate(transaction, *request.decider_id, person, today);
    }
    reader.is_training_office = identity_.rights(transaction, versions, person)
                                    .may("training_office", request.organisation);
    const auto supervision = store::supervision_of(transaction, request.person);
    reader.is_supervisor = supervision && supervision->state == SupervisionState::confirmed &&
                           supervision->supervisor == person;
    return reader;
}

base::Result<Dossier> Requests::dossier(db::Transaction& transaction, base::PersonId person,
                                        base::RequestId id, base::Time now) {
    auto request = store::find(transaction, id);
    if (!request) return refused(ErrorKind::not_found, "requests.unknown");
    const db::Versions versions(transaction);
    const Reader reader = reader_of(transaction, versions, *request, person, day_of(now));
    if (const auto reason = why_not_read(*request, reader))
        return refused(ErrorKind::not_found, *reason);
    Dossier dossier{.request = std::move(*request)};
    const Request& read = dossier.request;
    dossier.as = answers_as(read, reader);
    if (read.circuit)
        if (const Circuit* circuit = circuits(transaction, versions)->find(*read.circuit))
            dossier.steps = circuit->steps;
    dossier.answers = store::answers_of(transaction, id);
    if (read.state == State::refused && !dossier.answers.empty() &&
        dossier.answers.back().as == "program") {
        dossier.reasons = store::reasons_of(transaction, id);
        dossier.may_ask_reasons = person == read.person && !dossier.reasons.asked_at &&
                                  !why_not_ask_reasons(read, dossier.answers, now);
        dossier.may_give_reasons =
            reader.is_training_office && dossier.reasons.asked_at && !dossier.reasons.answered_at;
    }
    dossier.supervision = store::supervision_of(transaction, read.person);
    std::vector<base::PersonId> named{read.person};
    if (read.decider_id) named.push_back(*read.decider_id);
    if (dossier.supervision && dossier.supervision->supervisor)
        named.push_back(*dossier.supervision->supervisor);
    for (const Answered& answer : dossier.answers)
        if (answer.by) named.push_back(*answer.by);
    dossier.people = identity_.persons(transaction, named);
    dossier.title = catalogue_.titles(transaction, {read.offer}).at(read.offer);
    if (read.session) {
        auto placed = sessions_.placed(transaction, {*read.session});
        dossier.placed = std::move(placed.at(*read.session));
    }
    if (read.answers.regime == "cpf")
        dossier.refused_on = store::refused_on(transaction, read.person, read.answers.nature);
    return dossier;
}

std::vector<base::OfferId> Requests::offers_asked(
    db::Transaction& transaction, const std::vector<base::OrganisationId>& organisations) {
    return store::offers_asked(transaction, organisations);
}

Listed Requests::list(db::Transaction& transaction, const ListQuery& query, base::Time now) {
    ListQuery one_more = query;
    ++one_more.limit;
    Listed listed{store::list(transaction, one_more, now), false};
    if (static_cast<int>(listed.requests.size()) > query.limit) {
        listed.requests.pop_back();
        listed.more = true;
    }
    return listed;
}

std::map<Waits, int> Requests::count(db::Transaction& transaction, const ListQuery& query,
                                     base::Time now) {
    return store::count(transaction, query, now);
}

std::vector<std::pair<base::PersonId, std::string>> Requests::accommodations(
    db::Transaction& transaction, base::SessionId session) {
    return store::accommodations(transaction, session);
}

}  // namespace requests
