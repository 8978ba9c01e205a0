// SPDX-License-Identifier: EUPL-1.2
// Selection on motivation: grading, results for everyone at once; prerequisites that are checked.
#include "audit/audit.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "enrolments/found.hpp"
#include "enrolments/post.hpp"
#include "enrolments/rules.hpp"
#include "enrolments/store.hpp"

#include <algorithm>

namespace enrolments {
namespace {

constexpr std::size_t longest_reason = 2000;  // characters

base::unexpected<base::Error> wrong(const char* key, std::string field) {
    return base::unexpected(
        base::Error{base::ErrorKind::invalid, base::Reason{key, std::move(field)}});
}

}  // namespace

base::Result<void> Enrolments::grade(base::PersonId grader, base::EnrolmentId id,
                                     std::span<const int> points, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        auto found = find_locked(transaction, id, std::nullopt, now);
        if (!found) return base::unexpected(std::move(found.error()));
        const auto& [enrolment, desk] = *found;
        if (enrolment.state != State::applied || !desk.session().selecting())
            return base::unexpected(refusal("enrolments.why_not.not_applied"));
        const auto& grid = desk.session().rules.grid;
        if (points.size() != grid.size()) return wrong("enrolments.why_not.points", "points.0");
        for (std::size_t i = 0; i < points.size(); ++i)
            if (points[i] < 0 || points[i] > sessions::most_points)
                return wrong("enrolments.why_not.points", "points." + std::to_string(i));
        for (std::size_t i = 0; i < points.size(); ++i)
            store::put_grade(transaction, id, grader, static_cast<int>(i), points[i], now);
        record(transaction, "grade", enrolment, grader, "organiser", desk.session(), now);
        return {};
    });
}

base::Result<void> Enrolments::give_results(base::PersonId by, base::SessionId id,
                                            const std::map<base::EnrolmentId, std::string>& reasons,
                                            base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        auto locked = sessions_.lock_whole(transaction, id);
        if (!locked)
            return base::unexpected(
                base::Error{base::ErrorKind::not_found, "enrolments.session_unknown"});
        const sessions::Session session = *locked;
        if (const auto reason = why_not_give_results(session, now))
            return base::unexpected(refusal(*reason));
        auto applications = store::of_session(transaction, id);
        std::erase_if(applications, [](const Enrolment& e) { return e.state != State::applied; });
        const auto grades = store::grades(transaction, id);
        for (Enrolment& application : applications) {
            const auto given = grades.find(application.id);
            if (given != grades.end()) application.score = score(given->second, session.rules.grid);
            if (!application.score)
                return base::unexpected(refusal("enrolments.why_not.not_graded"));
        }
        std::ranges::sort(applications, [](const Enrolment& a, const Enrolment& b) {
            if (a.score != b.score) return a.score > b.score;
            return std::pair{a.asked_at, a.id} < std::pair{b.asked_at, b.id};
        });

        sessions_.set_results(transaction, id, now);
        locked->results_at = now;
        Desk desk(transaction, sessions_, *post_, *std::move(locked), now);
        Room room(session.rules, session.seats.capacity, now);
        std::int64_t rank = 0;
        std::vector<const Enrolment*> passed;
        for (Enrolment& application : applications) {
            application.rank = ++rank;
            if (const auto given = reasons.find(application.id); given != reasons.end())
                application.reason = given->second;
            if (base::length(application.reason) > longest_reason)
                return wrong("enrolments.why_not.reason_long",
                             "reasons." + std::to_string(application.id.value));
            if (auto pool = room.free_for(standing_from(application.standing))) {
                room.take(*pool);
                application.state = State::seated;
                application.pool = *std::move(pool);
                application.given_at = now;
                ++desk.seats().taken;
            } else if (application.reason.empty()) {
                return wrong("enrolments.why_not.reason_missing",
                             "reasons." + std::to_string(application.id.value));
            } else {
                desk.put_on_list(application);
                ++desk.seats().waiting;
            }
            store::set_result(transaction, application, now);
            // A seat of a quota, given although better ranked ones have none.
            if (application.state == State::seated)
                for (const Enrolment* other : passed)
                    store::insert_overtakings(transaction,
                                              "[" + std::to_string(other->id.value) + "]",
                                              application.id, name_of(Why::quota), now);
            else
                passed.push_back(&application);
            record(transaction, "result", application, by, "organiser", session, now);
            post_->taken(transaction, session, application, now);
        }
        desk.close();
        return {};
    });
}

base::Result<Enrolment> Enrolments::check_prerequisite(base::PersonId by, base::EnrolmentId id,
                                                       bool holds, std::string_view reason,
                                                       base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Enrolment> {
        auto found = find_locked(transaction, id, std::nullopt, now);
        if (!found) return base::unexpected(std::move(found.error()));
        auto& [enrolment, desk] = *found;
        if (!enrolment.holds() || enrolment.prerequisite != "declared")
            return base::unexpected(refusal("enrolments.why_not.nothing_declared"));
        if (holds) {
            enrolment.prerequisite = "checked";
            store::set_prerequisite(transaction, id, "checked", enrolment.reason);
        } else {
            if (reason.empty()) return wrong("enrolments.why_not.reason_missing", "reason");
            if (base::length(reason) > longest_reason)
                return wrong("enrolments.why_not.reason_long", "reason");
            enrolment.reason = reason;
            store::set_prerequisite(transaction, id, "declared", reason);
            desk.end(enrolment, State::refused);
            desk.give_free_seats();
            desk.close();
            post_->refused(transaction, desk.session(), enrolment, now);
        }
        record(transaction, "check_prerequisite", enrolment, by, "organiser", desk.session(), now);
        return enrolment;
    });
}

std::map<base::SessionId, sessions::ToDo> Enrolments::to_do(
    db::Transaction& transaction, const std::vector<base::SessionId>& sessions) {
    if (sessions.empty()) return {};
    return store::to_do(transaction, db::json_ids(sessions));
}

void Enrolments::call_for_results(base::SessionId id, base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        const auto session = sessions_.find(transaction, id);
        if (!session || why_not_give_results(*session, now)) return;
        if (store::of_session(transaction, id).empty()) return;
        post_->results_due(transaction, *session, organisers_of(transaction, *session), now);
    });
}

}  // namespace enrolments
