// SPDX-License-Identifier: EUPL-1.2
// All SQL on persons, affiliations, role_grants and sign_ins.
#pragma once
#include "identity/identity.hpp"

namespace identity::store {

// -- sign-ins
struct FoundCaller {
    http::Caller caller;
    base::Time seen_at{};
    std::vector<base::OrganisationId> administers;
};
// When this session began; 1970 for one that is over.
base::Time signed_in_at(db::Transaction&, std::string_view token_hash);
std::optional<FoundCaller> find_caller(db::Transaction&, std::string_view token_hash,
                                       base::Time now);
// Unless somebody did since `before`.
void touch_sign_in(db::Transaction&, std::string_view token_hash, base::Time now,
                   base::Time before);
void insert_sign_in(db::Transaction&, std::string_view token_hash, base::PersonId, const SignIn&);
// Those not expired, the last seen first.
std::vector<SignIn> sign_ins(db::Transaction&, base::PersonId, base::Time now);
bool delete_sign_in_of(db::Transaction&, base::PersonId, std::string_view token_hash);
int delete_sign_ins(db::Transaction&, base::PersonId, std::string_view but_token_hash);
void delete_sign_in(db::Transaction&, std::string_view token_hash);
void delete_expired_sign_ins(db::Transaction&, base::PersonId, base::Time now);

// -- persons
std::optional<Person> find(db::Transaction&, base::PersonId);
std::optional<base::PersonId> find_by_email(db::Transaction&, std::string_view email);
std::map<std::string, base::PersonId, std::less<>> find_by_emails(
    db::Transaction&, const std::vector<std::string>& emails);
std::vector<Agent> agents_at(db::Transaction&, std::string_view json_organisation_ids,
                             std::string_view population, base::Date, base::PersonId after,
                             int most);
std::map<base::OrganisationId, int> count_agents_at(db::Transaction&,
                                                    std::string_view json_organisation_ids,
                                                    std::string_view population, base::Date);
std::vector<std::pair<base::PersonId, base::OrganisationId>> holders(
    db::Transaction&, std::string_view role, std::string_view json_organisation_ids);
std::vector<Person> demo_people(db::Transaction&);
std::vector<Person> persons(db::Transaction&, std::string_view json_ids);
std::map<base::PersonId, Named> named(db::Transaction&, std::string_view json_ids);
base::PersonId insert(db::Transaction&, const Person&);
void update(db::Transaction&, base::PersonId, const Person&);
void supervises(db::Transaction&, base::PersonId);
void set_supervisors(db::Transaction&, std::string_view json_ids);
void set_language(db::Transaction&, base::PersonId, std::string_view language);
// Persons and their affiliations, many rows a statement. Returns the ids in order.
std::vector<base::PersonId> insert_all(db::Transaction&, std::span<const NewPerson>);

// The first `most` people after `after` whose sort name and mail begin so ("" : any), of those who
// work in these organisations on that day. Two ways to the same, see store.cpp.
struct PeopleSearch {
    std::string organisations;  // ids as JSON
    std::string name;           // beginning of the sort name
    std::string mail;           // beginning of the mail
    std::optional<Person> after;
    base::Date day{};
    int most = 0;
};
std::vector<Person> search(db::Transaction&, const PeopleSearch&);

// -- affiliations
std::vector<Affiliation> affiliations_of(db::Transaction&, base::PersonId);
std::map<base::PersonId, Affiliation> affiliations_on(db::Transaction&, std::string_view json_ids,
                                                      base::Date);
void close_affiliation(db::Transaction&, base::PersonId, base::Date last_day);
void insert_affiliation(db::Transaction&, base::PersonId, const Affiliation&);

// -- roles
std::vector<Grant> grants(db::Transaction&, base::PersonId);
// `by`: nothing for the operator. False when it was held already.
bool insert_grant(db::Transaction&, base::PersonId, const Grant&, std::optional<base::PersonId> by,
                  base::Time now);
// False when it was not held.
bool revoke_grant(db::Transaction&, base::PersonId, const Grant&, base::PersonId by,
                  base::Time now);

// -- personal data (store_privacy.cpp)
struct GrantHistory {
    Grant grant;
    base::Time granted_at{};
    std::optional<base::Time> revoked_at;
};
std::vector<GrantHistory> grant_history(db::Transaction&, base::PersonId);
std::vector<std::pair<base::Time, base::Time>> sign_in_times(db::Transaction&, base::PersonId);
struct OwnPasskey {
    std::string name, device;
    base::Time created_at{};
    std::optional<base::Time> used_at;
};
std::vector<OwnPasskey> own_passkeys(db::Transaction&, base::PersonId);
struct OwnAccount {
    std::string workplace;  // as ProConnect told it last
    base::Time created_at{}, signed_in_at{};
};
std::vector<OwnAccount> own_accounts(db::Transaction&, base::PersonId);
struct OwnInvitation {
    std::string email;
    base::Time invited_at{};
    std::optional<base::Time> used_at;
};
std::vector<OwnInvitation> own_invitations(db::Transaction&, base::PersonId);
// Accounts of ProConnect, passkeys, and the emergency account. These return how many rows they
// changed. Somebody who was erased is not erased again.
int delete_ways_in(db::Transaction&, base::PersonId);
int erase_invitations(db::Transaction&, const Person& neutral, base::Time now);
int erase_person(db::Transaction&, const Person& neutral, base::Time now);
int delete_sign_ins(db::Transaction&, base::PersonId);
int revoke_all(db::Transaction&, base::PersonId, base::Time now);
// Those that expired before then, the oldest first.
int count_old_sign_ins(db::Transaction&, base::Time before, int most);
int delete_old_sign_ins(db::Transaction&, base::Time before, int most);
// See privacy::Holder::retain().
int retain_newcomers(db::Transaction&, base::Time before, int most, bool real);
int retain_invitations(db::Transaction&, base::Time before, int most, bool real);
std::vector<base::PersonId> gone_before(db::Transaction&, base::Date, int most);

}  // namespace identity::store
