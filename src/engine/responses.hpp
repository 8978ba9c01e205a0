// SPDX-License-Identifier: EUPL-1.2
// Who answered what: one line a person, of any length, as adaptive tests leave it. Four bytes an
// answer.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine {

// The number of an item (below 2^24) and the category of the answer (below 64) in one word.
struct PackedAnswer {
    std::uint32_t word = 0;

    PackedAnswer() = default;
    PackedAnswer(std::size_t item, int category)
        : word(static_cast<std::uint32_t>(item) << 8 | static_cast<std::uint32_t>(category)) {}
    std::size_t item() const { return word >> 8; }
    std::size_t category() const { return word & 255U; }
};

class Responses {
public:
    explicit Responses(std::size_t items) : items_(items) {}

    // The answers of one more person, each item once at most; none is allowed.
    void add(std::span<const PackedAnswer>);
    void reserve(std::size_t persons, std::size_t answers);

    std::size_t items() const { return items_; }
    std::size_t persons() const { return begin_.size() - 1; }
    std::size_t answers() const { return answers_.size(); }
    std::span<const PackedAnswer> of(std::size_t person) const {
        return {answers_.data() + begin_[person], begin_[person + 1] - begin_[person]};
    }
    // Of each item: how often each category was given; at least two categories.
    std::vector<std::vector<std::size_t>> counts() const;

private:
    std::size_t items_;
    std::vector<std::size_t> begin_{0};
    std::vector<PackedAnswer> answers_;
};

}  // namespace engine
