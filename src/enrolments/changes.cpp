// SPDX-License-Identifier: EUPL-1.2
// Seats that change hands or sessions, and sessions that change.
#include "audit/audit.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "enrolments/found.hpp"
#include "enrolments/post.hpp"
#include "enrolments/rules.hpp"
#include "enrolments/store.hpp"
#include "identity/identity.hpp"
#include "jobs/jobs.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>

namespace enrolments {
namespace {

base::unexpected<base::Error> unknown(std::string message_key) {
    return base::unexpected(base::Error{base::ErrorKind::not_found, std::move(message_key)});
}

void record_session(db::Transaction& transaction, std::string_view verb,
                    const sessions::Session& session, base::PersonId by, std::string after,
                    base::Time now) {
    const std::string action = "sessions." + std::string{verb};
    audit::record(transaction, {.at = now,
                                .actor = by,
                                .role = "organiser",
                                .perimeter = session.organisation,
                                .action = action,
                                .object = "session",
                                .object_id = session.id.value,
                                .after = std::move(after)});
}

}  // namespace

base::Result<Enrolment> Enrolments::transfer(base::PersonId person, base::EnrolmentId id,
                                             base::SessionId to_id, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Enrolment> {
        const auto seen = store::find(transaction, id);
        if (!seen || seen->person != person) return unknown("enrolments.enrolment_unknown");
        if (seen->session == to_id)
            return base::unexpected(refusal("enrolments.why_not.other_offer"));
        // Two rows: always the smaller id first, so that two who swap do not wait for each other.
        auto first = sessions_.lock_whole(transaction, std::min(seen->session, to_id));
        auto second = sessions_.lock_whole(transaction, std::max(seen->session, to_id));
        auto enrolment = store::find(transaction, id);
        if (!first || !second || !enrolment) return unknown("enrolments.session_unknown");
        if (first->id == to_id) std::swap(first, second);
        Desk from(transaction, sessions_, *post_, *std::move(first), now);
        Desk to(transaction, sessions_, *post_, *std::move(second), now);
        if (const auto reason = why_not_transfer(*enrolment, from.session(), to.session(), now))
            return base::unexpected(refusal(*reason));
        if (const auto held = store::find_held(transaction, to_id, person))
            return base::unexpected(refusal("enrolments.already_held"));

        const auto today = std::chrono::floor<std::chrono::days>(now);
        const db::Versions versions(transaction);
        const auto published = catalogue_.published(transaction, versions, today);
        const catalogue::Offer* offer = published->find(to.session().offer);
        if (offer == nullptr) return base::unexpected(refusal("enrolments.why_not.offer_retired"));
        const auto reader = catalogue_.reader(transaction, versions, person, today);
        if (const auto reason = why_not_take(to.session(), offer->eligibility, *reader, now))
            return base::unexpected(refusal(*reason));

        Enrolment moved{.id = {},
                        .session = to_id,
                        .person = person,
                        .created_at = now,
                        .changed_at = now,
                        .standing = to.session().rules.ruled()
                                        ? standing_of(transaction, *reader, to.session().offer, now)
                                        : std::string{},
                        .prerequisite = enrolment->prerequisite};
        to.give_free_seats();
        if (auto pool = to.free_for(standing_from(moved.standing))) {
            moved.state = State::seated;
            moved.pool = *std::move(pool);
            moved.given_at = now;
        } else if (enrolment->state == State::seated) {
            return base::unexpected(refusal("enrolments.why_not.no_seat_there"));
        } else {
            to.put_on_list(moved);
        }
        moved.asked_at = enrolment->asked_at;
        from.end(*enrolment, State::transferred);
        auto added = to.add(std::move(moved));
        if (!added) return base::unexpected(refusal("enrolments.already_held"));
        if (added->state == State::seated) to.pass(*added, Why::quota);
        from.give_free_seats();
        from.close();
        to.close();
        record(transaction, "transfer", *enrolment, person, "agent", from.session(), now);
        record(transaction, "transfer", *added, person, "agent", to.session(), now);
        if (enrolment->given_at) post_->given_back(transaction, from.session(), *enrolment, now);
        post_->taken(transaction, to.session(), *added, now);
        return *added;
    });
}

base::Result<Enrolment> Enrolments::keep(base::PersonId person, base::EnrolmentId id,
                                         base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Enrolment> {
        auto found = find_locked(transaction, id, person, now);
        if (!found) return base::unexpected(std::move(found.error()));
        Enrolment& enrolment = found->enrolment;
        if (!enrolment.has_seat()) return base::unexpected(refusal("enrolments.why_not.not_held"));
        if (!enrolment.moved) return enrolment;  // the second click
        store::set_kept(transaction, id, now);
        enrolment.moved = false;
        record(transaction, "keep", enrolment, person, "agent", found->desk.session(), now);
        return enrolment;
    });
}

base::Result<Enrolment> Enrolments::propose_colleague(base::PersonId by, bool as_organiser,
                                                      base::EnrolmentId id, std::string_view email,
                                                      base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Enrolment> {
        auto found =
            find_locked(transaction, id, as_organiser ? std::nullopt : std::optional{by}, now);
        if (!found) return base::unexpected(std::move(found.error()));
        const auto& [enrolment, desk] = *found;
        if (const auto reason = why_not_replace(enrolment, desk.session(), now))
            return base::unexpected(refusal(*reason));
        const auto wrong = [](const char* key) {
            return base::unexpected(
                base::Error{base::ErrorKind::invalid, base::Reason{key, "email"}});
        };
        const auto colleague = identity_.find_by_email(transaction, email);
        if (!colleague) return wrong("enrolments.why_not.colleague_unknown");
        if (colleague->id == enrolment.person) return wrong("enrolments.why_not.colleague_self");
        const auto day = std::chrono::floor<std::chrono::days>(now);
        const auto works =
            identity_.affiliations(transaction, {enrolment.person, colleague->id}, day);
        if (works.size() != 2 ||
            works.at(enrolment.person).organisation != works.at(colleague->id).organisation)
            return wrong("enrolments.why_not.colleague_elsewhere");
        if (store::find_held(transaction, enrolment.session, colleague->id))
            return wrong("enrolments.why_not.colleague_holds");
        const auto replacement = store::put_replacement(
            transaction,
            {.id = 0, .enrolment = id, .colleague = colleague->id, .proposed_by = by, .open = true},
            now);
        record(transaction, "propose_colleague", enrolment, by,
               as_organiser ? "organiser" : "agent", desk.session(), now);
        post_->replacement_asked(transaction, desk.session(), colleague->id, enrolment.person,
                                 replacement, now);
        return enrolment;
    });
}

base::Result<Enrolment> Enrolments::answer_colleague(base::PersonId colleague, std::int64_t id,
                                                     bool accept, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Enrolment> {
        const auto asked = store::find_replacement(transaction, id);
        if (!asked || asked->colleague != colleague)
            return unknown("enrolments.replacement_unknown");
        auto found = find_locked(transaction, asked->enrolment, std::nullopt, now);
        if (!found) return base::unexpected(std::move(found.error()));
        auto& [enrolment, desk] = *found;
        const auto still = store::find_replacement(transaction, id);
        if (!still || !still->open)
            return base::unexpected(refusal("enrolments.why_not.replacement_over"));
        if (const auto reason = why_not_replace(enrolment, desk.session(), now))
            return base::unexpected(refusal(*reason));
        if (!accept) {
            store::close_replacement(transaction, id, "declined");
            record(transaction, "decline_replacement", enrolment, colleague, "agent",
                   desk.session(), now);
            return enrolment;
        }
        const auto today = std::chrono::floor<std::chrono::days>(now);
        const db::Versions versions(transaction);
        const auto published = catalogue_.published(transaction, versions, today);
        const catalogue::Offer* offer = published->find(desk.session().offer);
        if (offer == nullptr) return base::unexpected(refusal("enrolments.why_not.offer_retired"));
        const auto reader = catalogue_.reader(transaction, versions, colleague, today);
        if (const auto reason = catalogue::why_not_take(offer->eligibility, *reader))
            return base::unexpected(refusal("catalogue.why_not." + std::string{*reason}));
        Enrolment taken{
            .id = {},
            .session = enrolment.session,
            .person = colleague,
            .state = State::seated,
            .created_at = now,
            .changed_at = now,
            .asked_at = now,
            .pool = enrolment.pool,
            .standing = desk.session().rules.ruled()
                            ? standing_of(transaction, *reader, desk.session().offer, now)
                            : std::string{},
            .given_at = now,
            .prerequisite = desk.session().rules.prerequisites.empty() ? "" : "declared"};
        // A seat of a quota stays with those for whom it is kept.
        for (const sessions::Quota& quota : desk.session().rules.quotas)
            if (quota.pool() == taken.pool && now < quota.reserved_until &&
                !fits(quota, standing_from(taken.standing)))
                return base::unexpected(refusal("enrolments.why_not.quota_of_seat"));
        desk.end(enrolment, State::replaced);
        auto added = desk.add(std::move(taken));
        if (!added) return base::unexpected(refusal("enrolments.already_held"));
        desk.pass(*added, Why::replacement);
        desk.close();
        store::close_replacement(transaction, id, "accepted");
        record(transaction, "replace", enrolment, colleague, "agent", desk.session(), now);
        record(transaction, "replace", *added, colleague, "agent", desk.session(), now);
        post_->given_back(transaction, desk.session(), enrolment, now);
        post_->taken(transaction, desk.session(), *added, now);
        return *added;
    });
}

void Enrolments::put_down_jobs(db::Transaction& transaction, const sessions::Session& session,
                               base::Time now) {
    if (session.status != sessions::Status::open) return;
    const std::string id = std::to_string(session.id.value);
    const auto put = [&](std::string_view verb, base::Time due_at) {
        if (due_at <= now) return;
        const std::string kind = "enrolments." + std::string{verb};
        const std::string unique = id + "@" + std::to_string(base::to_epoch(due_at));
        jobs::enqueue(transaction, {.kind = kind,
                                    .payload = R"({"session":)" + id + "}",
                                    .due_at = due_at,
                                    .unique = unique});
    };
    for (const sessions::Quota& quota : session.rules.quotas)
        put("release_quotas", quota.reserved_until);
    if (session.rules.selection == sessions::Selection::on_motivation)
        put("call_for_results", session.rules.apply_until);
    // In the morning in Paris, or an hour later in summer.
    if (session.minimum > 0 && session.rules.minimum_by)
        put("warn_of_minimum", base::Time{*session.rules.minimum_by} + std::chrono::hours{7});
}

std::vector<base::PersonId> Enrolments::organisers_of(db::Transaction& transaction,
                                                      const sessions::Session& session) {
    std::vector<base::OrganisationId> chain;
    for (const auto* organisation :
         organisations_.tree(transaction, db::Versions(transaction))->chain(session.organisation))
        chain.push_back(organisation->id);
    return identity_.nearest_holders(transaction, "organiser", chain, {});
}

void Enrolments::warn_of_minimum(base::SessionId id, base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        const auto session = sessions_.find(transaction, id);
        if (!session || session->status != sessions::Status::open || now >= session->starts_at() ||
            session->seats.taken >= session->minimum || !session->rules.minimum_by ||
            now < base::Time{*session->rules.minimum_by})
            return;
        post_->minimum_not_reached(transaction, *session, organisers_of(transaction, *session),
                                   now);
    });
}

base::Result<void> Enrolments::session_changed(db::Transaction& transaction,
                                               const sessions::Session& before,
                                               const sessions::Session& after, base::PersonId by,
                                               base::Time now) {
    const auto wrong = [](const char* key, const char* field, int count) {
        return base::unexpected(
            base::Error{base::ErrorKind::invalid,
                        base::Reason{key, field, {{"count", std::to_string(count)}}}});
    };
    auto locked = sessions_.lock_whole(transaction, after.id);
    if (!locked) return unknown("enrolments.session_unknown");
    Desk desk(transaction, sessions_, *post_, *std::move(locked), now);
    if (desk.seats().taken > after.seats.capacity)
        return wrong("sessions.problem.fewer_than_taken", "capacity", desk.seats().taken);
    desk.seats().capacity = after.seats.capacity;

    const bool other_rules = before.rules != after.rules;
    if (other_rules) {
        const auto rows = store::of_session(transaction, after.id);
        if (before.rules.selection != after.rules.selection && !rows.empty())
            return wrong("sessions.problem.selection_begun", "selection",
                         static_cast<int>(rows.size()));
        if (before.rules.grid != after.rules.grid && !store::grades(transaction, after.id).empty())
            return wrong("sessions.problem.grading_begun", "grid.0.name", 0);
        if (after.rules.ruled()) {
            // Rules that ask more of people than those under which they came.
            auto complete = rows;
            complete_standings(transaction, after, complete, now);
            for (std::size_t i = 0; i < rows.size(); ++i)
                if (rows[i].standing.empty())
                    store::set_standing(transaction, rows[i].id, complete[i].standing);
        }
    }
    const bool other_seats =
        before.rules.quotas != after.rules.quotas || before.seats.capacity != after.seats.capacity;
    if (other_seats && after.rules.ruled() && !desk.reassign_pools())
        return wrong("sessions.problem.quota_taken", "quotas.0.seats", desk.seats().taken);

    const bool moved = before.status == sessions::Status::open &&
                       (before.slots != after.slots || before.venue != after.venue ||
                        before.video_link != after.video_link);
    if (moved) {
        auto rows = store::of_session(transaction, after.id);
        std::erase_if(rows, [](const Enrolment& row) { return row.state == State::applied; });
        // Only another day or town is a reason to give a seat back; a link that changes is told.
        if (before.slots != after.slots || before.venue != after.venue)
            store::set_all_moved(transaction, after.id, now);
        post_->moved(transaction, after, rows, now);
    }
    desk.give_free_seats();
    desk.close();
    put_down_jobs(transaction, after, now);
    if (before.status == after.status || after.status == sessions::Status::open)
        record_session(transaction, before.status != after.status ? "open" : "change", after, by,
                       R"({"capacity":)" + std::to_string(after.seats.capacity) + R"(,"moved":)" +
                           (moved ? "true" : "false") + R"(,"rules":)" +
                           (other_rules ? sessions::to_json(after.rules) : "null") + "}",
                       now);
    return {};
}

void Enrolments::session_cancelled(db::Transaction& transaction, base::SessionId id,
                                   base::PersonId by, base::Time now) {
    auto session = sessions_.lock_whole(transaction, id);
    if (!session) return;
    auto rows = store::of_session(transaction, id);
    store::cancel_all(transaction, id, now);
    sessions::Seats none = session->seats;
    none.taken = none.waiting = 0;
    none.held_back = false;
    sessions_.set_seats(transaction, id, session->seats, none);
    for (Enrolment& row : rows) {
        if (row.has_seat()) store::insert_return(transaction, row.person, session->offer, id, now);
        row.state = State::cancelled;
        ++row.sequence;
    }
    record_session(transaction, "cancel", *session, by,
                   R"({"status":"cancelled","seats":)" + std::to_string(session->seats.taken) + "}",
                   now);
    post_->cancelled(transaction, *session, rows, now);
}

}  // namespace enrolments
