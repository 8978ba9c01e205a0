// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace psychometrics {
namespace {

std::unexpected<Problem> wrong_option(const std::string& option, std::string what) {
    return std::unexpected(Problem{option, 0, 0, std::move(what)});
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::size_t at = 0;
    for (;;) {
        const std::size_t end = text.find(separator, at);
        parts.push_back(text.substr(at, end == std::string::npos ? end : end - at));
        if (end == std::string::npos) return parts;
        at = end + 1;
    }
}

}  // namespace

Read<std::map<std::string, std::vector<double>>> read_pairs(const std::string& option,
                                                            const std::string& text,
                                                            const std::vector<std::string>& known) {
    std::map<std::string, std::vector<double>> pairs;
    if (text.empty()) return pairs;
    for (const std::string& part : split(text, ',')) {
        const std::size_t at = part.find_first_of("=:");
        const std::string name = part.substr(0, at);
        if (std::ranges::find(known, name) == known.end())
            return wrong_option(option,
                                fmt::format("{} is none of {}", name, fmt::join(known, ", ")));
        auto& values = pairs[name];
        if (at == std::string::npos) {
            values.push_back(1);
            continue;
        }
        for (const std::string& value : split(part.substr(at + 1), ':')) {
            const auto number = to_number(value);
            if (!number || *number < 0)
                return wrong_option(option,
                                    fmt::format("{} of {} is no number from 0", value, name));
            values.push_back(*number);
        }
    }
    return pairs;
}

Read<std::vector<double>> read_cuts(const std::string& text) {
    std::vector<double> cuts;
    for (const std::string& part : split(text, ',')) {
        const auto number = to_number(part);
        if (!number) return wrong_option("--cuts", part + " is no number");
        if (!cuts.empty() && *number <= cuts.back())
            return wrong_option("--cuts", "they must rise");
        cuts.push_back(*number);
    }
    return cuts;
}

Read<engine::Tables> make_tables(const std::string& file, engine::Tree tree, const Bank& bank,
                                 std::size_t points, bool soft, Grained grained) {
    const auto problem = [&](std::string what) {
        return std::unexpected(Problem{file, 0, 0, std::move(what)});
    };
    std::vector<engine::Uncertainty> unsure;
    if (soft) {
        if (bank.se_a.empty() && bank.se_d.empty())
            return problem("soft scoring needs the columns se_a and se_d");
        for (std::size_t i = 0; i < bank.items.size(); ++i) {
            const auto square = [&](const std::vector<double>& se) {
                return se.empty() || !(se[i] > 0) ? 0.0 : se[i] * se[i];
            };
            unsure.push_back({square(bank.se_a), square(bank.se_d), 0});
        }
    }
    const bool one = tree.size() == 1;
    const bool fine = grained == Grained::fine && points == 0;
    engine::Grid grid = engine::grid_for(tree);
    if (fine && one)
        grid = engine::Grid::equally_spaced(121, -6, 6);
    else if (fine || points != 0)
        grid = engine::Grid::equally_spaced(fine ? std::max<std::size_t>(grid.size(), 64) : points,
                                            grid.nodes.front(), grid.nodes.back());
    auto tables =
        engine::Tables::of(engine::Network(std::move(tree), std::move(grid)), bank.items, unsure);
    if (!tables) return problem(tables.error());
    return std::move(*tables);
}

bool has_rules(const Bank& bank) {
    return std::ranges::any_of(bank.facts, [](const ItemFacts& facts) {
        return !facts.enemies.empty() || !facts.stimulus.empty() || facts.timed;
    });
}

namespace {

Read<std::vector<engine::Quota>> read_quotas(const std::string& file, const Bank& bank,
                                             const engine::Tree& tree) {
    const auto text = read_text(file);
    if (!text) return std::unexpected(text.error());
    auto table = Table::open(file, *text);
    if (!table) return std::unexpected(table.error());
    const auto attribute = table->find({"attribute"});
    const auto value = table->find({"value"});
    const auto least = table->find({"min", "at_least"});
    const auto most = table->find({"max", "at_most"});
    if (!attribute || !value || !(least || most))
        return table->wrong(std::nullopt, "the header must name attribute, value, min, max");
    std::vector<engine::Quota> quotas;
    for (;;) {
        const auto more = table->next();
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        const std::string what{table->cell(attribute)};
        const std::string which{table->cell(value)};
        engine::Quota quota{fmt::format("{} {}", what, which), {}, 0, SIZE_MAX};
        const int node = tree.find(which);
        const auto is_below = [&](int at) {
            while (at >= 0 && at != node) at = tree.nodes()[static_cast<std::size_t>(at)].parent;
            return at == node;
        };
        const bool by_node = what == "node" || what == "competence" || what == "area";
        if (by_node && node < 0) return table->wrong(value, which + " is no node of the tree");
        if (!by_node && what != "format" && what != "level" && what != "language" &&
            what != "stimulus")
            return table->wrong(attribute,
                                what + " is none of node, format, level, language, stimulus");
        for (std::size_t i = 0; i < bank.items.size(); ++i) {
            const ItemFacts& facts = bank.facts[i];
            if (by_node              ? is_below(bank.items[i].node)
                : what == "format"   ? facts.format == which
                : what == "level"    ? facts.level == which
                : what == "language" ? facts.language == which
                                     : facts.stimulus == which)
                quota.items.push_back(i);
        }
        for (const auto& [column, bound] :
             {std::pair(least, &quota.at_least), std::pair(most, &quota.at_most)}) {
            if (!column || table->cell(column).empty()) continue;
            const auto number = table->number(*column);
            if (!number) return std::unexpected(number.error());
            if (*number < 0 || *number > 1e6 ||
                *number != static_cast<double>(static_cast<long>(*number)))
                return table->wrong(column, "is no number of items");
            *bound = static_cast<std::size_t>(*number);
        }
        quotas.push_back(std::move(quota));
    }
    return quotas;
}

}  // namespace

Read<engine::Blueprint> read_blueprint(const std::string& file, const Bank& bank,
                                       const engine::Tree& tree, std::size_t length) {
    std::vector<engine::Quota> quotas;
    if (!file.empty()) {
        auto read = read_quotas(file, bank, tree);
        if (!read) return std::unexpected(read.error());
        quotas = std::move(*read);
    }
    std::map<std::string, engine::Quota> enemies;
    std::map<std::string, int> sets;
    std::vector<int> stimulus;
    std::vector<unsigned char> timed;
    for (std::size_t i = 0; i < bank.items.size(); ++i) {
        const ItemFacts& facts = bank.facts[i];
        // Several words: the item has several groups of enemies.
        for (const std::string& word : split(facts.enemies, ' '))
            if (!word.empty()) {
                engine::Quota& quota = enemies[word];
                quota.name = "enemies " + word;
                quota.at_most = 1;
                quota.items.push_back(i);
            }
        stimulus.push_back(
            facts.stimulus.empty()
                ? -1
                : sets.try_emplace(facts.stimulus, static_cast<int>(sets.size())).first->second);
        timed.push_back(facts.timed);
    }
    for (auto& [word, quota] : enemies) quotas.push_back(std::move(quota));
    auto made = engine::Blueprint::of(bank.items.size(), length, std::move(quotas),
                                      std::move(stimulus), std::move(timed));
    if (!made)
        return std::unexpected(Problem{file.empty() ? "the bank" : file, 0, 0, made.error()});
    return std::move(*made);
}

}  // namespace psychometrics
