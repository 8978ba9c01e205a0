// SPDX-License-Identifier: EUPL-1.2
#include "mail/smtp.hpp"

#include "base/text.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace mail {
namespace {

// A letter under way when the node stops may still end well.
constexpr std::chrono::seconds patience_when_stopping{5};
constexpr std::size_t most_reply_bytes = 300;

struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

// What is under way, as libcurl's callbacks see it.
struct Transfer {
    std::string_view rest;  // of the message
    std::string command;    // the last one's first word: never what follows (AUTH has secrets)
    std::string reply;      // the last line
    bool quits = false;     // libcurl has seen enough: what follows is politeness
    std::stop_token stop;
    std::chrono::steady_clock::time_point stop_seen{};
};

std::size_t read_message(char* buffer, std::size_t size, std::size_t count, void* given) {
    auto& transfer = *static_cast<Transfer*>(given);
    const std::size_t bytes = std::min(size * count, transfer.rest.size());
    std::memcpy(buffer, transfer.rest.data(), bytes);
    transfer.rest.remove_prefix(bytes);
    return bytes;
}

int watch(CURL*, curl_infotype kind, char* data, std::size_t size, void* given) {
    auto& transfer = *static_cast<Transfer*>(given);
    std::string_view text{data, size};
    text = text.substr(0, text.find_last_not_of("\r\n") + 1);
    if (kind == CURLINFO_HEADER_OUT && text.starts_with("QUIT")) transfer.quits = true;
    if (transfer.quits) return 0;
    if (kind == CURLINFO_HEADER_OUT)
        transfer.command = text.substr(0, text.find(' '));
    else if (kind == CURLINFO_HEADER_IN && !text.empty())
        transfer.reply = text.substr(0, most_reply_bytes);
    return 0;
}

int progress(void* given, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<Transfer*>(given);
    if (!transfer.stop.stop_requested()) return 0;
    const auto now = std::chrono::steady_clock::now();
    if (transfer.stop_seen == std::chrono::steady_clock::time_point{}) transfer.stop_seen = now;
    return now - transfer.stop_seen > patience_when_stopping ? 1 : 0;
}

std::string one_line(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > 126) c = ' ';
    return text;
}

}  // namespace

struct Smtp::Impl {
    SmtpOptions options;
    std::unique_ptr<CURL, FreeHandle> handle = nullptr;
    bool was_idle = false;  // the last attempt ended without an answer to its first command

    explicit Impl(SmtpOptions given) : options(std::move(given)) {
        if (options.url.empty()) return;
        static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
        handle.reset(ready == CURLE_OK ? curl_easy_init() : nullptr);
        if (!handle) throw std::logic_error("libcurl does not start");
        set(CURLOPT_URL, (options.url + "/" + options.helo).c_str());
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_READFUNCTION, read_message);
        set(CURLOPT_VERBOSE, 1L);  // for watch(), which writes nothing
        set(CURLOPT_DEBUGFUNCTION, watch);
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, progress);
        set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout_s));
        set(CURLOPT_TIMEOUT, static_cast<long>(options.letter_timeout_s));
        const long tls = options.starttls == StartTls::required     ? CURLUSESSL_ALL
                         : options.starttls == StartTls::if_offered ? CURLUSESSL_TRY
                                                                    : CURLUSESSL_NONE;
        set(CURLOPT_USE_SSL, tls);
        if (!options.user.empty()) {
            set(CURLOPT_USERNAME, options.user.c_str());
            set(CURLOPT_PASSWORD, options.password.c_str());
        }
    }

    template <class Value>
    void set(CURLoption option, Value value) {
        if (curl_easy_setopt(handle.get(), option, value) != CURLE_OK)
            throw std::logic_error("libcurl refuses an option");
    }

    Delivery attempt(const std::string& from, curl_slist* to, std::string_view message,
                     const std::stop_token& stop) {
        Transfer transfer{.rest = message, .command = {}, .reply = {}, .stop = stop};
        set(CURLOPT_MAIL_FROM, from.c_str());
        set(CURLOPT_MAIL_RCPT, to);
        set(CURLOPT_READDATA, &transfer);
        set(CURLOPT_DEBUGDATA, &transfer);
        set(CURLOPT_XFERINFODATA, &transfer);
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
        was_idle = false;
        const CURLcode result = curl_easy_perform(handle.get());
        if (result == CURLE_OK) return {Fate::delivered, {}};

        const auto code = base::to_integer(transfer.reply.substr(0, 3)).value_or(0);
        const bool refused = code >= 400;
        Delivery delivery{Fate::no_relay,
                          one_line(refused ? transfer.reply : curl_easy_strerror(result))};
        const std::string& command = transfer.command;
        // 421: the relay closes, whatever was asked (RFC 5321, section 3.8).
        if ((command == "RCPT" || command == "DATA") && code != 421) {
            delivery.fate = Fate::later;
            if (refused && code >= 500)
                delivery.fate = command == "RCPT" ? Fate::refused : Fate::rejected;
        }
        was_idle = command == "MAIL" && !refused;
        // Too large (RFC 1870): the one refusal of MAIL that the letter is to blame for.
        if (command == "MAIL" && code == 552) delivery.fate = Fate::rejected;
        return delivery;
    }
};

Smtp::Smtp(SmtpOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Smtp::~Smtp() = default;

bool Smtp::configured() const {
    return impl_->handle != nullptr;
}

Delivery Smtp::send(std::string_view from, std::string_view to, std::string_view message,
                    const std::stop_token& stop) {
    const std::string sender = "<" + std::string{from} + ">";
    const List recipients{curl_slist_append(nullptr, ("<" + std::string{to} + ">").c_str())};
    if (!recipients) throw std::bad_alloc();
    Delivery delivery = impl_->attempt(sender, recipients.get(), message, stop);
    // A relay closes a connection that was idle: the first command on it finds that out.
    if (impl_->was_idle && delivery.fate == Fate::no_relay && !stop.stop_requested())
        delivery = impl_->attempt(sender, recipients.get(), message, stop);
    return delivery;
}

}  // namespace mail
