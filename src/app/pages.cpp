// SPDX-License-Identifier: EUPL-1.2
#include "app/pages.hpp"

#include "app/application.hpp"
#include "app/home.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"

#include <boost/json.hpp>

namespace app {
namespace {

// A program asks whether the process runs, and whether it can do its work.
void add_health(Application& app) {
    app.router.add("GET", "/health/live", http::Access::anyone(),
                   {.summary = "The process runs", .content_type = "text/plain"},
                   [](const http::Request&) { return http::content("ok\n", "text/plain"); });
    app.router.add(
        "GET", "/health/ready", http::Access::anyone(),
        {.summary = "The database answers", .content_type = "text/plain"},
        [&app](const http::Request&) {
            try {
                app.database.read([](db::Transaction& transaction) { db::Versions{transaction}; });
            } catch (const base::Unavailable&) {
                // Asked every few seconds: an answer, not a breakdown to log each time.
                http::Response away = http::content("no database\n", "text/plain");
                away.status = 503;
                return away.with_header("retry-after", "5");
            }
            return http::content("ready\n", "text/plain");
        });
}

void add_metrics(Application& app) {
    app.metrics.add_source([&app](const auto& add) {
        const db::Stats stats = app.database.stats();
        const auto number = [](std::int64_t value) { return static_cast<double>(value); };
        add("campus_db_queries_total", "counter", "Queries run", number(stats.queries));
        add("campus_db_retries_total", "counter", "Transactions run again", number(stats.retries));
        add("campus_db_connections", "gauge", "Connections open", number(stats.connections));
        add("campus_db_connections_idle", "gauge", "Connections that nobody uses",
            number(stats.connections_idle));
        add("campus_db_waiting", "gauge", "Threads that wait for a connection",
            number(stats.waiting));
        const jobs::Counts jobs = app.jobs.last_counts();
        add("campus_jobs_waiting", "gauge", "Jobs that wait, due or not", number(jobs.waiting));
        add("campus_jobs_overdue", "gauge", "Jobs that are due and not taken",
            number(jobs.overdue));
        add("campus_jobs_running", "gauge", "Jobs that run, on all nodes", number(jobs.running));
        add("campus_jobs_failed", "gauge", "Jobs that wait for an administrator",
            number(jobs.failed));
        add("campus_jobs_done_total", "counter", "Jobs done by this process",
            number(app.jobs.done_here()));
        add("campus_jobs_failed_attempts_total", "counter", "Attempts that failed in this process",
            number(app.jobs.failed_here()));
        const mail::store::Counts mail = app.sender.last_counts();
        add("campus_mail_waiting", "gauge", "Letters that wait to leave", number(mail.waiting));
        add("campus_mail_failed", "gauge", "Letters that were given up", number(mail.failed));
        add("campus_mail_bounced", "gauge", "Letters that came back", number(mail.bounced));
        add("campus_mail_sent_total", "counter", "Letters sent by this process",
            number(app.sender.sent_here()));
    });
    app.router.add("GET", "/metrics", http::Access::anyone(),
                   {.summary = "Figures for Prometheus", .content_type = "text/plain"},
                   [&app](const http::Request&) {
                       return http::content(app.metrics.text(),
                                            "text/plain; version=0.0.4; charset=utf-8");
                   });
}

// A page of text: programs get nothing from it but that it is there.
void add_statement(Application& app, const char* path, const char* summary, const char* page) {
    app.router.add("GET", path, http::Access::anyone(),
                   {.summary = summary, .answer = R"({"type":"object"})"},
                   [page](const http::Request&) {
                       return http::show(http::view(page, boost::json::object{}));
                   });
}

}  // namespace

void add_pages(Application& app) {
    add_health(app);
    add_metrics(app);
    app.router.add(
        "GET", "/", http::Access::anyone(),
        {.summary = "What waits for me, the next seats, the latest offers", .answer = home_schema},
        [&app](const http::Request& request) { return show_home(request, app); });
    add_statement(app, "/help", "How Campus works", "app/help");
    add_statement(app, "/accessibility", "The declaration of accessibility", "app/accessibility");
    add_statement(app, "/privacy", "Which personal data, why and how long", "app/privacy");
    add_statement(app, "/legal", "Who publishes and hosts this site", "app/legal");
    app.router.add(
        "GET", "/openapi.json", http::Access::anyone(),
        {.summary = "This description (OpenAPI 3.1)", .content_type = "application/json"},
        [&app](const http::Request&) {
            return http::content(boost::json::serialize(http::openapi(app.router, CAMPUS_VERSION)),
                                 "application/json");
        });
}

}  // namespace app
