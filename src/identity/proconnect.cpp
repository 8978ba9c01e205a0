// SPDX-License-Identifier: EUPL-1.2
#include "identity/proconnect.hpp"

#include "base/base64url.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "http/response.hpp"

namespace identity {
using std::chrono::minutes;

namespace {

constexpr minutes way_there_and_back{10};
constexpr std::size_t longest_next = 1000;  // a cookie has room for 4096 bytes

// What the cookie of a departure says: a random word, when, silently or not, where to go on.
struct Ticket {
    base::Time at{};
    bool silent = false;
    std::string next = "/";
};

std::string write_ticket(const Ticket& ticket) {
    return base::random_token() + '.' + std::to_string(base::to_epoch(ticket.at)) +
           (ticket.silent ? ".s." : ".a.") + base::base64url_encode(ticket.next);
}

std::optional<Ticket> read_ticket(std::string_view cookie) {
    const auto parts = base::split(cookie, '.');
    if (parts.size() != 4) return std::nullopt;
    const auto at = base::to_integer(parts[1]);
    const auto next = base::base64url_decode(parts[3]);
    if (!at || !next || !http::is_local_path(*next)) return std::nullopt;
    return Ticket{base::from_epoch(*at), parts[2] == "s", *next};
}

// State and nonce come from the cookie by a key that only we and the provider have: nobody else
// makes a pair that fits, and no process needs to remember one.
std::string state_of(const ProConnectSettings& settings, std::string_view ticket) {
    return oidc::keyed_digest(settings.client_secret, "campus state " + std::string{ticket});
}
std::string nonce_of(const ProConnectSettings& settings, std::string_view ticket) {
    return oidc::keyed_digest(settings.client_secret, "campus nonce " + std::string{ticket});
}

Problem problem_from(const oidc::Trouble& trouble, const Ticket& ticket) {
    using Kind = oidc::Trouble::Kind;
    Problem problem{.kind = "unverified",
                    .code = {},
                    .next = ticket.next,
                    .silent = ticket.silent,
                    .detail = trouble.detail};
    if (trouble.kind == Kind::unreachable) problem.kind = "unreachable";
    if (trouble.kind == Kind::refused) problem.kind = "refused";
    if (trouble.flaw == oidc::Flaw::acr) problem.kind = "weak";
    return problem;
}

}  // namespace

ProConnect::ProConnect(db::Database& database, Newcomers& newcomers, ProConnectSettings settings)
    : database_(database), newcomers_(newcomers), client_(std::move(settings)) {}

std::expected<Departure, Problem> ProConnect::depart(std::string_view next, bool silent,
                                                     base::Time now) {
    const bool usable = http::is_local_path(next) && next.size() <= longest_next;
    const Ticket ticket{now, silent, usable ? std::string{next} : "/"};
    std::string cookie = write_ticket(ticket);
    auto url = client_.authorization_url(state_of(client_.settings(), cookie),
                                         nonce_of(client_.settings(), cookie), silent, now);
    if (!url) return std::unexpected(problem_from(url.error(), ticket));
    return Departure{*std::move(url), std::move(cookie)};
}

std::expected<Welcome, Problem> ProConnect::arrive(const Return& back, const Visitor& visitor,
                                                   base::Time now) {
    const auto ticket = read_ticket(back.cookie);
    if (!ticket || !oidc::same_secret(back.state, state_of(client_.settings(), back.cookie)) ||
        ticket->at > now || now >= ticket->at + way_there_and_back)
        return std::unexpected(Problem{.kind = "expired"});
    const bool first = database_.write([&](db::Transaction& transaction) {
        return store::take_state(transaction, base::sha256_hex(back.state), now,
                                 ticket->at + way_there_and_back);
    });
    Problem problem{.kind = "replayed",
                    .code = oidc::error_code_of(back.description),
                    .next = ticket->next,
                    .silent = ticket->silent};
    if (!first) return std::unexpected(problem);
    if (!back.error.empty()) {
        problem.kind = problem_of(back.error, problem.code);
        problem.detail = std::string{back.error.substr(0, 60)};
        return std::unexpected(problem);
    }
    // RFC 9207: the answer of another provider than the one that was asked.
    if (!back.issuer.empty() && back.issuer != client_.settings().issuer) {
        problem.kind = "unverified";
        problem.detail = "answer: issuer";
        return std::unexpected(problem);
    }
    const auto known = client_.redeem(back.code, nonce_of(client_.settings(), back.cookie), now);
    if (!known) return std::unexpected(problem_from(known.error(), *ticket));

    return newcomers_.welcome(*known, ticket->next, visitor, now);
}

std::optional<std::string> ProConnect::end_session_url(std::string_view session_token,
                                                       std::string_view state, base::Time now) {
    const std::string hash = base::sha256_hex(session_token);
    const std::string id_token = database_.read(
        [&](db::Transaction& transaction) { return store::id_token_of(transaction, hash); });
    if (id_token.empty()) return std::nullopt;
    auto url = client_.end_session_url(id_token, state, now);
    if (!url) return std::nullopt;
    return *std::move(url);
}

}  // namespace identity
