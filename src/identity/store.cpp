// SPDX-License-Identifier: EUPL-1.2
#include "identity/store.hpp"

#include "base/text.hpp"
#include "db/database.hpp"

#include <algorithm>
#include <unordered_map>

namespace identity::store {
namespace {

std::int64_t day_number(base::Date date) {
    return date.time_since_epoch().count();
}
base::Date date_of(std::int64_t day) {
    return base::Date{std::chrono::days{day}};
}

Person person_from(const db::Row& row) {
    return {{row.integer(0)},
            std::string{row.text(1)},
            std::string{row.text(2)},
            std::string{row.text(3)},
            std::string{row.text(4)},
            std::string{row.text(5)},
            row.boolean(6)};
}

Affiliation affiliation_from(const db::Row& row) {
    Affiliation affiliation{{row.integer(0)},
                            std::string{row.text(1)},
                            row.boolean(2),
                            date_of(row.integer(3)),
                            std::nullopt};
    if (const auto until = row.optional_integer(4)) affiliation.until = date_of(*until);
    return affiliation;
}

// The order of lists of people.
std::string sort_name(const Person& person) {
    return base::fold(person.usual_name + ' ' + person.given_name);
}

}  // namespace

// One row a role: names and roles in one query, because every signed-in page needs both.
constexpr db::Query select_caller{"identity.caller", R"sql(
    SELECT p.id, p.given_name, p.usual_name, g.role, s.seen_at,
           CASE WHEN s.way = 'emergency' THEN 1 ELSE 0 END, p.supervises, g.organisation_id
    FROM sign_ins s
    JOIN persons p ON p.id = s.person_id
    LEFT JOIN role_grants g ON g.person_id = p.id AND g.revoked_at IS NULL
    WHERE s.token_hash = $1 AND s.expires_at > $2
)sql"};

std::optional<FoundCaller> find_caller(db::Transaction& transaction, std::string_view token_hash,
                                       base::Time now) {
    std::optional<FoundCaller> found;
    transaction.run(select_caller, {token_hash, base::to_epoch(now)}, [&](const db::Row& row) {
        if (!found) {
            found.emplace();
            found->caller.person = {row.integer(0)};
            found->caller.name = std::string{row.text(1)} + " " + std::string{row.text(2)};
            found->caller.roles.emplace_back("agent");
            found->caller.emergency = row.boolean(5);
            if (row.boolean(6)) found->caller.roles.emplace_back("supervisor");
            found->seen_at = base::from_epoch(row.integer(4));
        }
        auto role = row.optional_text(3);
        if (role == "administrator") found->administers.push_back({row.integer(7)});
        if (role && !found->caller.has_role(*role)) found->caller.roles.push_back(std::move(*role));
    });
    return found;
}

constexpr db::Query select_signed_in_at{"identity.signed_in_at", R"sql(
    SELECT created_at FROM sign_ins WHERE token_hash = $1
)sql"};

base::Time signed_in_at(db::Transaction& transaction, std::string_view token_hash) {
    base::Time at{};
    transaction.run(select_signed_in_at, {token_hash},
                    [&](const db::Row& row) { at = base::from_epoch(row.integer(0)); });
    return at;
}

constexpr db::Query set_supervises{"identity.supervises", R"sql(
    UPDATE persons SET supervises = 1 WHERE id = $1 AND supervises = 0
)sql"};

void supervises(db::Transaction& transaction, base::PersonId person) {
    transaction.run_later(set_supervises, {person.value});
}

constexpr db::Query add_supervisors{"identity.add_supervisors", R"sql(
    UPDATE persons SET supervises = 1
    WHERE id IN (SELECT value FROM json_each(CAST($1 AS text))) AND supervises = 0
)sql"};
constexpr db::Query remove_supervisors{"identity.remove_supervisors", R"sql(
    UPDATE persons SET supervises = 0
    WHERE id NOT IN (SELECT value FROM json_each(CAST($1 AS text))) AND supervises = 1
)sql"};

void set_supervisors(db::Transaction& transaction, std::string_view json_ids) {
    transaction.run(add_supervisors, {json_ids});
    transaction.run(remove_supervisors, {json_ids});
}

constexpr db::Query touch{"identity.touch_sign_in", R"sql(
    UPDATE sign_ins SET seen_at = $2 WHERE token_hash = $1 AND seen_at <= $3
)sql"};

void touch_sign_in(db::Transaction& transaction, std::string_view token_hash, base::Time now,
                   base::Time before) {
    transaction.run(touch, {token_hash, base::to_epoch(now), base::to_epoch(before)});
}

constexpr db::Query insert_sign_in_row{"identity.insert_sign_in", R"sql(
    INSERT INTO sign_ins (token_hash, person_id, created_at, expires_at, way, device, seen_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
)sql"};

void insert_sign_in(db::Transaction& transaction, std::string_view token_hash,
                    base::PersonId person, const SignIn& one) {
    transaction.run(insert_sign_in_row, {token_hash, person.value, base::to_epoch(one.since),
                                         base::to_epoch(one.expires_at), one.way, one.device,
                                         base::to_epoch(one.seen_at)});
}

constexpr db::Query select_sign_ins{"identity.sign_ins", R"sql(
    SELECT token_hash, way, device, created_at, seen_at, expires_at FROM sign_ins
    WHERE person_id = $1 AND expires_at > $2
    ORDER BY seen_at DESC, created_at DESC, token_hash
)sql"};

std::vector<SignIn> sign_ins(db::Transaction& transaction, base::PersonId person, base::Time now) {
    std::vector<SignIn> found;
    transaction.run(select_sign_ins, {person.value, base::to_epoch(now)}, [&](const db::Row& row) {
        const base::Time since = base::from_epoch(row.integer(3));
        found.push_back({.key = std::string{row.text(0)},
                         .way = std::string{row.text(1)},
                         .device = std::string{row.text(2)},
                         .since = since,
                         .seen_at = std::max(since, base::from_epoch(row.integer(4))),
                         .expires_at = base::from_epoch(row.integer(5))});
    });
    return found;
}

constexpr db::Query delete_one_of{"identity.delete_sign_in_of", R"sql(
    DELETE FROM sign_ins WHERE token_hash = $1 AND person_id = $2
)sql"};

bool delete_sign_in_of(db::Transaction& transaction, base::PersonId person,
                       std::string_view token_hash) {
    return transaction.run(delete_one_of, {token_hash, person.value}) > 0;
}

constexpr db::Query delete_all_but{"identity.delete_sign_ins", R"sql(
    DELETE FROM sign_ins WHERE person_id = $1 AND token_hash <> $2
)sql"};

int delete_sign_ins(db::Transaction& transaction, base::PersonId person,
                    std::string_view but_token_hash) {
    return transaction.run(delete_all_but, {person.value, but_token_hash});
}

constexpr db::Query delete_sign_in_row{"identity.delete_sign_in", R"sql(
    DELETE FROM sign_ins WHERE token_hash = $1
)sql"};

void delete_sign_in(db::Transaction& transaction, std::string_view token_hash) {
    transaction.run(delete_sign_in_row, {token_hash});
}

constexpr db::Query delete_expired{"identity.delete_expired_sign_ins", R"sql(
    DELETE FROM sign_ins WHERE person_id = $1 AND expires_at <= $2
)sql"};

void delete_expired_sign_ins(db::Transaction& transaction, base::PersonId person, base::Time now) {
    transaction.run(delete_expired, {person.value, base::to_epoch(now)});
}

constexpr db::Query select_person{"identity.person", R"sql(
    SELECT id, email, given_name, usual_name, job, language, demo FROM persons WHERE id = $1
)sql"};

std::optional<Person> find(db::Transaction& transaction, base::PersonId id) {
    std::optional<Person> found;
    transaction.run(select_person, {id.value},
                    [&](const db::Row& row) { found = person_from(row); });
    return found;
}

constexpr db::Query select_by_email{"identity.person_by_email", R"sql(
    SELECT id FROM persons WHERE email = $1
)sql"};

std::optional<base::PersonId> find_by_email(db::Transaction& transaction, std::string_view email) {
    std::optional<base::PersonId> found;
    transaction.run(select_by_email, {email},
                    [&](const db::Row& row) { found = base::PersonId{row.integer(0)}; });
    return found;
}

// So many a statement; what is left over is filled up with nobody's.
constexpr std::size_t mails_a_query = 50;

std::map<std::string, base::PersonId, std::less<>> find_by_emails(
    db::Transaction& transaction, const std::vector<std::string>& emails) {
    static const std::string sql = [] {
        std::string text = "SELECT email, id FROM persons WHERE email IN (";
        for (std::size_t i = 1; i <= mails_a_query; ++i)
            text += (i > 1 ? ", $" : "$") + std::to_string(i);
        return text + ")";
    }();
    const db::Query query{"identity.persons_by_email", sql};
    std::map<std::string, base::PersonId, std::less<>> found;
    for (std::size_t from = 0; from < emails.size(); from += mails_a_query) {
        std::vector<db::Value> values(mails_a_query, db::Value{""});
        for (std::size_t i = from; i < std::min(emails.size(), from + mails_a_query); ++i)
            values[i - from] = emails[i];
        transaction.run(query, values, [&](const db::Row& row) {
            found.emplace(row.text(0), base::PersonId{row.integer(1)});
        });
    }
    return found;
}

constexpr db::Query select_agents{"identity.agents_at", R"sql(
    SELECT p.id, p.email, p.given_name, p.usual_name, p.job, p.language, p.demo, a.organisation_id
    FROM affiliations a JOIN persons p ON p.id = a.person_id
    WHERE a.organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
      AND ($2 = '' OR a.population = $2) AND a.contractor = 0
      AND a.from_day <= $3 AND (a.until_day IS NULL OR a.until_day >= $3)
      AND p.id > $4
    ORDER BY p.id LIMIT $5
)sql"};

std::vector<Agent> agents_at(db::Transaction& transaction, std::string_view json_organisation_ids,
                             std::string_view population, base::Date day, base::PersonId after,
                             int most) {
    std::vector<Agent> found;
    transaction.run(
        select_agents, {json_organisation_ids, population, day_number(day), after.value, most},
        [&](const db::Row& row) { found.push_back({person_from(row), {row.integer(7)}}); });
    return found;
}

constexpr db::Query count_agents{"identity.count_agents_at", R"sql(
    SELECT a.organisation_id, count(*) FROM affiliations a
    WHERE a.organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
      AND ($2 = '' OR a.population = $2) AND a.contractor = 0
      AND a.from_day <= $3 AND (a.until_day IS NULL OR a.until_day >= $3)
    GROUP BY a.organisation_id
)sql"};

std::map<base::OrganisationId, int> count_agents_at(db::Transaction& transaction,
                                                    std::string_view json_organisation_ids,
                                                    std::string_view population, base::Date day) {
    std::map<base::OrganisationId, int> found;
    transaction.run(
        count_agents, {json_organisation_ids, population, day_number(day)},
        [&](const db::Row& row) { found[{row.integer(0)}] = static_cast<int>(row.integer(1)); });
    return found;
}

constexpr db::Query select_holders{"identity.holders", R"sql(
    SELECT person_id, organisation_id FROM role_grants
    WHERE organisation_id IN (SELECT value FROM json_each(CAST($2 AS text)))
      AND role = $1 AND revoked_at IS NULL
    ORDER BY person_id
)sql"};

std::vector<std::pair<base::PersonId, base::OrganisationId>> holders(
    db::Transaction& transaction, std::string_view role, std::string_view json_organisation_ids) {
    std::vector<std::pair<base::PersonId, base::OrganisationId>> found;
    transaction.run(select_holders, {role, json_organisation_ids}, [&](const db::Row& row) {
        found.emplace_back(base::PersonId{row.integer(0)}, base::OrganisationId{row.integer(1)});
    });
    return found;
}

constexpr db::Query update_language{"identity.set_language",
                                    "UPDATE persons SET language = $2 WHERE id = $1"};

void set_language(db::Transaction& transaction, base::PersonId id, std::string_view language) {
    transaction.run(update_language, {id.value, language});
}

constexpr db::Query select_demo_people{"identity.demo_people", R"sql(
    SELECT id, email, given_name, usual_name, job, language, demo FROM persons
    WHERE demo = 1 ORDER BY id
)sql"};

std::vector<Person> demo_people(db::Transaction& transaction) {
    std::vector<Person> found;
    transaction.run(select_demo_people, {},
                    [&](const db::Row& row) { found.push_back(person_from(row)); });
    return found;
}

constexpr db::Query select_persons{"identity.persons", R"sql(
    SELECT id, email, given_name, usual_name, job, language, demo FROM persons
    WHERE id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
)sql"};

std::vector<Person> persons(db::Transaction& transaction, std::string_view json_ids) {
    std::vector<Person> found;
    transaction.run(select_persons, {json_ids},
                    [&](const db::Row& row) { found.push_back(person_from(row)); });
    return found;
}

constexpr db::Query select_named{"identity.named", R"sql(
    SELECT id, given_name || ' ' || usual_name, job FROM persons
    WHERE id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
)sql"};

std::map<base::PersonId, Named> named(db::Transaction& transaction, std::string_view json_ids) {
    std::map<base::PersonId, Named> found;
    transaction.run(select_named, {json_ids}, [&](const db::Row& row) {
        found.emplace_hint(found.end(), base::PersonId{row.integer(0)},
                           Named{std::string{row.text(1)}, std::string{row.text(2)}});
    });
    return found;
}

constexpr db::Query insert_person{"identity.insert_person", R"sql(
    INSERT INTO persons (email, given_name, usual_name, job, language, demo, sort_name)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
)sql"};

base::PersonId insert(db::Transaction& transaction, const Person& p) {
    base::PersonId id;
    const std::string sorted = sort_name(p);
    transaction.run(insert_person,
                    {p.email, p.given_name, p.usual_name, p.job, p.language, p.demo, sorted},
                    [&](const db::Row& row) { id.value = row.integer(0); });
    return id;
}

constexpr db::Query update_person{"identity.update_person", R"sql(
    UPDATE persons SET given_name = $2, usual_name = $3, job = $4, language = $5, demo = $6,
                       sort_name = $7
    WHERE id = $1
)sql"};

void update(db::Transaction& transaction, base::PersonId id, const Person& p) {
    const std::string sorted = sort_name(p);
    transaction.run(update_person,
                    {id.value, p.given_name, p.usual_name, p.job, p.language, p.demo, sorted});
}

// -- the list of people. In a small perimeter those who work there are read and sorted; in a large
// one people are read in order until enough of them work there. Each way alone would read most of
// 2.5 million rows in the other case.
constexpr int small_perimeter = 5000;

constexpr db::Query count_some{"identity.people_count_some", R"sql(
    SELECT count(*) FROM (
        SELECT id FROM affiliations
        WHERE organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
          AND from_day <= $2 AND (until_day IS NULL OR until_day >= $2)
        LIMIT $3) AS the_first
)sql"};

// CROSS JOIN: SQLite reads the tables in this order.
constexpr db::Query select_people_of_few{"identity.people_of_few", R"sql(
    SELECT DISTINCT p.id, p.email, p.given_name, p.usual_name, p.job, p.language, p.demo,
                    p.sort_name
    FROM affiliations a CROSS JOIN persons p
    WHERE a.organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
      AND a.from_day <= $2 AND (a.until_day IS NULL OR a.until_day >= $2)
      AND p.id = a.person_id
      AND p.sort_name < $4 AND (p.sort_name > $3 OR (p.sort_name = $3 AND p.id > $5))
      AND p.email >= $6 AND p.email < $7
    ORDER BY p.sort_name, p.id LIMIT $8
)sql"};

constexpr db::Query select_people_by_name{"identity.people_by_name", R"sql(
    SELECT p.id, p.email, p.given_name, p.usual_name, p.job, p.language, p.demo
    FROM persons p
    WHERE p.sort_name < $4 AND (p.sort_name, p.id) > ($3, $5)
      AND EXISTS (SELECT 1 FROM affiliations a
                  WHERE a.person_id = p.id AND a.from_day <= $2
                    AND (a.until_day IS NULL OR a.until_day >= $2)
                    AND a.organisation_id IN (SELECT value FROM json_each(CAST($1 AS text))))
    ORDER BY p.sort_name, p.id LIMIT $6
)sql"};

constexpr db::Query select_people_by_mail{"identity.people_by_mail", R"sql(
    SELECT p.id, p.email, p.given_name, p.usual_name, p.job, p.language, p.demo
    FROM persons p
    WHERE p.email >= $3 AND p.email < $4 AND p.email > $5
      AND EXISTS (SELECT 1 FROM affiliations a
                  WHERE a.person_id = p.id AND a.from_day <= $2
                    AND (a.until_day IS NULL OR a.until_day >= $2)
                    AND a.organisation_id IN (SELECT value FROM json_each(CAST($1 AS text))))
    ORDER BY p.email LIMIT $6
)sql"};

std::vector<Person> search(db::Transaction& transaction, const PeopleSearch& wanted) {
    constexpr std::string_view last = "\xF4\x8F\xBF\xBF";  // U+10FFFF: after all text
    const std::int64_t day = day_number(wanted.day);
    std::int64_t count = 0;
    transaction.run(count_some, {wanted.organisations, day, small_perimeter},
                    [&](const db::Row& row) { count = row.integer(0); });

    std::vector<Person> found;
    const auto take = [&](const db::Row& row) { found.push_back(person_from(row)); };
    const std::string name_end = wanted.name + std::string{last};
    const std::string mail_end = wanted.mail + std::string{last};
    const std::string name_after = wanted.after ? sort_name(*wanted.after) : wanted.name;
    const std::int64_t id_after = wanted.after ? wanted.after->id.value : 0;
    if (count < small_perimeter)
        transaction.run(select_people_of_few,
                        {wanted.organisations, day, name_after, name_end, id_after, wanted.mail,
                         mail_end, wanted.most},
                        take);
    else if (wanted.mail.empty())
        transaction.run(select_people_by_name,
                        {wanted.organisations, day, name_after, name_end, id_after, wanted.most},
                        take);
    else
        transaction.run(select_people_by_mail,
                        {wanted.organisations, day, wanted.mail, mail_end,
                         wanted.after ? wanted.after->email : std::string_view{}, wanted.most},
                        take);
    return found;
}

constexpr db::Query select_affiliations_of{"identity.affiliations_of", R"sql(
    SELECT organisation_id, population, contractor, from_day, until_day FROM affiliations
    WHERE person_id = $1 ORDER BY from_day DESC
)sql"};

std::vector<Affiliation> affiliations_of(db::Transaction& transaction, base::PersonId person) {
    std::vector<Affiliation> found;
    transaction.run(select_affiliations_of, {person.value},
                    [&](const db::Row& row) { found.push_back(affiliation_from(row)); });
    return found;
}

constexpr db::Query select_affiliations_on{"identity.affiliations_on", R"sql(
    SELECT organisation_id, population, contractor, from_day, until_day, person_id
    FROM affiliations
    WHERE person_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
      AND from_day <= $2 AND (until_day IS NULL OR until_day >= $2)
)sql"};

std::map<base::PersonId, Affiliation> affiliations_on(db::Transaction& transaction,
                                                      std::string_view json_ids, base::Date day) {
    std::map<base::PersonId, Affiliation> found;
    transaction.run(select_affiliations_on, {json_ids, day_number(day)}, [&](const db::Row& row) {
        found.insert_or_assign(base::PersonId{row.integer(5)}, affiliation_from(row));
    });
    return found;
}

constexpr db::Query close_open_affiliation{"identity.close_affiliation", R"sql(
    UPDATE affiliations SET until_day = CASE WHEN from_day > $2 THEN from_day ELSE $2 END
    WHERE person_id = $1 AND until_day IS NULL
)sql"};

void close_affiliation(db::Transaction& transaction, base::PersonId person, base::Date last_day) {
    transaction.run(close_open_affiliation, {person.value, day_number(last_day)});
}

constexpr db::Query insert_affiliation_row{"identity.insert_affiliation", R"sql(
    INSERT INTO affiliations (person_id, organisation_id, population, contractor, from_day,
                              until_day)
    VALUES ($1, $2, $3, $4, $5, $6)
)sql"};

void insert_affiliation(db::Transaction& transaction, base::PersonId person, const Affiliation& a) {
    transaction.run(insert_affiliation_row,
                    {person.value, a.organisation.value, a.population, a.contractor,
                     day_number(a.from), a.until ? db::Value{day_number(*a.until)} : db::Value{}});
}

namespace {

// Of one statement; a hundred rows make its cost small beside that of the rows.
constexpr std::size_t rows_at_once = 100;

// "INSERT INTO ... VALUES ($1, $2), ($3, $4) ...".
std::string with_rows(std::string sql, int columns) {
    int number = 0;
    for (std::size_t row = 0; row < rows_at_once; ++row) {
        sql += row == 0 ? " VALUES (" : ", (";
        for (int column = 0; column < columns; ++column)
            sql += (column == 0 ? "$" : ", $") + std::to_string(++number);
        sql += ')';
    }
    return sql;
}

std::vector<base::PersonId> insert_rows(db::Transaction& transaction,
                                        std::span<const NewPerson> people) {
    static const std::string persons_sql =
        with_rows("INSERT INTO persons (email, given_name, usual_name, job, language, demo)", 6) +
        " RETURNING id, email";
    static const std::string affiliations_sql = with_rows(
        "INSERT INTO affiliations (person_id, organisation_id, population, contractor, "
        "from_day, until_day)",
        6);
    std::vector<db::Value> values;
    std::unordered_map<std::string_view, std::size_t> by_email;
    for (const auto& [person, affiliation, grants] : people) {
        by_email.emplace(person.email, by_email.size());
        values.insert(values.end(), {person.email, person.given_name, person.usual_name, person.job,
                                     person.language, person.demo});
    }
    std::vector<base::PersonId> ids(people.size());
    transaction.run({"identity.insert_persons", persons_sql}, values, [&](const db::Row& row) {
        ids[by_email.at(row.text(1))].value = row.integer(0);  // no order is promised
    });
    values.clear();
    for (std::size_t i = 0; i < people.size(); ++i) {
        const Affiliation& a = people[i].affiliation;
        values.insert(values.end(), {ids[i].value, a.organisation.value, a.population, a.contractor,
                                     day_number(a.from),
                                     a.until ? db::Value{day_number(*a.until)} : db::Value{}});
    }
    transaction.run({"identity.insert_affiliations", affiliations_sql}, values);
    return ids;
}

}  // namespace

std::vector<base::PersonId> insert_all(db::Transaction& transaction,
                                       std::span<const NewPerson> people) {
    std::vector<base::PersonId> ids;
    ids.reserve(people.size());
    while (people.size() >= rows_at_once) {
        const auto inserted = insert_rows(transaction, people.first(rows_at_once));
        ids.insert(ids.end(), inserted.begin(), inserted.end());
        people = people.subspan(rows_at_once);
    }
    for (const NewPerson& given : people) {
        ids.push_back(insert(transaction, given.person));
        insert_affiliation(transaction, ids.back(), given.affiliation);
    }
    return ids;
}

constexpr db::Query select_grants{"identity.grants", R"sql(
    SELECT role, organisation_id FROM role_grants
    WHERE person_id = $1 AND revoked_at IS NULL ORDER BY id
)sql"};

std::vector<Grant> grants(db::Transaction& transaction, base::PersonId person) {
    std::vector<Grant> found;
    transaction.run(select_grants, {person.value}, [&](const db::Row& row) {
        found.push_back({std::string{row.text(0)}, {row.integer(1)}});
    });
    return found;
}

constexpr db::Query insert_grant_row{"identity.insert_grant", R"sql(
    INSERT INTO role_grants (person_id, role, organisation_id, granted_at, granted_by)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING
)sql"};

bool insert_grant(db::Transaction& transaction, base::PersonId person, const Grant& grant,
                  std::optional<base::PersonId> by, base::Time now) {
    return transaction.run(insert_grant_row,
                           {person.value, grant.role, grant.perimeter.value, base::to_epoch(now),
                            by ? db::Value{by->value} : db::Value{}}) > 0;
}

constexpr db::Query revoke_grant_row{"identity.revoke_grant", R"sql(
    UPDATE role_grants SET revoked_at = $4, revoked_by = $5
    WHERE person_id = $1 AND role = $2 AND organisation_id = $3 AND revoked_at IS NULL
)sql"};

bool revoke_grant(db::Transaction& transaction, base::PersonId person, const Grant& grant,
                  base::PersonId by, base::Time now) {
    return transaction.run(revoke_grant_row, {person.value, grant.role, grant.perimeter.value,
                                              base::to_epoch(now), by.value}) > 0;
}

}  // namespace identity::store
