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
    std::vector<engine::Answer> line;
    std::vector<std::uint32_t> last(read->items.size(), 0);  // person + 1 who answered it last
    for (std::size_t p = 0; p < read->persons.size(); ++p) {
        line.clear();
        for (std::size_t k = read->begin[p]; k < read->begin[p + 1]; ++k) {
            const std::uint32_t item = read->item[k];
            if (last[item] == p + 1)
                return refuse(fmt::format("person {} answers the item {} twice", read->persons[p],
                                          read->items[item]));
            last[item] = static_cast<std::uint32_t>(p + 1);
            line.emplace_back(item, std::max<int>(read->answer[k], 0));
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
