// SPDX-License-Identifier: EUPL-1.2
// Stands between the program and PostgreSQL, so that a test can take the database away and give it
// back without stopping a server that others use.
#pragma once
#include "campus_process.hpp"

#include <string>
#include <thread>
#include <vector>

class DatabaseProxy {
public:
    // Forwards to the server of this URI.
    explicit DatabaseProxy(const std::string& url);
    DatabaseProxy(const DatabaseProxy&) = delete;
    DatabaseProxy& operator=(const DatabaseProxy&) = delete;
    ~DatabaseProxy();

    const std::string& url() const { return url_; }
    void cut();      // connections end, nobody listens any more
    void restore();  // as before

private:
    struct Pair {
        int client, server;
    };
    void forward();
    int connect() const;  // -1 when that fails

    const TemporaryFolder folder_;
    std::string url_;
    std::string host_, port_;  // of the real one; a folder when it is a unix socket
    int wake_[2] = {-1, -1};
    int listener_ = -1;
    std::thread thread_;
};
