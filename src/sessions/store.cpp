// SPDX-License-Identifier: EUPL-1.2
#include "sessions/store.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"

#include <algorithm>

namespace sessions::store {
namespace {

Status status_of(std::string_view name) {
    if (name == "open") return Status::open;
    return name == "draft" ? Status::draft : Status::cancelled;
}

int small(std::int64_t value) {
    return static_cast<int>(value);
}

// Columns as in SESSION_COLUMNS below; the slots come by a second query.
Session session_from(const db::Row& row) {
    Session session;
    session.id = {row.integer(0)};
    session.offer = {row.integer(1)};
    session.organisation = {row.integer(2)};
    session.status = status_of(row.text(3));
    if (const auto venue = row.optional_integer(4)) session.venue = base::VenueId{*venue};
    session.video_link = row.text(5);
    session.language = row.text(6);
    session.note = row.text(7);
    session.enrolment_opens_at = base::from_epoch(row.integer(8));
    session.enrolment_closes_at = base::from_epoch(row.integer(9));
    session.cancel_until = base::from_epoch(row.integer(10));
    session.minimum = small(row.integer(11));
    session.sequence = row.integer(12);
    session.revision = row.integer(13);
    session.seats = {small(row.integer(14)), small(row.integer(15)), small(row.integer(16))};
    return session;
}

#define SESSION_COLUMNS                                                                     \
    "s.id, s.offer_id, s.organisation_id, s.status, s.venue_id, s.video_link, s.language, " \
    "s.note, s.enrolment_opens_at, s.enrolment_closes_at, s.cancel_until, s.minimum, "      \
    "s.sequence, s.revision, s.capacity, s.taken, s.waiting"

constexpr db::Query select_slots{"sessions.slots", R"sql(
    SELECT session_id, starts_at, ends_at FROM session_slots
    WHERE session_id IN (SELECT value FROM json_each(CAST($1 AS text)))
    ORDER BY session_id, starts_at
)sql"};

std::vector<Session> with_slots(db::Transaction& transaction, std::vector<Session> sessions) {
    if (sessions.empty()) return sessions;
    std::map<base::SessionId, Session*> by_id;
    for (Session& session : sessions) by_id[session.id] = &session;
    std::vector<base::SessionId> ids;
    for (const auto& [id, session] : by_id) ids.push_back(id);
    transaction.run(select_slots, {db::json_ids(ids)}, [&](const db::Row& row) {
        by_id.at({row.integer(0)})
            ->slots.push_back({base::from_epoch(row.integer(1)), base::from_epoch(row.integer(2))});
    });
    return sessions;
}

Venue venue_from(const db::Row& row) {
    Venue venue;
    venue.id = {row.integer(0)};
    venue.code = row.text(1);
    venue.organisation = {row.integer(2)};
    venue.name = row.text(3);
    venue.address = row.text(4);
    venue.town = row.text(5);
    if (const auto capacity = row.optional_integer(6)) venue.capacity = small(*capacity);
    venue.step_free = row.boolean(7);
    venue.hearing_loop = row.boolean(8);
    venue.equipment = row.text(9);
    venue.contact = row.text(10);
    return venue;
}

#define VENUE_COLUMNS                                                                     \
    "id, code, organisation_id, name, address, town, capacity, step_free, hearing_loop, " \
    "equipment, contact"

}  // namespace

constexpr db::Query select_by_ids{"sessions.by_ids", "SELECT " SESSION_COLUMNS R"sql(
    FROM sessions s WHERE s.id IN (SELECT value FROM json_each(CAST($1 AS text)))
)sql"};

std::vector<Session> by_ids(db::Transaction& transaction, std::string_view json_ids) {
    std::vector<Session> found;
    transaction.run(select_by_ids, {json_ids},
                    [&](const db::Row& row) { found.push_back(session_from(row)); });
    return with_slots(transaction, std::move(found));
}

std::optional<Session> find(db::Transaction& transaction, base::SessionId id) {
    auto found = by_ids(transaction, db::json_ids(std::vector{id}));
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

constexpr db::Query select_coming{"sessions.coming", "SELECT " SESSION_COLUMNS R"sql(
    FROM sessions s
    WHERE s.offer_id = $1 AND s.ends_at > $2 AND s.status <> 'draft'
    ORDER BY s.starts_at, s.id
)sql"};

std::vector<Session> coming(db::Transaction& transaction, base::OfferId offer, base::Time now) {
    std::vector<Session> found;
    transaction.run(select_coming, {offer.value, base::to_epoch(now)},
                    [&](const db::Row& row) { found.push_back(session_from(row)); });
    return with_slots(transaction, std::move(found));
}

constexpr db::Query select_of_organisations{"sessions.of_organisations",
                                            "SELECT " SESSION_COLUMNS R"sql(
    FROM sessions s
    WHERE s.organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
      AND s.ends_at > $2
    ORDER BY s.starts_at, s.id
)sql"};

std::vector<Session> of_organisations(db::Transaction& transaction, std::string_view json_ids,
                                      base::Time since) {
    std::vector<Session> found;
    transaction.run(select_of_organisations, {json_ids, base::to_epoch(since)},
                    [&](const db::Row& row) { found.push_back(session_from(row)); });
    return with_slots(transaction, std::move(found));
}

constexpr db::Query insert_session{"sessions.insert", R"sql(
    INSERT INTO sessions (offer_id, organisation_id, status, venue_id, video_link, language, note,
                          enrolment_opens_at, enrolment_closes_at, cancel_until, minimum,
                          starts_at, ends_at, capacity)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id
)sql"};
constexpr db::Query insert_slot{"sessions.insert_slot", R"sql(
    INSERT INTO session_slots (session_id, starts_at, ends_at) VALUES ($1, $2, $3)
)sql"};
constexpr db::Query delete_slots{"sessions.delete_slots", R"sql(
    DELETE FROM session_slots WHERE session_id = $1
)sql"};

namespace {

db::Value venue_of(const Session& session) {
    return session.venue ? db::Value{session.venue->value} : db::Value{};
}

void insert_slots(db::Transaction& transaction, base::SessionId id,
                  const std::vector<Slot>& slots) {
    for (const Slot& slot : slots)
        transaction.run(insert_slot,
                        {id.value, base::to_epoch(slot.starts_at), base::to_epoch(slot.ends_at)});
}

}  // namespace

base::SessionId insert(db::Transaction& transaction, const Session& s) {
    base::SessionId id;
    transaction.run(
        insert_session,
        {s.offer.value, s.organisation.value, name_of(s.status), venue_of(s), s.video_link,
         s.language, s.note, base::to_epoch(s.enrolment_opens_at),
         base::to_epoch(s.enrolment_closes_at), base::to_epoch(s.cancel_until), s.minimum,
         base::to_epoch(s.starts_at()), base::to_epoch(s.ends_at()), s.seats.capacity},
        [&](const db::Row& row) { id.value = row.integer(0); });
    insert_slots(transaction, id, s.slots);
    return id;
}

constexpr db::Query update_session{"sessions.update", R"sql(
    UPDATE sessions SET status = $3, venue_id = $4, video_link = $5, language = $6, note = $7,
                        enrolment_opens_at = $8, enrolment_closes_at = $9, cancel_until = $10,
                        minimum = $11, starts_at = $12, ends_at = $13, sequence = $14,
                        revision = revision + 1
    WHERE id = $1 AND revision = $2
)sql"};

bool update(db::Transaction& transaction, const Session& s) {
    const int changed = transaction.run(
        update_session,
        {s.id.value, s.revision, name_of(s.status), venue_of(s), s.video_link, s.language, s.note,
         base::to_epoch(s.enrolment_opens_at), base::to_epoch(s.enrolment_closes_at),
         base::to_epoch(s.cancel_until), s.minimum, base::to_epoch(s.starts_at()),
         base::to_epoch(s.ends_at()), s.sequence});
    if (changed == 0) return false;
    transaction.run(delete_slots, {s.id.value});
    insert_slots(transaction, s.id, s.slots);
    return true;
}

constexpr db::Query select_venues{"sessions.venues", "SELECT " VENUE_COLUMNS R"sql(
    FROM venues WHERE id IN (SELECT value FROM json_each(CAST($1 AS text)))
)sql"};

std::vector<Venue> venues(db::Transaction& transaction, std::string_view json_ids) {
    std::vector<Venue> found;
    transaction.run(select_venues, {json_ids},
                    [&](const db::Row& row) { found.push_back(venue_from(row)); });
    return found;
}

constexpr db::Query select_all_venues{"sessions.all_venues", "SELECT " VENUE_COLUMNS R"sql(
    FROM venues ORDER BY town, name, id
)sql"};

std::vector<Venue> all_venues(db::Transaction& transaction) {
    std::vector<Venue> found;
    transaction.run(select_all_venues, {},
                    [&](const db::Row& row) { found.push_back(venue_from(row)); });
    return found;
}

constexpr db::Query select_venue{"sessions.venue", "SELECT " VENUE_COLUMNS R"sql(
    FROM venues WHERE code = $1
)sql"};

std::optional<Venue> find_venue(db::Transaction& transaction, std::string_view code) {
    std::optional<Venue> found;
    transaction.run(select_venue, {code}, [&](const db::Row& row) { found = venue_from(row); });
    return found;
}

constexpr db::Query insert_venue{"sessions.insert_venue", R"sql(
    INSERT INTO venues (code, organisation_id, name, address, town, capacity, step_free,
                        hearing_loop, equipment, contact)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
)sql"};

base::VenueId insert(db::Transaction& transaction, const Venue& v) {
    base::VenueId id;
    transaction.run(insert_venue,
                    {v.code, v.organisation.value, v.name, v.address, v.town, v.capacity,
                     v.step_free, v.hearing_loop, v.equipment, v.contact},
                    [&](const db::Row& row) { id.value = row.integer(0); });
    return id;
}

constexpr db::Query update_venue{"sessions.update_venue", R"sql(
    UPDATE venues SET organisation_id = $2, name = $3, address = $4, town = $5, capacity = $6,
                      step_free = $7, hearing_loop = $8, equipment = $9, contact = $10
    WHERE id = $1
)sql"};

void update(db::Transaction& transaction, const Venue& v) {
    transaction.run(update_venue,
                    {v.id.value, v.organisation.value, v.name, v.address, v.town, v.capacity,
                     v.step_free, v.hearing_loop, v.equipment, v.contact});
}

// The heart of the fair seat: whoever comes gets a seat while there is one and nobody waits, else
// the next place. The row stays locked until commit, so takers of one session follow each other in
// one order; takers of different sessions never meet.
constexpr db::Query take_seat{"sessions.take", R"sql(
    UPDATE sessions
    SET taken = taken + CASE WHEN taken < capacity AND waiting = 0 THEN 1 ELSE 0 END,
        waiting = waiting + CASE WHEN taken < capacity AND waiting = 0 THEN 0 ELSE 1 END,
        last_place = last_place + CASE WHEN taken < capacity AND waiting = 0 THEN 0 ELSE 1 END
    WHERE id = $1 AND status = 'open'
    RETURNING capacity, taken, waiting, last_place
)sql"};

std::optional<AfterTaking> take(db::Transaction& transaction, base::SessionId id) {
    std::optional<AfterTaking> after;
    transaction.run(take_seat, {id.value}, [&](const db::Row& row) {
        after = {{small(row.integer(0)), small(row.integer(1)), small(row.integer(2))},
                 row.integer(3)};
    });
    return after;
}

// An UPDATE that changes nothing: the one way to lock a row that both engines know.
constexpr db::Query lock_seats{"sessions.lock", R"sql(
    UPDATE sessions SET taken = taken WHERE id = $1 RETURNING capacity, taken, waiting
)sql"};

std::optional<Seats> lock(db::Transaction& transaction, base::SessionId id) {
    std::optional<Seats> seats;
    transaction.run(lock_seats, {id.value}, [&](const db::Row& row) {
        seats = {small(row.integer(0)), small(row.integer(1)), small(row.integer(2))};
    });
    return seats;
}

constexpr db::Query set_seat_counts{"sessions.set_seats", R"sql(
    UPDATE sessions SET capacity = $2, taken = $3, waiting = $4 WHERE id = $1
)sql"};

void set_seats(db::Transaction& transaction, base::SessionId id, const Seats& seats) {
    transaction.run(set_seat_counts, {id.value, seats.capacity, seats.taken, seats.waiting});
}

constexpr db::Query select_next_free{"sessions.next_free", R"sql(
    SELECT id FROM sessions
    WHERE status = 'open' AND enrolment_closes_at > $1 AND enrolment_opens_at <= $1
      AND taken < capacity
    ORDER BY starts_at, id LIMIT $2
)sql"};

std::vector<base::SessionId> next_free(db::Transaction& transaction, base::Time now, int most) {
    std::vector<base::SessionId> found;
    transaction.run(select_next_free, {base::to_epoch(now), most},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

constexpr db::Query select_free{"sessions.free", R"sql(
    SELECT offer_id, enrolment_opens_at, enrolment_closes_at FROM sessions
    WHERE status = 'open' AND enrolment_closes_at > $1 AND taken < capacity
)sql"};

void for_free(db::Transaction& transaction, base::Time now,
              const std::function<void(base::OfferId, base::Time, base::Time)>& on_session) {
    transaction.run(select_free, {base::to_epoch(now)}, [&](const db::Row& row) {
        on_session({row.integer(0)}, base::from_epoch(row.integer(1)),
                   base::from_epoch(row.integer(2)));
    });
}

}  // namespace sessions::store
