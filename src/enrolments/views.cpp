// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/views.hpp"

#include "base/text.hpp"
#include "enrolments/rules.hpp"

#include <boost/json.hpp>

namespace enrolments {
namespace json = boost::json;

json::array coming_sessions_view(const std::vector<sessions::Session>& coming,
                                 const std::map<base::VenueId, sessions::Venue>& venues,
                                 const std::map<base::SessionId, Enrolment>& held, bool asks_first,
                                 base::Time now) {
    json::array views;
    for (const sessions::Session& session : coming) {
        json::object view =
            sessions::session_view(session, session.venue ? &venues.at(*session.venue) : nullptr);
        const bool open = session.status == sessions::Status::open;
        const bool opened = now >= session.enrolment_opens_at;
        const bool closed = now >= session.enrolment_closes_at;
        view["not_yet_open"] = open && !opened;
        view["closed"] = open && closed;
        view["can_ask"] = asks_first && open && !closed;
        view["can_take"] = !asks_first && open && opened && !closed;
        if (const auto mine = held.find(session.id); mine != held.end()) {
            view["held"] = {{"id", mine->second.id.value},
                            {"state", name_of(mine->second.state)},
                            {"waiting", mine->second.state == State::waiting}};
            view["can_ask"] = view["can_take"] = false;
        }
        views.push_back(std::move(view));
    }
    return views;
}

json::object training_view(const Training& training, base::Time now) {
    const Enrolment& enrolment = training.enrolment;
    const sessions::Session& session = training.session;
    json::object view{
        {"id", enrolment.id.value},
        {"state", name_of(enrolment.state)},
        {"waiting", enrolment.state == State::waiting},
        {"seated", enrolment.state == State::seated},
        {"can_withdraw", !why_not_withdraw(enrolment, session, now)},
        {"enrolled_at", base::iso_time(enrolment.created_at)},
        {"changed_at", base::iso_time(enrolment.changed_at)},
        {"offer",
         {{"slug", training.offer.slug},
          {"title", training.offer.title},
          {"fictitious", training.offer.fictitious}}},
        {"session", sessions::session_view(session, training.venue ? &*training.venue : nullptr)},
    };
    if (enrolment.state == State::waiting) {
        view["rank"] = training.ahead + 1;
        view["ahead"] = training.ahead;
    }
    // The link opens the room, so only those with a seat get it.
    if (enrolment.state == State::seated && !session.video_link.empty())
        view["video_link"] = session.video_link;
    return view;
}

json::object trainings_view(const Trainings& trainings, base::Time now) {
    json::array coming;
    json::array waiting;
    json::array past;
    for (const Training& training : trainings.list) {
        json::object view = training_view(training, now);
        if (training.session.ends_at() <= now || !training.enrolment.holds())
            past.push_back(std::move(view));
        else if (training.enrolment.state == State::waiting)
            waiting.push_back(std::move(view));
        else
            coming.push_back(std::move(view));
    }
    const bool none = coming.empty() && waiting.empty() && past.empty();
    return {{"coming", std::move(coming)},
            {"waiting", std::move(waiting)},
            {"past", std::move(past)},
            {"none", none},
            {"has_feed", trainings.has_feed}};
}

json::object roster_view(const sessions::Session& session, const sessions::Venue* venue,
                         const catalogue::OfferTitle& offer,
                         const std::vector<Participant>& participants) {
    json::array seated;
    json::array waiting;
    for (const Participant& participant : participants) {
        json::object view{{"name", participant.person.full_name()},
                          {"email", participant.person.email},
                          {"job", participant.person.job},
                          {"organisation", participant.organisation},
                          {"enrolled_at", base::iso_time(participant.enrolment.created_at)}};
        json::array& list = participant.enrolment.state == State::seated ? seated : waiting;
        view["rank"] = list.size() + 1;
        list.push_back(std::move(view));
    }
    return {{"session", sessions::session_view(session, venue)},
            {"offer", {{"slug", offer.slug}, {"title", offer.title}}},
            {"seated", std::move(seated)},
            {"waiting", std::move(waiting)}};
}

}  // namespace enrolments
