// SPDX-License-Identifier: EUPL-1.2
#include "positioning/store.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace positioning::store {
namespace json = boost::json;
namespace {

json::value parsed(std::string_view text) {
    return json::parse(json::string_view(text.data(), text.size()));
}

std::optional<base::Time> time_at(const db::Row& row, int column) {
    const auto at = row.optional_integer(column);
    return at ? std::optional{base::from_epoch(*at)} : std::nullopt;
}

// "": nothing was known before.
std::string written_prior(const Plan& plan) {
    if (plan.beliefs.empty() && plan.seen.empty()) return "";
    json::object beliefs;
    for (const Belief& belief : plan.beliefs) {
        // Three decimals: the text is part of each read of the row.
        const auto rounded = [](double x) {
            return static_cast<double>(static_cast<std::int64_t>(x * 1000)) / 1000;
        };
        beliefs[belief.competence] = {rounded(belief.mean), rounded(belief.sd)};
    }
    json::array seen;
    for (const base::ItemId id : plan.seen) seen.push_back(id.value);
    return json::serialize(
        json::object{{"beliefs", std::move(beliefs)}, {"seen", std::move(seen)}});
}

void read_prior(std::string_view text, Plan& plan) {
    if (text.empty()) return;
    const json::value prior = parsed(text);
    for (const auto& [competence, pair] : prior.at("beliefs").as_object())
        plan.beliefs.push_back({std::string(competence), pair.at(0).to_number<double>(),
                                pair.at(1).to_number<double>()});
    for (const json::value& id : prior.at("seen").as_array()) plan.seen.push_back({id.as_int64()});
}

#define COLUMNS                                                                           \
    "id, person_id, framework, scope, scope_code, targets, prior, seed, bank_version, "   \
    "extra_time, large_text, wide_spacing, untimed, phone, state, answers, item_id, "     \
    "item_version, item_measures, asked_at, revision, started_at, changed_at, ended_at, " \
    "at_core, core_id, fit_lz, unusual, hurried, shared_with, branch"

// The CHECK of the table knows four scopes, and SQLite cannot change one: single competences stand
// there as "all" with their codes.
std::string_view stored(Scope scope) {
    return name_of(scope == Scope::some ? Scope::all : scope);
}

State state_named(std::string_view name) {
    return name == "done" ? State::done : name == "paused" ? State::paused : State::going;
}

Test test_from(const db::Row& row) {
    Test test;
    test.id = {row.integer(0)};
    if (const auto person = row.optional_integer(1)) test.person = base::PersonId{*person};
    test.framework = row.text(2);
    test.scope = scope_named(row.text(3)).value();
    test.scope_code = row.text(4);
    if (test.scope == Scope::all && !test.scope_code.empty()) test.scope = Scope::some;
    test.plan.targets = json::value_to<frameworks::Targets>(parsed(row.text(5)));
    read_prior(row.text(6), test.plan);
    test.plan.seed = static_cast<std::uint64_t>(row.integer(7));
    test.bank_version = row.integer(8);
    test.options = {.extra_time = row.boolean(9),
                    .large_text = row.boolean(10),
                    .wide_spacing = row.boolean(11),
                    .untimed = row.boolean(12),
                    .phone = row.boolean(13)};
    test.plan.phone = test.options.phone;
    test.plan.untimed = test.options.untimed;
    test.state = state_named(row.text(14));
    test.answers = read_lines(row.text(15));
    if (const auto item = row.optional_integer(16))
        test.asked = Choice{{*item}, row.integer(17), row.boolean(18)};
    test.asked_at = time_at(row, 19);
    test.revision = row.integer(20);
    test.started_at = base::from_epoch(row.integer(21));
    test.changed_at = base::from_epoch(row.integer(22));
    test.ended_at = time_at(row, 23);
    if (!row.is_null(24)) test.at_core = row.real(24);
    test.core_id = row.optional_integer(25).value_or(0);
    if (!row.is_null(26)) test.fit.lz = row.real(26);
    test.fit.unusual = row.boolean(27);
    test.fit.hurried = row.boolean(28);
    if (const auto with = row.optional_integer(29)) test.shared_with = base::PersonId{*with};
    test.branch = row.text(30);
    return test;
}

std::vector<Test> tests(db::Transaction& transaction, const db::Query& query, std::int64_t value) {
    std::vector<Test> found;
    transaction.run(query, {value}, [&](const db::Row& row) { found.push_back(test_from(row)); });
    return found;
}

std::optional<Test> first(std::vector<Test> found) {
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

}  // namespace

constexpr db::Query insert_test{"positioning.insert", R"sql(
    INSERT INTO positionings (person_id, framework, scope, scope_code, targets, prior, seed,
        bank_version, extra_time, large_text, wide_spacing, untimed, phone, state, item_id,
        item_version, item_measures, asked_at, started_at, changed_at, branch)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'going', $14, $15, $16, $17,
        $17, $17, $18)
    ON CONFLICT (person_id) WHERE state <> 'done' DO NOTHING
    RETURNING id
)sql"};

std::optional<base::PositioningId> insert(db::Transaction& transaction, const Test& test) {
    std::optional<base::PositioningId> id;
    const std::string targets = json::serialize(json::value_from(test.plan.targets));
    const std::string prior = written_prior(test.plan);
    transaction.run(
        insert_test,
        {test.person.value().value, test.framework, stored(test.scope), test.scope_code, targets,
         prior, static_cast<std::int64_t>(test.plan.seed), test.bank_version,
         test.options.extra_time, test.options.large_text, test.options.wide_spacing,
         test.options.untimed, test.options.phone, test.asked.value().item.value,
         test.asked->version, test.asked->measures, base::to_epoch(test.started_at), test.branch},
        [&](const db::Row& row) { id = {row.integer(0)}; });
    return id;
}

constexpr db::Query select_test{"positioning.find",
                                "SELECT " COLUMNS " FROM positionings WHERE id = $1"};

std::optional<Test> find(db::Transaction& transaction, base::PositioningId id) {
    return first(tests(transaction, select_test, id.value));
}

constexpr db::Query select_in_progress{
    "positioning.in_progress",
    "SELECT " COLUMNS " FROM positionings WHERE person_id = $1 AND state <> 'done'"};

std::optional<Test> in_progress(db::Transaction& transaction, base::PersonId person) {
    return first(tests(transaction, select_in_progress, person.value));
}

constexpr db::Query select_finished{"positioning.finished",
                                    "SELECT " COLUMNS
                                    " FROM positionings WHERE person_id = $1 AND state = 'done' "
                                    "ORDER BY ended_at DESC, id DESC"};

std::vector<Test> finished(db::Transaction& transaction, base::PersonId person) {
    return tests(transaction, select_finished, person.value);
}

constexpr db::Query update_answer{"positioning.answer", R"sql(
    UPDATE positionings
    SET answers = answers || $3, item_id = $4, item_version = $5, item_measures = $6,
        asked_at = $7, changed_at = $7, revision = revision + 1
    WHERE id = $1 AND revision = $2 AND state = 'going'
)sql"};

bool append(db::Transaction& transaction, const Test& test, std::string_view line,
            const Choice& next, base::Time now) {
    return transaction.run(update_answer, {test.id.value, test.revision, line, next.item.value,
                                           next.version, next.measures, base::to_epoch(now)}) == 1;
}

// Who comes back after a pause is not timed for the question that was open.
constexpr db::Query update_state{"positioning.set_state", R"sql(
    UPDATE positionings
    SET state = $3, phone = $4, asked_at = NULL, changed_at = $5, revision = revision + 1
    WHERE id = $1 AND revision = $2 AND state <> 'done'
)sql"};

bool set_state(db::Transaction& transaction, const Test& test, State state, bool phone,
               base::Time now) {
    return transaction.run(update_state, {test.id.value, test.revision, name_of(state), phone,
                                          base::to_epoch(now)}) == 1;
}

constexpr db::Query update_end{"positioning.end", R"sql(
    UPDATE positionings
    SET state = 'done', answers = $3, item_id = NULL, item_version = NULL, item_measures = NULL,
        asked_at = NULL, ended_at = $4, changed_at = $4, at_core = $5, core_id = $6, fit_lz = $7,
        unusual = $8, hurried = $9, revision = revision + 1, uses_counted = 0
    WHERE id = $1 AND revision = $2 AND state <> 'done'
)sql"};

bool end(db::Transaction& transaction, const Test& test, std::string_view answers, base::Time now) {
    return transaction.run(update_end, {test.id.value, test.revision, answers, base::to_epoch(now),
                                        test.at_core, test.core_id, test.fit.lz, test.fit.unusual,
                                        test.fit.hurried}) == 1;
}

constexpr db::Query insert_one_result{"positioning.insert_result", R"sql(
    INSERT INTO positioning_results (positioning_id, competence, target, level, low, high, levels,
        mean, sd, own_mean, own_sd, answers)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
)sql"};

void insert_result(db::Transaction& transaction, base::PositioningId id, const Standing& one) {
    json::array levels;
    for (const double p : one.levels)  // to a thousandth
        levels.push_back(std::round(p * 1000) / 1000);
    const std::string text = json::serialize(levels);
    transaction.run_later(insert_one_result,
                          {id.value, one.competence, one.target, one.level, one.low, one.high, text,
                           one.mean, one.sd, one.own_mean, one.own_sd, one.answers});
}

constexpr db::Query insert_one_answer{"positioning.insert_answer", R"sql(
    INSERT INTO positioning_answers (positioning_id, place, item_id, item_version, correct, unknown,
        measures, seconds)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
)sql"};

void insert_answer(db::Transaction& transaction, base::PositioningId id, int place,
                   const Given& given) {
    transaction.run_later(insert_one_answer,
                          {id.value, place, given.item.value, given.version, given.right,
                           given.unknown, given.measures, given.seconds});
}

#define RESULT_COLUMNS                                                                     \
    "r.competence, r.target, r.level, r.low, r.high, r.levels, r.mean, r.sd, r.own_mean, " \
    "r.own_sd, r.answers"

namespace {

Standing standing_from(const db::Row& row) {
    Standing one{.competence = std::string{row.text(0)},
                 .target = static_cast<int>(row.integer(1)),
                 .level = static_cast<int>(row.integer(2)),
                 .low = static_cast<int>(row.integer(3)),
                 .high = static_cast<int>(row.integer(4)),
                 .mean = row.real(6),
                 .sd = row.real(7),
                 .own_mean = row.real(8),
                 .own_sd = row.real(9),
                 .answers = static_cast<int>(row.integer(10)),
                 .known = true};
    const json::value probabilities = parsed(row.text(5));
    std::size_t level = 0;
    for (const json::value& p : probabilities.as_array())
        one.levels.at(level++) = p.to_number<double>();
    for (std::size_t reached = static_cast<std::size_t>(one.target); reached < one.levels.size();
         ++reached)
        one.reached += one.levels.at(reached);
    return one;
}

}  // namespace

constexpr db::Query select_results{"positioning.results",
                                   "SELECT " RESULT_COLUMNS
                                   " FROM positioning_results r WHERE r.positioning_id = $1 "
                                   "ORDER BY r.competence"};

std::vector<Standing> results(db::Transaction& transaction, base::PositioningId id) {
    std::vector<Standing> found;
    transaction.run(select_results, {id.value},
                    [&](const db::Row& row) { found.push_back(standing_from(row)); });
    return found;
}

constexpr db::Query select_answers{"positioning.answers", R"sql(
    SELECT item_id, item_version, correct, unknown, measures, seconds
    FROM positioning_answers WHERE positioning_id = $1 ORDER BY place
)sql"};

constexpr db::Query select_uncounted{"positioning.uncounted", R"sql(
    SELECT id FROM positionings WHERE uses_counted = 0 ORDER BY id LIMIT $1
)sql"};
// Where another node was faster, nothing.
constexpr db::Query set_counted{"positioning.set_counted", R"sql(
    UPDATE positionings SET uses_counted = 1
    WHERE id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids) AND uses_counted = 0
    RETURNING id
)sql"};

std::vector<base::PositioningId> take_uncounted(db::Transaction& transaction, int most) {
    std::vector<base::PositioningId> list, taken;
    transaction.run(select_uncounted, {most},
                    [&](const db::Row& row) { list.push_back({row.integer(0)}); });
    transaction.run(set_counted, {db::json_ids(list)},
                    [&](const db::Row& row) { taken.push_back({row.integer(0)}); });
    return taken;
}

constexpr db::Query select_uses{"positioning.uses", R"sql(
    SELECT item_id, correct, unknown, seconds FROM positioning_answers
    WHERE positioning_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
)sql"};

std::vector<items::Use> uses(db::Transaction& transaction,
                             std::span<const base::PositioningId> tests) {
    std::vector<items::Use> found;
    transaction.run(select_uses, {db::json_ids(tests)}, [&](const db::Row& row) {
        found.push_back({.item = {row.integer(0)},
                         .right = row.boolean(1),
                         .unknown = row.boolean(2),
                         .seconds = static_cast<int>(row.integer(3))});
    });
    return found;
}

std::vector<Given> answers(db::Transaction& transaction, base::PositioningId id) {
    std::vector<Given> found;
    transaction.run(select_answers, {id.value}, [&](const db::Row& row) {
        found.push_back({.item = {row.integer(0)},
                         .version = row.integer(1),
                         .right = row.boolean(2),
                         .unknown = row.boolean(3),
                         .measures = row.boolean(4),
                         .seconds = static_cast<int>(row.integer(5))});
    });
    return found;
}

constexpr db::Query count_levels{"positioning.level_counts", R"sql(
    SELECT competence, level, count(*), sum(CASE WHEN target > 0 THEN 1 ELSE 0 END),
           sum(CASE WHEN target > 0 AND level >= target THEN 1 ELSE 0 END)
    FROM positioning_results
    WHERE positioning_id IN (SELECT value FROM json_each(CAST($1 AS text)))
    GROUP BY competence, level
)sql"};

std::map<std::string, Positioning::LevelCounts, std::less<>> level_counts(
    db::Transaction& transaction, std::span<const base::PositioningId> tests) {
    std::map<std::string, Positioning::LevelCounts, std::less<>> found;
    const std::string ids = db::json_ids(tests);
    transaction.run(count_levels, {ids}, [&](const db::Row& row) {
        Positioning::LevelCounts& one = found[std::string{row.text(0)}];
        one.counts.at(static_cast<std::size_t>(row.integer(1))) += static_cast<int>(row.integer(2));
        one.aimed += static_cast<int>(row.integer(3));
        one.reached += static_cast<int>(row.integer(4));
    });
    return found;
}

// The earliest first, so that a later one replaces it.
constexpr db::Query select_profiles{
    "positioning.profiles",
    "SELECT " RESULT_COLUMNS
    ", p.id, p.person_id, p.ended_at, p.at_core, p.core_id "
    "FROM positionings p JOIN positioning_results r ON r.positioning_id = p.id "
    "WHERE p.state = 'done' "
    "AND p.person_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids) "
    "ORDER BY p.ended_at, p.id"};

std::map<base::PersonId, Profile> profiles(db::Transaction& transaction,
                                           std::span<const base::PersonId> persons) {
    std::map<base::PersonId, Profile> found;
    const std::string ids = db::json_ids(persons);
    transaction.run(select_profiles, {ids}, [&](const db::Row& row) {
        Profile& profile = found[{row.integer(12)}];
        Known known{.test = {row.integer(11)},
                    .at = base::from_epoch(row.integer(13)),
                    .standing = standing_from(row)};
        if (!row.is_null(14)) {
            profile.at_core = row.real(14);
            profile.core_id = row.optional_integer(15).value_or(0);
            profile.at_core_at = known.at;
        }
        const std::string competence = known.standing.competence;
        profile.competences.insert_or_assign(competence, std::move(known));
    });
    return found;
}

constexpr db::Query select_shared{"positioning.shared", R"sql(
    SELECT person_id, id, shared_with FROM positionings
    WHERE person_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
      AND state = 'done' AND shared_with IS NOT NULL
    ORDER BY ended_at, id
)sql"};

std::map<base::PersonId, Shared> shared(db::Transaction& transaction,
                                        std::span<const base::PersonId> persons) {
    std::map<base::PersonId, Shared> found;
    const std::string ids = db::json_ids(persons);
    transaction.run(select_shared, {ids}, [&](const db::Row& row) {
        found.insert_or_assign({row.integer(0)}, Shared{{row.integer(1)}, {row.integer(2)}});
    });
    return found;
}

constexpr db::Query select_finished_since{"positioning.finished_since", R"sql(
    SELECT id, person_id, ended_at, at_core, core_id FROM positionings
    WHERE state = 'done' AND person_id IS NOT NULL AND at_core IS NOT NULL
        AND ended_at >= $1 AND (ended_at > $1 OR id > $2)
    ORDER BY ended_at, id LIMIT $3
)sql"};
constexpr db::Query select_levels{"positioning.levels", R"sql(
    SELECT positioning_id, competence, level FROM positioning_results
    WHERE positioning_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
)sql"};

std::vector<Finished> finished_since(db::Transaction& transaction, base::Time since,
                                     base::PositioningId after, int most) {
    std::vector<Finished> found;
    std::map<base::PositioningId, std::size_t> places;
    std::vector<base::PositioningId> tests;
    transaction.run(select_finished_since, {base::to_epoch(since), after.value, most},
                    [&](const db::Row& row) {
                        tests.push_back({row.integer(0)});
                        places[tests.back()] = found.size();
                        found.push_back({.test = tests.back(),
                                         .person = {row.integer(1)},
                                         .at = base::from_epoch(row.integer(2)),
                                         .at_core = row.real(3),
                                         .core_id = row.optional_integer(4).value_or(0),
                                         .levels = {}});
                    });
    if (found.empty()) return found;
    const std::string list = db::json_ids(tests);
    transaction.run(select_levels, {list}, [&](const db::Row& row) {
        found[places.at({row.integer(0)})].levels.emplace(row.text(1),
                                                          static_cast<int>(row.integer(2)));
    });
    return found;
}

constexpr db::Query delete_test{"positioning.remove", "DELETE FROM positionings WHERE id = $1"};

void remove(db::Transaction& transaction, base::PositioningId id) {
    transaction.run(delete_test, {id.value});
}

constexpr db::Query update_shared{"positioning.share",
                                  "UPDATE positionings SET shared_with = $2 WHERE id = $1"};

void set_shared(db::Transaction& transaction, base::PositioningId id,
                std::optional<base::PersonId> with) {
    transaction.run(update_shared, {id.value, with ? std::optional{with->value} : std::nullopt});
}

constexpr db::Query update_sharing_ended{
    "positioning.end_sharing",
    "UPDATE positionings SET shared_with = NULL WHERE person_id = $1 AND shared_with IS NOT NULL"};

void end_sharing(db::Transaction& transaction, base::PersonId person) {
    transaction.run(update_sharing_ended, {person.value});
}

constexpr db::Query delete_in_progress{
    "positioning.remove_in_progress",
    "DELETE FROM positionings WHERE person_id = $1 AND state <> 'done'"};

int remove_in_progress_of(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(delete_in_progress, {person.value});
}

constexpr db::Query anonymous_of{"positioning.make_anonymous", R"sql(
    UPDATE positionings SET person_id = NULL, answers = '', prior = '', shared_with = NULL
    WHERE person_id = $1 AND state = 'done'
)sql"};

constexpr db::Query unshare{"positioning.unshare",
                            "UPDATE positionings SET shared_with = NULL WHERE shared_with = $1"};

int make_anonymous(db::Transaction& transaction, base::PersonId person) {
    transaction.run_later(unshare, {person.value});
    return transaction.run(anonymous_of, {person.value});
}

namespace {

std::vector<base::PositioningId> ids(db::Transaction& transaction, const db::Query& query,
                                     base::Time before, int most) {
    std::vector<base::PositioningId> found;
    transaction.run(query, {base::to_epoch(before), most},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

}  // namespace

constexpr db::Query select_unfinished{"positioning.unfinished", R"sql(
    SELECT id FROM positionings WHERE state <> 'done' AND changed_at < $1
    ORDER BY changed_at LIMIT $2
)sql"};

std::vector<base::PositioningId> unfinished_before(db::Transaction& transaction, base::Time before,
                                                   int most) {
    return ids(transaction, select_unfinished, before, most);
}

constexpr db::Query select_old{"positioning.old", R"sql(
    SELECT id FROM positionings WHERE state = 'done' AND ended_at < $1 AND person_id IS NOT NULL
    ORDER BY ended_at LIMIT $2
)sql"};

std::vector<base::PositioningId> finished_before(db::Transaction& transaction, base::Time before,
                                                 int most) {
    return ids(transaction, select_old, before, most);
}

constexpr db::Query anonymous_ids{"positioning.make_old_anonymous", R"sql(
    UPDATE positionings SET person_id = NULL, answers = '', prior = '', shared_with = NULL
    WHERE id IN (SELECT value FROM json_each(CAST($1 AS text)))
)sql"};

void make_anonymous(db::Transaction& transaction, std::span<const base::PositioningId> list) {
    const std::string text = db::json_ids(list);
    transaction.run(anonymous_ids, {text});
}

}  // namespace positioning::store
