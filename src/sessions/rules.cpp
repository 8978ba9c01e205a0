// SPDX-License-Identifier: EUPL-1.2
#include "sessions/rules.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace sessions {
namespace {

constexpr std::size_t longest_text = 2000;  // characters
constexpr std::size_t longest_line = 200;
constexpr std::size_t longest_link = 1000;

using Reasons = std::vector<base::Reason>;

void check_times(const Session& session, const Session* before, base::Time now, Reasons& reasons) {
    const bool had_begun = before != nullptr && before->starts_at() <= now;
    if (session.starts_at() <= now && !had_begun)
        reasons.push_back({"sessions.problem.past", "slots.0.date"});
    if (session.starts_at() > now + latest_start)
        reasons.push_back({"sessions.problem.far", "slots.0.date"});
    if (session.enrolment_closes_at > session.starts_at())
        reasons.push_back({"sessions.problem.closes_after_start", "enrolment_closes_at"});
    if (session.enrolment_opens_at >= session.enrolment_closes_at)
        reasons.push_back({"sessions.problem.opens_after_closing", "enrolment_opens_at"});
    if (session.cancel_until > session.starts_at())
        reasons.push_back({"sessions.problem.cancel_after_start", "cancel_until"});
}

void check_seats(const Session& session, const Venue* venue, Reasons& reasons) {
    const int capacity = session.seats.capacity;
    if (capacity < 1 || capacity > max_capacity)
        reasons.push_back(
            {"sessions.problem.capacity", "capacity", {{"limit", std::to_string(max_capacity)}}});
    else if (venue != nullptr && venue->capacity && capacity > *venue->capacity)
        reasons.push_back({"sessions.problem.venue_too_small",
                           "capacity",
                           {{"limit", std::to_string(*venue->capacity)}}});
    if (session.minimum < 0 || (session.minimum > capacity && capacity >= 1))
        reasons.push_back({"sessions.problem.minimum", "minimum"});
}

}  // namespace

std::optional<std::size_t> first_overlap(const std::vector<Slot>& slots) {
    for (std::size_t i = 0; i < slots.size(); ++i)
        for (std::size_t before = 0; before < i; ++before)
            if (slots[i].starts_at < slots[before].ends_at &&
                slots[before].starts_at < slots[i].ends_at)
                return i;
    return std::nullopt;
}

Reasons problems_of(const Session& session, const Venue* venue, const Session* before,
                    base::Time now) {
    Reasons reasons;
    if (session.slots.empty())
        reasons.push_back({"sessions.problem.no_slot", "slots.0.date"});
    else
        check_times(session, before, now, reasons);
    check_seats(session, venue, reasons);
    if (!session.slots.empty())
        for (base::Reason& reason : problems_of(session.rules, session.seats.capacity,
                                                session.enrolment_closes_at, session.starts_at()))
            reasons.push_back(std::move(reason));
    if (venue == nullptr && session.video_link.empty())
        reasons.push_back({"sessions.problem.nowhere", "venue"});
    if (!session.video_link.empty() && !is_link(session.video_link))
        reasons.push_back({"sessions.problem.link", "video_link"});
    const bool as_before = before != nullptr && before->language == session.language;
    if (!as_before && std::ranges::find(languages, session.language) == languages.end())
        reasons.push_back({"sessions.problem.language", "language"});
    if (base::length(session.note) > longest_text)
        reasons.push_back(
            {"sessions.problem.too_long", "note", {{"limit", std::to_string(longest_text)}}});
    return reasons;
}

Reasons problems_of(const Venue& venue) {
    Reasons reasons;
    const auto check_line = [&](const char* field, const std::string& text, std::size_t limit) {
        if (base::length(text) > limit)
            reasons.push_back(
                {"sessions.problem.too_long", field, {{"limit", std::to_string(limit)}}});
    };
    if (base::slug(venue.name).empty()) reasons.push_back({"sessions.problem.venue_name", "name"});
    if (base::slug(venue.town).empty()) reasons.push_back({"sessions.problem.venue_town", "town"});
    check_line("name", venue.name, longest_line);
    check_line("town", venue.town, longest_line);
    check_line("address", venue.address, longest_line);
    check_line("equipment", venue.equipment, longest_text);
    check_line("contact", venue.contact, longest_line);
    if (venue.capacity && (*venue.capacity < 1 || *venue.capacity > max_capacity))
        reasons.push_back(
            {"sessions.problem.capacity", "capacity", {{"limit", std::to_string(max_capacity)}}});
    return reasons;
}

std::optional<std::string_view> why_not_change(const Session& session, base::Time now) {
    if (session.status == Status::cancelled) return "sessions.why_not.cancelled";
    // A draft that was left lying may be given other dates; what people came to may not.
    if (session.status == Status::open && session.ends_at() <= now) return "sessions.why_not.ended";
    return std::nullopt;
}

std::optional<std::string_view> why_not_open(const Session& session, base::Time now) {
    if (session.status == Status::open) return "sessions.why_not.already_open";
    if (session.status == Status::cancelled) return "sessions.why_not.cancelled";
    if (session.starts_at() <= now) return "sessions.why_not.started";
    if (session.enrolment_closes_at <= now) return "sessions.why_not.enrolment_over";
    return std::nullopt;
}

std::optional<std::string_view> why_not_cancel(const Session& session, base::Time now) {
    return why_not_change(session, now);
}

bool time_or_place_differ(const Session& a, const Session& b) {
    return a.slots != b.slots || a.venue != b.venue || a.video_link != b.video_link;
}

bool is_link(std::string_view text) {
    const auto host = text.starts_with("https://")  ? text.substr(8)
                      : text.starts_with("http://") ? text.substr(7)
                                                    : std::string_view{};
    return !host.empty() && host.front() != '/' && text.size() <= longest_link &&
           std::ranges::none_of(text, [](char c) {
               return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '<' || c == '>' ||
                      c == '\\' || c == 0x7F;
           });
}

}  // namespace sessions
