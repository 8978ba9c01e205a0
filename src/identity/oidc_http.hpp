// SPDX-License-Identifier: EUPL-1.2
// Requests of ours to the identity provider (libcurl), with limits on size and time. Never follows
// a redirect: where to ask is agreed beforehand.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace identity::oidc {

struct Answer {
    int status = 0;
    std::string media_type;  // without parameters, in lower case
    std::string body;
};

// One conversation: requests one after the other, over one connection where the server keeps it.
// For one thread.
class Conversation {
public:
    Conversation();
    ~Conversation();
    Conversation(Conversation&&) noexcept;
    Conversation& operator=(Conversation&&) = delete;

    // Nothing when no whole answer came in five seconds and 256 kB; the reason is in trouble().
    // `bearer`: of the Authorization header, "" for none.
    std::optional<Answer> get(const std::string& url, std::string_view bearer = {});
    std::optional<Answer> post_form(
        const std::string& url, const std::vector<std::pair<std::string_view, std::string>>& form);
    const std::string& trouble() const;  // in English, for the log

private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
};

}  // namespace identity::oidc
