// SPDX-License-Identifier: EUPL-1.2
// Door of the identity slice: persons, where they work, what they may do and where, who is signed
// in.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "http/router.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db
namespace organisations {
class Organisations;
class Tree;
struct ImportReport;
}  // namespace organisations

namespace identity {

// All roles, in the order of their display. "agent" is everyone's and never granted.
std::span<const std::string_view> roles();

struct Person {
    base::PersonId id;
    std::string email;  // lower case; the name for imports and invitations
    std::string given_name;
    std::string usual_name;
    std::string job;
    std::string language = "fr";
    bool demo = false;
    std::string full_name() const { return given_name + " " + usual_name; }
};

struct Named {
    std::string name;  // in full
    std::string job;
};

struct Affiliation {
    base::OrganisationId organisation;
    std::string population;   // etat, territoriale, hospitaliere
    bool contractor = false;  // of a service provider (prestataire), not an agent
    base::Date from{};
    std::optional<base::Date> until;  // the last day

    bool same_post(const Affiliation& other) const {
        return organisation == other.organisation && population == other.population &&
               contractor == other.contractor;
    }
};

struct Grant {
    std::string role;
    base::OrganisationId perimeter;
    friend bool operator==(const Grant&, const Grant&) = default;
};

// What a person may do, and where.
class Rights {
public:
    Rights(std::vector<Grant> grants, std::shared_ptr<const organisations::Tree> tree);
    // May they act as `role` on something that belongs to this organisation?
    bool may(std::string_view role, base::OrganisationId) const;
    // The organisations at the top of their perimeters for this role.
    std::vector<base::OrganisationId> perimeters(std::string_view role) const;
    const organisations::Tree& tree() const { return *tree_; }

private:
    std::vector<Grant> grants_;
    std::shared_ptr<const organisations::Tree> tree_;
};

// One person as a file or a form tells it.
struct NewPerson {
    Person person;
    Affiliation affiliation;
    std::vector<Grant> grants;
};

// A new employer as a form tells it.
struct NewEmployer {
    std::string organisation;  // code
    std::string population;    // "": that of the organisation's branch
    bool contractor = false;
    std::optional<base::Date> from;
};

// Somebody who works in an organisation, for what is sent to many.
struct Agent {
    Person person;
    base::OrganisationId organisation;
};

// Some people of a list, by usual name.
struct PeoplePage {
    std::vector<Person> people;
    bool more = false;
};
inline constexpr int people_per_page = 50;

// How somebody signs in.
struct Arrival {
    std::string_view way = "demo";  // "demo", "proconnect", "passkey", "emergency"
    std::string_view user_agent = {};
    std::chrono::hours length{12};  // of the session; ProConnect's own lasts as long
};

// A session that is open, as its owner sees it.
struct SignIn {
    std::string key;  // names it in a URL; signs nobody in
    std::string way;
    std::string device;  // see devices.hpp
    base::Time since{};
    base::Time seen_at{};  // five minutes late at most
    base::Time expires_at{};
    bool here = false;  // the one that asks
};

class Identity final : public http::SignIns {
public:
    // The arguments must outlive it.
    Identity(db::Database&, organisations::Organisations&);

    // -- who is signed in
    std::optional<http::Caller> find_caller(std::string_view token, base::Time now) override;
    // A new session and its secret token.
    std::string sign_in(base::PersonId, base::Time now, const Arrival& = {});
    std::string sign_in(db::Transaction&, base::PersonId, base::Time now, const Arrival& = {});
    void sign_out(std::string_view token);
    // Whether who has this token signed in within the last quarter of an hour: what gives a way in
    // for good wants that.
    bool is_fresh(db::Transaction&, std::string_view token, base::Time now);
    // The sessions of a person, the one of this token first, then the last seen.
    std::vector<SignIn> sign_ins(db::Transaction&, base::PersonId, std::string_view token,
                                 base::Time now);
    // Refused for one that is not (or no longer) theirs.
    base::Result<void> end_sign_in(base::PersonId, std::string_view key);
    // All but the one of this token ("" : all). Returns how many there were.
    int end_sign_ins(db::Transaction&, base::PersonId, std::string_view token);

    // -- persons
    std::optional<Person> find(db::Transaction&, base::PersonId);
    std::vector<Person> demo_people(db::Transaction&);
    std::map<base::PersonId, Person> persons(db::Transaction&,
                                             const std::vector<base::PersonId>& ids);
    // What a list shows of them.
    std::map<base::PersonId, Named> named(db::Transaction&, const std::vector<base::PersonId>& ids);
    // By their professional mail, in any case.
    std::optional<Person> find_by_email(db::Transaction&, std::string_view email);
    // Those of these mails (in lower case) that are known, by mail.
    std::map<std::string, base::PersonId, std::less<>> find_by_emails(
        db::Transaction&, const std::vector<std::string>& emails);
    // Who works at one of these organisations on that day and is no contractor, by id: at most
    // `most` behind `after`. `population`: "" for all.
    std::vector<Agent> agents_at(db::Transaction&, const std::vector<base::OrganisationId>&,
                                 std::string_view population, base::Date, base::PersonId after,
                                 int most);
    // How many these are, by organisation.
    std::map<base::OrganisationId, int> count_agents_at(db::Transaction&,
                                                        const std::vector<base::OrganisationId>&,
                                                        std::string_view population, base::Date);
    // Who holds a role at the first of these organisations where somebody does. `except`: a person
    // who does not count.
    std::vector<base::PersonId> nearest_holders(db::Transaction&, std::string_view role,
                                                const std::vector<base::OrganisationId>&,
                                                base::PersonId except);
    void set_language(db::Transaction&, base::PersonId, std::string_view language);  // fr, en
    // Somebody's requests come to this person: their menu leads to them.
    void supervises(db::Transaction&, base::PersonId);
    // ... and to nobody but these.
    void set_supervisors(db::Transaction&, std::span<const base::PersonId>);
    // Nothing for somebody who works nowhere on that day.
    std::optional<Affiliation> affiliation(db::Transaction&, base::PersonId, base::Date);
    std::map<base::PersonId, Affiliation> affiliations(db::Transaction&,
                                                       const std::vector<base::PersonId>& ids,
                                                       base::Date);
    std::vector<Affiliation> affiliations_of(db::Transaction&, base::PersonId);
    std::vector<Grant> grants(db::Transaction&, base::PersonId);
    Rights rights(db::Transaction&, const db::Versions&, base::PersonId);
    // Did they come by invitation? Then a passkey is their way in.
    bool was_invited(db::Transaction&, base::PersonId);

    // Adds a person, or gives the one with this mail the new affiliation and grants. Returns the
    // id.
    base::PersonId put(db::Transaction&, const NewPerson&, base::Time now);
    // Adds many who are not there yet (their mails are unique, or it breaks), without grants.
    // Returns their ids, in order.
    std::vector<base::PersonId> add_all(db::Transaction&, std::span<const NewPerson>);

    // -- what administrators do; `by` is the administrator, whose rights are read in the same
    // transaction
    // People who work in the administrator's perimeters on that day and whose name ("usual given"
    // or "given usual") or mail begins with `words`; those after the person `after`.
    PeoplePage people(db::Transaction&, const Rights&, std::string_view words,
                      std::optional<base::PersonId> after, base::Date);
    // Granting or taking back twice is once.
    base::Result<void> grant(base::PersonId by, base::PersonId to, std::string_view role,
                             std::string_view organisation_code, base::Time now);
    base::Result<void> revoke(base::PersonId by, base::PersonId from, std::string_view role,
                              std::string_view organisation_code, base::Time now);
    // Another employer from a day on; the present affiliation ends the day before.
    base::Result<void> affiliate(base::PersonId by, base::PersonId, const NewEmployer&,
                                 base::Time now);
    // See people_file.hpp for the columns. The same file twice changes nothing; roles are added and
    // never taken back. Without `by` the operator acts, who may do all.
    base::Result<organisations::ImportReport> import_people(std::string_view text,
                                                            std::optional<base::PersonId> by,
                                                            base::Time now);

private:
    db::Database& database_;
    organisations::Organisations& organisations_;
};

}  // namespace identity
