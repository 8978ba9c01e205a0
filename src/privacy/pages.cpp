// SPDX-License-Identifier: EUPL-1.2
#include "privacy/pages.hpp"

#include "db/database.hpp"
#include "http/router.hpp"
#include "privacy/rules.hpp"
#include "privacy/views.hpp"

#include <boost/json.hpp>

namespace privacy {
namespace {

http::Response not_found() {
    return http::refuse({base::ErrorKind::not_found, "privacy.why_not.unknown"});
}

http::Response show_my_data(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(
            http::view("privacy/my-data",
                       my_data_view(site.privacy.held(transaction, request.person()),
                                    site.privacy.last_request(transaction, request.person()))));
    });
}

http::Response show_asking(const http::Request& request, const Site& site) {
    return http::show(http::view("privacy/asking",
                                 asking_view(site.privacy.preview(request.person(), request.now))));
}

http::Response ask(const http::Request& request, const Site& site) {
    if (auto done = site.privacy.ask_erasure(request.person(), request.now); !done)
        return http::refuse(std::move(done.error()));
    return http::done("/my-data", "privacy.notice.asked");
}

http::Response withdraw(const http::Request& request, const Site& site) {
    if (auto done = site.privacy.withdraw_erasure(request.person(), request.now); !done)
        return http::refuse(std::move(done.error()));
    return http::done("/my-data", "privacy.notice.withdrawn");
}

http::Response show_requests(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto requests = site.privacy.requests(transaction, request.person());
        std::vector<base::PersonId> people;
        for (const ErasureRequest& one : requests) {
            people.push_back(one.person);
            if (one.decided_by) people.push_back(*one.decided_by);
        }
        return http::show(http::view("privacy/requests",
                                     requests_view(requests, site.names(transaction, people))));
    });
}

std::optional<http::View> request_page(const http::Request& request, const Site& site,
                                       std::int64_t id) {
    Names names;
    const auto found = site.database.read([&](db::Transaction& transaction) {
        auto one = site.privacy.request(transaction, request.person(), id);
        if (one) {
            std::vector<base::PersonId> people{one->person};
            if (one->decided_by) people.push_back(*one->decided_by);
            names = site.names(transaction, people);
        }
        return one;
    });
    if (!found) return std::nullopt;
    const bool open = found->state == ErasureState::asked;
    return http::view(
        "privacy/request",
        request_view(
            *found, names,
            open ? site.privacy.preview(found->person, request.now) : std::vector<SliceEffects>{},
            open && found->person != request.person(), request.form.text("reason")));
}

struct ErasureTag;
std::optional<std::int64_t> id_of(const http::Request& request) {
    const auto id = request.path_id<base::Id<ErasureTag>>("request");
    return id ? std::optional{id->value} : std::nullopt;
}

http::Response show_request(const http::Request& request, const Site& site) {
    const auto id = id_of(request);
    const auto view = id ? request_page(request, site, *id) : std::nullopt;
    return view ? http::show(*view) : not_found();
}

http::Response answer(const http::Request& request, const Site& site, std::int64_t id,
                      const base::Result<void>& result, const char* notice) {
    if (result) return http::done("/administration/erasures", notice);
    if (result.error().kind != base::ErrorKind::invalid) return http::refuse(result.error());
    const auto view = request_page(request, site, id);
    return view ? http::refuse(result.error(), *view) : not_found();
}

http::Response erase(const http::Request& request, const Site& site) {
    const auto id = id_of(request);
    if (!id) return not_found();
    return answer(request, site, *id, site.privacy.erase(request.person(), *id, request.now),
                  "privacy.notice.erased");
}

http::Response refuse(const http::Request& request, const Site& site) {
    const auto id = id_of(request);
    if (!id) return not_found();
    return answer(
        request, site, *id,
        site.privacy.refuse(request.person(), *id, request.form.text("reason"), request.now),
        "privacy.notice.refused");
}

http::Response show_retention(const http::Request& request, const Site& site) {
    return http::show(http::view(
        "privacy/retention",
        retention_view(site.privacy.due(request.now), request.language, next_run(request.now))));
}

}  // namespace

void add_pages(http::Router& router, Site given) {
    const auto site = std::make_shared<const Site>(std::move(given));  // shared by the handlers
    const auto handle = [&](auto handler) {
        return [site, handler](const http::Request& request) { return handler(request, *site); };
    };
    const auto signed_in = http::Access::signed_in();
    const auto officer = http::Access::any_role({"administrator", "data_protection_officer"});
    router.add("GET", "/my-data", signed_in,
               {.summary = "All that Campus holds of me", .answer = my_data_schema},
               handle(show_my_data));
    router.add("GET", "/my-data/erasure", signed_in,
               {.summary = "What erasing my data would do", .answer = asking_schema},
               handle(show_asking));
    router.add("POST", "/my-data/erasure", signed_in, {.summary = "Ask for the erasure of my data"},
               handle(ask));
    router.add("POST", "/my-data/erasure/withdraw", signed_in,
               {.summary = "Withdraw my request for erasure"}, handle(withdraw));
    router.add("GET", "/administration/erasures", officer,
               {.summary = "Requests for erasure in my perimeters", .answer = requests_schema},
               handle(show_requests));
    router.add("GET", "/administration/erasures/{request}", officer,
               {.summary = "A request for erasure and what it would do", .answer = request_schema},
               handle(show_request));
    router.add("POST", "/administration/erasures/{request}/erase", officer,
               {.summary = "Erase the person's data; it cannot be undone"}, handle(erase));
    router.add("POST", "/administration/erasures/{request}/refuse", officer,
               {.summary = "Refuse, with a written reason",
                .form = {{"reason", R"({"type":"string"})", true}}},
               handle(refuse));
    router.add("GET", "/administration/retention", officer,
               {.summary = "How long what is kept, and what would be removed now",
                .answer = retention_schema},
               handle(show_retention));
}

}  // namespace privacy
