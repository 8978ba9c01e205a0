// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>

namespace organisations {

bool Organisation::has_all(const std::vector<std::string>& folded_words) const {
    if (folded_words.empty()) return true;
    const std::string text = base::fold(name + ' ' + short_name + ' ' + code + ' ' + town);
    return std::ranges::all_of(folded_words,
                               [&](const std::string& word) { return text.contains(word); });
}

Tree::Tree(std::vector<Organisation> all) {
    nodes_.reserve(all.size());
    for (Organisation& organisation : all) {
        by_id_[organisation.id] = nodes_.size();
        by_code_[organisation.code] = nodes_.size();
        nodes_.push_back({std::move(organisation)});
    }
    std::map<std::optional<base::OrganisationId>, std::vector<std::size_t>> children;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        children[nodes_[i].organisation.parent].push_back(i);
    for (auto& [parent, list] : children)
        std::sort(list.begin(), list.end(), [&](std::size_t a, std::size_t b) {
            return base::fold(nodes_[a].organisation.name) <
                   base::fold(nodes_[b].organisation.name);
        });

    const auto walk = [&](const auto& self, std::size_t at, int depth) -> void {
        Node& node = nodes_[at];
        node.enter = in_order_.size();
        in_order_.emplace_back(&node.organisation, depth);
        if (const auto below = children.find(node.organisation.id); below != children.end())
            for (const std::size_t child : below->second) self(self, child, depth + 1);
        node.leave = in_order_.size();
    };
    for (const std::size_t root : children[std::nullopt]) walk(walk, root, 0);
}

const Organisation* Tree::find(base::OrganisationId id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &nodes_[found->second].organisation;
}

const Organisation* Tree::find(std::string_view code) const {
    const auto found = by_code_.find(code);
    return found == by_code_.end() ? nullptr : &nodes_[found->second].organisation;
}

bool Tree::contains(base::OrganisationId outer, base::OrganisationId inner) const {
    const auto out = by_id_.find(outer);
    const auto in = by_id_.find(inner);
    if (out == by_id_.end() || in == by_id_.end()) return false;
    const Node& a = nodes_[out->second];
    const Node& b = nodes_[in->second];
    // The walk from the roots never comes to a circle: nothing contains what stands in one.
    return b.enter < b.leave && a.enter <= b.enter && b.leave <= a.leave;
}

std::vector<const Organisation*> Tree::chain(base::OrganisationId id) const {
    std::vector<const Organisation*> chain;
    for (const Organisation* at = find(id); at != nullptr && chain.size() < nodes_.size();
         at = at->parent ? find(*at->parent) : nullptr)
        chain.push_back(at);
    return chain;
}

std::string Tree::department_of(base::OrganisationId id) const {
    for (const Organisation* organisation : chain(id))
        if (!organisation->department.empty()) return organisation->department;
    return {};
}

std::vector<const Organisation*> Tree::children(base::OrganisationId id) const {
    std::vector<const Organisation*> found;
    for (const auto& [organisation, depth] : in_order_)
        if (organisation->parent == id) found.push_back(organisation);
    return found;
}

}  // namespace organisations
