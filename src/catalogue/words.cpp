// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/words.hpp"

#include "catalogue/bits.hpp"

#include <libstemmer.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace catalogue {
namespace {

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 1;
};

// Malformed bytes come as one U+FFFD each.
CodePoint code_point(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return {lead, 1};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || at + bytes > text.size()) return {0xFFFD, 1};
    char32_t value = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xC0) != 0x80) return {0xFFFD, 1};
        value = value << 6 | (next & 0x3F);
    }
    return {value, bytes};
}

bool is_apostrophe(char32_t c) {
    return c == U'\'' || c == 0x2019 || c == 0x2BC;
}

// Beyond ASCII there are blocks of signs; what is not one of them is a letter.
bool is_letter(char32_t c) {
    if (c < 0x80)
        return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9');
    if (c < 0xC0 || c == 0xD7 || c == 0xF7) return false;
    if ((c >= 0x2000 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x303F)) return false;
    return !(c >= 0xE000 && c <= 0xF8FF) && !(c >= 0xFE00 && c <= 0xFE6F) &&
           !(c >= 0xFF00 && c <= 0xFF0F) && !(c >= 0xFFF0 && c <= 0xFFFF) && c < 0x1F000;
}

void append_lower(std::string& word, std::string_view letter) {
    if (letter.size() == 1) {
        const char c = letter[0];
        word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    } else if (letter[0] == '\xC3' && static_cast<unsigned char>(letter[1]) <= 0x9E) {
        word += '\xC3';  // U+00C0 to U+00DE
        word += static_cast<char>(letter[1] + 0x20);
    } else if (letter == "Œ") {
        word += "œ";
    } else if (letter == "Ÿ") {
        word += "ÿ";
    } else {
        word += letter;
    }
}

constexpr std::array<std::string_view, 14> elisions{
    "c", "d", "j", "jusqu", "l", "lorsqu", "m", "n", "presqu", "puisqu", "qu", "quoiqu", "s", "t"};

// In the order of the alphabet.
constexpr std::array<std::string_view, 67> stop_words{
    "a",   "afin",  "ainsi", "alors", "as",    "au",   "aux",  "avec", "avez", "avoir",
    "ce",  "ces",   "cet",   "cette", "comme", "dans", "de",   "des",  "du",   "elle",
    "en",  "entre", "est",   "et",    "etre",  "eux",  "il",   "ils",  "je",   "la",
    "le",  "les",   "leur",  "leurs", "lui",   "ma",   "mais", "mes",  "mon",  "ne",
    "nos", "notre", "nous",  "on",    "ont",   "ou",   "par",  "pas",  "pour", "qu",
    "que", "qui",   "sa",    "se",    "ses",   "son",  "sont", "sur",  "ta",   "te",
    "tu",  "un",    "une",   "vos",   "votre", "vous", "y"};
static_assert(std::ranges::is_sorted(stop_words));

struct DeleteStemmer {
    void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

// Letters a to z as bits 0 to 25 (at least one) and 26 to 51 (two), the most frequent letters of
// French once more (three).
std::uint64_t signature(std::string_view word) {
    constexpr std::string_view thrice = "esaitnrulocm";
    std::array<int, 26> counts{};
    std::uint64_t bits = 0;
    for (const char c : word) {
        if (c < 'a' || c > 'z') continue;
        const auto letter = static_cast<unsigned>(c - 'a');
        const int count = ++counts[letter];
        if (count <= 2) {
            bits |= std::uint64_t{1} << (count == 1 ? letter : letter + 26);
        } else if (count == 3) {
            if (const auto at = thrice.find(c); at != std::string_view::npos)
                bits |= std::uint64_t{1} << (at + 52);
        }
    }
    return bits;
}

using Signatures = std::span<const std::uint64_t>;

// The numbers of the signatures that `edits` edits can reach.
[[gnu::always_inline]] inline void reachable(Signatures all, std::uint64_t wanted, int edits,
                                             std::vector<std::size_t>& out) {
    for (std::size_t i = 0; i < all.size(); ++i)
        if (std::popcount(all[i] & ~wanted) <= edits && std::popcount(wanted & ~all[i]) <= edits)
            out.push_back(i);
}
CAMPUS_POPCNT void reachable_fast(Signatures all, std::uint64_t wanted, int edits,
                                  std::vector<std::size_t>& out) {
    reachable(all, wanted, edits, out);
}

bool has_digit(std::string_view word) {
    return word.find_first_of("0123456789") != std::string_view::npos;
}

// The pattern's letters as bit vectors, made once and compared with many words.
class Pattern {
public:
    explicit Pattern(std::string_view pattern) : size_(pattern.size()) {
        for (std::size_t i = 0; i < size_; ++i)
            places_[static_cast<unsigned char>(pattern[i])] |= std::uint64_t{1} << i;
    }
    std::size_t distance(std::string_view text) const {
        if (size_ == 0) return text.size();
        // Names as in the paper: V and H are the vertical and horizontal differences of the matrix,
        // P and N the positive and the negative ones; D0 the diagonal without a difference.
        std::uint64_t vp = ~std::uint64_t{0};
        std::uint64_t vn = 0;
        std::uint64_t d0 = 0;
        std::uint64_t before = 0;
        const std::uint64_t last = std::uint64_t{1} << (size_ - 1);
        std::size_t distance = size_;
        for (const char c : text) {
            const std::uint64_t here = places_[static_cast<unsigned char>(c)];
            const std::uint64_t swapped = ((~d0 & here) << 1) & before;
            d0 = (((here & vp) + vp) ^ vp) | here | vn | swapped;
            std::uint64_t hp = vn | ~(d0 | vp);
            std::uint64_t hn = d0 & vp;
            if ((hp & last) != 0) ++distance;
            if ((hn & last) != 0) --distance;
            hp = hp << 1 | 1;
            hn <<= 1;
            vp = hn | ~(d0 | hp);
            vn = hp & d0;
            before = here;
        }
        return distance;
    }

private:
    std::size_t size_;
    std::array<std::uint64_t, 256> places_{};
};

}  // namespace

bool Tokeniser::next() {
    while (at_ < text_.size()) {
        word_.clear();
        begin_ = at_;
        std::size_t letters = 0;
        bool elided = false;
        while (at_ < text_.size()) {
            const auto [point, bytes] = code_point(text_, at_);
            if (is_letter(point)) {
                if (letters++ == 0) begin_ = at_;
                if (word_.size() + bytes <= longest_word)
                    append_lower(word_, text_.substr(at_, bytes));
                at_ += bytes;
            } else if (point == 0xAD && letters != 0) {  // a soft hyphen inside a word
                at_ += bytes;
            } else {
                if (letters == 0) {
                    at_ += bytes;
                    continue;
                }
                elided = is_apostrophe(point) && std::ranges::binary_search(elisions, word_);
                break;
            }
        }
        end_ = at_;
        if (letters > 1 && !elided) return true;
        if (letters == 1 && !elided && (word_ == "c" || word_ == "r")) return true;
    }
    return false;
}

std::string stem(std::string_view folded) {
    // A stemmer object is not thread-safe.
    thread_local const std::unique_ptr<sb_stemmer, DeleteStemmer> stemmer{
        sb_stemmer_new("french", "UTF_8")};
    if (!stemmer) throw std::logic_error("libstemmer has no French");
    if (folded.size() > 4) {
        if (folded.ends_with("ees"))
            folded.remove_suffix(2);
        else if (folded.ends_with("ee"))
            folded.remove_suffix(1);
    }
    const sb_symbol* stemmed =
        sb_stemmer_stem(stemmer.get(), reinterpret_cast<const sb_symbol*>(folded.data()),
                        static_cast<int>(folded.size()));
    if (stemmed == nullptr) throw std::bad_alloc{};
    return {reinterpret_cast<const char*>(stemmed),
            static_cast<std::size_t>(sb_stemmer_length(stemmer.get()))};
}

bool is_stop_word(std::string_view folded) {
    return std::ranges::binary_search(stop_words, folded);
}

std::size_t edit_distance(std::string_view pattern, std::string_view text) {
    return Pattern{pattern}.distance(text);
}

Speller::Speller(const std::vector<Known>& words) {
    const auto fits = [](std::string_view word) {
        return word.size() >= 3 && word.size() <= longest_word && !has_digit(word);
    };
    for (const auto& word : words)
        if (fits(word.folded)) ++starts_[word.folded.size() + 1];
    for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
    entries_.resize(starts_.back());
    signatures_.resize(starts_.back());
    auto next = starts_;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!fits(words[i].folded)) continue;
        const std::size_t at = next[words[i].folded.size()]++;
        entries_[at] = {words[i], static_cast<std::uint32_t>(i)};
        signatures_[at] = signature(words[i].folded);
    }
}

std::optional<std::size_t> Speller::nearest(std::string_view folded) const {
    if (folded.size() < 3 || folded.size() > longest_word || has_digit(folded)) return std::nullopt;
    const std::size_t most = folded.size() <= 5 ? 1 : 2;
    const Pattern pattern{folded};
    const std::uint64_t wanted = signature(folded);
    std::vector<std::size_t> near;
    for (std::size_t edits = 1; edits <= most; ++edits) {
        const std::size_t first = starts_[folded.size() - edits];
        const std::size_t end = starts_[std::min(folded.size() + edits, longest_word) + 1];
        const Signatures some = Signatures{signatures_}.subspan(first, end - first);
        near.clear();
        if (has_popcnt())
            reachable_fast(some, wanted, static_cast<int>(edits), near);
        else
            reachable(some, wanted, static_cast<int>(edits), near);
        const Entry* best = nullptr;
        for (const std::size_t i : near) {
            const Entry& entry = entries_[first + i];
            if (best != nullptr && entry.word.frequency <= best->word.frequency) continue;
            if (pattern.distance(entry.word.folded) <= edits) best = &entry;
        }
        if (best != nullptr) return best->number;
    }
    return std::nullopt;
}

}  // namespace catalogue
