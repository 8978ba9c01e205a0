// SPDX-License-Identifier: EUPL-1.2
// The HTTP/1.1 server (RFC 9112) around a router: one thread of I/O with Boost.Beast, a pool of
// workers that run the handlers, limits on everything a client can send or withhold.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace base {
struct Clock;
}

namespace http {

struct Request;
struct Response;
class StaticFiles;
class Metrics;

// What answers the requests: the router, or a few lines in a test.
struct Application {
    virtual ~Application() = default;
    // Called on the workers, several at a time. Leaves a body and no view; sets request.pattern.
    virtual Response dispatch(Request&) const = 0;
    // The most bytes of body that a route takes; 0 where there is no route, and then dispatch()
    // says so without the body. Called on the I/O thread.
    virtual std::size_t max_body(std::string_view method, std::string_view path) const = 0;
};

struct ServerOptions {
    std::string listen = "127.0.0.1:8080";  // "ADDRESS:PORT", "[::1]:8080"; port 0: any free one
    std::string public_url;     // "https://campus.example": Secure cookies, absolute links
    std::string trusted_proxy;  // address whose X-Forwarded-For, -Proto and X-Request-Id count
    int workers = 8;
    std::size_t max_connections = 20000;       // at the limit the longest idle one makes room
    std::size_t max_header_bytes = 16 * 1024;  // the request line takes half of it at most
    std::size_t max_headers = 100;
    std::size_t max_queued = 1000;   // requests waiting for a worker; more: 503 with Retry-After
    int header_timeout_ms = 10'000;  // for the whole header, from its first byte
    int body_timeout_ms = 30'000;    // for each 64 kB
    int write_timeout_ms = 30'000;   // for each 64 kB
    int idle_timeout_ms = 75'000;    // keep-alive
    int stop_timeout_ms = 10'000;    // requests under way at SIGTERM
};

class Server {
public:
    // Listens at once, answers from run() on. The references must outlive it. Throws
    // std::runtime_error when it cannot listen there.
    Server(ServerOptions, const Application&, const StaticFiles&, Metrics&, const base::Clock&);
    ~Server();
    std::uint16_t port() const;  // once constructed
    // Serves until stop() or SIGTERM/SIGINT (when handle_signals); then finishes what is under way,
    // up to the time limit or the second signal.
    void run(bool handle_signals);
    void stop();  // from any thread

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace http
