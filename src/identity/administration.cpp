// SPDX-License-Identifier: EUPL-1.2
// What administrators do to people: find them, give and take roles, tell a new employer, import.
#include "audit/audit.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "identity/identity.hpp"
#include "identity/people_file.hpp"
#include "identity/rules.hpp"
#include "identity/store.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace identity {
namespace {

using std::chrono::days;

base::Date day_of(base::Time now) {
    return std::chrono::floor<days>(now);
}

base::Error person_unknown() {
    return {base::ErrorKind::not_found, "identity.person_not_found"};
}

std::string word_reversed(const std::string& words) {
    const auto space = words.rfind(' ');
    if (space == std::string::npos) return words;
    return words.substr(space + 1) + ' ' + words.substr(0, space);
}

void follow(db::Transaction& transaction, base::PersonId person, const Affiliation& next) {
    store::close_affiliation(transaction, person, next.from - days{1});
    store::insert_affiliation(transaction, person, next);
}

std::string told(const Grant& grant) {
    return boost::json::serialize(
        boost::json::object{{"role", grant.role}, {"organisation", grant.perimeter.value}});
}

std::string told(const Affiliation& affiliation) {
    return boost::json::serialize(boost::json::object{{"employer", affiliation.organisation.value},
                                                      {"population", affiliation.population},
                                                      {"contractor", affiliation.contractor},
                                                      {"from", base::iso_date(affiliation.from)}});
}

// What an administrator decides on a person, or without `by` the operator.
audit::Decision decision_of(std::optional<base::PersonId> by, base::Time now,
                            base::OrganisationId perimeter, base::PersonId person) {
    return {.at = now,
            .actor = by,
            .role = by ? "administrator" : "program",
            .perimeter = perimeter,
            .action = {},
            .object = "person",
            .object_id = person.value};
}

void give(db::Transaction& transaction, base::PersonId to, const Grant& grant,
          std::optional<base::PersonId> by, base::Time now) {
    if (!store::insert_grant(transaction, to, grant, by, now)) return;
    auto decision = decision_of(by, now, grant.perimeter, to);
    decision.action = "identity.grant";
    decision.after = told(grant);
    audit::record(transaction, decision);
}

void record_move(db::Transaction& transaction, base::PersonId person,
                 const std::vector<Affiliation>& before, const Affiliation& next,
                 std::optional<base::PersonId> by, base::Time now) {
    auto decision = decision_of(by, now, next.organisation, person);
    decision.action = "identity.affiliate";
    if (!before.empty()) decision.before = told(before.front());
    decision.after = told(next);
    audit::record(transaction, decision);
}

}  // namespace

PeoplePage Identity::people(db::Transaction& transaction, const Rights& rights,
                            std::string_view words, std::optional<base::PersonId> after,
                            base::Date day) {
    std::vector<base::OrganisationId> organisations;
    for (const auto& [organisation, depth] : rights.tree().in_order())
        if (rights.may("administrator", organisation->id))
            organisations.push_back(organisation->id);

    store::PeopleSearch search{.organisations = db::json_ids(organisations),
                               .name = {},
                               .mail = {},
                               .after = after ? store::find(transaction, *after) : std::nullopt,
                               .day = day,
                               .most = people_per_page + 1};
    std::string folded;
    for (const std::string& word : base::split(base::fold(words), ' '))
        folded += (folded.empty() ? "" : " ") + word;
    (folded.find_first_of("@.") == std::string::npos ? search.name : search.mail) = folded;
    PeoplePage page{store::search(transaction, search)};
    // "Awa Martin" is "martin awa" in the order of the list.
    if (const std::string turned = word_reversed(search.name);
        page.people.empty() && turned != search.name) {
        search.name = turned;
        page.people = store::search(transaction, search);
    }
    page.more = page.people.size() > people_per_page;
    if (page.more) page.people.pop_back();
    return page;
}

base::Result<void> Identity::grant(base::PersonId by, base::PersonId to, std::string_view role,
                                   std::string_view organisation_code, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const Rights mine = rights(transaction, db::Versions(transaction), by);
        if (!concerns(mine, store::affiliations_of(transaction, to), store::grants(transaction, to),
                      day_of(now)))
            return base::unexpected(person_unknown());
        const auto* organisation = mine.tree().find(organisation_code);
        const auto perimeter =
            organisation == nullptr ? std::nullopt : std::optional{organisation->id};
        if (auto reason = why_not_grant(by, mine, to, role, perimeter))
            return base::unexpected(base::Error{base::ErrorKind::invalid, std::move(*reason)});
        give(transaction, to, {std::string{role}, *perimeter}, by, now);
        return {};
    });
}

base::Result<void> Identity::revoke(base::PersonId by, base::PersonId from, std::string_view role,
                                    std::string_view organisation_code, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const Rights mine = rights(transaction, db::Versions(transaction), by);
        if (!concerns(mine, store::affiliations_of(transaction, from),
                      store::grants(transaction, from), day_of(now)))
            return base::unexpected(person_unknown());
        const auto* organisation = mine.tree().find(organisation_code);
        if (organisation == nullptr)
            return base::unexpected(base::Error{
                base::ErrorKind::invalid, "identity.why_not.organisation_unknown", "organisation"});
        const Grant grant{std::string{role}, organisation->id};
        if (auto reason = why_not_revoke(by, mine, from, grant))
            return base::unexpected(base::Error{base::ErrorKind::invalid, std::move(*reason)});
        if (store::revoke_grant(transaction, from, grant, by, now)) {
            auto decision = decision_of(by, now, grant.perimeter, from);
            decision.action = "identity.revoke";
            decision.before = told(grant);
            audit::record(transaction, decision);
        }
        return {};
    });
}

base::Result<void> Identity::affiliate(base::PersonId by, base::PersonId person,
                                       const NewEmployer& given, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const Rights mine = rights(transaction, db::Versions(transaction), by);
        const auto present = store::affiliations_of(transaction, person);
        if (!is_within(mine, present, day_of(now))) return base::unexpected(person_unknown());
        const auto* employer = mine.tree().find(given.organisation);
        if (employer == nullptr)
            return base::unexpected(base::Error{
                base::ErrorKind::invalid, "identity.why_not.organisation_unknown", "employer"});
        if (!given.from)
            return base::unexpected(
                base::Error{base::ErrorKind::invalid, "identity.why_not.from_missing", "from"});
        const Affiliation next{
            .organisation = employer->id,
            .population = given.population.empty() ? employer->branch : given.population,
            .contractor = given.contractor,
            .from = *given.from,
            .until = {}};
        if (auto reason = why_not_affiliate(mine, present, next, day_of(now)))
            return base::unexpected(base::Error{base::ErrorKind::invalid, std::move(*reason)});
        follow(transaction, person, next);
        record_move(transaction, person, present, next, by, now);
        return {};
    });
}

namespace {

// One line of a file of persons against what is known.
class LineImport {
public:
    LineImport(db::Transaction& transaction, const organisations::Tree& tree, const Rights* rights,
               std::optional<base::PersonId> by, base::Time now)
        : transaction_(transaction), tree_(tree), rights_(rights), by_(by), now_(now) {}

    void put(const PersonLine& line, organisations::ImportReport& report) {
        const auto refuse = [&](base::Reason reason) {
            report.problems.push_back({line.number, std::move(reason)});
        };
        if (auto reason = problem_of(line)) return refuse(std::move(*reason));
        const auto [before, first] = line_of_.emplace(line.email, line.number);
        if (!first)
            return refuse({"identity.import.email_twice",
                           "email",
                           {{"value", line.email}, {"line", std::to_string(before->second)}}});
        const auto* employer = tree_.find(line.organisation);
        if (employer == nullptr) return refuse(unknown(line.organisation));

        const auto known = store::find_by_email(transaction_, line.email);
        const auto affiliations =
            known ? store::affiliations_of(transaction_, *known) : std::vector<Affiliation>{};
        const auto held = known ? store::grants(transaction_, *known) : std::vector<Grant>{};
        if (rights_ != nullptr && known && !is_within(*rights_, affiliations, day_of(now_)))
            return refuse({"identity.import.person_elsewhere", "email", {{"value", line.email}}});

        const Affiliation next{
            .organisation = employer->id,
            .population = line.population.empty() ? employer->branch : line.population,
            .contractor = line.is_contractor(),
            .from = line.from_day().value_or(day_of(now_)),
            .until = {}};
        const bool moves =
            std::none_of(affiliations.begin(), affiliations.end(), [&](const Affiliation& one) {
                return one.same_post(next) && one.from <= next.from &&
                       (!one.until || *one.until >= next.from);
            });
        if (moves)
            if (auto reason = rights_ == nullptr
                                  ? why_not_follow(affiliations, next, day_of(now_))
                                  : why_not_affiliate(*rights_, affiliations, next, day_of(now_)))
                return refuse(std::move(*reason));

        std::vector<Grant> fresh;
        for (const auto& [role, code] : line.roles) {
            const auto* perimeter = tree_.find(code);
            if (perimeter == nullptr) return refuse(unknown(code));
            Grant grant{role, perimeter->id};
            if (std::find(held.begin(), held.end(), grant) != held.end()) continue;
            if (std::find(fresh.begin(), fresh.end(), grant) != fresh.end()) continue;
            if (rights_ != nullptr)
                if (auto reason = why_not_grant(*by_, *rights_, known.value_or(base::PersonId{}),
                                                role, grant.perimeter))
                    return refuse(std::move(*reason));
            fresh.push_back(std::move(grant));
        }

        const bool renamed = known && rename(*known, line);
        const base::PersonId id = known ? *known : insert(line);
        if (moves) follow(transaction_, id, next);
        // Where a new person works stands in the summary of the import.
        if (moves && known) record_move(transaction_, id, affiliations, next, by_, now_);
        for (const Grant& grant : fresh) give(transaction_, id, grant, by_, now_);
        const bool changed = renamed || moves || !fresh.empty();
        ++(!known ? report.added : changed ? report.changed : report.unchanged);
    }

private:
    static base::Reason unknown(const std::string& code) {
        return {"identity.import.organisation_unknown", "organisation", {{"value", code}}};
    }

    base::PersonId insert(const PersonLine& line) {
        return store::insert(transaction_, {.id = {},
                                            .email = line.email,
                                            .given_name = line.given_name,
                                            .usual_name = line.usual_name,
                                            .job = line.job});
    }

    // True when the names or the job were others. A file without jobs leaves them.
    bool rename(base::PersonId id, const PersonLine& line) {
        Person person = store::find(transaction_, id).value();
        const std::string& job = line.job.empty() ? person.job : line.job;
        if (person.given_name == line.given_name && person.usual_name == line.usual_name &&
            person.job == job)
            return false;
        person.job = job;
        person.given_name = line.given_name;
        person.usual_name = line.usual_name;
        store::update(transaction_, id, person);
        return true;
    }

    db::Transaction& transaction_;
    const organisations::Tree& tree_;
    const Rights* rights_;  // nullptr: the operator
    std::optional<base::PersonId> by_;
    base::Time now_;
    std::map<std::string, int> line_of_;
};

}  // namespace

base::Result<organisations::ImportReport> Identity::import_people(std::string_view text,
                                                                  std::optional<base::PersonId> by,
                                                                  base::Time now) {
    const auto lines = read_people(text);
    if (!lines) return base::unexpected(lines.error());
    return database_.write(
        [&](db::Transaction& transaction) -> base::Result<organisations::ImportReport> {
            const db::Versions versions(transaction);
            const auto tree = organisations_.tree(transaction, versions);
            const auto mine = by ? std::optional{rights(transaction, versions, *by)} : std::nullopt;
            organisations::ImportReport report;
            LineImport people(transaction, *tree, mine ? &*mine : nullptr, by, now);
            for (const PersonLine& line : *lines) people.put(line, report);
            organisations::record_import(transaction, report,
                                         {.action = "identity.import",
                                          .person = by,
                                          .within = mine ? mine->perimeters("administrator")
                                                         : std::vector<base::OrganisationId>{},
                                          .now = now});
            return report;
        });
}

}  // namespace identity
