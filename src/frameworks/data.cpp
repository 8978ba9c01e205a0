// SPDX-License-Identifier: EUPL-1.2
// What the binary carries: frameworks, mappings, the working list of trades, the proposed core. A
// file that is broken is a broken deployment: throws.
#include "frameworks/data.hpp"

#include "base/embedded.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace frameworks {
namespace json = boost::json;
namespace {

json::value parsed(std::string_view path) {
    const std::string_view text = base::embedded(path);
    return json::parse(json::string_view(text.data(), text.size()));
}

std::string text(const json::value& object, const char* name) {
    return json::value_to<std::string>(object.at(name));
}

Label label(const json::value& object, const char* name) {
    return {text(object.at(name), "fr"), text(object.at(name), "en")};
}

Framework read_framework(const json::value& from) {
    Framework framework{.id = text(from, "id"),
                        .title = label(from, "title"),
                        .source = text(from, "source"),
                        .areas = {},
                        .competences = {},
                        .levels = {}};
    for (const json::value& area : from.at("areas").as_array())
        framework.areas.push_back({text(area, "code"), label(area, "label")});
    for (const json::value& level : from.at("levels").as_array())
        framework.levels.push_back(
            {json::value_to<int>(level.at("number")), label(level, "description")});
    for (const json::value& given : from.at("competences").as_array()) {
        Competence competence{.code = text(given, "code"),
                              .area = text(given, "area"),
                              .label = label(given, "label"),
                              .can_do = {}};
        const json::array& told = given.at("can_do").as_array();
        for (std::size_t band = 0; band < competence.can_do.size(); ++band)
            competence.can_do[band] = {text(told.at(band), "fr"), text(told.at(band), "en")};
        if (framework.find_area(competence.area) == nullptr)
            throw std::logic_error(framework.id + ": no area of " + competence.code);
        framework.competences.push_back(std::move(competence));
    }
    if (framework.levels.size() != highest_level) throw std::logic_error(framework.id + ": levels");
    return framework;
}

struct Carried {
    std::vector<Framework> frameworks;
    std::size_t present = 0;
    std::vector<Mapping> mappings;
    std::vector<Family> families;
    std::vector<Trade> trades;
    Label trades_source;
    Core core;

    Carried() {
        for (const base::EmbeddedFile& file : base::embedded_under("reference/frameworks/")) {
            const json::value from = parsed(file.path);
            if (from.as_object().contains("mappings")) {
                for (const json::value& one : from.at("mappings").as_array()) read_mapping(one);
                continue;
            }
            if (from.at("present").as_bool()) present = frameworks.size();
            frameworks.push_back(read_framework(from));
        }
        if (frameworks.empty()) throw std::logic_error("no competence framework");
        const json::value list = parsed("reference/trades.json");
        trades_source = label(list, "source");
        for (const json::value& family : list.at("families").as_array())
            families.push_back({text(family, "code"), label(family, "label")});
        for (const json::value& trade : list.at("trades").as_array())
            trades.push_back({.code = text(trade, "code"),
                              .label = label(trade, "label"),
                              .family = text(trade, "family"),
                              .tension = trade.at("tension").as_bool(),
                              .targets = checked(trade.at("targets"))});
        const json::value core_file = parsed("reference/common-core.json");
        core.framework = text(core_file, "framework");
        core.note = text(core_file, "note");
        core.targets = checked(core_file.at("targets"));
    }

private:
    void read_mapping(const json::value& from) {
        Mapping mapping{.from = text(from, "from"),
                        .to = text(from, "to"),
                        .title = label(from, "title"),
                        .source = text(from, "source"),
                        .pairs = {}};
        for (const json::value& pair : from.at("pairs").as_array())
            mapping.pairs.push_back({text(pair, "from"), label(pair, "label"),
                                     json::value_to<std::vector<std::string>>(pair.at("to"))});
        mappings.push_back(std::move(mapping));
    }
    Targets checked(const json::value& from) const {
        auto targets = json::value_to<Targets>(from);
        if (why_not_targets(frameworks.at(present), targets))
            throw std::logic_error("targets that the framework does not know");
        return targets;
    }
};

const Carried& carried() {
    static const Carried all;
    return all;
}

}  // namespace

const std::vector<Framework>& all() {
    return carried().frameworks;
}
const Framework* find(std::string_view id) {
    const auto found = std::ranges::find(all(), id, &Framework::id);
    return found == all().end() ? nullptr : &*found;
}
const Framework& present() {
    return all().at(carried().present);
}
const std::vector<Mapping>& mappings() {
    return carried().mappings;
}
const std::vector<Family>& families() {
    return carried().families;
}
const Label& trades_source() {
    return carried().trades_source;
}
const std::vector<Trade>& proposed_trades() {
    return carried().trades;
}
const Core& proposed_core() {
    return carried().core;
}

}  // namespace frameworks
