// SPDX-License-Identifier: EUPL-1.2
// Holds a document against the structure of LHEO 2.3 (data/lheo-2.3.txt).
#pragma once
#include "places.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <pugixml.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tests {

class LheoStructure {
public:
    LheoStructure() {
        std::ifstream file(SOURCE_DIR "/src/catalogue/tests/data/lheo-2.3.txt");
        if (!file) throw std::runtime_error("no lheo-2.3.txt");
        for (std::string line; std::getline(file, line);)
            if (!line.starts_with('#')) add(line);
    }

    // What is wrong with the element and all within; "" when nothing is.
    std::string problems(pugi::xml_node node) const {
        const auto known = elements_.find(node.name());
        if (known == elements_.end()) return std::string{node.name()} + " is unknown; ";
        std::string found;
        auto child = node.first_child();
        for (const auto& [name, least, most] : known->second.children) {
            int count = 0;
            for (; child && child.name() == name; child = child.next_sibling(), ++count)
                found += problems(child);
            if (count < least || count > most)
                found +=
                    std::string{node.name()} + " has " + std::to_string(count) + " " + name + "; ";
        }
        if (known->second.longest > 0) {
            const std::string_view text = child.value();
            const auto length = static_cast<std::size_t>(std::ranges::count_if(
                text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
            if (length == 0 || length > known->second.longest)
                found +=
                    std::string{node.name()} + " is of " + std::to_string(length) + " characters; ";
            child = child.next_sibling();
        }
        if (child) found += std::string{node.name()} + " has no place for " + child.name() + "; ";
        return found;
    }

private:
    struct Child {
        std::string name;
        int least;
        int most;
    };
    struct Element {
        std::vector<Child> children;
        std::size_t longest = 0;  // characters, where it holds text
    };

    void add(const std::string& line) {
        std::istringstream words(line);
        std::string name, word;
        words >> name;
        name.pop_back();
        Element element;
        for (std::string times; words >> word >> times;) {
            if (word == "text") {
                element.longest = std::stoul(times);
                continue;
            }
            const auto dash = times.find('-');
            const std::string most = times.substr(dash + 1);
            element.children.push_back({word, std::stoi(times.substr(0, dash)),
                                        most == "n" ? 1'000'000 : std::stoi(most)});
        }
        elements_.emplace(std::move(name), std::move(element));
    }

    std::map<std::string, Element, std::less<>> elements_;
};

}  // namespace tests
