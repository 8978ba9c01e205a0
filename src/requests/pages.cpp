// SPDX-License-Identifier: EUPL-1.2
// The routes; those of the agent, and of deciding on one request.
#include "requests/pages.hpp"

#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "organisations/organisations.hpp"
#include "requests/handlers.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace requests {
namespace {

using base::ErrorKind;

// What is asked for: ?session=12, or ?offer=slug without a date.
struct Wanted {
    base::OfferId offer;
    std::string slug;
    const catalogue::Offer* content = nullptr;
    std::shared_ptr<const catalogue::Published> published;  // holds `content`
    std::optional<base::SessionId> session;
};

base::Result<Wanted> wanted(db::Transaction& transaction, const http::Request& request,
                            const Site& site, std::string_view slug, std::string_view session) {
    Wanted found;
    const db::Versions versions(transaction);
    found.published = site.catalogue.published(transaction, versions, today(request));
    const catalogue::Index& index = found.published->index;
    std::size_t at = index.size();
    if (const auto id = base::to_integer(session)) {
        const auto known = site.sessions.find(transaction, {*id});
        if (!known || known->status == sessions::Status::draft)
            return base::unexpected(
                base::Error{ErrorKind::not_found, "enrolments.session_unknown"});
        found.session = known->id;
        at = index.find(known->offer);
    } else {
        at = index.find(slug);
    }
    if (at == index.size())
        return base::unexpected(base::Error{ErrorKind::not_found, "requests.offer_unknown"});
    found.offer = index.at(at).id;
    found.slug = index.at(at).slug;
    found.content = &index.at(at).offer;
    return found;
}

http::View form_page(db::Transaction& transaction, const http::Request& request, const Site& site,
                     const Wanted& wanted, const Typed& typed) {
    const WhoDecides who = site.requests.who_decides(transaction, db::Versions(transaction),
                                                     request.person(), today(request));
    FormContext context{.slug = wanted.slug,
                        .title = wanted.content->shown_title(),
                        .fictitious = wanted.content->fictitious,
                        .prerequisites = wanted.content->prerequisites,
                        .has_prerequisites = !wanted.content->prerequisites.empty() ||
                                             !wanted.content->prerequisite_offers.empty()};
    for (sessions::Session& session : site.sessions.coming(transaction, wanted.offer, request.now))
        if (session.status == sessions::Status::open && session.starts_at() > request.now &&
            session.enrolment_closes_at > request.now)
            context.sessions.push_back(std::move(session));
    if (who.circuit != nullptr) context.steps = who.circuit->steps;
    context.needs_supervisor =
        !who.supervision &&
        std::any_of(context.steps.begin(), context.steps.end(),
                    [](const Step& step) { return step.decider == Decider::supervisor; });
    if (who.supervision) {
        context.supervisor = who.supervision->supervisor_email;
        if (who.supervision->supervisor)
            if (const auto person = site.identity.find(transaction, *who.supervision->supervisor))
                context.supervisor = person->full_name();
    }
    return http::view("requests/form", form_view(context, typed));
}

// Free trainings online that are open to people of service providers.
http::Response refuse_contractor(db::Transaction& transaction, const http::Request& request,
                                 const Site& site) {
    constexpr std::size_t shown = 6;
    const auto published =
        site.catalogue.published(transaction, db::Versions(transaction), today(request));
    std::vector<Alternative> alternatives;
    for (std::size_t at = 0; at < published->index.size() && alternatives.size() < shown; ++at) {
        const auto& one = published->index.at(at);
        const bool online =
            std::ranges::find(one.offer.modalities, "en-ligne") != one.offer.modalities.end();
        if (online && one.offer.eligibility == catalogue::Eligibility{} &&
            one.offer.price_cents.value_or(0) == 0)
            alternatives.push_back({one.slug, one.offer.shown_title()});
    }
    return http::refuse({ErrorKind::forbidden, "requests.why_not.contractor"},
                        http::view("requests/contractor", alternatives_view(alternatives)));
}

bool is_contractor(db::Transaction& transaction, const http::Request& request, const Site& site) {
    const auto employer = site.identity.affiliation(transaction, request.person(), today(request));
    return employer && employer->contractor;
}

Typed read_typed(const http::Form& form) {
    Typed typed;
    if (const auto session = base::to_integer(form.text("session")))
        typed.session = base::SessionId{*session};
    const auto text = [&](std::string_view name) { return std::string{form.text(name)}; };
    typed.answers = {.regime = text("regime"),
                     .nature = text("nature"),
                     .prerequisite = text("prerequisite"),
                     .expertise = text("expertise"),
                     .motivation = text("motivation"),
                     .observatoire = text("observatoire"),
                     .accommodation = text("accommodation")};
    typed.supervisor_email = text("supervisor_email");
    return typed;
}

// The page of one request for whoever may read it.
http::Response request_page(db::Transaction& transaction, const http::Request& request,
                            const Site& site, base::PersonId reader, base::RequestId id,
                            const std::string& action, const Decision& typed,
                            const base::Error* problem) {
    const auto dossier = site.requests.dossier(transaction, reader, id, request.now);
    if (!dossier) return http::refuse(dossier.error());
    std::optional<Team> team;
    if (!dossier->as.empty() && dossier->supervision &&
        dossier->supervision->state == SupervisionState::confirmed)
        team = site.requests.team_of(transaction, *dossier->supervision->supervisor, request.now);
    http::View view = http::view(
        "requests/request",
        request_view(*dossier, reader, team ? &*team : nullptr, action, typed, request.now));
    return problem == nullptr ? http::show(std::move(view))
                              : http::refuse(*problem, std::move(view));
}

http::Response decided(const http::Request&, const Request& decided, const std::string& location) {
    const bool favourable = decided.state == State::approved;
    const char* notice = decided.state == State::to_decide  ? "requests.notice.opinion"
                         : decided.outcome == "no_seat"     ? "requests.notice.approved_no_seat"
                         : decided.outcome == "waiting"     ? "requests.notice.approved_waiting"
                         : favourable                       ? "requests.notice.approved"
                         : decided.state == State::deferred ? "requests.notice.deferred"
                                                            : "requests.notice.refused";
    return http::done(location, notice,
                      http::view("", {{"id", decided.id.value},
                                      {"state", name_of(decided.state)},
                                      {"outcome", decided.outcome}}));
}

constexpr std::string_view state_schema = R"json({
 "type": "object", "required": ["id", "state"],
 "properties": {"id": {"type": "integer"},
  "state": {"enum": ["draft", "to_decide", "approved", "refused", "deferred", "withdrawn"]},
  "outcome": {"enum": ["", "seated", "waiting", "applied", "offered", "no_seat"]}}})json";

constexpr std::string_view done_schema = R"json({
 "type": "object", "required": ["results", "done", "refused"],
 "properties": {"done": {"type": "integer"}, "refused": {"type": "integer"},
  "results": {"type": "array", "items": {"type": "object", "required": ["id", "state", "why"]}}}})json";

}  // namespace

http::Response not_found(std::string message_key) {
    return http::refuse({ErrorKind::not_found, std::move(message_key)});
}

std::string path_of(base::RequestId id) {
    return "/requests/" + std::to_string(id.value);
}

Decision read_decision(const http::Form& form) {
    return {.verdict = verdict_named(form.text("verdict")).value_or(Verdict::favourable),
            .reason = std::string{form.text("reason")},
            .joint_opinion_on = base::parse_iso_date(form.text("joint_opinion_on")),
            .deferred_until = base::parse_iso_date(form.text("deferred_until"))};
}

http::Response decide_all(const http::Request& request, const Site& site, const std::string& back) {
    constexpr std::size_t most = 200;
    const auto chosen = request.form.list("request");
    const auto verdict = verdict_named(request.form.text("verdict"));
    if (!verdict) return http::refuse({ErrorKind::invalid, "requests.problem.verdict", "verdict"});
    if (chosen.empty())
        return http::refuse({ErrorKind::invalid, "requests.problem.none_chosen", "request"});
    if (chosen.size() > most)
        return http::refuse({ErrorKind::invalid, "requests.problem.too_many", "request"});
    const Decision decision = read_decision(request.form);
    if (*verdict != Verdict::favourable && decision.reason.empty())
        return http::refuse({ErrorKind::invalid, "requests.problem.reason_missing", "reason"});
    std::vector<Done> done;
    for (const std::string& text : chosen) {
        const base::RequestId id{base::to_integer(text).value_or(0)};
        const auto result = site.requests.decide(request.person(), id, decision, request.now);
        if (result)
            done.push_back({id, std::string{name_of(result->state)}, ""});
        else
            done.push_back(
                {id, "", site.words.message(request.language, result.error().reasons.front())});
    }
    const bool all = std::ranges::none_of(done, [](const Done& one) { return one.state.empty(); });
    http::View view = http::view("requests/done", done_view(done, back));
    if (all) return http::done(back, "requests.notice.all_decided", std::move(view));
    return http::show(std::move(view));
}

// -- the agent

http::Response show_form(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        if (is_contractor(transaction, request, site))
            return refuse_contractor(transaction, request, site);
        if (request.query.text("offer").empty() && request.query.text("session").empty())
            return http::show(http::view("requests/choose", {{"offer", nullptr},
                                                             {"has_prerequisites", false},
                                                             {"needs_supervisor", false},
                                                             {"steps", boost::json::array{}}}));
        const auto found = wanted(transaction, request, site, request.query.text("offer"),
                                  request.query.text("session"));
        if (!found) return http::refuse(found.error());
        Typed typed{.session = found->session};
        if (const auto before =
                site.requests.present(transaction, request.person(), found->offer)) {
            if (before->state != State::draft) return http::redirect(path_of(before->id));
            typed.answers = before->answers;
            if (!typed.session) typed.session = before->session;
        }
        return http::show(form_page(transaction, request, site, *found, typed));
    });
}

http::Response put(const http::Request& request, const Site& site) {
    const Typed typed = read_typed(request.form);
    const bool submit = request.form.text("do") != "draft";
    const auto found = site.database.read([&](db::Transaction& transaction) {
        return wanted(transaction, request, site, request.form.text("offer"),
                      request.form.text("session"));
    });
    if (!found) return http::refuse(found.error());
    const auto result =
        site.requests.put(request.person(), {found->offer, found->session}, typed.answers,
                          typed.supervisor_email, submit, request.now);
    if (result)
        return http::done(
            path_of(result->id), submit ? "requests.notice.submitted" : "requests.notice.draft",
            http::view(
                "", {{"id", result->id.value}, {"state", name_of(result->state)}, {"outcome", ""}}),
            201);
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        if (is_contractor(transaction, request, site))
            return refuse_contractor(transaction, request, site);
        return http::refuse(result.error(), form_page(transaction, request, site, *found, typed));
    });
}

http::Response show_mine(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        Mine mine{.requests = site.requests.of_person(transaction, request.person())};
        std::vector<base::OfferId> offers;
        std::vector<base::SessionId> ids;
        std::vector<base::PersonId> people;
        for (const Request& one : mine.requests) {
            offers.push_back(one.offer);
            if (one.session) ids.push_back(*one.session);
            if (one.decider_id) people.push_back(*one.decider_id);
        }
        mine.titles = site.catalogue.titles(transaction, offers);
        if (!ids.empty()) mine.sessions = site.sessions.placed(transaction, ids);
        if (!people.empty()) mine.people = site.identity.persons(transaction, people);
        return http::show(http::view("requests/mine", mine_view(mine, request.now)));
    });
}

http::Response show_request(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::RequestId>("request");
    if (!id) return not_found();
    return site.database.read([&](db::Transaction& transaction) {
        return request_page(transaction, request, site, request.person(), *id,
                            path_of(*id) + "/decision", {}, nullptr);
    });
}

http::Response withdraw(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::RequestId>("request");
    if (!id) return not_found();
    const auto result = site.requests.withdraw(request.person(), *id, request.now);
    if (!result) return http::refuse(result.error());
    return http::done(
        "/my-requests", "requests.notice.withdrawn",
        http::view("", {{"id", id->value}, {"state", name_of(result->state)}, {"outcome", ""}}));
}

http::Response ask_reasons(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::RequestId>("request");
    if (!id) return not_found();
    const auto asked = site.requests.ask_reasons(request.person(), *id, request.now);
    if (!asked) return http::refuse(asked.error());
    return http::done(path_of(*id), "requests.notice.reasons_asked");
}

http::Response give_reasons(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::RequestId>("request");
    if (!id) return not_found();
    const auto given = site.requests.give_reasons(request.person(), *id,
                                                  request.form.text("reasons"), request.now);
    if (given) return http::done(path_of(*id), "requests.notice.reasons_given");
    if (given.error().kind != ErrorKind::invalid) return http::refuse(given.error());
    return site.database.read([&](db::Transaction& transaction) {
        return request_page(transaction, request, site, request.person(), *id,
                            path_of(*id) + "/decision", {}, &given.error());
    });
}

// -- deciding on one

http::Response decide(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::RequestId>("request");
    if (!id) return not_found();
    if (!verdict_named(request.form.text("verdict")))
        return http::refuse({ErrorKind::invalid, "requests.problem.verdict", "verdict"});
    const Decision decision = read_decision(request.form);
    const auto result = site.requests.decide(request.person(), *id, decision, request.now);
    if (result) return decided(request, *result, path_of(*id));
    if (result.error().kind != ErrorKind::invalid) return http::refuse(result.error());
    return site.database.read([&](db::Transaction& transaction) {
        return request_page(transaction, request, site, request.person(), *id,
                            path_of(*id) + "/decision", decision, &result.error());
    });
}

// Opening the link shows and never decides: mail scanners follow links, too.
http::Response show_by_link(const http::Request& request, const Site& site) {
    const std::string token{request.path_value("link")};
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto opened = site.requests.open_link(transaction, token, request.now);
        if (!opened) return http::show(http::view("requests/link-used", boost::json::object{}));
        auto response = request_page(transaction, request, site, opened->person, opened->request,
                                     "/decide/" + token, {}, nullptr);
        // The address holds a secret: it goes into no cache, no index and no referrer.
        return response.with_header("Referrer-Policy", "no-referrer")
            .with_header("X-Robots-Tag", "noindex");
    });
}

http::Response decide_by_link(const http::Request& request, const Site& site) {
    const std::string token{request.path_value("link")};
    const auto opened = site.database.read([&](db::Transaction& transaction) {
        return site.requests.open_link(transaction, token, request.now);
    });
    if (!opened) return http::refuse({ErrorKind::conflict, "requests.link_used"});
    if (!verdict_named(request.form.text("verdict")))
        return http::refuse({ErrorKind::invalid, "requests.problem.verdict", "verdict"});
    const Decision decision = read_decision(request.form);
    const auto result =
        site.requests.decide(opened->person, opened->request, decision, request.now);
    if (result)
        return http::show(http::view("requests/decided", {{"id", result->id.value},
                                                          {"state", name_of(result->state)},
                                                          {"outcome", result->outcome}}));
    if (result.error().kind != ErrorKind::invalid) return http::refuse(result.error());
    return site.database.read([&](db::Transaction& transaction) {
        return request_page(transaction, request, site, opened->person, opened->request,
                            "/decide/" + token, decision, &result.error());
    });
}

void add_pages(http::Router& router, const Site& given) {
    const auto site = std::make_shared<const Site>(given);  // shared by the handlers below
    const auto add = [&](const char* method, const char* pattern, http::Access access,
                         http::Doc doc, auto handler) {
        router.add(
            method, pattern, std::move(access), std::move(doc),
            [site, handler](const http::Request& request) { return handler(request, *site); });
    };
    constexpr std::string_view text = R"({"type":"string"})";
    constexpr std::string_view date = R"({"type":"string","format":"date"})";
    constexpr std::string_view integer = R"({"type":"integer"})";
    constexpr std::string_view any_object = R"({"type":"object"})";
    const auto me = http::Access::signed_in();
    const auto office = http::Access::role("training_office");
    const std::vector<http::Parameter> decision{
        {"verdict", R"({"enum":["favourable","unfavourable","deferred"]})", true},
        {"reason", text, false, "Needed to refuse and to defer"},
        {"joint_opinion_on", date, false, "Day of the joint body's opinion (CPF)"},
        {"deferred_until", date}};
    std::vector<http::Parameter> several{
        {"request", R"({"type":"array","items":{"type":"integer"}})", true}};
    several.insert(several.end(), decision.begin(), decision.begin() + 2);

    add("GET", "/requests/new", me,
        {.summary = "The form that asks for a training",
         .query = {{"session", integer}, {"offer", text, false, "Slug: without a date yet"}},
         .answer = form_schema},
        show_form);
    add("POST", "/requests", me,
        {.summary = "Keep a draft of a request, or submit it",
         .form = {{"offer", text, false, "Slug; not needed with a session"},
                  {"session", integer},
                  {"regime", R"({"enum":["training_plan","cpf","training_leave",
                                 "professionalisation","exam_preparation"]})",
                   true},
                  {"nature", text, false, "Of a use of the CPF"},
                  {"prerequisite", R"({"enum":["","yes","no"]})"},
                  {"expertise", R"({"enum":["","novice","debutant","intermediaire","expert"]})"},
                  {"motivation", text},
                  {"observatoire", text},
                  {"accommodation", text, false, "For the organiser alone"},
                  {"supervisor_email", text},
                  {"do", R"({"enum":["draft","submit"]})"}},
         .answer = state_schema},
        put);
    add("GET", "/my-requests", me, {.summary = "My requests", .answer = mine_schema}, show_mine);
    add("GET", "/requests/{request}", me,
        {.summary = "A request: for its author, those who decide and the training office",
         .answer = request_schema},
        show_request);
    add("POST", "/requests/{request}/withdraw", me,
        {.summary = "Take a request back", .answer = state_schema}, withdraw);
    add("POST", "/requests/{request}/reasons", me, {.summary = "Ask why a silence refused"},
        ask_reasons);
    add("POST", "/requests/{request}/reasons/answer", http::Access::role("training_office"),
        {.summary = "Say why a silence refused", .form = {{"reasons", text, true}}}, give_reasons);
    add("POST", "/requests/{request}/decision", me,
        {.summary = "Answer the present step of a request",
         .form = decision,
         .answer = state_schema},
        decide);
    add("GET", "/decide/{link}", http::Access::anyone(),
        {.summary = "The one request that the link of a letter opens", .answer = any_object},
        show_by_link);
    add("POST", "/decide/{link}", http::Access::anyone(),
        {.summary = "Decide on it, once", .form = decision, .answer = state_schema},
        decide_by_link);

    add("GET", "/my-supervisor", me, {.summary = "My supervisor", .answer = any_object},
        show_supervisor);
    add("POST", "/my-supervisor", me,
        {.summary = "Declare my supervisor", .form = {{"supervisor_email", text, true}}},
        declare_supervisor);
    add("GET", "/supervisions/{supervision}", me,
        {.summary = "Somebody says that I supervise them", .answer = any_object}, show_supervision);
    add("POST", "/supervisions/{supervision}", me,
        {.summary = "Confirm it, or not", .form = {{"mine", R"({"enum":["yes","no"]})", true}}},
        answer_supervision);
    add("GET", "/my-team", me,
        {.summary = "Whom I supervise: what waits for me, and everyone", .answer = team_schema},
        show_team);
    add("POST", "/my-team/decisions", me,
        {.summary = "One decision on several requests", .form = several, .answer = done_schema},
        decide_team);
    add("GET", "/my-team/delegations", me,
        {.summary = "Who decides in my place, and in whose place I do", .answer = any_object},
        show_delegations);
    add("POST", "/my-team/delegations", me,
        {.summary = "Let somebody decide in my place",
         .form = {{"delegate", text, true, "Professional mail"},
                  {"from", date, true},
                  {"until", date, true}}},
        delegate);
    add("POST", "/my-team/delegations/{delegation}/end", me, {.summary = "End a delegation"},
        end_delegation);

    const std::vector<http::Parameter> filters{
        {"waits", R"({"enum":["for_office","for_supervisor","overdue","decided"]})"},
        {"organisation", text, false, "Code; with all below it"},
        {"regime", text},
        {"offer", text, false, "Slug"},
        {"after", text, false, "Key of the last one shown"}};
    add("GET", "/requests", office,
        {.summary = "Requests of my perimeters, by deadline",
         .query = filters,
         .answer = list_schema},
        show_list);
    add("GET", "/requests.csv", office,
        {.summary = "The same as CSV", .query = filters, .content_type = "text/csv"}, list_file);
    add("POST", "/requests/decisions", office,
        {.summary = "One decision on several requests", .form = several, .answer = done_schema},
        decide_list);
    add("GET", "/circuits", office,
        {.summary = "Who must agree, by administration, 50 a page",
         .query = {{"q", R"({"type":"string"})", false, "Words of a name, code or town"},
                   {"own", R"({"enum":["1"]})", false,
                    "Only those that have a circuit of their own"},
                   {"page", R"({"type":"integer","minimum":1})"}},
         .answer = circuits_schema},
        show_circuits);
    add("GET", "/circuits/{code}", office,
        {.summary = "The circuit of one administration", .answer = circuit_schema}, show_circuit);
    add("POST", "/circuits/{code}", office,
        {.summary = "Change it: a new version",
         .form = {{"kind", R"({"enum":["inherited","none","supervisor","training_office","both"]})",
                   true},
                  {"version", integer, true, "The one that was read; 0 for none"},
                  {"days_1", integer},
                  {"reminder_1", integer},
                  {"silence_1", R"({"enum":["escalate","approve","refuse"]})"},
                  {"days_2", integer},
                  {"reminder_2", integer},
                  {"silence_2", R"({"enum":["escalate","approve","refuse"]})"}}},
        set_circuit);
    add("GET", "/agents", office,
        {.summary = "Who would decide for the agent with this mail",
         .query = {{"email", text}},
         .answer = any_object},
        find_deciders);
    add("GET", "/agents/{person}/deciders", office,
        {.summary = "Who would decide for this agent", .answer = deciders_schema}, show_deciders);
    add("POST", "/agents/{person}/supervisor", office,
        {.summary = "Correct who supervises this agent",
         .form = {{"supervisor_email", text, true}}},
        correct_supervisor);
    add("GET", "/sessions/{session}/accommodations", http::Access::role("organiser"),
        {.summary = "Wished accommodations, for the organiser alone", .answer = any_object},
        show_accommodations);
}

}  // namespace requests
