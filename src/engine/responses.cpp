// SPDX-License-Identifier: EUPL-1.2
#include "engine/responses.hpp"

namespace engine {

void Responses::add(std::span<const PackedAnswer> answers) {
    answers_.insert(answers_.end(), answers.begin(), answers.end());
    begin_.push_back(answers_.size());
}

void Responses::reserve(std::size_t persons, std::size_t answers) {
    begin_.reserve(persons + 1);
    answers_.reserve(answers);
}

std::vector<std::vector<std::size_t>> Responses::counts() const {
    std::vector<std::vector<std::size_t>> counts(items_, std::vector<std::size_t>(2));
    for (const PackedAnswer answer : answers_) {
        std::vector<std::size_t>& of = counts[answer.item()];
        if (answer.category() >= of.size()) of.resize(answer.category() + 1);
        ++of[answer.category()];
    }
    return counts;
}

}  // namespace engine
