// SPDX-License-Identifier: EUPL-1.2
#include "http/metrics.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace http {
namespace {

// Upper bounds in microseconds; pages are meant to stay under the third.
constexpr std::array<std::int64_t, 15> bounds{100,     250,     500,       1'000,     2'500,
                                              5'000,   10'000,  25'000,    50'000,    100'000,
                                              250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};

struct Latency {
    std::array<std::int64_t, bounds.size() + 1> counts{};
    std::int64_t microseconds = 0;
};

// Clients choose the method: a made-up one must not make a new series.
std::string_view known_method(std::string_view method) {
    static constexpr std::array<std::string_view, 7> known{"GET",   "HEAD",   "POST",   "PUT",
                                                           "PATCH", "DELETE", "OPTIONS"};
    const auto found = std::ranges::find(known, method);
    return found == known.end() ? "OTHER" : *found;
}

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

// The counts of one route.
struct RouteCounts {
    Latency latency;
    // A handful: linear search is the fastest.
    struct Series {
        std::string_view method;
        int status;
        std::int64_t count;
    };
    std::vector<Series> series;
};

struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<std::string, RouteCounts, TextHash, std::equal_to<>> routes;
    std::int64_t bytes = 0;
};

// For labels and JSON strings: patterns are ours, but a quote in one must not break the format.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

constexpr std::size_t flush_at = 64 * 1024;
constexpr std::size_t most_buffered = 8 * 1024 * 1024;

// Buffers lines and writes them on its own thread: a full pipe must not stop the server.
class LogWriter {
public:
    explicit LogWriter(std::FILE* file)
        : file_(file), thread_([this](const std::stop_token& stop) { run(stop); }) {}
    // True when there was room.
    bool write(const AccessLine& line) {
        const std::lock_guard lock(mutex_);
        if (buffer_.size() > most_buffered) return false;
        if (line.time != last_time_ || time_text_.empty()) {
            last_time_ = line.time;
            time_text_ = base::iso_time(line.time);
        }
        fmt::format_to(std::back_inserter(buffer_),
                       R"({{"time":"{}","method":"{}","route":"{}","status":{},"bytes":{},)"
                       R"("us":{},"id":"{}"}})"
                       "\n",
                       time_text_, known_method(line.method), line.pattern, line.status, line.bytes,
                       line.microseconds, line.request_id);
        if (buffer_.size() > flush_at) wake_.notify_one();
        return true;
    }

private:
    void run(const std::stop_token& stop) {
        std::string taken;
        for (;;) {
            const bool last = stop.stop_requested();
            {
                std::unique_lock lock(mutex_);
                if (!last)
                    wake_.wait_for(lock, stop, std::chrono::milliseconds(400),
                                   [&] { return buffer_.size() > flush_at; });
                taken.swap(buffer_);
            }
            if (!taken.empty()) {
                std::fwrite(taken.data(), 1, taken.size(), file_);
                std::fflush(file_);
                taken.clear();
            }
            if (last) return;
        }
    }

    std::FILE* file_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::string buffer_;
    base::Time last_time_{};
    std::string time_text_;
    std::jthread thread_;  // the last: it uses all the others
};

}  // namespace

struct Metrics::Impl {
    // One would do for the server's I/O thread; more for whoever counts from the workers.
    std::array<Shard, 8> shards;
    std::atomic<std::int64_t> dropped_lines{0};
    std::unique_ptr<LogWriter> log;
    mutable std::mutex sources_mutex;
    std::vector<std::function<void(
        const std::function<void(std::string_view, std::string_view, std::string_view, double)>&)>>
        sources;

    Shard& own_shard() {
        static std::atomic<std::size_t> threads{0};
        thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
        return shards[number % shards.size()];
    }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::log_to(std::FILE* file) {
    impl_->log = file == nullptr ? nullptr : std::make_unique<LogWriter>(file);
}

void Metrics::count(const AccessLine& line) {
    const std::string_view method = known_method(line.method);
    Shard& shard = impl_->own_shard();
    {
        const std::lock_guard lock(shard.mutex);
        auto found = shard.routes.find(line.pattern);
        if (found == shard.routes.end())
            found = shard.routes.emplace(std::string(line.pattern), RouteCounts{}).first;
        RouteCounts& counts = found->second;
        const auto bucket = std::ranges::lower_bound(bounds, line.microseconds) - bounds.begin();
        ++counts.latency.counts[static_cast<std::size_t>(bucket)];
        counts.latency.microseconds += line.microseconds;
        shard.bytes += line.bytes;
        const auto series = std::ranges::find_if(counts.series, [&](const auto& s) {
            return s.status == line.status && s.method == method;
        });
        if (series == counts.series.end())
            counts.series.push_back({method, line.status, 1});
        else
            ++series->count;
    }
    if (impl_->log && !impl_->log->write(line))
        impl_->dropped_lines.fetch_add(1, std::memory_order_relaxed);
}

void Metrics::add_source(
    std::function<void(
        const std::function<void(std::string_view, std::string_view, std::string_view, double)>&)>
        source) {
    const std::lock_guard lock(impl_->sources_mutex);
    impl_->sources.push_back(std::move(source));
}

std::string Metrics::text() const {
    std::map<std::tuple<std::string, std::string_view, int>, std::int64_t> requests;
    std::map<std::string, Latency> latencies;
    std::int64_t bytes = 0;
    for (Shard& shard : impl_->shards) {
        const std::lock_guard lock(shard.mutex);
        bytes += shard.bytes;
        for (const auto& [route, counts] : shard.routes) {
            for (const auto& series : counts.series)
                requests[{route, series.method, series.status}] += series.count;
            Latency& sum = latencies[route];
            for (std::size_t i = 0; i < sum.counts.size(); ++i)
                sum.counts[i] += counts.latency.counts[i];
            sum.microseconds += counts.latency.microseconds;
        }
    }

    std::string text;
    const auto out = std::back_inserter(text);
    fmt::format_to(out,
                   "# HELP campus_http_requests_total Requests answered.\n"
                   "# TYPE campus_http_requests_total counter\n");
    for (const auto& [key, count] : requests)
        fmt::format_to(
            out, "campus_http_requests_total{{method=\"{}\",route=\"{}\",status=\"{}\"}} {}\n",
            std::get<1>(key), escaped(std::get<0>(key)), std::get<2>(key), count);
    fmt::format_to(out,
                   "# HELP campus_http_request_seconds From the header to the answer.\n"
                   "# TYPE campus_http_request_seconds histogram\n");
    for (const auto& [name, latency] : latencies) {
        const std::string route = escaped(name);
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            sum += latency.counts[i];
            fmt::format_to(out, "campus_http_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n",
                           route, static_cast<double>(bounds[i]) / 1e6, sum);
        }
        sum += latency.counts.back();
        fmt::format_to(out,
                       "campus_http_request_seconds_bucket{{route=\"{0}\",le=\"+Inf\"}} {1}\n"
                       "campus_http_request_seconds_sum{{route=\"{0}\"}} {2}\n"
                       "campus_http_request_seconds_count{{route=\"{0}\"}} {1}\n",
                       route, sum, static_cast<double>(latency.microseconds) / 1e6);
    }
    const auto figure = [&](std::string_view name, std::string_view type, std::string_view help,
                            double value) {
        fmt::format_to(out, "# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
    };
    figure("campus_http_response_bytes_total", "counter", "Bytes of answers, heads included.",
           static_cast<double>(bytes));
    figure("campus_http_log_lines_dropped_total", "counter",
           "Lines of the access log that its file did not take in time.",
           static_cast<double>(impl_->dropped_lines.load(std::memory_order_relaxed)));
    const std::lock_guard lock(impl_->sources_mutex);
    for (const auto& source : impl_->sources) source(figure);
    return text;
}

}  // namespace http
