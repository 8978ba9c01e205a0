// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/format_words.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace catalogue {
namespace {

struct Word {
    std::string_view code;
    std::string_view label;  // the first of a code is the one that is written
};
constexpr std::array<Word, 11> kind_words{{{"formation", "Formation"},
                                           {"module", "Module"},
                                           {"parcours", "Parcours"},
                                           {"cycle", "Cycle"},
                                           {"seminaire", "Séminaire"},
                                           {"universite-ete", "Université d'été"},
                                           {"programme", "Programme"},
                                           {"certification", "Certification"},
                                           {"evenement", "Événement"},
                                           {"expedition", "Expédition"},
                                           {"expedition", "Expédition apprenante"}}};
constexpr std::array<Word, 6> modality_words{{{"en-ligne", "En ligne"},
                                              {"presentiel", "Présentiel"},
                                              {"hybride", "Hybride"},
                                              {"en-ligne", "Distanciel"},
                                              {"en-ligne", "À distance"},
                                              {"presentiel", "En présentiel"}}};

std::string_view label_in(std::span<const Word> words, std::string_view code) {
    for (const Word& word : words)
        if (word.code == code) return word.label;
    return code;
}

std::optional<std::string> code_in(std::span<const Word> words, std::string_view text) {
    const std::string slug = base::slug(text);
    for (const Word& word : words)
        if (word.code == slug || base::slug(word.label) == slug) return std::string(word.code);
    return std::nullopt;
}

}  // namespace

std::string_view kind_label(std::string_view code) {
    return label_in(kind_words, code);
}
std::string_view modality_label(std::string_view code) {
    return label_in(modality_words, code);
}
std::optional<std::string> kind_of(std::string_view word) {
    return code_in(kind_words, word);
}
std::optional<std::string> modality_of(std::string_view word) {
    return code_in(modality_words, word);
}

void add_once(std::vector<std::string>& list, const std::string& item) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

}  // namespace catalogue
