// SPDX-License-Identifier: EUPL-1.2
// All SQL on proconnect_accounts, proconnect_returns, newcomers, siret_mappings, sirets_unplaced.
#pragma once
#include "identity/proconnect_rules.hpp"

namespace identity::store {

// -- accounts
struct Account {
    base::PersonId person;
    std::string workplace;
};
std::optional<Account> find_account(db::Transaction&, std::string_view issuer,
                                    std::string_view subject);
std::vector<std::string> idp_ids(db::Transaction&, base::PersonId);
// False when the subject is somebody's already.
bool insert_account(db::Transaction&, base::PersonId, const oidc::UserInfo&, base::Time now);
void update_account(db::Transaction&, const oidc::UserInfo&, std::string_view workplace,
                    base::Time now);

// -- sign-ins under way
// False when this state has come back before.
bool take_state(db::Transaction&, std::string_view state_hash, base::Time now,
                base::Time expires_at);
void set_id_token(db::Transaction&, std::string_view token_hash, std::string_view id_token);
// "" when the session is none of ProConnect's, or none.
std::string id_token_of(db::Transaction&, std::string_view token_hash);

// -- persons
void update_names_and_mail(db::Transaction&, const Person&);

// -- newcomers
struct Newcomer {
    std::int64_t id = 0;
    std::string user_info;  // JSON
    std::string id_token;
    std::string next;
    std::optional<base::PersonId> claimed;
    int letters = 0;
    base::Time created_at{};
};
// One a subject: who comes again goes on in the new browser, and what they have claimed stays.
void put_newcomer(db::Transaction&, std::string_view token_hash, const Newcomer&,
                  const oidc::UserInfo&, base::Time expires_at);
std::optional<Newcomer> find_newcomer(db::Transaction&, std::string_view token_hash,
                                      base::Time now);
std::optional<Newcomer> find_newcomer_by_link(db::Transaction&, std::string_view link_hash,
                                              base::Time now);
std::optional<Newcomer> find_newcomer(db::Transaction&, std::int64_t id, base::Time now);
// Those who say that they are somebody, the oldest first; at most a hundred.
std::vector<Newcomer> claims(db::Transaction&, base::Time now);
// `link_hash`: "" when no letter was sent.
void set_claim(db::Transaction&, std::int64_t newcomer, base::PersonId, std::string_view link_hash,
               base::Time expires_at);
// False when it was gone already: who deletes it, decides.
bool delete_newcomer(db::Transaction&, std::int64_t id);
void delete_newcomers(db::Transaction&, const oidc::UserInfo&);

// -- SIRETs
std::vector<SiretMapping> mappings_of(db::Transaction&, std::string_view siret);
std::vector<SiretMapping> mappings(db::Transaction&);
std::optional<SiretMapping> find_mapping(db::Transaction&, std::int64_t id);
// Takes the place of the one for the same SIRET, identity provider and unit.
void put_mapping(db::Transaction&, const SiretMapping&, base::PersonId by, base::Time now);
void delete_mapping(db::Transaction&, std::int64_t id);

struct UnplacedSiret {
    std::string siret, idp_id, organizational_unit, label;
    std::int64_t times = 0;
    base::Time last_seen_at{};
};
void count_unplaced(db::Transaction&, const oidc::UserInfo&, base::Time now);
std::vector<UnplacedSiret> unplaced(db::Transaction&);  // the most frequent first; at most 200
void delete_unplaced(db::Transaction&, const SiretMapping&);

}  // namespace identity::store
