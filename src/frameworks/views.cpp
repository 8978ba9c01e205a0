// SPDX-License-Identifier: EUPL-1.2
#include "frameworks/views.hpp"

#include "base/text.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>

namespace frameworks {
namespace json = boost::json;
namespace {

json::value optional_level(const Targets& targets, std::string_view competence) {
    const auto found = targets.find(competence);
    return found == targets.end() ? json::value{} : json::value(found->second);
}

// All competences by area, each with its target (null: not asked for) and what that means.
json::array targets_view(const Targets& targets, std::string_view language) {
    json::array areas;
    for (const Area& area : present().areas) {
        json::array competences;
        for (const Competence& competence : present().competences) {
            if (competence.area != area.code) continue;
            json::object one{{"code", competence.code},
                             {"label", competence.label.in(language)},
                             {"level", optional_level(targets, competence.code)},
                             {"band", nullptr},
                             {"can_do", nullptr}};
            if (const auto found = targets.find(competence.code); found != targets.end()) {
                const int band = band_of(found->second);
                one["band"] = name_of_band(band);
                one["can_do"] = competence.can_do[static_cast<std::size_t>(band)].in(language);
            }
            competences.push_back(std::move(one));
        }
        areas.push_back({{"code", area.code},
                         {"label", area.label.in(language)},
                         {"competences", std::move(competences)}});
    }
    return areas;
}

// One select a competence, named level-<code>; "" : not asked for.
json::array level_fields(const Targets& targets, const json::object* typed,
                         std::string_view language) {
    json::array areas;
    for (const Area& area : present().areas) {
        json::array fields;
        for (const Competence& competence : present().competences) {
            if (competence.area != area.code) continue;
            std::string chosen;
            if (const auto found = targets.find(competence.code); found != targets.end())
                chosen = std::to_string(found->second);
            const std::string name = "level-" + competence.code;
            if (typed != nullptr)
                if (const auto* given = typed->if_contains(name))
                    chosen = json::value_to<std::string>(*given);
            json::array options;
            for (int level = 1; level <= highest_level; ++level)
                options.push_back({{"value", std::to_string(level)},
                                   {"selected", chosen == std::to_string(level)},
                                   {"band", name_of_band(band_of(level))}});
            fields.push_back({{"name", name},
                              {"code", competence.code},
                              {"label", competence.label.in(language)},
                              {"options", std::move(options)}});
        }
        areas.push_back({{"label", area.label.in(language)},
                         {"code", area.code},
                         {"fields", std::move(fields)}});
    }
    return areas;
}

json::object core_summary(const Core& core, std::string_view language) {
    return {{"id", core.id},
            {"proposal", core.id == 0},
            {"from", core.id == 0 ? json::value{} : json::value(base::iso_date(core.from))},
            {"note", core.note},
            {"framework", core.framework},
            {"count", core.targets.size()},
            {"areas", targets_view(core.targets, language)}};
}

}  // namespace

json::object framework_view(const Framework& framework, std::string_view language) {
    json::array levels, areas;
    for (const Level& level : framework.levels)
        levels.push_back({{"number", level.number},
                          {"band", name_of_band(band_of(level.number))},
                          {"description", level.description.in(language)}});
    for (const Area& area : framework.areas) {
        json::array competences;
        for (const Competence& competence : framework.competences) {
            if (competence.area != area.code) continue;
            json::array told;
            for (int band = 0; band < bands; ++band)
                told.push_back(
                    {{"band", name_of_band(band)},
                     {"can_do", competence.can_do[static_cast<std::size_t>(band)].in(language)}});
            competences.push_back({{"code", competence.code},
                                   {"label", competence.label.in(language)},
                                   {"bands", std::move(told)}});
        }
        areas.push_back({{"code", area.code},
                         {"label", area.label.in(language)},
                         {"competences", std::move(competences)}});
    }
    json::array maps;
    for (const Mapping& mapping : mappings()) {
        if (mapping.to != framework.id) continue;
        json::array pairs;
        for (const Mapped& pair : mapping.pairs) {
            json::array to;
            for (const std::string& code : pair.to) {
                const Competence* competence = framework.find(code);
                to.push_back({{"code", code},
                              {"label", competence == nullptr ? std::string{}
                                                              : competence->label.in(language)}});
            }
            pairs.push_back(
                {{"from", pair.from}, {"label", pair.label.in(language)}, {"to", std::move(to)}});
        }
        maps.push_back({{"from", mapping.from},
                        {"title", mapping.title.in(language)},
                        {"source", mapping.source},
                        {"pairs", std::move(pairs)}});
    }
    return {{"id", framework.id},         {"title", framework.title.in(language)},
            {"source", framework.source}, {"levels", std::move(levels)},
            {"areas", std::move(areas)},  {"mappings", std::move(maps)}};
}

json::object trades_view(const Trades& trades, std::string_view language) {
    json::array list;
    for (const Family& family : families()) {
        json::array of;
        for (const Trade& trade : trades.list())
            if (trade.family == family.code)
                of.push_back({{"code", trade.code},
                              {"url", "/trades/" + trade.code},
                              {"label", trade.label.in(language)},
                              {"tension", trade.tension},
                              {"edited", trade.edited}});
        list.push_back({{"code", family.code},
                        {"label", family.label.in(language)},
                        {"trades", std::move(of)}});
    }
    return {{"working_list", true},
            {"source", trades_source().in(language)},
            {"framework", present().id},
            {"total", trades.list().size()},
            {"families", std::move(list)}};
}

json::object trade_view(const Trade& trade, bool may_edit, const std::string& edited_by,
                        const json::object* typed, std::string_view language) {
    const auto family = std::ranges::find(families(), trade.family, &Family::code);
    return {
        {"code", trade.code},
        {"label", trade.label.in(language)},
        {"family", family == families().end() ? std::string{} : family->label.in(language)},
        {"tension", trade.tension},
        {"working_list", true},
        {"source", trades_source().in(language)},
        {"framework", present().id},
        {"edited", trade.edited},
        {"edited_by", edited_by},
        {"edited_at", trade.edited ? json::value(base::iso_time(trade.edited_at)) : json::value{}},
        {"areas", targets_view(trade.targets, language)},
        {"may_edit", may_edit},
        {"fields", level_fields(trade.targets, typed, language)},
        {"form", json::object{}}};
}

json::object core_view(const CorePage& page, const json::object* typed) {
    const auto* organisation = page.organisation ? page.tree.find(*page.organisation) : nullptr;
    json::array versions, places;
    for (const Core* core : page.own)
        versions.push_back({{"id", core->id},
                            {"from", base::iso_date(core->from)},
                            {"count", core->targets.size()},
                            {"present", core->id == page.present.id},
                            {"to_come", core->from > page.today},
                            {"note", core->note}});
    const auto text = [&](const char* name) -> json::value {
        if (typed != nullptr)
            if (const auto* given = typed->if_contains(name)) return *given;
        return "";
    };
    const std::string chosen = typed != nullptr && typed->contains("organisation")
                                   ? json::value_to<std::string>(typed->at("organisation"))
                                   : (organisation == nullptr ? "" : organisation->code);
    for (const base::OrganisationId id : page.may_set)
        if (const auto* place = page.tree.find(id))
            places.push_back({{"value", place->code},
                              {"label", place->name},
                              {"selected", place->code == chosen}});
    const bool may_set = !page.may_set.empty() || page.may_set_campus;
    json::object view{
        {"organisation", organisation == nullptr
                             ? json::value{}
                             : json::value(json::object{{"code", organisation->code},
                                                        {"name", organisation->name}})},
        {"today", base::iso_date(page.today)},
        {"set_by", page.set_by},
        {"present", core_summary(page.present, page.language)},
        {"next", page.next == nullptr ? json::value{}
                                      : json::value(core_summary(*page.next, page.language))},
        {"versions", std::move(versions)},
        {"may_set", may_set},
        {"may_set_campus", page.may_set_campus},
        {"fields", level_fields((page.next != nullptr ? *page.next : page.present).targets, typed,
                                page.language)},
        {"form",
         {{"organisation", {{"options", std::move(places)}, {"required", !page.may_set_campus}}},
          {"from", {{"value", text("from")}, {"required", true}}},
          {"note", {{"value", text("note")}, {"required", false}}}}}};
    return view;
}

const std::string_view framework_schema = R"json({
 "type": "object",
 "required": ["id", "title", "source", "levels", "areas", "mappings"],
 "properties": {"id": {"type": "string"}, "title": {"type": "string"},
  "levels": {"type": "array", "items": {"type": "object",
   "required": ["number", "band", "description"]}},
  "areas": {"type": "array", "items": {"type": "object",
   "required": ["code", "label", "competences"],
   "properties": {"competences": {"type": "array", "items": {"type": "object",
    "required": ["code", "label", "bands"]}}}}},
  "mappings": {"type": "array", "items": {"type": "object",
   "required": ["from", "source", "pairs"]}}}})json";

const std::string_view trades_schema = R"json({
 "type": "object",
 "required": ["working_list", "source", "families", "total"],
 "properties": {"working_list": {"const": true}, "source": {"type": "string"},
  "total": {"type": "integer"},
  "families": {"type": "array", "items": {"type": "object",
   "required": ["code", "label", "trades"],
   "properties": {"trades": {"type": "array", "items": {"type": "object",
    "required": ["code", "url", "label", "tension"]}}}}}}})json";

const std::string_view trade_schema = R"json({
 "type": "object",
 "required": ["code", "label", "family", "tension", "working_list", "source", "areas"],
 "properties": {"code": {"type": "string"}, "label": {"type": "string"},
  "tension": {"type": "boolean"}, "edited": {"type": "boolean"},
  "areas": {"type": "array", "items": {"type": "object",
   "required": ["code", "competences"],
   "properties": {"competences": {"type": "array", "items": {"type": "object",
    "required": ["code", "label", "level"],
    "properties": {"level": {"type": ["integer", "null"], "minimum": 1, "maximum": 8}}}}}}}}})json";

const std::string_view core_schema = R"json({
 "type": "object",
 "required": ["organisation", "present", "next", "versions", "may_set"],
 "properties": {"organisation": {"type": ["object", "null"]},
  "present": {"type": "object", "required": ["id", "proposal", "framework", "areas"]},
  "next": {"type": ["object", "null"]},
  "versions": {"type": "array", "items": {"type": "object", "required": ["id", "from"]}},
  "may_set": {"type": "boolean"}}})json";

}  // namespace frameworks
