// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/enrolments.hpp"

#include "base/secrets.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "enrolments/rules.hpp"
#include "enrolments/store.hpp"
#include "enrolments/views.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

namespace enrolments {
namespace {

base::Error refusal(std::string message_key) {
    return {base::ErrorKind::conflict, std::move(message_key)};
}

// Moves those who wait up while there are seats. The session's row is locked by the caller.
sessions::Seats move_up(db::Transaction& transaction, base::SessionId session,
                        sessions::Seats seats, base::Time now) {
    while (seats.taken < seats.capacity && seats.waiting > 0) {
        const auto first = store::first_waiting(transaction, session);
        if (!first) throw std::logic_error("a session counts people who do not wait");
        store::set_state(transaction, first->id, State::seated, now);
        ++seats.taken;
        --seats.waiting;
    }
    return seats;
}

}  // namespace

std::string_view name_of(State state) {
    switch (state) {
        case State::seated:
            return "seated";
        case State::waiting:
            return "waiting";
        case State::withdrawn:
            return "withdrawn";
        case State::cancelled:
            return "cancelled";
    }
    return "";
}

Enrolments::Enrolments(db::Database& database, sessions::Sessions& sessions,
                       catalogue::Catalogue& catalogue)
    : database_(database), sessions_(sessions), catalogue_(catalogue) {}

base::Result<Enrolment> Enrolments::take_agreed(db::Transaction& transaction, base::PersonId person,
                                                base::SessionId session_id, base::Time now) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const auto session = sessions_.find(transaction, session_id);
    if (!session || session->status == sessions::Status::draft)
        return base::unexpected(
            base::Error{base::ErrorKind::not_found, "enrolments.session_unknown"});
    if (const auto held = store::find_held(transaction, session_id, person)) return *held;

    const db::Versions versions(transaction);
    const auto published = catalogue_.published(transaction, versions, today);
    const catalogue::Offer* offer = published->find(session->offer);
    if (offer == nullptr) return base::unexpected(refusal("enrolments.why_not.offer_retired"));
    const auto reader = catalogue_.reader(transaction, versions, person, today);
    if (const auto reason = why_not_take(*session, offer->eligibility, *reader, now))
        return base::unexpected(refusal(*reason));

    const auto got = sessions_.take(transaction, session_id);
    if (!got) return base::unexpected(refusal("enrolments.why_not.cancelled"));
    Enrolment enrolment{.id = {},
                        .session = session_id,
                        .person = person,
                        .state = got->seated ? State::seated : State::waiting,
                        .place = got->place,
                        .created_at = now,
                        .changed_at = now};
    const auto id = store::insert(transaction, enrolment);
    // The other click of a double click was faster: give back what this one took.
    if (!id) return base::unexpected(refusal("enrolments.already_held"));
    enrolment.id = *id;
    return enrolment;
}

base::Result<Enrolment> Enrolments::take(base::PersonId person, base::SessionId session,
                                         base::Time now) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const auto taken =
        database_.write([&](db::Transaction& transaction) -> base::Result<Enrolment> {
            if (approvals_ != nullptr &&
                approvals_->asks_first(transaction, db::Versions(transaction), person, session,
                                       today))
                return base::unexpected(refusal("enrolments.why_not.needs_request"));
            return take_agreed(transaction, person, session, now);
        });
    if (taken || taken.error().reasons.front().message_key != "enrolments.already_held")
        return taken;
    return database_.read([&](db::Transaction& transaction) -> base::Result<Enrolment> {
        if (const auto held = store::find_held(transaction, session, person)) return *held;
        return taken;
    });
}

void Enrolments::put_all(db::Transaction& transaction, base::SessionId session,
                         std::span<const base::PersonId> people, base::Time now) {
    const auto before = sessions_.lock(transaction, session);
    if (!before) throw std::logic_error("a load enrols people in a session that is not there");
    const auto free = static_cast<std::size_t>(before->capacity - before->taken);
    const auto seated = people.first(std::min(free, people.size()));
    sessions::Seats after = *before;
    after.taken += static_cast<int>(seated.size());
    sessions_.set_seats(transaction, session, *before, after);
    store::insert_seated(transaction, session, db::json_ids(seated), now);
    for (const base::PersonId person : people.subspan(seated.size()))
        store::insert(transaction, {.id = {},
                                    .session = session,
                                    .person = person,
                                    .state = State::waiting,
                                    .place = sessions_.take(transaction, session).value().place,
                                    .created_at = now,
                                    .changed_at = now});
}

base::Result<Enrolment> Enrolments::withdraw(base::PersonId person, base::EnrolmentId id,
                                             base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Enrolment> {
        const auto not_found = [] {
            return base::unexpected(
                base::Error{base::ErrorKind::not_found, "enrolments.enrolment_unknown"});
        };
        const auto seen = store::find(transaction, id);
        if (!seen || seen->person != person) return not_found();
        // The session first: whoever touches seats takes this lock before any other.
        const auto before = sessions_.lock(transaction, seen->session);
        const auto session = sessions_.find(transaction, seen->session);
        auto enrolment = store::find(transaction, id);
        if (!before || !session || !enrolment) return not_found();
        if (enrolment->state == State::withdrawn) return *enrolment;  // the second click
        if (const auto reason = why_not_withdraw(*enrolment, *session, now))
            return base::unexpected(refusal(*reason));

        sessions::Seats after = *before;
        if (enrolment->state == State::seated)
            --after.taken;
        else
            --after.waiting;
        store::set_state(transaction, id, State::withdrawn, now);
        after = move_up(transaction, session->id, after, now);
        sessions_.set_seats(transaction, session->id, *before, after);
        enrolment->state = State::withdrawn;
        enrolment->changed_at = now;
        ++enrolment->sequence;
        return *enrolment;
    });
}

Trainings Enrolments::trainings_of(db::Transaction& transaction, base::PersonId person,
                                   base::Time now) {
    const auto [enrolments, has_feed] = store::of_person(transaction, person);
    std::vector<base::SessionId> session_ids;
    for (const auto& [enrolment, ahead] : enrolments) session_ids.push_back(enrolment.session);
    const auto placed = sessions_.placed(transaction, session_ids);
    std::vector<base::OfferId> offer_ids;
    for (const auto& [id, found] : placed) offer_ids.push_back(found.session.offer);
    const auto titles = catalogue_.titles(transaction, offer_ids);

    std::vector<Training> trainings;
    trainings.reserve(enrolments.size());
    for (const auto& [enrolment, ahead] : enrolments) {
        const auto& [session, venue] = placed.at(enrolment.session);
        trainings.push_back({enrolment, session, venue, titles.at(session.offer), ahead});
    }
    std::stable_sort(trainings.begin(), trainings.end(),
                     [now](const Training& a, const Training& b) {
                         const bool a_past = a.session.ends_at() <= now;
                         const bool b_past = b.session.ends_at() <= now;
                         if (a_past != b_past) return b_past;
                         return a_past ? a.session.starts_at() > b.session.starts_at()
                                       : a.session.starts_at() < b.session.starts_at();
                     });
    return {std::move(trainings), has_feed};
}

std::vector<Enrolment> Enrolments::held_by(db::Transaction& transaction,
                                           const std::vector<base::PersonId>& people,
                                           base::Time since) {
    return store::held_by_all(transaction, db::json_ids(people), since);
}

std::string Enrolments::invitation(db::Transaction& transaction, const Enrolment& enrolment,
                                   std::string_view base_url) {
    if (enrolment.state != State::seated) return {};
    const auto placed = sessions_.placed(transaction, {enrolment.session});
    const auto at = placed.find(enrolment.session);
    if (at == placed.end()) return {};
    const auto& [session, venue] = at->second;
    const auto titles = catalogue_.titles(transaction, {session.offer});
    return enrolments::invitation({enrolment, session, venue, titles.at(session.offer)}, false,
                                  base_url);
}

std::vector<Enrolment> Enrolments::roster(db::Transaction& transaction, base::SessionId session) {
    return store::of_session(transaction, session);
}

std::string Enrolments::new_feed(base::PersonId person, base::Time now) {
    const std::string token = base::random_token();
    const std::string hash = base::sha256_hex(token);
    database_.write(
        [&](db::Transaction& transaction) { store::put_feed(transaction, person, hash, now); });
    return token;
}

std::optional<base::PersonId> Enrolments::owner_of_feed(db::Transaction& transaction,
                                                        std::string_view token) {
    return store::owner_of_feed(transaction, base::sha256_hex(token));
}

bool Enrolments::set_capacity(db::Transaction& transaction, base::SessionId session, int capacity,
                              base::Time now) {
    const auto before = sessions_.lock(transaction, session);
    if (!before || before->taken > capacity) return false;
    sessions::Seats after = *before;
    after.capacity = capacity;
    after = move_up(transaction, session, after, now);
    sessions_.set_seats(transaction, session, *before, after);
    return true;
}

void Enrolments::session_cancelled(db::Transaction& transaction, base::SessionId session,
                                   base::Time now) {
    const auto before = sessions_.lock(transaction, session);
    if (!before) return;
    store::cancel_all(transaction, session, now);
    sessions_.set_seats(transaction, session, *before, {before->capacity, 0, 0});
}

std::shared_ptr<const std::vector<base::OfferId>> Enrolments::with_free_seats(
    db::Transaction& transaction, const db::Versions& versions, base::Time now) {
    return sessions_.offers_with_free_seats(transaction, versions, now);
}

boost::json::value Enrolments::of_offer(db::Transaction& transaction, base::OfferId offer,
                                        std::optional<base::PersonId> reader, base::Time now) {
    const auto coming = sessions_.coming(transaction, offer, now);
    std::vector<base::SessionId> session_ids;
    std::vector<base::VenueId> venue_ids;
    for (const auto& session : coming) {
        session_ids.push_back(session.id);
        if (session.venue) venue_ids.push_back(*session.venue);
    }
    std::map<base::SessionId, Enrolment> held;
    if (reader && !coming.empty())
        for (const Enrolment& enrolment :
             store::held_by(transaction, *reader, db::json_ids(session_ids)))
            held.emplace(enrolment.session, enrolment);
    const bool asks =
        reader && approvals_ != nullptr && !coming.empty() &&
        approvals_->asks_first(transaction, db::Versions(transaction), *reader, coming.front().id,
                               std::chrono::floor<std::chrono::days>(now));
    return coming_sessions_view(coming, sessions_.venues(transaction, venue_ids), held, asks, now);
}

}  // namespace enrolments
