// SPDX-License-Identifier: EUPL-1.2
#include "pix/client.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "fetch/fetch.hpp"

namespace pix {
namespace {

using Kind = Trouble::Kind;

// A broken or wrong address book of Pix must not keep us busy for ever.
constexpr std::size_t most_campaigns = 20'000;

Trouble not_answered(const fetch::Conversation& conversation, const std::string& where) {
    switch (conversation.failure()) {
        case fetch::Failure::too_large:
            return {Kind::lasting,
                    {"pix.problem.too_large",
                     "",
                     {{"where", where},
                      {"megabytes", std::to_string(contract::most_bytes / 1024 / 1024)}}}};
        case fetch::Failure::too_slow:
            return {Kind::passing, {"pix.problem.too_slow", "", {}}};
        default:
            return {Kind::passing, {"pix.problem.unreachable", "", {}}};
    }
}

// What a status other than 200 means.
Trouble refused(const fetch::Answer& answer, const std::string& where) {
    const std::string status = std::to_string(answer.status);
    if (answer.status == 429)
        return {Kind::passing, {"pix.problem.busy", "", {}}, answer.retry_after};
    if (answer.status >= 500)
        return {
            Kind::passing, {"pix.problem.server", "", {{"status", status}}}, answer.retry_after};
    const char* key = answer.status == 401   ? "pix.problem.credentials"
                      : answer.status == 403 ? "pix.problem.forbidden"
                      : answer.status == 404 ? "pix.problem.gone"
                                             : "pix.problem.status";
    return {Kind::lasting, {key, "", {{"status", status}, {"where", where}}}};
}

Trouble broken(const contract::Flaw& flaw, const std::string& where) {
    return {Kind::lasting,
            {"pix.problem.broken." + flaw.what,
             "",
             {{"where", where}, {"field", flaw.field.empty() ? "JSON" : flaw.field}}}};
}

std::string paged(const std::string& path, int number) {
    return path + "?page%5Bnumber%5D=" + std::to_string(number) +
           "&page%5Bsize%5D=" + std::to_string(contract::page_size);
}

// "/api/campaigns/7/participations, page 3": what people at Pix can look for.
std::string place(const std::string& path, int page) {
    return path + ", page " + std::to_string(page);
}

}  // namespace

struct Client::Asking {
    Asking(const Connection& given, int timeout_ms)
        : connection(given),
          conversation({.whole_ms = timeout_ms, .bytes = contract::most_bytes}) {}
    const Connection& connection;
    fetch::Conversation conversation;
};

Answered<std::string> Client::token(Asking& asking, bool fresh) {
    const Connection& connection = asking.connection;
    if (!fresh) {
        const std::lock_guard lock(mutex_);
        const auto kept = tokens_.find(connection.code);
        if (kept != tokens_.end()) return kept->second;
    }
    const std::string where = "/api/application/token";
    const auto answer = asking.conversation.post_form(connection.url + where,
                                                      {{"grant_type", "client_credentials"},
                                                       {"client_id", connection.client_id},
                                                       {"client_secret", connection.client_secret},
                                                       {"scope", "meta campaigns"}});
    if (!answer) return std::unexpected(not_answered(asking.conversation, where));
    if (answer->status == 400 || answer->status == 401 || answer->status == 403)
        return std::unexpected(Trouble{Kind::lasting, {"pix.problem.credentials", "", {}}});
    if (answer->status != 200) return std::unexpected(refused(*answer, where));
    auto read = contract::read_token(answer->body);
    if (!read) return std::unexpected(broken(read.error(), where));
    const std::lock_guard lock(mutex_);
    tokens_[connection.code] = *read;
    return std::move(*read);
}

// The body of a 200. A token that Pix does not take any more is renewed, once.
Answered<std::string> Client::get(Asking& asking, const std::string& path) {
    for (const bool fresh : {false, true}) {
        const auto bearer = token(asking, fresh);
        if (!bearer) return std::unexpected(bearer.error());
        auto answer = asking.conversation.get(asking.connection.url + path, *bearer);
        if (!answer) return std::unexpected(not_answered(asking.conversation, path));
        if (answer->status == 200) return std::move(answer->body);
        if (answer->status != 401 || fresh) return std::unexpected(refused(*answer, path));
    }
    return std::unexpected(Trouble{});  // never: the second round returns
}

Answered<std::vector<Client::Found>> Client::campaigns(const Connection& connection) {
    Asking asking(connection, timeout_ms_);
    const std::string list = "/api/organizations";
    const auto body = get(asking, list);
    if (!body) return std::unexpected(body.error());
    const auto organisations = contract::read_organisations(*body);
    if (!organisations) return std::unexpected(broken(organisations.error(), list));
    std::vector<Found> found;
    for (const contract::Organisation& organisation : *organisations) {
        const std::string path = list + '/' + std::to_string(organisation.id) + "/campaigns";
        for (int number = 1, pages = 1; number <= pages; ++number) {
            const auto text = get(asking, paged(path, number));
            if (!text) return std::unexpected(text.error());
            auto page = contract::read_campaigns(*text, number);
            if (!page) return std::unexpected(broken(page.error(), place(path, number)));
            pages = page->pages;
            for (contract::Campaign& campaign : page->items)
                found.push_back({organisation.name, std::move(campaign)});
            if (found.size() > most_campaigns)
                return std::unexpected(broken({"campaigns", "too_many"}, place(path, number)));
        }
    }
    return found;
}

Answered<contract::Page<contract::Participation>> Client::participations(
    const Connection& connection, std::int64_t campaign, std::optional<base::Time> since,
    int page) {
    Asking asking(connection, timeout_ms_);
    const std::string path = "/api/campaigns/" + std::to_string(campaign) + "/participations";
    std::string query = paged(path, page);
    if (since) query += "&since=" + base::url_encode(base::iso_time(*since));
    const auto body = get(asking, query);
    if (!body) return std::unexpected(body.error());
    auto read = contract::read_participations(*body, page);
    if (!read) return std::unexpected(broken(read.error(), place(path, page)));
    return std::move(*read);
}

}  // namespace pix
