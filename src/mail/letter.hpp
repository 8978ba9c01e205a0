// SPDX-License-Identifier: EUPL-1.2
// A letter as it stands in the outbox (JSON), and as people read it.
#pragma once
#include "mail/mail.hpp"

#include <boost/json/fwd.hpp>

#include <map>
#include <string>
#include <string_view>

namespace mail {

std::string to_json(const Letter&);
// Several letters of one person as one, in the order given and in the language of the last.
std::string digest_json(const std::map<std::int64_t, std::string>& letters);

// What was written by the two above; null for anything else.
boost::json::value read_letter(std::string_view stored);
bool is_at_once(const boost::json::value& letter);
bool has_calendar(const boost::json::value& letter);
bool lets_in(const boost::json::value& letter);
// 24 hexadecimal digits that nobody can guess who has not seen the letter; the same when its text
// has been forgotten.
std::string digest_of(std::string_view stored);
// What stays of a letter whose text is forgotten.
std::string without_text(std::string_view stored);
std::string language_of(const boost::json::value& letter);

struct Rendered {
    std::string name;  // of the recipient
    std::string language;
    std::string subject;
    std::string text;
    std::string html;
    std::string calendar;  // "" : none
    std::string calendar_method;
};

std::string subject_of(const boost::json::value& letter, const Typesetter&);
// `base_url` goes before paths. `refusable`: it says where to choose to get fewer.
Rendered render(const boost::json::value& letter, const Typesetter&, std::string_view base_url,
                bool refusable);

}  // namespace mail
