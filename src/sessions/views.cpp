// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"
#include "sessions/sessions.hpp"

#include <boost/json.hpp>

namespace sessions {
namespace json = boost::json;

json::object venue_view(const Venue& venue) {
    json::object view{{"code", venue.code},           {"name", venue.name},
                      {"address", venue.address},     {"town", venue.town},
                      {"step_free", venue.step_free}, {"hearing_loop", venue.hearing_loop},
                      {"equipment", venue.equipment}};
    if (venue.capacity) view["capacity"] = *venue.capacity;
    return view;
}

json::object session_view(const Session& session, const Venue* venue) {
    json::array slots;
    for (const Slot& slot : session.slots)
        slots.push_back({{"starts_at", base::iso_time(slot.starts_at)},
                         {"ends_at", base::iso_time(slot.ends_at)}});
    json::object view{
        {"id", session.id.value},
        {"status", name_of(session.status)},
        {"cancelled", session.status == Status::cancelled},
        {"starts_at", base::iso_time(session.starts_at())},
        {"ends_at", base::iso_time(session.ends_at())},
        {"slots", std::move(slots)},
        {"several_slots", session.slots.size() > 1},
        {"language", session.language},
        {"note", session.note},
        {"remote", !session.venue.has_value()},
        {"enrolment_opens_at", base::iso_time(session.enrolment_opens_at)},
        {"enrolment_closes_at", base::iso_time(session.enrolment_closes_at)},
        {"cancel_until", base::iso_time(session.cancel_until)},
        {"capacity", session.seats.capacity},
        {"free", session.seats.capacity - session.seats.taken},
        {"full", session.seats.full()},
        {"waiting", session.seats.waiting},
    };
    if (venue != nullptr) view["venue"] = venue_view(*venue);
    return view;
}

}  // namespace sessions
