// SPDX-License-Identifier: EUPL-1.2
#include "mail/letter.hpp"

#include <boost/json.hpp>

namespace mail {
namespace json = boost::json;
namespace {

// {"text": …}, {"date": days since 1970}, {"time": epoch seconds} or {"number": …}.
json::object value_to_json(const Value& value) {
    struct Visitor {
        json::object operator()(const std::string& text) const { return {{"text", text}}; }
        json::object operator()(base::Date date) const {
            return {{"date", date.time_since_epoch().count()}};
        }
        json::object operator()(base::Time time) const { return {{"time", base::to_epoch(time)}}; }
        json::object operator()(std::int64_t number) const { return {{"number", number}}; }
    };
    return std::visit(Visitor{}, value);
}

json::array pairs_to_json(const std::vector<std::pair<std::string, Value>>& pairs) {
    json::array list;
    for (const auto& [name, value] : pairs) {
        json::object item = value_to_json(value);
        item["name"] = name;
        list.push_back(std::move(item));
    }
    return list;
}

}  // namespace

std::string to_json(const Letter& letter) {
    json::object object{{"name", letter.to.name},
                        {"language", letter.to.language},
                        {"subject", letter.subject},
                        {"paragraphs", json::value_from(letter.paragraphs)},
                        {"facts", pairs_to_json(letter.facts)},
                        {"values", pairs_to_json(letter.values)},
                        {"at_once", letter.at_once}};
    if (letter.action)
        object["action"] = {{"label", letter.action->first}, {"url", letter.action->second}};
    if (letter.calendar)
        object["calendar"] = {{"method", letter.calendar->method}, {"text", letter.calendar->text}};
    return json::serialize(object);
}

}  // namespace mail
