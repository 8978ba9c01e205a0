// SPDX-License-Identifier: EUPL-1.2
// The messages that people read, from po/fr.po and po/en.po (compiled by msgfmt, embedded, read by
// Boost.Locale). A message is named by its key ("sessions.full"); code holds keys, never sentences.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace html {

class Messages {
public:
    Messages();  // the embedded catalogues
    ~Messages();
    const std::vector<std::string>& languages() const;  // "fr" first
    bool has(std::string_view language, std::string_view key) const;
    // The text, which may hold {{names}}; the key itself when there is none.
    std::string text(std::string_view language, std::string_view key) const;
    std::string plural(std::string_view language, std::string_view key, long count) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace html
