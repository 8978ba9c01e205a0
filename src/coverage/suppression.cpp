// SPDX-License-Identifier: EUPL-1.2
#include "coverage/suppression.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace coverage {
namespace {

// Of a part that shows nothing.
constexpr std::int64_t most_hidden = smallest_group - 1;

// What the organisations below one amount to.
struct Below {
    Counts shown;
    int parts = 0;
    std::int64_t headcount = 0;  // of the nearest that declared one
    std::int64_t counted = 0;    // count 0 of these, as shown
};

// The most that an organisation may show beyond those below, so that each of them may still have
// nothing beyond what it shows.
std::int64_t most_beyond(std::int64_t own, int parts) {
    const bool small = own > 0 && own < smallest_group;
    const std::int64_t unsure = parts + (small ? 1 : 0);
    return (small ? 0 : own) + most_hidden * std::max<std::int64_t>(0, unsure - 1);
}

// The most that count 0 of an organisation may show: at least five stay unknown, of all its people
// and of those who belong to no organisation below that declared its headcount.
std::int64_t most_counted(const Part& part, const Below& below, std::int64_t figure) {
    const std::int64_t headcount = part.headcount.value();
    const std::int64_t most = std::max<std::int64_t>(0, rounded_down(headcount - smallest_group));
    const std::int64_t others = headcount - below.headcount;
    const std::int64_t counted = std::min(figure, most) - below.counted;
    const std::int64_t unknown = others - counted;
    if (counted <= 0 || unknown < 0 || unknown >= smallest_group) return most;
    return below.counted + std::max<std::int64_t>(0, rounded_down(others - smallest_group));
}

// The figures as they are shown: each within the one before it in its chain.
Counts fitted(const Shape& shape, const Part& part, const Below& below, Counts figure) {
    if (part.headcount) figure[0] = std::min(figure[0], most_counted(part, below, figure[0]));
    for (const auto& chain : shape.chains)
        for (std::size_t i = 1; i < chain.size(); ++i)
            figure[chain[i]] = std::min(figure[chain[i]], figure[chain[i - 1]]);
    return figure;
}

}  // namespace

Shape chain_of(std::size_t counts) {
    std::vector<std::size_t> chain(counts);
    std::iota(chain.begin(), chain.end(), std::size_t{0});
    return {counts, {std::move(chain)}};
}

std::int64_t persons_between(const Shape& shape, const Counts& before, const Counts& after) {
    std::int64_t most = 0;
    for (const auto& chain : shape.chains) {
        // By class: in this count and not in the next one of the chain.
        std::int64_t came = 0, left = 0, last = 0;
        for (std::size_t i = chain.size(); i-- > 0;) {
            const std::int64_t change = after[chain[i]] - before[chain[i]];
            const std::int64_t of_class = change - last;
            (of_class > 0 ? came : left) += std::abs(of_class);
            last = change;
        }
        most = std::max({most, came, left});
    }
    return most;
}

void make_coherent(std::span<Part> parts) {
    std::vector<std::int64_t> below(parts.size(), 0);
    for (std::size_t i = parts.size(); i-- > 0;) {
        if (parts[i].headcount) parts[i].headcount = std::max(*parts[i].headcount, below[i]);
        if (parts[i].parent) below[*parts[i].parent] += parts[i].headcount.value_or(below[i]);
    }
}

Publication publish(const Shape& shape, std::span<const Part> parts, std::span<const Held> before) {
    if (parts.size() != before.size()) throw std::logic_error("a part has no held figures");
    const Counts none(shape.counts, 0);
    const auto add = [&](Counts& to, const Counts& one) {
        for (std::size_t k = 0; k < shape.counts; ++k) to[k] += one[k];
    };
    std::vector<Counts> all(parts.size(), none);
    for (std::size_t i = parts.size(); i-- > 0;) {
        add(all[i], parts[i].own);
        if (!parts[i].parent) continue;
        if (*parts[i].parent >= i) throw std::logic_error("a part stands before its parent");
        add(all[*parts[i].parent], all[i]);
    }
    Publication made{.held = {before.begin(), before.end()},
                     .shown = std::vector<Counts>(parts.size())};
    std::vector<bool> changes(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Held& held = made.held[i];
        if (held.base.empty()) held = {none, none};
        changes[i] = (!parts[i].parent || changes[*parts[i].parent]) &&
                     persons_between(shape, held.base, all[i]) >= smallest_group;
    }
    // Those below first.
    std::vector<Below> below(parts.size(), Below{.shown = none});
    for (std::size_t i = parts.size(); i-- > 0;) {
        const Part& part = parts[i];
        Held& held = made.held[i];
        if (changes[i]) {
            held.base = all[i];
            for (std::size_t k = 0; k < shape.counts; ++k)
                held.figure[k] = rounded_down(std::min(
                    all[i][k], below[i].shown[k] + most_beyond(part.own[k], below[i].parts)));
        }
        made.shown[i] = fitted(shape, part, below[i], held.figure);
        if (!part.parent) continue;
        const Counts& shown = made.shown[i];
        Below& above = below[*part.parent];
        ++above.parts;
        above.headcount += part.headcount.value_or(below[i].headcount);
        above.counted += part.headcount ? shown.front() : below[i].counted;
        add(above.shown, shown);
    }
    return made;
}

}  // namespace coverage
