// SPDX-License-Identifier: EUPL-1.2
#include "mail/pages.hpp"

#include "audit/audit.hpp"
#include "base/secrets.hpp"
#include "db/database.hpp"
#include "http/router.hpp"
#include "jobs/jobs.hpp"
#include "mail/kinds.hpp"
#include "mail/report.hpp"
#include "mail/views.hpp"

#include <boost/json.hpp>

namespace mail {
namespace {

constexpr const char* administration = "/administration/mail";
constexpr int most_shown = 100;

// ---- what I get

http::View preferences(db::Transaction& transaction, const http::Request& request,
                       const Site& site) {
    const Reader reader = site.reader(transaction, request.person());
    return http::view(
        "mail/preferences",
        preferences_view(site.kinds, store::choices_of(transaction, request.person()), reader,
                         store::is_refused(transaction, request.person(), reader.email),
                         request.language, site.typesetter));
}

http::Response show_preferences(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(preferences(transaction, request, site));
    });
}

http::Response save_preferences(const http::Request& request, const Site& site) {
    std::vector<base::Reason> reasons;
    const std::string_view language = request.form.text("language");
    if (!language.empty() && language != "fr" && language != "en")
        reasons.push_back({"mail.language_unknown", "language"});
    std::vector<std::pair<std::string_view, Choice>> chosen;
    for (const Kind& kind : site.kinds.all()) {
        if (kind.required || !request.form.has(kind.name)) continue;
        if (const auto choice = choice_of(request.form.text(kind.name)))
            chosen.emplace_back(kind.name, *choice);
        else
            reasons.push_back({"mail.choice_unknown", kind.name});
    }
    if (!reasons.empty())
        return site.database.read([&](db::Transaction& transaction) {
            return http::refuse({base::ErrorKind::invalid, std::move(reasons)},
                                preferences(transaction, request, site));
        });
    site.database.write([&](db::Transaction& transaction) {
        for (const auto& [kind, choice] : chosen)
            store::set_choice(transaction, request.person(), kind, choice);
        if (!language.empty()) site.set_language(transaction, request.person(), language);
    });
    http::Response done = http::done("/me/mail", "mail.notice.saved");
    if (!language.empty())
        done.with_cookie({.name = "campus_language", .value = std::string{language}});
    return done;
}

// ---- what administrators see

http::Response show_outbox(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(http::view(
            "mail/outbox",
            outbox_view(store::count(transaction), store::in_trouble(transaction, most_shown),
                        store::refused_addresses(transaction, most_shown),
                        !site.sender.smtp.url.empty(), site.demo, request.now)));
    });
}

http::Response send_again(const http::Request& request, const Site& site) {
    const int letters = site.database.write([&](db::Transaction& transaction) {
        const int count = store::send_again(transaction, request.now);
        if (count > 0)
            audit::record(transaction, {.at = request.now,
                                        .actor = request.person(),
                                        .role = "administrator",
                                        .action = "mail.send_again",
                                        .object = "letter",
                                        .after = "{\"letters\":" + std::to_string(count) + "}"});
        return count;
    });
    return http::done(administration, "mail.notice.again", http::view("", {{"letters", letters}}));
}

http::Response accept_address(const http::Request& request, const Site& site) {
    const bool found = site.database.write([&](db::Transaction& transaction) {
        const auto accepted = store::accept_address(transaction, request.form.text("email"));
        if (!accepted) return false;
        audit::record(transaction, {.at = request.now,
                                    .actor = request.person(),
                                    .role = "administrator",
                                    .action = "mail.accept_address",
                                    .object = "person",
                                    .object_id = accepted->value_or(base::PersonId{}).value});
        return true;
    });
    if (!found) return http::refuse({base::ErrorKind::not_found, "mail.address_not_refused"});
    return http::done(administration, "mail.notice.accepted");
}

// ---- what a machine tells

// In constant time, whatever was sent.
bool is_secret(std::string_view authorization, std::string_view secret) {
    constexpr std::string_view scheme = "Bearer ";
    return authorization.starts_with(scheme) &&
           base::sha256_hex(authorization.substr(scheme.size())) == base::sha256_hex(secret);
}

http::Response receive(const http::Request& request, const Site& site) {
    if (!is_secret(request.header("authorization"), site.bounce_secret))
        return http::refuse({base::ErrorKind::signed_out, "mail.bounce.secret"});
    const http::File* file = request.form.file("report");
    const std::string_view report =
        file ? std::string_view{file->content} : request.form.text("report");
    const Received received = site.database.write([&](db::Transaction& transaction) {
        return receive_report(transaction, report, request.now);
    });
    if (received == Received::unreadable)
        return http::refuse({base::ErrorKind::invalid, "mail.bounce.unreadable", "report"});
    return http::show(http::view("", {{"result", name_of(received)}}));
}

}  // namespace

void add_preference_pages(http::Router& router, const std::shared_ptr<const Site>& site) {
    const auto me = http::Access::signed_in();
    router.add(
        "GET", "/me/mail", me,
        {.summary = "Which letters I get, and in which language", .answer = preferences_schema},
        [site](const http::Request& request) { return show_preferences(request, *site); });
    std::vector<http::Parameter> fields{{"language", R"({"enum":["fr","en"]})"}};
    for (const Kind& kind : site->kinds.all())
        if (!kind.required)
            fields.push_back({kind.name, R"({"enum":["at_once","digest","never"]})"});
    router.add("POST", "/me/mail", me,
               {.summary = "Choose which letters I get, and in which language", .form = fields},
               [site](const http::Request& request) { return save_preferences(request, *site); });
}

void add_administration_pages(http::Router& router, const std::shared_ptr<const Site>& site) {
    const auto add = [&](const char* method, const char* pattern, http::Doc doc, auto handler) {
        router.add(method, pattern, http::Access::role("administrator"), std::move(doc),
                   [site, handler](const http::Request& request) {
                       if (!site->administers_all(request.person()))
                           return http::refuse({base::ErrorKind::forbidden, "mail.not_yours"});
                       return handler(request, *site);
                   });
    };
    add("GET", administration,
        {.summary = "Letters that wait or came back, addresses that refuse",
         .answer = outbox_schema},
        show_outbox);
    add("POST", "/administration/mail/again",
        {.summary = "Send what failed or came back again", .answer = again_schema}, send_again);
    add("POST", "/administration/mail/accept",
        {.summary = "An address that refused is right again",
         .form = {{"email", R"({"type":"string"})", true}}},
        accept_address);
}

void add_bounce_page(http::Router& router, const std::shared_ptr<const Site>& site) {
    router.add({.method = "POST",
                .pattern = "/mail/bounces",
                .access = http::Access::anyone(),  // the secret is the key
                .doc = {.summary = "A delivery report (RFC 3464), from the machine that has the "
                                   "secret: Authorization: Bearer ...",
                        .form = {{"report", R"({"type":"string"})", true,
                                  "The whole message, as a field or a file"}},
                        .answer = received_schema},
                .handler = [site](const http::Request& request) { return receive(request, *site); },
                .max_body = most_report_bytes + std::size_t{64} * 1024,
                .needs_token = false});
}

void add_pages(http::Router& router, Site given) {
    const auto site = std::make_shared<const Site>(std::move(given));  // shared by the handlers
    add_preference_pages(router, site);
    add_administration_pages(router, site);
    if (!site->bounce_secret.empty()) add_bounce_page(router, site);
    if (site->demo) add_demo_pages(router, site);
}

void add_jobs(jobs::Jobs& jobs, db::Database& database) {
    jobs.every(
        "mail.make_digests", std::chrono::days{1},
        [&database](const jobs::Attempt& attempt) { make_digests(database, attempt.now); },
        digest_at);
}

}  // namespace mail
