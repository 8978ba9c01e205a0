// SPDX-License-Identifier: EUPL-1.2
// The training office: its list, circuits, who decides for whom. And what the organiser of a
// session must prepare.
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "organisations/organisations.hpp"
#include "requests/handlers.hpp"
#include "requests/rules.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace requests {
namespace json = boost::json;
namespace {

using base::ErrorKind;

constexpr std::string_view role = "training_office";
constexpr int rows_of_file = 10'000;

identity::Rights rights_of(db::Transaction& transaction, const http::Request& request,
                           const Site& site) {
    return site.identity.rights(transaction, db::Versions(transaction), request.person());
}

// What the reader may choose from, and all that the chosen one contains.
OfficeList read_list(db::Transaction& transaction, const http::Request& request, const Site& site,
                     int limit) {
    const identity::Rights rights = rights_of(transaction, request, site);
    OfficeList list;
    list.reader = request.person();
    list.organisation = std::string{request.query.text("organisation")};
    list.offer = std::string{request.query.text("offer")};
    const auto* chosen = rights.tree().find(list.organisation);
    for (const auto& [organisation, depth] : rights.tree().in_order()) {
        if (!rights.may(role, organisation->id)) continue;
        list.names[organisation->id] = organisation->shown_name();
        list.organisations.emplace_back(organisation->code, organisation->shown_name());
        if (list.organisation.empty() ||
            (chosen != nullptr && rights.tree().contains(chosen->id, organisation->id)))
            list.query.organisations.push_back(organisation->id);
    }
    list.query.waits = waits_named(request.query.text("waits")).value_or(Waits::for_office);
    list.query.regime = std::string{request.query.text("regime")};
    list.query.limit = limit;
    std::vector<base::OrganisationId> all;
    for (const auto& [id, name] : list.names) all.push_back(id);
    for (const auto& [id, title] :
         site.catalogue.titles(transaction, site.requests.offers_asked(transaction, all)))
        list.offers.emplace_back(title.slug, title.title);
    std::ranges::sort(list.offers, {}, [](const auto& offer) { return base::fold(offer.second); });
    if (!list.offer.empty()) {
        const auto published =
            site.catalogue.published(transaction, db::Versions(transaction), today(request));
        const std::size_t at = published->index.find(list.offer);
        // An offer that is not there has no requests.
        list.query.offer =
            at == published->index.size() ? base::OfferId{-1} : published->index.at(at).id;
    }
    const std::string_view after = request.query.text("after");
    const auto dot = after.find('.');
    if (dot != std::string_view::npos) {
        const auto key = base::to_integer(after.substr(0, dot));
        const auto id = base::to_integer(after.substr(dot + 1));
        if (key && id) list.query.after = {*key, base::RequestId{*id}};
    }
    list.listed = site.requests.list(transaction, list.query, request.now);
    std::vector<base::OfferId> offers;
    std::vector<base::SessionId> ids;
    std::vector<base::PersonId> people;
    for (const Request& one : list.listed.requests) {
        offers.push_back(one.offer);
        people.push_back(one.person);
        if (one.decider_id) people.push_back(*one.decider_id);
        if (one.session) ids.push_back(*one.session);
    }
    list.titles = site.catalogue.titles(transaction, offers);
    if (!ids.empty()) list.sessions = site.sessions.placed(transaction, ids);
    if (!people.empty()) list.people = site.identity.persons(transaction, people);
    return list;
}

CircuitOf circuit_of(const Circuits& circuits, const organisations::Tree& tree,
                     const organisations::Organisation& organisation) {
    CircuitOf one{.organisation = &organisation,
                  .circuit = circuits.holding(tree, organisation.id),
                  .own = circuits.own(organisation.id)};
    if (one.circuit != nullptr) one.from = tree.find(one.circuit->organisation);
    return one;
}

std::string_view kind_of(const Circuit* own) {
    if (own == nullptr || own->inherited) return "inherited";
    if (own->steps.empty()) return "none";
    if (own->steps.size() == 2) return "both";
    return name_of(own->steps.front().decider);
}

// The steps that a form tells; nothing: those of the parent.
base::Result<std::optional<std::vector<Step>>> read_steps(const http::Form& form) {
    const std::string_view kind = form.text("kind");
    if (kind == "inherited") return std::optional<std::vector<Step>>{};
    const auto step = [&](Decider decider, const std::string& number) {
        return Step{
            .decider = decider,
            .days = static_cast<int>(form.integer("days_" + number).value_or(0)),
            .reminder_days = static_cast<int>(form.integer("reminder_" + number).value_or(0)),
            .silence = silence_named(form.text("silence_" + number)).value_or(Silence::escalate)};
    };
    if (kind == "none") return std::vector<Step>{};
    if (kind == "both")
        return std::vector<Step>{step(Decider::supervisor, "1"),
                                 step(Decider::training_office, "2")};
    if (const auto decider = decider_named(kind)) return std::vector<Step>{step(*decider, "1")};
    return base::unexpected(base::Error{ErrorKind::invalid, "requests.problem.kind", "kind"});
}

base::Result<CircuitOf> own_circuit(const http::Request& request, const identity::Rights& rights,
                                    const Circuits& circuits) {
    const auto* organisation = rights.tree().find(request.path_value("code"));
    if (organisation == nullptr)
        return base::unexpected(base::Error{ErrorKind::not_found, "requests.organisation_unknown"});
    if (!rights.may(role, organisation->id))
        return base::unexpected(base::Error{ErrorKind::forbidden, "requests.not_your_perimeter"});
    return circuit_of(circuits, rights.tree(), *organisation);
}

http::Response deciders_page(db::Transaction& transaction, const http::Request& request,
                             const Site& site, base::PersonId id, std::string_view typed,
                             const base::Error* problem) {
    const auto agent = site.identity.find(transaction, id);
    if (!agent) return not_found("requests.agent_unknown");
    const db::Versions versions(transaction);
    const auto rights = site.identity.rights(transaction, versions, request.person());
    const WhoDecides who = site.requests.who_decides(transaction, versions, id, today(request));
    // Who works elsewhere is as good as not there.
    if (!who.employer || !rights.may(role, who.employer->organisation))
        return not_found("requests.agent_unknown");
    std::vector<base::PersonId> people;
    for (const auto& step : who.steps)
        people.insert(people.end(), step.people.begin(), step.people.end());
    if (who.supervision && who.supervision->supervisor)
        people.push_back(*who.supervision->supervisor);
    const auto name = [&](base::OrganisationId organisation) {
        const auto* found = rights.tree().find(organisation);
        return found == nullptr ? std::string{} : found->shown_name();
    };
    http::View view = http::view(
        "requests/deciders",
        deciders_view(who, *agent, name(who.employer->organisation),
                      who.circuit == nullptr ? std::string{} : name(who.circuit->organisation),
                      people.empty() ? People{} : site.identity.persons(transaction, people),
                      std::string{typed}));
    return problem == nullptr ? http::show(std::move(view))
                              : http::refuse(*problem, std::move(view));
}

}  // namespace

http::Response show_list(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        OfficeList list = read_list(transaction, request, site, 50);
        list.counts = site.requests.count(transaction, list.query, request.now);
        return http::show(http::view("requests/list", list_view(list, request.now)));
    });
}

http::Response list_file(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::download(list_csv(read_list(transaction, request, site, rows_of_file)),
                              "text/csv; charset=utf-8", "demandes.csv");
    });
}

http::Response decide_list(const http::Request& request, const Site& site) {
    return decide_all(request, site, "/requests");
}

http::Response show_circuits(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const db::Versions versions(transaction);
        const auto rights = site.identity.rights(transaction, versions, request.person());
        const auto circuits = site.requests.circuits(transaction, versions);
        const CircuitsList list{
            .words = std::string{request.query.text("q")},
            .own = request.query.text("own") == "1",
            .page = static_cast<int>(request.query.integer("page", 1, 10'000, 1))};
        const auto words = base::split(base::fold(list.words), ' ');
        std::vector<CircuitOf> all;
        for (const auto& [organisation, depth] : rights.tree().in_order()) {
            if (!rights.may(role, organisation->id) || !organisation->has_all(words)) continue;
            const CircuitOf one = circuit_of(*circuits, rights.tree(), *organisation);
            if (one.is_own() || !list.own) all.push_back(one);
        }
        return http::show(http::view("requests/circuits", circuits_view(all, list)));
    });
}

http::Response show_circuit(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const db::Versions versions(transaction);
        const auto rights = site.identity.rights(transaction, versions, request.person());
        const auto circuits = site.requests.circuits(transaction, versions);
        const auto one = own_circuit(request, rights, *circuits);
        if (!one) return http::refuse(one.error());
        const std::vector<Step> steps =
            one->circuit == nullptr ? std::vector<Step>{} : one->circuit->steps;
        return http::show(http::view("requests/circuit",
                                     circuit_view(*one, steps, kind_of(one->own),
                                                  one->own == nullptr ? 0 : one->own->version)));
    });
}

http::Response set_circuit(const http::Request& request, const Site& site) {
    const auto steps = read_steps(request.form);
    const std::int64_t version = request.form.integer("version").value_or(-1);
    struct Seen {
        base::OrganisationId organisation;
        std::string kind;
    };
    const auto refuse = [&](const base::Error& error) {
        return site.database.read([&](db::Transaction& transaction) -> http::Response {
            const db::Versions versions(transaction);
            const auto rights = site.identity.rights(transaction, versions, request.person());
            const auto circuits = site.requests.circuits(transaction, versions);
            const auto one = own_circuit(request, rights, *circuits);
            if (!one) return http::refuse(one.error());
            // Whoever has read that somebody else changed it meanwhile may send it again.
            return http::refuse(
                error,
                http::view("requests/circuit",
                           circuit_view(*one, steps && *steps ? **steps : std::vector<Step>{},
                                        request.form.text("kind"),
                                        one->own == nullptr ? 0 : one->own->version)));
        });
    };
    if (!steps) return refuse(steps.error());
    const auto organisation = site.database.read([&](db::Transaction& transaction) {
        const auto* found = site.organisations.tree(transaction, db::Versions(transaction))
                                ->find(request.path_value("code"));
        return found == nullptr ? std::nullopt : std::optional{found->id};
    });
    if (!organisation) return not_found("requests.organisation_unknown");
    const auto done =
        site.requests.set_circuit(request.person(), *organisation, *steps, version, request.now);
    if (done) return http::done("/circuits", "requests.notice.circuit");
    if (done.error().kind == ErrorKind::forbidden) return http::refuse(done.error());
    return refuse(done.error());
}

http::Response find_deciders(const http::Request& request, const Site& site) {
    const std::string email{request.query.text("email")};
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto agent =
            email.empty() ? std::nullopt : site.identity.find_by_email(transaction, email);
        if (agent) {
            const auto employer = site.identity.affiliation(transaction, agent->id, today(request));
            if (employer && rights_of(transaction, request, site).may(role, employer->organisation))
                return http::redirect("/agents/" + std::to_string(agent->id.value) + "/deciders");
        }
        return http::show(
            http::view("requests/agents", {{"email", email}, {"unknown", !email.empty()}}));
    });
}

http::Response show_deciders(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PersonId>("person");
    if (!id) return not_found("requests.agent_unknown");
    return site.database.read([&](db::Transaction& transaction) {
        return deciders_page(transaction, request, site, *id, "", nullptr);
    });
}

http::Response correct_supervisor(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PersonId>("person");
    if (!id) return not_found("requests.agent_unknown");
    const auto typed = request.form.text("supervisor_email");
    const auto done = site.requests.correct_supervisor(request.person(), *id, typed, request.now);
    if (done)
        return http::done("/agents/" + std::to_string(id->value) + "/deciders",
                          "requests.notice.corrected");
    if (done.error().kind != ErrorKind::invalid) return http::refuse(done.error());
    return site.database.read([&](db::Transaction& transaction) {
        return deciders_page(transaction, request, site, *id, typed, &done.error());
    });
}

http::Response show_accommodations(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::SessionId>("session");
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto session = id ? site.sessions.find(transaction, *id) : std::nullopt;
        if (!session) return not_found("enrolments.session_unknown");
        if (!rights_of(transaction, request, site).may("organiser", session->organisation))
            return http::refuse({ErrorKind::forbidden, "enrolments.not_your_session"});
        const auto wishes = site.requests.accommodations(transaction, *id);
        std::vector<base::PersonId> people;
        for (const auto& [person, wish] : wishes) people.push_back(person);
        const auto named = people.empty() ? People{} : site.identity.persons(transaction, people);
        json::array list;
        for (const auto& [person, wish] : wishes)
            list.push_back({{"name", named.at(person).full_name()}, {"wish", wish}});
        const auto titles = site.catalogue.titles(transaction, {session->offer});
        return http::show(http::view("requests/accommodations",
                                     {{"session", sessions::session_view(*session, nullptr)},
                                      {"title", titles.at(session->offer).title},
                                      {"wishes", std::move(list)}}));
    });
}

}  // namespace requests
