// SPDX-License-Identifier: EUPL-1.2
// The framework as a tree of abilities: general -> areas -> competences, of any depth and breadth.
// theta_child = loading * theta_parent + sqrt(1 - loading^2) * own, each N(0, 1) (de la Torre &
// Song 2009; Rijmen, Jeon, von Davier & Rabe-Hesketh 2014). One node alone is one dimension.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct Node {
    std::string name;
    int parent = -1;     // its number, or -1: the root
    double loading = 1;  // correlation with the parent, in [0, 1]; of the root without meaning
};

class Tree {
public:
    // One node.
    Tree() : Tree({{"theta"}}) {}

    // Numbers them so that parents come before children and siblings stand together, in the order
    // given. Refuses, in words: none or several roots, a circle, a name twice, a loading outside
    // [0, 1].
    static std::expected<Tree, std::string> of(std::vector<Node>);

    const std::vector<Node>& nodes() const { return nodes_; }
    std::size_t size() const { return nodes_.size(); }
    const std::vector<int>& children(int node) const {
        return children_[static_cast<std::size_t>(node)];
    }
    bool is_leaf(int node) const { return children(node).empty(); }
    std::vector<int> leaves() const;
    // Its number, or -1.
    int find(std::string_view name) const;
    // Of two nodes, by the model: the product of the loadings on the way between them.
    double correlation(int one, int other) const;

private:
    explicit Tree(std::vector<Node>);
    std::vector<Node> nodes_;
    std::vector<std::vector<int>> children_;
};

}  // namespace engine
