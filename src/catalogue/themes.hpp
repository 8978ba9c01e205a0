// SPDX-License-Identifier: EUPL-1.2
// The themes of the catalogue, in versions: offers carry codes of the present one; codes and labels
// of the older ones are still understood and lead to theirs by a mapping.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace catalogue {

struct Theme {
    std::string code;  // "cybersecurite": the word of the URLs
    std::string label_fr;
    std::string label_en;
};

class Themes {
public:
    // From the text of reference/themes.json. A file that is broken, names no present version or
    // maps to an unknown code is a broken deployment: throws.
    explicit Themes(std::string_view json);

    // Of the present version, in the order of their display.
    const std::vector<Theme>& present() const { return present_; }
    const Theme* find(std::string_view code) const;  // of the present version; null: unknown

    // The present codes that a code or a label (French or English, in any case and accents) of any
    // version means; empty when it is unknown. The present version goes before the older ones.
    std::vector<std::string> understand(std::string_view code_or_label) const;

private:
    std::vector<Theme> present_;
    std::unordered_map<std::string, std::vector<std::string>> meanings_;  // by folded word
};

// Those that the binary carries, read at the first call.
const Themes& embedded_themes();

}  // namespace catalogue
