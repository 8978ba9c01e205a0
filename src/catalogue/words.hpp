// SPDX-License-Identifier: EUPL-1.2
// Words as the search sees them: cut from text, stemmed, compared with a misspelt one.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catalogue {

inline constexpr std::size_t longest_word = 40;  // bytes; the rest of a longer word is not read

// The words of a text, in lower case with their accents: letters and digits of any script; French
// elisions ("l'", "qu'", "jusqu'") are dropped, and words of one letter but C and R (languages).
// Malformed UTF-8 separates words.
class Tokeniser {
public:
    explicit Tokeniser(std::string_view text) : text_(text) {}
    bool next();  // false at the end
    // Valid until the next call.
    std::string_view word() const { return word_; }
    // Where it stands in the text, in bytes.
    std::size_t begin() const { return begin_; }
    std::size_t end() const { return end_; }

private:
    std::string_view text_;
    std::size_t at_ = 0, begin_ = 0, end_ = 0;
    std::string word_;
};

// The folded word without its French endings: Snowball's French algorithm after base::fold, and
// -ée(s) as -é(s), which the algorithm knows only with accents.
std::string stem(std::string_view folded);

// Articles, prepositions, pronouns: too frequent to tell offers apart.
bool is_stop_word(std::string_view folded);

// Edits between two words, in bytes: insertion, deletion, substitution, swap of neighbours (optimal
// string alignment). Hyyrö, "A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit
// Distances", 2003. Precondition: pattern.size() <= 64.
std::size_t edit_distance(std::string_view pattern, std::string_view text);

// Finds the known word that a misspelt one was meant to be.
class Speller {
public:
    struct Known {
        std::string_view folded;  // must outlive the speller
        std::uint32_t frequency = 0;
    };
    Speller() = default;
    explicit Speller(const std::vector<Known>& words);
    // The number (in the list given) of the nearest word, of two equally near the more frequent:
    // one edit for up to 5 letters, two from 6. Nothing for under 3 letters and words with digits.
    std::optional<std::size_t> nearest(std::string_view folded) const;

private:
    struct Entry {
        Known word;
        std::uint32_t number = 0;
    };
    // By length. The signature tells which letters a word has, once, twice and three times; one
    // edit adds at most one letter and takes at most one away, so most words need no closer look.
    std::vector<std::uint64_t> signatures_;
    std::vector<Entry> entries_;
    std::array<std::size_t, longest_word + 2> starts_{};  // of each length
};

}  // namespace catalogue
