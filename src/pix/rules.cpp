// SPDX-License-Identifier: EUPL-1.2
#include "pix/rules.hpp"

#include "base/secrets.hpp"
#include "base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace pix {
namespace json = boost::json;
using std::chrono::seconds;

std::string_view name_of(ReadingState state) {
    constexpr std::array<std::string_view, 4> names{"running", "done", "failed", "stopped"};
    return names.at(static_cast<std::size_t>(state));
}

std::optional<base::Time> next_since(const Campaign& campaign, base::Time now) {
    const auto& whole = campaign.whole_at;
    if (!whole || !campaign.watermark || now - *whole >= between_whole) return std::nullopt;
    if (campaign.reread_at && *campaign.reread_at >= *whole) return std::nullopt;
    return *campaign.watermark - overlap;
}

bool may_go_on(const Campaign& campaign, const Reading& last, base::Time now) {
    if (last.state != ReadingState::failed && last.state != ReadingState::stopped) return false;
    // Pages are counted in what Pix has now: after long they are not those of then.
    if (now - last.started_at >= overlap) return false;
    if (!last.since) return !campaign.reread_at || last.started_at > *campaign.reread_at;
    return next_since(campaign, now).has_value();
}

namespace {

// "Sun, 06 Nov 1994 08:49:37 GMT": the form that must be sent (RFC 9110, 5.6.7).
std::optional<base::Time> http_date(std::string_view text) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
    const auto month = months.find(text.substr(8, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    std::string number = std::to_string(month / 3 + 1);
    if (number.size() == 1) number.insert(0, 1, '0');
    std::string iso{text.substr(12, 4)};
    iso.append("-").append(number).append("-").append(text.substr(5, 2));
    iso.append("T").append(text.substr(17, 8)).append("Z");
    return contract::parse_time(iso);
}

}  // namespace

std::optional<seconds> retry_after(std::string_view header, base::Time now) {
    constexpr seconds shortest{1};
    constexpr seconds longest = std::chrono::days{1};
    header = base::trim(header);
    if (const auto number = base::to_integer(header))
        return seconds{std::clamp(*number, shortest.count(), longest.count())};
    const auto date = http_date(header);
    if (!date) return std::nullopt;
    return std::clamp(*date - now, shortest, longest);
}

std::optional<base::Time> ask_again(const Trouble& trouble, int failures, base::Time now) {
    if (trouble.kind == Trouble::Kind::lasting || failures >= most_failures) return std::nullopt;
    if (const auto wait = retry_after(trouble.retry_after, now)) return now + *wait;
    constexpr seconds longest = std::chrono::hours{1};
    return now + std::min(longest, seconds{60} * (1 << std::clamp(failures - 1, 0, 10)));
}

namespace {
constexpr std::string_view pseudonym_start = "campus-";
constexpr std::size_t pseudonym_digits = 32;
}  // namespace

std::string new_pseudonym() {
    return std::string{pseudonym_start} +
           base::sha256_hex(base::random_token()).substr(0, pseudonym_digits);
}

bool is_pseudonym(std::string_view text) {
    return text.size() == pseudonym_start.size() + pseudonym_digits &&
           text.starts_with(pseudonym_start) &&
           std::ranges::all_of(text.substr(pseudonym_start.size()), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool takes_place(const Stored& present, const Stored& next) {
    if (next.pix_id && present.pix_id == next.pix_id) return true;
    if (present.shared != next.shared) return next.shared;
    if (present.shared_at != next.shared_at) return next.shared_at > present.shared_at;
    if (next.pix_id && present.pix_id) return *next.pix_id > *present.pix_id;
    return next.pix_id || !present.pix_id;
}

bool too_old(const contract::Participation& participation, base::Time now) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day day{today};
    const auto then = day.year() - longest_kept;
    const auto first = day.ok() && (then / day.month() / day.day()).ok()
                           ? std::chrono::sys_days{then / day.month() / day.day()}
                           : std::chrono::sys_days{then / day.month() / std::chrono::last};
    return participation.shared_at && *participation.shared_at < first + (now - today);
}

std::string to_json(const base::Reason& reason) {
    json::object values;
    for (const auto& [name, value] : reason.values) values[name] = value;
    return json::serialize(json::object{{"key", reason.message_key}, {"values", values}});
}

std::optional<base::Reason> reason_of(std::string_view text) {
    json::error_code error;
    const json::value value = json::parse(text, error);
    if (error || !value.is_object()) return std::nullopt;
    base::Reason reason{json::value_to<std::string>(value.at("key")), "", {}};
    for (const auto& [name, told] : value.at("values").as_object())
        reason.values.emplace_back(name, json::value_to<std::string>(told));
    return reason;
}

std::optional<base::Reason> why_not_own(
    std::string_view code, const std::optional<std::vector<OwnCampaigns::One>>& known) {
    if (code.empty()) return std::nullopt;
    const base::Reason unknown{
        "pix.problem.own_unknown", "campaign", {{"code", std::string{code}}}};
    if (known)
        return std::ranges::any_of(*known, [&](const auto& one) { return one.code == code; })
                   ? std::nullopt
                   : std::optional{unknown};
    if (code != base::slug(code))
        return base::Reason{"pix.problem.own_code", "campaign", {{"code", std::string{code}}}};
    return std::nullopt;
}

}  // namespace pix
