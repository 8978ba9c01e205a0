// SPDX-License-Identifier: EUPL-1.2
#include "identity/passkeys.hpp"

#include "audit/audit.hpp"
#include "base/base64url.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "identity/devices.hpp"
#include "identity/rules_access.hpp"
#include "identity/store.hpp"
#include "identity/store_access.hpp"
#include "mail/mail.hpp"

#include <algorithm>

namespace identity {
namespace {

using webauthn::Problem;

// Section 15.1 of WebAuthn proposes 5 to 10 minutes.
constexpr std::chrono::minutes challenge_life{10};
constexpr std::size_t most_answer = 96UL * 1024;  // letters, each part of an answer
constexpr std::size_t longest_name = 60;

std::optional<std::string> decoded(std::string_view text) {
    if (text.empty() || text.size() > most_answer) return std::nullopt;
    return base::base64url_decode(text);
}

std::string new_challenge(db::Transaction& transaction, store::Challenge row, base::Time now) {
    std::string challenge = base::random_token();
    row.hash = base::sha256_hex(challenge);
    row.expires_at = now + challenge_life;
    store::delete_expired_challenges(transaction, now);
    store::insert_challenge(transaction, row);
    return challenge;
}

// What was asked, when this browser asked it for this purpose and in time. In a transaction of its
// own, so that it is used up also when the answer is refused.
std::optional<store::Challenge> taken(db::Database& database, std::string_view challenge,
                                      std::string_view purpose, std::string_view holder,
                                      base::Time now) {
    const std::string hash = base::sha256_hex(challenge);
    auto found = database.write(
        [&](db::Transaction& transaction) { return store::take_challenge(transaction, hash); });
    if (!found || found->purpose != purpose || found->holder != holder || found->expires_at <= now)
        return std::nullopt;
    return found;
}

void tell_owner(db::Transaction& transaction, const Person& person, std::string subject,
                std::string paragraph, base::Time now) {
    mail::put(transaction,
              {.to = {person.id, person.email, person.full_name(), person.language},
               .kind = "identity.passkeys",
               .subject = std::move(subject),
               .paragraphs = {std::move(paragraph), "identity.mail.passkey.not_you"},
               .facts = {{"identity.mail.passkey.when", now}},
               .action = {{"identity.mail.passkey.open", "/me/passkeys"}},
               .at_once = true},
              now);
}

struct Act {
    base::PersonId person;
    std::string_view action;
    base::Time now{};
};

void record(db::Transaction& transaction, const Act& act) {
    audit::record(transaction, {.at = act.now,
                                .actor = act.person,
                                .action = act.action,
                                .object = "person",
                                .object_id = act.person.value});
}

base::Error not_found() {
    return {base::ErrorKind::not_found, "identity.passkeys.unknown"};
}

}  // namespace

base::Error refused(Problem problem) {
    return {base::ErrorKind::invalid,
            "identity.passkey.why_not." + std::string{webauthn::name_of(problem)}};
}

Passkeys::Passkeys(db::Database& database, Identity& identity, webauthn::RelyingParty site)
    : database_(database), identity_(identity), site_(std::move(site)) {}

std::vector<Passkey> Passkeys::of(db::Transaction& transaction, base::PersonId person) {
    return store::passkeys(transaction, person);
}

base::Result<Creation> Passkeys::begin(base::PersonId id, std::string_view holder, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<Creation> {
        const Person person = identity_.find(transaction, id).value();
        Creation creation{
            .challenge = {},
            .user_handle = store::user_handle(transaction, id).value_or(base::random_token()),
            .user_name = person.email,
            .user_full_name = person.full_name(),
            .known = store::credentials(transaction, id)};
        if (creation.known.size() >= most_passkeys)
            return base::unexpected(
                base::Error{base::ErrorKind::conflict, "identity.passkeys.too_many"});
        creation.challenge = new_challenge(transaction,
                                           {.hash = {},
                                            .purpose = "add",
                                            .holder = std::string{holder},
                                            .user_handle = creation.user_handle,
                                            .person = id,
                                            .invitation = {},
                                            .expires_at = {}},
                                           now);
        return creation;
    });
}

Creation Passkeys::begin_accepting(db::Transaction& transaction, InvitationId invitation,
                                   std::optional<base::PersonId> person, std::string_view holder,
                                   base::Time now) {
    Creation creation;
    if (person) creation.user_handle = store::user_handle(transaction, *person).value_or("");
    if (creation.user_handle.empty()) creation.user_handle = base::random_token();
    creation.challenge = new_challenge(transaction,
                                       {.hash = {},
                                        .purpose = "accept",
                                        .holder = std::string{holder},
                                        .user_handle = creation.user_handle,
                                        .person = person,
                                        .invitation = invitation,
                                        .expires_at = {}},
                                       now);
    return creation;
}

base::Result<NewPasskey> Passkeys::check(const CreationAnswer& answer, std::string_view purpose,
                                         std::string_view holder, base::Time now) {
    const auto client_data = decoded(answer.client_data);
    const auto object = decoded(answer.attestation_object);
    if (!client_data || !object) return base::unexpected(refused(Problem::malformed));
    const auto challenge = webauthn::challenge_of(*client_data, "webauthn.create", site_);
    if (!challenge) return base::unexpected(refused(challenge.error()));
    auto asked = taken(database_, *challenge, purpose, holder, now);
    if (!asked) return base::unexpected(refused(Problem::challenge));
    auto key = webauthn::read_new_key(*object, site_);
    if (!key) return base::unexpected(refused(key.error()));
    return NewPasskey{std::move(*key), std::move(asked->user_handle), asked->person,
                      asked->invitation};
}

base::Result<void> Passkeys::put(db::Transaction& transaction, base::PersonId person,
                                 const NewPasskey& given, std::string_view user_agent,
                                 base::Time now) {
    if (!store::insert_passkey(transaction, person, given, device_of(user_agent), now))
        return base::unexpected(base::Error{base::ErrorKind::conflict, "identity.passkeys.taken"});
    record(transaction, {.person = person, .action = "identity.add_passkey", .now = now});
    return {};
}

base::Result<void> Passkeys::add(base::PersonId id, const CreationAnswer& answer,
                                 std::string_view holder, std::string_view user_agent,
                                 base::Time now) {
    const auto given = check(answer, "add", holder, now);
    if (!given) return base::unexpected(given.error());
    if (given->person != id) return base::unexpected(refused(Problem::challenge));
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const Person person = identity_.find(transaction, id).value();
        if (store::lock_keys(transaction, id).size() >= most_passkeys)
            return base::unexpected(
                base::Error{base::ErrorKind::conflict, "identity.passkeys.too_many"});
        if (auto added = put(transaction, id, *given, user_agent, now); !added) return added;
        tell_owner(transaction, person, "identity.mail.passkey.added.subject",
                   "identity.mail.passkey.added.text", now);
        return {};
    });
}

base::Result<void> Passkeys::rename(base::PersonId person, PasskeyId id, std::string_view name) {
    if (base::length(name) > longest_name)
        return base::unexpected(
            base::Error{base::ErrorKind::invalid, "identity.passkeys.name_too_long", "name"});
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        if (!store::rename_passkey(transaction, person, id, name))
            return base::unexpected(not_found());
        return {};
    });
}

base::Result<void> Passkeys::remove(base::PersonId id, PasskeyId passkey, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const Person person = identity_.find(transaction, id).value();
        const auto keys = store::lock_keys(transaction, id);
        if (std::ranges::find(keys, passkey) == keys.end()) return base::unexpected(not_found());
        if (auto reason =
                why_not_remove_passkey(keys.size(), identity_.was_invited(transaction, id)))
            return base::unexpected(base::Error{base::ErrorKind::conflict, std::move(*reason)});
        store::delete_passkey(transaction, id, passkey);
        record(transaction, {.person = id, .action = "identity.remove_passkey", .now = now});
        tell_owner(transaction, person, "identity.mail.passkey.removed.subject",
                   "identity.mail.passkey.removed.text", now);
        return {};
    });
}

std::string Passkeys::begin_sign_in(std::string_view holder, base::Time now) {
    return database_.write([&](db::Transaction& transaction) {
        return new_challenge(transaction,
                             {.hash = {},
                              .purpose = "sign-in",
                              .holder = std::string{holder},
                              .user_handle = {},
                              .person = {},
                              .invitation = {},
                              .expires_at = {}},
                             now);
    });
}

base::Result<std::string> Passkeys::sign_in(const AssertionAnswer& answer, std::string_view holder,
                                            std::string_view user_agent, base::Time now) {
    const auto client_data = decoded(answer.client_data);
    const auto data = decoded(answer.authenticator_data);
    const auto signature = decoded(answer.signature);
    if (!client_data || !data || !signature) return base::unexpected(refused(Problem::malformed));
    const auto challenge = webauthn::challenge_of(*client_data, "webauthn.get", site_);
    if (!challenge) return base::unexpected(refused(challenge.error()));
    if (!taken(database_, *challenge, "sign-in", holder, now))
        return base::unexpected(refused(Problem::challenge));

    // A copied authenticator is recorded, which a refused transaction could not do.
    std::optional<base::Error> copied;
    auto token = database_.write([&](db::Transaction& transaction) -> base::Result<std::string> {
        copied.reset();
        const auto key = store::lock_key(transaction, answer.credential);
        // Discoverable credentials always tell their user (section 7.2, step 6).
        if (!key || key->user_handle != answer.user_handle)
            return base::unexpected(refused(Problem::unknown));
        const auto count = webauthn::check({*client_data, *data, *signature},
                                           base::base64url_decode(key->public_key).value(),
                                           key->sign_count, site_);
        if (!count && count.error() == Problem::counter) {
            copied = refused(Problem::counter);
            record(transaction, {.person = key->person,
                                 .action = "identity.passkey_counter_went_back",
                                 .now = now});
            return std::string{};
        }
        if (!count) return base::unexpected(refused(count.error()));
        if (auto reason = why_not_sign_in(identity_.affiliations_of(transaction, key->person),
                                          base::in_paris(now).day))
            return base::unexpected(base::Error{base::ErrorKind::conflict, std::move(*reason)});
        store::use_passkey(transaction, key->id, *count, now);
        return identity_.sign_in(transaction, key->person, now,
                                 {.way = "passkey", .user_agent = user_agent});
    });
    if (copied) return base::unexpected(std::move(*copied));
    return token;
}

}  // namespace identity
