// SPDX-License-Identifier: EUPL-1.2
// The kinds of letters (data/reference/mail-kinds.csv): what a person may choose to get or not.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mail {

struct Kind {
    std::string name;      // "requests.to_decide"; its words are the message "mail.kind.<name>"
    bool required = true;  // the law or a deadline needs it: neither a digest nor never
};

class Kinds {
public:
    Kinds();  // those that the program carries; throws std::logic_error when they cannot be read
    explicit Kinds(std::vector<Kind> kinds) : kinds_(std::move(kinds)) {}
    std::span<const Kind> all() const { return kinds_; }
    const Kind* find(std::string_view name) const;
    // A kind that nobody declared is one that cannot be refused.
    bool refusable(std::string_view name) const;

private:
    std::vector<Kind> kinds_;
};

}  // namespace mail
