// SPDX-License-Identifier: EUPL-1.2
// The agent's side: my campaigns, one by its code, the end of reminders.
#include "base/text.hpp"
#include "campaigns/campaigns.hpp"
#include "campaigns/handlers.hpp"
#include "campaigns/rules.hpp"
#include "campaigns/views.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"
#include "positioning/positioning.hpp"

#include <boost/json.hpp>

namespace campaigns {
namespace {

using base::ErrorKind;

std::string path_of(const Campaign& campaign) {
    return "/my-campaigns/" + campaign.code;
}

// What a transaction reads before it makes a view.
struct Reading {
    std::shared_ptr<const organisations::Tree> tree;
    std::shared_ptr<const frameworks::Trades> trades;
    Names names;
    Reading(db::Transaction& transaction, const http::Request& request, const Site& site)
        : Reading(transaction, db::Versions(transaction), request, site) {}
    Reading(db::Transaction& transaction, const db::Versions& versions,
            const http::Request& request, const Site& site)
        : tree(site.organisations.tree(transaction, versions)),
          trades(site.frameworks.trades(transaction, versions)),
          names{*tree, *trades, request.language, request.now} {}
};

http::View mine_page(db::Transaction& transaction, const http::Request& request, const Site& site) {
    const Reading reading(transaction, request, site);
    return http::view("campaigns/mine",
                      mine_view(site.campaigns.mine(transaction, request.person()),
                                request.form.text("code"), reading.names));
}

http::Response show_mine(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(mine_page(transaction, request, site));
    });
}

http::Response enter_code(const http::Request& request, const Site& site) {
    auto found = site.campaigns.open_code(request.person(), request.form.text("code"), request.now);
    if (found) return http::done(path_of(found->campaign), "");
    // On the form, what is unknown is a wrong entry.
    base::Error error = found.error();
    for (base::Reason& reason : error.reasons) reason.field = "code";
    if (error.kind == ErrorKind::not_found) error.kind = ErrorKind::invalid;
    return site.database.read([&](db::Transaction& transaction) {
        return http::refuse(error, mine_page(transaction, request, site));
    });
}

base::Result<Mine> opened(const http::Request& request, const Site& site) {
    return site.campaigns.open_code(request.person(), request.path_value("campaign_code"),
                                    request.now);
}

http::View part_page(db::Transaction& transaction, const http::Request& request, const Site& site,
                     const Mine& mine) {
    const Reading reading(transaction, request, site);
    PartPage page{.mine = mine,
                  .why_not_asked = site.campaigns.why_not_asked(transaction, mine.campaign,
                                                                request.person(), request.now)};
    const auto targets =
        site.positioning.targets_of(transaction, db::Versions(transaction), request.person(),
                                    mine.campaign.scope, mine.campaign.scope_code, request.now);
    page.competences = targets ? targets->size() : 0;
    if (phase_of(mine.campaign, request.now) == Phase::open && !page.why_not_asked) {
        page.fitting =
            site.campaigns.fitting(transaction, mine.campaign, request.person(), request.now);
        page.in_progress = site.positioning.in_progress(transaction, request.person());
        page.has_earlier = !page.fitting.empty();
        page.phone = request.header("user-agent").contains("Mobi");
    }
    return http::view("campaigns/part", part_view(page, reading.names, words_for(request, site)));
}

http::Response show_part(const http::Request& request, const Site& site) {
    const auto mine = opened(request, site);
    if (!mine) return http::refuse(mine.error());
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(part_page(transaction, request, site, *mine));
    });
}

// What a use case refused, told on the campaign's page.
http::Response told(const http::Request& request, const Site& site, const Mine& mine,
                    const base::Error& error) {
    if (error.kind == ErrorKind::not_found) return http::refuse(error);
    return site.database.read([&](db::Transaction& transaction) {
        return http::refuse(error, part_page(transaction, request, site, mine));
    });
}

http::Response start(const http::Request& request, const Site& site) {
    const auto mine = opened(request, site);
    if (!mine) return http::refuse(mine.error());
    positioning::Start options;
    positioning::read_options(request.form, options);
    const auto test =
        site.campaigns.start(request.person(), mine->campaign.id, options, request.now);
    if (!test) return told(request, site, *mine, test.error());
    return http::done("/positioning/" + std::to_string(test->value), "",
                      http::view("", {{"id", test->value}}), 201);
}

http::Response attach(const http::Request& request, const Site& site) {
    const auto mine = opened(request, site);
    if (!mine) return http::refuse(mine.error());
    const auto done = site.campaigns.attach(
        request.person(), mine->campaign.id,
        base::PositioningId{request.form.integer("positioning").value_or(0)}, request.now);
    if (!done) return told(request, site, *mine, done.error());
    return http::done(path_of(mine->campaign), "campaigns.notice.attached");
}

http::Response share(const http::Request& request, const Site& site) {
    const auto mine = opened(request, site);
    if (!mine) return http::refuse(mine.error());
    // Never by leaving something out.
    if (!request.form.has("shared"))
        return told(request, site, *mine,
                    {ErrorKind::invalid, "campaigns.problem.choose", "shared"});
    const bool shared = request.form.flag("shared");
    const auto done =
        site.campaigns.share(request.person(), mine->campaign.id, shared, request.now);
    if (!done) return told(request, site, *mine, done.error());
    return http::done(path_of(mine->campaign),
                      shared ? "campaigns.notice.shared" : "campaigns.notice.kept");
}

http::Response decline(const http::Request& request, const Site& site) {
    const auto mine = opened(request, site);
    if (!mine) return http::refuse(mine.error());
    const auto done = site.campaigns.decline(request.person(), mine->campaign.id, request.now);
    if (!done) return told(request, site, *mine, done.error());
    return http::done(path_of(mine->campaign), "campaigns.notice.declined");
}

http::Response download_deadline(const http::Request& request, const Site& site) {
    const auto mine = opened(request, site);
    if (!mine) return http::refuse(mine.error());
    const auto word = words_for(request, site);
    return http::download(
        deadline_calendar(mine->campaign,
                          word({"campaigns.calendar.title", "", {{"title", mine->campaign.title}}}),
                          word({"campaigns.calendar.text", "", {}}), site.base_url),
        "text/calendar; charset=utf-8", "campagne-" + mine->campaign.code + ".ics");
}

// -- the end of reminders: the link of a letter is the key

http::Response show_stop(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto invitation =
            site.campaigns.find_stop(transaction, request.path_value("reminder_key"));
        const auto campaign =
            invitation ? site.campaigns.find(transaction, invitation->campaign) : std::nullopt;
        if (!campaign) return http::refuse({ErrorKind::not_found, "campaigns.stop.unknown"});
        const Reading reading(transaction, request, site);
        return http::show(
            http::view("campaigns/stop", stop_view(*invitation, *campaign, reading.names)));
    });
}

http::Response stop(const http::Request& request, const Site& site) {
    const std::string key{request.path_value("reminder_key")};
    const auto done = site.campaigns.stop_reminders(key, request.now);
    if (!done) return http::refuse(done.error());
    return http::done("/campaign-reminders/" + key, "campaigns.notice.stopped");
}

}  // namespace

void add_agent_pages(http::Router& router, const std::shared_ptr<const Site>& site) {
    const auto add = [&](const char* method, const std::string& pattern, http::Access access,
                         http::Doc doc, auto handler) {
        router.add(
            method, pattern, std::move(access), std::move(doc),
            [site, handler](const http::Request& request) { return handler(request, *site); });
    };
    const auto me = http::Access::signed_in();
    constexpr std::string_view yes = R"({"type":"boolean"})";
    const std::string one = "/my-campaigns/{campaign_code}";
    add("GET", "/my-campaigns", me,
        {.summary = "Campaigns that ask me, and where I am in each", .answer = mine_schema},
        show_mine);
    add("POST", "/my-campaigns", me,
        {.summary = "Open a campaign by its code; wrong ones are limited",
         .form = {{"code", R"({"type":"string"})", true}}},
        enter_code);
    add("GET", one, me,
        {.summary = "A campaign: who asks, why, until when, what is shared; my part in it",
         .answer = part_schema},
        show_part);
    add("POST", one + "/start", me,
        {.summary = "Begin the test of a campaign, or go on with it",
         .form = positioning::option_fields(),
         .answer = R"({"type":"object","required":["id"]})"},
        start);
    add("POST", one + "/result", me,
        {.summary = "Take part with a recent result",
         .form = {{"positioning", R"({"type":"integer"})", true}}},
        attach);
    add("POST", one + "/choice", me,
        {.summary = "Share one's result or keep it, until the campaign closes",
         .form = {{"shared", yes, true}}},
        share);
    add("POST", one + "/refusal", me,
        {.summary = "Not to take part: nobody is told, and no reminder comes"}, decline);
    add("GET", one + "/deadline.ics", me,
        {.summary = "The last day, for a calendar", .content_type = "text/calendar"},
        download_deadline);
    add("GET", "/campaign-reminders/{reminder_key}", http::Access::anyone(),
        {.summary = "Whether reminders of a campaign come; the link of a letter is the key",
         .answer = stop_schema},
        show_stop);
    add("POST", "/campaign-reminders/{reminder_key}", http::Access::anyone(),
        {.summary = "No more reminders of a campaign"}, stop);
}

}  // namespace campaigns
