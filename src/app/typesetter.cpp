// SPDX-License-Identifier: EUPL-1.2
#include "app/typesetter.hpp"

#include "base/text.hpp"
#include "html/messages.hpp"
#include "html/mustache.hpp"
#include "html/pages.hpp"

#include <boost/json.hpp>

#include <array>

namespace app {
namespace json = boost::json;

Typesetter::Typesetter(const html::Pages& pages, const html::Templates& templates,
                       const html::Messages& messages)
    : pages_(pages), templates_(templates), french_(messages, "fr"), english_(messages, "en") {}

std::string Typesetter::message(std::string_view language, const base::Reason& reason) const {
    return pages_.message(language, reason);
}

std::string Typesetter::written(std::string_view language, const mail::Value& value) const {
    const html::Words& words = language == "en" ? english_ : french_;
    const auto shown = [&](std::string_view filter, const json::value& given) {
        return html::find_filter(filter)->apply(words, given, "");
    };
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* day = std::get_if<base::Date>(&value))
        return shown("long_date", json::value(base::iso_date(*day)));
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return shown("number", json::value(*number));
    const json::value moment(base::iso_time(std::get<base::Time>(value)));
    return html::fill(words.date_time,
                      std::array<std::pair<std::string, std::string>, 2>{
                          {{"date", shown("long_date", moment)}, {"time", shown("time", moment)}}});
}

std::string Typesetter::html(std::string_view language, const json::value& view) const {
    const std::array<const json::value*, 1> context{&view};
    return templates_.render(language, "mail/letter", context);
}

}  // namespace app
