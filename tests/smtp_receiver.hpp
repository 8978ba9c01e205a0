// SPDX-License-Identifier: EUPL-1.2
// A real mail server of its own process (tests/smtp-receiver.mjs): what arrives is read by another
// program than ours. Addresses like "later-..." and "no-..." make it refuse.
#pragma once
#include "node_process.hpp"

#include <string>
#include <vector>

class SmtpReceiver {
public:
    std::string url() const { return "smtp://127.0.0.1:" + std::to_string(process_.port()); }
    // The next `count` letters that it took; throws when they do not come within 20 s.
    std::vector<boost::json::value> take(std::size_t count);
    // All others that it has taken by now.
    std::vector<boost::json::value> rest();
    void kill() { process_.kill(); }  // SIGKILL

private:
    NodeProcess process_{"smtp-receiver.mjs"};
};
