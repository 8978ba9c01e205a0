// SPDX-License-Identifier: EUPL-1.2
#include "mail/report.hpp"

#include "base/text.hpp"
#include "mail/sending.hpp"
#include "mail/store.hpp"

#include <algorithm>
#include <functional>

namespace mail {
namespace {

constexpr std::size_t most_value_bytes = 2000;
constexpr std::size_t most_told_bytes = 300;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string lowered(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

// What is shown to people and kept: one line, printable.
std::string told(std::string_view text) {
    std::string out{base::trim(text).substr(0, most_told_bytes)};
    for (char& c : out)
        if (c < ' ' || c > '~') c = ' ';
    return out;
}

// Takes a line off the front, without its CRLF or LF.
std::string_view next_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

// Takes the fields (RFC 5322, unfolded, names in lower case) off the front, with the empty line.
void read_fields(std::string_view& rest,
                 const std::function<void(const std::string& name, const std::string& value)>& on) {
    std::string name;
    std::string value;
    const auto tell = [&] {
        if (!name.empty()) on(name, value);
        name.clear();
        value.clear();
    };
    while (!rest.empty()) {
        const std::string_view line = next_line(rest);
        if (line.empty()) break;
        if (line.front() == ' ' || line.front() == '\t') {
            if (value.size() < most_value_bytes)
                value.append(" ").append(base::trim(line).substr(0, most_value_bytes));
            continue;
        }
        tell();
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) continue;
        name = lowered(base::trim(line.substr(0, std::min(colon, std::size_t{100}))));
        value = base::trim(line.substr(colon + 1)).substr(0, most_value_bytes);
    }
    tell();
}

// The value of a parameter of a Content-Type: boundary="x" or boundary=x.
std::string parameter(std::string_view value, std::string_view name) {
    const std::string folded = lowered(value);
    const auto at = folded.find(std::string{name} + "=");
    if (at == std::string::npos) return {};
    std::string_view rest = value.substr(at + name.size() + 1);
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        return std::string{rest.substr(0, rest.find('"'))};
    }
    return std::string{rest.substr(0, rest.find_first_of("; \t"))};
}

// "rfc822; somebody@example.org"
std::string address_of(std::string_view value) {
    const auto semicolon = value.find(';');
    return told(semicolon == std::string_view::npos ? value : value.substr(semicolon + 1));
}

// The fields of the message first, then those of each recipient (RFC 3464, section 2.1).
void read_status(std::string_view part, Report& report) {
    bool first = true;
    while (!part.empty() && report.recipients.size() < most_report_recipients) {
        Report::Recipient recipient;
        bool any = false;
        read_fields(part, [&](const std::string& name, const std::string& value) {
            any = true;
            if (name == "final-recipient")
                recipient.address = address_of(value);
            else if (name == "action")
                recipient.action = lowered(told(value));
            else if (name == "status")
                recipient.status = told(value.substr(0, value.find(' ')));
            else if (name == "diagnostic-code")
                recipient.diagnostic = address_of(value);
        });
        if (any && !first) report.recipients.push_back(std::move(recipient));
        if (any) first = false;
    }
}

// The letter that has this Message-ID, "<id.digest@domain>".
std::optional<store::Shown> letter_of(db::Transaction& transaction, std::string_view told_id) {
    const auto dot = told_id.find('.');
    const auto at = told_id.find('@');
    if (!told_id.starts_with('<') || !told_id.ends_with('>') || dot == std::string_view::npos ||
        at == std::string_view::npos || at < dot)
        return std::nullopt;
    const auto id = base::to_integer(told_id.substr(1, dot - 1));
    auto letter = id ? store::find(transaction, *id) : std::nullopt;
    const auto domain = told_id.substr(at + 1, told_id.size() - at - 2);
    if (letter && message_id(letter->id, letter->letter, domain) != told_id) letter.reset();
    return letter;
}

}  // namespace

std::optional<Report> read_report(std::string_view message) {
    message = message.substr(0, most_report_bytes);
    std::string kind;
    std::string boundary;
    read_fields(message, [&](const std::string& name, const std::string& value) {
        if (name != "content-type") return;
        kind = lowered(value.substr(0, value.find(';')));
        boundary = parameter(value, "boundary");
    });
    if (base::trim(kind) != "multipart/report" || boundary.empty()) return std::nullopt;

    const std::string mark = "--" + boundary;
    Report report;
    bool is_report = false;
    // From one line that is the mark to the next.
    std::optional<std::size_t> begun;
    const auto end_part = [&](std::string_view part) {
        std::string type;
        read_fields(part, [&](const std::string& name, const std::string& value) {
            if (name == "content-type") type = lowered(value.substr(0, value.find(';')));
        });
        const std::string_view trimmed = base::trim(type);
        if (trimmed == "message/delivery-status") {
            is_report = true;
            read_status(part, report);
        } else if (trimmed == "message/rfc822" || trimmed == "text/rfc822-headers") {
            read_fields(part, [&](const std::string& name, const std::string& value) {
                if (name == "message-id") report.message_id = told(value);
            });
        }
    };
    for (std::string_view rest = message; !rest.empty();) {
        const std::size_t at = message.size() - rest.size();
        const std::string_view line = next_line(rest);
        if (!line.starts_with(mark)) continue;
        const std::string_view after = base::trim(line.substr(mark.size()));
        if (!after.empty() && after != "--") continue;  // another boundary that begins alike
        if (begun) end_part(message.substr(*begun, at - *begun));
        begun = message.size() - rest.size();
        if (after == "--") {
            begun.reset();
            break;
        }
    }
    if (begun) end_part(message.substr(*begun));  // cut off
    return is_report ? std::optional{std::move(report)} : std::nullopt;
}

Received receive_report(db::Transaction& transaction, std::string_view message, base::Time now) {
    const auto report = read_report(message);
    if (!report) return Received::unreadable;
    const auto failed = std::ranges::find(report->recipients, "failed", &Report::Recipient::action);
    if (failed == report->recipients.end()) return Received::no_failure;
    const auto letter = letter_of(transaction, report->message_id);
    if (!letter) return Received::not_ours;
    std::string why = failed->status;
    if (!failed->diagnostic.empty()) why += (why.empty() ? "" : " ") + failed->diagnostic;
    if (letter->state != "bounced") {  // a report may come twice
        store::mark(transaction, letter->id, "bounced", why);
        store::refuse_address(transaction, letter->email, letter->person, why, now);
    }
    return Received::recorded;
}

std::string_view name_of(Received received) {
    switch (received) {
        case Received::recorded:
            return "recorded";
        case Received::no_failure:
            return "no_failure";
        case Received::not_ours:
            return "not_ours";
        case Received::unreadable:
            return "unreadable";
    }
    return {};
}

}  // namespace mail
