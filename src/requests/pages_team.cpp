// SPDX-License-Identifier: EUPL-1.2
// Supervisors: the agent's, and the pages of those who supervise.
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "requests/handlers.hpp"

#include <boost/json.hpp>

namespace requests {
namespace json = boost::json;
namespace {

using base::ErrorKind;

http::View supervisor_page(db::Transaction& transaction, const http::Request& request,
                           const Site& site, std::string_view typed) {
    json::object view{{"supervision", nullptr},
                      {"form", {{"supervisor_email", {{"value", typed}, {"required", true}}}}}};
    if (const auto known = site.requests.supervision_of(transaction, request.person())) {
        const auto person =
            known->supervisor ? site.identity.find(transaction, *known->supervisor) : std::nullopt;
        view["supervision"] = {{"state", name_of(known->state)},
                               {"email", known->supervisor_email},
                               {"name", person ? person->full_name() : std::string{}},
                               {"since", base::iso_time(known->changed_at)}};
    }
    return http::view("requests/my-supervisor", std::move(view));
}

http::View delegations_page(db::Transaction& transaction, const http::Request& request,
                            const Site& site) {
    Delegations shown{site.requests.delegations_of(transaction, request.person(), today(request)),
                      {},
                      request.person()};
    std::vector<base::PersonId> people;
    for (const Delegation& one : shown.list) {
        people.push_back(one.delegate);
        people.push_back(one.supervisor);
    }
    if (!people.empty()) shown.people = site.identity.persons(transaction, people);
    const auto text = [&](const char* name) { return std::string{request.form.text(name)}; };
    const std::string from =
        request.form.has("from") ? text("from") : base::iso_date(today(request));
    return http::view("requests/delegations",
                      delegations_view(shown, text("delegate"), from, text("until")));
}

}  // namespace

http::Response show_supervisor(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(supervisor_page(transaction, request, site, ""));
    });
}

http::Response declare_supervisor(const http::Request& request, const Site& site) {
    const auto typed = request.form.text("supervisor_email");
    const auto declared = site.requests.declare_supervisor(request.person(), typed, request.now);
    if (declared) return http::done("/my-supervisor", "requests.notice.declared");
    return site.database.read([&](db::Transaction& transaction) {
        return http::refuse(declared.error(), supervisor_page(transaction, request, site, typed));
    });
}

http::Response show_supervision(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::SupervisionId>("supervision");
    if (!id) return not_found("requests.supervision_unknown");
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto supervision = site.requests.find(transaction, *id);
        const auto reader = site.identity.find(transaction, request.person());
        if (!supervision || !reader || supervision->supervisor_email != reader->email)
            return not_found("requests.supervision_unknown");
        const auto agent = site.identity.find(transaction, supervision->person);
        return http::show(
            http::view("requests/supervision",
                       {{"id", id->value},
                        {"agent", agent ? agent->full_name() : std::string{}},
                        {"job", agent ? agent->job : std::string{}},
                        {"state", name_of(supervision->state)},
                        {"declared", supervision->state == SupervisionState::declared}}));
    });
}

http::Response answer_supervision(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::SupervisionId>("supervision");
    if (!id) return not_found("requests.supervision_unknown");
    const auto answer = request.form.text("mine");
    if (answer != "yes" && answer != "no")
        return http::refuse({ErrorKind::invalid, "requests.problem.verdict", "mine"});
    const auto answered =
        site.requests.answer_supervision(request.person(), *id, answer == "yes", request.now);
    if (!answered) return http::refuse(answered.error());
    const char* notice =
        answered->state == SupervisionState::confirmed   ? "requests.notice.supervision_confirmed"
        : answered->state == SupervisionState::to_accept ? "requests.notice.supervision_to_accept"
                                                         : "requests.notice.supervision_refused";
    return http::done("/my-team", notice);
}

http::Response show_team(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const Team team = site.requests.team_of(transaction, request.person(), request.now);
        return http::show(
            http::view("requests/my-team", team_view(team, request.person(), request.now)));
    });
}

http::Response decide_team(const http::Request& request, const Site& site) {
    return decide_all(request, site, "/my-team");
}

http::Response show_delegations(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(delegations_page(transaction, request, site));
    });
}

http::Response delegate(const http::Request& request, const Site& site) {
    const auto done =
        site.requests.delegate(request.person(), request.form.text("delegate"),
                               base::parse_iso_date(request.form.text("from")),
                               base::parse_iso_date(request.form.text("until")), request.now);
    if (done) return http::done("/my-team/delegations", "requests.notice.delegated");
    return site.database.read([&](db::Transaction& transaction) {
        return http::refuse(done.error(), delegations_page(transaction, request, site));
    });
}

http::Response end_delegation(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::DelegationId>("delegation");
    if (!id) return not_found("requests.delegation_unknown");
    const auto done = site.requests.end_delegation(request.person(), *id, request.now);
    if (!done) return http::refuse(done.error());
    return http::done("/my-team/delegations", "requests.notice.delegation_ended");
}

}  // namespace requests
