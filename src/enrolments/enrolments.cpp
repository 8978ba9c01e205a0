// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/enrolments.hpp"

#include "audit/audit.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "enrolments/found.hpp"
#include "enrolments/post.hpp"
#include "enrolments/rules.hpp"
#include "enrolments/store.hpp"
#include "enrolments/views.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <stdexcept>

namespace enrolments {

std::string_view name_of(State state) {
    switch (state) {
        case State::applied:
            return "applied";
        case State::seated:
            return "seated";
        case State::offered:
            return "offered";
        case State::waiting:
            return "waiting";
        case State::withdrawn:
            return "withdrawn";
        case State::declined:
            return "declined";
        case State::expired:
            return "expired";
        case State::refused:
            return "refused";
        case State::transferred:
            return "transferred";
        case State::replaced:
            return "replaced";
        case State::cancelled:
            return "cancelled";
    }
    return "";
}

Enrolments::Enrolments(db::Database& database, sessions::Sessions& sessions,
                       catalogue::Catalogue& catalogue, identity::Identity& identity,
                       organisations::Organisations& organisations, Origin origin)
    : database_(database),
      sessions_(sessions),
      catalogue_(catalogue),
      identity_(identity),
      organisations_(organisations),
      post_(std::make_unique<const Post>(identity, catalogue, sessions, std::move(origin))) {}

Enrolments::~Enrolments() = default;

std::string Enrolments::standing_of(db::Transaction& transaction, const catalogue::Reader& reader,
                                    base::OfferId offer, base::Time now) {
    Standing standing{.population = reader.population,
                      .contractor = reader.contractor,
                      .organisations = reader.organisations,
                      .department = {},
                      .town = {}};
    const auto tree = organisations_.tree(transaction, db::Versions(transaction));
    for (const std::string& code : reader.organisations) {
        const auto* organisation = tree->find(code);
        if (organisation == nullptr) continue;
        if (standing.department.empty()) standing.department = organisation->department;
        if (standing.town.empty()) standing.town = base::slug(organisation->town);
    }
    standing.waited = store::lists_without_seat(
        transaction, reader.person, db::json_ids(sessions_.over(transaction, offer, now)));
    return to_json(standing);
}

base::Result<std::string> Enrolments::prerequisite_of(db::Transaction& transaction,
                                                      const sessions::Session& session,
                                                      base::PersonId person, const Asking* asking,
                                                      base::Time now) {
    for (const base::OfferId offer : session.rules.prerequisites) {
        const auto over = sessions_.over(transaction, offer, now);
        if (store::seats_held(transaction, person, db::json_ids(over)) > 0) continue;
        if (asking != nullptr && !asking->declares_prerequisites)
            return base::unexpected(
                base::Error{base::ErrorKind::conflict,
                            base::Reason{"enrolments.why_not.prerequisite", "prerequisite"}});
        return "declared";
    }
    return "";
}

base::Result<Enrolment> Enrolments::take_by_rules(db::Transaction& transaction,
                                                  const sessions::Session& seen,
                                                  const catalogue::Reader& reader,
                                                  const Asking* asking, std::string_view motivation,
                                                  std::string prerequisite, base::Time now) {
    Enrolment enrolment{.id = {},
                        .session = seen.id,
                        .person = reader.person,
                        .created_at = now,
                        .changed_at = now,
                        .asked_at = now,
                        .standing = standing_of(transaction, reader, seen.offer, now),
                        .prerequisite = std::move(prerequisite)};
    auto locked = sessions_.lock_whole(transaction, seen.id);
    if (!locked || locked->status != sessions::Status::open)
        return base::unexpected(refusal("enrolments.why_not.cancelled"));
    Desk desk(transaction, sessions_, *post_, *std::move(locked), now);
    if (desk.session().selecting()) {
        if (now >= desk.session().rules.apply_until)
            return base::unexpected(refusal("enrolments.why_not.applications_over"));
        if (asking != nullptr && motivation.empty())
            return base::unexpected(
                base::Error{base::ErrorKind::invalid,
                            base::Reason{"enrolments.why_not.no_motivation", "motivation"}});
        enrolment.state = State::applied;
    } else {
        desk.give_free_seats();
        if (auto pool = desk.free_for(standing_from(enrolment.standing))) {
            enrolment.state = State::seated;
            enrolment.pool = *std::move(pool);
            enrolment.given_at = now;
        } else {
            desk.put_on_list(enrolment);
        }
    }
    const bool applies = enrolment.state == State::applied;
    auto added = desk.add(std::move(enrolment), applies ? motivation : "");
    if (!added) return base::unexpected(refusal("enrolments.already_held"));
    // A seat is free for a newcomer while others wait only where a quota keeps it for some.
    if (added->state == State::seated) desk.pass(*added, Why::quota);
    desk.close();
    return *std::move(added);
}

base::Result<Enrolment> Enrolments::take_placed(db::Transaction& transaction, const Agreed& agreed,
                                                const Asking* asking, base::Time now) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const sessions::Session& session = agreed.placed.session;
    const base::PersonId person = agreed.person.id;
    if (const auto held = store::find_held(transaction, session.id, person)) {
        // Whoever applied may say more until the applications close.
        if (held->state == State::applied && asking != nullptr && !asking->motivation.empty() &&
            session.selecting() && now < session.rules.apply_until)
            store::set_motivation(transaction, held->id, asking->motivation);
        return *held;
    }

    const auto published = catalogue_.published(transaction, agreed.versions, today);
    const catalogue::Offer* offer = published->find(session.offer);
    if (offer == nullptr) return base::unexpected(refusal("enrolments.why_not.offer_retired"));
    const auto reader = catalogue_.reader(transaction, agreed.versions, person, today);
    if (const auto reason = why_not_take(session, offer->eligibility, *reader, now))
        return base::unexpected(refusal(*reason));
    auto prerequisite = prerequisite_of(transaction, session, person, asking, now);
    if (!prerequisite) return base::unexpected(std::move(prerequisite.error()));

    Enrolment enrolment;
    if (const auto got = sessions_.take(transaction, session.id, now)) {
        enrolment = {.id = {},
                     .session = session.id,
                     .person = person,
                     .state = got->seated ? State::seated : State::waiting,
                     .place = got->place,
                     .created_at = now,
                     .changed_at = now,
                     .asked_at = got->asked_at,
                     .given_at = got->seated ? std::optional{now} : std::nullopt,
                     .prerequisite = *std::move(prerequisite)};
        const auto id = store::insert(transaction, enrolment);
        // The other click of a double click was faster: give back what this one took.
        if (!id) return base::unexpected(refusal("enrolments.already_held"));
        enrolment.id = *id;
    } else {
        auto taken = take_by_rules(transaction, session, *reader, asking, agreed.motivation,
                                   *std::move(prerequisite), now);
        if (!taken) return taken;
        enrolment = *std::move(taken);
    }
    if (enrolment.state == State::waiting)
        enrolment.returned = store::use_return(transaction, person, session.offer, enrolment.id);
    record(transaction, "take", enrolment, person, "agent", session, now);
    // Where it was agreed elsewhere, that letter tells of the seat, too.
    if (asking != nullptr)
        post_->taken(transaction, agreed.placed, {"", offer->shown_title()}, agreed.person,
                     enrolment, now);
    return enrolment;
}

base::Result<Enrolment> Enrolments::take_agreed(db::Transaction& transaction, const Agreed& agreed,
                                                base::Time now) {
    if (agreed.placed.session.status == sessions::Status::draft)
        return base::unexpected(
            base::Error{base::ErrorKind::not_found, "enrolments.session_unknown"});
    return take_placed(transaction, agreed, nullptr, now);
}

base::Result<Enrolment> Enrolments::take(base::PersonId person, base::SessionId session,
                                         base::Time now, const Asking& asking) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const auto taken =
        database_.write([&](db::Transaction& transaction) -> base::Result<Enrolment> {
            const db::Versions versions(transaction);
            if (approvals_ != nullptr &&
                approvals_->asks_first(transaction, versions, person, session, today) &&
                !store::find_held(transaction, session, person))
                return base::unexpected(refusal("enrolments.why_not.needs_request"));
            const auto placed = sessions_.placed(transaction, {session});
            const auto who = identity_.find(transaction, person);
            if (!who || placed.empty() ||
                placed.begin()->second.session.status == sessions::Status::draft)
                return base::unexpected(
                    base::Error{base::ErrorKind::not_found, "enrolments.session_unknown"});
            return take_placed(transaction,
                               {versions, placed.begin()->second, *who, asking.motivation}, &asking,
                               now);
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
    for (const base::PersonId person : people.subspan(seated.size())) {
        const auto taken = sessions_.take(transaction, session, now);
        if (!taken) throw std::logic_error("a load enrols people in a session with rules");
        store::insert(transaction, {.id = {},
                                    .session = session,
                                    .person = person,
                                    .state = State::waiting,
                                    .place = taken->place,
                                    .created_at = now,
                                    .changed_at = now,
                                    .asked_at = taken->asked_at});
    }
}

base::Result<Enrolments::Found> Enrolments::find_locked(db::Transaction& transaction,
                                                        base::EnrolmentId id,
                                                        std::optional<base::PersonId> owner,
                                                        base::Time now) {
    const auto unknown = [] {
        return base::unexpected(
            base::Error{base::ErrorKind::not_found, "enrolments.enrolment_unknown"});
    };
    const auto seen = store::find(transaction, id);
    if (!seen || (owner && seen->person != *owner)) return unknown();
    // The session first: whoever touches seats takes this lock before any other.
    auto session = sessions_.lock_whole(transaction, seen->session);
    auto enrolment = store::find(transaction, id);
    if (!session || !enrolment) return unknown();
    return Found{*std::move(enrolment),
                 Desk(transaction, sessions_, *post_, *std::move(session), now)};
}

base::Result<Enrolment> Enrolments::withdraw(base::PersonId person, base::EnrolmentId id,
                                             base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Enrolment> {
        auto found = find_locked(transaction, id, person, now);
        if (!found) return base::unexpected(std::move(found.error()));
        auto& [enrolment, desk] = *found;
        if (enrolment.state == State::withdrawn) return enrolment;  // the second click
        if (const auto reason = why_not_withdraw(enrolment, desk.session(), now))
            return base::unexpected(refusal(*reason));
        const bool had_seat = enrolment.state == State::seated;
        // Whose session was moved gives back without penalty, and comes first another time.
        if (enrolment.moved)
            store::insert_return(transaction, person, desk.session().offer, enrolment.session, now);
        desk.end(enrolment, State::withdrawn);
        desk.give_free_seats();
        desk.close();
        record(transaction, "withdraw", enrolment, person, "agent", desk.session(), now);
        if (had_seat) post_->given_back(transaction, desk.session(), enrolment, now);
        return enrolment;
    });
}

base::Result<Enrolment> Enrolments::answer(base::PersonId person, base::EnrolmentId id, bool accept,
                                           base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Enrolment> {
        auto found = find_locked(transaction, id, person, now);
        if (!found) return base::unexpected(std::move(found.error()));
        auto& [enrolment, desk] = *found;
        const State wanted = accept ? State::seated : State::declined;
        if (enrolment.state == wanted) return enrolment;  // the second click
        if (const auto reason = why_not_answer(enrolment, desk.session(), now))
            return base::unexpected(refusal(*reason));
        if (accept) {
            store::set_state(transaction, id, State::seated, now);
            enrolment.state = State::seated;
            ++enrolment.sequence;
        } else {
            desk.end(enrolment, State::declined);
            desk.give_free_seats();
            desk.close();
        }
        record(transaction, accept ? "accept" : "decline", enrolment, person, "agent",
               desk.session(), now);
        if (accept) post_->taken(transaction, desk.session(), enrolment, now);
        return enrolment;
    });
}

void Enrolments::expire_offer(base::EnrolmentId id, base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        auto found = find_locked(transaction, id, std::nullopt, now);
        if (!found) return;
        auto& [enrolment, desk] = *found;
        if (enrolment.state != State::offered || now <= *enrolment.answer_by) return;
        desk.end(enrolment, State::expired);
        desk.give_free_seats();
        desk.close();
        record(transaction, "expire", enrolment, std::nullopt, "program", desk.session(), now);
        post_->expired(transaction, desk.session(), enrolment, now);
    });
}

void Enrolments::release_quotas(base::SessionId id, base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        auto session = sessions_.lock_whole(transaction, id);
        if (!session) return;
        Desk desk(transaction, sessions_, *post_, *std::move(session), now);
        desk.give_free_seats();
        desk.close();
    });
}

std::optional<Enrolment> Enrolments::find(db::Transaction& transaction, base::EnrolmentId id) {
    return store::find(transaction, id);
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
        // Where a rule of the session orders the list, the place is not only the time of asking.
        const bool ruled = enrolment.state == State::waiting && session.rules.ruled();
        trainings.push_back(
            {enrolment, session, venue, titles.at(session.offer),
             ruled ? place_of(transaction, enrolment, session, now).rank - 1 : ahead});
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

std::vector<Held> Enrolments::held_by(db::Transaction& transaction,
                                      const std::vector<base::PersonId>& people, base::Time since) {
    return store::held_by_all(transaction, db::json_ids(people), since);
}

std::string Enrolments::invitation(const Training& training, const identity::Person& person) const {
    if (training.enrolment.state != State::seated) return {};
    return post_->invitation(training, person, false);
}

Place Enrolments::place_of(db::Transaction& transaction, const Enrolment& enrolment,
                           const sessions::Session& session, base::Time now) {
    Place place;
    if (enrolment.state != State::waiting) return place;
    std::vector<Waiter> waiters;
    for (const Enrolment& row : store::of_session(transaction, session.id))
        if (row.state == State::waiting) waiters.push_back(waiter_of(row));
    const Order order = order_of(std::move(waiters), session.rules, !session.venue);
    const auto at = static_cast<std::size_t>(
        std::ranges::find(order.waiters, enrolment.id, &Waiter::id) - order.waiters.begin());
    place.rank = static_cast<int>(at) + 1;
    place.of = static_cast<int>(order.waiters.size());
    if (at > 0) place.why_before = name_of(order.why[at - 1]);
    if (at < order.why.size()) place.why_after = name_of(order.why[at]);
    const auto past = sessions_.reach_of_past(transaction, session.offer, now);
    // The seats that this list already got count as well.
    if (const auto found = chance(past, place.rank + session.seats.reached)) {
        place.known = true;
        place.reached = found->reached;
        place.sessions = found->of;
    }
    place.overtaken = store::overtakings_of(transaction, enrolment.id);
    return place;
}

std::optional<Training> Enrolments::asked_to_replace(db::Transaction& transaction,
                                                     base::PersonId colleague,
                                                     std::int64_t replacement) {
    const auto asked = store::find_replacement(transaction, replacement);
    if (!asked || !asked->open || asked->colleague != colleague) return std::nullopt;
    const auto enrolment = store::find(transaction, asked->enrolment);
    if (!enrolment) return std::nullopt;
    auto placed = sessions_.placed(transaction, {enrolment->session});
    auto& [session, venue] = placed.at(enrolment->session);
    auto titles = catalogue_.titles(transaction, {session.offer});
    return Training{*enrolment, session, venue, titles.at(session.offer), 0};
}

Selection Enrolments::selection(db::Transaction& transaction, base::SessionId id) {
    Selection selection;
    const auto session = sessions_.find(transaction, id);
    if (!session) return selection;
    for (const Enrolment& row : store::of_session(transaction, id))
        if (row.state == State::applied || row.rank > 0) selection[row.id].score = row.score;
    for (const auto& [enrolment, text] : store::motivations(transaction, id))
        if (const auto found = selection.find(enrolment); found != selection.end())
            found->second.motivation = text;
    for (const auto& [enrolment, grades] : store::grades(transaction, id)) {
        const auto found = selection.find(enrolment);
        if (found == selection.end()) continue;
        for (const Grade& grade : grades) {
            auto& points = found->second.points[grade.grader];
            points.resize(session->rules.grid.size());
            if (grade.criterion < static_cast<int>(points.size()))
                points[static_cast<std::size_t>(grade.criterion)] = grade.points;
        }
        found->second.score = score(grades, session->rules.grid);
    }
    return selection;
}

void Enrolments::complete_standings(db::Transaction& transaction, const sessions::Session& session,
                                    std::vector<Enrolment>& enrolments, base::Time now) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const db::Versions versions(transaction);
    for (Enrolment& enrolment : enrolments)
        if (enrolment.standing.empty())
            if (const auto reader =
                    catalogue_.reader(transaction, versions, enrolment.person, today))
                enrolment.standing = standing_of(transaction, *reader, session.offer, now);
}

std::vector<Enrolment> Enrolments::roster(db::Transaction& transaction,
                                          const sessions::Session& session) {
    auto rows = store::of_session(transaction, session.id);
    if (!session.rules.ruled() && !session.results_at) return rows;
    // Those who wait, in the order in which seats would be offered to them.
    std::ranges::stable_sort(rows, [&](const Enrolment& a, const Enrolment& b) {
        const bool a_waits = a.state == State::waiting;
        const bool b_waits = b.state == State::waiting;
        if (a_waits != b_waits) return b_waits;
        return a_waits && compare(waiter_of(a), waiter_of(b), session.rules, !session.venue).first;
    });
    return rows;
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

std::shared_ptr<const std::vector<base::OfferId>> Enrolments::with_free_seats(
    db::Transaction& transaction, const db::Versions& versions, base::Time now) {
    return sessions_.offers_with_free_seats(transaction, versions, now);
}

catalogue::Periods Enrolments::periods(db::Transaction& transaction, base::Time now) {
    catalogue::Periods found;
    sessions_.for_open(transaction, now, [&](base::OfferId offer, auto... times) {
        found[offer].push_back({base::in_paris(times).day...});
    });
    return found;
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
