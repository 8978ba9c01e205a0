// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/lexicon.hpp"

#include "base/text.hpp"
#include "catalogue/words.hpp"

#include <algorithm>
#include <functional>

namespace catalogue {
namespace {

constexpr std::size_t block_size = 65'536;

std::uint32_t hash_of(std::string_view text) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
}

}  // namespace

std::string_view Pool::keep(std::string_view text) {
    if (text.empty()) return {};
    if (block_left_ < text.size()) {
        const std::size_t size = std::max(block_size, text.size());
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
        block_left_ = size;
    }
    // The block is filled from its end.
    block_left_ -= text.size();
    char* const place = blocks_.back().get() + block_left_;
    std::ranges::copy(text, place);
    return {place, text.size()};
}

std::size_t Pool::slot_of(std::string_view text, std::uint32_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].number != 0 &&
           (slots_[at].hash != hash || texts_[slots_[at].number - 1] != text))
        at = (at + 1) & mask;
    return at;
}

void Pool::grow() {
    const std::vector<Slot> old = std::move(slots_);
    slots_.assign(std::max<std::size_t>(1024, old.size() * 2), Slot{});
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.number == 0) continue;
        std::size_t at = slot.hash & mask;
        while (slots_[at].number != 0) at = (at + 1) & mask;
        slots_[at] = slot;
    }
}

std::uint32_t Pool::intern(std::string_view text) {
    if (texts_.size() * 2 >= slots_.size()) grow();
    const std::uint32_t hash = hash_of(text);
    Slot& slot = slots_[slot_of(text, hash)];
    if (slot.number == 0) {
        texts_.push_back(keep(text));
        slot = {hash, size()};
    }
    return slot.number - 1;
}

std::optional<std::uint32_t> Pool::find(std::string_view text) const {
    if (slots_.empty()) return std::nullopt;
    const Slot& slot = slots_[slot_of(text, hash_of(text))];
    if (slot.number == 0) return std::nullopt;
    return slot.number - 1;
}

std::uint32_t Lexicon::intern(std::string_view written) {
    const std::uint32_t number = written_.intern(written);
    if (number == words_.size()) {
        const std::string folded = base::fold(written);
        Word word;
        word.written = written_[number];
        word.folded = folded == written ? word.written : written_.keep(folded);
        word.stem = stems_.intern(catalogue::stem(folded));
        word.stop = is_stop_word(folded);
        words_.push_back(word);
    }
    return number;
}

Lexicon& lexicon() {
    static Lexicon all;
    return all;
}

}  // namespace catalogue
