// SPDX-License-Identifier: EUPL-1.2
#include "identity/invitations.hpp"

#include "audit/audit.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "identity/people_file.hpp"
#include "identity/rules.hpp"
#include "identity/rules_access.hpp"
#include "identity/store.hpp"
#include "identity/store_access.hpp"
#include "jobs/jobs.hpp"
#include "mail/mail.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

namespace identity {
namespace json = boost::json;
namespace {

using base::ErrorKind;
using std::chrono::days;

base::Date day_of(base::Time now) {
    return base::in_paris(now).day;
}

base::Error not_found() {
    return {ErrorKind::not_found, "identity.invitation.unknown"};
}

base::Error closed(const Invitation& invitation, base::Time now) {
    return {
        ErrorKind::conflict,
        why_not_accept(invitation, now).value_or(base::Reason{"identity.invited.used", {}, {}})};
}

// The letter with the link: `token` stands nowhere else.
void send(db::Transaction& transaction, const Invitation& invitation, const std::string& token,
          const Person& by, const organisations::Tree& tree, base::Time now) {
    const auto* organisation = tree.find(invitation.organisation);
    const std::string where = organisation == nullptr ? "" : organisation->name;
    mail::Letter letter{
        .to = {invitation.recovers, invitation.email, invitation.full_name(), invitation.language},
        .kind = "identity.invitation",
        .subject = "identity.mail.invitation.subject",
        .paragraphs = {"identity.mail.invitation.text", "identity.mail.invitation.passkey"},
        .facts = {{"identity.mail.invitation.by", by.full_name()},
                  {"identity.mail.invitation.organisation", where}},
        .action = {{"identity.mail.invitation.open", "/invited/" + token}},
        .values = {{"name", by.full_name()}, {"organisation", where}},
        .lets_in = true};
    if (invitation.recovers) {
        letter.subject = "identity.mail.recovery.subject";
        letter.paragraphs = {"identity.mail.recovery.text", "identity.mail.recovery.not_you"};
    }
    if (invitation.until)
        letter.facts.emplace_back("identity.mail.invitation.until", *invitation.until);
    letter.facts.emplace_back("identity.mail.invitation.expires", invitation.expires_at);
    mail::put(transaction, letter, now);
}

struct Act {
    std::string_view action;
    std::string_view role;
    base::PersonId by;
    base::Time now{};
};

void record(db::Transaction& transaction, const Invitation& invitation, const Act& act) {
    json::object after{{"role", invitation.role}};
    if (invitation.until) after["until"] = base::iso_date(*invitation.until);
    audit::record(transaction, {.at = act.now,
                                .actor = act.by,
                                .role = act.role,
                                .perimeter = invitation.organisation,
                                .action = act.action,
                                .object = "invitation",
                                .object_id = invitation.id.value,
                                .after = json::serialize(after)});
}

// As what a reader with these rights looks after this invitation.
std::optional<std::string_view> manages_as(const Rights& rights, const Invitation& invitation) {
    return invites_as(rights, invitation.role, invitation.organisation);
}

}  // namespace

Invitations::Invitations(db::Database& database, Identity& identity, Passkeys& passkeys)
    : database_(database), identity_(identity), passkeys_(passkeys) {}

base::Result<InvitationId> Invitations::invite(base::PersonId by, const NewInvitation& given,
                                               base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<InvitationId> {
        const Rights mine = identity_.rights(transaction, db::Versions(transaction), by);
        const auto* organisation = mine.tree().find(given.organisation);
        const auto where = organisation == nullptr ? std::nullopt : std::optional{organisation->id};
        NewInvitation clean = given;
        clean.email = lower(given.email);
        if (auto reason = why_not_invite(mine, clean, where, day_of(now)))
            return base::unexpected(base::Error{ErrorKind::invalid, std::move(*reason)});
        if (store::find_by_email(transaction, clean.email))
            return base::unexpected(
                base::Error{ErrorKind::conflict, "identity.invitation.why_not.known", "email"});
        Invitation invitation{.id = {},
                              .email = clean.email,
                              .given_name = clean.given_name,
                              .usual_name = clean.usual_name,
                              .language = clean.language == "en" ? "en" : "fr",
                              .organisation = *where,
                              .role = clean.role,
                              .until = clean.until,
                              .recovers = {},
                              .invited_by = by,
                              .invited_at = now,
                              .expires_at = now + invitation_life,
                              .used_at = {},
                              .used_by = {},
                              .revoked_at = {}};
        const std::string token = base::random_token();
        const auto id = store::insert_invitation(transaction, invitation, base::sha256_hex(token));
        if (!id)
            return base::unexpected(
                base::Error{ErrorKind::conflict, "identity.invitation.why_not.waits", "email"});
        invitation.id = *id;
        record(transaction, invitation,
               {.action = "identity.invite",
                .role = *invites_as(mine, invitation.role, *where),
                .by = by,
                .now = now});
        send(transaction, invitation, token, identity_.find(transaction, by).value(), mine.tree(),
             now);
        return *id;
    });
}

base::Result<InvitationId> Invitations::recover(base::PersonId by, base::PersonId to,
                                                base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<InvitationId> {
        const Rights mine = identity_.rights(transaction, db::Versions(transaction), by);
        const auto person = store::find(transaction, to);
        const auto affiliations = store::affiliations_of(transaction, to);
        if (!person || !is_within(mine, affiliations, day_of(now)))
            return base::unexpected(base::Error{ErrorKind::not_found, "identity.person_not_found"});
        if (by == to)
            return base::unexpected(base::Error{ErrorKind::invalid, "identity.why_not.oneself"});
        if (!store::was_invited(transaction, to))
            return base::unexpected(
                base::Error{ErrorKind::conflict, "identity.invitation.why_not.not_invited"});
        if (auto reason = why_not_sign_in(affiliations, day_of(now)))
            return base::unexpected(
                base::Error{ErrorKind::conflict, "identity.invitation.why_not.over"});
        if (const auto before = store::open_invitation_of(transaction, person->email))
            store::revoke_invitation(transaction, *before, now);
        Invitation invitation{.id = {},
                              .email = person->email,
                              .given_name = person->given_name,
                              .usual_name = person->usual_name,
                              .language = person->language,
                              .organisation = affiliations.front().organisation,
                              .role = {},
                              .until = {},
                              .recovers = to,
                              .invited_by = by,
                              .invited_at = now,
                              .expires_at = now + invitation_life,
                              .used_at = {},
                              .used_by = {},
                              .revoked_at = {}};
        const std::string token = base::random_token();
        invitation.id =
            store::insert_invitation(transaction, invitation, base::sha256_hex(token)).value();
        record(transaction, invitation,
               {.action = "identity.recover", .role = "administrator", .by = by, .now = now});
        send(transaction, invitation, token, identity_.find(transaction, by).value(), mine.tree(),
             now);
        return invitation.id;
    });
}

base::Result<void> Invitations::send_again(base::PersonId by, InvitationId id, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const Rights mine = identity_.rights(transaction, db::Versions(transaction), by);
        auto invitation = store::find_invitation(transaction, id);
        const auto role = invitation ? manages_as(mine, *invitation) : std::nullopt;
        if (!role) return base::unexpected(not_found());
        const std::string token = base::random_token();
        invitation->expires_at = now + invitation_life;
        if (!store::renew_invitation(transaction, id, base::sha256_hex(token),
                                     invitation->expires_at))
            return base::unexpected(closed(*invitation, now));
        record(transaction, *invitation,
               {.action = "identity.invite_again", .role = *role, .by = by, .now = now});
        send(transaction, *invitation, token, identity_.find(transaction, by).value(), mine.tree(),
             now);
        return {};
    });
}

base::Result<void> Invitations::revoke(base::PersonId by, InvitationId id, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const Rights mine = identity_.rights(transaction, db::Versions(transaction), by);
        const auto invitation = store::find_invitation(transaction, id);
        const auto role = invitation ? manages_as(mine, *invitation) : std::nullopt;
        if (!role) return base::unexpected(not_found());
        if (!store::revoke_invitation(transaction, id, now))
            return base::unexpected(closed(*invitation, now));
        record(transaction, *invitation,
               {.action = "identity.revoke_invitation", .role = *role, .by = by, .now = now});
        return {};
    });
}

InvitationsPage Invitations::open(db::Transaction& transaction, const Rights& rights,
                                  std::optional<InvitationId> before) {
    std::vector<base::OrganisationId> organisations;
    for (const auto& [organisation, depth] : rights.tree().in_order())
        if (invites_as(rights, invited_roles().front(), organisation->id))
            organisations.push_back(organisation->id);
    InvitationsPage page{store::open_invitations(transaction, db::json_ids(organisations), before,
                                                 invitations_per_page + 1)};
    page.more = page.invitations.size() > invitations_per_page;
    if (page.more) page.invitations.pop_back();
    return page;
}

std::optional<Invitation> Invitations::find(db::Transaction& transaction, std::string_view token) {
    return store::find_invitation(transaction, base::sha256_hex(token));
}

base::Result<Creation> Invitations::begin(std::string_view token, std::string_view holder,
                                          base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Creation> {
        const auto invitation = find(transaction, token);
        if (!invitation) return base::unexpected(not_found());
        if (why_not_accept(*invitation, now)) return base::unexpected(closed(*invitation, now));
        Creation creation = passkeys_.begin_accepting(transaction, invitation->id,
                                                      invitation->recovers, holder, now);
        creation.user_name = invitation->email;
        creation.user_full_name = invitation->full_name();
        return creation;
    });
}

base::Result<std::string> Invitations::accept(std::string_view token, const CreationAnswer& answer,
                                              std::string_view holder, std::string_view user_agent,
                                              base::Time now) {
    const auto passkey = passkeys_.check(answer, "accept", holder, now);
    if (!passkey) return base::unexpected(passkey.error());
    const std::string hash = base::sha256_hex(token);
    return database_.write([&](db::Transaction& transaction) -> base::Result<std::string> {
        const auto invitation = store::find_invitation(transaction, hash);
        if (!invitation) return base::unexpected(not_found());
        if (passkey->invitation != invitation->id)
            return base::unexpected(refused(webauthn::Problem::challenge));
        if (why_not_accept(*invitation, now)) return base::unexpected(closed(*invitation, now));

        base::PersonId person = invitation->recovers.value_or(base::PersonId{});
        if (invitation->recovers) {
            // What was lost may have been found by somebody.
            store::delete_passkeys(transaction, person);
            identity_.end_sign_ins(transaction, person, "");
        } else {
            // Somebody of this address came another way meanwhile.
            if (store::find_by_email(transaction, invitation->email))
                return base::unexpected(base::Error{ErrorKind::conflict, "identity.invited.known"});
            person = store::insert(transaction, {.id = {},
                                                 .email = invitation->email,
                                                 .given_name = invitation->given_name,
                                                 .usual_name = invitation->usual_name,
                                                 .job = {},
                                                 .language = invitation->language});
        }
        if (!store::use_invitation(transaction, invitation->id, hash, person, now))
            return base::unexpected(base::Error{ErrorKind::conflict, "identity.invited.used"});
        if (!invitation->recovers) {
            const auto tree = identity_.rights(transaction, db::Versions(transaction), person);
            const auto* employer = tree.tree().find(invitation->organisation);
            store::insert_affiliation(
                transaction, person,
                {.organisation = invitation->organisation,
                 .population = employer == nullptr ? "etat" : employer->branch,
                 .contractor = true,
                 .from = day_of(now),
                 .until = invitation->until});
            store::insert_grant(transaction, person, {invitation->role, invitation->organisation},
                                invitation->invited_by, now);
            jobs::enqueue(
                transaction,
                {.kind = "identity.end_stay",
                 .payload = json::serialize(json::object{{"invitation", invitation->id.value}}),
                 .due_at = base::paris_time(*invitation->until + days{1}, {})});
        }
        if (auto put = passkeys_.put(transaction, person, *passkey, user_agent, now); !put)
            return base::unexpected(put.error());
        record(transaction, *invitation,
               {.action = "identity.accept_invitation", .role = "agent", .by = person, .now = now});
        return identity_.sign_in(transaction, person, now,
                                 {.way = "passkey", .user_agent = user_agent});
    });
}

void Invitations::add_jobs(jobs::Jobs& jobs) {
    // The role ends with the last day; one that an administrator gave later stays.
    jobs.handle("identity.end_stay", [this](const jobs::Attempt& attempt) {
        const InvitationId id{
            json::value_to<std::int64_t>(json::parse(attempt.payload).at("invitation"))};
        database_.write([&](db::Transaction& transaction) {
            const auto invitation = store::find_invitation(transaction, id);
            if (!invitation || !invitation->used_by || !invitation->used_at) return;
            store::end_invited_grant(transaction, *invitation->used_by,
                                     {invitation->role, invitation->organisation},
                                     *invitation->used_at, attempt.now);
            if (why_not_sign_in(store::affiliations_of(transaction, *invitation->used_by),
                                day_of(attempt.now)))
                identity_.end_sign_ins(transaction, *invitation->used_by, "");
        });
    });
}

}  // namespace identity
