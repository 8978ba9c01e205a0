// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/themes.hpp"

#include "base/embedded.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace catalogue {
namespace json = boost::json;

namespace {

std::string text_of(const json::value& value) {
    return std::string(value.as_string());
}

}  // namespace

Themes::Themes(std::string_view text) {
    const json::value file = json::parse(json::string_view(text.data(), text.size()));
    const auto learn = [this](std::string_view word, const std::vector<std::string>& codes) {
        meanings_.try_emplace(base::fold(base::trim(word)), codes);
    };
    // Present codes and labels first: try_emplace keeps them where an older word is the same.
    for (const json::value& version : file.at("versions").as_array()) {
        if (!version.at("present").as_bool()) continue;
        for (const json::value& theme : version.at("themes").as_array())
            present_.push_back({text_of(theme.at("code")), text_of(theme.at("label").at("fr")),
                                text_of(theme.at("label").at("en"))});
    }
    for (const Theme& theme : present_)
        for (const std::string& word : {theme.code, theme.label_fr, theme.label_en})
            learn(word, {theme.code});
    for (const json::value& version : file.at("versions").as_array()) {
        if (version.at("present").as_bool()) continue;
        for (const json::value& theme : version.at("themes").as_array()) {
            std::vector<std::string> codes;
            for (const json::value& rule : file.at("mapping").as_array())
                if (rule.at("from_version") == version.at("version") &&
                    rule.at("from") == theme.at("code"))
                    for (const json::value& to : rule.at("to").as_array())
                        codes.push_back(std::string(meanings_.at(text_of(to)).front()));
            if (codes.empty()) continue;
            for (const json::value* word :
                 {&theme.at("code"), &theme.at("label").at("fr"), &theme.at("label").at("en")})
                learn(text_of(*word), codes);
        }
    }
}

const Theme* Themes::find(std::string_view code) const {
    const auto found = std::find_if(present_.begin(), present_.end(),
                                    [code](const Theme& theme) { return theme.code == code; });
    return found == present_.end() ? nullptr : &*found;
}

std::vector<std::string> Themes::understand(std::string_view code_or_label) const {
    const auto found = meanings_.find(base::fold(base::trim(code_or_label)));
    return found == meanings_.end() ? std::vector<std::string>{} : found->second;
}

const Themes& embedded_themes() {
    static const Themes themes{base::embedded("reference/themes.json")};
    return themes;
}

}  // namespace catalogue
