// SPDX-License-Identifier: EUPL-1.2
// A Node program of tests/ beside the test: it tells its port on its first line of output, then one
// JSON line for each thing that it has to tell; it ends with the test.
#pragma once
#include <sys/types.h>
#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

class NodeProcess {
public:
    // `script`: below tests/. Listens once constructed.
    explicit NodeProcess(const std::string& script);
    NodeProcess(const NodeProcess&) = delete;
    NodeProcess& operator=(const NodeProcess&) = delete;
    ~NodeProcess();

    std::uint16_t port() const { return port_; }
    // The next line that it tells; throws when none comes within 20 s.
    boost::json::value next();
    void tell(const std::string& line);
    void kill();  // SIGKILL

private:
    std::string line();
    bool read_more(int timeout_ms);
    pid_t pid_ = -1;
    int input_ = -1;  // of the process
    int output_ = -1;
    std::string text_;
    std::uint16_t port_ = 0;
};
