// SPDX-License-Identifier: EUPL-1.2
#include "campaigns/rules.hpp"

#include "base/text.hpp"
#include "base/zone.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace campaigns {

using std::chrono::days;
using std::chrono::hours;

std::string_view name_of(Phase phase) {
    switch (phase) {
        case Phase::draft:
            return "draft";
        case Phase::coming:
            return "coming";
        case Phase::open:
            return "open";
        case Phase::closed:
            return "closed";
        case Phase::cancelled:
            break;
    }
    return "cancelled";
}

Phase phase_of(const Campaign& campaign, base::Time now) {
    if (campaign.cancelled_at) return Phase::cancelled;
    if (!campaign.published_at) return Phase::draft;
    if (now < campaign.opens_at) return Phase::coming;
    return now < campaign.closes_at ? Phase::open : Phase::closed;
}

namespace {

void check_text(std::vector<base::Reason>& problems, const std::string& text, const char* field,
                std::size_t longest) {
    if (base::length(text) > longest)
        problems.push_back(
            {"campaigns.problem.too_long", field, {{"most", std::to_string(longest)}}});
}

// Nothing says whether a trade is known: the trades stand in the database, see Campaigns::create.
void check_scope(std::vector<base::Reason>& problems, const Campaign& campaign) {
    if (campaign.scope == positioning::Scope::area &&
        frameworks::present().find_area(campaign.scope_code) == nullptr)
        problems.push_back({"campaigns.problem.area", "area", {}});
    if (campaign.scope == positioning::Scope::trade && campaign.scope_code.empty())
        problems.push_back({"campaigns.problem.trade", "trade", {}});
}

void check_dates(std::vector<base::Reason>& problems, const Campaign& campaign, bool opening_fixed,
                 base::Time now) {
    const base::Time today = base::paris_time(base::in_paris(now).day, {});
    if (!opening_fixed && campaign.opens_at < today)
        problems.push_back({"campaigns.problem.opens_past", "opens", {}});
    if (campaign.closes_at <= campaign.opens_at)
        problems.push_back({"campaigns.problem.closes_before", "closes", {}});
    else if (campaign.closes_at <= now)
        problems.push_back({"campaigns.problem.closes_past", "closes", {}});
    else if (campaign.closes_at - campaign.opens_at > longest_time)
        problems.push_back({"campaigns.problem.too_long_time", "closes", {}});
}

}  // namespace

std::vector<base::Reason> problems_of(const Campaign& campaign, const Campaign* before,
                                      base::Time now) {
    std::vector<base::Reason> problems;
    if (campaign.title.empty()) problems.push_back({"campaigns.problem.title", "title", {}});
    check_text(problems, campaign.title, "title", longest_title);
    check_text(problems, campaign.message, "message", longest_message);
    if (campaign.reminders < 0 || campaign.reminders > most_reminders)
        problems.push_back({"campaigns.problem.reminders", "reminders", {}});
    constexpr std::array<std::string_view, 4> populations{"", "etat", "territoriale",
                                                          "hospitaliere"};
    if (std::ranges::find(populations, campaign.population) == populations.end())
        problems.push_back({"campaigns.problem.population", "population", {}});
    check_scope(problems, campaign);
    const bool published = before != nullptr && before->published_at.has_value();
    check_dates(problems, campaign, published, now);
    if (!published) return problems;
    if (campaign.organisation != before->organisation ||
        campaign.population != before->population || campaign.scope != before->scope ||
        campaign.scope_code != before->scope_code || campaign.opens_at != before->opens_at)
        problems.push_back({"campaigns.problem.published", "", {}});
    return problems;
}

const char* why_not_change(Phase phase) {
    if (phase == Phase::closed) return "campaigns.why_not.closed";
    return phase == Phase::cancelled ? "campaigns.why_not.cancelled" : nullptr;
}

const char* why_not_publish(const Campaign& campaign, base::Time now) {
    const Phase phase = phase_of(campaign, now);
    if (phase == Phase::cancelled) return "campaigns.why_not.cancelled";
    if (phase != Phase::draft) return "campaigns.why_not.published";
    return campaign.closes_at <= now ? "campaigns.why_not.over" : nullptr;
}

const char* why_not_close(Phase phase) {
    return phase == Phase::open ? nullptr : "campaigns.why_not.not_open";
}

const char* why_not_cancel(Phase phase) {
    if (phase == Phase::closed) return "campaigns.why_not.closed";
    return phase == Phase::cancelled ? "campaigns.why_not.cancelled" : nullptr;
}

const char* why_not_invite(Phase phase) {
    return why_not_change(phase);
}

const char* why_not_take_part(Phase phase) {
    switch (phase) {
        case Phase::open:
            return nullptr;
        case Phase::closed:
            return "campaigns.why_not.closed";
        case Phase::cancelled:
            return "campaigns.why_not.cancelled";
        case Phase::draft:
        case Phase::coming:
            break;
    }
    return "campaigns.why_not.not_open_yet";
}

const char* why_not_choose(const Campaign& campaign, const Participation* part, base::Time now) {
    if (const char* why = why_not_take_part(phase_of(campaign, now))) return why;
    return part == nullptr || !part->finished_at || !part->test ? "campaigns.why_not.not_finished"
                                                                : nullptr;
}

bool is_asked(const Campaign& campaign, const organisations::Tree& tree,
              const identity::Affiliation* works) {
    return works != nullptr && !works->contractor &&
           tree.contains(campaign.organisation, works->organisation) &&
           (campaign.population.empty() || campaign.population == works->population);
}

std::vector<base::OrganisationId> below(const organisations::Tree& tree, base::OrganisationId top) {
    std::vector<base::OrganisationId> found;
    for (const auto& [one, depth] : tree.in_order())
        if (tree.contains(top, one->id)) found.push_back(one->id);
    return found;
}

base::Time next_day(base::Time now) {
    return base::paris_time(base::in_paris(now).day + days{1}, {});
}

base::Date last_day(const Campaign& campaign) {
    return base::in_paris(campaign.closes_at - std::chrono::seconds{1}).day;
}

namespace {
// Monday instead of Saturday or Sunday.
base::Date working_day(base::Date day) {
    const std::chrono::weekday weekday{day};
    return weekday == std::chrono::Saturday ? day + days{2}
           : weekday == std::chrono::Sunday ? day + days{1}
                                            : day;
}
}  // namespace

std::vector<base::Time> reminder_times(base::Time opens_at, base::Time closes_at, int reminders) {
    constexpr hours morning{9};
    std::vector<base::Time> times;
    const auto length = closes_at - opens_at;
    for (int i = 1; i <= reminders; ++i) {
        const base::Time about = opens_at + length * i / (reminders + 1);
        const base::Time at = base::paris_time(working_day(base::in_paris(about).day), morning);
        const bool apart = at >= opens_at + days{1} && at + days{1} <= closes_at;
        if (apart && (times.empty() || at > times.back())) times.push_back(at);
    }
    return times;
}

bool fits(const positioning::Test& test, const Campaign& campaign,
          const frameworks::Targets& targets, base::Time now) {
    if (test.state != positioning::State::done || !test.ended_at) return false;
    if (test.framework != campaign.framework || *test.ended_at + recent < now) return false;
    return std::ranges::all_of(
        targets, [&](const auto& target) { return test.plan.targets.contains(target.first); });
}

// -- codes

std::string code_from(std::string_view random_hex) {
    // 16 bits over twenty signs: the most likely one is so by 1 in 3277.
    const auto digit = [](char c) {
        return static_cast<std::size_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    };
    std::string code;
    for (std::size_t i = 0; code.size() < code_length; i += 4) {
        std::size_t number = 0;
        for (const char c : random_hex.substr(i, 4)) number = number * 16 + digit(c);
        code += code_signs[number % code_signs.size()];
    }
    return code;
}

std::string read_code(std::string_view typed) {
    std::string code;
    for (const char c : typed) {
        if (c == ' ' || c == '-') continue;
        const char sign = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (!code_signs.contains(sign) || code.size() == code_length) return {};
        code += sign;
    }
    return code.size() == code_length ? code : std::string{};
}

std::string shown_code(std::string_view code) {
    if (code.size() != code_length) return std::string{code};
    return std::string{code.substr(0, 3)} + " " + std::string{code.substr(3)};
}

// -- addresses

bool is_address(std::string_view email) {
    constexpr std::size_t longest = 254, longest_local = 64;
    constexpr std::string_view local_signs = "!#$%&'*+/=?^_`{|}~.-";
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    const auto at = email.find('@');
    if (email.size() > longest || at == std::string_view::npos || at == 0 || at > longest_local)
        return false;
    const std::string_view local = email.substr(0, at), domain = email.substr(at + 1);
    for (const char c : local)
        if (!plain(c) && !local_signs.contains(c)) return false;
    if (local.front() == '.' || local.back() == '.' || local.contains("..")) return false;
    for (const char c : domain)
        if (!plain(c) && c != '-' && c != '.') return false;
    if (!domain.contains('.') || domain.contains("..")) return false;
    return plain(domain.front()) && plain(domain.back());
}

bool is_personal(std::string_view email) {
    static const std::set<std::string_view> domains{
        "aol.com",        "bbox.fr",        "free.fr",    "gmail.com",   "gmx.com",    "gmx.fr",
        "hotmail.com",    "hotmail.fr",     "icloud.com", "laposte.net", "live.fr",    "msn.com",
        "neuf.fr",        "numericable.fr", "orange.fr",  "outlook.com", "outlook.fr", "proton.me",
        "protonmail.com", "sfr.fr",         "wanadoo.fr", "yahoo.com",   "yahoo.fr"};
    return domains.contains(email.substr(email.find('@') + 1));
}

namespace {

// Lower case, without what stands around an address in a list.
std::string bare(std::string_view word) {
    constexpr std::string_view around = " \t\"'<>()[]";
    const auto first = word.find_first_not_of(around);
    if (first == std::string_view::npos) return {};
    word = word.substr(first, word.find_last_not_of(around) - first + 1);
    if (const auto mail = word.find("mailto:"); mail == 0) word.remove_prefix(7);
    std::string text{word};
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

}  // namespace

base::Result<Addresses> read_addresses(std::string_view text) {
    const auto refuse = [](const char* key) {
        return base::unexpected(base::Error{
            base::ErrorKind::invalid,
            base::Reason{key, "addresses", {{"most", std::to_string(most_addresses)}}}});
    };
    Addresses read;
    std::set<std::string> seen;
    int line = 1;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view rest = text.substr(0, end);
        while (!rest.empty()) {
            const auto stop = std::min(rest.find_first_of(",; \t\r"), rest.size());
            const std::string word = bare(rest.substr(0, stop));
            rest.remove_prefix(std::min(stop + 1, rest.size()));
            if (!word.contains('@')) continue;
            if (!is_address(word))
                read.problems.push_back({line, {"campaigns.addresses.no_address", "", {}}});
            else if (is_personal(word))
                read.problems.push_back({line, {"campaigns.addresses.personal", "", {}}});
            else if (!seen.insert(word).second)
                ++read.repeated;
            else
                read.good.push_back({line, word});
            if (read.good.size() > most_addresses || read.problems.size() > most_addresses)
                return refuse("campaigns.addresses.too_many");
        }
        text.remove_prefix(std::min(end + 1, text.size()));
        ++line;
    }
    if (read.good.empty() && read.problems.empty()) return refuse("campaigns.addresses.none");
    return read;
}

}  // namespace campaigns
