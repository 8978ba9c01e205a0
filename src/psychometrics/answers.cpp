// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace psychometrics {

Layout layout_named(const std::string& format) {
    return format == "wide" ? Layout::wide : format == "long" ? Layout::narrow : Layout::automatic;
}

Read<AnswerFile> read_answers(const std::string& file, Layout layout,
                              const std::string& group_column) {
    auto read = read_responses(file, layout, group_column);
    if (!read) return std::unexpected(read.error());
    const auto refuse = [&](std::string what) {
        return std::unexpected(Problem{file, 0, 0, std::move(what)});
    };
    if (read->items.empty()) return refuse("has no item");
    if (read->persons.empty()) return refuse("has no person: nothing below the header");
    AnswerFile out;
    out.answers = engine::Responses(read->items.size());
    out.answers.reserve(read->persons.size(), read->count());
    std::vector<engine::PackedAnswer> line;
    for (std::size_t p = 0; p < read->persons.size(); ++p) {
        line.clear();
        for (std::size_t k = read->begin[p]; k < read->begin[p + 1]; ++k) {
            line.emplace_back(read->item[k], std::max<int>(read->answer[k], 0));
        }
        out.answers.add(line);
    }
    if (!group_column.empty()) {
        std::unordered_map<std::string, std::uint32_t> known;
        for (std::size_t p = 0; p < read->persons.size(); ++p) {
            if (read->groups[p].empty())
                return refuse(fmt::format("person {} has no {}", read->persons[p], group_column));
            const auto [at, fresh] = known.try_emplace(
                read->groups[p], static_cast<std::uint32_t>(out.group_names.size()));
            if (fresh) out.group_names.push_back(read->groups[p]);
            if (out.group_names.size() > 1000)
                return refuse(fmt::format("more than 1000 groups in {}", group_column));
            out.groups.push_back(at->second);
        }
    }
    out.items = std::move(read->items);
    out.persons = std::move(read->persons);
    return out;
}

namespace {

// A tree in the making: names, in the order of their first appearance.
class Nodes {
public:
    int number(std::string_view name) {
        const auto [at, fresh] = numbers_.try_emplace(std::string(name), nodes.size());
        if (fresh) nodes.push_back({std::string(name), -1, 0.7});
        return static_cast<int>(at->second);
    }
    std::optional<int> find(std::string_view name) const {
        const auto at = numbers_.find(std::string(name));
        if (at == numbers_.end()) return std::nullopt;
        return static_cast<int>(at->second);
    }
    std::vector<engine::Node> nodes;

private:
    std::unordered_map<std::string, std::size_t> numbers_;
};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::optional<std::size_t> node_column(const Table& table) {
    return table.find({"node", "competence", "skill", "trait", "area", "dimension", "factor"});
}

using Numbers = std::unordered_map<std::string_view, std::size_t>;

// Lines of an item and what it measures.
Read<bool> read_places(Table& table, const Numbers& items, bool may_add, Nodes& nodes,
                       std::vector<int>& nodes_of) {
    const auto item = table.find({"item", "name", "id"});
    const auto node = node_column(table);
    if (!item || !node)
        return table.wrong(std::nullopt, "the header must name the columns item and node");
    auto above = table.find({"parent", "area", "dimension"});
    if (above == node) above.reset();
    for (;;) {
        const auto more = table.next();
        if (!more) return more;
        if (!*more) return true;
        const std::string_view name = trimmed(table.cell(node));
        if (name.empty()) return table.wrong(node, "the item has no node");
        if (!may_add && !nodes.find(name))
            return table.wrong(node, fmt::format("{} is no node of the tree", name));
        const int number = nodes.number(name);
        const std::string_view parent = above && may_add ? trimmed(table.cell(above)) : "";
        if (!parent.empty()) {
            const int up = nodes.number(parent);
            int& known = nodes.nodes[static_cast<std::size_t>(number)].parent;
            if (known >= 0 && known != up)
                return table.wrong(above, fmt::format("{} was below another node before", name));
            known = up;
        }
        // Items that nobody answered do not matter here.
        if (const auto found = items.find(trimmed(table.cell(item))); found != items.end())
            nodes_of[found->second] = number;
    }
}

// Lines of a node and its parent, where a node may be an item.
Read<bool> read_parents(Table& table, const Numbers& items, Nodes& nodes,
                        std::vector<int>& nodes_of) {
    const auto name = table.find({"name", "node", "competence", "child"});
    const auto parent = table.find({"parent"});
    const auto loading = table.find({"loading", "lambda"});
    if (!name || !parent)
        return table.wrong(std::nullopt,
                           "the header must name the columns name, parent (and may name loading), "
                           "or item and node");
    for (;;) {
        const auto more = table.next();
        if (!more) return more;
        if (!*more) return true;
        const std::string_view own = trimmed(table.cell(name));
        const std::string_view above = trimmed(table.cell(parent));
        if (own.empty()) return table.wrong(name, "the node has no name");
        if (const auto found = items.find(own); found != items.end()) {
            if (above.empty()) return table.wrong(parent, "an item needs the node it measures");
            nodes_of[found->second] = nodes.number(above);
            continue;
        }
        const int number = nodes.number(own);
        if (!above.empty()) {
            const int up = nodes.number(above);
            nodes.nodes[static_cast<std::size_t>(number)].parent = up;
        }
        if (!trimmed(table.cell(loading)).empty()) {
            const auto value = table.number(*loading);
            if (!value) return std::unexpected(value.error());
            nodes.nodes[static_cast<std::size_t>(number)].loading = *value;
        }
    }
}

}  // namespace

Read<Framework> read_framework(const std::string& file, const std::string& places,
                               const std::vector<std::string>& items) {
    Numbers numbers;
    for (std::size_t i = 0; i < items.size(); ++i) numbers.emplace(items[i], i);
    std::vector<int> nodes_of(items.size(), -1);
    Nodes nodes;
    const auto text = read_text(file);
    if (!text) return std::unexpected(text.error());
    auto table = Table::open(file, *text);
    if (!table) return std::unexpected(table.error());
    const bool by_item = table->find({"item"}) && node_column(*table);
    const auto read = by_item ? read_places(*table, numbers, true, nodes, nodes_of)
                              : read_parents(*table, numbers, nodes, nodes_of);
    if (!read) return std::unexpected(read.error());
    if (!places.empty()) {
        const auto more = read_text(places);
        if (!more) return std::unexpected(more.error());
        auto lines = Table::open(places, *more);
        if (!lines) return std::unexpected(lines.error());
        const auto placed = read_places(*lines, numbers, false, nodes, nodes_of);
        if (!placed) return std::unexpected(placed.error());
    }
    const auto refuse = [&](std::string what) {
        return std::unexpected(Problem{file, 0, 0, std::move(what)});
    };
    if (nodes.nodes.size() > 10'000) return refuse("has more than 10000 nodes");
    for (std::size_t i = 0; i < items.size(); ++i)
        if (nodes_of[i] < 0)
            return refuse(
                fmt::format("does not say which node the item {} measures: add a line with "
                            "the item and its node, or give a file item,node by --nodes",
                            items[i]));
    const auto roots =
        std::ranges::count_if(nodes.nodes, [](const auto& n) { return n.parent < 0; });
    if (roots > 1) {
        const std::size_t several = nodes.nodes.size();
        const int root = nodes.number("general");
        if (static_cast<std::size_t>(root) < several)
            return refuse("has several nodes without parent, and one of them is named general");
        for (std::size_t n = 0; n < several; ++n)
            if (nodes.nodes[n].parent < 0) nodes.nodes[n].parent = root;
    }
    for (engine::Node& node : nodes.nodes)
        if (node.parent < 0) node.loading = 1;
    std::vector<std::string> names;
    for (const engine::Node& node : nodes.nodes) names.push_back(node.name);
    auto tree = engine::Tree::of(std::move(nodes.nodes));
    if (!tree) return refuse(tree.error());
    // The tree numbers its nodes anew.
    for (int& node : nodes_of) node = tree->find(names[static_cast<std::size_t>(node)]);
    return Framework{std::move(*tree), std::move(nodes_of)};
}

std::size_t close_up(engine::Responses& answers, const std::vector<bool>& keep) {
    const auto counts = answers.counts();
    std::vector<std::vector<int>> becomes(counts.size());
    std::size_t changed = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        becomes[i].resize(counts[i].size());
        const bool two = counts[i].size() == 2;
        int next = 0;
        bool any = false;
        for (std::size_t k = 0; k < counts[i].size(); ++k) {
            const bool stays = keep[i] || two || counts[i][k] > 0;
            becomes[i][k] = keep[i] || two ? static_cast<int>(k) : next;
            if (stays) ++next;
            any |= !stays;
        }
        changed += any;
    }
    if (changed == 0) return 0;
    engine::Responses out(answers.items());
    out.reserve(answers.persons(), answers.answers());
    std::vector<engine::PackedAnswer> line;
    for (std::size_t p = 0; p < answers.persons(); ++p) {
        line.clear();
        for (const engine::PackedAnswer answer : answers.of(p))
            line.emplace_back(answer.item(), becomes[answer.item()][answer.category()]);
        out.add(line);
    }
    answers = std::move(out);
    return changed;
}

std::vector<std::optional<engine::Item>> matched(const Bank& bank,
                                                 const std::vector<std::string>& items) {
    std::unordered_map<std::string_view, std::size_t> at;
    for (std::size_t i = 0; i < bank.items.size(); ++i) at.emplace(bank.items[i].name, i);
    std::vector<std::optional<engine::Item>> found(items.size());
    for (std::size_t i = 0; i < items.size(); ++i)
        if (const auto in_bank = at.find(items[i]); in_bank != at.end())
            found[i] = bank.items[in_bank->second];
    return found;
}

}  // namespace psychometrics
