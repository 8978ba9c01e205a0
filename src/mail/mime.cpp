// SPDX-License-Identifier: EUPL-1.2
#include "mail/mime.hpp"

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "mail/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace mail {
namespace {

constexpr std::string_view hexadecimal = "0123456789ABCDEF";
constexpr std::size_t longest_line = 76;

void append_escaped(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    out += '=';
    out += hexadecimal[byte >> 4];
    out += hexadecimal[byte & 15];
}

bool is_plain(char c) {
    return c >= ' ' && c < 127;
}

// Of the UTF-8 sequence that begins with this byte.
std::size_t sequence_length(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// RFC 5322, section 3.3.
std::string date_text(base::Time time) {
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format(
        "{}, {} {} {} {:02}:{:02}:{:02} +0000", days[std::chrono::weekday{day}.c_encoding()],
        static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
        static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
        clock.seconds().count());
}

// A display name: a quoted string when plain (it may hold commas and dots), else encoded words.
std::string mailbox_text(const Mailbox& mailbox, std::size_t begun) {
    const std::string name{base::trim(mailbox.name)};
    if (name.empty()) return mailbox.email;
    if (!std::ranges::all_of(name, is_plain) || begun + name.size() > longest_line)
        return header_text(name, begun) + "\r\n <" + mailbox.email + ">";
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "\"\r\n <" + mailbox.email + ">";
}

// What separates the parts of a message; base64 and quoted-printable never hold "=_".
class Parts {
public:
    Parts(std::string& out, std::string_view kind, std::string boundary)
        : out_(out), boundary_(std::move(boundary)) {
        fmt::format_to(std::back_inserter(out_),
                       "Content-Type: multipart/{};\r\n boundary=\"{}\"\r\n", kind, boundary_);
    }
    void begin(std::string_view headers) {
        fmt::format_to(std::back_inserter(out_), "\r\n--{}\r\n{}", boundary_, headers);
    }
    void end() { fmt::format_to(std::back_inserter(out_), "\r\n--{}--\r\n", boundary_); }

private:
    std::string& out_;
    std::string boundary_;
};

}  // namespace

Mailbox read_mailbox(std::string_view text) {
    text = base::trim(text);
    Mailbox mailbox;
    const auto open = text.rfind('<');
    if (open == std::string_view::npos) {
        mailbox.email = text;
    } else if (text.ends_with('>')) {
        mailbox.name = base::trim(text.substr(0, open));
        mailbox.email = text.substr(open + 1, text.size() - open - 2);
    }
    if (!is_address(mailbox.email)) mailbox.email.clear();
    return mailbox;
}

std::string quoted_printable(std::string_view text) {
    std::string out;
    out.reserve(text.size() * 5 / 4);
    std::size_t line = 0;  // bytes on the present one
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n' || (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n')) {
            if (c == '\r') ++i;
            out += "\r\n";
            line = 0;
            continue;
        }
        const bool ends = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
        const bool as_is = is_plain(c) && c != '=' && !(c == ' ' && ends);
        const std::size_t size = as_is ? 1 : 3;
        if (line + size > longest_line - 1) {  // one byte for the soft break's '='
            out += "=\r\n";
            line = 0;
        }
        if (as_is)
            out += c;
        else
            append_escaped(out, c);
        line += size;
    }
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve(bytes.size() * 4 / 3 + bytes.size() / 57 * 2 + 8);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        if (i > 0 && i % 57 == 0) out += "\r\n";
        std::uint32_t three = 0;
        for (std::size_t k = 0; k < 3; ++k)
            three =
                three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            out += i + k <= bytes.size() ? digits[three >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

std::string header_text(std::string_view text, std::size_t begun) {
    if (std::ranges::all_of(text, is_plain) && text.find("=?") == std::string_view::npos &&
        begun + text.size() <= longest_line)
        return std::string{text};
    constexpr std::string_view opening = "=?UTF-8?Q?";
    constexpr std::string_view closing = "?=";
    std::string out{opening};
    std::size_t line = begun + opening.size();
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = std::min(sequence_length(text[i]), text.size() - i);
        // RFC 2047, section 5 (3): what may stand in a phrase.
        const char c = text[i];
        const bool as_is = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '!' || c == '*';
        const std::size_t size = as_is || c == ' ' ? 1 : 3 * length;
        // A word is at most 75 long, and no character is cut in two.
        if (line + size + closing.size() > longest_line - 1) {
            out.append(closing).append("\r\n ").append(opening);
            line = 1 + opening.size();
        }
        if (as_is)
            out += c;
        else if (c == ' ')
            out += '_';
        else
            for (std::size_t k = 0; k < length; ++k) append_escaped(out, text[i + k]);
        line += size;
        i += length;
    }
    return out.append(closing);
}

std::string write_message(const Message& message) {
    std::string out;
    out.reserve((message.text.size() + message.html.size()) * 3 / 2 + 3 * message.calendar.size() +
                1024);
    const auto add = [&](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    add("Date", date_text(message.date));
    add("From", mailbox_text(message.from, 6));
    add("To", mailbox_text(message.to, 4));
    add("Message-ID", message.id);
    add("Subject", header_text(message.subject, 9));
    add("Auto-Submitted", "auto-generated");  // RFC 3834: no out-of-office answers
    add("Content-Language", message.language);
    if (!message.unsubscribe_url.empty())
        add("List-Unsubscribe", "\r\n <" + message.unsubscribe_url + ">");
    add("MIME-Version", "1.0");

    constexpr std::string_view printable = "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
    const std::string mark = base::sha256_hex(message.id).substr(0, 24);
    const bool invites = !message.calendar.empty();
    std::optional<Parts> mixed;
    if (invites) {
        mixed.emplace(out, "mixed", "=_m" + mark);
        mixed->begin("");
    }
    Parts faces(out, "alternative", "=_a" + mark);
    faces.begin(fmt::format("Content-Type: text/plain; charset=utf-8\r\n{}", printable));
    out += quoted_printable(message.text);
    faces.begin(fmt::format("Content-Type: text/html; charset=utf-8\r\n{}", printable));
    out += quoted_printable(message.html);
    if (invites) {
        faces.begin(
            fmt::format("Content-Type: text/calendar; charset=utf-8; method={}\r\n"
                        "Content-Transfer-Encoding: base64\r\n\r\n",
                        message.calendar_method));
        out += base64(message.calendar);
    }
    faces.end();
    if (invites) {
        // Programs that do not look into the alternative find it here.
        mixed->begin(
            "Content-Type: application/ics; name=\"invitation.ics\"\r\n"
            "Content-Disposition: attachment; filename=\"invitation.ics\"\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n");
        out += base64(message.calendar);
        mixed->end();
    }
    return out;
}

}  // namespace mail
