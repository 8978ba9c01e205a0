// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace psychometrics {

Read<std::vector<std::size_t>> match_items(const std::string& file, const Responses& responses,
                                           const std::string& bank_file, const Bank& bank) {
    std::unordered_map<std::string_view, std::size_t> numbers;
    for (std::size_t i = 0; i < bank.items.size(); ++i) numbers.emplace(bank.items[i].name, i);
    std::vector<std::size_t> places(responses.items.size(), SIZE_MAX);
    bool found = false;
    for (std::size_t i = 0; i < places.size(); ++i)
        if (const auto at = numbers.find(responses.items[i]); at != numbers.end())
            places[i] = at->second, found = true;
    if (!found) {
        if (responses.items.size() != bank.items.size())
            return std::unexpected(
                Problem{file, 1, 0,
                        fmt::format("none of its {} items is in {}, which has {}",
                                    responses.items.size(), bank_file, bank.items.size())});
        for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
    }
    for (std::size_t person = 0; person < responses.persons.size(); ++person)
        for (std::size_t at = responses.begin[person]; at < responses.begin[person + 1]; ++at) {
            const std::size_t item = places[responses.item[at]];
            if (item == SIZE_MAX) continue;
            const std::size_t categories = bank.items[item].categories();
            if (responses.answer[at] >= static_cast<int>(categories))
                return std::unexpected(Problem{
                    file, responses.line[at], 0,
                    fmt::format("person {} has the answer {} to the item {}, whose categories are "
                                "0 to {}",
                                responses.persons[person], responses.answer[at],
                                bank.items[item].name, categories - 1)});
        }
    return places;
}

std::vector<Logged> in_order(const Responses& responses, const std::vector<std::size_t>& places) {
    std::vector<Logged> log;
    log.reserve(responses.count());
    for (std::size_t person = 0; person < responses.persons.size(); ++person)
        for (std::size_t at = responses.begin[person]; at < responses.begin[person + 1]; ++at)
            if (const std::size_t item = places[responses.item[at]]; item != SIZE_MAX)
                log.push_back({responses.line[at], static_cast<std::uint32_t>(person),
                               static_cast<std::uint32_t>(item),
                               std::max<std::int16_t>(responses.answer[at], 0)});
    std::ranges::stable_sort(log, {}, &Logged::line);
    return log;
}

}  // namespace psychometrics
