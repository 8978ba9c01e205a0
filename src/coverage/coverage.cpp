// SPDX-License-Identifier: EUPL-1.2
#include "coverage/coverage.hpp"

#include "audit/audit.hpp"
#include "base/csv.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "catalogue/catalogue.hpp"
#include "coverage/store.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "frameworks/frameworks.hpp"
#include "identity/identity.hpp"
#include "jobs/jobs.hpp"
#include "organisations/organisations.hpp"
#include "positioning/positioning.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace coverage {
namespace json = boost::json;
namespace {

using base::ErrorKind;

constexpr int tests_at_once = 500;
constexpr int persons_at_once = 1000;
constexpr int most_headcounts = 100;
constexpr int most_drafts = 50;
constexpr std::size_t most_groups = 1500;
// A test that ended a while before it was committed is not missed.
constexpr std::chrono::hours overlap{24};

base::unexpected<base::Error> refuse(ErrorKind kind, const char* key) {
    return base::unexpected(base::Error{kind, key});
}

base::Date today_of(base::Time now) {
    return base::in_paris(now).day;
}

std::vector<base::OrganisationId> subtree(const organisations::Tree& tree,
                                          base::OrganisationId top) {
    std::vector<base::OrganisationId> found;
    for (const auto& [one, depth] : tree.in_order())
        if (tree.contains(top, one->id)) found.push_back(one->id);
    return found;
}

// The levels of the text, 0 where it was not asked: nobody is sent away for what is not known.
Levels levels_of(std::string_view text) {
    Levels levels;
    for (const char one : text) levels.push_back(one == '-' ? 0 : one - '0');
    return levels;
}
Levels levels_of(const frameworks::Targets& targets) {
    Levels levels;
    for (const frameworks::Competence& competence : frameworks::present().competences) {
        const auto target = targets.find(competence.code);
        levels.push_back(target == targets.end() ? 0 : target->second);
    }
    return levels;
}

// What an offer teaches of the present framework.
std::vector<Lesson> lessons_of(const catalogue::Offer& offer) {
    std::vector<Lesson> lessons;
    const frameworks::Framework& framework = frameworks::present();
    for (const catalogue::Skill& skill : offer.skills) {
        if (skill.framework != framework.id) continue;
        const auto found =
            std::ranges::find(framework.competences, skill.code, &frameworks::Competence::code);
        if (found == framework.competences.end()) continue;
        lessons.push_back({static_cast<std::size_t>(found - framework.competences.begin()),
                           skill.from_level, skill.to_level});
    }
    return lessons;
}

}  // namespace

std::string_view name_of(DraftState state) {
    switch (state) {
        case DraftState::waiting:
            return "waiting";
        case DraftState::computing:
            return "computing";
        case DraftState::done:
            return "done";
        case DraftState::failed:
            break;
    }
    return "failed";
}

std::span<const std::string_view> readers() {
    static constexpr std::array<std::string_view, 3> roles{"training_office", "ministry_steering",
                                                           "campus_team"};
    return roles;
}

std::span<const std::string_view> declarers() {
    return readers().first(2);
}

std::string_view role_in(const identity::Rights& rights, std::span<const std::string_view> roles,
                         base::OrganisationId organisation) {
    const auto found = std::ranges::find_if(
        roles, [&](std::string_view role) { return rights.may(role, organisation); });
    return found == roles.end() ? std::string_view{} : *found;
}

Coverage::Coverage(db::Database& database, identity::Identity& identity,
                   organisations::Organisations& organisations, frameworks::Frameworks& frameworks,
                   positioning::Positioning& positioning, catalogue::Catalogue& catalogue)
    : database_(database),
      identity_(identity),
      organisations_(organisations),
      frameworks_(frameworks),
      positioning_(positioning),
      catalogue_(catalogue) {}

// --- Headcounts ----------------------------------------------------------------------------------

base::Result<void> Coverage::declare(base::PersonId by, const NewHeadcount& given, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto rights = identity_.rights(transaction, db::Versions(transaction), by);
        const auto role = role_in(rights, declarers(), given.organisation);
        if (role.empty()) return refuse(ErrorKind::forbidden, "coverage.why_not.outside");
        if (auto why = why_not_headcount(given, today_of(now)))
            return base::unexpected(base::Error{ErrorKind::invalid, std::move(*why)});
        if (!store::insert_headcount(transaction, {.told = given, .by = by, .at = now})) return {};
        audit::record(transaction,
                      {.at = now,
                       .actor = by,
                       .role = role,
                       .perimeter = given.organisation,
                       .action = "coverage.declare",
                       .object = "organisation",
                       .object_id = given.organisation.value,
                       .after = json::serialize(json::object{
                           {"agents", given.agents}, {"as_of", base::iso_date(given.as_of)}})});
        return {};
    });
}

base::Result<organisations::ImportReport> Coverage::import_headcounts(base::PersonId by,
                                                                      std::string_view text,
                                                                      base::Time now) {
    const auto table = base::CsvTable::read(text, {"organisation", "agents", "date", "source"});
    if (!table) return base::unexpected(table.error());
    return database_.write([&](db::Transaction& transaction) {
        const auto rights = identity_.rights(transaction, db::Versions(transaction), by);
        auto known = store::declared_days(transaction);
        organisations::ImportReport report;
        for (std::size_t row = 0; row < table->size(); ++row) {
            const auto problem = [&](base::Reason reason) {
                report.problems.push_back({table->line(row), std::move(reason)});
            };
            const std::string code = table->cell(row, "organisation");
            const auto* organisation = rights.tree().find(std::string_view{code});
            // An unknown organisation and one of others look the same.
            if (organisation == nullptr || role_in(rights, declarers(), organisation->id).empty()) {
                problem({"coverage.import.organisation", "organisation", {{"code", code}}});
                continue;
            }
            const auto day = base::parse_iso_date(table->cell(row, "date"));
            if (!day) {
                problem({"coverage.why_not.no_day", "date", {}});
                continue;
            }
            const NewHeadcount told{
                .organisation = organisation->id,
                .agents = base::to_integer(table->cell(row, "agents")).value_or(0),
                .as_of = *day,
                .source = table->cell(row, "source")};
            if (auto why = why_not_headcount(told, today_of(now))) {
                if (why->field == "as_of") why->field = "date";  // as the column is called
                problem(std::move(*why));
                continue;
            }
            if (!store::insert_headcount(transaction, {.told = told, .by = by, .at = now}))
                ++report.unchanged;
            else if (known.insert({told.organisation, told.as_of}).second)
                ++report.added;
            else
                ++report.changed;
        }
        std::vector<base::OrganisationId> within;
        for (const std::string_view role : declarers())
            for (const auto one : rights.perimeters(role)) within.push_back(one);
        organisations::record_import(
            transaction, report,
            {.action = "coverage.import", .person = by, .within = within, .now = now});
        return report;
    });
}

void Coverage::put_headcount(db::Transaction& transaction, const NewHeadcount& given,
                             base::Time now) {
    store::insert_headcount(transaction, {.told = given, .at = now});
}

std::vector<Headcount> Coverage::headcounts(db::Transaction& transaction,
                                            base::OrganisationId organisation) {
    return store::headcounts(transaction, organisation, most_headcounts);
}

// --- Figures -------------------------------------------------------------------------------------

void Coverage::read_finished() {
    base::Time since{};
    if (const auto last = database_.read(
            [](db::Transaction& transaction) { return store::last_run(transaction); }))
        since = last->second - overlap;
    base::PositioningId after{};
    for (bool more = true; more;) {
        database_.write([&](db::Transaction& transaction) {
            const auto tests =
                positioning_.finished_since(transaction, since, after, tests_at_once);
            for (const positioning::Finished& test : tests)
                store::put_person(transaction, {.person = test.person,
                                                .test = test.test,
                                                .organisation = {},
                                                .ended_at = test.at,
                                                .core_id = test.core_id,
                                                .at_core = test.at_core,
                                                .levels = levels_text(test.levels)});
            more = static_cast<int>(tests.size()) == tests_at_once;
            if (!tests.empty()) {
                since = tests.back().at;
                after = tests.back().test;
            }
        });
    }
}

void Coverage::read_posts(base::Date today) {
    base::PersonId after{};
    for (bool more = true; more;) {
        database_.write([&](db::Transaction& transaction) {
            const db::Versions versions(transaction);
            const auto tree = organisations_.tree(transaction, versions);
            const auto cores = frameworks_.cores(transaction, versions);
            const auto persons = store::persons_after(transaction, after, persons_at_once);
            std::vector<base::PersonId> ids;
            for (const auto& one : persons) ids.push_back(one.person);
            const auto posts = identity_.affiliations(transaction, ids, today);
            for (const store::Counted& one : persons) {
                store::Counted now = one;
                const auto post = posts.find(one.person);
                // Who works for a provider is in nobody's headcount.
                now.organisation = post == posts.end() || post->second.contractor
                                       ? std::nullopt
                                       : std::optional{post->second.organisation};
                if (now.organisation) {
                    const frameworks::Core& core = cores->of(*tree, *now.organisation, today);
                    if (core.id != one.core_id) {
                        now.core_id = core.id;
                        now.at_core =
                            positioning_.at_core(transaction, versions, one.test, core.targets);
                    }
                }
                if (now.organisation != one.organisation || now.core_id != one.core_id)
                    store::set_post(transaction, now);
            }
            more = static_cast<int>(persons.size()) == persons_at_once;
            if (!persons.empty()) after = persons.back().person;
        });
    }
}

bool Coverage::publish(base::Time now) {
    const base::Date today = today_of(now);
    const auto last =
        database_.read([](db::Transaction& transaction) { return store::last_run(transaction); });
    if (last && last->first >= today) return false;
    read_finished();
    read_posts(today);
    return database_.write([&](db::Transaction& transaction) {
        // The row first: of two nodes one goes on.
        if (!store::begin_run(transaction, today, now)) return false;
        const auto tree = organisations_.tree(transaction, db::Versions(transaction));
        const auto declared = store::headcounts_on(transaction, today);
        const auto& order = tree->in_order();
        std::map<base::OrganisationId, std::size_t> places;
        std::vector<Part> parts;
        for (const auto& [organisation, depth] : order) {
            Part part{.parent = {}, .own = Counts(shape().counts, 0), .headcount = {}};
            if (organisation->parent) part.parent = places.at(*organisation->parent);
            if (const auto found = declared.find(organisation->id); found != declared.end())
                part.headcount = found->second.told.agents;
            places.emplace(organisation->id, parts.size());
            parts.push_back(std::move(part));
        }
        base::PersonId after{};
        for (bool more = true; more;) {
            const auto persons = store::persons_after(transaction, after, persons_at_once * 10);
            for (const store::Counted& one : persons)
                // One that another node saw begin after this tree was read counts tomorrow.
                if (const auto place = one.organisation && one.at_core
                                           ? places.find(*one.organisation)
                                           : places.end();
                    place != places.end())
                    count_agent(parts[place->second].own, *one.at_core >= sure_enough, one.levels);
            more = static_cast<int>(persons.size()) == persons_at_once * 10;
            if (more) after = persons.back().person;
        }
        make_coherent(parts);
        const auto kept = store::held(transaction);
        std::vector<Held> before(parts.size());
        for (const auto& [organisation, place] : places)
            if (const auto found = kept.find(organisation); found != kept.end())
                before[place] = found->second;
        const Publication made = coverage::publish(shape(), parts, before);
        const auto shown_before = store::all_figures(transaction);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto organisation = order[i].first->id;
            if (made.held[i] != before[i]) store::put_held(transaction, organisation, made.held[i]);
            Figures figures{.day = today, .counts = made.shown[i], .of = {}};
            if (parts[i].headcount) {
                const Headcount& told = declared.at(organisation);
                figures.of = Denominator{.agents = *parts[i].headcount,
                                         .as_of = told.told.as_of,
                                         .source = told.told.source,
                                         .summed = *parts[i].headcount != told.told.agents};
            }
            const auto present = shown_before.find(organisation);
            const bool nothing = figures.counts[count_positioned] == 0 && !figures.of;
            if (present == shown_before.end()
                    ? nothing
                    : present->second.counts == figures.counts && present->second.of == figures.of)
                continue;
            store::insert_figures(transaction, organisation, figures);
        }
        return true;
    });
}

std::map<base::OrganisationId, Figures> Coverage::figures(
    db::Transaction& transaction, std::span<const base::OrganisationId> organisations) {
    return store::figures(transaction, organisations);
}

std::vector<Past> Coverage::trend(db::Transaction& transaction, base::OrganisationId organisation,
                                  int most) {
    return store::trend(transaction, organisation, most);
}

std::optional<base::Date> Coverage::last_published(db::Transaction& transaction) {
    const auto last = store::last_run(transaction);
    return last ? std::optional{last->first} : std::nullopt;
}

// --- Draft training plans ------------------------------------------------------------------------

base::Result<std::int64_t> Coverage::draft(base::PersonId by, base::OrganisationId organisation,
                                           const Budget& budget, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<std::int64_t> {
        const auto rights = identity_.rights(transaction, db::Versions(transaction), by);
        const auto role = role_in(rights, readers(), organisation);
        if (role.empty()) return refuse(ErrorKind::forbidden, "coverage.why_not.outside");
        if (auto why = why_not_budget(budget))
            return base::unexpected(base::Error{ErrorKind::invalid, std::move(*why)});
        const std::array only{organisation};
        const auto figures = store::figures(transaction, only);
        if (figures.empty() || figures.begin()->second.counts[count_positioned] == 0)
            return refuse(ErrorKind::conflict, "coverage.why_not.too_few");
        const Draft wanted{
            .organisation = organisation, .author = by, .created_at = now, .budget = budget};
        const auto made = store::insert_draft(transaction, wanted);
        if (!made) return store::latest_draft(transaction, wanted);
        const std::int64_t id = *made;
        jobs::enqueue(transaction, {.kind = "coverage.draft",
                                    .payload = json::serialize(json::object{{"draft", id}}),
                                    .due_at = now});
        audit::record(transaction, {.at = now,
                                    .actor = by,
                                    .role = role,
                                    .perimeter = organisation,
                                    .action = "coverage.draft",
                                    .object = "training_draft",
                                    .object_id = id,
                                    .after = json::serialize(json::object{
                                        {"minutes", budget.minutes}, {"cents", budget.cents}})});
        return id;
    });
}

std::vector<Group> Coverage::needs(db::Transaction& transaction, const db::Versions& versions,
                                   base::OrganisationId organisation, base::Date day,
                                   base::Date today) {
    const auto tree = organisations_.tree(transaction, versions);
    const auto cores = frameworks_.cores(transaction, versions);
    const frameworks::Core& core = cores->of(*tree, organisation, today);
    auto kept = store::needs(transaction, organisation);
    if (!kept || kept->day != day || kept->core_id != core.id) {
        std::vector<Need> agents;
        for (const auto& [levels, persons] :
             store::levels_in(transaction, subtree(*tree, organisation)))
            agents.push_back({levels_of(levels), persons});
        kept = store::Groups{.day = day, .core_id = core.id, .groups = {}};
        kept->groups = groups_of(agents, levels_of(core.targets), most_groups);
        store::put_needs(transaction, organisation, *kept);
    }
    return kept->groups;
}

void Coverage::compute(std::int64_t id, base::Time now) {
    struct Task {
        Draft draft;
        std::vector<Group> needs;
        Levels targets;
        std::vector<Course> courses;
        std::vector<base::OfferId> offers;
        std::vector<std::optional<std::int64_t>> prices;  // in cents, as the offers tell them
    };
    const base::Date today = today_of(now);
    auto task = database_.write([&](db::Transaction& transaction) -> std::optional<Task> {
        if (!store::set_state(transaction, id, DraftState::computing, 0)) return std::nullopt;
        Task made{.draft = store::find_draft(transaction, id).value()};
        const db::Versions versions(transaction);
        const auto organisation = made.draft.organisation;
        const std::array only{organisation};
        const auto figures = store::figures(transaction, only);
        made.draft.figures_of = figures.at(organisation).day;
        made.needs = needs(transaction, versions, organisation, made.draft.figures_of, today);
        const auto tree = organisations_.tree(transaction, versions);
        made.targets = levels_of(
            frameworks_.cores(transaction, versions)->of(*tree, organisation, today).targets);
        // Whoever works there may take it.
        catalogue::Reader reader;
        reader.population = tree->find(organisation)->branch;
        for (const auto* above : tree->chain(organisation))
            reader.organisations.push_back(above->code);
        const auto published = catalogue_.published(transaction, versions, today);
        for (std::size_t i = 0; i < published->index.size(); ++i) {
            const auto& entry = published->index.at(i);
            const catalogue::Offer& offer = entry.offer;
            if (!offer.duration_minutes || *offer.duration_minutes < 1 || offer.skills.empty() ||
                catalogue::why_not_take(offer.eligibility, reader))
                continue;
            made.courses.push_back({.lessons = lessons_of(offer),
                                    .minutes = *offer.duration_minutes,
                                    .cents = offer.price_cents.value_or(0)});
            made.offers.push_back(entry.id);
            made.prices.push_back(offer.price_cents);
        }
        return made;
    });
    if (!task) return;
    int told = 0;
    const Plan plan = plan_training(
        task->needs, task->targets, task->courses, task->draft.budget, [&](int percent) {
            if (percent < told + 10) return;
            told = percent;
            database_.write([&](db::Transaction& transaction) {
                store::set_state(transaction, id, DraftState::computing, percent);
            });
        });
    Draft& draft = task->draft;
    draft.groups = static_cast<std::int64_t>(task->needs.size());
    for (const Group& group : task->needs) draft.persons += group.persons;
    draft.gap = std::llround(plan.gap);
    draft.closed = std::llround(plan.closed);
    draft.bound = plan.bound;
    draft.exact = plan.exact;
    database_.write([&](db::Transaction& transaction) {
        // Gone meanwhile, or done by a node that was thought dead.
        if (!store::set_state(transaction, id, DraftState::computing, 99)) return;
        draft.seats.clear();
        draft.unpriced = 0;
        for (std::size_t i = 0; i < plan.seats.size(); ++i) {
            if (plan.seats[i] == 0) continue;
            if (!task->prices[i]) ++draft.unpriced;
            draft.seats.push_back({.offer = task->offers[i],
                                   .proposed = plan.seats[i],
                                   .seats = plan.seats[i],
                                   .minutes = task->courses[i].minutes,
                                   .cents = task->prices[i]});
        }
        store::put_result(transaction, draft);
    });
}

void Coverage::give_up(std::int64_t draft) {
    database_.write([&](db::Transaction& transaction) {
        store::set_state(transaction, draft, DraftState::failed, 0);
    });
}

std::optional<Draft> Coverage::find_draft(db::Transaction& transaction, std::int64_t id) {
    return store::find_draft(transaction, id);
}

std::vector<Draft> Coverage::drafts(db::Transaction& transaction,
                                    base::OrganisationId organisation) {
    return store::drafts(transaction, organisation, most_drafts);
}

base::Result<Coverage::OpenDraft> Coverage::open_draft(db::Transaction& transaction,
                                                       base::PersonId by, std::int64_t id) {
    auto draft = store::find_draft(transaction, id);
    if (!draft) return refuse(ErrorKind::not_found, "coverage.draft_unknown");
    const auto rights = identity_.rights(transaction, db::Versions(transaction), by);
    const auto role = role_in(rights, readers(), draft->organisation);
    if (role.empty()) return refuse(ErrorKind::not_found, "coverage.draft_unknown");
    return OpenDraft{*std::move(draft), role};
}

void Coverage::record(db::Transaction& transaction, std::string_view action, const OpenDraft& open,
                      base::PersonId by, base::Time now) {
    audit::record(transaction, {.at = now,
                                .actor = by,
                                .role = open.role,
                                .perimeter = open.draft.organisation,
                                .action = action,
                                .object = "training_draft",
                                .object_id = open.draft.id});
}

base::Result<void> Coverage::change_seats(base::PersonId by, std::int64_t id,
                                          const std::map<base::OfferId, std::int64_t>& seats,
                                          base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto open = open_draft(transaction, by, id);
        if (!open) return base::unexpected(open.error());
        if (open->draft.state != DraftState::done)
            return refuse(ErrorKind::conflict, "coverage.why_not.not_done");
        for (const auto& [offer, count] : seats) {
            const std::string field = "seats-" + std::to_string(offer.value);
            if (count < 0 || count > most_agents)
                return base::unexpected(
                    base::Error{ErrorKind::invalid, "coverage.why_not.seats", field});
            store::set_seats(transaction, id, offer, count);
        }
        record(transaction, "coverage.change_draft", *open, by, now);
        return {};
    });
}

base::Result<void> Coverage::remove_draft(base::PersonId by, std::int64_t id, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto open = open_draft(transaction, by, id);
        if (!open) return base::unexpected(open.error());
        store::remove_draft(transaction, id);
        record(transaction, "coverage.remove_draft", *open, by, now);
        return {};
    });
}

}  // namespace coverage
