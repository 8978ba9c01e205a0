// SPDX-License-Identifier: EUPL-1.2
#include "privacy/rules.hpp"

#include "base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace privacy {
namespace json = boost::json;
namespace {

using std::chrono::days;

base::Time months_earlier(base::Time time, int months) {
    const auto day = std::chrono::floor<days>(time);
    std::chrono::year_month_day date{day};
    date -= std::chrono::months{months};
    if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
    return std::chrono::sys_days{date} + (time - day);
}

int number(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? 0 : json::value_to<int>(*value);
}

}  // namespace

std::vector<Rule> read_rules(std::string_view text) {
    const json::value file = json::parse(text);
    std::vector<Rule> rules;
    for (const json::value& value : file.at("rules").as_array()) {
        const json::object& object = value.as_object();
        Rule rule{.object = json::value_to<std::string>(object.at("object")),
                  .years = number(object, "years"),
                  .months = number(object, "months"),
                  .days = number(object, "days"),
                  .source_fr = json::value_to<std::string>(object.at("source").at("fr")),
                  .source_en = json::value_to<std::string>(object.at("source").at("en"))};
        if (rule.object.find('.') == std::string::npos ||
            (rule.years > 0) + (rule.months > 0) + (rule.days > 0) != 1)
            throw std::logic_error("retention.json: " + rule.object +
                                   " needs a slice, and years, months or days");
        rules.push_back(std::move(rule));
    }
    return rules;
}

base::Time due_before(const Rule& rule, base::Time now) {
    return months_earlier(now, 12 * rule.years + rule.months) - days{rule.days};
}

base::Time answer_due(base::Time asked_at) {
    return months_earlier(asked_at, -1);
}

base::Time next_run(base::Time now) {
    const auto today = std::chrono::floor<days>(now) + runs_at;
    return today > now ? today : today + days{1};
}

std::optional<base::Error> why_not_decide(const ErasureRequest& request, base::PersonId by,
                                          const audit::Sight& within) {
    const auto& mine = within.organisations;
    const bool inside = within.everything ||
                        (request.organisation &&
                         std::find(mine.begin(), mine.end(), *request.organisation) != mine.end());
    if (!inside) return base::Error{base::ErrorKind::not_found, "privacy.why_not.unknown"};
    if (request.person == by)
        return base::Error{base::ErrorKind::forbidden, "privacy.why_not.oneself"};
    if (request.state != ErasureState::asked)
        return base::Error{base::ErrorKind::conflict, "privacy.why_not.decided"};
    return std::nullopt;
}

std::optional<base::Reason> why_not_this_reason(std::string_view reason) {
    if (base::trim(reason).empty()) return base::Reason{"privacy.why_not.reason_missing", "reason"};
    if (base::length(reason) > longest_reason)
        return base::Reason{"privacy.why_not.reason_too_long",
                            "reason",
                            {{"most", std::to_string(longest_reason)}}};
    return std::nullopt;
}

}  // namespace privacy
