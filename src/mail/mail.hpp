// SPDX-License-Identifier: EUPL-1.2
// Door of the mail slice: letters that leave from an outbox, which is written in the same
// transaction as the decision that they tell of.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace db {
class Transaction;
}

namespace mail {

struct Recipient {
    std::optional<base::PersonId> person = {};  // whose preferences count; nothing: not yet known
    std::string email;
    std::string name = {};
    std::string language = "fr";
};

// A value of a sentence, written out in the reader's language when the letter is made: a text, a
// day ("lundi 23 novembre 2026"), a moment (with the hour, in Paris), a number.
using Value = std::variant<std::string, base::Date, base::Time, std::int64_t>;

// RFC 5546: the invitation that belongs to the letter, one VCALENDAR.
struct Calendar {
    std::string method;  // "REQUEST", "CANCEL"
    std::string text;
};

// A letter as data: message keys, never sentences. Every letter has the same build (greeting,
// paragraphs, table of facts, one button, why you get this), in text and in HTML.
struct Letter {
    Recipient to;
    std::string_view kind;  // requests.to_decide: declared in data/reference/mail-kinds.csv
    std::string subject;    // message key
    std::vector<std::string> paragraphs = {};                        // message keys
    std::vector<std::pair<std::string, Value>> facts = {};           // label key and value
    std::optional<std::pair<std::string, std::string>> action = {};  // label key, path or URL
    std::vector<std::pair<std::string, Value>> values = {};          // for all {{names}} above
    std::optional<Calendar> calendar = {};
    bool at_once = false;  // never in a digest, whatever was chosen: it expires, or was asked for
    // Whoever has its link is let in: at once, and the text is forgotten when the letter has left.
    bool lets_in = false;
};

// In the transaction of what it tells.
void put(db::Transaction&, const Letter&, base::Time now);

// How many letters came back or were given up, and addresses refuse: for a notice to
// administrators.
std::int64_t count_trouble(db::Transaction&);

// Words and layout: made by src/app, because html stands above.
struct Typesetter {
    virtual ~Typesetter() = default;
    // In that language, with its {{values}}; the plural form for a value named `count`.
    virtual std::string message(std::string_view language, const base::Reason&) const = 0;
    virtual std::string written(std::string_view language, const Value&) const = 0;
    // The template mail/letter filled with this view (see letter.cpp).
    virtual std::string html(std::string_view language, const boost::json::value& view) const = 0;
};

}  // namespace mail
