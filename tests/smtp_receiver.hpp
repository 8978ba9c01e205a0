// SPDX-License-Identifier: EUPL-1.2
// A real mail server of its own process (tests/smtp-receiver.mjs): what arrives is read by another
// program than ours. Addresses like "later-..." and "no-..." make it refuse.
#pragma once
#include <sys/types.h>
#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

class SmtpReceiver {
public:
    SmtpReceiver();  // listens once constructed
    SmtpReceiver(const SmtpReceiver&) = delete;
    SmtpReceiver& operator=(const SmtpReceiver&) = delete;
    ~SmtpReceiver();

    std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
    // The next `count` letters that it took; throws when they do not come within 20 s.
    std::vector<boost::json::value> take(std::size_t count);
    // All others that it has taken by now.
    std::vector<boost::json::value> rest();
    void kill();  // SIGKILL

private:
    boost::json::value next();
    bool read_more(int timeout_ms);
    pid_t pid_ = -1;
    int input_ = -1;  // of the process
    int output_ = -1;
    std::string text_;
    std::uint16_t port_ = 0;
};
