// SPDX-License-Identifier: EUPL-1.2
// All SQL on circuits, circuit_steps, supervisions, delegations, requests, request_decisions and
// request_links.
#pragma once
#include "requests/requests.hpp"

namespace requests::store {

// -- circuits (store_circuits.cpp)
std::vector<Circuit> all_circuits(db::Transaction&);
// Nothing when that version is there already.
std::optional<base::CircuitId> insert(db::Transaction&, const Circuit&,
                                      std::optional<base::PersonId> by);

// -- supervisors (store_supervisors.cpp)
std::optional<Supervision> find_supervision(db::Transaction&, base::SupervisionId);
// The present one: declared, to_accept or confirmed.
std::optional<Supervision> supervision_of(db::Transaction&, base::PersonId);
// The same, locked until the transaction ends.
std::optional<Supervision> lock_supervision_of(db::Transaction&, base::PersonId);
base::SupervisionId insert(db::Transaction&, const Supervision&,
                           std::optional<base::PersonId> accepted_by);
void update(db::Transaction&, const Supervision&, std::optional<base::PersonId> accepted_by);
base::DelegationId insert(db::Transaction&, const Delegation&, base::Time now);
// Given or received, not ended before that day.
// Who supervises, and the delegates of that day and later.
std::vector<base::PersonId> supervisors(db::Transaction&, base::Date);
std::vector<Delegation> delegations_of(db::Transaction&, base::PersonId, base::Date);
// False when it is not this supervisor's, or has ended.
bool end_delegation(db::Transaction&, base::PersonId supervisor, base::DelegationId,
                    base::Time now);
std::vector<base::PersonId> delegates_of(db::Transaction&, base::PersonId supervisor, base::Date);
struct TeamRow {
    Team::Member member;
    std::optional<Request> request;  // waiting for somebody
    bool mine = false;               // ... for the reader
};
// The people of the reader's team with what they ask for, each at least once; then what waits for
// the reader, whoever asks: a request may stand in both.
std::vector<TeamRow> team_of(db::Transaction&, base::PersonId reader, base::Date today);
std::vector<Supervised> supervised_by(db::Transaction&, base::PersonId reader, base::Date today);

// -- requests (store.cpp)
// Nothing when the agent has an open one for this offer already.
std::optional<base::RequestId> insert(db::Transaction&, const Request&);
std::optional<Request> find(db::Transaction&, base::RequestId);
std::optional<Request> find_present(db::Transaction&, base::PersonId, base::OfferId);
std::vector<Request> of_person(db::Transaction&, base::PersonId);
// Approved ones for this offer.
std::vector<Request> approved(db::Transaction&, base::PersonId, base::OfferId);
struct Locked {
    Request request;
    bool is_delegate = false;  // `reader` stands for its decider today
};
// Its row is locked until the transaction ends.
std::optional<Locked> lock(db::Transaction&, base::RequestId, std::optional<base::PersonId> reader,
                           base::Date today);
void update(db::Transaction&, const Request&);
bool is_delegate(db::Transaction&, base::PersonId supervisor, base::PersonId delegate, base::Date);
// Those of this agent that wait for a supervisor, locked.
std::vector<Request> lock_waiting_for_supervisor(db::Transaction&, base::PersonId agent);
std::vector<base::Date> refused_on(db::Transaction&, base::PersonId, std::string_view nature);
void forget_accommodation(db::Transaction&, base::RequestId);
std::vector<Request> list(db::Transaction&, const ListQuery&, base::Time now);
std::map<Waits, int> count(db::Transaction&, const ListQuery&, base::Time now);
std::vector<std::pair<base::PersonId, std::string>> accommodations(db::Transaction&,
                                                                   base::SessionId);

void insert(db::Transaction&, const Answered&);
ReasonsAsked reasons_of(db::Transaction&, base::RequestId);
void ask_reasons(db::Transaction&, base::RequestId, base::Time now);
void give_reasons(db::Transaction&, base::RequestId, base::PersonId by, std::string_view reasons,
                  base::Time now);
// For which trainings the people of these organisations asked.
std::vector<base::OfferId> offers_asked(db::Transaction&, const std::vector<base::OrganisationId>&);
std::vector<Answered> answers_of(db::Transaction&, base::RequestId);

struct Link {
    base::RequestId request;
    int step = 0;
    base::PersonId person;
    base::Time expires_at{};
};
void insert(db::Transaction&, std::string_view token_hash, const Link&);
std::optional<Link> find_link(db::Transaction&, std::string_view token_hash, base::Time now);
void remove_links(db::Transaction&, base::RequestId);

// -- privacy (store_privacy.cpp); those that change return how many rows
std::vector<std::pair<std::string, base::Time>> answers_by(db::Transaction&, base::PersonId);
int empty_texts_of(db::Transaction&, base::PersonId);
int end_supervisions_of(db::Transaction&, base::PersonId, base::Time now);
int end_delegations_of(db::Transaction&, base::PersonId, base::Time now);
// At most so many, the oldest first; `real`: they are deleted, or emptied.
int retain_drafts(db::Transaction&, base::Time before, int most, bool real);
int retain_texts(db::Transaction&, base::Time before, int most, bool real);

}  // namespace requests::store
