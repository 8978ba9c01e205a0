// SPDX-License-Identifier: EUPL-1.2
// Requests of ours to other servers (libcurl), with limits on size and time. Never follows a
// redirect: where to ask is agreed beforehand.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fetch {

// "https://host:port" of a URL without user, in lower case; "" when it is none.
std::string origin_of(std::string_view url);
// https, or http to this machine itself.
bool is_safe_origin(std::string_view origin);

struct Limits {
    long connect_ms = 3000;
    long whole_ms = 5000;  // with connecting
    std::size_t bytes = std::size_t{256} * 1024;
};

struct Answer {
    int status = 0;
    std::string media_type;   // without parameters, in lower case
    std::string retry_after;  // the header as received (RFC 9110, 10.2.3), "" where there is none
    std::string body;
};

enum class Failure : std::uint8_t { none, unreachable, too_slow, too_large };

// One conversation: requests one after the other, over one connection where the server keeps it.
// For one thread.
class Conversation {
public:
    explicit Conversation(const Limits& = {});
    ~Conversation();
    Conversation(Conversation&&) noexcept;
    Conversation& operator=(Conversation&&) = delete;

    // Nothing when no whole answer came within the limits; the reason is in failure() and
    // trouble(). `bearer`: of the Authorization header, "" for none.
    std::optional<Answer> get(const std::string& url, std::string_view bearer = {});
    std::optional<Answer> post_form(
        const std::string& url, const std::vector<std::pair<std::string_view, std::string>>& form);
    Failure failure() const;             // of the last request
    const std::string& trouble() const;  // in English, for the log

private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
};

}  // namespace fetch
