// SPDX-License-Identifier: EUPL-1.2
#include "coverage/store.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"

#include <boost/json.hpp>

namespace coverage::store {
namespace json = boost::json;
namespace {

std::int64_t number(base::Date day) {
    return day.time_since_epoch().count();
}
base::Date day_at(const db::Row& row, int column) {
    return base::Date{std::chrono::days{row.integer(column)}};
}
template <class Id>
db::Value value(const std::optional<Id>& id) {
    return id ? db::Value{id->value} : db::Value{};
}
template <class Id>
std::optional<Id> id_at(const db::Row& row, int column) {
    const auto id = row.optional_integer(column);
    return id ? std::optional{Id{*id}} : std::nullopt;
}

Headcount headcount_from(const db::Row& row) {
    return {.id = row.integer(0),
            .told = {.organisation = {row.integer(1)},
                     .agents = row.integer(3),
                     .as_of = day_at(row, 2),
                     .source = std::string{row.text(4)}},
            .by = id_at<base::PersonId>(row, 5),
            .at = base::from_epoch(row.integer(6))};
}

}  // namespace

// --- Headcounts ----------------------------------------------------------------------------------

constexpr db::Query insert_one_headcount{"coverage.insert_headcount", R"sql(
    INSERT INTO headcounts (organisation_id, as_of, agents, source, declared_by, declared_at)
    SELECT CAST($1 AS bigint), CAST($2 AS bigint), CAST($3 AS bigint), CAST($4 AS text),
           CAST($5 AS bigint), CAST($6 AS bigint)
    WHERE NOT EXISTS (
        SELECT 1 FROM headcounts
        WHERE agents = $3 AND source = $4
          AND id = (SELECT max(id) FROM headcounts WHERE organisation_id = $1 AND as_of = $2))
    ON CONFLICT DO NOTHING
)sql"};

bool insert_headcount(db::Transaction& transaction, const Headcount& one) {
    return transaction.run(insert_one_headcount,
                           {one.told.organisation.value, number(one.told.as_of), one.told.agents,
                            one.told.source, value(one.by), base::to_epoch(one.at)}) == 1;
}

constexpr db::Query select_headcounts{"coverage.headcounts", R"sql(
    SELECT id, organisation_id, as_of, agents, source, declared_by, declared_at FROM headcounts
    WHERE organisation_id = $1 ORDER BY as_of DESC, id DESC LIMIT $2
)sql"};

std::vector<Headcount> headcounts(db::Transaction& transaction, base::OrganisationId organisation,
                                  int most) {
    std::vector<Headcount> found;
    transaction.run(select_headcounts, {organisation.value, most},
                    [&](const db::Row& row) { found.push_back(headcount_from(row)); });
    return found;
}

// The last one of each organisation replaces those before.
constexpr db::Query select_headcounts_on{"coverage.headcounts_on", R"sql(
    SELECT id, organisation_id, as_of, agents, source, declared_by, declared_at FROM headcounts
    WHERE as_of <= $1 ORDER BY as_of, id
)sql"};

std::map<base::OrganisationId, Headcount> headcounts_on(db::Transaction& transaction,
                                                        base::Date day) {
    std::map<base::OrganisationId, Headcount> found;
    transaction.run(select_headcounts_on, {number(day)}, [&](const db::Row& row) {
        found.insert_or_assign(base::OrganisationId{row.integer(1)}, headcount_from(row));
    });
    return found;
}

constexpr db::Query select_declared_days{"coverage.declared_days",
                                         "SELECT DISTINCT organisation_id, as_of FROM headcounts"};

std::set<std::pair<base::OrganisationId, base::Date>> declared_days(db::Transaction& transaction) {
    std::set<std::pair<base::OrganisationId, base::Date>> found;
    transaction.run(select_declared_days, {}, [&](const db::Row& row) {
        found.emplace(base::OrganisationId{row.integer(0)}, day_at(row, 1));
    });
    return found;
}

constexpr db::Query select_headcounts_by{"coverage.headcounts_by", R"sql(
    SELECT id, organisation_id, as_of, agents, source, declared_by, declared_at FROM headcounts
    WHERE declared_by = $1 ORDER BY id
)sql"};

std::vector<Headcount> headcounts_by(db::Transaction& transaction, base::PersonId person) {
    std::vector<Headcount> found;
    transaction.run(select_headcounts_by, {person.value},
                    [&](const db::Row& row) { found.push_back(headcount_from(row)); });
    return found;
}

constexpr db::Query forget_declarer{
    "coverage.forget_declarer", "UPDATE headcounts SET declared_by = NULL WHERE declared_by = $1"};
constexpr db::Query forget_drafter{
    "coverage.forget_drafter", "UPDATE training_drafts SET author_id = NULL WHERE author_id = $1"};

int forget_author(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(forget_declarer, {person.value}) +
           transaction.run(forget_drafter, {person.value});
}

// --- Persons -------------------------------------------------------------------------------------

constexpr db::Query upsert_person{"coverage.put_person", R"sql(
    INSERT INTO coverage_persons (person_id, positioning_id, ended_at, core_id, at_core, levels)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (person_id) DO UPDATE SET positioning_id = excluded.positioning_id,
        ended_at = excluded.ended_at, core_id = excluded.core_id, at_core = excluded.at_core,
        levels = excluded.levels
    WHERE coverage_persons.ended_at < excluded.ended_at
        OR (coverage_persons.ended_at = excluded.ended_at
            AND coverage_persons.positioning_id < excluded.positioning_id)
)sql"};

void put_person(db::Transaction& transaction, const Counted& one) {
    transaction.run(upsert_person, {one.person.value, one.test.value, base::to_epoch(one.ended_at),
                                    one.core_id, one.at_core, one.levels});
}

constexpr db::Query update_post{"coverage.set_post", R"sql(
    UPDATE coverage_persons SET organisation_id = $2, core_id = $3, at_core = $4
    WHERE person_id = $1 AND positioning_id = $5
)sql"};

void set_post(db::Transaction& transaction, const Counted& one) {
    transaction.run(update_post, {one.person.value, value(one.organisation), one.core_id,
                                  one.at_core, one.test.value});
}

#define PERSON_COLUMNS \
    "person_id, positioning_id, organisation_id, ended_at, core_id, at_core, levels"

namespace {

Counted counted_from(const db::Row& row) {
    return {.person = {row.integer(0)},
            .test = {row.integer(1)},
            .organisation = id_at<base::OrganisationId>(row, 2),
            .ended_at = base::from_epoch(row.integer(3)),
            .core_id = row.integer(4),
            .at_core = row.is_null(5) ? std::nullopt : std::optional{row.real(5)},
            .levels = std::string{row.text(6)}};
}

}  // namespace

constexpr db::Query select_persons{"coverage.persons",
                                   "SELECT " PERSON_COLUMNS
                                   " FROM coverage_persons WHERE person_id > $1 "
                                   "ORDER BY person_id LIMIT $2"};

std::vector<Counted> persons_after(db::Transaction& transaction, base::PersonId after, int most) {
    std::vector<Counted> found;
    transaction.run(select_persons, {after.value, most},
                    [&](const db::Row& row) { found.push_back(counted_from(row)); });
    return found;
}

constexpr db::Query select_levels{"coverage.levels", R"sql(
    SELECT levels, COUNT(*) FROM coverage_persons
    WHERE organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
        AND at_core IS NOT NULL
    GROUP BY levels
)sql"};

std::vector<std::pair<std::string, std::int64_t>> levels_in(
    db::Transaction& transaction, std::span<const base::OrganisationId> organisations) {
    std::vector<std::pair<std::string, std::int64_t>> found;
    const std::string ids = db::json_ids(organisations);
    transaction.run(select_levels, {ids},
                    [&](const db::Row& row) { found.emplace_back(row.text(0), row.integer(1)); });
    return found;
}

constexpr db::Query select_person{
    "coverage.person", "SELECT " PERSON_COLUMNS " FROM coverage_persons WHERE person_id = $1"};

std::optional<Counted> person(db::Transaction& transaction, base::PersonId id) {
    std::optional<Counted> found;
    transaction.run(select_person, {id.value},
                    [&](const db::Row& row) { found = counted_from(row); });
    return found;
}

constexpr db::Query delete_person{"coverage.remove_person",
                                  "DELETE FROM coverage_persons WHERE person_id = $1"};

int remove_person(db::Transaction& transaction, base::PersonId id) {
    return transaction.run(delete_person, {id.value});
}

constexpr db::Query select_old_persons{"coverage.old_persons", R"sql(
    SELECT person_id FROM coverage_persons WHERE ended_at < $1 ORDER BY ended_at LIMIT $2
)sql"};

int remove_persons_before(db::Transaction& transaction, base::Time before, int most, bool really) {
    std::vector<base::PersonId> old;
    transaction.run(select_old_persons, {base::to_epoch(before), most},
                    [&](const db::Row& row) { old.push_back({row.integer(0)}); });
    if (really)
        for (const base::PersonId one : old) remove_person(transaction, one);
    return static_cast<int>(old.size());
}

// --- Publications --------------------------------------------------------------------------------

constexpr db::Query insert_run{"coverage.begin_run", R"sql(
    INSERT INTO coverage_runs (day, made_at) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING
)sql"};

bool begin_run(db::Transaction& transaction, base::Date day, base::Time now) {
    return transaction.run(insert_run, {number(day), base::to_epoch(now)}) == 1;
}

constexpr db::Query select_last_run{
    "coverage.last_run", "SELECT day, made_at FROM coverage_runs ORDER BY day DESC LIMIT 1"};

std::optional<std::pair<base::Date, base::Time>> last_run(db::Transaction& transaction) {
    std::optional<std::pair<base::Date, base::Time>> found;
    transaction.run(select_last_run, {}, [&](const db::Row& row) {
        found = {day_at(row, 0), base::from_epoch(row.integer(1))};
    });
    return found;
}

constexpr db::Query select_held{"coverage.held",
                                "SELECT organisation_id, base, figure FROM coverage_held"};

std::map<base::OrganisationId, Held> held(db::Transaction& transaction) {
    std::map<base::OrganisationId, Held> found;
    transaction.run(select_held, {}, [&](const db::Row& row) {
        found.emplace(base::OrganisationId{row.integer(0)},
                      Held{read_counts(row.text(1)), read_counts(row.text(2))});
    });
    return found;
}

constexpr db::Query upsert_held{"coverage.put_held", R"sql(
    INSERT INTO coverage_held (organisation_id, base, figure) VALUES ($1, $2, $3)
    ON CONFLICT (organisation_id) DO UPDATE SET base = excluded.base, figure = excluded.figure
)sql"};

void put_held(db::Transaction& transaction, base::OrganisationId organisation, const Held& one) {
    transaction.run(upsert_held, {organisation.value, written(one.base), written(one.figure)});
}

constexpr db::Query insert_one_figures{"coverage.insert_figures", R"sql(
    INSERT INTO coverage_figures (organisation_id, day, positioned, at_core, headcount,
        headcount_as_of, headcount_source, headcount_summed, levels)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
)sql"};

void insert_figures(db::Transaction& transaction, base::OrganisationId organisation,
                    const Figures& one) {
    const std::string levels = written(one.counts);
    const auto& of = one.of;
    transaction.run(insert_one_figures,
                    {organisation.value, number(one.day), one.counts[count_positioned],
                     one.counts[count_at_core], of ? db::Value{of->agents} : db::Value{},
                     of ? db::Value{number(of->as_of)} : db::Value{},
                     of ? db::Value{of->source} : db::Value{}, of && of->summed, levels});
}

#define FIGURE_COLUMNS                                                               \
    "f.organisation_id, f.day, f.headcount, f.headcount_as_of, f.headcount_source, " \
    "f.headcount_summed, f.levels"
#define LATEST                                            \
    "f.day = (SELECT MAX(g.day) FROM coverage_figures g " \
    "WHERE g.organisation_id = f.organisation_id)"

namespace {

std::map<base::OrganisationId, Figures> figures_by(db::Transaction& transaction,
                                                   const db::Query& query,
                                                   std::span<const db::Value> values) {
    std::map<base::OrganisationId, Figures> found;
    transaction.run(query, values, [&](const db::Row& row) {
        Figures one{.day = day_at(row, 1), .counts = read_counts(row.text(6)), .of = {}};
        if (!row.is_null(2))
            one.of = Denominator{.agents = row.integer(2),
                                 .as_of = day_at(row, 3),
                                 .source = std::string{row.text(4)},
                                 .summed = row.boolean(5)};
        found.emplace(base::OrganisationId{row.integer(0)}, std::move(one));
    });
    return found;
}

}  // namespace

constexpr db::Query select_figures{"coverage.figures",
                                   "SELECT " FIGURE_COLUMNS
                                   " FROM coverage_figures f WHERE f.organisation_id IN "
                                   "(SELECT value FROM json_each(CAST($1 AS text))) AND " LATEST};
constexpr db::Query select_all_figures{
    "coverage.all_figures", "SELECT " FIGURE_COLUMNS " FROM coverage_figures f WHERE " LATEST};

std::map<base::OrganisationId, Figures> figures(
    db::Transaction& transaction, std::span<const base::OrganisationId> organisations) {
    const std::string ids = db::json_ids(organisations);
    const db::Value values[] = {ids};
    return figures_by(transaction, select_figures, values);
}

std::map<base::OrganisationId, Figures> all_figures(db::Transaction& transaction) {
    return figures_by(transaction, select_all_figures, {});
}

constexpr db::Query select_trend{"coverage.trend", R"sql(
    SELECT day, positioned, at_core FROM coverage_figures
    WHERE organisation_id = $1 ORDER BY day DESC LIMIT $2
)sql"};

std::vector<Past> trend(db::Transaction& transaction, base::OrganisationId organisation, int most) {
    std::vector<Past> found;
    transaction.run(select_trend, {organisation.value, most}, [&](const db::Row& row) {
        found.push_back({day_at(row, 0), row.integer(1), row.integer(2)});
    });
    return found;
}

// --- Drafts --------------------------------------------------------------------------------------

constexpr db::Query select_needs{
    "coverage.needs", "SELECT day, core_id, needs FROM training_needs WHERE organisation_id = $1"};

std::optional<Groups> needs(db::Transaction& transaction, base::OrganisationId organisation) {
    std::optional<Groups> found;
    transaction.run(select_needs, {organisation.value}, [&](const db::Row& row) {
        found = Groups{.day = day_at(row, 0), .core_id = row.integer(1), .groups = {}};
        const std::string_view text = row.text(2);
        const json::value list = json::parse(json::string_view(text.data(), text.size()));
        for (const json::value& one : list.as_array()) {
            Group group{.persons = one.at(0).as_int64(), .counts = {}};
            for (const json::value& counts : one.at(1).as_array())
                group.counts.push_back(
                    json::value_to<std::array<std::int64_t, Group::levels>>(counts));
            found->groups.push_back(std::move(group));
        }
    });
    return found;
}

constexpr db::Query upsert_needs{"coverage.put_needs", R"sql(
    INSERT INTO training_needs (organisation_id, day, core_id, needs) VALUES ($1, $2, $3, $4)
    ON CONFLICT (organisation_id) DO UPDATE SET day = excluded.day, core_id = excluded.core_id,
        needs = excluded.needs
)sql"};

void put_needs(db::Transaction& transaction, base::OrganisationId organisation,
               const Groups& made) {
    json::array list;
    for (const Group& group : made.groups)
        list.push_back({group.persons, json::value_from(group.counts)});
    const std::string text = json::serialize(list);
    transaction.run(upsert_needs, {organisation.value, number(made.day), made.core_id, text});
}

constexpr db::Query insert_one_draft{"coverage.insert_draft", R"sql(
    INSERT INTO training_drafts (organisation_id, author_id, created_at, state, budget_minutes,
        budget_cents)
    VALUES ($1, $2, $3, 'waiting', $4, $5) ON CONFLICT DO NOTHING RETURNING id
)sql"};

std::optional<std::int64_t> insert_draft(db::Transaction& transaction, const Draft& draft) {
    std::optional<std::int64_t> id;
    transaction.run(insert_one_draft,
                    {draft.organisation.value, value(draft.author),
                     base::to_epoch(draft.created_at), draft.budget.minutes, draft.budget.cents},
                    [&](const db::Row& row) { id = row.integer(0); });
    return id;
}

constexpr db::Query select_latest_draft{"coverage.latest_draft", R"sql(
    SELECT max(id) FROM training_drafts
    WHERE organisation_id = $1 AND author_id = $2 AND budget_minutes = $3 AND budget_cents = $4
)sql"};

std::int64_t latest_draft(db::Transaction& transaction, const Draft& like) {
    std::int64_t id = 0;
    transaction.run(
        select_latest_draft,
        {like.organisation.value, value(like.author), like.budget.minutes, like.budget.cents},
        [&](const db::Row& row) { id = row.integer(0); });
    return id;
}

#define DRAFT_COLUMNS                                                               \
    "id, organisation_id, author_id, created_at, state, progress, budget_minutes, " \
    "budget_cents, figures_day, persons, group_count, gap, closed, bound, exact, unpriced"

namespace {

Draft draft_from(const db::Row& row) {
    const std::string_view state = row.text(4);
    return {.id = row.integer(0),
            .organisation = {row.integer(1)},
            .author = id_at<base::PersonId>(row, 2),
            .created_at = base::from_epoch(row.integer(3)),
            .state = state == "done"        ? DraftState::done
                     : state == "failed"    ? DraftState::failed
                     : state == "computing" ? DraftState::computing
                                            : DraftState::waiting,
            .progress = static_cast<int>(row.integer(5)),
            .budget = {row.integer(6), row.integer(7)},
            .figures_of = day_at(row, 8),
            .persons = row.integer(9),
            .groups = row.integer(10),
            .gap = row.integer(11),
            .closed = row.integer(12),
            .bound = row.real(13),
            .exact = row.boolean(14),
            .unpriced = static_cast<int>(row.integer(15)),
            .seats = {}};
}

}  // namespace

constexpr db::Query select_draft{"coverage.find_draft",
                                 "SELECT " DRAFT_COLUMNS " FROM training_drafts WHERE id = $1"};
constexpr db::Query select_seats{"coverage.draft_seats", R"sql(
    SELECT offer_id, proposed, seats, minutes, CASE WHEN priced = 1 THEN cents END
    FROM training_draft_seats
    WHERE draft_id = $1 ORDER BY proposed DESC, offer_id
)sql"};

std::optional<Draft> find_draft(db::Transaction& transaction, std::int64_t id) {
    std::optional<Draft> found;
    transaction.run(select_draft, {id}, [&](const db::Row& row) { found = draft_from(row); });
    if (found)
        transaction.run(select_seats, {id}, [&](const db::Row& row) {
            found->seats.push_back({.offer = {row.integer(0)},
                                    .proposed = row.integer(1),
                                    .seats = row.integer(2),
                                    .minutes = static_cast<int>(row.integer(3)),
                                    .cents = row.optional_integer(4)});
        });
    return found;
}

constexpr db::Query select_drafts{"coverage.drafts",
                                  "SELECT " DRAFT_COLUMNS
                                  " FROM training_drafts WHERE organisation_id = $1 "
                                  "ORDER BY id DESC LIMIT $2"};

std::vector<Draft> drafts(db::Transaction& transaction, base::OrganisationId organisation,
                          int most) {
    std::vector<Draft> found;
    transaction.run(select_drafts, {organisation.value, most},
                    [&](const db::Row& row) { found.push_back(draft_from(row)); });
    return found;
}

constexpr db::Query update_state{"coverage.draft_state",
                                 "UPDATE training_drafts SET state = $2, progress = $3 "
                                 "WHERE id = $1 AND state IN ('waiting', 'computing')"};

bool set_state(db::Transaction& transaction, std::int64_t id, DraftState state, int progress) {
    return transaction.run(update_state, {id, name_of(state), progress}) == 1;
}

constexpr db::Query update_result{"coverage.draft_result", R"sql(
    UPDATE training_drafts SET state = 'done', progress = 100, figures_day = $2, persons = $3,
        group_count = $4, gap = $5, closed = $6, bound = $7, exact = $8, unpriced = $9
    WHERE id = $1
)sql"};
constexpr db::Query insert_seats{"coverage.insert_seats", R"sql(
    INSERT INTO training_draft_seats (draft_id, offer_id, proposed, seats, minutes, cents, priced)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
)sql"};

void put_result(db::Transaction& transaction, const Draft& draft) {
    transaction.run(update_result,
                    {draft.id, number(draft.figures_of), draft.persons, draft.groups, draft.gap,
                     draft.closed, draft.bound, draft.exact, draft.unpriced});
    for (const DraftSeats& one : draft.seats)
        transaction.run(insert_seats, {draft.id, one.offer.value, one.proposed, one.seats,
                                       one.minutes, one.cents.value_or(0), one.cents.has_value()});
}

constexpr db::Query update_seats{
    "coverage.set_seats",
    "UPDATE training_draft_seats SET seats = $3 WHERE draft_id = $1 AND offer_id = $2"};

void set_seats(db::Transaction& transaction, std::int64_t draft, base::OfferId offer,
               std::int64_t seats) {
    transaction.run(update_seats, {draft, offer.value, seats});
}

constexpr db::Query delete_draft{"coverage.remove_draft",
                                 "DELETE FROM training_drafts WHERE id = $1"};

void remove_draft(db::Transaction& transaction, std::int64_t id) {
    transaction.run(delete_draft, {id});
}

constexpr db::Query select_old_drafts{"coverage.old_drafts", R"sql(
    SELECT id FROM training_drafts WHERE created_at < $1 ORDER BY created_at LIMIT $2
)sql"};

int remove_drafts_before(db::Transaction& transaction, base::Time before, int most, bool really) {
    std::vector<std::int64_t> old;
    transaction.run(select_old_drafts, {base::to_epoch(before), most},
                    [&](const db::Row& row) { old.push_back(row.integer(0)); });
    if (really)
        for (const std::int64_t id : old) remove_draft(transaction, id);
    return static_cast<int>(old.size());
}

}  // namespace coverage::store
