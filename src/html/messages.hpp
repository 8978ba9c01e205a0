// SPDX-License-Identifier: EUPL-1.2
// The messages that people read, from po/*.fr.po and po/*.en.po (compiled by msgfmt, embedded, read
// by Boost.Locale). A message is named by its key ("sessions.full"); code holds keys, never
// sentences. Safe to use from several threads.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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

    // The same without a copy, in the catalogue for as long as this object lives; nothing when
    // there is none. Each plural form of a message has one address.
    std::optional<std::string_view> find(std::string_view language, std::string_view key) const;
    std::optional<std::string_view> find_plural(std::string_view language, std::string_view key,
                                                long count) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// `text` with its {{names}} replaced by the values; those without a value become empty. For plain
// text: nothing is escaped.
std::string fill(std::string_view text,
                 std::span<const std::pair<std::string, std::string>> values);

}  // namespace html
