// SPDX-License-Identifier: EUPL-1.2
#include "jobs/pages.hpp"

#include "audit/audit.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "http/router.hpp"
#include "jobs/store.hpp"
#include "jobs/views.hpp"

#include <boost/json.hpp>

namespace jobs {
namespace {

constexpr const char* page = "/administration/jobs";

http::Response show_jobs(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        auto view = jobs_view(store::count(transaction, request.now),
                              store::list(transaction, request.now, most_shown));
        view["letters_in_trouble"] = site.letters_in_trouble(transaction);
        return http::show(http::view("jobs/jobs", std::move(view)));
    });
}

void record(db::Transaction& transaction, const http::Request& request, std::int64_t job,
            int restarted) {
    audit::record(transaction, {.at = request.now,
                                .actor = request.person(),
                                .role = "administrator",
                                .action = "jobs.restart",
                                .object = "job",
                                .object_id = job,
                                .after = "{\"restarted\":" + std::to_string(restarted) + "}"});
}

http::Response restarted(int count) {
    return http::done(page, "jobs.notice.restarted", http::view("", {{"restarted", count}}));
}

http::Response restart(const http::Request& request, const Site& site) {
    const auto id = base::to_integer(request.path_value("job"));
    const bool found = id && site.database.write([&](db::Transaction& transaction) {
        if (!store::restart(transaction, *id, request.now)) return false;
        record(transaction, request, *id, 1);
        return true;
    });
    if (!found) return http::refuse({base::ErrorKind::not_found, "jobs.not_failed"});
    return restarted(1);
}

// Object 0: all that had failed.
http::Response restart_all(const http::Request& request, const Site& site) {
    return restarted(site.database.write([&](db::Transaction& transaction) {
        const int count = store::restart_all(transaction, request.now);
        if (count > 0) record(transaction, request, 0, count);
        return count;
    }));
}

}  // namespace

void add_pages(http::Router& router, Site given) {
    const auto site = std::make_shared<const Site>(std::move(given));  // shared by the handlers
    const auto add = [&](const char* method, const char* pattern, http::Doc doc, auto handler) {
        router.add(method, pattern, http::Access::role("administrator"), std::move(doc),
                   [site, handler](const http::Request& request) {
                       if (!site->administers_all(request.person()))
                           return http::refuse({base::ErrorKind::forbidden, "jobs.not_yours"});
                       return handler(request, *site);
                   });
    };
    add("GET", page, {.summary = "Work that waits, runs or has failed", .answer = jobs_schema},
        show_jobs);
    add("POST", "/administration/jobs/{job}/restart",
        {.summary = "Let a job that has failed wait again", .answer = restarted_schema}, restart);
    add("POST", "/administration/jobs/restart",
        {.summary = "Let all jobs that have failed wait again", .answer = restarted_schema},
        restart_all);
}

}  // namespace jobs
