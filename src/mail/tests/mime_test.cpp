// SPDX-License-Identifier: EUPL-1.2
#include "mail/mime.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find("\r\n", at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 2;
    }
    return lines;
}

std::size_t longest(std::string_view text) {
    std::size_t most = 0;
    for (const auto line : lines_of(text)) most = std::max(most, line.size());
    return most;
}

// By the book, independent of how it was written.
std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            out += text[i];
        } else if (text.substr(i + 1, 2) == "\r\n") {
            i += 2;
        } else {
            out += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
            i += 2;
        }
    }
    return out;
}

}  // namespace

TEST_CASE("quoted-printable keeps every byte in lines of at most 76") {
    CHECK(mail::quoted_printable("Été = 1\nfin ") == "=C3=89t=C3=A9 =3D 1\r\nfin=20");
    CHECK(mail::quoted_printable("a\r\nb\nc\rd") == "a\r\nb\r\nc=0Dd");
    for (int size = 60; size < 240; ++size) {
        std::string text;
        for (int i = 0; i < size; ++i) text += i % 7 == 0 ? "é" : i % 11 == 0 ? " " : "x";
        const std::string coded = mail::quoted_printable(text);
        CHECK(longest(coded) <= 76);
        CHECK(decoded(coded) == text);
    }
}

TEST_CASE("base64 as RFC 4648 has it, in lines of 76") {
    CHECK(mail::base64("") == "");
    CHECK(mail::base64("f") == "Zg==");
    CHECK(mail::base64("fo") == "Zm8=");
    CHECK(mail::base64("foo") == "Zm9v");
    CHECK(mail::base64("foobar") == "Zm9vYmFy");
    CHECK(mail::base64(std::string("\xff\xfe\x00", 3)) == "//4A");
    CHECK(mail::base64(std::string(57, 'a')).size() == 76);
    CHECK(longest(mail::base64(std::string(1000, 'a'))) == 76);
}

TEST_CASE("a header's text is one value, whatever stands in it") {
    CHECK(mail::header_text("Two seats", 9) == "Two seats");
    CHECK(mail::header_text("Été", 9) == "=?UTF-8?Q?=C3=89t=C3=A9?=");
    CHECK(mail::header_text("a\r\nBcc: x@y", 9).find('\n') == std::string::npos);
    CHECK(mail::header_text("=?UTF-8?Q?x?=", 9).starts_with("=?UTF-8?Q?=3D=3F"));
    std::string lengthy;
    for (int i = 0; i < 60; ++i) lengthy += "Formation à l’accessibilité 😀 ";
    const std::string coded = mail::header_text(lengthy, 9);
    CHECK(longest("Subject: " + coded) <= 76);
    for (const auto line : lines_of(coded)) {
        const auto word = base::trim(line);
        CHECK(word.starts_with("=?UTF-8?Q?"));
        CHECK(word.ends_with("?="));
        // No character is cut in two.
        CHECK(base::is_utf8(decoded(word.substr(10, word.size() - 12))));
    }
}

TEST_CASE("a sender is a name and an address, or nothing") {
    CHECK(mail::read_mailbox("Campus <a@b.fr>").name == "Campus");
    CHECK(mail::read_mailbox("Campus <a@b.fr>").email == "a@b.fr");
    CHECK(mail::read_mailbox(" a@b.fr ").email == "a@b.fr");
    for (const char* bad : {"", "Campus", "Campus <a@b.fr", "<>", "a@b.fr>", "x <a b@c>"})
        CHECK(mail::read_mailbox(bad).email.empty());
}

TEST_CASE("the same letter gives the same bytes, of ASCII in short lines") {
    mail::Message message{.id = "<7.0123@campus.test>",
                          .date = base::from_epoch(1'795'424'400),
                          .from = {"Campus", "campus@campus.test"},
                          .to = {"Élan, Camille\r\nBcc: x@y.z", "camille@exemple.fr"},
                          .language = "fr",
                          .subject = "Été",
                          .text = std::string(3000, 'a') + "é",
                          .html = "<p>é</p>",
                          .calendar = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
                          .calendar_method = "REQUEST",
                          .unsubscribe_url = "https://campus.test/me/mail"};
    const std::string wire = mail::write_message(message);
    CHECK(wire == mail::write_message(message));
    CHECK(longest(wire) <= 78);
    CHECK(std::ranges::all_of(
        wire, [](char c) { return c == '\r' || c == '\n' || (c >= ' ' && c < 127); }));
    CHECK(wire.find("Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n") != std::string::npos);
    CHECK(wire.find("\r\nBcc") == std::string::npos);
    CHECK(wire.find("From: \"Campus\"\r\n <campus@campus.test>\r\n") != std::string::npos);
}
