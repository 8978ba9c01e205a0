// SPDX-License-Identifier: EUPL-1.2
#include "identity/identity.hpp"

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "identity/devices.hpp"
#include "identity/store.hpp"
#include "identity/store_access.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>

namespace identity {

// How exactly "last seen" is told: each reader costs one small write in that time.
constexpr std::chrono::minutes seen_every{5};

Identity::Identity(db::Database& database, organisations::Organisations& organisations)
    : database_(database), organisations_(organisations) {}

std::optional<http::Caller> Identity::find_caller(std::string_view token, base::Time now) {
    const std::string hash = base::sha256_hex(token);
    auto found = database_.read_one(
        [&](db::Transaction& transaction) { return store::find_caller(transaction, hash, now); });
    if (!found) return std::nullopt;
    if (now - found->seen_at >= seen_every)
        database_.write([&](db::Transaction& transaction) {
            store::touch_sign_in(transaction, hash, now, now - seen_every);
        });
    // Who administers a whole tree may see what belongs to all.
    if (!found->administers.empty()) {
        const auto tree = organisations_.tree();
        const auto is_root = [&](base::OrganisationId id) {
            const auto* organisation = tree->find(id);
            return organisation != nullptr && !organisation->parent;
        };
        if (std::ranges::any_of(found->administers, is_root))
            found->caller.roles.emplace_back("root_administrator");
    }
    return std::move(found->caller);
}

bool Identity::is_fresh(db::Transaction& transaction, std::string_view token, base::Time now) {
    constexpr std::chrono::minutes fresh{15};
    return now - store::signed_in_at(transaction, base::sha256_hex(token)) <= fresh;
}

void Identity::supervises(db::Transaction& transaction, base::PersonId person) {
    store::supervises(transaction, person);
}

void Identity::set_supervisors(db::Transaction& transaction,
                               std::span<const base::PersonId> people) {
    store::set_supervisors(transaction, db::json_ids(people));
}

std::string Identity::sign_in(base::PersonId person, base::Time now, const Arrival& arrival) {
    return database_.write(
        [&](db::Transaction& transaction) { return sign_in(transaction, person, now, arrival); });
}

std::string Identity::sign_in(db::Transaction& transaction, base::PersonId person, base::Time now,
                              const Arrival& arrival) {
    std::string token = base::random_token();
    store::delete_expired_sign_ins(transaction, person, now);
    store::insert_sign_in(transaction, base::sha256_hex(token), person,
                          {.key = {},
                           .way = std::string{arrival.way},
                           .device = device_of(arrival.user_agent),
                           .since = now,
                           .seen_at = now,
                           .expires_at = now + arrival.length});
    return token;
}

std::vector<SignIn> Identity::sign_ins(db::Transaction& transaction, base::PersonId person,
                                       std::string_view token, base::Time now) {
    auto found = store::sign_ins(transaction, person, now);
    const std::string here = base::sha256_hex(token);
    for (SignIn& one : found) one.here = one.key == here;
    std::ranges::stable_partition(found, &SignIn::here);
    return found;
}

base::Result<void> Identity::end_sign_in(base::PersonId person, std::string_view key) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        if (!store::delete_sign_in_of(transaction, person, key))
            return base::unexpected(
                base::Error{base::ErrorKind::not_found, "identity.sign_ins.unknown"});
        return {};
    });
}

int Identity::end_sign_ins(db::Transaction& transaction, base::PersonId person,
                           std::string_view token) {
    return store::delete_sign_ins(transaction, person,
                                  token.empty() ? "" : base::sha256_hex(token));
}

void Identity::sign_out(std::string_view token) {
    const std::string hash = base::sha256_hex(token);
    database_.write(
        [&](db::Transaction& transaction) { store::delete_sign_in(transaction, hash); });
}

std::optional<Person> Identity::find(db::Transaction& transaction, base::PersonId id) {
    return store::find(transaction, id);
}

std::optional<Person> Identity::find_by_email(db::Transaction& transaction,
                                              std::string_view email) {
    std::string lower{email};
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    const auto id = store::find_by_email(transaction, lower);
    return id ? store::find(transaction, *id) : std::nullopt;
}

std::map<std::string, base::PersonId, std::less<>> Identity::find_by_emails(
    db::Transaction& transaction, const std::vector<std::string>& emails) {
    return store::find_by_emails(transaction, emails);
}

std::vector<Agent> Identity::agents_at(db::Transaction& transaction,
                                       const std::vector<base::OrganisationId>& organisations,
                                       std::string_view population, base::Date day,
                                       base::PersonId after, int most) {
    return store::agents_at(transaction, db::json_ids(organisations), population, day, after, most);
}

std::map<base::OrganisationId, int> Identity::count_agents_at(
    db::Transaction& transaction, const std::vector<base::OrganisationId>& organisations,
    std::string_view population, base::Date day) {
    return store::count_agents_at(transaction, db::json_ids(organisations), population, day);
}

std::vector<base::PersonId> Identity::nearest_holders(
    db::Transaction& transaction, std::string_view role,
    const std::vector<base::OrganisationId>& organisations, base::PersonId except) {
    std::vector<base::PersonId> people;
    const auto held = store::holders(transaction, role, db::json_ids(organisations));
    for (const base::OrganisationId organisation : organisations) {
        for (const auto& [person, perimeter] : held)
            if (perimeter == organisation && person != except) people.push_back(person);
        if (!people.empty()) break;
    }
    return people;
}

std::vector<Person> Identity::demo_people(db::Transaction& transaction) {
    return store::demo_people(transaction);
}

void Identity::set_language(db::Transaction& transaction, base::PersonId person,
                            std::string_view language) {
    store::set_language(transaction, person, language);
}

std::map<base::PersonId, Named> Identity::named(db::Transaction& transaction,
                                                const std::vector<base::PersonId>& ids) {
    if (ids.empty()) return {};
    return store::named(transaction, db::json_ids(ids));
}

std::map<base::PersonId, Person> Identity::persons(db::Transaction& transaction,
                                                   const std::vector<base::PersonId>& ids) {
    std::map<base::PersonId, Person> found;
    if (ids.empty()) return found;
    for (Person& person : store::persons(transaction, db::json_ids(ids)))
        found.emplace(person.id, std::move(person));
    return found;
}

std::optional<Affiliation> Identity::affiliation(db::Transaction& transaction,
                                                 base::PersonId person, base::Date day) {
    auto found = affiliations(transaction, {person}, day);
    if (found.empty()) return std::nullopt;
    return std::move(found.begin()->second);
}

std::map<base::PersonId, Affiliation> Identity::affiliations(db::Transaction& transaction,
                                                             const std::vector<base::PersonId>& ids,
                                                             base::Date day) {
    if (ids.empty()) return {};
    return store::affiliations_on(transaction, db::json_ids(ids), day);
}

std::vector<Affiliation> Identity::affiliations_of(db::Transaction& transaction,
                                                   base::PersonId person) {
    return store::affiliations_of(transaction, person);
}

std::vector<Grant> Identity::grants(db::Transaction& transaction, base::PersonId person) {
    return store::grants(transaction, person);
}

Rights Identity::rights(db::Transaction& transaction, const db::Versions& versions,
                        base::PersonId person) {
    return {store::grants(transaction, person), organisations_.tree(transaction, versions)};
}

bool Identity::was_invited(db::Transaction& transaction, base::PersonId person) {
    return store::was_invited(transaction, person);
}

base::PersonId Identity::put(db::Transaction& transaction, const NewPerson& given, base::Time now) {
    const auto known = store::find_by_email(transaction, given.person.email);
    const base::PersonId id = known ? *known : store::insert(transaction, given.person);
    if (known) store::update(transaction, id, given.person);

    const auto present =
        known ? affiliation(transaction, id, given.affiliation.from) : std::optional<Affiliation>{};
    const bool moved = !present || !present->same_post(given.affiliation);
    if (moved) {
        if (known)
            store::close_affiliation(transaction, id,
                                     given.affiliation.from - std::chrono::days{1});
        store::insert_affiliation(transaction, id, given.affiliation);
    }
    for (const Grant& grant : given.grants)
        store::insert_grant(transaction, id, grant, std::nullopt, now);
    return id;
}

std::vector<base::PersonId> Identity::add_all(db::Transaction& transaction,
                                              std::span<const NewPerson> people) {
    return store::insert_all(transaction, people);
}

}  // namespace identity
