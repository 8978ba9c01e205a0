// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "identity/pages_access.hpp"
#include "identity/views_access.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <cstdint>

namespace identity {
namespace {

Rights rights_of(const http::Request& request, const AccessSite& site,
                 db::Transaction& transaction) {
    return site.identity.rights(transaction, db::Versions(transaction), request.person());
}

http::Response show_invitations(const http::Request& request, const AccessSite& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const Rights rights = rights_of(request, site, transaction);
        const auto before = request.query.integer("before", 1, INT64_MAX, 0);
        const InvitationsPage page = site.invitations.open(
            transaction, rights, before == 0 ? std::nullopt : std::optional{InvitationId{before}});
        std::vector<base::PersonId> who;
        for (const Invitation& one : page.invitations) who.push_back(one.invited_by);
        return http::show(http::view(
            "identity/invitations",
            invitations_view(page, rights, site.identity.persons(transaction, who), request.now)));
    });
}

http::View form_view(const http::Request& request, const AccessSite& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::view("identity/invite",
                          invite_view(rights_of(request, site, transaction), request.form,
                                      request.language, base::in_paris(request.now).day));
    });
}

http::Response show_form(const http::Request& request, const AccessSite& site) {
    return http::show(form_view(request, site));
}

http::Response invite(const http::Request& request, const AccessSite& site) {
    const http::Form& form = request.form;
    const auto done = site.invitations.invite(
        request.person(),
        {.email = std::string{form.text("email")},
         .given_name = std::string{form.text("given_name")},
         .usual_name = std::string{form.text("usual_name")},
         .language = std::string{form.has("language") ? form.text("language") : "fr"},
         .role = std::string{form.text("role")},
         .organisation = std::string{form.text("organisation")},
         .until = base::parse_iso_date(form.text("until"))},
        request.now);
    if (!done) return http::refuse(done.error(), form_view(request, site));
    return http::done("/invitations", "identity.notice.invited", 201);
}

http::Response answer(const base::Result<void>& result, const char* notice) {
    if (!result) return http::refuse(result.error());
    return http::done("/invitations", notice);
}

InvitationId id_of(const http::Request& request) {
    return request.path_id<InvitationId>("invitation").value_or(InvitationId{});
}

http::Response send_again(const http::Request& request, const AccessSite& site) {
    return answer(site.invitations.send_again(request.person(), id_of(request), request.now),
                  "identity.notice.invited");
}

http::Response revoke(const http::Request& request, const AccessSite& site) {
    return answer(site.invitations.revoke(request.person(), id_of(request), request.now),
                  "identity.notice.invitation_revoked");
}

http::Response recover(const http::Request& request, const AccessSite& site) {
    const auto person = request.path_id<base::PersonId>("person").value_or(base::PersonId{});
    const auto done = site.invitations.recover(request.person(), person, request.now);
    if (!done) return http::refuse(done.error());
    return http::done("/people/" + std::to_string(person.value), "identity.notice.recovery_sent");
}

// -- who holds the link

http::Response show_invited(const http::Request& request, const AccessSite& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto invitation = site.invitations.find(transaction, request.path_value("token"));
        if (!invitation)
            return http::refuse({base::ErrorKind::not_found, "identity.invitation.unknown"});
        const auto by = site.identity.find(transaction, invitation->invited_by);
        const auto tree = site.organisations.tree(transaction, db::Versions(transaction));
        return http::show(
            http::view("identity/invited",
                       invited_view(*invitation, by ? by->full_name() : "", *tree, request.now)));
    });
}

http::Response begin(const http::Request& request, const AccessSite& site) {
    const auto creation =
        site.invitations.begin(request.path_value("token"), holder_of(request), request.now);
    if (!creation) return http::refuse(creation.error());
    return creation_options(*creation, request, site);
}

http::Response accept(const http::Request& request, const AccessSite& site) {
    auto token =
        site.invitations.accept(request.path_value("token"), creation_answer(request),
                                holder_of(request), request.header("user-agent"), request.now);
    if (!token) return http::refuse(token.error());
    return signed_in(request, site, std::move(*token), "/me", "identity.notice.welcome");
}

}  // namespace

void add_invitation_pages(http::Router& router, const AccessSite& given) {
    const auto site = std::make_shared<const AccessSite>(given);  // shared by the handlers below
    const auto handle = [&](auto handler) {
        return [site, handler](const http::Request& request) { return handler(request, *site); };
    };
    const auto inviting = http::Access::any_role({"administrator", "organiser"});
    const auto anyone = http::Access::anyone();
    router.add("GET", "/invitations", inviting,
               {.summary = "Invitations that wait, the latest first, 50 a page",
                .query = {{"before", R"({"type":"integer"})", false, "Those before this one"}},
                .answer = invitations_schema},
               handle(show_invitations));
    router.add("GET", "/invitations/new", inviting,
               {.summary = "The form to invite somebody", .answer = invite_schema},
               handle(show_form));
    router.add("POST", "/invitations", inviting,
               {.summary = "Invite an external trainer or partner by mail",
                .form = {{"email", R"({"type":"string","format":"email"})", true},
                         {"given_name", R"({"type":"string"})", true},
                         {"usual_name", R"({"type":"string"})", true},
                         {"role", R"({"type":"string"})", true},
                         {"organisation", R"({"type":"string"})", true, "Its code"},
                         {"until", R"({"type":"string","format":"date"})", true, "The last day"},
                         {"language", R"({"enum":["fr","en"]})"}}},
               handle(invite));
    router.add("POST", "/invitations/{invitation}/send", inviting,
               {.summary = "Send an invitation again, with a new link"}, handle(send_again));
    router.add("POST", "/invitations/{invitation}/revoke", inviting,
               {.summary = "Take an invitation back"}, handle(revoke));
    router.add("POST", "/people/{person}/recovery", http::Access::role("administrator"),
               {.summary = "Send a link to somebody invited who lost their passkeys"},
               handle(recover));
    router.add("GET", "/invited/{token}", anyone,
               {.summary = "Who invites, and for what", .answer = invited_schema},
               handle(show_invited));
    router.add("POST", "/invited/{token}/challenge", anyone,
               {.summary = "What navigator.credentials.create() takes (WebAuthn), base64url",
                .content_type = "application/json"},
               handle(begin));
    router.add("POST", "/invited/{token}/passkey", anyone,
               {.summary = "Accept with the passkey that navigator.credentials.create() gave",
                .form = {{"response.clientDataJSON"}, {"response.attestationObject"}}},
               handle(accept));
}

}  // namespace identity
