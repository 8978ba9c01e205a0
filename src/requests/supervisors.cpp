// SPDX-License-Identifier: EUPL-1.2
// Supervisors: declared, confirmed, corrected; delegations; the team of somebody.
#include "audit/audit.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "organisations/organisations.hpp"
#include "requests/letters.hpp"
#include "requests/requests.hpp"
#include "requests/rules.hpp"
#include "requests/store.hpp"

#include <algorithm>

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

// Enough to tell a mail from a name; the letter shows whether it exists (RFC 5321 limits).
bool is_mail(std::string_view text) {
    const auto at = text.find('@');
    constexpr std::size_t most = 254;
    return at != std::string_view::npos && at > 0 && text.size() <= most &&
           text.find('.', at) != std::string_view::npos && text.back() != '.' &&
           text.find_first_of(" \t\r\n,;<>") == std::string_view::npos &&
           text.find('@', at + 1) == std::string_view::npos;
}

std::string lower(std::string_view text) {
    std::string out{base::trim(text)};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

void record(db::Transaction& transaction, base::PersonId actor, std::string_view role,
            std::string_view action, const Supervision& supervision, base::Time now) {
    std::string after = R"({"state":")" + std::string{name_of(supervision.state)} + '"';
    if (supervision.supervisor)
        after += R"(,"supervisor":)" + std::to_string(supervision.supervisor->value);
    audit::record(transaction, {.at = now,
                                .actor = actor,
                                .role = role,
                                .action = action,
                                .object = "person",
                                .object_id = supervision.person.value,
                                .after = after + "}"});
}

}  // namespace

std::optional<Supervision> Requests::supervision_of(db::Transaction& transaction,
                                                    base::PersonId person) {
    return store::supervision_of(transaction, person);
}

std::optional<base::PersonId> Requests::supervisor_of(db::Transaction& transaction,
                                                      base::PersonId agent) {
    const auto supervision = store::supervision_of(transaction, agent);
    if (!supervision || supervision->state != SupervisionState::confirmed) return std::nullopt;
    return supervision->supervisor;
}

bool Requests::supervises(db::Transaction& transaction, base::PersonId reader, base::PersonId agent,
                          base::Date today) {
    const auto supervisor = supervisor_of(transaction, agent);
    if (!supervisor || reader == agent) return false;
    return *supervisor == reader || store::is_delegate(transaction, *supervisor, reader, today);
}

std::optional<Supervision> Requests::find(db::Transaction& transaction, base::SupervisionId id) {
    return store::find_supervision(transaction, id);
}

base::Result<void> Requests::declare_supervisor(base::PersonId agent, std::string_view email,
                                                base::Time now) {
    return database_.write(
        [&](db::Transaction& transaction) { return declare(transaction, agent, email, now); });
}

void Requests::end(db::Transaction& transaction, Supervision supervision, base::Time now) {
    supervision.state = SupervisionState::replaced;
    supervision.changed_at = now;
    store::update(transaction, supervision, std::nullopt);
    if (endings_ != nullptr) endings_->supervision_ended(transaction, supervision.person, now);
}

base::Result<void> Requests::declare(db::Transaction& transaction, base::PersonId agent,
                                     std::string_view typed, base::Time now) {
    const std::string email = lower(typed);
    if (!is_mail(email))
        return refused(ErrorKind::invalid, "requests.problem.email", "supervisor_email");
    const auto person = identity_.find(transaction, agent);
    if (!person) return refused(ErrorKind::not_found, "requests.unknown");
    if (person->email == email)
        return refused(ErrorKind::invalid, "requests.why_not.own_supervisor", "supervisor_email");
    const auto before = store::lock_supervision_of(transaction, agent);
    if (before && before->supervisor_email == email) return {};
    if (before) end(transaction, *before, now);
    const auto account = identity_.find_by_email(transaction, email);
    Supervision declared{.id = {},
                         .person = agent,
                         .supervisor_email = email,
                         .supervisor = account ? std::optional{account->id} : std::nullopt,
                         .state = SupervisionState::declared,
                         .created_at = now,
                         .changed_at = now};
    declared.id = store::insert(transaction, declared, std::nullopt);
    record(transaction, agent, "agent", "requests.declare_supervisor", declared, now);
    letters::supervisor_declared(transaction, declared, account, *person, now);
    return {};
}

// Requests that waited for a supervisor now wait for this one.
void Requests::to_supervisor(db::Transaction& transaction, base::PersonId agent,
                             base::PersonId supervisor, base::Time now) {
    for (Request& request : store::lock_waiting_for_supervisor(transaction, agent)) {
        if (request.escalated || request.decider_id == supervisor) continue;
        request.decider_id = supervisor;
        request.changed_at = now;
        store::update(transaction, request);
        tell_deciders(transaction, request, false, now);
    }
}

base::Result<Supervision> Requests::answer_supervision(base::PersonId person,
                                                       base::SupervisionId id, bool mine,
                                                       base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Supervision> {
        const auto seen = store::find_supervision(transaction, id);
        if (!seen) return refused(ErrorKind::not_found, "requests.supervision_unknown");
        store::lock_supervision_of(transaction, seen->person);
        auto supervision = store::find_supervision(transaction, id).value();
        const auto reader = identity_.find(transaction, person).value();
        const db::Versions versions(transaction);
        const auto own = identity_.affiliation(transaction, person, day_of(now));
        if (supervision.supervisor == person &&
            supervision.state == (mine ? SupervisionState::confirmed : SupervisionState::refused))
            return supervision;  // the second click
        if (const auto reason =
                why_not_confirm(supervision, person, reader.email, own && own->contractor))
            return refused(*reason == "requests.supervision_unknown" ? ErrorKind::not_found
                                                                     : ErrorKind::conflict,
                           *reason);
        supervision.supervisor = person;
        supervision.changed_at = now;
        if (!mine) {
            supervision.state = SupervisionState::refused;
        } else {
            const auto agents = identity_.affiliation(transaction, supervision.person, day_of(now));
            const auto tree = organisations_.tree(transaction, versions);
            const bool related = own && agents &&
                                 (tree->contains(own->organisation, agents->organisation) ||
                                  tree->contains(agents->organisation, own->organisation));
            supervision.state = related || supervision.accepted ? SupervisionState::confirmed
                                                                : SupervisionState::to_accept;
        }
        store::update(transaction, supervision, std::nullopt);
        record(transaction, person, "supervisor", "requests.answer_supervision", supervision, now);
        if (mine) identity_.supervises(transaction, person);
        if (supervision.state == SupervisionState::confirmed)
            to_supervisor(transaction, supervision.person, person, now);
        const auto agent = identity_.find(transaction, supervision.person).value();
        letters::supervisor_answered(transaction, supervision, agent, reader, now);
        if (supervision.state == SupervisionState::to_accept)
            if (const auto agents =
                    identity_.affiliation(transaction, supervision.person, day_of(now)))
                for (const auto& [office, one] : identity_.persons(
                         transaction, training_office_of(transaction, versions,
                                                         agents->organisation, supervision.person)))
                    letters::supervisor_to_accept(transaction, one, agent, reader, now);
        return supervision;
    });
}

base::Result<void> Requests::correct_supervisor(base::PersonId by, base::PersonId agent,
                                                std::string_view typed, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const std::string email = lower(typed);
        const db::Versions versions(transaction);
        const auto rights = identity_.rights(transaction, versions, by);
        const auto employer = identity_.affiliation(transaction, agent, day_of(now));
        if (!employer || !rights.may("training_office", employer->organisation))
            return refused(ErrorKind::forbidden, "requests.not_your_perimeter");
        if (!is_mail(email))
            return refused(ErrorKind::invalid, "requests.problem.email", "supervisor_email");
        const auto supervisor = identity_.find_by_email(transaction, email);
        if (supervisor && supervisor->id == agent)
            return refused(ErrorKind::invalid, "requests.problem.supervisor_same",
                           "supervisor_email");
        const auto works = supervisor
                               ? identity_.affiliation(transaction, supervisor->id, day_of(now))
                               : std::nullopt;
        if (works && works->contractor)
            return refused(ErrorKind::invalid, "requests.why_not.supervisor_contractor",
                           "supervisor_email");
        const auto before = store::lock_supervision_of(transaction, agent);
        if (before && before->supervisor_email == email &&
            before->state == SupervisionState::confirmed)
            return {};
        if (before) end(transaction, *before, now);
        Supervision corrected{
            .id = {},
            .person = agent,
            .supervisor_email = email,
            .supervisor = supervisor ? std::optional{supervisor->id} : std::nullopt,
            .state = supervisor ? SupervisionState::confirmed : SupervisionState::declared,
            .created_at = now,
            .changed_at = now};
        corrected.id = store::insert(transaction, corrected, by);
        audit::record(
            transaction,
            {.at = now,
             .actor = by,
             .role = "training_office",
             .perimeter = employer->organisation,
             .action = "requests.correct_supervisor",
             .object = "person",
             .object_id = agent.value,
             .after = supervisor ? R"({"supervisor":)" + std::to_string(supervisor->id.value) + "}"
                                 : R"({"state":"declared"})"});
        const auto person = identity_.find(transaction, agent).value();
        if (supervisor) {
            identity_.supervises(transaction, supervisor->id);
            to_supervisor(transaction, agent, supervisor->id, now);
            letters::supervisor_corrected(transaction, person, *supervisor, now);
        } else {
            letters::supervisor_declared(transaction, corrected, std::nullopt, person, now);
        }
        return {};
    });
}

void Requests::put_supervisor(db::Transaction& transaction, base::PersonId agent,
                              base::PersonId supervisor, base::Time now) {
    identity_.supervises(transaction, supervisor);
    store::insert(transaction,
                  {.id = {},
                   .person = agent,
                   .supervisor_email = identity_.find(transaction, supervisor).value().email,
                   .supervisor = supervisor,
                   .state = SupervisionState::confirmed,
                   .created_at = now,
                   .changed_at = now},
                  std::nullopt);
}

std::vector<Delegation> Requests::delegations_of(db::Transaction& transaction,
                                                 base::PersonId person, base::Date today) {
    return store::delegations_of(transaction, person, today);
}

base::Result<void> Requests::delegate(base::PersonId supervisor, std::string_view email,
                                      std::optional<base::Date> from,
                                      std::optional<base::Date> until, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto delegate = identity_.find_by_email(transaction, base::trim(email));
        if (auto reason =
                why_not_delegate(supervisor, delegate ? std::optional{delegate->id} : std::nullopt,
                                 from, until, day_of(now)))
            return base::unexpected(base::Error{ErrorKind::invalid, std::move(*reason)});
        const auto works = identity_.affiliation(transaction, delegate->id, day_of(now));
        if (!works || works->contractor)
            return refused(ErrorKind::invalid, "requests.problem.delegate_contractor", "delegate");
        const Delegation given{{}, supervisor, delegate->id, *from, *until, std::nullopt};
        for (const Delegation& one : store::delegations_of(transaction, supervisor, day_of(now)))
            if (one.supervisor == supervisor && one.delegate == given.delegate &&
                one.from == given.from && one.until == given.until)
                return {};  // the second click
        const auto id = store::insert(transaction, given, now);
        identity_.supervises(transaction, delegate->id);
        audit::record(
            transaction,
            {.at = now,
             .actor = supervisor,
             .role = "supervisor",
             .action = "requests.delegate",
             .object = "delegation",
             .object_id = id.value,
             .after = R"({"delegate":)" + std::to_string(delegate->id.value) + R"(,"from":")" +
                      base::iso_date(*from) + R"(","until":")" + base::iso_date(*until) + R"("})"});
        letters::delegated(transaction, *delegate, identity_.find(transaction, supervisor).value(),
                           given, now);
        return {};
    });
}

base::Result<void> Requests::end_delegation(base::PersonId supervisor, base::DelegationId id,
                                            base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        if (!store::end_delegation(transaction, supervisor, id, now))
            return refused(ErrorKind::not_found, "requests.delegation_unknown");
        audit::record(transaction, {.at = now,
                                    .actor = supervisor,
                                    .role = "supervisor",
                                    .action = "requests.end_delegation",
                                    .object = "delegation",
                                    .object_id = id.value});
        return {};
    });
}

void Requests::note_supervisors(base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        identity_.set_supervisors(transaction, store::supervisors(transaction, day_of(now)));
    });
}

// Four queries, however many people: who and what they ask for, their names, their seats, and where
// and when the sessions of both are. Titles are in memory.
Team Requests::team_of(db::Transaction& transaction, base::PersonId reader, base::Time now) {
    constexpr std::chrono::days recent{730};
    Team team;
    std::vector<base::PersonId> people;
    std::vector<base::SessionId> session_ids;
    std::vector<base::OfferId> offers;
    std::map<base::PersonId, SupervisionState> known;
    std::map<base::RequestId, store::TeamRow> asked;
    for (store::TeamRow& row : store::team_of(transaction, reader, day_of(now))) {
        if (known.try_emplace(row.member.person, row.member.state).second) {
            people.push_back(row.member.person);
            team.members.push_back(row.member);
        }
        if (!row.request) continue;
        const base::RequestId id = row.request->id;
        const auto [at, fresh] = asked.try_emplace(id, std::move(row));
        if (!fresh) at->second.mine = true;
    }
    for (auto& [id, row] : asked) {
        // Whoever has not confirmed yet learns nothing of what the agent asks for.
        if (!row.mine && known.at(row.request->person) != SupervisionState::confirmed) continue;
        if (row.request->session) session_ids.push_back(*row.request->session);
        offers.push_back(row.request->offer);
        (row.mine ? team.to_answer : team.others).push_back(std::move(*row.request));
    }
    std::ranges::stable_sort(team.to_answer, {}, &Request::due_at);
    std::ranges::sort(team.members, {}, &Team::Member::person);
    if (people.empty()) return team;
    team.people = identity_.named(transaction, people);
    std::vector<base::PersonId> confirmed;
    for (const Team::Member& member : team.members)
        if (member.state == SupervisionState::confirmed) confirmed.push_back(member.person);
    team.seats = enrolments_.held_by(transaction, confirmed, now - recent);
    for (const enrolments::Held& seat : team.seats) session_ids.push_back(seat.session);
    std::sort(session_ids.begin(), session_ids.end());
    session_ids.erase(std::unique(session_ids.begin(), session_ids.end()), session_ids.end());
    if (!session_ids.empty()) team.sessions = sessions_.dated(transaction, session_ids);
    for (const auto& [id, session] : team.sessions) offers.push_back(session.offer);
    team.titles = catalogue_.titles(transaction, offers);
    return team;
}

std::vector<Supervised> Requests::supervised_by(db::Transaction& transaction, base::PersonId reader,
                                                base::Date today) {
    return store::supervised_by(transaction, reader, today);
}

}  // namespace requests
