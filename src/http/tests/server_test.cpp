// SPDX-License-Identifier: EUPL-1.2
// A real server on a free port, and clients that are no HTTP library: bytes in, bytes out.
#include "http/server.hpp"

#include "http/metrics.hpp"
#include "http/response.hpp"
#include "http/static_files.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <map>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct FixedClock : base::Clock {
    base::Time now() const override { return base::Time{784111777s}; }
};

struct TestApplication : http::Application {
    std::function<http::Response(http::Request&)> handler;
    std::size_t limit = 1000;
    http::Response dispatch(http::Request& request) const override { return handler(request); }
    std::size_t max_body(std::string_view, std::string_view path) const override {
        return path == "/nowhere" ? 0 : limit;
    }
};

http::Response text(std::string body, std::string type = "text/plain; charset=utf-8") {
    http::Response response;
    response.body = std::move(body);
    response.content_type = std::move(type);
    return response;
}

struct Reply {
    int status = 0;
    std::string head;
    std::string body;
    std::string header(const std::string& name) const {
        const auto at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return "";
        const auto start = at + name.size() + 4;
        return head.substr(start, head.find("\r\n", start) - start);
    }
};

class Client {
public:
    explicit Client(std::uint16_t port, int receive_buffer = 0)
        : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const timeval patience{10, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (receive_buffer > 0)
            ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot connect");
    }
    Client(Client&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}
    Client& operator=(Client&&) = delete;
    ~Client() {
        if (socket_ >= 0) ::close(socket_);
    }

    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;  // refused meanwhile: the answer tells
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void half_close() const { ::shutdown(socket_, SHUT_WR); }
    void reset() {
        const linger abort{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
        ::close(std::exchange(socket_, -1));
    }
    bool readable(int wait_ms) const {
        pollfd poll{socket_, POLLIN, 0};
        return ::poll(&poll, 1, wait_ms) > 0;
    }
    Reply read(bool to_head = false) {
        Reply reply;
        std::size_t end = 0;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
            if (!receive()) return reply;
        reply.head = buffer_.substr(0, end + 2);
        reply.status = std::stoi(reply.head.substr(9, 3));
        buffer_.erase(0, end + 4);
        const std::string length = reply.header("Content-Length");
        if (to_head || length.empty()) return reply;
        const std::size_t size = std::stoul(length);
        while (buffer_.size() < size)
            if (!receive()) throw std::runtime_error("the answer is cut off");
        reply.body = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return reply;
    }
    Reply ask(const std::string& request) {
        send(request);
        return read(request.starts_with("HEAD"));
    }
    Reply get(const std::string& path, const std::string& headers = "") {
        return ask("GET " + path + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n");
    }
    bool closed() {
        while (receive()) {
        }
        return buffer_.empty();
    }

private:
    bool receive() {
        char bytes[16384];
        const auto n = ::recv(socket_, bytes, sizeof bytes, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            throw std::runtime_error("no answer for ten seconds");
        if (n > 0) buffer_.append(bytes, static_cast<std::size_t>(n));
        return n > 0;
    }
    int socket_;
    std::string buffer_;
};

const http::StaticFile style{
    "a.css",     "a.1234.css", "text/css; charset=utf-8", "body { margin: 0 }",
    "gzip form", "brotli form"};

// The server with its thread; stops at the end of the test.
struct Running {
    TestApplication application;
    http::StaticFiles files{std::span{&style, 1}};
    http::Metrics metrics;
    FixedClock clock;
    std::optional<http::Server> server;
    std::thread thread;

    explicit Running(std::function<http::Response(http::Request&)> handler,
                     http::ServerOptions options = {}, std::size_t max_body = 1000) {
        application.handler = std::move(handler);
        application.limit = max_body;
        options.listen = "127.0.0.1:0";
        server.emplace(options, application, files, metrics, clock);
        thread = std::thread([this] { server->run(false); });
    }
    ~Running() { stop(); }
    void stop() {
        server->stop();
        if (thread.joinable()) thread.join();
    }
    Client client(int receive_buffer = 0) const { return Client(server->port(), receive_buffer); }
};

http::Response echo(http::Request& request) {
    request.pattern = "/echo";
    std::string out = request.method + " " + request.path;
    for (const auto& [name, value] : request.query.pairs()) out += " " + name + "=" + value;
    return text(out + "|" + request.body);
}

std::string header_of(const http::Request& request, std::string_view name) {
    for (const auto& [key, value] : request.headers)
        if (key == name) return value;
    return "-";
}

std::string gunzip(const std::string& data) {
    std::string out(100'000, '\0');
    z_stream stream{};
    inflateInit2(&stream, 31);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

// (operator+ on a literal and a number trips a false warning of g++ 12.)
std::string numbered(std::string before, int number, std::string_view after = "") {
    before += std::to_string(number);
    before += after;
    return before;
}

const std::string get = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

}  // namespace

TEST_CASE("one connection carries many requests, in order, also when they come at once") {
    Running running(echo);
    auto client = running.client();
    for (int i = 0; i < 3; ++i)
        CHECK(client.get(numbered("/", i)).body == numbered("GET /", i, "|"));

    std::string pipelined;
    for (int i = 0; i < 20; ++i)
        pipelined +=
            numbered("\r\nPOST /", i, " HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nab");
    client.send(pipelined);
    for (int i = 0; i < 20; ++i) CHECK(client.read().body == numbered("POST /", i, "|ab"));

    // Byte by byte is the same.
    for (const char c : std::string("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n"))
        client.send({&c, 1});
    CHECK(client.read().body == "GET /slow|");

    CHECK(client.get("/", "Connection: close\r\n").header("Connection") == "close");
    CHECK(client.closed());
}

TEST_CASE("HTTP/1.0 closes unless it asks to stay") {
    Running running(echo);
    auto client = running.client();
    CHECK(client.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection") ==
          "keep-alive");
    CHECK(client.ask("GET / HTTP/1.0\r\n\r\n").status == 200);
    CHECK(client.closed());
}

TEST_CASE("a request that cannot be read is refused with its status, then the connection closes") {
    http::ServerOptions options;
    options.max_header_bytes = 2048;
    options.max_headers = 10;
    Running running(echo, options);
    const std::string long_text(3000, 'a');
    std::string many;
    for (int i = 0; i < 11; ++i) many += numbered("a", i, ": 1\r\n");
    const std::map<std::string, int> cases{
        {"GET / HTTP/1.1\r\n\r\n", 400},                        // no Host
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},  // two
        {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        {"GET / HTTP/1.1\nHost: a\n\n", 400},                      // bare LF
        {"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", 400},  // obs-fold
        {"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"s, 400},
        {"G\0T / HTTP/1.1\r\nHost: a\r\n\r\n"s, 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400},  // bare CR
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"GET /%C3 HTTP/1.1\r\nHost: a\r\n\r\n", 400},  // no UTF-8
        {"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /?a=%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /?a=%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n",
         400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
        {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
             std::string(9000, 'e'),
         400},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 1\r\n\r\n", 417},
        {"GET /" + long_text + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        {"GET /" + long_text, 414},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: " + long_text + "\r\n\r\n", 431},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: " + long_text, 431},
        {"GET / HTTP/1.1\r\nHost: a\r\n" + many + "\r\n", 431},
        {"\x16\x03\x01\x02\x01\n", 400},  // TLS to the wrong port
    };
    for (const auto& [request, status] : cases) {
        CAPTURE(request.substr(0, 200));
        auto client = running.client();
        const Reply reply = client.ask(request);
        CHECK(reply.status == status);
        CHECK(reply.header("Connection") == "close");
        CHECK(reply.header("Content-Type") == "application/problem+json");
        CHECK(reply.body.ends_with(numbered("\"status\":", status, "}")));
        CHECK(reply.header("X-Content-Type-Options") == "nosniff");
        CHECK(client.closed());
    }
    CHECK(running.client().get("/").status == 200);
}

TEST_CASE("a body that is too large is not read: the application says so, the connection ends") {
    Running running([](const http::Request& request) {
        http::Response response;
        response.status = request.too_large ? 413 : 200;
        response.body = request.too_large ? "too large" : "read";
        return response;
    });
    const std::string chunk = "3e9\r\n" + std::string(1001, 'a') + "\r\n";
    for (const std::string& rest :
         {std::string{"Content-Length: 1001\r\n\r\n"},
          std::string{"Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n"},
          "Transfer-Encoding: chunked\r\n\r\n" + chunk}) {
        CAPTURE(rest.substr(0, 60));
        auto client = running.client();
        const Reply reply = client.ask("POST / HTTP/1.1\r\nHost: a\r\n" + rest);
        CHECK(reply.status == 413);
        CHECK(reply.header("Connection") == "close");
        CHECK(reply.body == "too large");
        CHECK(client.closed());
    }
}

TEST_CASE("path and query are decoded once, and nothing else is done to them") {
    Running running(echo);
    auto client = running.client();
    CHECK(client.get("/caf%C3%A9//../a+b%2Bc?q=a+b%26c&q=&flag&%C3%A9=%25").body ==
          "GET /café//../a+b+c q=a b&c q= flag= é=%|");
    CHECK(client.get("http://elsewhere:80/x?y=1").body == "GET /x y=1|");
    CHECK(client.get("http://elsewhere").body == "GET /|");
}

TEST_CASE("repeated headers are joined, cookies with semicolons") {
    Running running([](http::Request& request) {
        return text(header_of(request, "x-list") + "|" + header_of(request, "cookie"));
    });
    auto client = running.client();
    CHECK(client.get("/", "X-List: a\r\nCookie: a=1\r\nX-LIST: b\r\nCookie: b=2\r\n").body ==
          "a, b|a=1; b=2");
}

TEST_CASE("only the trusted proxy speaks for others") {
    const auto who = [](http::Request& request) {
        return text(request.client + (request.secure ? " secure " : " plain ") +
                    request.request_id);
    };
    const std::string headers =
        "X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Request-Id: "
        "ab12-cd34\r\n";
    {
        Running running(who);
        const Reply reply = running.client().get("/", headers);
        CHECK(reply.body.starts_with("127.0.0.1 plain "));
        CHECK(reply.body.size() == 16 + 16);
        CHECK(reply.header("Strict-Transport-Security").empty());
    }
    http::ServerOptions options;
    options.trusted_proxy = "127.0.0.1";
    Running running(who, options);
    const Reply reply = running.client().get("/", headers);
    CHECK(reply.body == "192.0.2.1 secure ab12-cd34");
    CHECK(reply.header("X-Request-Id") == "ab12-cd34");
    CHECK_FALSE(reply.header("Strict-Transport-Security").empty());
    CHECK(running.client().get("/", "X-Request-Id: <script>\r\n").body.find("script") ==
          std::string::npos);
}

TEST_CASE("a body comes in one piece or in chunks, up to the limit of its route") {
    Running running(echo);
    auto client = running.client();
    CHECK(client
              .ask("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" +
                   std::string(1000, 'x'))
              .body == "POST /a|" + std::string(1000, 'x'));
    CHECK(client
              .ask("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "2;ext=1\r\nab\r\n1\r\nc\r\n0\r\nTrailer: x\r\n\r\n")
              .body == "POST /a|abc");
    CHECK(client.get("/after").body == "GET /after|");
    // No route: the application says so, and the body is not waited for.
    const Reply nowhere =
        client.ask("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\nabc");
    CHECK(nowhere.body == "POST /nowhere|");
    CHECK(nowhere.header("Connection") == "close");
    CHECK(client.closed());
}

TEST_CASE("who expects 100-continue is told to go on before sending the body") {
    Running running(echo);
    auto client = running.client();
    const std::string head =
        "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n";
    CHECK(client.ask(head).status == 100);
    CHECK(client.ask("abc").body == "POST /a|abc");
    CHECK(client.ask(head + "abc").body == "POST /a|abc");  // too impatient to be told
}

TEST_CASE("every answer has the date, the security headers and a length, and says no product") {
    Running running(
        [](http::Request& request) {
            auto response = text("ok");
            response.cookies.push_back({"a", "1"});
            response.cookies.push_back({"b", "2", 60, false});
            response.headers.emplace_back("Location", "/x\r\nSet-Cookie: evil=1");
            response.headers.emplace_back("Content-Length", "77");
            response.file_name = request.path == "/plain" ? "plan.csv" : "été \"1\".csv";
            return response;
        },
        [] {
            http::ServerOptions options;
            options.public_url = "https://campus.example";
            return options;
        }());
    auto client = running.client();
    const Reply reply = client.get("/");
    CHECK(reply.header("Date") == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(reply.header("Server").empty());
    CHECK(reply.header("Content-Length") == "2");
    CHECK(reply.header("Content-Security-Policy")
              .starts_with("default-src 'none'; style-src 'self'"));
    for (const char* name : {"X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy",
                             "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
                             "Strict-Transport-Security", "Vary", "X-Request-Id"})
        CHECK_FALSE(reply.header(name).empty());
    CHECK(reply.head.find("Set-Cookie: a=1; Path=/; SameSite=Lax; HttpOnly; Secure\r\n") !=
          std::string::npos);
    CHECK(reply.head.find("Set-Cookie: b=2; Path=/; SameSite=Lax; Max-Age=60; Secure\r\n") !=
          std::string::npos);
    CHECK(reply.header("Location") == "/x  Set-Cookie: evil=1");
    CHECK(reply.header("Cache-Control") == "no-store");
    CHECK(reply.header("Content-Disposition") ==
          "attachment; filename=\"_t_ _1_.csv\"; filename*=UTF-8''%C3%A9t%C3%A9%20%221%22.csv");
    CHECK(client.get("/plain").header("Content-Disposition") ==
          "attachment; filename=\"plan.csv\"");
}

TEST_CASE("caching: what is personal is never stored, what is not is revalidated") {
    Running running([](http::Request& request) {
        auto response = text("ok");
        if (request.path == "/public") response.max_age_s = 60;
        if (request.path == "/signed-in") request.caller.emplace();
        if (request.path == "/own") response.headers.emplace_back("Cache-Control", "max-age=1");
        return response;
    });
    auto client = running.client();
    CHECK(client.get("/").header("Cache-Control") == "no-cache");
    CHECK(client.get("/public").header("Cache-Control") == "public, max-age=60");
    CHECK(client.get("/signed-in").header("Cache-Control") == "no-store");
    CHECK(client.get("/signed-in").header("ETag").empty());
    CHECK(client.get("/own").header("Cache-Control") == "max-age=1");
}

TEST_CASE("HEAD is GET without the body, an unchanged page is 304") {
    Running running([](http::Request& request) { return text(request.method + " page"); });
    auto client = running.client();
    const Reply whole = client.get("/");
    const Reply head = client.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(head.header("Content-Length") == whole.header("Content-Length"));
    const std::string etag = whole.header("ETag");
    CHECK(etag.starts_with("W/\""));
    for (const std::string& value : {etag, "\"x\", " + etag, etag.substr(2), std::string("*")}) {
        const Reply same = client.get("/", "If-None-Match: " + value + "\r\n");
        CHECK(same.status == 304);
        CHECK(same.header("ETag") == etag);
        CHECK(same.header("Content-Length").empty());
        CHECK_FALSE(same.header("Vary").empty());
    }
    CHECK(client.get("/", "If-None-Match: \"other\"\r\n").body == "GET page");
}

TEST_CASE("a download can be had in parts") {
    Running running([](http::Request&) {
        auto response = text("0123456789", "application/zip");
        response.ranges = true;
        return response;
    });
    auto client = running.client();
    const auto part = [&](const std::string& range, const std::string& more = "") {
        return client.get("/", "Range: " + range + "\r\n" + more);
    };
    const Reply whole = client.get("/");
    CHECK(whole.header("Accept-Ranges") == "bytes");
    CHECK(part("bytes=2-4").body == "234");
    CHECK(part("bytes=2-4").status == 206);
    CHECK(part("bytes=2-4").header("Content-Range") == "bytes 2-4/10");
    CHECK(part("bytes=7-").body == "789");
    CHECK(part("bytes=-2").body == "89");
    CHECK(part("bytes=-99").body == "0123456789");
    CHECK(part("bytes=8-99").header("Content-Range") == "bytes 8-9/10");
    CHECK(part("bytes=10-").status == 416);
    CHECK(part("bytes=10-").header("Content-Range") == "bytes */10");
    CHECK(part("bytes=-0").status == 416);
    for (const char* ignored : {"bytes=0-1,3-4", "bytes=4-2", "bytes=", "bytes=-", "lines=1-2",
                                "bytes=a-b", "bytes=99999999999999999999-"})
        CHECK(part(ignored).status == 200);
    CHECK(part("bytes=2-4", "If-Range: " + whole.header("ETag") + "\r\n").status == 206);
    CHECK(part("bytes=2-4", "If-Range: \"old\"\r\n").status == 200);
}

TEST_CASE("texts are compressed as the client likes it best") {
    std::string page;
    for (int i = 0; i < 2000; ++i) page += numbered("<li>", i * 7919, "</li>");
    Running running([&](http::Request& request) {
        if (request.path == "/small") return text("small");
        if (request.path == "/image") return text(page, "image/png");
        return text(page, "text/html; charset=utf-8");
    });
    auto client = running.client();
    const auto coding = [&](const std::string& path, const std::string& accepted) {
        return client.get(path, "Accept-Encoding: " + accepted + "\r\n").header("Content-Encoding");
    };
    CHECK(client.get("/").body == page);
    const Reply gzip = client.get("/", "Accept-Encoding: gzip\r\n");
    CHECK(gzip.header("Content-Encoding") == "gzip");
    CHECK(gunzip(gzip.body) == page);
    const Reply brotli = client.get("/", "Accept-Encoding: gzip, deflate, br\r\n");
    CHECK(brotli.header("Content-Encoding") == "br");
    CHECK(brotli.body.size() < page.size() / 2);
    CHECK(gzip.header("ETag") == brotli.header("ETag"));
    CHECK(brotli.header("Vary").find("Accept-Encoding") != std::string::npos);

    CHECK(coding("/", "br;q=0.5, gzip;q=0.8") == "gzip");
    CHECK(coding("/", "br;q=0, *;q=0.1") == "gzip");
    CHECK(coding("/", "*") == "br");
    CHECK(coding("/", "gzip;q=0.5, identity") == "");
    CHECK(coding("/", "gzip;q=0") == "");
    CHECK(coding("/", "gzip;q=x") == "");
    CHECK(coding("/small", "br") == "");
    CHECK(coding("/image", "br") == "");
}

TEST_CASE("static files come precompressed, for ever, without the application") {
    Running running([](http::Request&) {
        auto response = text("no such file");
        response.status = 404;
        return response;
    });
    auto client = running.client();
    const Reply plain = client.get("/static/a.1234.css");
    CHECK(plain.body == style.identity);
    CHECK(plain.header("Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(plain.header("Content-Type") == "text/css; charset=utf-8");
    CHECK(plain.header("ETag") == "\"a.1234.css\"");
    CHECK(client.get("/static/a.1234.css", "Accept-Encoding: gzip, br\r\n").body == "brotli form");
    CHECK(client.get("/static/a.1234.css", "Accept-Encoding: gzip\r\n").header("ETag") ==
          "\"a.1234.css-gzip\"");
    CHECK(client.get("/static/a.1234.css", "If-None-Match: \"a.1234.css\"\r\n").status == 304);
    CHECK(client.get("/static/a.1234.css", "Range: bytes=0-3\r\nAccept-Encoding: br\r\n").body ==
          "body");
    CHECK(client.get("/static/a.1234.css", "Range: bytes=99-\r\n").status == 416);
    CHECK(client.ask("HEAD /static/a.1234.css HTTP/1.1\r\nHost: a\r\n\r\n").body.empty());
    CHECK(client.get("/static/unknown.css").body == "no such file");
    CHECK(client.get("/static/").status == 404);
    CHECK(running.files.url("a.css") == "/static/a.1234.css");
    CHECK_THROWS(running.files.url("b.css"));
}

TEST_CASE("slow clients never hold a worker") {
    const std::string large(8 * 1024 * 1024, 'x');
    http::ServerOptions options;
    options.workers = 1;
    Running running(
        [&](http::Request& request) {
            return text(request.path == "/large" ? large : "ok", "application/octet-stream");
        },
        options);
    std::vector<Client> slow;
    for (int i = 0; i < 50; ++i) {
        slow.push_back(running.client());
        slow.back().send("GET / HTTP/1.1\r\nHost: te");
    }
    for (int i = 0; i < 20; ++i) {
        slow.push_back(running.client());
        slow.back().send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf");
    }
    std::vector<Client> readers;
    for (int i = 0; i < 10; ++i) {
        readers.push_back(running.client(4096));
        readers.back().send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n");
    }
    for (const Client& reader : readers) CHECK(reader.readable(10'000));  // being written to
    const auto start = std::chrono::steady_clock::now();
    CHECK(running.client().get("/").body == "ok");
    CHECK(std::chrono::steady_clock::now() - start < 2s);
    CHECK(readers.front().read().body == large);  // and the patient one gets it all
}

TEST_CASE("who is too slow is told so, or cut off") {
    http::ServerOptions options;
    options.header_timeout_ms = options.body_timeout_ms = 60;
    options.write_timeout_ms = options.idle_timeout_ms = 60;
    const std::string large(32 * 1024 * 1024, 'x');
    Running running(
        [&](http::Request& request) {
            return text(request.path == "/large" ? large : "ok", "application/octet-stream");
        },
        options);
    SUBCASE("in the header") {
        auto client = running.client();
        CHECK(client.ask("GET / HTTP/1.1\r\nHo").status == 408);
        CHECK(client.closed());
    }
    SUBCASE("in the body") {
        auto client = running.client();
        CHECK(client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc").status ==
              408);
        CHECK(client.closed());
    }
    SUBCASE("reading") {
        auto client = running.client(4096);
        client.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n");
        while (running.metrics.text().find("campus_http_timeouts_total 1\n") == std::string::npos)
            std::this_thread::yield();
        CHECK_THROWS(client.read());
    }
    SUBCASE("saying anything at all") {
        CHECK(running.client().closed());
    }
    SUBCASE("between requests") {
        auto client = running.client();
        CHECK(client.get("/").status == 200);
        CHECK(client.closed());
    }
}

TEST_CASE("when too many wait, the next are asked to come back") {
    http::ServerOptions options;
    options.workers = 1;
    options.max_queued = 1;
    std::latch busy(1), release(1);
    Running running(
        [&](http::Request& request) {
            if (request.path == "/first") {
                busy.count_down();
                release.wait();
            }
            return text("ok");
        },
        options);
    auto first = running.client();
    first.send("GET /first HTTP/1.1\r\nHost: test\r\n\r\n");
    busy.wait();
    auto second = running.client();
    auto third = running.client();
    second.send(get);
    third.send(get);
    while (!second.readable(1) && !third.readable(1)) {
    }
    auto& refused = second.readable(0) ? second : third;
    auto& queued = &refused == &second ? third : second;
    const Reply reply = refused.read();
    CHECK(reply.status == 503);
    CHECK(reply.header("Retry-After") == "1");
    release.count_down();
    CHECK(first.read().status == 200);
    CHECK(queued.read().status == 200);
    CHECK(refused.ask(get).status == 200);  // the connection lived on
}

TEST_CASE("at the limit of connections the longest idle one makes room") {
    http::ServerOptions options;
    options.max_connections = 2;
    Running running(echo, options);
    auto first = running.client();
    CHECK(first.ask(get).status == 200);
    auto second = running.client();
    CHECK(second.ask(get).status == 200);
    auto third = running.client();
    CHECK(third.ask(get).status == 200);
    CHECK(first.closed());
    CHECK(second.ask(get).status == 200);
}

TEST_CASE("clients that vanish or stop sending do no harm") {
    Running running(echo);
    for (int i = 0; i < 20; ++i) {
        auto client = running.client();
        client.send(i % 2 == 0 ? get : get.substr(0, 10));
        client.reset();
    }
    auto client = running.client();
    client.send(get);
    client.half_close();
    CHECK(client.read().status == 200);
    CHECK(client.closed());
    auto half = running.client();
    half.send("GET / HT");
    half.half_close();
    CHECK(half.closed());
}

TEST_CASE("stopping finishes what is under way and closes the rest at once") {
    std::latch busy(1), release(1);
    Running running([&](http::Request& request) {
        if (request.path == "/long") {
            busy.count_down();
            release.wait();
        }
        return text("done");
    });
    auto idle = running.client();
    CHECK(idle.ask(get).status == 200);
    auto under_way = running.client();
    under_way.send("GET /long HTTP/1.1\r\nHost: test\r\n\r\n" + get);
    busy.wait();
    running.server->stop();
    CHECK(idle.closed());
    CHECK_THROWS(running.client());
    release.count_down();
    const Reply reply = under_way.read();
    CHECK(reply.body == "done");
    CHECK(reply.header("Connection") == "close");
    CHECK(under_way.closed());
    {
        const auto gone = std::move(under_way);
    }
    running.thread.join();
}

TEST_CASE("stopping does not wait longer than the limit") {
    http::ServerOptions options;
    options.stop_timeout_ms = 40;
    Running running(echo, options);
    auto stuck = running.client();
    stuck.send("GET / HTTP/1.1\r\n");
    auto other = running.client();
    CHECK(other.ask(get).status == 200);
    running.stop();
    CHECK(stuck.closed());
}

TEST_CASE("a wrong address is refused before anything starts") {
    TestApplication application;
    http::StaticFiles files{{}};
    http::Metrics metrics;
    FixedClock clock;
    for (const char* wrong : {"", "8080", "127.0.0.1:", "nowhere.invalid:80", "127.0.0.1:99999"}) {
        http::ServerOptions options;
        options.listen = wrong;
        CAPTURE(wrong);
        CHECK_THROWS_AS(http::Server(options, application, files, metrics, clock),
                        std::runtime_error);
    }
}

TEST_CASE("requests are counted and logged by route, without anything personal") {
    std::FILE* log = std::tmpfile();
    {
        Running running(echo);
        running.metrics.log_to(log);
        auto client = running.client();
        CHECK(client.get("/marie?name=curie").status == 200);
        CHECK(client.ask("BREW /x HTTP/1.1\r\nHost: a\r\n\r\n").status == 200);
        CHECK(client.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200);
        const std::string figures = running.metrics.text();
        for (const char* line :
             {"campus_http_requests_total{method=\"GET\",route=\"/echo\",status=\"200\"} 1\n",
              "campus_http_requests_total{method=\"OTHER\",route=\"/echo\",status=\"200\"} 1\n",
              "campus_http_requests_total{method=\"HEAD\",route=\"/echo\",status=\"200\"} 1\n",
              "campus_http_request_seconds_bucket{route=\"/echo\",le=\"+Inf\"} 3\n",
              "campus_http_request_seconds_count{route=\"/echo\"} 3\n",
              "# TYPE campus_http_connections gauge\ncampus_http_connections 1\n"})
            CHECK(figures.find(line) != std::string::npos);
        running.stop();
        running.metrics.log_to(nullptr);
    }
    std::rewind(log);
    char line[1000] = {};
    REQUIRE(std::fgets(line, sizeof line, log) != nullptr);
    const std::string first = line;
    CHECK(first.starts_with(R"({"time":"1994-11-06T08:49:37Z","method":"GET","route":"/echo",)"
                            R"("status":200,"bytes":)"));
    CHECK(first.find("curie") == std::string::npos);
    CHECK(first.find("127.0.0.1") == std::string::npos);
    std::fclose(log);
}
