// SPDX-License-Identifier: EUPL-1.2
#include "sessions/sessions.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "sessions/store.hpp"

#include <algorithm>

namespace sessions {
namespace {

// Bumped when a session fills or frees its last seat, opens, changes or is called off: not with
// every seat, so that takers of different sessions do not queue for one counter.
constexpr std::string_view version_name = "sessions";

bool has_free(const Seats& seats) {
    return seats.taken < seats.capacity && !seats.held_back;
}

}  // namespace

std::string_view name_of(Status status) {
    switch (status) {
        case Status::draft:
            return "draft";
        case Status::open:
            return "open";
        case Status::cancelled:
            return "cancelled";
    }
    return "";
}

std::string_view name_of(Listed listed) {
    switch (listed) {
        case Listed::coming:
            return "coming";
        case Listed::past:
            return "past";
        case Listed::draft:
            return "draft";
        case Listed::cancelled:
            return "cancelled";
    }
    return "";
}

std::optional<Session> Sessions::find(db::Transaction& transaction, base::SessionId id) {
    return store::find(transaction, id);
}

std::map<base::SessionId, Placed> Sessions::placed(db::Transaction& transaction,
                                                   const std::vector<base::SessionId>& ids) {
    if (ids.empty()) return {};
    return store::placed(transaction, db::json_ids(ids));
}

std::map<base::SessionId, Dated> Sessions::dated(db::Transaction& transaction,
                                                 const std::vector<base::SessionId>& ids) {
    if (ids.empty()) return {};
    return store::dated(transaction, db::json_ids(ids));
}

std::vector<Session> Sessions::coming(db::Transaction& transaction, base::OfferId offer,
                                      base::Time now) {
    return store::coming(transaction, offer, now);
}

std::vector<Session> Sessions::coming(db::Transaction& transaction,
                                      const std::vector<base::OfferId>& offers, base::Time now) {
    return store::coming(transaction, db::json_ids(offers), now);
}

void Sessions::for_open(db::Transaction& transaction, base::Time now, const OnOpen& on_session) {
    store::for_open(transaction, now, on_session);
}

std::vector<Placed> Sessions::next_with_free_seats(db::Transaction& transaction, base::Time now,
                                                   int most) {
    const auto ids = store::next_free(transaction, now, most);
    auto by_id = placed(transaction, ids);
    std::vector<Placed> sessions;
    sessions.reserve(ids.size());
    for (const base::SessionId id : ids) sessions.push_back(std::move(by_id.at(id)));
    return sessions;
}

std::vector<Session> Sessions::list(db::Transaction& transaction, const ListQuery& query,
                                    base::Time now) {
    return store::list(transaction, query, now);
}

std::map<Listed, int> Sessions::count(db::Transaction& transaction, const ListQuery& query,
                                      base::Time now) {
    return store::count(transaction, query, now);
}

std::vector<base::OfferId> Sessions::offers_of(
    db::Transaction& transaction, const std::vector<base::OrganisationId>& organisations) {
    return store::offers_of(transaction, db::json_ids(organisations));
}

std::optional<base::SessionId> Sessions::find_same(db::Transaction& transaction,
                                                   const Session& session) {
    db::bump_version(transaction, version_name);  // locks the counter, which insert() needs, too
    return store::find_same(transaction, session);
}

std::vector<base::SessionId> Sessions::over(db::Transaction& transaction, base::OfferId offer,
                                            base::Time now) {
    return store::over(transaction, offer, now);
}

std::vector<Session> Sessions::same_venue(db::Transaction& transaction, const Session& session) {
    if (!session.venue) return {};
    auto others = store::at_venue(transaction, session);
    // A day that both use does not yet mean an hour that both use.
    std::erase_if(others, [&](const Session& other) {
        return std::ranges::none_of(other.slots, [&](const Slot& theirs) {
            return std::ranges::any_of(session.slots, [&](const Slot& ours) {
                return ours.starts_at < theirs.ends_at && theirs.starts_at < ours.ends_at;
            });
        });
    });
    return others;
}

std::vector<int> Sessions::reach_of_past(db::Transaction& transaction, base::OfferId offer,
                                         base::Time now) {
    return store::reach_of_past(transaction, offer, now);
}

std::vector<Counted> Sessions::counted(db::Transaction& transaction) {
    return store::counted(transaction);
}

std::map<base::VenueId, Venue> Sessions::venues(db::Transaction& transaction,
                                                const std::vector<base::VenueId>& ids) {
    std::map<base::VenueId, Venue> found;
    if (ids.empty()) return found;
    for (Venue& venue : store::venues(transaction, db::json_ids(ids)))
        found.emplace(venue.id, std::move(venue));
    return found;
}

std::vector<Venue> Sessions::all_venues(db::Transaction& transaction) {
    return store::all_venues(transaction);
}

std::optional<Venue> Sessions::find_venue(db::Transaction& transaction, std::string_view code) {
    return store::find_venue(transaction, code);
}

std::shared_ptr<const std::vector<base::OfferId>> Sessions::offers_with_free_seats(
    db::Transaction& transaction, const db::Versions& versions, base::Time now) {
    const std::int64_t wanted = versions.of(version_name);
    const std::lock_guard lock(mutex_);
    if (free_.version >= wanted && free_.from <= now && now < free_.until) return free_.offers;

    auto offers = std::make_shared<std::vector<base::OfferId>>();
    base::Time until = base::Time::max();
    store::for_free(transaction, now,
                    [&](base::OfferId offer, base::Time opens_at, base::Time closes_at) {
                        until = std::min(until, opens_at > now ? opens_at : closes_at);
                        if (opens_at <= now) offers->push_back(offer);
                    });
    free_ = {wanted, now, until, std::move(offers)};
    return free_.offers;
}

base::SessionId Sessions::insert(db::Transaction& transaction, const Session& session) {
    db::bump_version(transaction, version_name);
    return store::insert(transaction, session);
}

std::optional<base::VenueId> Sessions::insert(db::Transaction& transaction, const Venue& venue) {
    return store::insert(transaction, venue);
}

bool Sessions::update(db::Transaction& transaction, const Venue& venue) {
    return store::update(transaction, venue);
}

bool Sessions::update(db::Transaction& transaction, const Session& session) {
    if (!store::update(transaction, session)) return false;
    db::bump_version(transaction, version_name);
    return true;
}

bool Sessions::remove_draft(db::Transaction& transaction, const Session& session) {
    return store::remove_draft(transaction, session);
}

std::optional<Taken> Sessions::take(db::Transaction& transaction, base::SessionId id,
                                    base::Time now) {
    const auto after = store::take(transaction, id, now);
    if (!after) return std::nullopt;
    // Whoever comes while somebody waits gets a place, so who waits after taking is on the list,
    // and who does not has a seat.
    const bool seated = after->waiting == 0;
    if (seated && after->full()) db::bump_version(transaction, version_name);
    return Taken{seated, seated ? 0 : after->last_place, seated ? now : after->last_asked_at};
}

std::optional<Seats> Sessions::lock(db::Transaction& transaction, base::SessionId id) {
    return store::lock(transaction, id);
}

std::optional<Session> Sessions::lock_whole(db::Transaction& transaction, base::SessionId id) {
    if (!store::lock(transaction, id)) return std::nullopt;
    return store::find(transaction, id);
}

void Sessions::set_results(db::Transaction& transaction, base::SessionId id, base::Time now) {
    store::set_results(transaction, id, now);
}

void Sessions::set_seats(db::Transaction& transaction, base::SessionId id, const Seats& before,
                         const Seats& after) {
    if (before == after) return;
    store::set_seats(transaction, id, after);
    if (has_free(before) != has_free(after)) db::bump_version(transaction, version_name);
}

}  // namespace sessions
