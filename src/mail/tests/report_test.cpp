// SPDX-License-Identifier: EUPL-1.2
#include "mail/report.hpp"

#include "base/text.hpp"
#include "places.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

namespace {

std::string example() {
    std::ifstream in(SOURCE_DIR "/tests/fuzz/corpus/report/postfix.eml", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a delivery report tells which letter came back, from whom and why") {
    const std::string text = example();
    std::string with_crlf;
    for (const char c : text) with_crlf += c == '\n' ? "\r\n" : std::string(1, c);
    for (const std::string& one : {text, with_crlf}) {
        const auto report = mail::read_report(one);
        REQUIRE(report);
        CHECK(report->message_id == "<7.0123456789abcdef01234567@campus.example>");
        REQUIRE(report->recipients.size() == 1);
        const auto& recipient = report->recipients[0];
        CHECK(recipient.address == "agente@ministere.example");
        CHECK(recipient.action == "failed");
        CHECK(recipient.status == "5.1.1");
        CHECK(recipient.diagnostic ==
              "550 5.1.1 <agente@ministere.example>: Recipient address rejected: User unknown");
    }
}

TEST_CASE("what is no report, or cut off, or huge, is read without harm") {
    const std::string text = example();
    CHECK_FALSE(mail::read_report(""));
    CHECK_FALSE(mail::read_report("hello"));
    CHECK_FALSE(mail::read_report(replaced(text, "multipart/report", "multipart/mixed")));
    CHECK_FALSE(mail::read_report(replaced(text, "message/delivery-status", "text/plain")));
    CHECK_FALSE(mail::read_report(replaced(text, "\tboundary=", "\tb=")));
    for (std::size_t size = 0; size < text.size(); ++size) {
        const auto report = mail::read_report(std::string_view{text}.substr(0, size));
        if (report) CHECK(report->recipients.size() <= 1);
    }
    std::string many = text;
    std::string recipients;
    for (int i = 0; i < 5000; ++i) recipients += "\nFinal-Recipient: rfc822; a@b\nAction: failed\n";
    many = replaced(many, "\nFinal-Recipient:", recipients + "\nFinal-Recipient:");
    CHECK(mail::read_report(many)->recipients.size() == mail::most_report_recipients);
    const auto odd = mail::read_report(
        replaced(text, "5.1.1\n", "5.1.1\x01\x1b[31m" + std::string(9000, 'x') + "\n"));
    REQUIRE(odd);
    CHECK(odd->recipients.at(0).status.size() <= 300);
    CHECK(odd->recipients.at(0).status.find('\x1b') == std::string::npos);
}
