// SPDX-License-Identifier: EUPL-1.2
#include "plans/pages.hpp"

#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "plans/plans.hpp"
#include "plans/views.hpp"
#include "positioning/positioning.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace plans {
namespace json = boost::json;
namespace {

Filters read_filters(const http::Query& query) {
    constexpr std::size_t code_length = 2;
    const std::string_view language = query.text("language");
    return {.online = query.text("online") == "1",
            .accessible = query.text("accessible") == "1",
            .language = language.size() == code_length ? std::string{language} : "",
            .hours_per_week = static_cast<int>(query.integer("hours", 1, most_hours_per_week, 0))};
}

std::string name_of(db::Transaction& transaction, const Site& site, base::PersonId id) {
    const auto person = site.identity.find(transaction, id);
    return person ? person->full_name() : std::string{};
}

Words words_of(const http::Request& request, const Site& site) {
    return [&](const base::Reason& reason) { return site.words.message(request.language, reason); };
}

// What stands around a plan: labels and names.
PlanPage page_of(db::Transaction& transaction, const http::Request& request, const Site& site,
                 const db::Versions& versions, const Plan& plan, const Filters& filters) {
    PlanPage page{.plan = plan,
                  .filters = filters,
                  .name = {},
                  .trade_label = {},
                  .shared_with = {},
                  .language = request.language,
                  .now = request.now};
    if (plan.aim == Aim::trade)
        page.trade_label = site.frameworks.trades(transaction, versions)
                               ->find(plan.trade)
                               ->label.in(request.language);
    return page;
}

http::Response show_plan(const http::Request& request, const Site& site) {
    const Filters filters = read_filters(request.query);
    return site.database.read([&](db::Transaction& transaction) {
        const db::Versions versions(transaction);
        const Plan plan =
            site.plans.plan_of(transaction, versions, request.person(), filters, request.now);
        PlanPage page = page_of(transaction, request, site, versions, plan, filters);
        if (plan.chosen.shared_with) {
            page.shared_with = name_of(transaction, site, *plan.chosen.shared_with);
            page.shared_still = site.plans.may_read(transaction, *plan.chosen.shared_with,
                                                    request.person(), request.now);
        }
        return http::show(http::view("plans/plan", plan_view(page, words_of(request, site))));
    });
}

// Read by the supervisor, or who decides in their place.
http::Response show_shared(const http::Request& request, const Site& site) {
    const auto agent = request.path_id<base::PersonId>("person");
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        if (!agent || !site.plans.may_read(transaction, request.person(), *agent, request.now))
            return http::refuse({base::ErrorKind::not_found, "plans.not_shared"});
        const db::Versions versions(transaction);
        const Filters filters;
        const Plan plan = site.plans.plan_of(transaction, versions, *agent, filters, request.now);
        PlanPage page = page_of(transaction, request, site, versions, plan, filters);
        page.own = false;
        page.name = name_of(transaction, site, *agent);
        return http::show(http::view("plans/plan", plan_view(page, words_of(request, site))));
    });
}

// Of what was shared, what the present supervisor was meant to see.
http::Response show_team(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto today = std::chrono::floor<std::chrono::days>(request.now);
        const auto team = site.requests.supervised_by(transaction, request.person(), today);
        std::vector<base::PersonId> agents;
        for (const requests::Supervised& one : team) agents.push_back(one.agent);
        SharedWithMe shared;
        if (!agents.empty()) {
            const auto plans = site.plans.shared(transaction, agents);
            const auto results = site.positioning.shared(transaction, agents);
            for (const auto& [agent, supervisor] : team) {
                if (const auto plan = plans.find(agent);
                    plan != plans.end() && plan->second == supervisor)
                    shared.plans.insert(agent);
                if (const auto result = results.find(agent);
                    result != results.end() && result->second.with == supervisor)
                    shared.results.emplace(agent, result->second.test);
            }
            std::erase_if(agents, [&](base::PersonId agent) {
                return !shared.plans.contains(agent) && !shared.results.contains(agent);
            });
            shared.people = site.identity.named(transaction, agents);
        }
        return http::show(http::view("plans/team", team_view(shared)));
    });
}

// -- what is aimed at

http::View aim_page(const http::Request& request, const Site& site, const json::object* typed) {
    return site.database.read([&](db::Transaction& transaction) {
        const db::Versions versions(transaction);
        const Chosen chosen = site.plans.chosen(transaction, request.person());
        const auto trades = site.frameworks.trades(transaction, versions);
        const frameworks::Targets start;
        AimPage page{.chosen = chosen,
                     .trades = *trades,
                     .start = start,
                     .supervisor = {},
                     .typed = typed,
                     .language = request.language,
                     .today = base::in_paris(request.now).day};
        const auto supervision = site.requests.supervision_of(transaction, request.person());
        if (supervision && supervision->supervisor)
            page.supervisor = name_of(transaction, site, *supervision->supervisor);
        return http::view("plans/aim", aim_view(page));
    });
}

http::Response show_aim(const http::Request& request, const Site& site) {
    return http::show(aim_page(request, site, nullptr));
}

http::Response set_aim(const http::Request& request, const Site& site) {
    const http::Form& form = request.form;
    json::object typed;
    for (const auto& [name, value] : form.pairs())
        if (name != "_token") typed[name] = value;
    const auto aim = aim_named(form.text("aim"));
    if (!aim)
        return http::refuse({base::ErrorKind::invalid, "plans.problem.aim", "aim"},
                            aim_page(request, site, &typed));
    std::optional<Agreement> agreement;
    if (*aim == Aim::agreed) {
        agreement.emplace(
            Agreement{.targets = {},
                      .on = base::parse_iso_date(form.text("agreed_on")).value_or(base::Date{}),
                      .with = std::string{form.text("agreed_with")}});
        for (const frameworks::Competence& one : frameworks::present().competences)
            if (const std::string name = "level-" + one.code; !form.text(name).empty())
                agreement->targets[one.code] = static_cast<int>(std::clamp<std::int64_t>(
                    form.integer(name).value_or(0), 0, frameworks::highest_level + 1));
    }
    const auto done =
        site.plans.aim_at(request.person(), *aim, form.text("trade"), agreement, request.now);
    if (!done) return http::refuse(done.error(), aim_page(request, site, &typed));
    return http::done("/my-plan", "plans.notice.aim");
}

// -- sharing

http::Response show_share(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        json::object view{{"supervisor", ""}, {"delegates", json::array{}}, {"shared", false}};
        const auto supervisor = site.requests.supervisor_of(transaction, request.person());
        if (supervisor) {
            view["supervisor"] = name_of(transaction, site, *supervisor);
            view["supervisor_id"] = supervisor->value;
            const base::Date today = std::chrono::floor<std::chrono::days>(request.now);
            for (const requests::Delegation& one :
                 site.requests.delegations_of(transaction, *supervisor, today))
                if (one.supervisor == *supervisor)
                    view["delegates"].as_array().push_back(
                        {{"name", name_of(transaction, site, one.delegate)},
                         {"from", base::iso_date(one.from)},
                         {"until", base::iso_date(one.until)}});
            view["shared"] =
                site.plans.chosen(transaction, request.person()).shared_with == supervisor;
        }
        return http::show(http::view("plans/share", std::move(view)));
    });
}

http::Response share(const http::Request& request, const Site& site) {
    const bool shared = request.form.flag("shared");
    const auto shown = request.form.integer("supervisor");
    const auto done =
        site.plans.share(request.person(), shared, request.now,
                         shown ? std::optional{base::PersonId{*shown}} : std::nullopt);
    if (!done) return http::refuse(done.error());
    return http::done("/my-plan", shared ? "plans.notice.shared" : "plans.notice.kept_to_oneself");
}

// -- an offer

// Back to the plan as it was filtered.
std::string back_of(const http::Request& request) {
    const std::string back{request.form.text("back")};
    return back.starts_with("/my-plan?") && http::is_local_path(back) ? back : "/my-plan";
}

http::Response mark(const http::Request& request, const Site& site) {
    const auto text = request.form.text("mark");
    const auto mark = mark_named(text);
    if (!mark && text != "none")
        return http::refuse({base::ErrorKind::invalid, "plans.problem.mark", "mark"});
    const auto done =
        site.plans.mark(request.person(), request.path_value("offer"), mark, request.now);
    if (!done) return http::refuse(done.error());
    const char* notice = !mark                      ? "plans.notice.unmarked"
                         : *mark == Mark::kept      ? "plans.notice.kept"
                         : *mark == Mark::dismissed ? "plans.notice.dismissed"
                                                    : "plans.notice.done";
    return http::done(back_of(request), notice);
}

// The request form with the motivation filled in: a draft, which the person changes and sends.
http::Response ask(const http::Request& request, const Site& site) {
    const std::string slug{request.path_value("offer")};
    std::optional<base::SessionId> session;
    if (const auto id = request.form.integer("session")) session = base::SessionId{*id};
    std::string motivation;
    const auto offer =
        site.database.read([&](db::Transaction& transaction) -> std::optional<base::OfferId> {
            const db::Versions versions(transaction);
            const Filters filters;
            const Plan plan =
                site.plans.plan_of(transaction, versions, request.person(), filters, request.now);
            const std::size_t at = plan.published->index.find(slug);
            if (at == plan.published->index.size()) return std::nullopt;
            const base::OfferId id = plan.published->index.at(at).id;
            const PlanPage page = page_of(transaction, request, site, versions, plan, filters);
            const auto planned = std::ranges::find(plan.steps, id, &Planned::offer);
            // With other filters another offer may have closed the same gap: then it is said of
            // this one alone.
            motivation =
                planned != plan.steps.end()
                    ? motivation_of(page, *planned, words_of(request, site))
                    : motivation_of(page, site.plans.alone(plan, plan.published->index.at(at)),
                                    words_of(request, site));
            return id;
        });
    if (!offer) return http::refuse({base::ErrorKind::not_found, "plans.offer_unknown"});
    const auto done = site.plans.draft(request.person(), *offer, session, motivation, request.now);
    if (!done) return http::refuse(done.error());
    return http::done("/requests/new?" +
                          (session ? "session=" + std::to_string(session->value) : "offer=" + slug),
                      "plans.notice.drafted");
}

}  // namespace

void add_pages(http::Router& router, const Site& given) {
    const auto in = http::Access::signed_in();
    const auto with = [given](http::Response (*handler)(const http::Request&, const Site&)) {
        return [given, handler](const http::Request& request) { return handler(request, given); };
    };
    constexpr std::string_view flag = R"({"type":"boolean"})";
    router.add("GET", "/my-plan", in,
               {.summary = "Which trainings close the gap to what I aim at, in which order",
                .query = {{"online", flag, false, "Online only"},
                          {"accessible", flag, false, "Only what says how accessible it is"},
                          {"language", R"({"type":"string"})", false, "ISO 639-1"},
                          {"hours", R"({"type":"integer","minimum":1,"maximum":35})", false,
                           "A week: until when the plan lasts"}},
                .answer = plan_schema},
               with(show_plan));
    router.add("GET", "/my-plan/aim", in,
               {.summary = "What the plan aims at", .answer = aim_schema}, with(show_aim));
    std::vector<http::Parameter> fields{
        {"aim", R"({"enum":["core","trade","agreed"]})", true},
        {"trade", R"({"type":"string"})", false, "Code"},
        {"agreed_on", R"({"type":"string","format":"date"})"},
        {"agreed_with", R"({"type":"string"})", false, "Name of the supervisor"}};
    // One a competence; their names must outlive the router.
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const frameworks::Competence& one : frameworks::present().competences)
            list.push_back("level-" + one.code);
        return list;
    }();
    for (const std::string& name : names)
        fields.push_back({name, R"({"type":"integer","minimum":1,"maximum":8})"});
    router.add(
        "POST", "/my-plan/aim", in,
        {.summary = "Aims at the core, a trade, or what was agreed on", .form = std::move(fields)},
        with(set_aim));
    router.add("GET", "/my-plan/share", in,
               {.summary = "Who would read the plan, before it is shared", .answer = share_schema},
               with(show_share));
    router.add("POST", "/my-plan/share", in,
               {.summary = "Shares the plan with one's supervisor, or no more",
                .form = {{"shared", flag, true},
                         {"supervisor", R"({"type":"integer"})", false,
                          "With whom, as it was read; refused when it is somebody else now"}}},
               with(share));
    router.add("POST", "/my-plan/offers/{offer}/mark", in,
               {.summary = "Keeps an offer first, puts it aside, or says that it is done",
                .form = {{"mark", R"({"enum":["kept","dismissed","done","none"]})", true},
                         {"back", R"({"type":"string"})", false, "/my-plan with its filters"}}},
               with(mark));
    router.add("POST", "/my-plan/offers/{offer}/request", in,
               {.summary = "Begins a request for an offer with the motivation of the plan",
                .form = {{"session", R"({"type":"integer"})"}}},
               with(ask));
    router.add("GET", "/my-team/plans", in,
               {.summary = "What the people of my team share with me", .answer = team_schema},
               with(show_team));
    router.add(
        "GET", "/my-team/plans/{person}", in,
        {.summary = "The plan that an agent shares with their supervisor", .answer = plan_schema},
        with(show_shared));
}

}  // namespace plans
