// SPDX-License-Identifier: EUPL-1.2
#include "app/items_command.hpp"

#include "app/configuration.hpp"
#include "html/messages.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

namespace app {
namespace json = boost::json;
namespace {

struct Found {
    std::string path;
    items::Problem problem;
};

void print(const std::vector<Found>& found, std::size_t count) {
    const html::Messages messages;
    std::size_t serious = 0;
    for (const auto& [path, problem] : found) {
        serious += problem.serious ? 1 : 0;
        const std::string place =
            problem.line > 0 ? fmt::format("{}:{}", path, problem.line) : path;
        std::cout << fmt::format(
            "{}: {}{}\n", place, problem.serious ? "" : "advice: ",
            html::fill(messages.text("en", problem.reason.message_key), problem.reason.values));
    }
    std::cout << fmt::format("{} items, {} problems, {} pieces of advice\n", count, serious,
                             found.size() - serious);
}

void print_json(const std::vector<Found>& found, std::size_t count) {
    const html::Messages messages;
    json::array problems;
    for (const auto& [path, problem] : found)
        problems.push_back({{"path", path},
                            {"line", problem.line},
                            {"key", problem.reason.field},
                            {"serious", problem.serious},
                            {"message", html::fill(messages.text("en", problem.reason.message_key),
                                                   problem.reason.values)}});
    std::cout << json::serialize(json::object{{"items", count}, {"problems", std::move(problems)}})
              << '\n';
}

}  // namespace

std::vector<items::BankText> read_items(const std::string& folder) {
    std::vector<items::BankText> texts;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.path().extension() != ".toml") continue;
        const auto code = items::code_of(entry.path().generic_string());
        if (!code)
            throw std::runtime_error(entry.path().generic_string() +
                                     ": items are called <competence>/<number>.toml");
        std::ifstream in(entry.path(), std::ios::binary);
        texts.push_back({*code, {std::istreambuf_iterator<char>(in), {}}});
    }
    std::ranges::sort(texts, {}, &items::BankText::code);
    return texts;
}

int check_items(const Command& command) {
    std::vector<Found> found;
    std::vector<items::BankFile> files;
    for (const items::BankText& text : read_items(command.file)) {
        std::string path = text.code + ".toml";
        path[path.find('-')] = '/';
        items::BankFile file{path, text.code, items::read_item(text.code, text.text)};
        for (const items::Problem& problem : file.read.problems)
            found.push_back({file.path, problem});
        files.push_back(std::move(file));
    }
    for (items::BankProblem& problem : items::check_bank(files, command.whole))
        found.push_back({std::move(problem.path), std::move(problem.problem)});
    if (command.json)
        print_json(found, files.size());
    else
        print(found, files.size());
    return std::ranges::any_of(found, [](const Found& one) { return one.problem.serious; }) ? 1 : 0;
}

}  // namespace app
