// SPDX-License-Identifier: EUPL-1.2
#include "html/messages.hpp"

#include "base/embedded.hpp"
#include "base/text.hpp"

#include <boost/locale/gnu_gettext.hpp>
#include <boost/locale/message.hpp>

#include <algorithm>
#include <limits>
#include <locale>
#include <stdexcept>

namespace html {
namespace {

using Catalogue = boost::locale::message_format<char>;

// Boost.Locale looks in <path>/<language>/LC_MESSAGES/<domain>.mo and then asks the callback for
// the file, so the embedded one is given for every path it tries. No locale generator and so no
// back end (ICU) is started.
std::locale load(const std::string& language) {
    boost::locale::gnu_gettext::messages_info info;
    info.language = language;
    info.encoding = "UTF-8";
    info.domains.emplace_back("campus");
    info.paths.emplace_back("po");
    info.callback = [&language](const std::string&, const std::string&) {
        const auto content = base::embedded("po/" + language + ".mo");
        return std::vector<char>(content.begin(), content.end());
    };
    return {std::locale::classic(), boost::locale::gnu_gettext::create_messages_facet<char>(info)};
}

}  // namespace

struct Messages::Impl {
    std::vector<std::string> languages{"fr", "en"};
    std::vector<std::locale> owners;  // they own the facets
    std::vector<const Catalogue*> catalogues;

    const Catalogue& catalogue(std::string_view language) const {
        const auto found = std::ranges::find(languages, language);
        if (found == languages.end())
            throw std::logic_error("no messages in the language " + std::string(language));
        return *catalogues[static_cast<std::size_t>(found - languages.begin())];
    }
};

Messages::Messages() : impl_(std::make_unique<Impl>()) {
    for (const std::string& language : impl_->languages) {
        const auto& owner = impl_->owners.emplace_back(load(language));
        impl_->catalogues.push_back(&std::use_facet<Catalogue>(owner));
    }
}

Messages::~Messages() = default;

const std::vector<std::string>& Messages::languages() const {
    return impl_->languages;
}

bool Messages::has(std::string_view language, std::string_view key) const {
    return find(language, key).has_value();
}

std::string Messages::text(std::string_view language, std::string_view key) const {
    return std::string(find(language, key).value_or(key));
}

std::string Messages::plural(std::string_view language, std::string_view key, long count) const {
    return std::string(find_plural(language, key, count).value_or(key));
}

std::optional<std::string_view> Messages::find(std::string_view language,
                                               std::string_view key) const {
    // The empty key is gettext's header.
    if (key.empty()) return std::nullopt;
    const char* found = impl_->catalogue(language).get(0, nullptr, std::string(key).c_str());
    return found ? std::optional<std::string_view>{found} : std::nullopt;
}

std::optional<std::string_view> Messages::find_plural(std::string_view language,
                                                      std::string_view key, long count) const {
    if (key.empty()) return std::nullopt;
    // Plural rules look at the last digits only, so a huge count may lose its head.
    constexpr long limit = 1'000'000'000;
    const long size = count < 0 ? -std::max(count, -limit) : count;
    const int n = static_cast<int>(size > limit ? limit + size % 1'000'000 : size);
    const char* found = impl_->catalogue(language).get(0, nullptr, std::string(key).c_str(), n);
    return found ? std::optional<std::string_view>{found} : find(language, key);
}

std::string fill(std::string_view text,
                 std::span<const std::pair<std::string, std::string>> values) {
    std::string out;
    for (;;) {
        const auto open = text.find("{{");
        const auto close = open == std::string_view::npos ? open : text.find("}}", open);
        if (close == std::string_view::npos) return out += text;
        const auto name = base::trim(text.substr(open + 2, close - open - 2));
        out += text.substr(0, open);
        if (const auto found = std::ranges::find(
                values, name, [](const auto& pair) { return std::string_view{pair.first}; });
            found != values.end())
            out += found->second;
        text.remove_prefix(close + 2);
    }
}

}  // namespace html
