// SPDX-License-Identifier: EUPL-1.2
// Answers for the tests of calibration: planted parameters, or a file of tests/data/irt.
#pragma once
#include "engine/engine.hpp"
#include "places.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace engine {

// One digit a cell, a header.
inline Responses wide_file(const std::string& name) {
    std::ifstream in(SOURCE_DIR "/tests/data/irt/" + name);
    std::string line;
    if (!std::getline(in, line)) throw std::runtime_error("no " + name);
    Responses responses(static_cast<std::size_t>(std::ranges::count(line, ',')) + 1);
    std::vector<PackedAnswer> answers;
    while (std::getline(in, line)) {
        answers.clear();
        for (std::size_t k = 0; k < line.size(); k += 2) answers.emplace_back(k / 2, line[k] - '0');
        responses.add(answers);
    }
    return responses;
}

inline int draw(const Item& item, double theta, Random& random) {
    std::vector<double> p(item.categories());
    probabilities(item, theta, p);
    double left = random.uniform();
    for (std::size_t k = 0; k + 1 < p.size(); ++k)
        if ((left -= p[k]) < 0) return static_cast<int>(k);
    return static_cast<int>(p.size() - 1);
}

// Slopes about 1, difficulties N(0, 1).
inline std::vector<Item> planted(std::size_t count, std::uint64_t seed) {
    Random random(seed);
    std::vector<Item> items;
    for (std::size_t i = 0; i < count; ++i)
        items.push_back(Item::two_pl(exp(0.3 * random.normal()), random.normal()));
    return items;
}

// Of `persons` with abilities from `theta`, each to `each` items drawn at random.
inline Responses answers_of(
    const std::vector<Item>& items, std::size_t persons, std::size_t each, std::uint64_t seed,
    const std::function<double(std::size_t, Random&)>& theta = [](std::size_t, Random& random) {
        return random.normal();
    }) {
    Random random(seed);
    Responses responses(items.size());
    std::vector<std::size_t> order(items.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::vector<PackedAnswer> answers;
    for (std::size_t p = 0; p < persons; ++p) {
        const double ability = theta(p, random);
        answers.clear();
        for (std::size_t k = 0; k < each; ++k) {
            if (each < items.size()) std::swap(order[k], order[k + random.below(order.size() - k)]);
            answers.emplace_back(order[k], draw(items[order[k]], ability, random));
        }
        responses.add(answers);
    }
    return responses;
}

// Root mean square of the differences of f over two lists of items.
inline double rmse(const std::vector<Item>& truth, const std::vector<ItemEstimate>& found,
                   const std::function<double(const Item&)>& f) {
    double sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const double off = f(found[i].item) - f(truth[i]);
        sum += off * off;
    }
    return std::sqrt(sum / static_cast<double>(truth.size()));
}
inline double a_of(const Item& item) {
    return item.a;
}
inline double d_of(const Item& item) {
    return item.d[0];
}
inline double b_of(const Item& item) {
    return -item.d[0] / item.a;
}

}  // namespace engine
