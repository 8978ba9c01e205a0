// SPDX-License-Identifier: EUPL-1.2
#include "identity/store_access.hpp"

#include "base/base64url.hpp"
#include "db/database.hpp"

namespace identity::store {
namespace {

std::optional<base::Time> optional_time(const db::Row& row, int column) {
    const auto seconds = row.optional_integer(column);
    return seconds ? std::optional{base::from_epoch(*seconds)} : std::nullopt;
}

template <class Id>
std::optional<Id> optional_id(const db::Row& row, int column) {
    const auto value = row.optional_integer(column);
    return value ? std::optional{Id{*value}} : std::nullopt;
}

template <class Id>
db::Value value_of(const std::optional<Id>& id) {
    return id ? db::Value{id->value} : db::Value{};
}

}  // namespace

// -- challenges

constexpr db::Query insert_challenge_row{"identity.insert_challenge", R"sql(
    INSERT INTO passkey_challenges (hash, purpose, holder, user_handle, person_id, invitation_id,
                                    expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
)sql"};

void insert_challenge(db::Transaction& transaction, const Challenge& row) {
    transaction.run(insert_challenge_row,
                    {row.hash, row.purpose, row.holder, row.user_handle, value_of(row.person),
                     value_of(row.invitation), base::to_epoch(row.expires_at)});
}

constexpr db::Query take_challenge_row{"identity.take_challenge", R"sql(
    DELETE FROM passkey_challenges WHERE hash = $1
    RETURNING purpose, holder, user_handle, person_id, invitation_id, expires_at
)sql"};

std::optional<Challenge> take_challenge(db::Transaction& transaction, std::string_view hash) {
    std::optional<Challenge> found;
    transaction.run(take_challenge_row, {hash}, [&](const db::Row& row) {
        found = Challenge{.hash = std::string{hash},
                          .purpose = std::string{row.text(0)},
                          .holder = std::string{row.text(1)},
                          .user_handle = std::string{row.text(2)},
                          .person = optional_id<base::PersonId>(row, 3),
                          .invitation = optional_id<InvitationId>(row, 4),
                          .expires_at = base::from_epoch(row.integer(5))};
    });
    return found;
}

constexpr db::Query delete_old_challenges{"identity.delete_expired_challenges", R"sql(
    DELETE FROM passkey_challenges WHERE expires_at <= $1
)sql"};

void delete_expired_challenges(db::Transaction& transaction, base::Time now) {
    transaction.run(delete_old_challenges, {base::to_epoch(now)});
}

// -- passkeys

constexpr db::Query select_passkeys{"identity.passkeys", R"sql(
    SELECT id, name, device, created_at, used_at FROM passkeys WHERE person_id = $1 ORDER BY id
)sql"};

std::vector<Passkey> passkeys(db::Transaction& transaction, base::PersonId person) {
    std::vector<Passkey> found;
    transaction.run(select_passkeys, {person.value}, [&](const db::Row& row) {
        found.push_back({{row.integer(0)},
                         std::string{row.text(1)},
                         std::string{row.text(2)},
                         base::from_epoch(row.integer(3)),
                         optional_time(row, 4)});
    });
    return found;
}

constexpr db::Query select_credentials{"identity.credentials", R"sql(
    SELECT credential, user_handle FROM passkeys WHERE person_id = $1 ORDER BY id
)sql"};

std::vector<std::string> credentials(db::Transaction& transaction, base::PersonId person) {
    std::vector<std::string> found;
    transaction.run(select_credentials, {person.value},
                    [&](const db::Row& row) { found.emplace_back(row.text(0)); });
    return found;
}

std::optional<std::string> user_handle(db::Transaction& transaction, base::PersonId person) {
    std::optional<std::string> found;
    transaction.run(select_credentials, {person.value},
                    [&](const db::Row& row) { found = std::string{row.text(1)}; });
    return found;
}

constexpr db::Query lock_one_key{"identity.lock_passkey", R"sql(
    UPDATE passkeys SET sign_count = sign_count WHERE credential = $1
    RETURNING id, person_id, public_key, user_handle, sign_count
)sql"};

std::optional<StoredKey> lock_key(db::Transaction& transaction, std::string_view credential) {
    std::optional<StoredKey> found;
    transaction.run(lock_one_key, {credential}, [&](const db::Row& row) {
        found = StoredKey{{row.integer(0)},
                          {row.integer(1)},
                          std::string{row.text(2)},
                          std::string{row.text(3)},
                          row.integer(4)};
    });
    return found;
}

// The person's row, so that one who has no key yet is locked too.
constexpr db::Query lock_person{"identity.lock_person", R"sql(
    UPDATE persons SET email = email WHERE id = $1
)sql"};

std::vector<PasskeyId> lock_keys(db::Transaction& transaction, base::PersonId person) {
    transaction.run(lock_person, {person.value});
    std::vector<PasskeyId> found;
    transaction.run(select_passkeys, {person.value},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

constexpr db::Query insert_passkey_row{"identity.insert_passkey", R"sql(
    INSERT INTO passkeys (person_id, credential, public_key, user_handle, sign_count, name, device,
                          created_at)
    VALUES ($1, $2, $3, $4, $5, '', $6, $7)
    ON CONFLICT DO NOTHING
)sql"};

bool insert_passkey(db::Transaction& transaction, base::PersonId person, const NewPasskey& given,
                    std::string_view device, base::Time now) {
    const std::string credential = base::base64url_encode(given.key.credential);
    const std::string public_key = base::base64url_encode(given.key.public_key);
    return transaction.run(insert_passkey_row,
                           {person.value, credential, public_key, given.user_handle,
                            given.key.sign_count, device, base::to_epoch(now)}) > 0;
}

constexpr db::Query use_passkey_row{"identity.use_passkey", R"sql(
    UPDATE passkeys SET sign_count = $2, used_at = $3 WHERE id = $1
)sql"};

void use_passkey(db::Transaction& transaction, PasskeyId id, std::int64_t sign_count,
                 base::Time now) {
    transaction.run(use_passkey_row, {id.value, sign_count, base::to_epoch(now)});
}

constexpr db::Query rename_passkey_row{"identity.rename_passkey", R"sql(
    UPDATE passkeys SET name = $3 WHERE id = $2 AND person_id = $1
)sql"};

bool rename_passkey(db::Transaction& transaction, base::PersonId person, PasskeyId id,
                    std::string_view name) {
    return transaction.run(rename_passkey_row, {person.value, id.value, name}) > 0;
}

constexpr db::Query delete_passkey_row{"identity.delete_passkey", R"sql(
    DELETE FROM passkeys WHERE id = $2 AND person_id = $1
)sql"};

bool delete_passkey(db::Transaction& transaction, base::PersonId person, PasskeyId id) {
    return transaction.run(delete_passkey_row, {person.value, id.value}) > 0;
}

constexpr db::Query delete_all_passkeys{"identity.delete_passkeys", R"sql(
    DELETE FROM passkeys WHERE person_id = $1
)sql"};

void delete_passkeys(db::Transaction& transaction, base::PersonId person) {
    transaction.run(delete_all_passkeys, {person.value});
}

// -- invitations

namespace {

Invitation invitation_from(const db::Row& row) {
    Invitation found{.id = {row.integer(0)},
                     .email = std::string{row.text(1)},
                     .given_name = std::string{row.text(2)},
                     .usual_name = std::string{row.text(3)},
                     .language = std::string{row.text(4)},
                     .organisation = {row.integer(5)},
                     .role = row.optional_text(6).value_or(""),
                     .until = {},
                     .recovers = optional_id<base::PersonId>(row, 8),
                     .invited_by = {row.integer(9)},
                     .invited_at = base::from_epoch(row.integer(10)),
                     .expires_at = base::from_epoch(row.integer(11)),
                     .used_at = optional_time(row, 12),
                     .used_by = optional_id<base::PersonId>(row, 13),
                     .revoked_at = optional_time(row, 14)};
    if (const auto day = row.optional_integer(7)) found.until = base::Date{std::chrono::days{*day}};
    return found;
}

}  // namespace

constexpr db::Query insert_invitation_row{"identity.insert_invitation", R"sql(
    INSERT INTO invitations (email, given_name, usual_name, language, organisation_id, role,
                             until_day, recovers, token_hash, invited_by, invited_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT DO NOTHING
    RETURNING id
)sql"};

std::optional<InvitationId> insert_invitation(db::Transaction& transaction, const Invitation& given,
                                              std::string_view token_hash) {
    std::optional<InvitationId> id;
    const auto until = given.until
                           ? std::optional{std::int64_t{given.until->time_since_epoch().count()}}
                           : std::nullopt;
    transaction.run(
        insert_invitation_row,
        {given.email, given.given_name, given.usual_name, given.language, given.organisation.value,
         given.role.empty() ? db::Value{} : db::Value{given.role}, until, value_of(given.recovers),
         token_hash, given.invited_by.value, base::to_epoch(given.invited_at),
         base::to_epoch(given.expires_at)},
        [&](const db::Row& row) { id = InvitationId{row.integer(0)}; });
    return id;
}

constexpr db::Query select_invitation{"identity.invitation", R"sql(
    SELECT id, email, given_name, usual_name, language, organisation_id, role, until_day, recovers,
           invited_by, invited_at, expires_at, used_at, used_by, revoked_at
    FROM invitations WHERE id = $1
)sql"};

std::optional<Invitation> find_invitation(db::Transaction& transaction, InvitationId id) {
    std::optional<Invitation> found;
    transaction.run(select_invitation, {id.value},
                    [&](const db::Row& row) { found = invitation_from(row); });
    return found;
}

constexpr db::Query select_invitation_of{"identity.invitation_of_token", R"sql(
    SELECT id, email, given_name, usual_name, language, organisation_id, role, until_day, recovers,
           invited_by, invited_at, expires_at, used_at, used_by, revoked_at
    FROM invitations WHERE token_hash = $1
)sql"};

std::optional<Invitation> find_invitation(db::Transaction& transaction,
                                          std::string_view token_hash) {
    std::optional<Invitation> found;
    transaction.run(select_invitation_of, {token_hash},
                    [&](const db::Row& row) { found = invitation_from(row); });
    return found;
}

constexpr db::Query select_open_invitations{"identity.open_invitations", R"sql(
    SELECT id, email, given_name, usual_name, language, organisation_id, role, until_day, recovers,
           invited_by, invited_at, expires_at, used_at, used_by, revoked_at
    FROM invitations
    WHERE organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
      AND used_at IS NULL AND revoked_at IS NULL AND id < $2
    ORDER BY id DESC LIMIT $3
)sql"};

std::vector<Invitation> open_invitations(db::Transaction& transaction,
                                         std::string_view json_organisations,
                                         std::optional<InvitationId> before, int most) {
    std::vector<Invitation> found;
    transaction.run(select_open_invitations,
                    {json_organisations, before ? before->value : INT64_MAX, most},
                    [&](const db::Row& row) { found.push_back(invitation_from(row)); });
    return found;
}

constexpr db::Query select_open_of{"identity.open_invitation_of", R"sql(
    SELECT id FROM invitations WHERE email = $1 AND used_at IS NULL AND revoked_at IS NULL
)sql"};

std::optional<InvitationId> open_invitation_of(db::Transaction& transaction,
                                               std::string_view email) {
    std::optional<InvitationId> found;
    transaction.run(select_open_of, {email},
                    [&](const db::Row& row) { found = InvitationId{row.integer(0)}; });
    return found;
}

constexpr db::Query renew_row{"identity.renew_invitation", R"sql(
    UPDATE invitations SET token_hash = $2, expires_at = $3
    WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL
)sql"};

bool renew_invitation(db::Transaction& transaction, InvitationId id, std::string_view token_hash,
                      base::Time expires_at) {
    return transaction.run(renew_row, {id.value, token_hash, base::to_epoch(expires_at)}) > 0;
}

constexpr db::Query revoke_row{"identity.revoke_invitation", R"sql(
    UPDATE invitations SET revoked_at = $2
    WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL
)sql"};

bool revoke_invitation(db::Transaction& transaction, InvitationId id, base::Time now) {
    return transaction.run(revoke_row, {id.value, base::to_epoch(now)}) > 0;
}

// With the link that was followed: one that was replaced meanwhile is of no use.
constexpr db::Query use_row{"identity.use_invitation", R"sql(
    UPDATE invitations SET used_at = $4, used_by = $3
    WHERE id = $1 AND token_hash = $2 AND used_at IS NULL AND revoked_at IS NULL
)sql"};

bool use_invitation(db::Transaction& transaction, InvitationId id, std::string_view token_hash,
                    base::PersonId by, base::Time now) {
    return transaction.run(use_row, {id.value, token_hash, by.value, base::to_epoch(now)}) > 0;
}

constexpr db::Query select_was_invited{"identity.was_invited", R"sql(
    SELECT 1 FROM invitations WHERE used_by = $1 LIMIT 1
)sql"};

bool was_invited(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(select_was_invited, {person.value}) > 0;
}

constexpr db::Query end_grant_row{"identity.end_invited_grant", R"sql(
    UPDATE role_grants SET revoked_at = $5
    WHERE person_id = $1 AND role = $2 AND organisation_id = $3 AND granted_at = $4
      AND revoked_at IS NULL
)sql"};

void end_invited_grant(db::Transaction& transaction, base::PersonId person, const Grant& grant,
                       base::Time granted_at, base::Time now) {
    transaction.run(end_grant_row, {person.value, grant.role, grant.perimeter.value,
                                    base::to_epoch(granted_at), base::to_epoch(now)});
}

// -- emergency administrators

constexpr db::Query select_any_emergency{"identity.any_emergency", R"sql(
    SELECT 1 FROM emergency_administrators WHERE disabled_at IS NULL LIMIT 1
)sql"};

bool any_emergency(db::Transaction& transaction) {
    return transaction.run(select_any_emergency, {}) > 0;
}

constexpr db::Query select_emergencies{"identity.emergency_administrators", R"sql(
    SELECT p.id, p.email, p.given_name, p.usual_name, e.created_at, e.used_at, e.disabled_at
    FROM emergency_administrators e JOIN persons p ON p.id = e.person_id
    ORDER BY p.email
)sql"};

std::vector<EmergencyAdministrator> emergency_administrators(db::Transaction& transaction) {
    std::vector<EmergencyAdministrator> found;
    transaction.run(select_emergencies, {}, [&](const db::Row& row) {
        found.push_back({{.id = {row.integer(0)},
                          .email = std::string{row.text(1)},
                          .given_name = std::string{row.text(2)},
                          .usual_name = std::string{row.text(3)},
                          .job = {}},
                         base::from_epoch(row.integer(4)),
                         optional_time(row, 5),
                         optional_time(row, 6)});
    });
    return found;
}

constexpr db::Query put_emergency_row{"identity.put_emergency", R"sql(
    INSERT INTO emergency_administrators (person_id, password, totp_key, created_at)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (person_id) DO UPDATE
    SET password = $2, totp_key = $3, created_at = $4, last_step = 0, disabled_at = NULL
)sql"};

void put_emergency(db::Transaction& transaction, const Emergency& row, base::Time now) {
    transaction.run(put_emergency_row,
                    {row.person.value, row.password, row.totp_key, base::to_epoch(now)});
}

constexpr db::Query disable_row{"identity.disable_emergency", R"sql(
    UPDATE emergency_administrators SET disabled_at = $2
    WHERE person_id = $1 AND disabled_at IS NULL
)sql"};

bool disable_emergency(db::Transaction& transaction, base::PersonId person, base::Time now) {
    return transaction.run(disable_row, {person.value, base::to_epoch(now)}) > 0;
}

constexpr db::Query select_emergency{"identity.emergency", R"sql(
    SELECT e.person_id, e.password, e.totp_key
    FROM persons p JOIN emergency_administrators e ON e.person_id = p.id
    WHERE p.email = $1 AND e.disabled_at IS NULL
)sql"};

std::optional<Emergency> find_emergency(db::Transaction& transaction, std::string_view email) {
    std::optional<Emergency> found;
    transaction.run(select_emergency, {email}, [&](const db::Row& row) {
        found = Emergency{{row.integer(0)}, std::string{row.text(1)}, std::string{row.text(2)}};
    });
    return found;
}

constexpr db::Query select_last_step{"identity.last_step", R"sql(
    SELECT last_step FROM emergency_administrators WHERE person_id = $1
)sql"};

std::int64_t last_step(db::Transaction& transaction, base::PersonId person) {
    std::int64_t step = 0;
    transaction.run(select_last_step, {person.value},
                    [&](const db::Row& row) { step = row.integer(0); });
    return step;
}

constexpr db::Query use_step_row{"identity.use_step", R"sql(
    UPDATE emergency_administrators SET last_step = $2, used_at = $3
    WHERE person_id = $1 AND last_step < $2 AND disabled_at IS NULL
)sql"};

bool use_step(db::Transaction& transaction, base::PersonId person, std::int64_t step,
              base::Time now) {
    return transaction.run(use_step_row, {person.value, step, base::to_epoch(now)}) > 0;
}

// -- failed attempts

constexpr db::Query count_failure_row{"identity.count_failure", R"sql(
    INSERT INTO sign_in_failures (subject, failures, locked_until, last_at) VALUES ($1, 1, 0, $2)
    ON CONFLICT (subject) DO UPDATE
    SET failures = CASE WHEN sign_in_failures.last_at < $3 THEN 1
                        ELSE sign_in_failures.failures + 1 END,
        last_at = $2
    RETURNING failures, locked_until
)sql"};

Failures count_failure(db::Transaction& transaction, std::string_view subject, base::Time now,
                       base::Time forgotten_before) {
    Failures found;
    transaction.run(
        count_failure_row, {subject, base::to_epoch(now), base::to_epoch(forgotten_before)},
        [&](const db::Row& row) {
            found = {static_cast<int>(row.integer(0)), base::from_epoch(row.integer(1))};
        });
    return found;
}

constexpr db::Query lock_subject_row{"identity.lock_subject", R"sql(
    UPDATE sign_in_failures SET locked_until = $2 WHERE subject = $1
)sql"};

void lock_subject(db::Transaction& transaction, std::string_view subject, base::Time until) {
    transaction.run(lock_subject_row, {subject, base::to_epoch(until)});
}

constexpr db::Query forget_row{"identity.forget_failures", R"sql(
    DELETE FROM sign_in_failures WHERE subject = $1
)sql"};

void forget_failures(db::Transaction& transaction, std::string_view subject) {
    transaction.run(forget_row, {subject});
}

constexpr db::Query forget_old{"identity.forget_old_failures", R"sql(
    DELETE FROM sign_in_failures WHERE last_at < $1
)sql"};

void forget_failures_before(db::Transaction& transaction, base::Time before) {
    transaction.run(forget_old, {base::to_epoch(before)});
}

}  // namespace identity::store
