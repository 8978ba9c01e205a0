// SPDX-License-Identifier: EUPL-1.2
#include "engine/blueprint.hpp"

#include <algorithm>

namespace engine {

std::expected<Blueprint, std::string> Blueprint::of(std::size_t items, std::size_t length,
                                                    std::vector<Quota> quotas,
                                                    std::vector<int> stimulus,
                                                    std::vector<unsigned char> timed) {
    Blueprint made;
    made.items_ = items;
    made.length_ = length;
    made.stimulus_ = std::move(stimulus);
    made.timed_ = std::move(timed);
    for (Quota& quota : quotas) {
        std::ranges::sort(quota.items);
        quota.items.erase(std::ranges::unique(quota.items).begin(), quota.items.end());
        if (!quota.items.empty() && quota.items.back() >= items)
            return std::unexpected("the quota " + quota.name +
                                   " names an item that does not exist");
        if (quota.at_least > std::min(quota.at_most, quota.items.size()))
            return std::unexpected("the quota " + quota.name + " asks for " +
                                   std::to_string(quota.at_least) + " items and " +
                                   std::to_string(std::min(quota.at_most, quota.items.size())) +
                                   " are possible");
    }
    std::ranges::stable_sort(quotas, {}, [](const Quota& quota) { return quota.items.size(); });
    Quota whole{"length", {}, length, length};
    for (std::size_t i = 0; i < items; ++i) whole.items.push_back(i);
    quotas.push_back(std::move(whole));
    made.quotas_ = std::move(quotas);
    made.quotas_of_.resize(items);
    for (std::size_t i = 0; i < made.quotas_.size(); ++i)
        for (const std::size_t item : made.quotas_[i].items)
            made.quotas_of_[item].push_back(static_cast<std::uint32_t>(i));

    // Each quota lies within the next larger one that holds its first item, or they cross.
    made.parent_.assign(made.quotas_.size(), -1);
    made.innermost_.resize(items);
    for (std::size_t item = 0; item < items; ++item) {
        const auto& chain = made.quotas_of_[item];
        made.innermost_[item] = static_cast<int>(chain.front());
        for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
            int& parent = made.parent_[chain[i]];
            if (parent >= 0 && parent != static_cast<int>(chain[i + 1])) made.laminar_ = false;
            parent = static_cast<int>(chain[i + 1]);
        }
    }
    // Empty quotas hold no item; they belong to the test.
    for (std::size_t i = 0; i + 1 < made.quotas_.size(); ++i)
        if (made.parent_[i] < 0) made.parent_[i] = static_cast<int>(made.quotas_.size()) - 1;
    if (made.laminar_) {
        BlueprintState state(&made);
        const std::vector<unsigned char> all(items, 1);
        const auto& allowed = state.allowed(all);
        if (std::ranges::none_of(allowed, [](unsigned char is) { return is != 0; }))
            return std::unexpected("no test of " + std::to_string(length) +
                                   " items can keep all the quotas");
    }
    return made;
}

BlueprintState::BlueprintState(const Blueprint* blueprint) : blueprint_(blueprint) {
    reset();
}

void BlueprintState::reset() {
    given_ = 0;
    last_ = -1;
    if (!blueprint_) return;
    counts_.assign(blueprint_->quotas_.size(), 0);
    allowed_.assign(blueprint_->items_, 0);
}

void BlueprintState::give(std::size_t item) {
    ++given_;
    last_ = static_cast<int>(item);
    for (const std::uint32_t quota : blueprint_->quotas_of_[item]) ++counts_[quota];
}

// From the small quotas to the whole: what must still come from each, and what can.
void BlueprintState::count_needs(std::span<const unsigned char> usable) {
    const auto& quotas = blueprint_->quotas_;
    needs_.assign(quotas.size(), 0);
    possible_.assign(quotas.size(), 0);
    spare_.assign(quotas.size(), 0);  // what its parts need together
    for (std::size_t item = 0; item < usable.size(); ++item)
        possible_[static_cast<std::size_t>(blueprint_->innermost_[item])] += usable[item];
    for (std::size_t i = 0; i < quotas.size(); ++i) {
        const auto left = [&](std::size_t of) { return of > counts_[i] ? of - counts_[i] : 0; };
        possible_[i] = std::min(possible_[i], left(quotas[i].at_most));
        needs_[i] = std::max(spare_[i], left(quotas[i].at_least));
        if (i + 1 == quotas.size()) break;
        const auto parent = static_cast<std::size_t>(blueprint_->parent_[i]);
        possible_[parent] += possible_[i];
        spare_[parent] += needs_[i];
    }
}

// With one more item of this quota, can the rest be filled? On the way up, what is needed falls by
// one while the item serves a need; nowhere may more be needed than is possible.
bool BlueprintState::may_give_from(int quota) const {
    const auto& quotas = blueprint_->quotas_;
    bool serves = true;  // the needs below fell by one
    bool below = false;  // there is a quota below on the way
    for (int at = quota; at >= 0; at = blueprint_->parent_[static_cast<std::size_t>(at)]) {
        const auto i = static_cast<std::size_t>(at);
        if (possible_[i] == 0 || counts_[i] >= quotas[i].at_most) return false;
        const std::size_t parts = spare_[i] - (below && serves ? 1 : 0);
        const std::size_t own =
            quotas[i].at_least > counts_[i] + 1 ? quotas[i].at_least - counts_[i] - 1 : 0;
        const std::size_t needs = std::max(parts, own);
        if (needs > quotas[i].at_most - counts_[i] - 1) return false;
        serves = needs < needs_[i];
        below = true;
    }
    return true;
}

void BlueprintState::apply_order(std::span<const unsigned char> usable) {
    const auto none = [&] {
        return std::ranges::none_of(allowed_, [](unsigned char is) { return is != 0; });
    };
    const auto keep = [&](const auto& wanted) {
        for (std::size_t item = 0; item < usable.size(); ++item) allowed_[item] &= wanted(item);
    };
    if (last_ < 0) return;
    const auto last = static_cast<std::size_t>(last_);
    if (!blueprint_->timed_.empty() && blueprint_->timed_[last])
        keep([&](std::size_t item) { return !blueprint_->timed_[item]; });
    if (!blueprint_->stimulus_.empty() && blueprint_->stimulus_[last] >= 0) {
        const std::vector<unsigned char> before = allowed_;
        keep([&](std::size_t item) {
            return blueprint_->stimulus_[item] == blueprint_->stimulus_[last];
        });
        if (none()) {  // the set is used up: no way back to it
            allowed_ = before;
            keep([&](std::size_t item) {
                return blueprint_->stimulus_[item] != blueprint_->stimulus_[last];
            });
        }
    }
}

const std::vector<unsigned char>& BlueprintState::allowed(std::span<const unsigned char> usable) {
    const auto& quotas = blueprint_->quotas_;
    if (blueprint_->laminar_) {
        count_needs(usable);
        std::vector<unsigned char> may(quotas.size());
        const bool enough = needs_.back() <= possible_.back();
        for (std::size_t i = 0; i < quotas.size(); ++i)
            may[i] = enough && may_give_from(static_cast<int>(i));
        for (std::size_t item = 0; item < usable.size(); ++item)
            allowed_[item] =
                usable[item] & may[static_cast<std::size_t>(blueprint_->innermost_[item])];
    } else {
        for (std::size_t item = 0; item < usable.size(); ++item)
            allowed_[item] = usable[item] & std::ranges::all_of(
                                                blueprint_->quotas_of_[item], [&](std::uint32_t i) {
                                                    return counts_[i] < quotas[i].at_most;
                                                });
    }
    apply_order(usable);
    return allowed_;
}

}  // namespace engine
