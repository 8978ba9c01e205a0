// SPDX-License-Identifier: EUPL-1.2
#include "identity/store_proconnect.hpp"

#include "base/text.hpp"
#include "db/database.hpp"

namespace identity::store {

constexpr db::Query select_account{"identity.proconnect_account", R"sql(
    SELECT person_id, workplace FROM proconnect_accounts WHERE issuer = $1 AND subject = $2
)sql"};

std::optional<Account> find_account(db::Transaction& transaction, std::string_view issuer,
                                    std::string_view subject) {
    std::optional<Account> found;
    transaction.run(select_account, {issuer, subject}, [&](const db::Row& row) {
        found = Account{{row.integer(0)}, std::string{row.text(1)}};
    });
    return found;
}

constexpr db::Query select_idp_ids{"identity.proconnect_idp_ids", R"sql(
    SELECT idp_id FROM proconnect_accounts WHERE person_id = $1
)sql"};

std::vector<std::string> idp_ids(db::Transaction& transaction, base::PersonId person) {
    std::vector<std::string> found;
    transaction.run(select_idp_ids, {person.value},
                    [&](const db::Row& row) { found.emplace_back(row.text(0)); });
    return found;
}

constexpr db::Query insert_account_row{"identity.proconnect_insert_account", R"sql(
    INSERT INTO proconnect_accounts (issuer, subject, person_id, idp_id, workplace, created_at,
                                     signed_in_at)
    VALUES ($1, $2, $3, $4, '', $5, $5)
)sql"};

bool insert_account(db::Transaction& transaction, base::PersonId person, const oidc::UserInfo& user,
                    base::Time now) {
    return transaction.try_run(insert_account_row, {user.issuer, user.subject, person.value,
                                                    user.idp_id, base::to_epoch(now)});
}

constexpr db::Query update_account_row{"identity.proconnect_update_account", R"sql(
    UPDATE proconnect_accounts SET idp_id = $3, workplace = $4, signed_in_at = $5
    WHERE issuer = $1 AND subject = $2
)sql"};

void update_account(db::Transaction& transaction, const oidc::UserInfo& user,
                    std::string_view workplace, base::Time now) {
    transaction.run(update_account_row,
                    {user.issuer, user.subject, user.idp_id, workplace, base::to_epoch(now)});
}

constexpr db::Query delete_old_returns{"identity.proconnect_delete_returns", R"sql(
    DELETE FROM proconnect_returns WHERE expires_at <= $1
)sql"};
constexpr db::Query insert_return{"identity.proconnect_take_state", R"sql(
    INSERT INTO proconnect_returns (state_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING
)sql"};

bool take_state(db::Transaction& transaction, std::string_view state_hash, base::Time now,
                base::Time expires_at) {
    transaction.run(delete_old_returns, {base::to_epoch(now)});
    return transaction.run(insert_return, {state_hash, base::to_epoch(expires_at)}) == 1;
}

constexpr db::Query update_id_token{"identity.proconnect_set_id_token", R"sql(
    UPDATE sign_ins SET id_token = $2 WHERE token_hash = $1
)sql"};

void set_id_token(db::Transaction& transaction, std::string_view token_hash,
                  std::string_view id_token) {
    transaction.run(update_id_token, {token_hash, id_token});
}

constexpr db::Query select_id_token{"identity.proconnect_id_token", R"sql(
    SELECT id_token FROM sign_ins WHERE token_hash = $1 AND id_token IS NOT NULL
)sql"};

std::string id_token_of(db::Transaction& transaction, std::string_view token_hash) {
    std::string found;
    transaction.run(select_id_token, {token_hash},
                    [&](const db::Row& row) { found = row.text(0); });
    return found;
}

constexpr db::Query update_person_names{"identity.proconnect_update_person", R"sql(
    UPDATE persons SET email = $2, given_name = $3, usual_name = $4, sort_name = $5 WHERE id = $1
)sql"};

void update_names_and_mail(db::Transaction& transaction, const Person& person) {
    const std::string sorted = base::fold(person.usual_name + ' ' + person.given_name);
    transaction.run(update_person_names,
                    {person.id.value, person.email, person.given_name, person.usual_name, sorted});
}

// -- newcomers

constexpr db::Query delete_old_newcomers{"identity.newcomers_expired", R"sql(
    DELETE FROM newcomers WHERE expires_at <= $1
)sql"};
constexpr db::Query put_newcomer_row{"identity.newcomer_put", R"sql(
    INSERT INTO newcomers (token_hash, issuer, subject, user_info, id_token, next_path,
                           claimed_person_id, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (issuer, subject)
    DO UPDATE SET token_hash = excluded.token_hash, user_info = excluded.user_info,
                  id_token = excluded.id_token, next_path = excluded.next_path,
                  claimed_person_id = coalesce(excluded.claimed_person_id,
                                               newcomers.claimed_person_id),
                  expires_at = CASE WHEN newcomers.expires_at > excluded.expires_at
                                    THEN newcomers.expires_at ELSE excluded.expires_at END
)sql"};

void put_newcomer(db::Transaction& transaction, std::string_view token_hash,
                  const Newcomer& newcomer, const oidc::UserInfo& user, base::Time expires_at) {
    transaction.run(delete_old_newcomers, {base::to_epoch(newcomer.created_at)});
    transaction.run(
        put_newcomer_row,
        {token_hash, user.issuer, user.subject, newcomer.user_info, newcomer.id_token,
         newcomer.next, newcomer.claimed ? db::Value{newcomer.claimed->value} : db::Value{},
         base::to_epoch(newcomer.created_at), base::to_epoch(expires_at)});
}

namespace {

Newcomer newcomer_from(const db::Row& row) {
    Newcomer newcomer{.id = row.integer(0),
                      .user_info = std::string{row.text(1)},
                      .id_token = std::string{row.text(2)},
                      .next = std::string{row.text(3)},
                      .claimed = std::nullopt,
                      .letters = static_cast<int>(row.integer(5)),
                      .created_at = base::from_epoch(row.integer(6))};
    if (const auto person = row.optional_integer(4)) newcomer.claimed = base::PersonId{*person};
    return newcomer;
}

std::optional<Newcomer> one_newcomer(db::Transaction& transaction, const db::Query& query,
                                     const db::Value& key, base::Time now) {
    std::optional<Newcomer> found;
    transaction.run(query, {key, base::to_epoch(now)},
                    [&](const db::Row& row) { found = newcomer_from(row); });
    return found;
}

}  // namespace

constexpr db::Query select_newcomer{"identity.newcomer", R"sql(
    SELECT id, user_info, id_token, next_path, claimed_person_id, letters, created_at
    FROM newcomers WHERE token_hash = $1 AND expires_at > $2
)sql"};
constexpr db::Query select_newcomer_by_link{"identity.newcomer_by_link", R"sql(
    SELECT id, user_info, id_token, next_path, claimed_person_id, letters, created_at
    FROM newcomers WHERE link_hash = $1 AND expires_at > $2
)sql"};
constexpr db::Query select_newcomer_by_id{"identity.newcomer_by_id", R"sql(
    SELECT id, user_info, id_token, next_path, claimed_person_id, letters, created_at
    FROM newcomers WHERE id = $1 AND expires_at > $2 AND claimed_person_id IS NOT NULL
)sql"};
constexpr db::Query select_claims{"identity.newcomer_claims", R"sql(
    SELECT id, user_info, id_token, next_path, claimed_person_id, letters, created_at
    FROM newcomers WHERE expires_at > $1 AND claimed_person_id IS NOT NULL ORDER BY id LIMIT 100
)sql"};

std::optional<Newcomer> find_newcomer(db::Transaction& transaction, std::string_view token_hash,
                                      base::Time now) {
    return one_newcomer(transaction, select_newcomer, token_hash, now);
}
std::optional<Newcomer> find_newcomer_by_link(db::Transaction& transaction,
                                              std::string_view link_hash, base::Time now) {
    return one_newcomer(transaction, select_newcomer_by_link, link_hash, now);
}
std::optional<Newcomer> find_newcomer(db::Transaction& transaction, std::int64_t id,
                                      base::Time now) {
    return one_newcomer(transaction, select_newcomer_by_id, id, now);
}

std::vector<Newcomer> claims(db::Transaction& transaction, base::Time now) {
    std::vector<Newcomer> found;
    transaction.run(select_claims, {base::to_epoch(now)},
                    [&](const db::Row& row) { found.push_back(newcomer_from(row)); });
    return found;
}

constexpr db::Query update_claim{"identity.newcomer_set_claim", R"sql(
    UPDATE newcomers SET claimed_person_id = $2, link_hash = $3, letters = letters + $4,
                         expires_at = $5
    WHERE id = $1
)sql"};

void set_claim(db::Transaction& transaction, std::int64_t newcomer, base::PersonId person,
               std::string_view link_hash, base::Time expires_at) {
    transaction.run(update_claim,
                    {newcomer, person.value, link_hash.empty() ? db::Value{} : db::Value{link_hash},
                     link_hash.empty() ? 0 : 1, base::to_epoch(expires_at)});
}

constexpr db::Query delete_newcomer_row{"identity.newcomer_delete", R"sql(
    DELETE FROM newcomers WHERE id = $1
)sql"};

bool delete_newcomer(db::Transaction& transaction, std::int64_t id) {
    return transaction.run(delete_newcomer_row, {id}) == 1;
}

constexpr db::Query delete_newcomers_of{"identity.newcomers_delete_of", R"sql(
    DELETE FROM newcomers WHERE issuer = $1 AND subject = $2
)sql"};

void delete_newcomers(db::Transaction& transaction, const oidc::UserInfo& user) {
    transaction.run(delete_newcomers_of, {user.issuer, user.subject});
}

// -- SIRETs

namespace {

SiretMapping mapping_from(const db::Row& row) {
    return {.id = row.integer(0),
            .siret = std::string{row.text(1)},
            .idp_id = std::string{row.text(2)},
            .organizational_unit = std::string{row.text(3)},
            .organisation = {row.integer(4)},
            .ask = row.boolean(5)};
}

}  // namespace

constexpr db::Query select_mappings_of{"identity.siret_mappings_of", R"sql(
    SELECT id, siret, idp_id, organizational_unit, organisation_id, ask
    FROM siret_mappings WHERE siret = $1
)sql"};
constexpr db::Query select_mappings{"identity.siret_mappings", R"sql(
    SELECT id, siret, idp_id, organizational_unit, organisation_id, ask
    FROM siret_mappings ORDER BY siret, idp_id, organizational_unit
)sql"};
constexpr db::Query select_mapping{"identity.siret_mapping", R"sql(
    SELECT id, siret, idp_id, organizational_unit, organisation_id, ask
    FROM siret_mappings WHERE id = $1
)sql"};

std::vector<SiretMapping> mappings_of(db::Transaction& transaction, std::string_view siret) {
    std::vector<SiretMapping> found;
    transaction.run(select_mappings_of, {siret},
                    [&](const db::Row& row) { found.push_back(mapping_from(row)); });
    return found;
}
std::vector<SiretMapping> mappings(db::Transaction& transaction) {
    std::vector<SiretMapping> found;
    transaction.run(select_mappings, {},
                    [&](const db::Row& row) { found.push_back(mapping_from(row)); });
    return found;
}
std::optional<SiretMapping> find_mapping(db::Transaction& transaction, std::int64_t id) {
    std::optional<SiretMapping> found;
    transaction.run(select_mapping, {id}, [&](const db::Row& row) { found = mapping_from(row); });
    return found;
}

constexpr db::Query put_mapping_row{"identity.siret_put_mapping", R"sql(
    INSERT INTO siret_mappings (siret, idp_id, organizational_unit, organisation_id, ask, set_by,
                                set_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (siret, idp_id, organizational_unit)
    DO UPDATE SET organisation_id = excluded.organisation_id, ask = excluded.ask,
                  set_by = excluded.set_by, set_at = excluded.set_at
)sql"};

void put_mapping(db::Transaction& transaction, const SiretMapping& mapping, base::PersonId by,
                 base::Time now) {
    transaction.run(put_mapping_row,
                    {mapping.siret, mapping.idp_id, mapping.organizational_unit,
                     mapping.organisation.value, mapping.ask, by.value, base::to_epoch(now)});
}

constexpr db::Query delete_mapping_row{"identity.siret_delete_mapping", R"sql(
    DELETE FROM siret_mappings WHERE id = $1
)sql"};

void delete_mapping(db::Transaction& transaction, std::int64_t id) {
    transaction.run(delete_mapping_row, {id});
}

constexpr db::Query count_unplaced_siret{"identity.siret_count_unplaced", R"sql(
    INSERT INTO sirets_unplaced (siret, idp_id, organizational_unit, label, times, last_seen_at)
    VALUES ($1, $2, $3, $4, 1, $5)
    ON CONFLICT (siret, idp_id, organizational_unit)
    DO UPDATE SET times = sirets_unplaced.times + 1, label = excluded.label,
                  last_seen_at = excluded.last_seen_at
)sql"};

void count_unplaced(db::Transaction& transaction, const oidc::UserInfo& user, base::Time now) {
    transaction.run(count_unplaced_siret, {user.siret, user.idp_id, user.organizational_unit,
                                           user.organization_label, base::to_epoch(now)});
}

constexpr db::Query select_unplaced{"identity.sirets_unplaced", R"sql(
    SELECT siret, idp_id, organizational_unit, label, times, last_seen_at
    FROM sirets_unplaced ORDER BY times DESC, siret LIMIT 200
)sql"};

std::vector<UnplacedSiret> unplaced(db::Transaction& transaction) {
    std::vector<UnplacedSiret> found;
    transaction.run(select_unplaced, {}, [&](const db::Row& row) {
        found.push_back({std::string{row.text(0)}, std::string{row.text(1)},
                         std::string{row.text(2)}, std::string{row.text(3)}, row.integer(4),
                         base::from_epoch(row.integer(5))});
    });
    return found;
}

constexpr db::Query delete_unplaced_sirets{"identity.siret_delete_unplaced", R"sql(
    DELETE FROM sirets_unplaced
    WHERE siret = $1 AND ($2 = '' OR idp_id = $2) AND ($3 = '' OR organizational_unit = $3)
)sql"};

void delete_unplaced(db::Transaction& transaction, const SiretMapping& mapping) {
    transaction.run(delete_unplaced_sirets,
                    {mapping.siret, mapping.idp_id, mapping.organizational_unit});
}

}  // namespace identity::store
