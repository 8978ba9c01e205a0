// SPDX-License-Identifier: EUPL-1.2
// Files of answers as calibration needs them, and banks matched to them by name: shared by the
// commands calibrate, dif, itemfit and link.
#pragma once
#include "engine/engine.hpp"
#include "psychometrics/files.hpp"

#include <optional>
#include <string>
#include <vector>

namespace psychometrics {

struct AnswerFile {
    std::vector<std::string> items;
    std::vector<std::string> persons;
    std::vector<std::string> group_names;  // in the order of their first person
    std::vector<std::uint32_t> groups;     // of each person; empty without a column
    engine::Responses answers{0};
};
// "Don't know" counts as wrong. Refuses a person without group.
Read<AnswerFile> read_answers(const std::string& file, Layout, const std::string& group_column);

// Closes up the categories that nobody gave: 1, 2, 5 become 0, 1, 2 (0 and 1 alone stay). Items
// marked `keep` stay as they are. Returns the number of items changed.
std::size_t close_up(engine::Responses&, const std::vector<bool>& keep);

// Items of the bank by the names of the file; nothing where the bank does not have it.
std::vector<std::optional<engine::Item>> matched(const Bank&,
                                                 const std::vector<std::string>& items);

// The framework of a calibration: abilities, and which of them each item measures.
struct Framework {
    engine::Tree tree;
    std::vector<int> nodes_of;  // by item
};
// Two forms. name,parent[,loading]: abilities, and items as leaves (a name among `items` is an
// item). item,competence[,area]: a line an item, with what it measures (node, competence, area,
// dimension) and, in a second such column (or parent), what stands above that. Loadings that are
// not given begin at 0.7. Where several nodes have no parent, they stand below one that is added:
// general. `places`: a file item,node for what the tree does not say, or "".
Read<Framework> read_framework(const std::string& file, const std::string& places,
                               const std::vector<std::string>& items);

// What the option --format says: "", "wide", "long".
Layout layout_named(const std::string& format);

}  // namespace psychometrics
