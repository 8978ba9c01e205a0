// SPDX-License-Identifier: EUPL-1.2
#include "fetch/fetch.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <mutex>
#include <new>

namespace fetch {
namespace {

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderLines = std::unique_ptr<curl_slist, FreeList>;

struct Body {
    std::string text;
    std::size_t most = 0;
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* into) {
    auto& body = *static_cast<Body*>(into);
    if (body.text.size() + size * count > body.most) return 0;  // curl gives up
    body.text.append(data, size * count);
    return size * count;
}

void add(HeaderLines& lines, const std::string& line) {
    curl_slist* longer = curl_slist_append(lines.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    lines.release();  // NOLINT(bugprone-unused-return-value): `longer` begins with it
    lines.reset(longer);
}

}  // namespace

std::string origin_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    const auto name = url.substr(0, scheme);
    if (name != "https" && name != "http") return {};
    const auto host = url.substr(scheme + 3, url.find_first_of("/?#", scheme + 3) - scheme - 3);
    const bool good = !host.empty() && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == ':' || c == '[' || c == ']';
    });
    return good ? std::string{name} + "://" + std::string{host} : std::string{};
}

bool is_safe_origin(std::string_view origin) {
    if (origin.starts_with("https://")) return true;
    for (const std::string_view here : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
        if (origin.starts_with(here) &&
            (origin.size() == here.size() || origin[here.size()] == ':'))
            return true;
    return false;
}

struct Conversation::Handle {
    explicit Handle(const Limits& given) : curl(curl_easy_init()), limits(given) {
        if (curl == nullptr) throw std::bad_alloc();
    }
    ~Handle() { curl_easy_cleanup(curl); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    std::optional<Answer> ask(const std::string& url, const HeaderLines& lines) {
        const std::string origin = origin_of(url);
        if (!is_safe_origin(origin)) {
            failure = Failure::unreachable;
            trouble = "not an address to ask: " + url;
            return std::nullopt;
        }
        Answer answer;
        Body body{.text = {}, .most = limits.bytes};
        const bool encrypted = origin.starts_with("https");
        curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, encrypted ? "https" : "http");
        curl_easy_setopt(curl, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, limits.connect_ms);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, limits.whole_ms);
        curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
        curl_easy_setopt(curl, CURLOPT_USERAGENT, "campus/" CAMPUS_VERSION);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines.get());
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
        const CURLcode code = curl_easy_perform(curl);
        failure = code == CURLE_OK                   ? Failure::none
                  : code == CURLE_WRITE_ERROR        ? Failure::too_large
                  : code == CURLE_OPERATION_TIMEDOUT ? Failure::too_slow
                                                     : Failure::unreachable;
        if (code != CURLE_OK) {
            trouble = url + ": " + curl_easy_strerror(code);
            return std::nullopt;
        }
        long status = 0;
        const char* type = nullptr;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
        answer.status = static_cast<int>(status);
        answer.body = std::move(body.text);
        curl_header* later = nullptr;
        if (curl_easy_header(curl, "Retry-After", 0, CURLH_HEADER, -1, &later) == CURLHE_OK)
            answer.retry_after = later->value;
        const std::string_view whole = type == nullptr ? std::string_view{} : type;
        answer.media_type = base::fold(base::trim(whole.substr(0, whole.find(';'))));
        trouble = url + ": " + std::to_string(status) + ' ' + answer.media_type;
        return answer;
    }

    CURL* curl;
    const Limits limits;
    Failure failure = Failure::none;
    std::string trouble;
};

Conversation::Conversation(const Limits& limits) {
    static std::once_flag once;  // not safe for threads by itself
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    handle_ = std::make_unique<Handle>(limits);
}
Conversation::~Conversation() = default;
Conversation::Conversation(Conversation&&) noexcept = default;

Failure Conversation::failure() const {
    return handle_->failure;
}

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

}  // namespace fetch
