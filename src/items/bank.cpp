// SPDX-License-Identifier: EUPL-1.2
// What only shows over many items.
#include "base/text.hpp"
#include "items/item.hpp"
#include "items/tree.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace items {
namespace {

// DigComp's levels have three items at both ends and four between (docs/items.md).
constexpr int wanted_items = 30, fewest_done = 8, most_singles = 16;
constexpr double alike = 0.8;  // share of common word triples of two stems
constexpr double unlikely = 0.001, doubtful = 0.05;

// P(X >= hits) of `tries` with chance 1/4: a key that is the longest of four options.
double tail(int tries, int hits) {
    double sum = 0;
    for (int k = hits; k <= tries; ++k)
        sum += std::exp(std::lgamma(tries + 1) - std::lgamma(k + 1) - std::lgamma(tries - k + 1) +
                        k * std::log(0.25) + (tries - k) * std::log(0.75));
    return sum;
}

bool key_is_longest(const Item& item) {
    std::size_t key = 0, other = 0;
    for (const auto& option : tree::list(*item.tree, "options")) {
        const std::size_t length = base::length(tree::text(tree::table(option), "text"));
        std::size_t& longest = tree::flag(tree::table(option), "right") ? key : other;
        longest = std::max(longest, length);
    }
    return key > other;
}

std::set<std::string> triples(const std::string& stem) {
    std::vector<std::string> words(1);
    for (const char c : base::fold(stem))
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            words.back() += c;
        else if (!words.back().empty())
            words.emplace_back();
    std::set<std::string> found;
    for (std::size_t i = 0; i + 2 < words.size(); ++i)
        found.insert(words[i] + " " + words[i + 1] + " " + words[i + 2]);
    return found;
}

double likeness(const std::set<std::string>& a, const std::set<std::string>& b) {
    if (a.empty() || b.empty()) return 0;
    std::size_t common = 0;
    for (const std::string& triple : a) common += b.contains(triple) ? 1 : 0;
    return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

struct Counts {
    int items = 0, done = 0, singles = 0, longest = 0;
    std::array<int, 9> level{};
};

}  // namespace

std::vector<BankProblem> check_bank(const std::vector<BankFile>& files, bool whole) {
    std::vector<BankProblem> found;
    const auto say = [&](const std::string& path, const char* key,
                         std::vector<std::pair<std::string, std::string>> values, bool serious) {
        found.push_back(
            {path, {0, {std::string("items.problem.") + key, "", std::move(values)}, serious}});
    };
    std::set<std::string, std::less<>> codes;
    std::map<std::string, Counts, std::less<>> competences;
    std::vector<std::pair<const BankFile*, std::set<std::string>>> stems;
    Counts all;
    for (const BankFile& file : files) {
        if (!codes.insert(file.code).second)
            say(file.path, "code_twice", {{"value", file.code}}, true);
        if (!file.read.item) continue;
        const Item& item = *file.read.item;
        for (Counts* counts : {&competences[std::string(item.competence())], &all}) {
            ++counts->items;
            ++counts->level[static_cast<std::size_t>(item.level)];
            counts->done += item.is_done() ? 1 : 0;
            if (item.format == Format::single) {
                ++counts->singles;
                counts->longest += key_is_longest(item) ? 1 : 0;
            }
        }
        auto own = triples(tree::text(*item.tree, "stem"));
        for (const auto& [other, others] : stems)
            if (likeness(own, others) >= alike)
                say(file.path, "stem_alike", {{"value", other->code}}, false);
        stems.emplace_back(&file, std::move(own));
    }
    for (const BankFile& file : files)
        if (file.read.item)
            for (const std::string& enemy : file.read.item->enemies)
                if (!codes.contains(enemy) && whole)
                    say(file.path, "enemy_unknown", {{"value", enemy}}, true);
    const auto check_longest = [&](const std::string& path, const Counts& counts) {
        const double chance = tail(counts.singles, counts.longest);
        if (counts.singles > 0 && chance < doubtful)
            say(path, "key_longest",
                {{"found", std::to_string(counts.longest)}, {"of", std::to_string(counts.singles)}},
                chance < unlikely);
    };
    for (const auto& [competence, counts] : competences) {
        check_longest(competence, counts);
        if (!whole) continue;
        for (int level = 1; level <= 8; ++level)
            if (counts.level[static_cast<std::size_t>(level)] == 0)
                say(competence, "level_empty", {{"level", std::to_string(level)}}, true);
        if (counts.items < wanted_items)
            say(competence, "too_few",
                {{"found", std::to_string(counts.items)}, {"wanted", std::to_string(wanted_items)}},
                false);
        if (counts.done < fewest_done)
            say(competence, "too_few_done",
                {{"found", std::to_string(counts.done)}, {"wanted", std::to_string(fewest_done)}},
                false);
        if (counts.singles > most_singles)
            say(competence, "too_many_singles",
                {{"found", std::to_string(counts.singles)}, {"most", std::to_string(most_singles)}},
                false);
    }
    return found;
}

}  // namespace items
