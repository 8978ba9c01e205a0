// SPDX-License-Identifier: EUPL-1.2
#include "examples_model.hpp"
#include "places.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tests {
namespace {

std::string text_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::logic_error("no file " + path.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::vector<items::BankFile> bank_in(const std::string& folder) {
    std::vector<items::BankFile> files;
    if (!std::filesystem::is_directory(folder)) return files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".toml") {
            const std::string code = items::code_of(entry.path().generic_string()).value();
            files.push_back(
                {entry.path().generic_string(), code, items::read_item(code, text_of(entry))});
        }
    std::ranges::sort(files, {}, &items::BankFile::code);
    return files;
}

std::string example(std::string_view code) {
    std::string path(code);
    std::ranges::replace(path, '-', '/');
    return text_of(std::string(SOURCE_DIR) + "/src/items/tests/data/" + path + ".toml");
}

items::Item example_item(std::string_view code) {
    return items::read_item(code, example(code)).item.value();
}

std::string with(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    if (at == std::string::npos) throw std::logic_error("not there: " + std::string(what));
    return text.replace(at, what.size(), by);
}

}  // namespace tests
