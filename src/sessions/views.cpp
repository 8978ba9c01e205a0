// SPDX-License-Identifier: EUPL-1.2
#include "sessions/views.hpp"

#include "base/text.hpp"
#include "base/zone.hpp"
#include "http/pagination.hpp"
#include "sessions/rules.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdlib>

namespace sessions {
namespace json = boost::json;
namespace {

json::array slot_views(const std::vector<Slot>& slots) {
    json::array views;
    for (const Slot& slot : slots)
        views.push_back({{"starts_at", base::iso_time(slot.starts_at)},
                         {"ends_at", base::iso_time(slot.ends_at)},
                         {"last", &slot == &slots.back()}});
    return views;
}

// The half days of each day together, for people.
json::array day_views(const std::vector<Slot>& slots) {
    json::array views;
    std::vector<Slot> today;
    for (const Slot& slot : slots) {
        if (!today.empty() &&
            base::in_paris(today.front().starts_at).day != base::in_paris(slot.starts_at).day) {
            views.push_back(
                {{"date", base::iso_time(today.front().starts_at)}, {"slots", slot_views(today)}});
            today.clear();
        }
        today.push_back(slot);
    }
    if (!today.empty())
        views.push_back(
            {{"date", base::iso_time(today.front().starts_at)}, {"slots", slot_views(today)}});
    return views;
}

json::object offer_title_view(const catalogue::OfferTitle& offer) {
    return {{"slug", offer.slug}, {"title", offer.title}, {"fictitious", offer.fictitious}};
}

const Venue* venue_of(const Session& session, const std::map<base::VenueId, Venue>& venues) {
    if (!session.venue) return nullptr;
    const auto found = venues.find(*session.venue);
    return found == venues.end() ? nullptr : &found->second;
}

std::string list_url(Listed listed, std::string_view offer_slug, int page) {
    std::string url = "/sessions?state=" + std::string{name_of(listed)};
    if (!offer_slug.empty()) url += "&offer=" + std::string{offer_slug};
    if (page > 1) url += "&page=" + std::to_string(page);
    return url;
}

json::object pagination(const ListPage& list, int total) {
    return http::pagination(list.page, http::last_page(total, list.query.limit), [&](int page) {
        return list_url(list.query.listed, list.offer_slug, page);
    });
}

json::object field(std::string_view value, bool required = false) {
    return {{"value", value}, {"required", required}};
}

constexpr std::size_t rows_in_sight = 4;
constexpr std::size_t rows_at_least = 10;

json::object row_view(const SlotRow& row, std::size_t index,
                      const std::vector<base::Reason>& problems) {
    const std::string name = "slots." + std::to_string(index);
    const std::string half = row == SlotRow{} ? "day" : row.half;
    json::array halves;
    for (const char* value : {"day", "am", "pm", ""})
        halves.push_back({{"value", value},
                          {"label", *value == '\0' ? "other" : value},
                          {"selected", half == value}});
    json::object view{{"row", name},      {"number", index + 1}, {"date", row.date},
                      {"half", half},     {"halves", halves},    {"starts", row.starts},
                      {"ends", row.ends}, {"problem", ""}};
    // Here and not by the page: its marks stand under form.<field>, and a row is in a list.
    for (const base::Reason& reason : problems)
        if (reason.field == name + ".date")
            view["problem"] = reason.message_key.substr(reason.message_key.rfind('.') + 1);
    return view;
}

constexpr std::size_t quota_rows = 4;
constexpr std::size_t grid_rows = 5;

std::string problem_at(const std::vector<base::Reason>& problems, const std::string& prefix) {
    for (const base::Reason& reason : problems)
        if (reason.field.starts_with(prefix))
            return reason.message_key.substr(reason.message_key.rfind('.') + 1);
    return {};
}

json::array quota_views(const std::vector<QuotaRow>& rows,
                        const std::vector<base::Reason>& problems) {
    json::array views;
    const std::size_t count =
        std::min(std::max(quota_rows, rows.size() + 1), static_cast<std::size_t>(most_quotas));
    for (std::size_t i = 0; i < count; ++i) {
        const QuotaRow row = i < rows.size() ? rows[i] : QuotaRow{};
        json::array whom;
        const auto add = [&](std::string_view value, std::string_view group, json::value name) {
            whom.push_back({{"value", value},
                            {"label", group},
                            {"name", std::move(name)},
                            {"selected", row.who == value}});
        };
        for (const std::string_view population : quota_populations)
            add("population:" + std::string{population}, population, "");
        add("outside_idf:1", "outside_idf", "");
        add("organisation", "organisation", "");
        add("department", "department", "");
        add("town", "town", "");
        for (const Region& region : regions)
            add("region:" + std::string{region.code}, "region", json::string(region.name));
        const std::string name = "quotas." + std::to_string(i);
        views.push_back({{"row", name},
                         {"number", i + 1},
                         {"whom", std::move(whom)},
                         {"detail", row.detail},
                         {"count", row.seats},
                         {"until", row.until},
                         {"problem", problem_at(problems, name + ".")}});
    }
    return views;
}

json::array grid_views(const std::vector<CriterionRow>& rows,
                       const std::vector<base::Reason>& problems) {
    json::array views;
    const std::size_t count =
        std::min(std::max(grid_rows, rows.size() + 1), static_cast<std::size_t>(most_criteria));
    for (std::size_t i = 0; i < count; ++i) {
        const CriterionRow row = i < rows.size() ? rows[i] : CriterionRow{};
        const std::string name = "grid." + std::to_string(i);
        views.push_back({{"row", name},
                         {"number", i + 1},
                         {"name", row.name},
                         {"weight", row.weight},
                         {"problem", problem_at(problems, name + ".")}});
    }
    return views;
}

}  // namespace

json::object rules_view(const Session& session, const Venue* venue,
                        const std::map<base::OfferId, catalogue::OfferTitle>& titles,
                        const std::map<std::string, std::string>& organisations, base::Time now) {
    const SeatRules& rules = session.rules;
    json::array quotas;
    int reserved = 0;
    for (const Quota& quota : rules.quotas) {
        const bool released = now >= quota.reserved_until;
        if (!released) reserved += quota.seats;
        std::string name = quota.value;
        if (const auto found = organisations.find(quota.value);
            quota.kind == "organisation" && found != organisations.end())
            name = found->second;
        for (const Region& region : regions)
            if (quota.kind == "region" && region.code == quota.value) name = region.name;
        quotas.push_back(
            {{"kind", quota.kind},
             {"label", quota.kind == "population" ? quota.value : quota.kind},
             {"name",
              quota.kind == "population" || quota.kind == "outside_idf" ? std::string{} : name},
             {"seats", quota.seats},
             {"until", base::iso_time(quota.reserved_until)},
             {"released", released}});
    }
    json::array priorities;
    for (const Priority priority : rules.priorities)
        priorities.push_back(json::string(name_of(priority)));
    json::array prerequisites;
    for (const base::OfferId offer : rules.prerequisites)
        if (const auto found = titles.find(offer); found != titles.end())
            prerequisites.push_back(offer_title_view(found->second));
    json::array grid;
    for (const Criterion& criterion : rules.grid)
        grid.push_back({{"name", criterion.name}, {"weight", criterion.weight}});
    const bool on_motivation = rules.selection == Selection::on_motivation;
    json::object view{{"session", session_view(session, venue)},
                      {"offer", offer_title_view(titles.at(session.offer))},
                      {"selection", on_motivation ? "on_motivation" : "first_come"},
                      {"on_motivation", on_motivation},
                      {"grid", std::move(grid)},
                      {"quotas", std::move(quotas)},
                      {"for_all", session.seats.capacity - reserved},
                      {"prerequisites", std::move(prerequisites)},
                      {"priorities", std::move(priorities)},
                      {"offer_hours", rules.offer_hours},
                      {"minimum", session.minimum}};
    if (on_motivation) {
        view["apply_until"] = base::iso_time(rules.apply_until);
        view["results_on"] = base::iso_date(rules.results_on);
        view["results_given"] = session.results_at.has_value();
    }
    if (rules.minimum_by) view["minimum_by"] = base::iso_date(*rules.minimum_by);
    return view;
}

json::object venue_view(const Venue& venue) {
    json::object view{{"code", venue.code},           {"name", venue.name},
                      {"address", venue.address},     {"town", venue.town},
                      {"step_free", venue.step_free}, {"hearing_loop", venue.hearing_loop},
                      {"equipment", venue.equipment}};
    if (venue.capacity) view["capacity"] = *venue.capacity;
    return view;
}

json::object session_view(const Session& session, const Venue* venue) {
    json::array days = day_views(session.slots);
    const bool several_days = days.size() > 1;
    json::object view{
        {"id", session.id.value},
        {"status", name_of(session.status)},
        {"cancelled", session.status == Status::cancelled},
        {"starts_at", base::iso_time(session.starts_at())},
        {"ends_at", base::iso_time(session.ends_at())},
        {"slots", slot_views(session.slots)},
        {"several_slots", session.slots.size() > 1},
        {"days", std::move(days)},
        {"several_days", several_days},
        {"language", session.language},
        {"in_french", session.language == "fr"},
        {"note", session.note},
        {"remote", !session.venue.has_value()},
        {"enrolment_opens_at", base::iso_time(session.enrolment_opens_at)},
        {"enrolment_closes_at", base::iso_time(session.enrolment_closes_at)},
        {"cancel_until", base::iso_time(session.cancel_until)},
        {"capacity", session.seats.capacity},
        {"taken", session.seats.taken},
        {"free", session.seats.capacity - session.seats.taken},
        {"full", session.seats.full()},
        {"waiting", session.seats.waiting},
        {"selecting", session.selecting()},
        // A form comes before the seat.
        {"asks", session.selecting() || !session.rules.prerequisites.empty()},
        {"ruled", session.rules.ruled()},
    };
    if (session.selecting()) {
        view["apply_until"] = base::iso_time(session.rules.apply_until);
        view["results_on"] = base::iso_date(session.rules.results_on);
    }
    if (venue != nullptr) view["venue"] = venue_view(*venue);
    return view;
}

json::object organiser_view(const Session& session, const Venue* venue,
                            const catalogue::OfferTitle& offer, base::Time now) {
    json::object view = session_view(session, venue);
    view["offer"] = offer_title_view(offer);
    view["video_link"] = session.video_link;
    view["minimum"] = session.minimum;
    view["below_minimum"] = session.seats.taken < session.minimum;
    view["revision"] = session.revision;
    view["draft"] = session.status == Status::draft;
    view["ended"] = session.ends_at() <= now;
    view["can_change"] = !why_not_change(session, now);
    view["can_open"] = !why_not_open(session, now);
    view["can_cancel"] = !why_not_cancel(session, now);
    return view;
}

namespace {

// A session that is not full so shortly before its beginning is to be filled.
constexpr std::chrono::days soon{21};

bool to_fill(const Session& session, base::Time now) {
    return !session.seats.full() && !session.selecting() && now < session.enrolment_closes_at &&
           session.starts_at() <= now + soon;
}

bool below_minimum(const Session& session, base::Time now) {
    return session.rules.minimum_by && now >= base::Time{*session.rules.minimum_by} &&
           session.seats.taken < session.minimum;
}

}  // namespace

bool waits(const Session& session, const ToDo& to_do, base::Time now) {
    if (session.starts_at() <= now) return false;
    const bool results_due = session.selecting() && now >= session.rules.apply_until;
    return to_do.to_grade > 0 || to_do.to_check > 0 || results_due || below_minimum(session, now) ||
           to_fill(session, now);
}

json::object list_view(const ListPage& list, base::Time now) {
    json::array waiting;
    for (const Session& session : list.waiting) {
        const auto found = list.to_do.find(session.id);
        const ToDo to_do = found == list.to_do.end() ? ToDo{} : found->second;
        json::object view = session_view(session, venue_of(session, list.venues));
        view["offer"] = offer_title_view(list.titles.at(session.offer));
        view["to_grade"] = to_do.to_grade;
        view["to_check"] = to_do.to_check;
        view["results_due"] = session.selecting() && now >= session.rules.apply_until;
        view["below_minimum"] = below_minimum(session, now);
        view["to_fill"] = to_fill(session, now);
        waiting.push_back(std::move(view));
    }
    json::array views;
    for (const Session& session : list.sessions)
        views.push_back(organiser_view(session, venue_of(session, list.venues),
                                       list.titles.at(session.offer), now));
    json::array states;
    for (const Listed listed : all_listed)
        states.push_back({{"value", name_of(listed)},
                          {"count", list.counts.at(listed)},
                          {"chosen", listed == list.query.listed},
                          {"url", list_url(listed, list.offer_slug, 1)}});
    std::vector<const catalogue::OfferTitle*> titles;
    titles.reserve(list.titles.size());
    for (const auto& [id, title] : list.titles) titles.push_back(&title);
    std::ranges::sort(titles, {}, [](const auto* title) { return base::fold(title->title); });
    json::array offers;
    for (const catalogue::OfferTitle* title : titles)
        offers.push_back({{"value", title->slug},
                          {"label", title->title},
                          {"selected", title->slug == list.offer_slug}});
    const int total = list.counts.at(list.query.listed);
    return {{"to_do", std::move(waiting)},
            {"state", name_of(list.query.listed)},
            {"offer", list.offer_slug},
            {"total", total},
            {"states", std::move(states)},
            {"several_offers", offers.size() > 1},
            {"offers", std::move(offers)},
            {"sessions", std::move(views)},
            {"pagination", pagination(list, total)}};
}

json::object offers_view(std::string_view words, int total,
                         const std::vector<OfferChoice>& offers) {
    json::array views;
    for (const OfferChoice& offer : offers)
        views.push_back(
            {{"slug", offer.slug}, {"title", offer.title}, {"fictitious", offer.fictitious}});
    const bool more = total > static_cast<int>(offers.size());
    return {{"words", words}, {"total", total}, {"more", more}, {"offers", std::move(views)}};
}

json::object form_view(const SessionForm& form, const FormContext& context,
                       const std::vector<base::Reason>& problems) {
    json::array in_sight;
    json::array further;
    bool further_open = false;
    const std::size_t rows = std::max(rows_at_least, form.rows.size());
    for (std::size_t i = 0; i < rows; ++i) {
        const SlotRow row = i < form.rows.size() ? form.rows[i] : SlotRow{};
        // A row that was not filled in comes back with the half day that it was shown with.
        const bool filled = !row.empty() || (!row.half.empty() && row.half != "day");
        further_open = further_open || (i >= rows_in_sight && filled);
        (i < rows_in_sight ? in_sight : further).push_back(row_view(row, i, problems));
    }
    json::array venues;
    for (const Venue& venue : context.venues)
        venues.push_back({{"value", venue.code},
                          {"label", venue.town + " – " + venue.name},
                          {"capacity", venue.capacity.value_or(0)},
                          {"selected", venue.code == form.venue}});
    json::array languages_view;
    bool listed = false;
    for (const std::string_view language : languages) {
        listed = listed || language == form.language;
        languages_view.push_back({{"value", language}, {"selected", language == form.language}});
    }
    if (!listed && !form.language.empty())
        languages_view.push_back({{"value", form.language}, {"selected", true}});

    json::array priorities;
    for (const Priority priority : all_priorities)
        priorities.push_back({{"value", name_of(priority)},
                              {"label", name_of(priority)},
                              {"checked", std::ranges::find(form.priorities, name_of(priority)) !=
                                              form.priorities.end()}});
    const bool rules_open = !form.quotas.empty() || form.selection == "on_motivation" ||
                            !form.priorities.empty() || !form.prerequisites.empty();

    json::object view{{"offer", offer_title_view(context.offer)},
                      {"quotas", quota_views(form.quotas, problems)},
                      {"grid", grid_views(form.grid, problems)},
                      {"on_motivation", form.selection == "on_motivation"},
                      {"rules_open", rules_open},
                      {"slots", std::move(in_sight)},
                      {"more_slots", std::move(further)},
                      {"more_open", further_open},
                      {"form",
                       {{"venue", {{"options", std::move(venues)}, {"required", false}}},
                        {"video_link", field(form.video_link)},
                        {"capacity", field(form.capacity, true)},
                        {"minimum", field(form.minimum)},
                        {"language", {{"options", std::move(languages_view)}, {"required", true}}},
                        {"note", field(form.note)},
                        {"enrolment_opens_at", field(form.enrolment_opens_at)},
                        {"enrolment_closes_at", field(form.enrolment_closes_at)},
                        {"cancel_until", field(form.cancel_until)},
                        {"apply_until", field(form.apply_until)},
                        {"results_on", field(form.results_on)},
                        {"prerequisites", field(form.prerequisites)},
                        {"priorities", {{"options", std::move(priorities)}}},
                        {"offer_hours", field(form.offer_hours)},
                        {"minimum_by", field(form.minimum_by)}}}};
    if (const Session* session = context.session) {
        view["id"] = session->id.value;
        view["starts_at"] = base::iso_time(session->starts_at());
        view["revision"] = form.revision;
        view["taken"] = session->seats.taken;
        view["waiting"] = session->seats.waiting;
        view["draft"] = session->status == Status::draft;
    } else {
        view["draft"] = true;
    }
    return view;
}

json::object venues_view(const std::vector<VenueOf>& venues) {
    json::array views;
    for (const VenueOf& one : venues) {
        json::object view = venue_view(one.venue);
        view["contact"] = one.venue.contact;
        view["organisation"] = one.organisation;
        view["revision"] = one.venue.revision;
        view["can_change"] = one.mine;
        if (!one.venue.capacity) view["capacity"] = nullptr;
        views.push_back(std::move(view));
    }
    return {{"venues", std::move(views)}};
}

json::object venue_form_view(const VenueForm& form,
                             const std::vector<std::pair<std::string, std::string>>& owners,
                             std::string_view code) {
    json::array options;
    for (const auto& [owner, name] : owners)
        options.push_back(
            {{"value", owner}, {"label", name}, {"selected", owner == form.organisation}});
    const bool choose_owner = code.empty() && owners.size() > 1;
    return {{"code", code},
            {"is_new", code.empty()},
            {"revision", form.revision},
            {"choose_organisation", choose_owner},
            {"form",
             {{"organisation", {{"options", std::move(options)}, {"required", true}}},
              {"name", field(form.name, true)},
              {"address", field(form.address)},
              {"town", field(form.town, true)},
              {"capacity", field(form.capacity)},
              {"step_free", {{"checked", form.step_free}}},
              {"hearing_loop", {{"checked", form.hearing_loop}}},
              {"equipment", field(form.equipment)},
              {"contact", field(form.contact)}}}};
}

}  // namespace sessions
