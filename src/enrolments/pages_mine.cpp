// SPDX-License-Identifier: EUPL-1.2
// One's own enrolment: asking, changing dates, passing the seat on.
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "enrolments/handlers.hpp"
#include "enrolments/rules.hpp"
#include "enrolments/views.hpp"
#include "identity/identity.hpp"

#include <boost/json.hpp>

namespace enrolments {
namespace {

constexpr std::size_t longest_motivation = 4000;  // bytes of the form are limited besides

std::optional<http::View> enrolment_page(db::Transaction& transaction, const http::Request& request,
                                         const Site& site, std::string_view email) {
    const auto id = request.path_id<base::EnrolmentId>("enrolment");
    const auto enrolment = id ? site.enrolments.find(transaction, *id) : std::nullopt;
    if (!enrolment || enrolment->person != request.person()) return std::nullopt;
    auto placed = site.sessions.placed(transaction, {enrolment->session});
    auto& [session, venue] = placed.at(enrolment->session);
    auto titles = site.catalogue.titles(transaction, {session.offer});
    auto others = site.sessions.coming(transaction, session.offer, request.now);
    std::erase_if(others, [&](const sessions::Session& other) {
        return why_not_transfer(*enrolment, session, other, request.now).has_value() ||
               other.status != sessions::Status::open || request.now < other.enrolment_opens_at ||
               request.now >= other.enrolment_closes_at;
    });
    std::vector<base::VenueId> venues;
    for (const auto& other : others)
        if (other.venue) venues.push_back(*other.venue);
    return http::view(
        "enrolments/enrolment",
        enrolment_view({*enrolment, session, venue, titles.at(session.offer), 0},
                       site.enrolments.place_of(transaction, *enrolment, session, request.now),
                       others, site.sessions.venues(transaction, venues), email, request.now));
}

http::View apply_page(db::Transaction& transaction, const Site& site,
                      const sessions::Session& session, const http::Request& request) {
    auto offers = session.rules.prerequisites;
    offers.push_back(session.offer);
    const auto titles = site.catalogue.titles(transaction, offers);
    std::vector<base::VenueId> venue_ids;
    if (session.venue) venue_ids.push_back(*session.venue);
    const auto venues = site.sessions.venues(transaction, venue_ids);
    return http::view(
        "enrolments/apply",
        apply_view(session, venues.empty() ? nullptr : &venues.begin()->second, titles,
                   request.form.text("motivation"), request.form.flag("prerequisite")));
}

}  // namespace

http::Response not_found(std::string message_key) {
    return http::refuse({base::ErrorKind::not_found, std::move(message_key)});
}

http::Response changed(const base::Result<Enrolment>& enrolment, std::string notice,
                       std::string location) {
    if (!enrolment) return http::refuse(enrolment.error());
    return http::done(std::move(location), std::move(notice),
                      http::view("", {{"id", enrolment->id.value},
                                      {"state", name_of(enrolment->state)},
                                      {"place", enrolment->place}}));
}

http::Response show_apply(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto id = request.path_id<base::SessionId>("session");
        const auto session = id ? site.sessions.find(transaction, *id) : std::nullopt;
        if (!session || session->status == sessions::Status::draft)
            return not_found("enrolments.session_unknown");
        return http::show(apply_page(transaction, site, *session, request));
    });
}

http::Response take(const http::Request& request, const Site& site) {
    const auto session = request.path_id<base::SessionId>("session");
    if (!session) return not_found("enrolments.session_unknown");
    const Asking asking{.motivation = std::string{request.form.text("motivation")},
                        .declares_prerequisites = request.form.flag("prerequisite")};
    const auto enrolment =
        asking.motivation.size() > longest_motivation
            ? base::Result<Enrolment>{base::unexpected(
                  base::Error{base::ErrorKind::invalid,
                              base::Reason{"enrolments.why_not.motivation_long",
                                           "motivation",
                                           {{"limit", std::to_string(longest_motivation)}}}})}
            : site.enrolments.take(request.person(), *session, request.now, asking);
    if (!enrolment) {
        // What is missing stands in the form that asks it.
        if (enrolment.error().reasons.front().field.empty()) return http::refuse(enrolment.error());
        return site.database.read([&](db::Transaction& transaction) -> http::Response {
            const auto found = site.sessions.find(transaction, *session);
            if (!found) return not_found("enrolments.session_unknown");
            return http::refuse(enrolment.error(), apply_page(transaction, site, *found, request));
        });
    }
    const std::string state{name_of(enrolment->state)};
    const bool told = enrolment->state == State::seated || enrolment->state == State::applied;
    return http::done(
        "/my-trainings", told ? "enrolments.notice." + state : "enrolments.notice.waiting",
        http::view("",
                   {{"id", enrolment->id.value}, {"state", state}, {"place", enrolment->place}}),
        201);
}

http::Response show_enrolment(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        auto page = enrolment_page(transaction, request, site, "");
        return page ? http::show(*std::move(page)) : not_found("enrolments.enrolment_unknown");
    });
}

http::Response transfer(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::EnrolmentId>("enrolment");
    const auto to = request.form.integer("to");
    if (!id || !to) return not_found("enrolments.enrolment_unknown");
    return changed(site.enrolments.transfer(request.person(), *id, {*to}, request.now),
                   "enrolments.notice.transferred");
}

http::Response keep(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::EnrolmentId>("enrolment");
    if (!id) return not_found("enrolments.enrolment_unknown");
    return changed(site.enrolments.keep(request.person(), *id, request.now),
                   "enrolments.notice.kept");
}

http::Response propose_colleague(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::EnrolmentId>("enrolment");
    if (!id) return not_found("enrolments.enrolment_unknown");
    // An organiser may, too, where the session belongs; else it is the holder's alone.
    const bool as_organiser = site.database.read([&](db::Transaction& transaction) {
        const auto enrolment = site.enrolments.find(transaction, *id);
        if (!enrolment || enrolment->person == request.person()) return false;
        const auto session = site.sessions.find(transaction, enrolment->session);
        return session &&
               site.identity.rights(transaction, db::Versions(transaction), request.person())
                   .may("organiser", session->organisation);
    });
    const auto proposed = site.enrolments.propose_colleague(
        request.person(), as_organiser, *id, request.form.text("email"), request.now);
    if (proposed || proposed.error().reasons.front().field.empty() || as_organiser)
        return changed(proposed, "enrolments.notice.colleague_asked",
                       proposed && as_organiser
                           ? "/sessions/" + std::to_string(proposed->session.value) + "/roster"
                           : "/my-trainings");
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        auto page = enrolment_page(transaction, request, site, request.form.text("email"));
        return page ? http::refuse(proposed.error(), *std::move(page))
                    : not_found("enrolments.enrolment_unknown");
    });
}

http::Response show_replacement(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto id = base::to_integer(request.path_value("replacement"));
        const auto asked = id ? site.enrolments.asked_to_replace(transaction, request.person(), *id)
                              : std::nullopt;
        if (!asked) return not_found("enrolments.replacement_unknown");
        const auto holder = site.identity.find(transaction, asked->enrolment.person);
        boost::json::object view = training_view(*asked, request.now);
        // The room is for the one who has the seat.
        view.erase("video_link");
        view["replacement"] = *id;
        view["name"] = holder ? holder->full_name() : "";
        return http::show(http::view("enrolments/replacement", std::move(view)));
    });
}

http::Response answer_replacement(const http::Request& request, const Site& site) {
    const auto id = base::to_integer(request.path_value("replacement"));
    if (!id) return not_found("enrolments.replacement_unknown");
    const bool accept = request.form.flag("accept");
    return changed(site.enrolments.answer_colleague(request.person(), *id, accept, request.now),
                   accept ? "enrolments.notice.took_over" : "enrolments.notice.did_not_take_over");
}

}  // namespace enrolments
