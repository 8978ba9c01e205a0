// SPDX-License-Identifier: EUPL-1.2
#include "sessions/store.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"

#include <algorithm>
#include <limits>

namespace sessions::store {
namespace {

Status status_of(std::string_view name) {
    if (name == "open") return Status::open;
    return name == "draft" ? Status::draft : Status::cancelled;
}

int small(std::int64_t value) {
    return static_cast<int>(value);
}

// Columns as in SEAT_COLUMNS below, the first of them at `first`.
Seats seats_from(const db::Row& row, int first) {
    return {.capacity = small(row.integer(first)),
            .taken = small(row.integer(first + 1)),
            .waiting = small(row.integer(first + 2)),
            .held_back = row.boolean(first + 3),
            .last_place = row.integer(first + 4),
            .last_asked_at = base::from_epoch(row.integer(first + 5)),
            .reached = small(row.integer(first + 6))};
}

#define SEAT_COLUMNS "capacity, taken, waiting, held_back, last_place, last_asked_at, reached"

// Columns as in SESSION_COLUMNS below.
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
    session.seats = seats_from(row, 14);
    session.rules = seat_rules_from(row.text(21));
    if (const auto at = row.optional_integer(22)) session.results_at = base::from_epoch(*at);
    return session;
}

#define SESSION_COLUMNS                                                                     \
    "s.id, s.offer_id, s.organisation_id, s.status, s.venue_id, s.video_link, s.language, " \
    "s.note, s.enrolment_opens_at, s.enrolment_closes_at, s.cancel_until, s.minimum, "      \
    "s.sequence, s.revision, s.capacity, s.taken, s.waiting, s.held_back, s.last_place, "   \
    "s.last_asked_at, s.reached, s.rules, s.results_at"

// With these, one row a slot: for few sessions, one query is much cheaper than two.
#define WITH_SLOT ", l.starts_at, l.ends_at"
#define SESSIONS_AND_SLOTS " FROM sessions s JOIN session_slots l ON l.session_id = s.id "
constexpr int slot_column = 23;
constexpr int venue_column = 25;

Slot slot_from(const db::Row& row) {
    return {base::from_epoch(row.integer(slot_column)),
            base::from_epoch(row.integer(slot_column + 1))};
}

// From rows in which the slots of a session follow each other.
std::vector<Session> sessions_from(db::Transaction& transaction, const db::Query& query,
                                   std::initializer_list<db::Value> values) {
    std::vector<Session> found;
    transaction.run(query, values, [&](const db::Row& row) {
        if (found.empty() || found.back().id.value != row.integer(0))
            found.push_back(session_from(row));
        found.back().slots.push_back(slot_from(row));
    });
    return found;
}

constexpr db::Query select_slots{"sessions.slots", R"sql(
    SELECT session_id, starts_at, ends_at FROM session_slots
    WHERE session_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
    ORDER BY session_id, starts_at
)sql"};

std::vector<Session> with_slots(db::Transaction& transaction, std::vector<Session> sessions) {
    if (sessions.empty()) return sessions;
    std::map<base::SessionId, Session*> by_id;
    for (Session& session : sessions) by_id[session.id] = &session;
    std::vector<base::SessionId> ids;
    ids.reserve(by_id.size());
    for (const auto& [id, session] : by_id) ids.push_back(id);
    transaction.run(select_slots, {db::json_ids(ids)}, [&](const db::Row& row) {
        by_id.at({row.integer(0)})
            ->slots.push_back({base::from_epoch(row.integer(1)), base::from_epoch(row.integer(2))});
    });
    return sessions;
}

// Columns as in VENUE_COLUMNS below, the first of them at `first`.
Venue venue_from(const db::Row& row, int first = 0) {
    Venue venue;
    venue.id = {row.integer(first)};
    venue.code = row.text(first + 1);
    venue.organisation = {row.integer(first + 2)};
    venue.name = row.text(first + 3);
    venue.address = row.text(first + 4);
    venue.town = row.text(first + 5);
    if (const auto capacity = row.optional_integer(first + 6)) venue.capacity = small(*capacity);
    venue.step_free = row.boolean(first + 7);
    venue.hearing_loop = row.boolean(first + 8);
    venue.equipment = row.text(first + 9);
    venue.contact = row.text(first + 10);
    venue.revision = row.integer(first + 11);
    return venue;
}

#define VENUE_COLUMNS                                                                       \
    "v.id, v.code, v.organisation_id, v.name, v.address, v.town, v.capacity, v.step_free, " \
    "v.hearing_loop, v.equipment, v.contact, v.revision "

}  // namespace

constexpr db::Query select_by_id{"sessions.by_id",
                                 "SELECT " SESSION_COLUMNS WITH_SLOT SESSIONS_AND_SLOTS R"sql(
    WHERE s.id = $1 ORDER BY l.starts_at
)sql"};

std::optional<Session> find(db::Transaction& transaction, base::SessionId id) {
    auto found = sessions_from(transaction, select_by_id, {id.value});
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

constexpr db::Query select_placed{"sessions.placed", "SELECT " SESSION_COLUMNS WITH_SLOT
                                                     ", " VENUE_COLUMNS SESSIONS_AND_SLOTS R"sql(
    LEFT JOIN venues v ON v.id = s.venue_id
    WHERE s.id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
    ORDER BY s.id, l.starts_at
)sql"};

std::map<base::SessionId, Placed> placed(db::Transaction& transaction, std::string_view json_ids) {
    std::map<base::SessionId, Placed> found;
    transaction.run(select_placed, {json_ids}, [&](const db::Row& row) {
        const auto [at, fresh] = found.try_emplace({row.integer(0)});
        if (fresh) {
            at->second.session = session_from(row);
            if (at->second.session.venue) at->second.venue = venue_from(row, venue_column);
        }
        at->second.session.slots.push_back(slot_from(row));
    });
    return found;
}

constexpr db::Query select_dated{"sessions.dated", R"sql(
    SELECT s.id, s.offer_id, s.status, l.starts_at, l.ends_at
    FROM sessions s JOIN session_slots l ON l.session_id = s.id
    WHERE s.id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
    ORDER BY s.id, l.starts_at
)sql"};

std::map<base::SessionId, Dated> dated(db::Transaction& transaction, std::string_view json_ids) {
    std::map<base::SessionId, Dated> found;
    transaction.run(select_dated, {json_ids}, [&](const db::Row& row) {
        const auto [at, fresh] = found.try_emplace({row.integer(0)});
        if (fresh) at->second = {{row.integer(1)}, status_of(row.text(2)), {}};
        at->second.slots.push_back(
            {base::from_epoch(row.integer(3)), base::from_epoch(row.integer(4))});
    });
    return found;
}

constexpr db::Query select_coming{"sessions.coming",
                                  "SELECT " SESSION_COLUMNS WITH_SLOT SESSIONS_AND_SLOTS R"sql(
    WHERE s.offer_id = $1 AND s.ends_at > $2 AND s.status <> 'draft'
    ORDER BY s.starts_at, s.id, l.starts_at
)sql"};

std::vector<Session> coming(db::Transaction& transaction, base::OfferId offer, base::Time now) {
    return sessions_from(transaction, select_coming, {offer.value, base::to_epoch(now)});
}

constexpr db::Query select_coming_of{"sessions.coming_of_offers",
                                     "SELECT " SESSION_COLUMNS WITH_SLOT SESSIONS_AND_SLOTS R"sql(
    WHERE s.offer_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
      AND s.ends_at > $2 AND s.status <> 'draft'
    ORDER BY s.starts_at, s.id, l.starts_at
)sql"};

std::vector<Session> coming(db::Transaction& transaction, std::string_view json_offer_ids,
                            base::Time now) {
    return sessions_from(transaction, select_coming_of, {json_offer_ids, base::to_epoch(now)});
}

constexpr db::Query select_open{"sessions.open", R"sql(
    SELECT offer_id, starts_at, ends_at, enrolment_opens_at, enrolment_closes_at FROM sessions
    WHERE status = 'open' AND ends_at > $1 ORDER BY starts_at, id
)sql"};

void for_open(db::Transaction& transaction, base::Time now, const OnOpen& on_session) {
    transaction.run(select_open, {base::to_epoch(now)}, [&](const db::Row& row) {
        const auto at = [&](int column) { return base::from_epoch(row.integer(column)); };
        on_session({row.integer(0)}, at(1), at(2), at(3), at(4));
    });
}

// Open ones between two moments, and others whenever they are.
#define LISTED                                                                                    \
    " FROM sessions s WHERE s.organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))" \
    " AND (CAST($2 AS bigint) = 0 OR s.offer_id = $2)"                                            \
    " AND s.status = $3 AND s.ends_at > $4 AND s.ends_at <= $5"

constexpr db::Query list_rising{"sessions.list_rising", "SELECT " SESSION_COLUMNS LISTED R"sql(
    ORDER BY s.starts_at, s.id LIMIT $6 OFFSET $7
)sql"};
constexpr db::Query list_falling{"sessions.list_falling", "SELECT " SESSION_COLUMNS LISTED R"sql(
    ORDER BY s.starts_at DESC, s.id DESC LIMIT $6 OFFSET $7
)sql"};

std::vector<Session> list(db::Transaction& transaction, const ListQuery& query, base::Time now) {
    const bool falling = query.listed == Listed::past || query.listed == Listed::cancelled;
    const bool open = query.listed == Listed::coming || query.listed == Listed::past;
    const std::int64_t after = query.listed == Listed::coming ? base::to_epoch(now) : 0;
    const std::int64_t until = query.listed == Listed::past
                                   ? base::to_epoch(now)
                                   : std::numeric_limits<std::int64_t>::max();
    std::vector<Session> found;
    transaction.run(
        falling ? list_falling : list_rising,
        {db::json_ids(query.organisations), query.offer.value_or(base::OfferId{}).value,
         open ? "open" : name_of(query.listed), after, until, query.limit, query.offset},
        [&](const db::Row& row) { found.push_back(session_from(row)); });
    return with_slots(transaction, std::move(found));
}

constexpr db::Query count_listed{"sessions.count_listed", R"sql(
    SELECT COUNT(CASE WHEN status = 'open' AND ends_at > $3 THEN 1 END),
           COUNT(CASE WHEN status = 'open' AND ends_at <= $3 THEN 1 END),
           COUNT(CASE WHEN status = 'draft' THEN 1 END),
           COUNT(CASE WHEN status = 'cancelled' THEN 1 END)
    FROM sessions
    WHERE organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
      AND (CAST($2 AS bigint) = 0 OR offer_id = $2)
)sql"};

std::map<Listed, int> count(db::Transaction& transaction, const ListQuery& query, base::Time now) {
    std::map<Listed, int> counts;
    transaction.run(count_listed,
                    {db::json_ids(query.organisations), query.offer.value_or(base::OfferId{}).value,
                     base::to_epoch(now)},
                    [&](const db::Row& row) {
                        counts = {{Listed::coming, small(row.integer(0))},
                                  {Listed::past, small(row.integer(1))},
                                  {Listed::draft, small(row.integer(2))},
                                  {Listed::cancelled, small(row.integer(3))}};
                    });
    return counts;
}

constexpr db::Query select_offers{"sessions.offers", R"sql(
    SELECT DISTINCT offer_id FROM sessions
    WHERE organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
)sql"};

std::vector<base::OfferId> offers_of(db::Transaction& transaction, std::string_view json_ids) {
    std::vector<base::OfferId> found;
    transaction.run(select_offers, {json_ids},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

constexpr db::Query select_same{"sessions.same", R"sql(
    SELECT id FROM sessions
    WHERE offer_id = $1 AND starts_at = $2 AND ends_at = $3 AND capacity = $4
      AND COALESCE(venue_id, 0) = $5 AND video_link = $6 AND language = $7 AND note = $8
      AND rules = $9 AND status <> 'cancelled'
    ORDER BY id LIMIT 1
)sql"};

std::optional<base::SessionId> find_same(db::Transaction& transaction, const Session& s) {
    std::optional<base::SessionId> found;
    transaction.run(select_same,
                    {s.offer.value, base::to_epoch(s.starts_at()), base::to_epoch(s.ends_at()),
                     s.seats.capacity, s.venue.value_or(base::VenueId{}).value, s.video_link,
                     s.language, s.note, to_json(s.rules)},
                    [&](const db::Row& row) { found = base::SessionId{row.integer(0)}; });
    return found;
}

constexpr db::Query insert_session{"sessions.insert", R"sql(
    INSERT INTO sessions (offer_id, organisation_id, status, venue_id, video_link, language, note,
                          enrolment_opens_at, enrolment_closes_at, cancel_until, minimum,
                          starts_at, ends_at, capacity, rules, ruled)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id
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
    transaction.run(insert_session,
                    {s.offer.value, s.organisation.value, name_of(s.status), venue_of(s),
                     s.video_link, s.language, s.note, base::to_epoch(s.enrolment_opens_at),
                     base::to_epoch(s.enrolment_closes_at), base::to_epoch(s.cancel_until),
                     s.minimum, base::to_epoch(s.starts_at()), base::to_epoch(s.ends_at()),
                     s.seats.capacity, to_json(s.rules), s.rules.ruled()},
                    [&](const db::Row& row) { id.value = row.integer(0); });
    insert_slots(transaction, id, s.slots);
    return id;
}

constexpr db::Query update_session{"sessions.update", R"sql(
    UPDATE sessions SET status = $3, venue_id = $4, video_link = $5, language = $6, note = $7,
                        enrolment_opens_at = $8, enrolment_closes_at = $9, cancel_until = $10,
                        minimum = $11, starts_at = $12, ends_at = $13, sequence = $14,
                        rules = $15, ruled = $16, revision = revision + 1
    WHERE id = $1 AND revision = $2
)sql"};

bool update(db::Transaction& transaction, const Session& s) {
    const int changed = transaction.run(
        update_session,
        {s.id.value, s.revision, name_of(s.status), venue_of(s), s.video_link, s.language, s.note,
         base::to_epoch(s.enrolment_opens_at), base::to_epoch(s.enrolment_closes_at),
         base::to_epoch(s.cancel_until), s.minimum, base::to_epoch(s.starts_at()),
         base::to_epoch(s.ends_at()), s.sequence, to_json(s.rules), s.rules.ruled()});
    if (changed == 0) return false;
    transaction.run(delete_slots, {s.id.value});
    insert_slots(transaction, s.id, s.slots);
    return true;
}

constexpr db::Query delete_draft{"sessions.delete_draft", R"sql(
    DELETE FROM sessions WHERE id = $1 AND revision = $2 AND status = 'draft'
)sql"};

bool remove_draft(db::Transaction& transaction, const Session& s) {
    transaction.run(delete_slots, {s.id.value});
    return transaction.run(delete_draft, {s.id.value, s.revision}) > 0;
}

constexpr db::Query select_venues{"sessions.venues", "SELECT " VENUE_COLUMNS R"sql(
    FROM venues v WHERE v.id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
)sql"};

std::vector<Venue> venues(db::Transaction& transaction, std::string_view json_ids) {
    std::vector<Venue> found;
    transaction.run(select_venues, {json_ids},
                    [&](const db::Row& row) { found.push_back(venue_from(row)); });
    return found;
}

constexpr db::Query select_all_venues{"sessions.all_venues", "SELECT " VENUE_COLUMNS R"sql(
    FROM venues v ORDER BY v.town, v.name, v.id
)sql"};

std::vector<Venue> all_venues(db::Transaction& transaction) {
    std::vector<Venue> found;
    transaction.run(select_all_venues, {},
                    [&](const db::Row& row) { found.push_back(venue_from(row)); });
    return found;
}

constexpr db::Query select_venue{"sessions.venue", "SELECT " VENUE_COLUMNS R"sql(
    FROM venues v WHERE v.code = $1
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

std::optional<base::VenueId> insert(db::Transaction& transaction, const Venue& v) {
    base::VenueId id;
    const bool inserted =
        transaction.try_run(insert_venue,
                            {v.code, v.organisation.value, v.name, v.address, v.town, v.capacity,
                             v.step_free, v.hearing_loop, v.equipment, v.contact},
                            [&](const db::Row& row) { id.value = row.integer(0); });
    return inserted ? std::optional{id} : std::nullopt;
}

constexpr db::Query update_venue{"sessions.update_venue", R"sql(
    UPDATE venues SET organisation_id = $2, name = $3, address = $4, town = $5, capacity = $6,
                      step_free = $7, hearing_loop = $8, equipment = $9, contact = $10,
                      revision = revision + 1
    WHERE id = $1 AND revision = $11
)sql"};

bool update(db::Transaction& transaction, const Venue& v) {
    return transaction.run(update_venue,
                           {v.id.value, v.organisation.value, v.name, v.address, v.town, v.capacity,
                            v.step_free, v.hearing_loop, v.equipment, v.contact, v.revision}) > 0;
}

// The heart of the fair seat: whoever comes gets a seat while there is one and nobody waits, else
// the next place. The row stays locked until commit, so takers of one session follow each other in
// one order; takers of different sessions never meet.
constexpr db::Query take_seat{"sessions.take", R"sql(
    UPDATE sessions
    SET taken = taken + CASE WHEN taken < capacity AND waiting = 0 THEN 1 ELSE 0 END,
        waiting = waiting + CASE WHEN taken < capacity AND waiting = 0 THEN 0 ELSE 1 END,
        last_place = last_place + CASE WHEN taken < capacity AND waiting = 0 THEN 0 ELSE 1 END,
        last_asked_at = CASE WHEN (taken < capacity AND waiting = 0) OR last_asked_at > $2
                             THEN last_asked_at ELSE $2 END
    WHERE id = $1 AND status = 'open' AND ruled = 0
    RETURNING )sql" SEAT_COLUMNS};

std::optional<Seats> take(db::Transaction& transaction, base::SessionId id, base::Time now) {
    std::optional<Seats> after;
    transaction.run(take_seat, {id.value, base::to_epoch(now)},
                    [&](const db::Row& row) { after = seats_from(row, 0); });
    return after;
}

// An UPDATE that changes nothing: the one way to lock a row that both engines know.
constexpr db::Query lock_seats{"sessions.lock", R"sql(
    UPDATE sessions SET taken = taken WHERE id = $1 RETURNING )sql" SEAT_COLUMNS};

std::optional<Seats> lock(db::Transaction& transaction, base::SessionId id) {
    std::optional<Seats> seats;
    transaction.run(lock_seats, {id.value},
                    [&](const db::Row& row) { seats = seats_from(row, 0); });
    return seats;
}

constexpr db::Query set_seat_counts{"sessions.set_seats", R"sql(
    UPDATE sessions SET capacity = $2, taken = $3, waiting = $4, held_back = $5, last_place = $6,
                        last_asked_at = $7, reached = $8
    WHERE id = $1
)sql"};

void set_seats(db::Transaction& transaction, base::SessionId id, const Seats& seats) {
    transaction.run(set_seat_counts,
                    {id.value, seats.capacity, seats.taken, seats.waiting, seats.held_back,
                     seats.last_place, base::to_epoch(seats.last_asked_at), seats.reached});
}

constexpr db::Query set_results_at{"sessions.set_results", R"sql(
    UPDATE sessions SET results_at = $2, revision = revision + 1 WHERE id = $1
)sql"};

void set_results(db::Transaction& transaction, base::SessionId id, base::Time now) {
    transaction.run(set_results_at, {id.value, base::to_epoch(now)});
}

constexpr db::Query select_over{"sessions.over", R"sql(
    SELECT id FROM sessions
    WHERE offer_id = $1 AND (status = 'cancelled' OR (status = 'open' AND ends_at <= $2))
)sql"};

std::vector<base::SessionId> over(db::Transaction& transaction, base::OfferId offer,
                                  base::Time now) {
    std::vector<base::SessionId> found;
    transaction.run(select_over, {offer.value, base::to_epoch(now)},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

constexpr db::Query select_at_venue{"sessions.at_venue",
                                    "SELECT " SESSION_COLUMNS WITH_SLOT SESSIONS_AND_SLOTS R"sql(
    WHERE s.venue_id = $1 AND s.id <> $2 AND s.status <> 'cancelled'
      AND s.starts_at < $4 AND s.ends_at > $3
    ORDER BY s.starts_at, s.id, l.starts_at
)sql"};

std::vector<Session> at_venue(db::Transaction& transaction, const Session& s) {
    return sessions_from(
        transaction, select_at_venue,
        {venue_of(s), s.id.value, base::to_epoch(s.starts_at()), base::to_epoch(s.ends_at())});
}

constexpr db::Query select_reach{"sessions.reach_of_past", R"sql(
    SELECT reached FROM sessions
    WHERE offer_id = $1 AND status = 'open' AND ends_at <= $2
      AND (last_place > 0 OR taken = capacity)
    ORDER BY ends_at DESC, id DESC LIMIT 10
)sql"};

std::vector<int> reach_of_past(db::Transaction& transaction, base::OfferId offer, base::Time now) {
    std::vector<int> reach;
    transaction.run(select_reach, {offer.value, base::to_epoch(now)},
                    [&](const db::Row& row) { reach.push_back(small(row.integer(0))); });
    return reach;
}

constexpr db::Query select_counted{"sessions.counted", R"sql(
    SELECT id, status, starts_at, rules, results_at, )sql" SEAT_COLUMNS R"sql(
    FROM sessions ORDER BY id
)sql"};

std::vector<Counted> counted(db::Transaction& transaction) {
    std::vector<Counted> found;
    transaction.run(select_counted, {}, [&](const db::Row& row) {
        Counted one{.id = {row.integer(0)},
                    .status = status_of(row.text(1)),
                    .starts_at = base::from_epoch(row.integer(2)),
                    .seats = seats_from(row, 5),
                    .rules = seat_rules_from(row.text(3)),
                    .results_at = {}};
        if (const auto at = row.optional_integer(4)) one.results_at = base::from_epoch(*at);
        found.push_back(std::move(one));
    });
    return found;
}

constexpr db::Query select_next_free{"sessions.next_free", R"sql(
    SELECT id FROM sessions
    WHERE status = 'open' AND enrolment_closes_at > $1 AND enrolment_opens_at <= $1
      AND taken < capacity AND held_back = 0
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
      AND held_back = 0
)sql"};

void for_free(db::Transaction& transaction, base::Time now,
              const std::function<void(base::OfferId, base::Time, base::Time)>& on_session) {
    transaction.run(select_free, {base::to_epoch(now)}, [&](const db::Row& row) {
        on_session({row.integer(0)}, base::from_epoch(row.integer(1)),
                   base::from_epoch(row.integer(2)));
    });
}

}  // namespace sessions::store
