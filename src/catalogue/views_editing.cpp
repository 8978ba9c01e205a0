// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/views_editing.hpp"

#include "base/text.hpp"
#include "catalogue/differences.hpp"
#include "catalogue/store.hpp"
#include "catalogue/themes.hpp"
#include "catalogue/views.hpp"
#include "http/pagination.hpp"
#include "http/router.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace catalogue {
namespace json = boost::json;
namespace {

std::string url_of_offer(base::OfferId id) {
    return "/offers/" + std::to_string(id.value);
}

std::string label_of(const Theme& theme, std::string_view language) {
    return language == "en" ? theme.label_en : theme.label_fr;
}

std::string list_url(std::optional<State> state, int page) {
    std::string url = "/offers";
    if (state) url += "?state=" + std::string{name_of(*state)};
    if (page > 1) url += (state ? "&page=" : "?page=") + std::to_string(page);
    return url;
}

json::array state_views(const std::vector<Listed>& all, std::optional<State> chosen) {
    json::array views;
    for (const State state : states) {
        const auto count = std::ranges::count(all, state, &Listed::state);
        if (count == 0 && chosen != state) continue;
        views.push_back({{"value", name_of(state)},
                         {"count", count},
                         {"chosen", chosen == state},
                         {"url", list_url(state, 1)}});
    }
    return views;
}

void add_person(json::object& view, const char* name, std::optional<base::PersonId> id,
                const WorkContext& context) {
    if (!id) return;
    if (const auto person = context.people.find(*id); person != context.people.end())
        view[name] = person->second.full_name();
}

json::object summary_of(const OfferVersion& version, const Dossier& dossier,
                        const WorkContext& context) {
    const OfferRecord& record = dossier.record;
    json::object view{
        {"number", version.number},
        {"created_at", base::iso_time(version.created_at)},
        {"current", record.published_number == version.number},
        {"working", record.working_number == version.number},
        {"url", url_of_offer(record.id) + "/versions/" + std::to_string(version.number)}};
    add_person(view, "author", version.author, context);
    add_person(view, "reviewer", version.reviewer, context);
    if (version.reviewed_at) view["reviewed_at"] = base::iso_time(*version.reviewed_at);
    if (!version.comment.empty()) view["comment"] = version.comment;
    return view;
}

// The version that a reader of `number` compares it with.
const OfferVersion* before_of(const Dossier& dossier, std::int64_t number) {
    if (dossier.record.working_number == number && dossier.record.published_number)
        return dossier.version(*dossier.record.published_number);
    const OfferVersion* before = nullptr;
    for (const OfferVersion& version : dossier.versions)
        if (version.number < number && (!before || version.number > before->number))
            before = &version;
    return before;
}

// The member of a line says which words the page has for it: {"kind": "formation"} is a code,
// {"text": "..."} what somebody wrote.
constexpr std::array codings{
    std::pair{std::string_view{"kind"}, std::string_view{"kind"}},
    std::pair{std::string_view{"modalities"}, std::string_view{"modality"}},
    std::pair{std::string_view{"level"}, std::string_view{"level"}},
    std::pair{std::string_view{"pillars"}, std::string_view{"pillar"}},
    std::pair{std::string_view{"languages"}, std::string_view{"language"}},
    std::pair{std::string_view{"eligibility_populations"}, std::string_view{"population"}}};
constexpr std::array<std::string_view, 4> flags{"visible", "fictitious", "eligibility_contractors",
                                                "eligibility_invitation_only"};

json::array line_views(const std::string& field, const std::vector<DifferenceLine>& lines,
                       const Themes& themes, std::string_view language) {
    json::array views;
    for (const DifferenceLine& line : lines) {
        json::object view{{"changed", line.changed}};
        std::string_view name = "text";
        std::string text = line.text;
        for (const auto& [coded, coding] : codings)
            if (field == coded) name = coding;
        if (std::ranges::find(flags, field) != flags.end()) name = "flag";
        if (field == "reviewed_on" || field == "expires_on") name = "day";
        if (field == "themes")
            if (const Theme* theme = themes.find(line.text)) text = label_of(*theme, language);
        view[name] = text;
        views.push_back(std::move(view));
    }
    return views;
}

json::array difference_views(const Offer& before, const Offer& after, const Themes& themes,
                             std::string_view language) {
    json::array views;
    for (const Difference& difference : differences(before, after))
        views.push_back(
            {{"field", difference.field},
             {"before", line_views(difference.field, difference.before, themes, language)},
             {"after", line_views(difference.field, difference.after, themes, language)}});
    return views;
}

json::array options_of(std::span<const std::string_view> codes, std::string_view chosen) {
    const auto values = base::split(chosen, '\n');
    json::array options;
    for (const std::string_view code : codes) {
        const bool is_chosen = std::ranges::find(values, code) != values.end();
        options.push_back(
            {{"value", code}, {"label", code}, {"selected", is_chosen}, {"checked", is_chosen}});
    }
    return options;
}

json::array organisation_options(const OrganisationChoice& choice) {
    json::array options;
    for (const auto* organisation : choice.all)
        options.push_back({{"value", organisation->code},
                           {"label", organisation->name},
                           {"selected", organisation->code == choice.chosen}});
    return options;
}

bool is_required(std::string_view field) {
    return field == "title" || field == "kind";
}

}  // namespace

json::value work_list_view(const std::vector<Listed>& all, std::size_t matching,
                           const std::vector<Listed>& shown, const WorkListContext& context) {
    json::array offers;
    for (const Listed& listed : shown) {
        const auto* owner = context.tree.find(listed.record.organisation);
        offers.push_back({{"id", listed.record.id.value},
                          {"title", listed.title},
                          {"state", name_of(listed.state)},
                          {"organisation", owner ? owner->shown_name() : ""},
                          {"changed_at", base::iso_time(listed.changed_at)},
                          {"waits", listed.waits},
                          {"sent_back", listed.sent_back},
                          {"url", url_of_offer(listed.record.id)}});
    }
    const int last = http::last_page(static_cast<int>(matching), listed_per_page);
    return {{"total", matching},
            {"all", {{"count", all.size()}, {"chosen", !context.chosen}, {"url", "/offers"}}},
            {"waiting", std::ranges::count(all, true, &Listed::waits)},
            {"states", state_views(all, context.chosen)},
            {"may_create", context.may_create},
            {"offers", std::move(offers)},
            {"pagination", http::pagination(std::min(context.page, last), last, [&](int page) {
                 return list_url(context.chosen, page);
             })}};
}

json::array alike_views(const Offer& offer, std::optional<base::OfferId> self,
                        const Published& published) {
    json::array views;
    for (const auto& [position, likeness] : published.index.alike(offer, 6)) {
        const IndexedOffer& other = published.index.at(position);
        if (other.id == self || likeness < nearly_the_same) continue;
        views.push_back({{"title", other.offer.shown_title()},
                         {"url", "/catalogue/" + other.slug},
                         {"percent", std::lround(likeness * 100)}});
    }
    return views;
}

json::value work_view(const Dossier& dossier, const WorkContext& context) {
    const OfferRecord& record = dossier.record;
    const Actor& actor = dossier.actor;
    const OfferVersion& present = dossier.present();
    const bool shown = context.published.find(record.id) != nullptr;

    const Bits no_seats(context.published.index.size());
    json::object preview =
        offer_view(
            {record.id, record.slug, dossier.offer, record.published_at.value_or(base::Time{})},
            {context.published, context.themes, no_seats, nullptr, context.language}, {}, "")
            .as_object();
    for (const char* name : {"json_ld", "sessions", "alike"}) preview.erase(name);

    const auto why_not_publishing = why_not_publish(record, actor, present.author);
    json::object may{{"edit", !why_not_edit(record, actor)},
                     {"propose", !why_not_propose(record, actor)},
                     {"publish", !why_not_publishing},
                     {"send_back", !why_not_send_back(record, actor)},
                     {"retire", !why_not_retire(record, actor)},
                     {"restore", !why_not_restore(record, actor)}};
    json::array versions;
    for (const OfferVersion& version : dossier.versions)
        versions.push_back(summary_of(version, dossier, context));
    json::array missing;
    if (record.is_draft())
        for (const base::Reason& problem : problems_for_publication(dossier.offer))
            missing.emplace_back(form_name(problem.field));

    const auto* owner = context.tree.find(record.organisation);
    json::object view{
        {"id", record.id.value},
        {"slug", record.slug},
        {"title", dossier.offer.shown_title()},
        {"state", name_of(state_of(record, dossier.expired))},
        {"shown", shown},
        {"published", record.published_number.has_value()},
        {"revision", record.revision},
        {"organisation", owner ? owner->name : ""},
        {"may", std::move(may)},
        {"missing", std::move(missing)},
        {"alike", alike_views(dossier.offer, record.id, context.published)},
        {"versions", std::move(versions)},
        {"offer", std::move(preview)},
        {"form", {{"comment", {{"value", ""}, {"required", true}}}}},
    };
    if (record.working_number && before_of(dossier, *record.working_number))
        view["changes_url"] =
            url_of_offer(record.id) + "/versions/" + std::to_string(*record.working_number);
    if (record.is_proposed() && actor.reviewer && why_not_publishing)
        view["why_not_publish"] = *why_not_publishing;
    if (record.is_draft() && !present.comment.empty())
        view["sent_back"] = summary_of(present, dossier, context);
    return view;
}

std::optional<json::value> version_view(const Dossier& dossier, std::int64_t number,
                                        const WorkContext& context) {
    const OfferVersion* version = dossier.version(number);
    if (version == nullptr) return std::nullopt;
    json::object view{{"id", dossier.record.id.value},
                      {"title", dossier.offer.shown_title()},
                      {"version", summary_of(*version, dossier, context)}};
    json::array changes;
    if (const OfferVersion* before = before_of(dossier, number)) {
        view["compared"] = summary_of(*before, dossier, context);
        changes = difference_views(store::read_content(before->content),
                                   store::read_content(version->content), context.themes,
                                   context.language);
    } else {
        Offer nothing;
        nothing.kind.clear();
        nothing.languages.clear();
        changes = difference_views(nothing, store::read_content(version->content), context.themes,
                                   context.language);
    }
    view["changes"] = std::move(changes);
    return view;
}

json::value form_view(const Fields& fields, const Dossier* dossier, const Themes& themes,
                      std::string_view language, const OrganisationChoice* organisations,
                      const Offer* typed) {
    json::object form;
    for (const auto& [name, value] : fields)
        form[name] = {{"value", value}, {"checked", value == "1"}, {"required", is_required(name)}};
    const auto choose = [&](const char* name, std::span<const std::string_view> codes) {
        json::object& field = form[name].as_object();
        field["options"] = options_of(codes, json::value_to<std::string>(field["value"]));
    };
    choose("kind", kinds());
    choose("level", levels());
    choose("modalities", modalities());
    choose("pillars", pillars());
    choose("eligibility_populations", populations());

    json::object& theme_field = form["themes"].as_object();
    const auto chosen = base::split(json::value_to<std::string>(theme_field["value"]), '\n');
    json::array theme_options;
    for (const Theme& theme : themes.present())
        theme_options.push_back(
            {{"value", theme.code},
             {"label", label_of(theme, language)},
             {"checked", std::ranges::find(chosen, theme.code) != chosen.end()}});
    theme_field["options"] = std::move(theme_options);
    if (organisations)
        form["organisation"] = {{"options", organisation_options(*organisations)},
                                {"required", true}};

    json::object view{{"form", std::move(form)}, {"is_new", dossier == nullptr}};
    if (dossier) {
        view["id"] = dossier->record.id.value;
        view["title"] = dossier->offer.shown_title();
        view["revision"] = dossier->record.revision;
        view["published"] = dossier->record.published_number.has_value();
        view["proposed"] = dossier->record.is_proposed();
        if (typed)
            view["stale"] = {
                {"changes", difference_views(dossier->offer, *typed, themes, language)}};
    }
    return view;
}

json::value import_view(const OrganisationChoice& organisations, std::string_view format) {
    static constexpr std::array<std::string_view, 3> formats{"csv", "lheo", "json"};
    return {{"form",
             {{"file", {{"required", true}}},
              {"format", {{"options", options_of(formats, format)}, {"required", true}}},
              {"organisation",
               {{"options", organisation_options(organisations)}, {"required", true}}}}}};
}

json::value report_view(const ImportReport& report, const http::PageRenderer& words,
                        std::string_view language) {
    json::array problems;
    for (const LineProblem& problem : report.problems)
        problems.push_back({{"line", problem.line},
                            {"field", form_name(problem.reason.field)},
                            {"reason", words.message(language, problem.reason)},
                            {"left_out", problem.left_out}});
    return {{"added", report.counts.added},
            {"changed", report.counts.changed},
            {"unchanged", report.counts.unchanged},
            {"problems", std::move(problems)}};
}

}  // namespace catalogue
