// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/views.hpp"

#include "base/text.hpp"
#include "catalogue/formats.hpp"
#include "catalogue/themes.hpp"
#include "http/pagination.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace catalogue {
namespace json = boost::json;
namespace {

constexpr std::array orders{std::pair{Order::relevance, std::string_view{"relevance"}},
                            std::pair{Order::date, std::string_view{"date"}},
                            std::pair{Order::title, std::string_view{"title"}},
                            std::pair{Order::duration, std::string_view{"duration"}}};

json::array strings(const std::vector<std::string>& values) {
    json::array list;
    list.reserve(values.size());
    for (const std::string& value : values) list.emplace_back(value);
    return list;
}

std::string theme_label(std::string_view code, const ListContext& context) {
    const Theme* theme = context.themes.find(code);
    if (theme == nullptr) return std::string{code};
    return context.language == "en" ? theme->label_en : theme->label_fr;
}

json::array theme_list(const std::vector<std::string>& codes, const ListContext& context) {
    json::array list;
    for (const std::string& code : codes)
        list.push_back({{"code", code}, {"label", theme_label(code, context)}});
    return list;
}

// May the reader take it, and if not, why: the same two members wherever an offer is shown.
void add_eligibility(json::object& view, const Offer& offer, const ListContext& context) {
    if (context.reader == nullptr) return;
    const auto reason = why_not_take(offer.eligibility, *context.reader);
    view["may_take"] = !reason;
    if (reason) view["why_not"] = *reason;
}

// The members that the card in a list and the page of an offer share.
json::object summary(const IndexedOffer& indexed, std::size_t position,
                     const ListContext& context) {
    const Offer& offer = indexed.offer;
    json::object view{
        {"slug", indexed.slug},
        {"title", offer.shown_title()},
        {"kind", offer.kind},
        {"summary", offer.summary},
        {"duration", offer.duration},
        {"level", offer.level},
        {"modalities", strings(offer.modalities)},
        {"themes", theme_list(offer.themes, context)},
        {"organisers", strings(offer.organisers)},
        {"places", strings(offer.places)},
        {"fictitious", offer.fictitious},
        {"free_seats",
         position < context.published.index.size() && context.free_seats.test(position)},
    };
    add_eligibility(view, offer, context);
    return view;
}

std::string facet_label(Facet facet, const FacetCount& value, const ListContext& context) {
    if (facet == Facet::theme) return theme_label(value.value, context);
    return value.label;
}

json::object facet_views(const Found& found, const ListContext& context) {
    json::object views;
    for (const auto& [facet, counts] : found.facets) {
        json::array values;
        for (const FacetCount& count : counts)
            values.push_back({{"value", count.value},
                              {"label", facet_label(facet, count, context)},
                              {"count", count.count},
                              {"chosen", count.chosen}});
        views[name_of(facet)] = std::move(values);
    }
    return views;
}

// Are its values codes of ours, and not words of the organisers?
bool is_coded(Facet facet) {
    return facet == Facet::modality || facet == Facet::kind || facet == Facet::level ||
           facet == Facet::duration || facet == Facet::pillar || facet == Facet::language;
}

// Each choice made, with the address of the list without it.
json::array chosen_views(const Criteria& criteria, const Found& found, const ListContext& context) {
    json::array views;
    for (const auto& [facet, values] : criteria.chosen) {
        const auto counts = found.facets.find(facet);
        for (const std::string& value : values) {
            Criteria without = criteria;
            std::erase(without.chosen[facet], value);
            without.page = 1;
            std::string label = value;
            if (counts != found.facets.end())
                for (const FacetCount& count : counts->second)
                    if (count.value == value) label = facet_label(facet, count, context);
            json::object view{{"facet", name_of(facet)},
                              {"value", value},
                              {"label", std::move(label)},
                              {"url", url_of(without)}};
            // The page has the words of a code; see chosen.html.
            if (is_coded(facet)) view["code"] = json::object{{name_of(facet), value}};
            views.push_back(std::move(view));
        }
    }
    for (const auto& [name, flag] : {std::pair{"free_seats", &Criteria::free_seats},
                                     std::pair{"open_to_me", &Criteria::open_to_me}}) {
        if (!(criteria.*flag)) continue;
        Criteria without = criteria;
        without.*flag = false;
        without.page = 1;
        views.push_back({{"facet", name},
                         {"value", "1"},
                         {"label", name},
                         {"url", url_of(without)},
                         {"code", {{"flag", name}}}});
    }
    return views;
}

json::array sort_views(const Criteria& criteria) {
    const std::string present = !criteria.sort.empty()   ? criteria.sort
                                : criteria.words.empty() ? "date"
                                                         : "relevance";
    json::array views;
    for (const auto& [order, name] : orders)
        views.push_back({{"value", name}, {"chosen", name == present}});
    return views;
}

json::array skill_views(const Offer& offer) {
    json::array views;
    for (const Skill& skill : offer.skills)
        views.push_back({{"framework", skill.framework},
                         {"code", skill.code},
                         {"from_level", skill.from_level},
                         {"to_level", skill.to_level}});
    return views;
}

// Another offer, as a link; by its slug alone when it is not published.
json::object link_to(const std::string& slug, const Published& published) {
    const std::size_t at = published.index.find(slug);
    if (at == published.index.size()) return {{"title", slug}};
    return {{"title", published.index.at(at).offer.shown_title()}, {"url", "/catalogue/" + slug}};
}

json::array step_views(const Offer& offer, const Published& published) {
    json::array views;
    for (const Step& step : offer.steps) {
        json::object view = link_to(step.offer_slug, published);
        if (!step.track.empty()) view["track"] = step.track;
        views.push_back(std::move(view));
    }
    return views;
}

// Likeness from which another offer is worth a reader's look.
constexpr double alike_enough = 0.2;

json::array alike_views(const IndexedOffer& indexed, const Published& published) {
    json::array views;
    for (const auto& [position, likeness] : published.index.alike(indexed.offer, 4)) {
        const IndexedOffer& other = published.index.at(position);
        if (other.id == indexed.id || likeness < alike_enough) continue;
        views.push_back(link_to(other.slug, published));
    }
    return views;
}

}  // namespace

json::value list_view(const Criteria& criteria, const Found& found, const ListContext& context) {
    json::array results;
    for (const std::size_t position : found.positions)
        results.push_back(summary(context.published.index.at(position), position, context));
    json::object view{
        {"words", criteria.words},
        {"total", found.total},
        {"mended", found.mended},
        {"partial", found.partial},
        {"facets", facet_views(found, context)},
        {"chosen", chosen_views(criteria, found, context)},
        {"free_seats", {{"count", found.free_seats_count}, {"chosen", criteria.free_seats}}},
        {"sorts", sort_views(criteria)},
        {"results", std::move(results)},
    };
    const int last = http::last_page(found.total, Search{}.per_page);
    const auto url = [&criteria](int page) {
        Criteria other = criteria;
        other.page = page;
        return url_of(other);
    };
    Criteria all = criteria;
    all.page = 1;
    view["query"] = url_of(all, "");  // the files of the catalogue take it, too
    view["pagination"] = http::pagination(std::min(criteria.page, last), last, url);
    // An address from when there was more: the page says so and leads to what there is.
    if (criteria.page > last && found.total > 0) view["beyond"] = url(last);
    if (context.reader != nullptr)
        view["open_to_me"] = {{"count", found.open_to_me_count}, {"chosen", criteria.open_to_me}};
    return view;
}

json::value offer_view(const IndexedOffer& indexed, const ListContext& context,
                       json::value sessions, std::string_view base_url) {
    const Offer& offer = indexed.offer;
    json::object view = summary(indexed, context.published.index.find(indexed.id), context);
    view["objectives"] = strings(base::split(offer.objectives, '\n'));
    view["programme"] = strings(base::split(offer.programme, '\n'));
    view["audiences"] = strings(offer.audiences);
    view["subthemes"] = strings(offer.subthemes);
    view["pillars"] = strings(offer.pillars);
    view["languages"] = strings(offer.languages);
    view["trades"] = strings(offer.trades);
    view["skills"] = skill_views(offer);
    view["populations"] = strings(offer.eligibility.populations);
    view["contractors"] = offer.eligibility.contractors;
    view["invitation_only"] = offer.eligibility.invitation_only;
    view["steps"] = step_views(offer, context.published);
    view["prerequisites"] = offer.prerequisites;
    json::array prerequisites;
    for (const std::string& slug : offer.prerequisite_offers)
        prerequisites.push_back(link_to(slug, context.published));
    view["prerequisite_offers"] = std::move(prerequisites);
    view["alike"] = alike_views(indexed, context.published);
    for (const auto& [name, value] :
         {std::pair{"registration_link", &offer.registration_link},
          std::pair{"certification", &offer.certification},
          std::pair{"certification_code", &offer.certification_code},
          std::pair{"accessibility", &offer.accessibility},
          std::pair{"content_licence", &offer.content_licence},
          std::pair{"provider", &offer.provider}, std::pair{"host", &offer.host},
          std::pair{"quality_evidence", &offer.quality_evidence},
          std::pair{"source", &offer.source}})
        if (!value->empty()) view[name] = *value;
    if (offer.duration_minutes) view["duration_minutes"] = *offer.duration_minutes;
    if (offer.price_cents) view["price_cents"] = *offer.price_cents;
    if (offer.reviewed_on) view["reviewed_on"] = base::iso_date(*offer.reviewed_on);
    if (offer.expires_on) view["expires_on"] = base::iso_date(*offer.expires_on);
    view["sessions"] = std::move(sessions);
    view["json_ld"] = to_schema_org({indexed.slug, offer, indexed.published_at}, base_url);
    return view;
}

}  // namespace catalogue
