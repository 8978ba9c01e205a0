// SPDX-License-Identifier: EUPL-1.2
// The real program as other processes: one that runs to its end, and one that serves. Whatever is
// started is gone when its object is, also when the test itself is killed.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using Environment = std::vector<std::pair<std::string, std::string>>;

struct Ended {
    int status = -1;  // of exit; 128 + the signal's number for one that was killed
    std::string out;
    std::string err;
};

// Runs `campus` with these arguments and waits for its end, 60 s at most.
Ended run_campus(const std::vector<std::string>& arguments, const Environment& = {});

// `campus serve` on a free port. It is listening once constructed; throws what it said otherwise.
class CampusServer {
public:
    explicit CampusServer(const std::string& database_url,
                          const std::vector<std::string>& more_arguments = {},
                          const Environment& = {});
    // `campus work`, which serves nothing; working once constructed.
    static CampusServer worker(const std::string& database_url,
                               const std::vector<std::string>& more_arguments = {});
    CampusServer(CampusServer&&) noexcept;
    CampusServer& operator=(CampusServer&&) = delete;
    ~CampusServer();  // kills it

    std::uint16_t port() const { return port_; }
    pid_t pid() const { return pid_; }
    void kill();                 // SIGKILL, and waits until it is gone
    int stop();                  // SIGTERM; its exit status
    std::string errors() const;  // what it has written to its error output

private:
    CampusServer() = default;
    std::string begin(const std::vector<std::string>& arguments, const Environment&);

    pid_t pid_ = -1;
    int output_ = -1;
    int errors_ = -1;
    std::uint16_t port_ = 0;
};

// A folder that is removed with all that it holds. In memory where there is one: a test's syncs
// cost nothing there.
class TemporaryFolder {
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    const std::string path;
    std::string operator/(const std::string& name) const { return path + "/" + name; }
};

// Calls `done` until it says true; false after `seconds`. For what another process does in its own
// time.
template <class Done>
bool eventually(Done&& done, int seconds = 20);

// ---

#include <chrono>
#include <thread>

template <class Done>
bool eventually(Done&& done, int seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{seconds};
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}
