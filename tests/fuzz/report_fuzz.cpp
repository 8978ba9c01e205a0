// SPDX-License-Identifier: EUPL-1.2
// A delivery report is written by anybody.
#include "mail/report.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto report = mail::read_report({reinterpret_cast<const char*>(data), size});
    if (!report) return 0;
    const auto is_line = [](const std::string& text, std::size_t most) {
        return text.size() <= most &&
               std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
    };
    if (report->recipients.size() > mail::most_report_recipients) std::abort();
    if (!is_line(report->message_id, 300)) std::abort();
    for (const auto& recipient : report->recipients)
        for (const std::string* text :
             {&recipient.address, &recipient.action, &recipient.status, &recipient.diagnostic})
            if (!is_line(*text, 300)) std::abort();
    return 0;
}
