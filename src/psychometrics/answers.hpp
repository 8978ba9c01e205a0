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
// "Don't know" counts as wrong. Refuses a person who answers an item twice, a person without group.
Read<AnswerFile> read_answers(const std::string& file, Layout, const std::string& group_column);

// Items of the bank by the names of the file; nothing where the bank does not have it.
std::vector<std::optional<engine::Item>> matched(const Bank&, const std::vector<std::string>& items);

// What the option --format says: "", "wide", "long".
Layout layout_named(const std::string& format);

}  // namespace psychometrics
