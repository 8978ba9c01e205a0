// SPDX-License-Identifier: EUPL-1.2
#include "sessions/form.hpp"

#include "base/text.hpp"
#include "base/zone.hpp"
#include "http/request.hpp"
#include "sessions/rules.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace sessions {
namespace {

using std::chrono::minutes;
using Reasons = std::vector<base::Reason>;

struct Hours {
    minutes from{}, to{};
    friend bool operator==(const Hours&, const Hours&) = default;
};
constexpr Hours morning{minutes{9 * 60}, minutes{12 * 60 + 30}};
constexpr Hours afternoon{minutes{14 * 60}, minutes{17 * 60 + 30}};

// "9:00", "09:00", "09:00:00" (seconds are not heard).
std::optional<minutes> read_hour(std::string_view text) {
    const auto colon = text.find(':');
    if (colon > 2) return std::nullopt;  // or none at all
    const auto rest = text.substr(colon + 1);
    if (rest.size() != 2 && !(rest.size() == 5 && rest[2] == ':')) return std::nullopt;
    const auto hour = base::to_integer(text.substr(0, colon));
    const auto minute = base::to_integer(rest.substr(0, 2));
    if (!hour || !minute || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59)
        return std::nullopt;
    return minutes{*hour * 60 + *minute};
}

std::string hour_text(minutes since_midnight) {
    return fmt::format("{:02}:{:02}", since_midnight.count() / 60, since_midnight.count() % 60);
}

// "2026-12-01T09:00", with seconds or not; of Paris, or of UTC with a "Z".
std::optional<base::Time> read_moment(std::string_view text) {
    const auto day = base::parse_iso_date(text.substr(0, 10));
    if (!day || text.size() < 16 || (text[10] != 'T' && text[10] != ' ')) return std::nullopt;
    auto hours = text.substr(11);
    const bool utc = hours.ends_with('Z');
    if (utc) hours.remove_suffix(1);
    const auto minute = read_hour(hours);
    if (!minute) return std::nullopt;
    return utc ? base::Time{*day} + *minute : base::paris_time(*day, *minute);
}

std::string moment_text(base::Time time) {
    const auto wall = base::in_paris(time);
    return base::iso_date(wall.day) + "T" + hour_text(wall.since_midnight);
}

// What a row says, or the end of the message key "sessions.problem.".
struct ReadRow {
    std::vector<Slot> slots;
    std::string_view problem = {};
};

ReadRow read_row(const SlotRow& row) {
    const auto date = base::parse_iso_date(row.date);
    if (!date) return {{}, row.date.empty() ? "date_missing" : "date"};
    const auto from = read_hour(row.starts);
    const auto to = read_hour(row.ends);
    if ((!row.starts.empty() && !from) || (!row.ends.empty() && !to)) return {{}, "hour"};

    std::vector<Hours> parts;
    if (row.half == "am")
        parts = {morning};
    else if (row.half == "pm")
        parts = {afternoon};
    else if (row.half == "day")
        parts = {morning, afternoon};
    else if (!row.half.empty())
        return {{}, "half"};
    else if (!from || !to)
        return {{}, "hours_missing"};
    else
        parts = {{*from, *to}};
    if (from) parts.front().from = *from;
    if (to) parts.back().to = *to;

    ReadRow read;
    for (const Hours& part : parts)
        read.slots.push_back(
            {base::paris_time(*date, part.from), base::paris_time(*date, part.to)});
    // Asked of the instants and not of the hours: on one night a year they do not agree.
    if (std::ranges::any_of(read.slots, [](const Slot& s) { return s.starts_at >= s.ends_at; }) ||
        first_overlap(read.slots))
        return {{}, "hours_order"};
    return read;
}

std::string field_of_row(std::size_t row) {
    return "slots." + std::to_string(row) + ".date";
}

void read_rows(const std::vector<SlotRow>& rows, Session& session, Reasons& problems) {
    session.slots.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].empty()) continue;
        const ReadRow read = read_row(rows[i]);
        std::string_view problem = read.problem;
        const auto before = session.slots;
        session.slots.insert(session.slots.end(), read.slots.begin(), read.slots.end());
        if (first_overlap(session.slots)) {
            session.slots = before;
            problem = "overlap";
        }
        if (!problem.empty())
            problems.push_back({"sessions.problem." + std::string{problem}, field_of_row(i)});
    }
    if (session.slots.size() > static_cast<std::size_t>(max_slots))
        problems.push_back({"sessions.problem.too_many_slots",
                            "slots.0.date",
                            {{"limit", std::to_string(max_slots)}}});
    std::ranges::sort(session.slots, {}, &Slot::starts_at);
}

void read_moments(const SessionForm& form, const Session* before, Session& session, base::Time now,
                  Reasons& problems) {
    const auto read = [&](const char* field, const std::string& text, base::Time before_at,
                          base::Time otherwise, base::Time& moment) {
        moment = otherwise;
        if (text.empty()) return;
        // The form shows minutes: what it shows unchanged is unchanged to the second.
        if (before != nullptr && text == moment_text(before_at)) {
            moment = before_at;
            return;
        }
        if (const auto typed = read_moment(text))
            moment = *typed;
        else
            problems.push_back({"sessions.problem.moment", field});
    };
    const Session none;
    const Session& old = before != nullptr ? *before : none;
    const base::Time start = session.slots.empty() ? base::Time::max() : session.starts_at();
    read("enrolment_opens_at", form.enrolment_opens_at, old.enrolment_opens_at,
         std::min(now, start - minutes{1}), session.enrolment_opens_at);
    read("enrolment_closes_at", form.enrolment_closes_at, old.enrolment_closes_at, start,
         session.enrolment_closes_at);
    read("cancel_until", form.cancel_until, old.cancel_until, start, session.cancel_until);
}

// "/catalogue/slug" and "https://…/catalogue/slug#dates" name the same as "slug".
std::string slug_in(std::string_view word) {
    constexpr std::string_view folder = "/catalogue/";
    if (const auto at = word.find(folder); at != std::string_view::npos)
        word.remove_prefix(at + folder.size());
    return std::string{word.substr(0, word.find_first_of("?#/."))};
}

// The number, or `otherwise` for a text that is empty; -1, which no rule lets pass, for what is
// none.
int read_number(const std::string& text, int otherwise) {
    if (text.empty()) return otherwise;
    const auto number = base::to_integer(text);
    return number && *number >= 0 && *number <= 1'000'000 ? static_cast<int>(*number) : -1;
}

// Who is meant by a row; the kind is "" where it says nothing known.
Quota read_quota(const QuotaRow& row) {
    const auto colon = row.who.find(':');
    Quota quota{row.who.substr(0, colon), "", read_number(row.seats, 0), {}};
    if (colon != std::string::npos)
        quota.value = row.who.substr(colon + 1);
    else if (quota.kind == "town")
        quota.value = base::slug(row.detail);
    else
        quota.value = row.detail;
    return quota;
}

QuotaRow row_of(const Quota& quota) {
    const bool detailed =
        quota.kind == "organisation" || quota.kind == "department" || quota.kind == "town";
    return {detailed ? quota.kind : quota.pool(), detailed ? quota.value : "",
            std::to_string(quota.seats), moment_text(quota.reserved_until)};
}

void read_rules(const SessionForm& form, const Session* before, const Known& known,
                Session& session, Reasons& problems) {
    SeatRules rules;
    const SeatRules& old = before != nullptr ? before->rules : rules;
    const base::Time start = session.slots.empty() ? base::Time::max() : session.starts_at();
    const auto moment = [&](const std::string& text, base::Time otherwise, const std::string& field,
                            base::Time unchanged) {
        if (text.empty()) return otherwise;
        if (before != nullptr && text == moment_text(unchanged)) return unchanged;
        const auto typed = read_moment(text);
        if (!typed) problems.push_back({"sessions.problem.moment", field});
        return typed.value_or(otherwise);
    };
    for (std::size_t i = 0; i < form.quotas.size(); ++i) {
        const std::string field = "quotas." + std::to_string(i) + ".";
        Quota quota = read_quota(form.quotas[i]);
        const auto same = std::ranges::find(old.quotas, quota.pool(), &Quota::pool);
        quota.reserved_until =
            moment(form.quotas[i].until, start, field + "until",
                   same == old.quotas.end() ? base::Time{} : same->reserved_until);
        if (quota.kind == "organisation" && !known.organisations.contains(quota.value))
            problems.push_back({"sessions.problem.quota_value", field + "value"});
        rules.quotas.push_back(std::move(quota));
    }
    if (form.selection == "on_motivation") {
        rules.selection = Selection::on_motivation;
        rules.apply_until = moment(form.apply_until, base::Time{}, "apply_until", old.apply_until);
        if (const auto day = base::parse_iso_date(form.results_on))
            rules.results_on = *day;
        else
            problems.push_back({"sessions.problem.results_on", "results_on"});
        for (const CriterionRow& row : form.grid)
            rules.grid.push_back({row.name, read_number(row.weight, 1)});
    }
    for (const std::string& slug : prerequisites_of(form)) {
        const auto found = known.offers.find(slug);
        if (found == known.offers.end())
            problems.push_back(
                {"sessions.problem.prerequisite", "prerequisites", {{"offer", slug}}});
        else if (std::ranges::find(rules.prerequisites, found->second) == rules.prerequisites.end())
            rules.prerequisites.push_back(found->second);
    }
    for (const std::string& name : form.priorities)
        if (const auto priority = priority_of(name))
            if (std::ranges::find(rules.priorities, *priority) == rules.priorities.end())
                rules.priorities.push_back(*priority);
    rules.offer_hours = read_number(form.offer_hours, SeatRules{}.offer_hours);
    if (!form.minimum_by.empty()) {
        rules.minimum_by = base::parse_iso_date(form.minimum_by);
        if (!rules.minimum_by) problems.push_back({"sessions.problem.minimum_by", "minimum_by"});
    }
    session.rules = std::move(rules);
}

// Two slots of one day at the usual hours are one row.
std::vector<SlotRow> rows_of(const std::vector<Slot>& slots) {
    std::vector<SlotRow> rows;
    for (const Slot& slot : slots) {
        const auto from = base::in_paris(slot.starts_at);
        const Hours hours{from.since_midnight, base::in_paris(slot.ends_at).since_midnight};
        const std::string date = base::iso_date(from.day);
        if (hours == morning)
            rows.push_back({date, "am", "", ""});
        else if (hours == afternoon && !rows.empty() && rows.back() == SlotRow{date, "am", "", ""})
            rows.back().half = "day";
        else if (hours == afternoon)
            rows.push_back({date, "pm", "", ""});
        else
            rows.push_back({date, "", hour_text(hours.from), hour_text(hours.to)});
    }
    return rows;
}

}  // namespace

SessionForm read_form(const http::Form& sent) {
    SessionForm form;
    const auto text = [&](const std::string& name) { return std::string{sent.text(name)}; };
    form.offer = text("offer");
    // One more than may be, so that the rule sees that there are too many.
    for (int i = 0; i <= max_slots; ++i) {
        const std::string row = "slots." + std::to_string(i) + ".";
        form.rows.push_back(
            {text(row + "date"), text(row + "half"), text(row + "starts"), text(row + "ends")});
    }
    while (!form.rows.empty() && form.rows.back() == SlotRow{}) form.rows.pop_back();
    form.venue = text("venue");
    form.video_link = text("video_link");
    form.capacity = text("capacity");
    form.minimum = text("minimum");
    form.language = text("language");
    form.note = text("note");
    form.enrolment_opens_at = text("enrolment_opens_at");
    form.enrolment_closes_at = text("enrolment_closes_at");
    form.cancel_until = text("cancel_until");
    for (int i = 0; i <= most_quotas; ++i) {
        const std::string row = "quotas." + std::to_string(i) + ".";
        form.quotas.push_back(
            {text(row + "who"), text(row + "detail"), text(row + "seats"), text(row + "until")});
    }
    std::erase_if(form.quotas, [](const QuotaRow& row) { return row.who.empty(); });
    form.selection = text("selection");
    form.apply_until = text("apply_until");
    form.results_on = text("results_on");
    for (int i = 0; i <= most_criteria; ++i) {
        const std::string row = "grid." + std::to_string(i) + ".";
        form.grid.push_back({text(row + "name"), text(row + "weight")});
    }
    std::erase_if(form.grid, [](const CriterionRow& row) { return row.name.empty(); });
    form.prerequisites = text("prerequisites");
    form.priorities = sent.list("priorities");
    form.offer_hours = text("offer_hours");
    form.minimum_by = text("minimum_by");
    form.revision = sent.integer("revision").value_or(-1);
    return form;
}

std::vector<std::string> prerequisites_of(const SessionForm& form) {
    std::string words = form.prerequisites;
    std::ranges::replace_if(
        words, [](char c) { return c == '\n' || c == '\r' || c == '\t' || c == ','; }, ' ');
    std::vector<std::string> slugs;
    for (const std::string& word : base::split(words, ' ')) slugs.push_back(slug_in(word));
    return slugs;
}

SessionForm empty_form(std::string_view language) {
    SessionForm form;
    form.language = language;
    return form;
}

SessionForm form_of(const Session& session, const Venue* venue,
                    const std::map<base::OfferId, std::string>& slugs) {
    SessionForm form;
    form.offer = slugs.at(session.offer);
    form.rows = rows_of(session.slots);
    if (venue != nullptr) form.venue = venue->code;
    form.video_link = session.video_link;
    form.capacity = std::to_string(session.seats.capacity);
    if (session.minimum > 0) form.minimum = std::to_string(session.minimum);
    form.language = session.language;
    form.note = session.note;
    form.enrolment_opens_at = moment_text(session.enrolment_opens_at);
    form.enrolment_closes_at = moment_text(session.enrolment_closes_at);
    form.cancel_until = moment_text(session.cancel_until);
    for (const Quota& quota : session.rules.quotas) form.quotas.push_back(row_of(quota));
    if (session.rules.selection == Selection::on_motivation) {
        form.selection = "on_motivation";
        form.apply_until = moment_text(session.rules.apply_until);
        form.results_on = base::iso_date(session.rules.results_on);
        for (const Criterion& one : session.rules.grid)
            form.grid.push_back({one.name, std::to_string(one.weight)});
    }
    for (const base::OfferId offer : session.rules.prerequisites)
        if (const auto slug = slugs.find(offer); slug != slugs.end())
            form.prerequisites += (form.prerequisites.empty() ? "" : "\n") + slug->second;
    for (const Priority priority : session.rules.priorities)
        form.priorities.emplace_back(name_of(priority));
    form.offer_hours = std::to_string(session.rules.offer_hours);
    if (session.rules.minimum_by) form.minimum_by = base::iso_date(*session.rules.minimum_by);
    form.revision = session.revision;
    return form;
}

SessionForm copy_of(const Session& session, const Venue* venue,
                    const std::map<base::OfferId, std::string>& slugs) {
    SessionForm form = form_of(session, venue, slugs);
    for (SlotRow& row : form.rows) row.date.clear();
    form.enrolment_opens_at.clear();
    form.enrolment_closes_at.clear();
    form.cancel_until.clear();
    for (QuotaRow& row : form.quotas) row.until.clear();
    form.apply_until.clear();
    form.results_on.clear();
    form.minimum_by.clear();
    form.revision = -1;
    return form;
}

ReadSession session_from(const SessionForm& form, const Session* before, const Venue* venue,
                         const Known& known, base::Time now) {
    ReadSession read;
    if (before != nullptr) read.session = *before;
    Session& session = read.session;
    read_rows(form.rows, session, read.problems);
    const bool rows_are_right = read.problems.empty();
    read_moments(form, before, session, now, read.problems);
    read_rules(form, before, known, session, read.problems);
    session.venue = venue != nullptr ? std::optional{venue->id} : std::nullopt;
    session.video_link = form.video_link;
    session.seats.capacity = read_number(form.capacity, 0);
    session.minimum = read_number(form.minimum, 0);
    session.language = form.language.empty() ? "fr" : form.language;
    session.note = form.note;

    const bool venue_unknown = !form.venue.empty() && venue == nullptr;
    if (venue_unknown) read.problems.push_back({"sessions.problem.venue_unknown", "venue"});
    const std::size_t typed_wrong = read.problems.size();
    for (base::Reason& reason : problems_of(session, venue, before, now)) {
        // One reason a field: a rule says nothing of what could not even be read.
        const bool said = std::any_of(
            read.problems.begin(), read.problems.begin() + static_cast<std::ptrdiff_t>(typed_wrong),
            [&](const auto& r) { return r.field == reason.field; });
        const bool none_because_wrong =
            session.slots.empty() && !rows_are_right && reason.field.starts_with("slots.");
        if (!said && !none_because_wrong) read.problems.push_back(std::move(reason));
    }
    return read;
}

VenueForm read_venue_form(const http::Form& sent) {
    const auto text = [&](const char* name) { return std::string{sent.text(name)}; };
    return {.organisation = text("organisation"),
            .name = text("name"),
            .address = text("address"),
            .town = text("town"),
            .capacity = text("capacity"),
            .equipment = text("equipment"),
            .contact = text("contact"),
            .step_free = sent.flag("step_free"),
            .hearing_loop = sent.flag("hearing_loop"),
            .revision = sent.integer("revision").value_or(-1)};
}

VenueForm form_of(const Venue& venue, std::string_view organisation_code) {
    return {.organisation = std::string{organisation_code},
            .name = venue.name,
            .address = venue.address,
            .town = venue.town,
            .capacity = venue.capacity ? std::to_string(*venue.capacity) : "",
            .equipment = venue.equipment,
            .contact = venue.contact,
            .step_free = venue.step_free,
            .hearing_loop = venue.hearing_loop,
            .revision = venue.revision};
}

ReadVenue venue_from(const VenueForm& form, const Venue& before) {
    ReadVenue read{before, {}};
    Venue& venue = read.venue;
    venue.name = form.name;
    venue.address = form.address;
    venue.town = form.town;
    venue.capacity =
        form.capacity.empty() ? std::nullopt : std::optional{read_number(form.capacity, 0)};
    venue.equipment = form.equipment;
    venue.contact = form.contact;
    venue.step_free = form.step_free;
    venue.hearing_loop = form.hearing_loop;
    read.problems = problems_of(venue);
    return read;
}

}  // namespace sessions
