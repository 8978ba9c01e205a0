// SPDX-License-Identifier: EUPL-1.2
// Which column of a file of answers is which item of a bank.
#pragma once
#include "psychometrics/files.hpp"

namespace psychometrics {

// Of each item of the answers its number in the bank, SIZE_MAX for none: by name; when no name is
// in the bank and both have as many, by place. Refuses answers without any item of the bank, and a
// category that its item does not have.
Read<std::vector<std::size_t>> match_items(const std::string& file, const Responses&,
                                           const std::string& bank_file, const Bank&);

// One answer of a log: places in Responses, the number of the item in the bank.
struct Logged {
    std::uint32_t line;
    std::uint32_t person;
    std::uint32_t item;
    std::int16_t answer;  // a category; "don't know" is 0
};
// All answers to items of the bank in the order of the file.
std::vector<Logged> in_order(const Responses&, const std::vector<std::size_t>& places);

}  // namespace psychometrics
