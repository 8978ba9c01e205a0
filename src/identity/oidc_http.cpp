// SPDX-License-Identifier: EUPL-1.2
#include "identity/oidc_http.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "identity/oidc_rules.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <mutex>
#include <new>

namespace identity::oidc {
namespace {

constexpr long connect_timeout_ms = 3000;
constexpr long timeout_ms = 5000;
constexpr std::size_t max_answer_bytes = std::size_t{256} * 1024;

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderLines = std::unique_ptr<curl_slist, FreeList>;

std::size_t take(char* data, std::size_t size, std::size_t count, void* into) {
    auto& body = *static_cast<std::string*>(into);
    if (body.size() + size * count > max_answer_bytes) return 0;  // curl gives up
    body.append(data, size * count);
    return size * count;
}

void add(HeaderLines& lines, const std::string& line) {
    curl_slist* longer = curl_slist_append(lines.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    lines.release();  // NOLINT(bugprone-unused-return-value): `longer` begins with it
    lines.reset(longer);
}

}  // namespace

struct Conversation::Handle {
    Handle() : curl(curl_easy_init()) {
        if (curl == nullptr) throw std::bad_alloc();
    }
    ~Handle() { curl_easy_cleanup(curl); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    std::optional<Answer> ask(const std::string& url, const HeaderLines& lines) {
        const std::string origin = origin_of(url);
        if (!is_safe_origin(origin)) {
            trouble = "not an address to ask: " + url;
            return std::nullopt;
        }
        Answer answer;
        const bool encrypted = origin.starts_with("https");
        curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, encrypted ? "https" : "http");
        curl_easy_setopt(curl, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
        curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
        curl_easy_setopt(curl, CURLOPT_USERAGENT, "campus/" CAMPUS_VERSION);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines.get());
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
        const CURLcode code = curl_easy_perform(curl);
        if (code != CURLE_OK) {
            trouble = url + ": " + curl_easy_strerror(code);
            return std::nullopt;
        }
        long status = 0;
        const char* type = nullptr;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
        answer.status = static_cast<int>(status);
        const std::string_view whole = type == nullptr ? std::string_view{} : type;
        answer.media_type = base::fold(base::trim(whole.substr(0, whole.find(';'))));
        trouble = url + ": " + std::to_string(status) + ' ' + answer.media_type;
        return answer;
    }

    CURL* curl;
    std::string trouble;
};

Conversation::Conversation() {
    static std::once_flag once;  // not safe for threads by itself
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    handle_ = std::make_unique<Handle>();
}
Conversation::~Conversation() = default;
Conversation::Conversation(Conversation&&) noexcept = default;

const std::string& Conversation::trouble() const {
    return handle_->trouble;
}

std::optional<Answer> Conversation::get(const std::string& url, std::string_view bearer) {
    HeaderLines lines;
    add(lines, "Accept: application/json, application/jwt");
    if (!bearer.empty()) add(lines, "Authorization: Bearer " + std::string{bearer});
    curl_easy_setopt(handle_->curl, CURLOPT_HTTPGET, 1L);
    return handle_->ask(url, lines);
}

std::optional<Answer> Conversation::post_form(
    const std::string& url, const std::vector<std::pair<std::string_view, std::string>>& form) {
    std::string body;
    for (const auto& [name, value] : form)
        body += (body.empty() ? "" : "&") + std::string{name} + '=' + base::url_encode(value);
    HeaderLines lines;
    add(lines, "Accept: application/json");
    add(lines, "Content-Type: application/x-www-form-urlencoded");
    curl_easy_setopt(handle_->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(handle_->curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(handle_->curl, CURLOPT_POSTFIELDS, body.c_str());
    return handle_->ask(url, lines);
}

}  // namespace identity::oidc
