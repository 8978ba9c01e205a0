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

struct Events {
    std::vector<base::CalendarEvent> list;
    bool all_off = true;
};

Events events_of(const std::vector<Training>& trainings, std::string_view base_url) {
    Events events;
    for (const Training& training : trainings) {
        if (training.enrolment.state == State::waiting) continue;
        const bool off = training.enrolment.state != State::seated ||
                         training.session.status == sessions::Status::cancelled;
        events.all_off = events.all_off && off;
        for (std::size_t half_day = 0; half_day < training.session.slots.size(); ++half_day) {
            const sessions::Slot& slot = training.session.slots[half_day];
            base::CalendarEvent event;
            // Stable: the same half day of the same seat, whatever is changed about it.
            event.uid = "enrolment-" + std::to_string(training.enrolment.id.value) + "-" +
                        std::to_string(half_day + 1) + "@campus";
            event.sequence =
                static_cast<int>(training.enrolment.sequence + training.session.sequence);
            event.starts_at = slot.starts_at;
            event.ends_at = slot.ends_at;
            event.summary = training.offer.title;
            event.location = location_of(training);
            event.url = std::string{base_url} + "/catalogue/" + training.offer.slug;
            if (!off) event.description = training.session.video_link;
            event.cancelled = off;
            event.updated_at = training.enrolment.changed_at;
            events.list.push_back(std::move(event));
        }
    }
    return events;
}

}  // namespace

std::string calendar_file(const std::vector<Training>& trainings, bool feed,
                          std::string_view base_url, std::string_view calendar_name) {
    const Events events = events_of(trainings, base_url);
    const auto method = !feed && events.all_off && !events.list.empty()
                            ? base::CalendarMethod::cancel
                            : base::CalendarMethod::publish;
    return base::write_calendar(events.list, method, calendar_name);
}

std::string invitation_file(const Training& training, std::string_view base_url) {
    const Events events = events_of({training}, base_url);
    if (events.list.empty()) return {};
    return base::write_calendar(events.list, base::CalendarMethod::request, "");
}

}  // namespace enrolments
