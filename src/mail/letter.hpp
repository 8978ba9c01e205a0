// SPDX-License-Identifier: EUPL-1.2
// A letter as it stands in the outbox (JSON), and as people read it.
#pragma once
#include "mail/mail.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mail {

std::string to_json(const Letter&);
// Several letters of one person as one, in the order given and in the language of the last.
std::string digest_json(const std::vector<std::string>& letters);

// What was written by the two above; null for anything else.
boost::json::value read_letter(std::string_view stored);
bool is_at_once(const boost::json::value& letter);
bool has_calendar(const boost::json::value& letter);
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
