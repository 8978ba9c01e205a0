// SPDX-License-Identifier: EUPL-1.2
#include "campaigns/pages.hpp"

#include "base/text.hpp"
#include "base/zone.hpp"
#include "campaigns/campaigns.hpp"
#include "campaigns/form.hpp"
#include "campaigns/handlers.hpp"
#include "campaigns/rules.hpp"
#include "campaigns/views.hpp"
#include "coverage/coverage.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace campaigns {
namespace {

using base::ErrorKind;

std::string path_of(base::CampaignId id) {
    return "/campaigns/" + std::to_string(id.value);
}

http::Response unknown() {
    return http::refuse({ErrorKind::not_found, "campaigns.unknown"});
}

// As what the person acts on campaigns of this organisation; "": they may not.
std::string_view role_of(const identity::Rights& rights, base::OrganisationId organisation) {
    const auto role = std::ranges::find_if(
        organising_roles, [&](std::string_view one) { return rights.may(one, organisation); });
    return role == organising_roles.end() ? std::string_view{} : *role;
}

// What a transaction reads before it makes a view.
struct Reading {
    identity::Rights rights;
    std::shared_ptr<const frameworks::Trades> trades;
    Names names;
    Reading(db::Transaction& transaction, const db::Versions& versions,
            const http::Request& request, const Site& site)
        : rights(site.identity.rights(transaction, versions, request.person())),
          trades(site.frameworks.trades(transaction, versions)),
          names{rights.tree(), *trades, request.language, request.now} {}
};

std::vector<base::OrganisationId> perimeter(const identity::Rights& rights) {
    std::vector<base::OrganisationId> found;
    for (const auto& [one, depth] : rights.tree().in_order())
        if (!role_of(rights, one->id).empty()) found.push_back(one->id);
    return found;
}

// A campaign that the person may act on, and as whom. An unknown one and one of others look the
// same.
struct Asked {
    Campaign campaign;
    By by;
};
std::optional<Asked> asked_for(db::Transaction& transaction, const identity::Rights& rights,
                               const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::CampaignId>("campaign");
    auto campaign = id ? site.campaigns.find(transaction, *id) : std::nullopt;
    if (!campaign) return std::nullopt;
    const std::string_view role = role_of(rights, campaign->organisation);
    if (role.empty()) return std::nullopt;
    return Asked{*std::move(campaign), {request.person(), role}};
}
std::optional<Asked> asked_for(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto rights =
            site.identity.rights(transaction, db::Versions(transaction), request.person());
        return asked_for(transaction, rights, request, site);
    });
}

// -- the list and the form

http::Response show_list(const http::Request& request, const Site& site) {
    const auto page = static_cast<int>(request.query.integer("page", 1, 1000, 1));
    return site.database.read([&](db::Transaction& transaction) {
        const Reading reading(transaction, db::Versions(transaction), request, site);
        const auto listed = site.campaigns.list(transaction, perimeter(reading.rights),
                                                (page - 1) * campaigns_a_page, campaigns_a_page);
        return http::show(http::view("campaigns/list", list_view(listed, page, reading.names)));
    });
}

// `form`: as typed; nothing: as the campaign is, or an empty one.
http::View form_page(db::Transaction& transaction, const http::Request& request, const Site& site,
                     const Campaign* campaign, const std::optional<Form>& form) {
    const Reading reading(transaction, db::Versions(transaction), request, site);
    FormPage page{.form = {}, .campaign = campaign, .choices = {}, .depths = {}};
    for (const auto& [one, depth] : reading.rights.tree().in_order())
        if (!role_of(reading.rights, one->id).empty()) {
            page.choices.push_back(one);
            page.depths.push_back(depth);
        }
    const auto* organisation =
        campaign == nullptr ? nullptr : reading.rights.tree().find(campaign->organisation);
    if (form)
        page.form = *form;
    else if (campaign != nullptr)
        page.form = form_of(*campaign, organisation == nullptr ? "" : organisation->code);
    else
        page.form = empty_form(page.choices.empty() ? "" : page.choices.front()->code, request.now);
    return http::view("campaigns/form", form_view(page, reading.names));
}

http::Response show_new(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(form_page(transaction, request, site, nullptr, std::nullopt));
    });
}

http::Response changed(base::CampaignId id, const char* notice, int status = 200) {
    return http::done(path_of(id), notice,
                      http::view("", {{"id", id.value}, {"location", path_of(id)}}), status);
}

http::Response create(const http::Request& request, const Site& site) {
    const Form form = read_form(request.form);
    By by{request.person(), {}};
    const auto read = site.database.read([&](db::Transaction& transaction) {
        const auto rights =
            site.identity.rights(transaction, db::Versions(transaction), request.person());
        ReadCampaign found = campaign_from(form, nullptr, rights.tree(), request.now);
        if (found.campaign.organisation.value != 0)
            by.role = role_of(rights, found.campaign.organisation);
        if (found.campaign.organisation.value != 0 && by.role.empty())
            found.problems.push_back({"campaigns.problem.organisation", "organisation", {}});
        return found;
    });
    base::Result<base::CampaignId> created =
        base::unexpected(base::Error{ErrorKind::invalid, read.problems});
    if (read.problems.empty()) created = site.campaigns.create(read.campaign, by, request.now);
    if (created) return changed(*created, "campaigns.notice.created", 201);
    return site.database.read([&](db::Transaction& transaction) {
        return http::refuse(created.error(), form_page(transaction, request, site, nullptr, form));
    });
}

http::Response show_edit(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    if (why_not_change(phase_of(asked->campaign, request.now)) != nullptr)
        return http::redirect(path_of(asked->campaign.id));
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(form_page(transaction, request, site, &asked->campaign, std::nullopt));
    });
}

http::Response change(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    const Form form = read_form(request.form);
    const auto read = site.database.read([&](db::Transaction& transaction) {
        const auto rights =
            site.identity.rights(transaction, db::Versions(transaction), request.person());
        ReadCampaign found = campaign_from(form, &asked->campaign, rights.tree(), request.now);
        if (found.campaign.organisation.value != 0 &&
            role_of(rights, found.campaign.organisation).empty())
            found.problems.push_back({"campaigns.problem.organisation", "organisation", {}});
        return found;
    });
    base::Result<void> done = base::unexpected(base::Error{ErrorKind::invalid, read.problems});
    if (read.problems.empty()) done = site.campaigns.change(read.campaign, asked->by, request.now);
    if (done) return changed(asked->campaign.id, "campaigns.notice.changed");
    if (done.error().kind == ErrorKind::not_found) return http::refuse(done.error());
    return site.database.read([&](db::Transaction& transaction) {
        return http::refuse(done.error(),
                            form_page(transaction, request, site, &asked->campaign, form));
    });
}

// -- one campaign

// `?organisation=`: of the campaign's tree, whose part is looked at.
http::Response campaign_page(const http::Request& request, const Site& site,
                             const base::Error* error) {
    const auto id = request.path_id<base::CampaignId>("campaign");
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const Reading reading(transaction, db::Versions(transaction), request, site);
        Page page{.campaign = asked->campaign,
                  .figures = site.campaigns.figures(transaction, *id),
                  .looked_at = asked->campaign.organisation,
                  .invitations = site.campaigns.count_invitations(transaction, *id),
                  .base_url = site.base_url};
        const auto* at = reading.rights.tree().find(request.query.text("organisation"));
        if (at != nullptr && reading.rights.tree().contains(page.campaign.organisation, at->id))
            page.looked_at = at->id;
        // Declared for all agents, not for those of one branch.
        if (page.campaign.population.empty())
            if (const auto declared = site.coverage.headcounts(transaction, page.looked_at);
                !declared.empty())
                page.headcount = declared.front().told;
        auto view = http::view("campaigns/campaign", campaign_view(page, reading.names));
        return error == nullptr ? http::show(std::move(view))
                                : http::refuse(*error, std::move(view));
    });
}

// To be printed and put up where the agents come by.
http::Response show_poster(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    return site.database.read([&](db::Transaction& transaction) {
        const Reading reading(transaction, db::Versions(transaction), request, site);
        return http::show(http::view("campaigns/poster",
                                     poster_view(asked->campaign, site.base_url, reading.names)));
    });
}

http::Response show_campaign(const http::Request& request, const Site& site) {
    return campaign_page(request, site, nullptr);
}

// What a use case brought about, told on the page of the campaign.
http::Response told(const http::Request& request, const Site& site, base::CampaignId id,
                    const base::Result<void>& done, const char* notice) {
    if (done) return changed(id, notice);
    return campaign_page(request, site, &done.error());
}

http::Response publish(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    return told(request, site, asked->campaign.id,
                site.campaigns.publish(asked->campaign.id, asked->by, request.now),
                "campaigns.notice.published");
}

http::Response close(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    return told(request, site, asked->campaign.id,
                site.campaigns.close(asked->campaign.id, asked->by, request.now),
                "campaigns.notice.closed");
}

http::Response cancel(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    return told(
        request, site, asked->campaign.id,
        site.campaigns.cancel(asked->campaign.id, request.form.text("why"), asked->by, request.now),
        "campaigns.notice.cancelled");
}

http::Response duplicate(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    const auto copy = site.campaigns.duplicate(asked->campaign.id, asked->by, request.now);
    if (!copy) return http::refuse(copy.error());
    return changed(*copy, "campaigns.notice.duplicated", 201);
}

// -- invitations

http::View invitations_page(db::Transaction& transaction, const http::Request& request,
                            const Site& site, const Campaign& campaign,
                            std::optional<InviteReport> report, std::string typed) {
    const Reading reading(transaction, db::Versions(transaction), request, site);
    const auto page = static_cast<int>(request.query.integer("page", 1, 1000, 1));
    int agents = 0;
    for (const auto& [organisation, count] : site.identity.count_agents_at(
             transaction, below(reading.rights.tree(), campaign.organisation), campaign.population,
             base::in_paris(request.now).day))
        agents += count;
    const InvitationsPage shown{
        .campaign = campaign,
        .list = site.campaigns.invitations(transaction, campaign.id,
                                           (page - 1) * invitations_a_page, invitations_a_page),
        .total = site.campaigns.count_invitations(transaction, campaign.id),
        .page = page,
        .report = std::move(report),
        .typed = std::move(typed),
        .agents = agents};
    return http::view("campaigns/invitations",
                      invitations_view(shown, reading.names, words_for(request, site)));
}

http::Response show_invitations(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(
            invitations_page(transaction, request, site, asked->campaign, std::nullopt, ""));
    });
}

http::Response invite(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    const http::File* file = request.form.file("file");
    const std::string typed{request.form.text("addresses")};
    std::string all = typed;
    if (file != nullptr) all += "\n" + file->content;
    auto report = site.campaigns.invite(asked->campaign.id, all, asked->by, request.now);
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        if (report)
            return http::show(invitations_page(transaction, request, site, asked->campaign,
                                               *std::move(report), ""));
        return http::refuse(report.error(), invitations_page(transaction, request, site,
                                                             asked->campaign, std::nullopt, typed));
    });
}

http::Response invite_all(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    const auto done = site.campaigns.invite_all(asked->campaign.id, asked->by, request.now);
    if (done)
        return http::done(path_of(asked->campaign.id) + "/invitations",
                          "campaigns.notice.inviting_all");
    return site.database.read([&](db::Transaction& transaction) {
        return http::refuse(done.error(), invitations_page(transaction, request, site,
                                                           asked->campaign, std::nullopt, ""));
    });
}

// -- results

http::Response show_results(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    return site.database.read([&](db::Transaction& transaction) {
        const auto figures = site.campaigns.figures(transaction, asked->campaign.id);
        const Reading reading(transaction, db::Versions(transaction), request, site);
        return http::show(
            http::view("campaigns/results", results_view(asked->campaign, figures, reading.names)));
    });
}

http::Response download_figures(const http::Request& request, const Site& site) {
    const auto asked = asked_for(request, site);
    if (!asked) return unknown();
    return site.database.read([&](db::Transaction& transaction) {
        const auto figures = site.campaigns.figures(transaction, asked->campaign.id);
        const Reading reading(transaction, db::Versions(transaction), request, site);
        return http::download(results_csv(asked->campaign, figures.value_or(Figures{}),
                                          reading.names, words_for(request, site)),
                              "text/csv; charset=utf-8",
                              "campagne-" + asked->campaign.code + ".csv");
    });
}

std::vector<http::Parameter> fields(bool is_new) {
    constexpr std::string_view text = R"({"type":"string"})";
    constexpr std::string_view day = R"({"type":"string","format":"date"})";
    std::vector<http::Parameter> list{
        {"title", text, true},
        {"organisation", text, is_new, "Code: who asks; its agents and those below it are asked"},
        {"population", R"({"enum":["","etat","territoriale","hospitaliere"]})", false,
         "Empty: all"},
        {"scope", R"({"enum":["core","area","trade","all"]})", is_new},
        {"area", text, false, "Code, for that scope"},
        {"trade", text, false, "Code, for that scope"},
        {"opens", day, is_new},
        {"closes", day, true, "The last day on which one may take part"},
        {"reminders", R"({"type":"integer","minimum":0,"maximum":3})"},
        {"takes_pix", R"({"type":"boolean"})"},
        {"message", text}};
    if (!is_new)
        list.push_back({"revision", R"({"type":"integer"})", true,
                        "Of the campaign as it was read; an older one is refused"});
    return list;
}

}  // namespace

std::function<std::string(const base::Reason&)> words_for(const http::Request& request,
                                                          const Site& site) {
    return [&site, language = request.language](const base::Reason& reason) {
        return site.words.message(language, reason);
    };
}

void add_pages(http::Router& router, const Site& given) {
    const auto site = std::make_shared<const Site>(given);  // shared by the handlers below
    const auto organisers =
        http::Access::any_role({organising_roles.begin(), organising_roles.end()});
    const auto add = [&](const char* method, const std::string& pattern, const http::Doc& doc,
                         auto handler, std::size_t max_body = std::size_t{256} * 1024) {
        router.add(
            {.method = method,
             .pattern = pattern,
             .access = organisers,
             .doc = doc,
             .handler = [site,
                         handler](const http::Request& request) { return handler(request, *site); },
             .max_body = max_body});
    };
    constexpr std::string_view made = R"({"type":"object","required":["id"]})";
    const std::string one = "/campaigns/{campaign}";
    add("GET", "/campaigns",
        {.summary = "Positioning campaigns in the reader's perimeters",
         .query = {{"page", R"({"type":"integer","minimum":1})"}},
         .answer = list_schema},
        show_list);
    add("GET", "/campaigns/new", {.summary = "The form of a new campaign", .answer = form_schema},
        show_new);
    add("POST", "/campaigns",
        {.summary = "Prepare a campaign", .form = fields(true), .answer = made}, create);
    add("GET", one,
        {.summary = "A campaign, its calendar and its take-up, in multiples of five",
         .query = {{"organisation", R"({"type":"string"})", false,
                    "Code, of the campaign's tree: its take-up and that right below it"}},
         .answer = campaign_schema},
        show_campaign);
    add("GET", one + "/poster",
        {.summary = "A campaign's link as a QR code and its code, for a poster",
         .answer = poster_schema},
        show_poster);
    add("GET", one + "/edit", {.summary = "The form of a campaign", .answer = form_schema},
        show_edit);
    add("POST", one, {.summary = "Change a campaign", .form = fields(false), .answer = made},
        change);
    add("POST", one + "/publish",
        {.summary = "Publish a draft: it opens on its day", .answer = made}, publish);
    add("POST", one + "/close", {.summary = "Close an open campaign now", .answer = made}, close);
    add("POST", one + "/cancel",
        {.summary = "Call a campaign off",
         .form = {{"why", R"({"type":"string"})", true}},
         .answer = made},
        cancel);
    add("POST", one + "/duplicate", {.summary = "A draft like this campaign", .answer = made},
        duplicate);
    add("GET", one + "/invitations",
        {.summary = "Who is invited by mail",
         .query = {{"page", R"({"type":"integer","minimum":1})"}},
         .answer = invitations_schema},
        show_invitations);
    add("POST", one + "/invitations",
        {.summary = "Invite a list of addresses, pasted or in a file; twice the same is once",
         .form = {{"addresses", R"({"type":"string"})"},
                  {"file", R"({"type":"string","format":"binary"})", false, "CSV or text"}},
         .answer = invitations_schema},
        invite, std::size_t{2} * 1024 * 1024);
    add("POST", one + "/invitations/all",
        {.summary = "Invite all agents of the population that are known here"}, invite_all);
    add("GET", one + "/results",
        {.summary = "Levels of the results that were shared, once the campaign is over",
         .answer = results_schema},
        show_results);
    add("GET", one + "/figures.csv",
        {.summary = "Take-up by organisation and results as CSV", .content_type = "text/csv"},
        download_figures);
    add_agent_pages(router, site);
}

}  // namespace campaigns
