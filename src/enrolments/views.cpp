// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/views.hpp"

#include "base/text.hpp"
#include "enrolments/rules.hpp"
#include "enrolments/seats.hpp"

#include <boost/json.hpp>

#include <algorithm>

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
        view["can_take"] = !asks_first && open && opened && !closed &&
                           !(session.selecting() && now >= session.rules.apply_until);
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
        {"offered", enrolment.state == State::offered},
        {"applied", enrolment.state == State::applied},
        {"holds", enrolment.holds() && session.ends_at() > now},
        {"moved", enrolment.moved && enrolment.has_seat()},
        {"reason", enrolment.reason},
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
    if (enrolment.state == State::offered && enrolment.answer_by) {
        view["answer_by"] = base::iso_time(*enrolment.answer_by);
        const auto left = std::max(*enrolment.answer_by - now, std::chrono::seconds{0});
        view["minutes_left"] = std::chrono::floor<std::chrono::minutes>(left).count();
    }
    view["can_say_more"] =
        enrolment.state == State::applied && session.selecting() && now < session.rules.apply_until;
    if (enrolment.state == State::applied)
        view["results_on"] = base::iso_date(session.rules.results_on);
    // The link opens the room, so only those with a seat get it.
    if (enrolment.state == State::seated && !session.video_link.empty())
        view["video_link"] = session.video_link;
    return view;
}

json::object trainings_view(const Trainings& trainings, base::Time now) {
    json::array to_answer;
    json::array coming;
    json::array waiting;
    json::array past;
    for (const Training& training : trainings.list) {
        json::object view = training_view(training, now);
        if (training.session.ends_at() <= now || !training.enrolment.holds())
            past.push_back(std::move(view));
        else if (training.enrolment.state == State::offered || training.enrolment.moved)
            to_answer.push_back(std::move(view));
        else if (training.enrolment.state != State::seated)
            waiting.push_back(std::move(view));
        else
            coming.push_back(std::move(view));
    }
    const bool none = to_answer.empty() && coming.empty() && waiting.empty() && past.empty();
    return {{"to_answer", std::move(to_answer)},
            {"coming", std::move(coming)},
            {"waiting", std::move(waiting)},
            {"past", std::move(past)},
            {"none", none},
            {"has_feed", trainings.has_feed}};
}

namespace {

json::object offer_view(const catalogue::OfferTitle& offer) {
    return {{"slug", offer.slug}, {"title", offer.title}, {"fictitious", offer.fictitious}};
}

json::object participant_view(const Participant& participant) {
    return {{"id", participant.enrolment.id.value},
            {"name", participant.person.full_name()},
            {"email", participant.person.email},
            {"job", participant.person.job},
            {"organisation", participant.organisation},
            {"state", name_of(participant.enrolment.state)},
            {"enrolled_at", base::iso_time(participant.enrolment.created_at)}};
}

}  // namespace

json::object enrolment_view(const Training& training, const Place& place,
                            const std::vector<sessions::Session>& others,
                            const std::map<base::VenueId, sessions::Venue>& venues,
                            std::string_view email, base::Time now) {
    json::object view = training_view(training, now);
    if (place.rank > 0) {
        json::array overtaken;
        for (const auto& [reason, count] : place.overtaken)
            overtaken.push_back({{"reason", reason}, {"count", count}});
        view["place"] = {{"rank", place.rank},
                         {"of", place.of},
                         {"why_before", place.why_before},
                         {"why_after", place.why_after},
                         {"known", place.known},
                         {"reached", place.reached},
                         {"sessions", place.sessions},
                         {"overtaken", std::move(overtaken)}};
    }
    json::array dates;
    for (const sessions::Session& other : others)
        dates.push_back(
            sessions::session_view(other, other.venue ? &venues.at(*other.venue) : nullptr));
    const State state = training.enrolment.state;
    view["can_transfer"] = (state == State::seated || state == State::waiting) &&
                           !why_not_withdraw(training.enrolment, training.session, now);
    view["dates"] = std::move(dates);
    view["can_replace"] = !why_not_replace(training.enrolment, training.session, now);
    view["form"] = {{"email", {{"value", email}, {"required", true}}}};
    return view;
}

json::object apply_view(const sessions::Session& session, const sessions::Venue* venue,
                        const std::map<base::OfferId, catalogue::OfferTitle>& titles,
                        std::string_view motivation, bool declares) {
    json::array grid;
    for (const sessions::Criterion& criterion : session.rules.grid)
        grid.push_back({{"name", criterion.name}, {"weight", criterion.weight}});
    json::array prerequisites;
    for (const base::OfferId offer : session.rules.prerequisites)
        if (const auto found = titles.find(offer); found != titles.end())
            prerequisites.push_back(offer_view(found->second));
    return {{"session", sessions::session_view(session, venue)},
            {"offer", offer_view(titles.at(session.offer))},
            {"selecting", session.selecting()},
            {"grid", std::move(grid)},
            {"prerequisites", std::move(prerequisites)},
            {"form",
             {{"motivation", {{"value", motivation}, {"required", true}}},
              {"prerequisite", {{"checked", declares}}}}}};
}

json::object roster_view(const sessions::Session& session, const sessions::Venue* venue,
                         const catalogue::OfferTitle& offer,
                         const std::vector<Participant>& participants) {
    json::array seated;
    json::array offered;
    json::array waiting;
    json::array declared;
    int applications = 0;
    for (const Participant& participant : participants) {
        const Enrolment& enrolment = participant.enrolment;
        json::object view = participant_view(participant);
        view["can_replace"] = enrolment.state == State::seated;
        if (enrolment.prerequisite == "declared") declared.push_back(view);
        if (enrolment.state == State::applied) {
            ++applications;
            continue;
        }
        if (enrolment.answer_by) view["answer_by"] = base::iso_time(*enrolment.answer_by);
        json::array& list = enrolment.state == State::seated    ? seated
                            : enrolment.state == State::offered ? offered
                                                                : waiting;
        view["rank"] = list.size() + 1;
        list.push_back(std::move(view));
    }
    const bool several = waiting.size() > 1;
    return {{"session", sessions::session_view(session, venue)},
            {"offer", offer_view(offer)},
            {"declared", std::move(declared)},
            {"selects", session.rules.selection == sessions::Selection::on_motivation},
            {"applications", applications},
            {"several_wait", several},
            {"seated", std::move(seated)},
            {"offered", std::move(offered)},
            {"waiting", std::move(waiting)}};
}

json::object selection_view(const SelectionPage& page, base::Time now) {
    json::array grid;
    for (const sessions::Criterion& criterion : page.session.rules.grid)
        grid.push_back({{"name", criterion.name}, {"weight", criterion.weight}});
    struct Scored {
        const Participant* participant;
        const Application* application;
    };
    std::vector<Scored> scored;
    std::size_t graded = 0;
    for (const Participant& participant : page.participants) {
        const auto found = page.selection.find(participant.enrolment.id);
        if (found == page.selection.end()) continue;
        scored.push_back({&participant, &found->second});
        graded += found->second.score.has_value() ? 1 : 0;
    }
    std::ranges::sort(scored, [](const Scored& a, const Scored& b) {
        if (a.application->score != b.application->score)
            return a.application->score > b.application->score;
        const Enrolment& first = a.participant->enrolment;
        const Enrolment& second = b.participant->enrolment;
        return std::pair{first.asked_at, first.id} < std::pair{second.asked_at, second.id};
    });
    // Whoever gets a seat needs no reason: what would be given now, quotas included.
    Room room(page.session.rules, page.session.seats.capacity, now);
    json::array applications;
    for (const auto& [participant, application] : scored) {
        json::object view = participant_view(*participant);
        const std::string field = "reasons." + std::to_string(participant->enrolment.id.value);
        view["motivation"] = application->motivation;
        view["graded"] = application->score.has_value();
        view["percent"] = application->score ? (*application->score + 5) / 10 : 0;
        view["rank"] = applications.size() + 1;
        const auto pool = room.free_for(standing_from(participant->enrolment.standing));
        if (pool) room.take(*pool);
        view["seat"] = pool.has_value();
        view["field"] = field;
        view["reason"] = page.typed.has(field) ? std::string{page.typed.text(field)}
                                               : participant->enrolment.reason;
        json::array criteria;
        const auto mine = application->points.find(page.me);
        for (std::size_t i = 0; i < page.session.rules.grid.size(); ++i) {
            json::array options;
            for (int points = 0; points <= sessions::most_points; ++points)
                options.push_back(
                    {{"value", points},
                     {"selected", mine != application->points.end() && mine->second[i] == points}});
            criteria.push_back({{"index", i},
                                {"name", page.session.rules.grid[i].name},
                                {"weight", page.session.rules.grid[i].weight},
                                {"options", std::move(options)}});
        }
        view["criteria"] = std::move(criteria);
        json::array graders;
        for (const auto& [grader, points] : application->points)
            if (const auto person = page.graders.find(grader); person != page.graders.end())
                graders.push_back(json::string(person->second.full_name()));
        view["graders"] = std::move(graders);
        view["mine"] = mine != application->points.end();
        applications.push_back(std::move(view));
    }
    const bool all = graded == scored.size() && !scored.empty();
    return {{"session", sessions::session_view(page.session, page.venue)},
            {"offer", offer_view(page.offer)},
            {"grid", std::move(grid)},
            {"graded", graded},
            {"total", scored.size()},
            {"to_grade", page.session.selecting()},
            {"can_give_results", all && !why_not_give_results(page.session, now)},
            {"still_open", page.session.selecting() && now < page.session.rules.apply_until},
            {"apply_until", base::iso_time(page.session.rules.apply_until)},
            {"results_on", base::iso_date(page.session.rules.results_on)},
            {"applications", std::move(applications)}};
}

json::object priorities_view(const sessions::Session& session, const sessions::Venue* venue,
                             const catalogue::OfferTitle& offer,
                             const std::vector<Participant>& people, bool preview) {
    std::vector<Waiter> waiters;
    std::map<base::EnrolmentId, const Participant*> by_id;
    for (const Participant& participant : people) {
        waiters.push_back(waiter_of(participant.enrolment));
        by_id[participant.enrolment.id] = &participant;
    }
    const Order order = order_of(std::move(waiters), session.rules, !session.venue);
    json::array list;
    for (std::size_t i = 0; i < order.waiters.size(); ++i) {
        json::object view = participant_view(*by_id.at(order.waiters[i].id));
        view["rank"] = i + 1;
        view["why"] = i < order.why.size() ? name_of(order.why[i]) : std::string_view{};
        list.push_back(std::move(view));
    }
    json::array priorities;
    for (const sessions::Priority priority : sessions::all_priorities)
        priorities.push_back({{"value", name_of(priority)},
                              {"label", name_of(priority)},
                              {"checked", std::ranges::find(session.rules.priorities, priority) !=
                                              session.rules.priorities.end()}});
    return {{"session", sessions::session_view(session, venue)},
            {"offer", offer_view(offer)},
            {"preview", preview},
            {"order", std::move(list)},
            {"form", {{"priority", {{"options", std::move(priorities)}}}}}};
}

json::object minimum_view(const sessions::Session& session, const sessions::Venue* venue,
                          const catalogue::OfferTitle& offer) {
    return {{"session", sessions::session_view(session, venue)},
            {"offer", offer_view(offer)},
            {"minimum", session.minimum},
            {"taken", session.seats.taken},
            {"below", session.seats.taken < session.minimum},
            {"to_decide", session.rules.minimum_by.has_value()}};
}

}  // namespace enrolments
