// SPDX-License-Identifier: EUPL-1.2
// A small blocking HTTP/1.1 client over a plain socket: keep-alive, and send() apart from read(),
// so that one thread can have thousands of requests under way at once.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct Reply {
    int status = 0;  // 0: the connection ended without an answer
    std::string head;
    std::string body;
    // Of any case; "" if absent.
    std::string header(std::string_view name) const;
};

// What a request carries besides its method and target.
struct Sent {
    std::string session;  // the session cookie; a form token is made from it
    std::string accept = "application/json";
    std::string content_type = {};  // with a body
    std::string body = {};
};

class HttpClient {
public:
    // Throws std::runtime_error when nobody listens at 127.0.0.1:`port`.
    explicit HttpClient(std::uint16_t port);
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) = delete;
    ~HttpClient();

    void send(std::string_view bytes) const;  // a connection that is gone shows in read()
    Reply read();                             // waits at most 30 s
    bool readable(int wait_ms) const;

    void send(std::string_view method, std::string_view target, const Sent& = {}) const;
    Reply get(std::string_view target, const Sent& = {});
    Reply post(std::string_view target, const Sent& = {});

private:
    bool receive();
    int socket_;
    std::string buffer_;
};

// The request as it goes over the wire.
std::string request_bytes(std::string_view method, std::string_view target, const Sent&);
