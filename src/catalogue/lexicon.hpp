// SPDX-License-Identifier: EUPL-1.2
// Numbers for words. A prepared offer holds the numbers of its words instead of their letters, so
// that it is small, is made without stemming a word twice, and builds an index without hashing.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace catalogue {

// Distinct texts, numbered from 0. They are only ever added; a view of one lives as long as the
// pool.
class Pool {
public:
    std::uint32_t intern(std::string_view text);
    std::optional<std::uint32_t> find(std::string_view text) const;
    std::string_view operator[](std::uint32_t number) const { return texts_[number]; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }
    // A copy that lives as long, without a number.
    std::string_view keep(std::string_view text);

private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t number = 0;  // from 1; 0: free
    };
    std::size_t slot_of(std::string_view text, std::uint32_t hash) const;
    void grow();

    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t block_left_ = 0;
    std::vector<std::string_view> texts_;
    std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
};

// The words of all offers prepared by this process: a memo, whose contents no result depends on.
// It never shrinks; 100,000 distinct words take about 12 MB.
class Lexicon {
public:
    struct Word {
        std::string_view written;  // lower case, with accents
        std::string_view folded;
        std::uint32_t stem = 0;
        bool stop = false;
    };
    // Hold it around the calls below.
    [[nodiscard]] std::unique_lock<std::mutex> guard() { return std::unique_lock{mutex_}; }
    std::uint32_t intern(std::string_view written);
    const Word& word(std::uint32_t number) const { return words_[number]; }
    std::uint32_t words() const { return static_cast<std::uint32_t>(words_.size()); }
    std::string_view stem(std::uint32_t number) const { return stems_[number]; }
    std::uint32_t stems() const { return stems_.size(); }

private:
    std::mutex mutex_;
    Pool written_, stems_;
    std::vector<Word> words_;
};

Lexicon& lexicon();

}  // namespace catalogue
