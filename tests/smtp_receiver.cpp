// SPDX-License-Identifier: EUPL-1.2
#include "smtp_receiver.hpp"

std::vector<boost::json::value> SmtpReceiver::take(std::size_t count) {
    std::vector<boost::json::value> letters;
    while (letters.size() < count) letters.push_back(process_.next());
    return letters;
}

std::vector<boost::json::value> SmtpReceiver::rest() {
    process_.tell("");
    std::vector<boost::json::value> letters;
    for (auto told = process_.next(); !told.as_object().contains("told"); told = process_.next())
        letters.push_back(std::move(told));
    return letters;
}
