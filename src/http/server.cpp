// SPDX-License-Identifier: EUPL-1.2
#include "http/server.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "http/connection.hpp"
#include "http/metrics.hpp"

#include <fmt/format.h>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
using SignalSet = asio::basic_signal_set<Executor>;

constexpr int backlog = 4096;

tcp::endpoint endpoint_of(asio::io_context& io, std::string_view listen) {
    const auto colon = listen.rfind(':');
    std::string host{listen.substr(0, colon)};
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto port = base::to_integer(listen.substr(colon + 1));  // npos + 1 is 0
    if (colon != std::string_view::npos && !host.empty() && port && *port >= 0 && *port <= 65535) {
        error_code error;
        tcp::resolver resolver(io);
        const auto found =
            resolver.resolve(host, std::to_string(*port), tcp::resolver::passive, error);
        if (!error && !found.empty()) return found.begin()->endpoint();
    }
    throw std::runtime_error(
        fmt::format("cannot listen on \"{}\": it must be ADDRESS:PORT, as 127.0.0.1:8080", listen));
}

}  // namespace

struct Server::Impl {
    Shared shared;
    Acceptor acceptor{shared.io};
    Timer timer{shared.io};
    SignalSet signals{shared.io};
    Shared::SteadyTime stop_deadline{};
    std::uint16_t port = 0;
    bool accepting = false;
    std::chrono::milliseconds tick_length{};

    Impl(ServerOptions options, const Application& application, const StaticFiles& files,
         Metrics& metrics, const base::Clock& clock)
        : shared{std::move(options), application, files, metrics, clock} {
        const ServerOptions& o = shared.options;
        // A deadline is kept to a quarter of the shortest limit, at most a second.
        tick_length = std::chrono::milliseconds(
            std::clamp(std::min({o.header_timeout_ms, o.body_timeout_ms, o.write_timeout_ms,
                                 o.idle_timeout_ms, o.stop_timeout_ms}) /
                           4,
                       5, 1000));
        listen();
        shared.on_closed = [this] {
            if (!accepting) accept();
        };
        shared.workers.emplace(o.workers, o.max_queued);
        add_figures();
    }

    void listen() {
        const auto endpoint = endpoint_of(shared.io, shared.options.listen);
        error_code error;
        acceptor.open(endpoint.protocol(), error);
        if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
        if (!error) acceptor.bind(endpoint, error);
        if (!error) acceptor.listen(backlog, error);
        if (error)
            throw std::runtime_error(
                fmt::format("cannot listen on {}: {}", shared.options.listen, error.message()));
        port = acceptor.local_endpoint().port();
    }

    void add_figures() const {
        shared.metrics.add_source([gauges = shared.gauges](const auto& figure) {
            const auto value = [](const auto& gauge) {
                return static_cast<double>(gauge.load(std::memory_order_relaxed));
            };
            figure("campus_http_connections", "gauge", "Open connections.",
                   value(gauges->connections));
            figure("campus_http_accepted_total", "counter", "Connections accepted.",
                   value(gauges->accepted));
            figure("campus_http_timeouts_total", "counter",
                   "Connections that were too slow or idle for too long.",
                   value(gauges->timed_out));
            figure("campus_http_queue_length", "gauge", "Requests waiting for a worker.",
                   value(gauges->queued));
            figure("campus_http_overloaded_total", "counter",
                   "Requests refused because too many waited.", value(gauges->overloaded));
        });
    }

    std::size_t connections() const {
        return static_cast<std::size_t>(shared.gauges->connections.load(std::memory_order_relaxed));
    }

    // Room for one more: the connection that has been idle the longest goes. False if all are busy.
    bool close_an_idle_one() {
        auto& idle = shared.waiting[static_cast<std::size_t>(Phase::idle)];
        if (idle.empty()) return false;
        const auto oldest = idle.front()->shared_from_this();
        oldest->close();
        return true;
    }

    // At the limit of connections the next wait in the kernel's queue: until an idle one has made
    // room, or a busy one closes.
    void accept() {
        if (shared.stopping || !acceptor.is_open()) return;
        accepting = true;
        if (connections() >= shared.options.max_connections) {
            acceptor.async_wait(Acceptor::wait_read, [this](const error_code& error) {
                if (error == asio::error::operation_aborted) return;
                const bool room =
                    connections() < shared.options.max_connections || close_an_idle_one();
                accepting = false;
                if (room) accept();
            });
            return;
        }
        acceptor.async_accept([this](const error_code& error, Socket socket) {
            accepting = false;
            if (error == asio::error::operation_aborted) return;
            if (!error) {
                start(std::move(socket));
            } else if (error == asio::error::no_descriptors || error == asio::error::no_memory ||
                       error == asio::error::no_buffer_space || error.value() == ENFILE) {
                // To ask again at once would spin: the next tick does, or who closes first.
                accepting = true;
                const bool room = close_an_idle_one();
                accepting = false;
                if (!room) return;
            }
            accept();
        });
    }

    void start(Socket socket) {
        error_code error;
        const auto peer = socket.remote_endpoint(error);
        if (error) return;  // gone already
        socket.set_option(tcp::no_delay(true), error);
        shared.gauges->accepted.fetch_add(1, std::memory_order_relaxed);
        auto address = peer.address();
        if (address.is_v6() && address.to_v6().is_v4_mapped())
            address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
        std::make_shared<Connection>(shared, std::move(socket), address.to_string())->start();
    }

    void tick() {
        timer.expires_after(tick_length);
        timer.async_wait([this](const error_code& error) {
            if (error) return;
            const auto now = std::chrono::steady_clock::now();
            for (auto& list : shared.waiting)
                while (!list.empty() && list.front()->deadline() <= now) list.front()->expire();
            shared.gauges->queued.store(static_cast<std::int64_t>(shared.workers->queued()),
                                        std::memory_order_relaxed);
            if (shared.stopping && now >= stop_deadline) close_all();
            if (!accepting) accept();
            tick();
        });
    }

    void wait_for_signal() {
        signals.async_wait([this](const error_code& error, int) {
            if (error) return;
            if (shared.stopping) return close_all();
            begin_stop();
            wait_for_signal();
        });
    }

    void begin_stop() {
        if (shared.stopping) return;
        shared.stopping = true;
        stop_deadline = std::chrono::steady_clock::now() +
                        std::chrono::milliseconds(shared.options.stop_timeout_ms);
        error_code ignored;
        acceptor.close(ignored);
        shared.on_closed = [this] { finish_when_empty(); };
        close_where([](const Connection& connection) { return connection.is_unused(); });
        finish_when_empty();
    }

    void close_all() {
        close_where([](const Connection&) { return true; });
    }

    template <class Which>
    void close_where(Which which) {
        for (auto& list : shared.waiting)
            for (auto next = list.begin(); next != list.end();) {
                const auto connection = (*next++)->shared_from_this();
                if (which(*connection)) connection->close();
            }
    }

    void finish_when_empty() {
        if (connections() == 0) shared.io.stop();
    }
};

Server::Server(ServerOptions options, const Application& application, const StaticFiles& files,
               Metrics& metrics, const base::Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), application, files, metrics, clock)) {}

Server::~Server() = default;

std::uint16_t Server::port() const {
    return impl_->port;
}

void Server::run(bool handle_signals) {
    if (handle_signals) {
        impl_->signals.add(SIGTERM);
        impl_->signals.add(SIGINT);
        impl_->wait_for_signal();
    }
    impl_->accept();
    impl_->tick();
    impl_->shared.io.run();
}

void Server::stop() {
    asio::post(impl_->shared.io, [impl = impl_.get()] { impl->begin_stop(); });
}

}  // namespace http
