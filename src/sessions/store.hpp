// SPDX-License-Identifier: EUPL-1.2
// All SQL on sessions, session_slots and venues.
#pragma once
#include "sessions/sessions.hpp"

#include <functional>

namespace sessions::store {

std::optional<Session> find(db::Transaction&, base::SessionId);
std::map<base::SessionId, Placed> placed(db::Transaction&, std::string_view json_ids);
std::map<base::SessionId, Dated> dated(db::Transaction&, std::string_view json_ids);
std::vector<Session> coming(db::Transaction&, base::OfferId, base::Time now);
std::vector<Session> coming(db::Transaction&, std::string_view json_offer_ids, base::Time now);
void for_open(db::Transaction&, base::Time now, const OnOpen&);
std::vector<Session> list(db::Transaction&, const ListQuery&, base::Time now);
std::map<Listed, int> count(db::Transaction&, const ListQuery&, base::Time now);
std::vector<base::OfferId> offers_of(db::Transaction&, std::string_view json_ids);
std::optional<base::SessionId> find_same(db::Transaction&, const Session&);
base::SessionId insert(db::Transaction&, const Session&);
bool update(db::Transaction&, const Session&);
bool remove_draft(db::Transaction&, const Session&);

std::vector<Venue> venues(db::Transaction&, std::string_view json_ids);
std::vector<Venue> all_venues(db::Transaction&);
std::optional<Venue> find_venue(db::Transaction&, std::string_view code);
std::optional<base::VenueId> insert(db::Transaction&, const Venue&);
bool update(db::Transaction&, const Venue&);

// The numbers after taking; nothing where the plain rule does not hold.
std::optional<Seats> take(db::Transaction&, base::SessionId, base::Time now);
std::optional<Seats> lock(db::Transaction&, base::SessionId);
void set_seats(db::Transaction&, base::SessionId, const Seats&);
void set_results(db::Transaction&, base::SessionId, base::Time now);
std::vector<base::SessionId> over(db::Transaction&, base::OfferId, base::Time now);
// Others in the venue of the session between its beginning and its end.
std::vector<Session> at_venue(db::Transaction&, const Session&);
std::vector<int> reach_of_past(db::Transaction&, base::OfferId, base::Time now);
std::vector<Counted> counted(db::Transaction&);

// Open sessions with a free seat and open enrolment, the next first.
std::vector<base::SessionId> next_free(db::Transaction&, base::Time now, int most);

// Open sessions with a free seat whose enrolment has not closed: offer, opening, closing.
void for_free(db::Transaction&, base::Time now,
              const std::function<void(base::OfferId, base::Time, base::Time)>&);

}  // namespace sessions::store
