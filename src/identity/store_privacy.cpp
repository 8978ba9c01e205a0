// SPDX-License-Identifier: EUPL-1.2
// The part of the store that personal data needs (privacy.cpp).
#include "base/text.hpp"
#include "db/database.hpp"
#include "identity/store.hpp"

namespace identity::store {

constexpr db::Query select_grant_history{"identity.grant_history", R"sql(
    SELECT role, organisation_id, granted_at, revoked_at FROM role_grants
    WHERE person_id = $1 ORDER BY id
)sql"};

std::vector<GrantHistory> grant_history(db::Transaction& transaction, base::PersonId person) {
    std::vector<GrantHistory> found;
    transaction.run(select_grant_history, {person.value}, [&](const db::Row& row) {
        GrantHistory grant{{std::string{row.text(0)}, {row.integer(1)}},
                           base::from_epoch(row.integer(2)),
                           std::nullopt};
        if (const auto at = row.optional_integer(3)) grant.revoked_at = base::from_epoch(*at);
        found.push_back(std::move(grant));
    });
    return found;
}

constexpr db::Query select_sign_in_times{"identity.sign_in_times", R"sql(
    SELECT created_at, expires_at FROM sign_ins WHERE person_id = $1 ORDER BY created_at
)sql"};

std::vector<std::pair<base::Time, base::Time>> sign_in_times(db::Transaction& transaction,
                                                             base::PersonId person) {
    std::vector<std::pair<base::Time, base::Time>> found;
    transaction.run(select_sign_in_times, {person.value}, [&](const db::Row& row) {
        found.emplace_back(base::from_epoch(row.integer(0)), base::from_epoch(row.integer(1)));
    });
    return found;
}

constexpr db::Query erase_person_row{"identity.erase_person", R"sql(
    UPDATE persons SET email = $2, given_name = $3, usual_name = $4, sort_name = $5, job = '',
                       demo = 0, erased_at = $6
    WHERE id = $1 AND erased_at IS NULL
)sql"};

int erase_person(db::Transaction& transaction, const Person& neutral, base::Time now) {
    const std::string sorted = base::fold(neutral.usual_name + ' ' + neutral.given_name);
    return transaction.run(erase_person_row, {neutral.id.value, neutral.email, neutral.given_name,
                                              neutral.usual_name, sorted, base::to_epoch(now)});
}

constexpr db::Query delete_sign_ins_of{"identity.delete_sign_ins", R"sql(
    DELETE FROM sign_ins WHERE person_id = $1
)sql"};

int delete_sign_ins(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(delete_sign_ins_of, {person.value});
}

constexpr db::Query select_own_passkeys{"identity.own_passkeys", R"sql(
    SELECT name, device, created_at, used_at FROM passkeys WHERE person_id = $1 ORDER BY id
)sql"};

std::vector<OwnPasskey> own_passkeys(db::Transaction& transaction, base::PersonId person) {
    std::vector<OwnPasskey> found;
    transaction.run(select_own_passkeys, {person.value}, [&](const db::Row& row) {
        OwnPasskey key{std::string{row.text(0)}, std::string{row.text(1)},
                       base::from_epoch(row.integer(2)), std::nullopt};
        if (const auto at = row.optional_integer(3)) key.used_at = base::from_epoch(*at);
        found.push_back(std::move(key));
    });
    return found;
}

constexpr db::Query delete_challenges_of{"identity.delete_challenges_of", R"sql(
    DELETE FROM passkey_challenges WHERE person_id = $1
)sql"};
constexpr db::Query delete_passkeys_of{"identity.delete_passkeys_of", R"sql(
    DELETE FROM passkeys WHERE person_id = $1
)sql"};
constexpr db::Query delete_emergency_of{"identity.delete_emergency_of", R"sql(
    DELETE FROM emergency_administrators WHERE person_id = $1
)sql"};

// Else ProConnect would let them in again; what somebody who claimed to be them told goes, too.
constexpr db::Query delete_accounts_of{"identity.delete_accounts_of", R"sql(
    DELETE FROM proconnect_accounts WHERE person_id = $1
)sql"};
constexpr db::Query delete_claims_of{"identity.delete_claims_of", R"sql(
    DELETE FROM newcomers WHERE claimed_person_id = $1
)sql"};

int delete_ways_in(db::Transaction& transaction, base::PersonId person) {
    transaction.run(delete_challenges_of, {person.value});
    transaction.run(delete_claims_of, {person.value});
    return transaction.run(delete_accounts_of, {person.value}) +
           transaction.run(delete_passkeys_of, {person.value}) +
           transaction.run(delete_emergency_of, {person.value});
}

// An open one that would let them in again is taken back.
constexpr db::Query erase_invitation_rows{"identity.erase_invitations", R"sql(
    UPDATE invitations
    SET given_name = $2, usual_name = $3,
        email = 'efface-' || CAST(CAST($1 AS bigint) AS text) || '-' || CAST(id AS text) || '@campus.invalid',
        revoked_at = CASE WHEN used_at IS NULL THEN coalesce(revoked_at, $4) END
    WHERE used_by = $1 OR recovers = $1
)sql"};

int erase_invitations(db::Transaction& transaction, const Person& neutral, base::Time now) {
    return transaction.run(erase_invitation_rows, {neutral.id.value, neutral.given_name,
                                                   neutral.usual_name, base::to_epoch(now)});
}

constexpr db::Query revoke_all_grants{"identity.revoke_all", R"sql(
    UPDATE role_grants SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL
)sql"};

int revoke_all(db::Transaction& transaction, base::PersonId person, base::Time now) {
    return transaction.run(revoke_all_grants, {person.value, base::to_epoch(now)});
}

// Both choose by the same words.
constexpr db::Query count_old_sign_in_rows{"identity.count_old_sign_ins", R"sql(
    SELECT count(*) FROM (
        SELECT token_hash FROM sign_ins WHERE expires_at < $1 ORDER BY expires_at LIMIT $2) AS oldest
)sql"};
constexpr db::Query delete_old_sign_in_rows{"identity.delete_old_sign_ins", R"sql(
    DELETE FROM sign_ins WHERE token_hash IN (
        SELECT token_hash FROM sign_ins WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)
)sql"};

int count_old_sign_ins(db::Transaction& transaction, base::Time before, int most) {
    int count = 0;
    transaction.run(count_old_sign_in_rows, {base::to_epoch(before), most},
                    [&](const db::Row& row) { count = static_cast<int>(row.integer(0)); });
    return count;
}

int delete_old_sign_ins(db::Transaction& transaction, base::Time before, int most) {
    return transaction.run(delete_old_sign_in_rows, {base::to_epoch(before), most});
}

#define OLD_NEWCOMERS \
    "SELECT id FROM newcomers WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2"
constexpr db::Query select_old_newcomers{"identity.old_newcomers", OLD_NEWCOMERS};
constexpr db::Query delete_old_newcomers{"identity.delete_old_newcomers",
                                         "DELETE FROM newcomers WHERE id IN (" OLD_NEWCOMERS ")"};
#undef OLD_NEWCOMERS

int retain_newcomers(db::Transaction& transaction, base::Time before, int most, bool real) {
    return transaction.run(real ? delete_old_newcomers : select_old_newcomers,
                           {base::to_epoch(before), most});
}

// Never accepted. A challenge that was begun with one has expired long before.
#define OLD_INVITATIONS                                                                    \
    "SELECT id FROM invitations WHERE used_at IS NULL AND expires_at < $1 AND NOT EXISTS " \
    "(SELECT 1 FROM passkey_challenges c WHERE c.invitation_id = invitations.id) "         \
    "ORDER BY expires_at, id LIMIT $2"
constexpr db::Query select_old_invitations{"identity.old_invitations", OLD_INVITATIONS};
constexpr db::Query delete_old_invitations{
    "identity.delete_old_invitations", "DELETE FROM invitations WHERE id IN (" OLD_INVITATIONS ")"};
#undef OLD_INVITATIONS

int retain_invitations(db::Transaction& transaction, base::Time before, int most, bool real) {
    return transaction.run(real ? delete_old_invitations : select_old_invitations,
                           {base::to_epoch(before), most});
}

constexpr db::Query select_own_accounts{"identity.accounts_of", R"sql(
    SELECT workplace, created_at, signed_in_at FROM proconnect_accounts
    WHERE person_id = $1 ORDER BY created_at
)sql"};

std::vector<OwnAccount> own_accounts(db::Transaction& transaction, base::PersonId person) {
    std::vector<OwnAccount> found;
    transaction.run(select_own_accounts, {person.value}, [&](const db::Row& row) {
        found.push_back({std::string{row.text(0)}, base::from_epoch(row.integer(1)),
                         base::from_epoch(row.integer(2))});
    });
    return found;
}

constexpr db::Query select_own_invitations{"identity.invitations_of", R"sql(
    SELECT email, invited_at, used_at FROM invitations
    WHERE used_by = $1 OR recovers = $1 OR email = (SELECT email FROM persons WHERE id = $1)
    ORDER BY id
)sql"};

std::vector<OwnInvitation> own_invitations(db::Transaction& transaction, base::PersonId person) {
    std::vector<OwnInvitation> found;
    transaction.run(select_own_invitations, {person.value}, [&](const db::Row& row) {
        OwnInvitation one{std::string{row.text(0)}, base::from_epoch(row.integer(1)), {}};
        if (const auto at = row.optional_integer(2)) one.used_at = base::from_epoch(*at);
        found.push_back(std::move(one));
    });
    return found;
}

// They worked somewhere, and nowhere since; hold no role; have not signed in.
constexpr db::Query select_gone{"identity.gone", R"sql(
    SELECT DISTINCT p.id FROM affiliations a JOIN persons p ON p.id = a.person_id
    WHERE a.until_day < $1 AND p.erased_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM affiliations later WHERE later.person_id = p.id
                      AND (later.until_day IS NULL OR later.until_day >= $1))
      AND NOT EXISTS (SELECT 1 FROM role_grants g
                      WHERE g.person_id = p.id AND g.revoked_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM sign_ins s WHERE s.person_id = p.id AND s.created_at >= $2)
    ORDER BY p.id LIMIT $3
)sql"};

std::vector<base::PersonId> gone_before(db::Transaction& transaction, base::Date day, int most) {
    std::vector<base::PersonId> found;
    const std::int64_t midnight = base::to_epoch(base::Time{day});
    transaction.run(select_gone, {day.time_since_epoch().count(), midnight, most},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

}  // namespace identity::store
