// SPDX-License-Identifier: EUPL-1.2
#include "positioning/pages.hpp"

#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/json.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "positioning/pdf.hpp"
#include "positioning/positioning.hpp"
#include "positioning/views.hpp"

#include <boost/json.hpp>

#include <cmath>

namespace positioning {
namespace json = boost::json;
namespace {

std::string url_of(base::PositioningId id) {
    return "/positioning/" + std::to_string(id.value);
}

http::Response unknown() {
    return http::refuse({base::ErrorKind::not_found, "positioning.unknown"});
}

std::optional<Test> own(db::Transaction& transaction, const http::Request& request,
                        const Site& site) {
    const auto id = request.path_id<base::PositioningId>("positioning");
    auto test = id ? site.positioning.find(transaction, *id) : std::nullopt;
    if (!test || test->person != request.person()) return std::nullopt;
    return test;
}

bool seems_phone(const http::Request& request) {
    return request.header("user-agent").contains("Mobi");
}

Start start_of(const http::Request& request) {
    const http::Form& form = request.form;
    Start start;
    start.scope = scope_named(form.text("scope")).value_or(Scope::core);
    if (start.scope == Scope::area) start.code = form.text("area");
    if (start.scope == Scope::trade) start.code = form.text("trade");
    if (start.scope == Scope::some)
        for (const std::string& code : form.list("competence"))
            start.code += (start.code.empty() ? "" : ",") + code;
    read_options(form, start);
    return start;
}

http::View choose_page(const http::Request& request, const Site& site, const Start& chosen) {
    return site.database.read([&](db::Transaction& transaction) {
        const db::Versions versions(transaction);
        ChooseData data{
            .in_progress = site.positioning.in_progress(transaction, request.person()),
            .finished = site.positioning.history(transaction, request.person()),
            .core = site.positioning
                        .targets_of(transaction, versions, request.person(), Scope::core, "",
                                    request.now)
                        .value_or(frameworks::Targets{}),
            .trades = site.frameworks.trades(transaction, versions),
            .empty_bank = site.positioning.measure(transaction, versions)->tables() == nullptr,
            .phone = seems_phone(request),
            .chosen = chosen};
        return http::view("positioning/choose", choose_view(data, request.language));
    });
}

// ?competences=1.1,2.3: single ones, chosen already.
http::Response choose(const http::Request& request, const Site& site) {
    Start chosen;
    chosen.code = request.query.text("competences");
    if (!chosen.code.empty()) chosen.scope = Scope::some;
    return http::show(choose_page(request, site, chosen));
}

http::Response start(const http::Request& request, const Site& site) {
    const Start chosen = start_of(request);
    if (request.form.has("scope") && !scope_named(request.form.text("scope")))
        return http::refuse(
            {base::ErrorKind::invalid, "positioning.why_not.scope_unknown", "scope"},
            choose_page(request, site, chosen));
    const auto id = site.positioning.start(request.person(), chosen, request.now);
    if (!id) return http::refuse(id.error(), choose_page(request, site, chosen));
    return http::done(url_of(*id), "", http::view("", {{"id", id->value}}), 201);
}

// What was filled in of a form that is no complete answer.
items::Answer partial(const http::Form& form) {
    items::Answer answer{.values = form.list("answer")};
    for (int i = 0;; ++i) {
        const std::string name = "answer-" + std::to_string(i);
        if (!form.has(name)) return answer;
        answer.values.emplace_back(form.text(name));
    }
}

// The page of a test as it stands. `typed`: of a form that was refused.
std::optional<http::View> test_page(db::Transaction& transaction, const http::Request& request,
                                    const Site& site, const Test& test,
                                    const items::Answer* typed) {
    const db::Versions versions(transaction);
    const Next next = site.positioning.look(transaction, versions, test);
    if (test.state == State::paused)
        return http::view("positioning/paused", paused_view(test, next, request.language));
    const auto item =
        site.positioning.item(transaction, versions, test.asked.value().item, test.asked->version);
    if (!item) return std::nullopt;
    const auto variant = items::draw(*item, items::seed_of(test.plan.seed, test.asked->item));
    if (!variant) return std::nullopt;
    const int limit = test.options.untimed      ? 0
                      : test.options.extra_time ? item->seconds * 3 / 2
                                                : item->seconds;
    return http::view("positioning/question", question_view(test, next, *variant, limit, typed));
}

http::Response show_test(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto test = own(transaction, request, site);
        if (!test) return unknown();
        if (test->state == State::done) return http::redirect(url_of(test->id) + "/result");
        auto page = test_page(transaction, request, site, *test, nullptr);
        return page ? http::show(*std::move(page)) : unknown();
    });
}

http::Response answer(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PositioningId>("positioning");
    if (!id) return unknown();
    const std::int64_t revision = request.form.integer("revision").value_or(-1);
    const auto answered =
        site.positioning.answer(request.person(), *id, revision, request.form, request.now);
    if (answered)
        return http::done(
            answered->over ? url_of(*id) + "/result" : url_of(*id),
            answered->recorded ? (answered->over ? "positioning.notice.over" : "")
                               : "positioning.notice.already",
            http::view("", {{"recorded", answered->recorded}, {"over", answered->over}}));
    if (answered.error().kind != base::ErrorKind::invalid) return http::refuse(answered.error());
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto test = own(transaction, request, site);
        if (!test || test->state != State::going) return unknown();
        const items::Answer typed = partial(request.form);
        auto page = test_page(transaction, request, site, *test, &typed);
        return page ? http::refuse(answered.error(), *std::move(page)) : unknown();
    });
}

// The file of the question that is open, made for this candidate.
http::Response file(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto test = own(transaction, request, site);
        if (!test || !test->asked || test->state != State::going) return unknown();
        const auto item = site.positioning.item(transaction, db::Versions(transaction),
                                                test->asked->item, test->asked->version);
        if (!item) return unknown();
        const auto variant = items::draw(*item, items::seed_of(test->plan.seed, test->asked->item));
        auto made = variant ? items::make_file(*variant) : std::nullopt;
        if (!made) return unknown();
        return http::download(std::move(made->content), std::move(made->content_type),
                              std::move(made->name));
    });
}

http::Response changed(const base::Result<void>& result, std::string location, std::string notice) {
    if (!result) return http::refuse(result.error());
    return http::done(std::move(location), std::move(notice));
}

http::Response pause(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PositioningId>("positioning");
    if (!id) return unknown();
    return changed(site.positioning.pause(request.person(), *id, request.now), url_of(*id),
                   "positioning.notice.paused");
}

http::Response resume(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PositioningId>("positioning");
    if (!id) return unknown();
    return changed(
        site.positioning.resume(request.person(), *id, request.form.flag("phone"), request.now),
        url_of(*id), "");
}

http::Response finish(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PositioningId>("positioning");
    if (!id) return unknown();
    const auto finished = site.positioning.finish(request.person(), *id, request.now);
    const bool there = finished && site.database.read([&](db::Transaction& transaction) {
        return site.positioning.find(transaction, *id).has_value();
    });
    return changed(finished, there ? url_of(*id) + "/result" : "/positioning",
                   there ? "positioning.notice.over" : "positioning.notice.removed");
}

http::Response remove(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PositioningId>("positioning");
    if (!id) return unknown();
    return changed(site.positioning.remove(request.person(), *id, request.now),
                   "/positioning/history", "positioning.notice.removed");
}

http::Response share(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PositioningId>("positioning");
    if (!id) return unknown();
    std::optional<base::PersonId> supervisor;
    if (request.form.flag("shared")) {
        supervisor = site.database.read([&](db::Transaction& transaction) {
            return site.supervisor_of(transaction, request.person());
        });
        if (!supervisor)
            return http::refuse({base::ErrorKind::conflict, "positioning.why_not.no_supervisor"});
        // Who agreed to be read by one person has not agreed to another.
        if (request.form.integer("supervisor").value_or(supervisor->value) != supervisor->value)
            return http::refuse(
                {base::ErrorKind::conflict, "positioning.why_not.other_supervisor"});
    }
    return changed(site.positioning.share(request.person(), *id, supervisor, request.now),
                   url_of(*id) + "/result",
                   supervisor ? "positioning.notice.shared" : "positioning.notice.kept");
}

// One's own, or one that an agent shares with who is their supervisor still.
std::optional<ResultData> result_of(db::Transaction& transaction, const http::Request& request,
                                    const Site& site) {
    const auto id = request.path_id<base::PositioningId>("positioning");
    auto test = id ? site.positioning.find(transaction, *id) : std::nullopt;
    if (!test || !test->person || test->state != State::done) return std::nullopt;
    ResultData data;
    data.own = test->person == request.person();
    const auto supervisor = site.supervisor_of(transaction, *test->person);
    data.shared = test->shared_with && test->shared_with == supervisor;
    if (!data.own && (!data.shared ||
                      !site.supervises(transaction, request.person(), *test->person, request.now)))
        return std::nullopt;
    if (data.own && supervisor)
        if (const auto known = site.identity.find(transaction, *supervisor)) {
            data.supervisor = known->full_name();
            data.supervisor_id = known->id;
        }
    const auto person = site.identity.find(transaction, *test->person);
    data.name = person ? person->full_name() : "";
    data.standings = site.positioning.results(transaction, test->id);
    if (test->scope == Scope::trade) {
        const auto trades = site.frameworks.trades(transaction, db::Versions(transaction));
        const auto* trade = trades->find(test->scope_code);
        if (trade != nullptr) data.trade = trade->label.in(request.language);
    }
    data.test = *std::move(test);
    return data;
}

http::Response show_result(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto data = result_of(transaction, request, site);
        if (!data) {
            const auto test = own(transaction, request, site);
            return test ? http::redirect(url_of(test->id)) : unknown();
        }
        json::object view = result_view(*data, request.language);
        view["campaign"] = nullptr;
        if (data->own)
            if (const auto asked = site.campaign_of(transaction, data->test.id, request.now))
                view["campaign"] = {{"title", asked->title}, {"path", asked->path}};
        return http::show(http::view("positioning/result", std::move(view)));
    });
}

http::Response show_answers(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto test = own(transaction, request, site);
        if (!test || test->state != State::done) return unknown();
        const db::Versions versions(transaction);
        std::vector<Explained> list;
        for (const Given& given : test->answers) {
            Explained one{.place = static_cast<int>(list.size()) + 1, .given = given};
            if (const auto item =
                    site.positioning.item(transaction, versions, given.item, given.version)) {
                one.competence = item->competence();
                if (auto drawn = items::draw(*item, items::seed_of(test->plan.seed, given.item)))
                    one.variant = *std::move(drawn);
            }
            list.push_back(std::move(one));
        }
        return http::show(
            http::view("positioning/answers", answers_view(*test, list, request.language)));
    });
}

http::Response show_history(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        std::vector<std::pair<Test, std::vector<Standing>>> list;
        for (Test& test : site.positioning.history(transaction, request.person())) {
            auto standings = site.positioning.results(transaction, test.id);
            list.emplace_back(std::move(test), std::move(standings));
        }
        return http::show(
            http::view("positioning/history",
                       history_view(list, site.supervisor_of(transaction, request.person()),
                                    *site.frameworks.trades(transaction, db::Versions(transaction)),
                                    request.language)));
    });
}

http::Response download_pdf(const http::Request& request, const Site& site,
                            const http::PageRenderer& words) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto data = result_of(transaction, request, site);
        if (!data) return unknown();
        return http::download(result_pdf(*data, request.language, words), "application/pdf",
                              "positionnement.pdf");
    });
}

http::Response download_europass(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto data = result_of(transaction, request, site);
        if (!data || !data->own) return unknown();
        return http::download(http::to_json(europass(*data, data->name, site.base_url)),
                              "application/json", "europass-positionnement.json");
    });
}

http::Response how_it_works(const http::Request&) {
    return http::show(
        http::view("positioning/how-it-works",
                   {{"most_questions", most_questions}, {"likely", std::lround(likely * 100)}}));
}

constexpr std::string_view yes = R"({"type":"boolean"})";

}  // namespace

void read_options(const http::Form& form, Start& start) {
    start.use_earlier = form.flag("use_earlier");
    start.options = {.extra_time = form.flag("extra_time"),
                     .large_text = form.flag("large_text"),
                     .wide_spacing = form.flag("wide_spacing"),
                     .untimed = form.flag("untimed"),
                     .phone = form.flag("phone")};
}

std::vector<http::Parameter> option_fields() {
    return {{"use_earlier", yes},  {"extra_time", yes}, {"large_text", yes},
            {"wide_spacing", yes}, {"untimed", yes},    {"phone", yes}};
}

void add_pages(http::Router& router, const http::PageRenderer& words, const Site& given) {
    const auto in = http::Access::signed_in();
    const auto with = [given](http::Response (*handler)(const http::Request&, const Site&)) {
        return [given, handler](const http::Request& request) { return handler(request, given); };
    };
    const std::string one = "/positioning/{positioning}";
    router.add("GET", "/positioning", in,
               {.summary = "What one can be positioned on, and the test in progress",
                .query = {{"competences", R"({"type":"string"})", false,
                           "Single ones, chosen already: 1.1,2.3"}},
                .answer = choose_schema},
               with(choose));
    auto begins = option_fields();
    begins.insert(begins.begin(),
                  {{"scope", R"({"enum":["core","area","trade","all","some"]})"},
                   {"area"},
                   {"trade"},
                   {"competence", R"({"type":"array","items":{"type":"string"}})"}});
    router.add("POST", "/positioning", in,
               {.summary = "Begins a test",
                .form = std::move(begins),
                .answer = R"({"type":"object","required":["id"]})"},
               with(start));
    router.add("GET", "/positioning/how-it-works", http::Access::anyone(),
               {.summary = "Method, sources and limits of the positioning, and who decides",
                .answer = R"({"type":"object","required":["most_questions"]})"},
               how_it_works);
    router.add("GET", "/positioning/history", in,
               {.summary = "One's finished tests", .answer = history_schema}, with(show_history));
    router.add("GET", one, in,
               {.summary = "One's test: the question that is open; 303 to the result when over",
                .answer = test_schema},
               with(show_test));
    router.add("POST", one + "/answers", in,
               {.summary = "Answers the open question; sent twice it is recorded once",
                .form = {{"revision", R"({"type":"integer"})", true,
                          "of the test as the question was shown"},
                         {"answer", R"({"type":["string","array"]})"},
                         {"unknown", yes}},
                .answer = R"({"type":"object","required":["recorded","over"]})"},
               with(answer));
    router.add("GET", one + "/file", in,
               {.summary = "The file of the open question, made for this candidate",
                .content_type = "application/octet-stream"},
               with(file));
    router.add("POST", one + "/pause", in, {.summary = "Pauses a test"}, with(pause));
    router.add("POST", one + "/resume", in,
               {.summary = "Goes on with a test, on whatever device", .form = {{"phone", yes}}},
               with(resume));
    router.add("POST", one + "/finish", in, {.summary = "Ends a test with what is known by now"},
               with(finish));
    router.add("POST", one + "/delete", in, {.summary = "Removes a test and its result"},
               with(remove));
    router.add("POST", one + "/share", in,
               {.summary = "Shares a result with one's supervisor, or no more",
                .form = {{"shared", yes, true},
                         {"supervisor", R"({"type":"integer"})", false,
                          "With whom, as it was read; refused when it is somebody else now"}}},
               with(share));
    router.add("GET", one + "/result", in,
               {.summary = "Levels with their likely range; also for the supervisor, if shared",
                .answer = result_schema},
               with(show_result));
    router.add("GET", one + "/answers", in,
               {.summary = "One's answers with explanations", .answer = answers_schema},
               with(show_answers));
    router.add("GET", one + "/pdf", in,
               {.summary = "The result as PDF", .content_type = "application/pdf"},
               [given, &words](const http::Request& request) {
                   return download_pdf(request, given, words);
               });
    router.add(
        "GET", one + "/europass", in,
        {.summary = "The profile in the manner of Europass", .content_type = "application/json"},
        with(download_europass));
    add_calibration_pages(router, given);
}

}  // namespace positioning
