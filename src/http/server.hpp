// SPDX-License-Identifier: EUPL-1.2
// The HTTP/1.1 server (RFC 9112) around a router: one thread of I/O with Boost.Beast, a pool of
// workers that run the handlers, limits on everything a client can send or withhold.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace http {

class Router;
class StaticFiles;
class Metrics;

struct ServerOptions {
    std::string listen = "127.0.0.1:8080";  // "ADDRESS:PORT"; port 0: any free one
    std::string public_url;         // "https://campus.example": Secure cookies, absolute links
    std::string trusted_proxy;      // address whose X-Forwarded-For and -Proto are believed
    int workers = 8;
    std::size_t max_connections = 20000;
    std::size_t max_header_bytes = 16 * 1024;
    std::size_t max_queued = 1000;  // requests waiting for a worker; more: 503 with Retry-After
    int header_timeout_s = 10;      // for the whole header, from its first byte
    int body_timeout_s = 30;
    int write_timeout_s = 30;
    int idle_timeout_s = 75;        // keep-alive
    int stop_timeout_s = 10;        // requests under way at SIGTERM
};

class Server {
public:
    // The arguments must outlive it.
    Server(ServerOptions, const Router&, const StaticFiles&, Metrics&);
    ~Server();
    std::uint16_t port() const;  // once constructed
    // Serves until stop() or SIGTERM/SIGINT (when handle_signals); then finishes what is under way.
    void run(bool handle_signals);
    void stop();  // from any thread

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace http
