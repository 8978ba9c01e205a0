// SPDX-License-Identifier: EUPL-1.2
#include "http_client.hpp"

#include "http/router.hpp"
#include "http/tokens.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace {

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::string Reply::header(std::string_view name) const {
    for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at)) {
        at += 2;
        const auto line = std::string_view{head}.substr(at, head.find("\r\n", at) - at);
        const auto colon = line.find(": ");
        if (colon != std::string_view::npos && same_name(line.substr(0, colon), name))
            return std::string{line.substr(colon + 2)};
    }
    return {};
}

std::string request_bytes(std::string_view method, std::string_view target, const Sent& sent) {
    std::string bytes{method};
    bytes.append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    const auto header = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) bytes.append(name).append(": ").append(value).append("\r\n");
    };
    header("Accept", sent.accept);
    header("Accept-Language", "fr");
    header("Content-Type", sent.content_type);
    if (!sent.session.empty()) {
        header("Cookie", std::string{http::session_cookie} + "=" + sent.session);
        if (method != "GET") header("X-CSRF-Token", http::form_token(sent.session));
    }
    if (method != "GET" && method != "HEAD")
        header("Content-Length", std::to_string(sent.body.size()));
    return bytes + "\r\n" + sent.body;
}

HttpClient::HttpClient(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{30, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return;
    if (socket_ >= 0) ::close(socket_);
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}

HttpClient::~HttpClient() {
    if (socket_ >= 0) ::close(socket_);
}

void HttpClient::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void HttpClient::send(std::string_view method, std::string_view target, const Sent& sent) const {
    send(request_bytes(method, target, sent));
}

bool HttpClient::readable(int wait_ms) const {
    pollfd poll{socket_, POLLIN, 0};
    return ::poll(&poll, 1, wait_ms) > 0;
}

bool HttpClient::receive() {
    char chunk[16384];
    const auto received = ::recv(socket_, chunk, sizeof chunk, 0);
    if (received <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(received));
    return true;
}

Reply HttpClient::read() {
    Reply reply;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
        if (!receive()) return reply;
    reply.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    const std::string length = reply.header("Content-Length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (buffer_.size() < size)
        if (!receive()) return {};
    reply.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    reply.status = std::stoi(reply.head.substr(9, 3));
    return reply;
}

Reply HttpClient::get(std::string_view target, const Sent& sent) {
    send("GET", target, sent);
    return read();
}

Reply HttpClient::post(std::string_view target, const Sent& sent) {
    send("POST", target, sent);
    return read();
}
