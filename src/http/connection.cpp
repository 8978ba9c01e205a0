// SPDX-License-Identifier: EUPL-1.2
#include "http/connection.hpp"

#include "http/header_text.hpp"
#include "http/metrics.hpp"

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t header_read = 2 * 1024;  // what an idle connection holds
constexpr std::size_t body_read = 64 * 1024;
constexpr std::size_t progress_bytes = 64 * 1024;
// The framing of chunks (extensions, trailers) that is not yet a whole line.
constexpr std::size_t max_framing = 8 * 1024;
constexpr std::chrono::milliseconds longest_linger{2000};

constexpr std::string_view static_folder = "/static/";
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

int status_of(const error_code& error) {
    if (error == beast_http::error::bad_version) return 505;
    if (error == beast_http::error::body_limit) return 413;
    if (error == beast_http::error::header_limit) return 431;
    return 400;
}

}  // namespace

std::chrono::milliseconds Shared::limit_of(Phase phase) const {
    switch (phase) {
        case Phase::idle:
            return std::chrono::milliseconds(options.idle_timeout_ms);
        case Phase::header:
            return std::chrono::milliseconds(options.header_timeout_ms);
        case Phase::body:
            return std::chrono::milliseconds(options.body_timeout_ms);
        case Phase::write:
            return std::chrono::milliseconds(options.write_timeout_ms);
        case Phase::linger:
            return std::min(longest_linger, std::chrono::milliseconds(options.write_timeout_ms));
        case Phase::work:
            break;
    }
    return std::chrono::hours(24 * 365);  // a handler is ours: it ends
}

Connection::Connection(Shared& shared, Socket socket, std::string address)
    : shared_(shared), socket_(std::move(socket)), address_(std::move(address)) {
    auto& list = shared_.waiting[static_cast<std::size_t>(phase_)];
    place_ = list.insert(list.end(), this);
    shared_.gauges->connections.fetch_add(1, std::memory_order_relaxed);
}

void Connection::start() {
    arm(Phase::header);  // a client that connects has something to say
    read(header_read);
}

bool Connection::is_unused() const {
    return phase_ == Phase::idle || (phase_ == Phase::header && buffer_.size() == 0);
}

void Connection::close() {
    if (closed_) return;
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
    shared_.waiting[static_cast<std::size_t>(phase_)].erase(place_);
    shared_.gauges->connections.fetch_sub(1, std::memory_order_relaxed);
    shared_.on_closed();
}

void Connection::expire() {
    const auto self = shared_from_this();
    shared_.gauges->timed_out.fetch_add(1, std::memory_order_relaxed);
    if (is_unused() || phase_ == Phase::write || phase_ == Phase::linger) return close();
    error_code ignored;
    socket_.cancel(ignored);  // the read that waits
    refuse(408);
}

void Connection::arm(Phase phase) {
    auto& from = shared_.waiting[static_cast<std::size_t>(phase_)];
    auto& to = shared_.waiting[static_cast<std::size_t>(phase)];
    to.splice(to.end(), from, place_);
    phase_ = phase;
    progress_ = 0;
    deadline_ = std::chrono::steady_clock::now() + shared_.limit_of(phase);
}

void Connection::read(std::size_t at_least) {
    socket_.async_read_some(buffer_.prepare(at_least),
                            [self = shared_from_this()](const error_code& error, std::size_t n) {
                                self->on_read(error, n);
                            });
}

void Connection::on_read(error_code error, std::size_t bytes) {
    // After expire() a read may still report; what it brought is no longer of interest.
    if (closed_ || error == asio::error::operation_aborted || phase_ == Phase::write) return;
    if (error) return close();  // also the end of the client's side: half a request has no answer
    buffer_.commit(bytes);
    progress_ += bytes;
    switch (phase_) {
        case Phase::idle:
            arm(Phase::header);
            [[fallthrough]];
        case Phase::header:
            return scan_header();
        case Phase::body:
            if (progress_ >= progress_bytes) arm(Phase::body);
            return read_body();
        case Phase::linger:
            buffer_.consume(buffer_.size());
            return read(body_read);
        case Phase::work:
        case Phase::write:
            break;
    }
}

void Connection::next_request() {
    parser_.reset();
    request_ = Request{};
    answer_ = Answer{};
    line_start_ = scanned_ = 0;
    begun_ = {};
    head_only_ = false;
    if (buffer_.size() > 0) {  // pipelined
        arm(Phase::header);
        return scan_header();
    }
    if (shared_.stopping) return close();
    if (buffer_.capacity() > 2 * header_read) buffer_.shrink_to_fit();
    arm(Phase::idle);
    read(header_read);
}

// Looks for the empty line, and on the way refuses what Beast would accept: continued lines
// (obs-fold, RFC 9112, 5.2) and what is too long to go on reading.
void Connection::scan_header() {
    const auto text = [this] {
        const auto data = buffer_.cdata();
        return std::string_view{static_cast<const char*>(data.data()), data.size()};
    };
    // Empty lines before a request are forgiven (RFC 9112, 2.2).
    while (line_start_ == 0 && text().starts_with("\r\n")) {
        buffer_.consume(2);
        scanned_ = 0;
    }
    const std::string_view data = text();
    const std::size_t max_line = shared_.options.max_header_bytes / 2;
    const auto too_long = [&] { return line_start_ == 0 ? 414 : 431; };
    for (std::size_t end = data.find('\n', scanned_); end != std::string_view::npos;
         end = data.find('\n', scanned_)) {
        if (end == line_start_ || data[end - 1] != '\r') return refuse(400);
        if (line_start_ == 0 && end > max_line) return refuse(414);
        if (end + 1 > shared_.options.max_header_bytes) return refuse(too_long());
        if (line_start_ > 0 && (data[line_start_] == ' ' || data[line_start_] == '\t'))
            return refuse(400);
        const bool empty = end == line_start_ + 1;
        line_start_ = scanned_ = end + 1;
        if (empty) return on_header(end + 1);
    }
    scanned_ = data.size();
    if (data.size() > (line_start_ == 0 ? max_line : shared_.options.max_header_bytes))
        return refuse(too_long());
    read(std::max(header_read, data.size()));
}

void Connection::on_header(std::size_t size) {
    begun_ = std::chrono::steady_clock::now();
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(size + 1));
    parser_->body_limit(boost::none);  // decided when the route is known
    error_code error;
    const std::size_t used = parser_->put(asio::const_buffer(buffer_.cdata().data(), size), error);
    if (error && error != beast_http::error::need_more) return refuse(status_of(error));
    if (!parser_->is_header_done()) return refuse(400);
    buffer_.consume(used);
    on_request_line_and_fields();
}

void Connection::on_request_line_and_fields() {
    const auto& header = parser_->get();
    old_version_ = header.version() == 10;
    const Origin origin{address_, address_ == shared_.options.trusted_proxy,
                        shared_.public_is_https};
    if (static_cast<std::size_t>(std::distance(header.begin(), header.end())) >
        shared_.options.max_headers)
        return refuse(431);
    auto request = read_request(header, origin);
    if (!request) return refuse(request.error());
    request_ = std::move(*request);
    request_.now = shared_.clock.now();
    if (request_.request_id.empty()) request_.request_id = fmt::format("{:016x}", shared_.random());
    head_only_ = request_.method == "HEAD";
    if (head_only_) request_.method = "GET";
    keep_alive_ = header.keep_alive();

    const std::string_view coding = find_header(request_.headers, "transfer-encoding");
    if (!coding.empty() && old_version_) return refuse(400);
    if (!coding.empty() && !same_text(coding, "chunked")) return refuse(501);
    const std::string_view expected = find_header(request_.headers, "expect");
    const bool waits = !expected.empty() && !old_version_;
    if (waits && !same_text(expected, "100-continue")) return refuse(417);

    const auto length = parser_->content_length();
    if (!parser_->chunked() && (!length || *length == 0)) return handle();
    const std::size_t limit = shared_.application.max_body(request_.method, request_.path);
    if (limit == 0) {  // no such route: its answer does not need the body
        keep_alive_ = false;
        return handle();
    }
    if (length && *length > limit) return handle_too_large();
    parser_->body_limit(limit);
    parser_->eager(true);
    arm(Phase::body);
    if (waits && buffer_.size() == 0)
        invite_body();
    else
        read_body();
}

void Connection::invite_body() {
    asio::async_write(socket_, asio::buffer(go_on),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                          if (self->closed_ || self->phase_ != Phase::body) return;
                          if (error) return self->close();
                          self->read_body();
                      });
}

void Connection::read_body() {
    while (buffer_.size() > 0 && !parser_->is_done()) {
        error_code error;
        const std::size_t used = parser_->put(buffer_.cdata(), error);
        buffer_.consume(used);
        if (error == beast_http::error::need_more) {
            if (used == 0 && buffer_.size() > max_framing) return refuse(400);
            if (used == 0) break;
        } else if (error) {
            const int status = status_of(error);
            return status == 413 ? handle_too_large() : refuse(status);
        }
    }
    if (!parser_->is_done()) return read(body_read);
    request_.body = std::move(parser_->get().body());
    handle();
}

// The application says so, to people in a page of theirs.
void Connection::handle_too_large() {
    keep_alive_ = false;
    request_.too_large = true;
    handle();
}

void Connection::handle() {
    if (request_.method == "GET" && request_.path.starts_with(static_folder)) {
        const std::string_view name = std::string_view{request_.path}.substr(static_folder.size());
        if (const StaticFile* file = shared_.static_files.find(name)) {
            request_.pattern = "/static/{file}";
            answer_ = make_answer(request_, *file, head_only_);
            return write();
        }
    }
    arm(Phase::work);
    if (!shared_.workers->submit([self = shared_from_this()] { self->work(); })) {
        shared_.gauges->overloaded.fetch_add(1, std::memory_order_relaxed);
        answer_ = make_refusal(request_, 503, head_only_, 1);
        return write();
    }
}

void Connection::work() {
    try {
        answer_ = make_answer(request_, shared_.application.dispatch(request_), head_only_);
    } catch (...) {
        // dispatch() never throws: this is out of memory.
        answer_ = make_refusal(request_, 500, head_only_);
    }
    asio::post(shared_.io, [self = shared_from_this()] {
        if (!self->closed_) self->write();
    });
}

// Closes afterwards: where the next request begins is no longer certain.
void Connection::refuse(int status) {
    request_.now = shared_.clock.now();
    request_.secure = request_.secure || shared_.public_is_https;
    if (begun_ == Shared::SteadyTime{}) begun_ = std::chrono::steady_clock::now();
    if (request_.request_id.empty()) request_.request_id = fmt::format("{:016x}", shared_.random());
    keep_alive_ = false;
    answer_ = make_refusal(request_, status, head_only_);
    write();
}

void Connection::write() {
    if (shared_.stopping) keep_alive_ = false;
    if (!keep_alive_)
        answer_.head += "Connection: close\r\n";
    else if (old_version_)
        answer_.head += "Connection: keep-alive\r\n";
    answer_.head += "\r\n";
    const auto taken = std::chrono::steady_clock::now() - begun_;
    shared_.metrics.count(
        {head_only_ ? "HEAD" : request_.method, request_.pattern, answer_.status,
         static_cast<std::int64_t>(answer_.head.size() + answer_.content().size()),
         std::chrono::duration_cast<std::chrono::microseconds>(taken).count(), request_.request_id,
         request_.now});
    written_ = 0;
    arm(Phase::write);
    write_some();
}

void Connection::write_some() {
    const std::size_t of_head = std::min(written_, answer_.head.size());
    const std::string_view content = answer_.content().substr(written_ - of_head);
    const std::array<asio::const_buffer, 2> rest{
        asio::buffer(std::string_view{answer_.head}.substr(of_head)),
        asio::buffer(content.data(), content.size())};
    socket_.async_write_some(
        rest, [self = shared_from_this()](const error_code& error, std::size_t n) {
            if (self->closed_) return;
            if (error) return self->close();
            self->written_ += n;
            self->progress_ += n;
            if (self->written_ == self->answer_.head.size() + self->answer_.content().size())
                return self->finish();
            if (self->progress_ >= progress_bytes) self->arm(Phase::write);
            self->write_some();
        });
}

void Connection::finish() {
    if (keep_alive_) return next_request();
    // To close with unread bytes would reset the connection, and the client lose the answer
    // (RFC 9112, 9.6): say that we are done, and read on until it is too.
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    answer_ = Answer{};
    request_ = Request{};
    parser_.reset();
    buffer_.consume(buffer_.size());
    arm(Phase::linger);
    read(header_read);
}

}  // namespace http
