// SPDX-License-Identifier: EUPL-1.2
#include "engine/tree.hpp"

#include <algorithm>
#include <set>

namespace engine {

Tree::Tree(std::vector<Node> nodes) : nodes_(std::move(nodes)), children_(nodes_.size()) {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (nodes_[i].parent >= 0)
            children_[static_cast<std::size_t>(nodes_[i].parent)].push_back(static_cast<int>(i));
}

std::expected<Tree, std::string> Tree::of(std::vector<Node> given) {
    std::set<std::string_view> names;
    std::vector<std::vector<std::size_t>> children(given.size());
    std::vector<std::size_t> order;  // breadth first: parents first, siblings together
    for (std::size_t i = 0; i < given.size(); ++i) {
        const Node& node = given[i];
        if (!names.insert(node.name).second)
            return std::unexpected("the node " + node.name + " stands twice");
        if (!(node.loading >= 0 && node.loading <= 1))
            return std::unexpected("the loading of " + node.name + " is not between 0 and 1");
        if (node.parent < 0) {
            if (!order.empty())
                return std::unexpected(given[order[0]].name + " and " + node.name +
                                       " both have no parent");
            order.push_back(i);
        } else if (static_cast<std::size_t>(node.parent) < given.size()) {
            children[static_cast<std::size_t>(node.parent)].push_back(i);
        } else {
            return std::unexpected("the parent of " + node.name + " does not exist");
        }
    }
    if (order.empty()) return std::unexpected("no node is without a parent");
    std::vector<Node> nodes;
    for (std::size_t at = 0; at < order.size(); ++at) {
        nodes.push_back(std::move(given[order[at]]));
        for (const std::size_t child : children[order[at]]) {
            given[child].parent = static_cast<int>(at);
            order.push_back(child);
        }
    }
    if (nodes.size() != given.size()) return std::unexpected("some nodes are their own ancestors");
    return Tree(std::move(nodes));
}

std::vector<int> Tree::leaves() const {
    std::vector<int> found;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (children_[i].empty()) found.push_back(static_cast<int>(i));
    return found;
}

int Tree::find(std::string_view name) const {
    const auto found =
        std::ranges::find_if(nodes_, [&](const Node& node) { return node.name == name; });
    return found == nodes_.end() ? -1 : static_cast<int>(found - nodes_.begin());
}

double Tree::correlation(int one, int other) const {
    double product = 1;
    // Parents have smaller numbers: the larger one climbs until both meet.
    while (one != other) {
        int& lower = one > other ? one : other;
        product *= nodes_[static_cast<std::size_t>(lower)].loading;
        lower = nodes_[static_cast<std::size_t>(lower)].parent;
    }
    return product;
}

}  // namespace engine
