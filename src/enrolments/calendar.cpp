// SPDX-License-Identifier: EUPL-1.2
#include "base/icalendar.hpp"
#include "enrolments/views.hpp"

namespace enrolments {
namespace {

std::string location_of(const Training& training) {
    if (!training.venue) return {};
    const sessions::Venue& venue = *training.venue;
    return venue.name + ", " + (venue.address.empty() ? venue.town : venue.address);
}

void add_events(std::vector<base::CalendarEvent>& events, const Training& training, bool off,
                std::string_view base_url, const Invited& invited = {}) {
    for (std::size_t half_day = 0; half_day < training.session.slots.size(); ++half_day) {
        const sessions::Slot& slot = training.session.slots[half_day];
        base::CalendarEvent event;
        // Stable: the same half day of the same seat, whatever is changed about it.
        event.uid = "enrolment-" + std::to_string(training.enrolment.id.value) + "-" +
                    std::to_string(half_day + 1) + "@campus";
        event.sequence = static_cast<int>(training.enrolment.sequence + training.session.sequence);
        event.starts_at = slot.starts_at;
        event.ends_at = slot.ends_at;
        event.summary = training.offer.title;
        event.location = location_of(training);
        event.url = std::string{base_url} + "/catalogue/" + training.offer.slug;
        if (!off) event.description = training.session.video_link;
        event.organiser_name = invited.organiser_name;
        event.organiser_mail = invited.organiser_mail;
        event.attendee_name = invited.name;
        event.attendee_mail = invited.mail;
        event.cancelled = off;
        event.updated_at = training.enrolment.changed_at;
        events.push_back(std::move(event));
    }
}

}  // namespace

std::string invitation(const Training& training, bool off, std::string_view base_url,
                       const Invited& invited) {
    std::vector<base::CalendarEvent> events;
    add_events(events, training, off, base_url, invited);
    return base::write_calendar(
        events, off ? base::CalendarMethod::cancel : base::CalendarMethod::request, "");
}

std::string calendar_file(const std::vector<Training>& trainings, bool feed,
                          std::string_view base_url, std::string_view calendar_name) {
    std::vector<base::CalendarEvent> events;
    bool all_off = true;
    for (const Training& training : trainings) {
        // A seat, or one that was had and is gone.
        const bool had_one = training.enrolment.given_at.has_value();
        if (!had_one || training.enrolment.state == State::offered) continue;
        const bool off = training.enrolment.state != State::seated ||
                         training.session.status == sessions::Status::cancelled;
        all_off = all_off && off;
        add_events(events, training, off, base_url);
    }
    const auto method = !feed && all_off && !events.empty() ? base::CalendarMethod::cancel
                                                            : base::CalendarMethod::publish;
    return base::write_calendar(events, method, calendar_name);
}

}  // namespace enrolments
