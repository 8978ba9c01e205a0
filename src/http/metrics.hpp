// SPDX-License-Identifier: EUPL-1.2
// Counters for /metrics (Prometheus text exposition format 0.0.4) and the access log.
#pragma once
#include "base/clock.hpp"

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace http {

// One line of the access log: JSON, no address, no query, no name, the route's pattern and not the
// path where the path holds an id.
struct AccessLine {
    std::string_view method;
    std::string_view pattern;  // "" when no route matched
    int status = 0;
    std::int64_t bytes = 0;
    std::int64_t microseconds = 0;
    std::string_view request_id;
    base::Time time{};
};

class Metrics {
public:
    Metrics();
    ~Metrics();
    // From any thread, well under a microsecond; also the log line, when a log is open.
    void count(const AccessLine&);
    // nullptr: no access log. Its own thread writes, at least twice a second; when the file does
    // not take them fast enough, lines are dropped and counted instead of slowing the server.
    void log_to(std::FILE*);
    // Further figures at the time of asking: (name, help, value) of a gauge or counter.
    void add_source(
        std::function<void(const std::function<void(std::string_view name, std::string_view type,
                                                    std::string_view help, double value)>&)>);
    std::string text() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace http
