// SPDX-License-Identifier: EUPL-1.2
// One client: reads a request, has it answered, writes the answer, and again. Everything runs on
// the I/O thread but work(). Includes Beast: only for the server's own files.
#pragma once
#include "http/incoming.hpp"
#include "http/outgoing.hpp"
#include "http/server.hpp"
#include "http/worker_pool.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <random>

namespace http {

// The concrete executor spares each operation a virtual call and an allocation.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class Connection;

// What a connection waits for. Each phase has one time limit for all connections, so those of a
// phase stand in a list in the order of their deadlines: to arm one is to move it to the end, and
// the server's tick looks at the front only. (A timer of its own per request costs more than
// parsing the request.)
enum class Phase { idle, header, body, work, write, linger };
inline constexpr std::size_t phases = 6;

struct Gauges {
    std::atomic<std::int64_t> connections{0};
    std::atomic<std::int64_t> accepted{0};
    std::atomic<std::int64_t> timed_out{0};
    std::atomic<std::int64_t> queued{0};
    std::atomic<std::int64_t> overloaded{0};
};

// What all connections of a server share.
struct Shared {
    using SteadyTime = std::chrono::steady_clock::time_point;

    const ServerOptions options;
    const Application& application;
    const StaticFiles& static_files;
    Metrics& metrics;
    const base::Clock& clock;
    const bool public_is_https = options.public_url.starts_with("https://");
    boost::asio::io_context io{1};
    std::array<std::list<Connection*>, phases> waiting{};
    std::shared_ptr<Gauges> gauges = std::make_shared<Gauges>();  // with the metrics, which live on
    std::mt19937_64 random{std::random_device{}()};  // for request ids: unique, not secret
    bool stopping = false;
    std::function<void()> on_closed{};
    std::optional<WorkerPool> workers{};  // ends first: its threads use all the others

    std::chrono::milliseconds limit_of(Phase) const;
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Shared&, Socket, std::string address);

    void start();
    // Nothing of a request has come yet: nobody loses anything if it closes now.
    bool is_unused() const;
    void close();
    // The deadline has passed: answers 408 or closes. Leaves the phase in any case.
    void expire();
    Shared::SteadyTime deadline() const { return deadline_; }

private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    void arm(Phase);
    void read(std::size_t at_least);
    void on_read(boost::system::error_code, std::size_t bytes);
    void next_request();
    void scan_header();
    void on_header(std::size_t size);
    void on_request_line_and_fields();
    void invite_body();
    void read_body();
    void handle();
    void handle_too_large();
    void work();
    void refuse(int status);
    void write();
    void write_some();
    void finish();

    Shared& shared_;
    Socket socket_;
    const std::string address_;
    boost::beast::flat_buffer buffer_;
    Phase phase_ = Phase::idle;
    std::list<Connection*>::iterator place_;
    Shared::SteadyTime deadline_{};
    bool closed_ = false;

    // The request under way.
    std::size_t line_start_ = 0;  // in the buffer: how far the header is scanned
    std::size_t scanned_ = 0;
    std::optional<Parser> parser_;
    Request request_;  // the workers' during Phase::work, like answer_
    bool head_only_ = false;
    bool keep_alive_ = false;
    bool old_version_ = false;  // HTTP/1.0
    Shared::SteadyTime begun_{};
    Answer answer_;
    std::size_t written_ = 0;
    std::size_t progress_ = 0;  // bytes since the last arm()
};

}  // namespace http
