// SPDX-License-Identifier: EUPL-1.2
#include "pix/store.hpp"

#include "db/database.hpp"

#include <boost/json.hpp>

#include <stdexcept>

namespace pix::store {
namespace json = boost::json;
namespace {

std::optional<base::Time> time_in(const db::Row& row, int column) {
    const auto value = row.optional_integer(column);
    return value ? std::optional{base::from_epoch(*value)} : std::nullopt;
}
std::optional<std::int64_t> epoch(std::optional<base::Time> time) {
    return time ? std::optional{base::to_epoch(*time)} : std::nullopt;
}
int small(const db::Row& row, int column) {
    return static_cast<int>(row.integer(column));
}

ReadingState state_named(std::string_view name) {
    for (const ReadingState state :
         {ReadingState::running, ReadingState::done, ReadingState::failed, ReadingState::stopped})
        if (name_of(state) == name) return state;
    throw std::logic_error("no state of a reading: " + std::string{name});
}

}  // namespace

// -- connections

constexpr db::Query select_connection{"pix.connection", R"sql(
    SELECT id, listed_at, listing, failures, problem FROM pix_connections WHERE code = $1
)sql"};

ConnectionState connection(db::Transaction& transaction, std::string_view code) {
    ConnectionState state;
    transaction.run(select_connection, {code}, [&](const db::Row& row) {
        state = {.id = row.integer(0),
                 .listed_at = time_in(row, 1),
                 .listing = row.boolean(2),
                 .failures = small(row, 3),
                 .problem = std::string{row.text(4)}};
    });
    return state;
}

// The update changes nothing: it locks.
constexpr db::Query insert_connection{"pix.lock_connection", R"sql(
    INSERT INTO pix_connections (code) VALUES ($1)
    ON CONFLICT (code) DO UPDATE SET code = excluded.code
)sql"};

ConnectionState lock_connection(db::Transaction& transaction, std::string_view code) {
    transaction.run(insert_connection, {code});
    return connection(transaction, code);
}

constexpr db::Query update_listing{"pix.set_listing", R"sql(
    UPDATE pix_connections SET listing = $2, failures = 0 WHERE id = $1
)sql"};

void set_listing(db::Transaction& transaction, std::int64_t connection, bool listing) {
    transaction.run(update_listing, {connection, listing});
}

constexpr db::Query update_listed{"pix.listed", R"sql(
    UPDATE pix_connections SET listing = 0, failures = 0, problem = '', listed_at = $2 WHERE id = $1
)sql"};

void listed(db::Transaction& transaction, std::int64_t connection, base::Time now) {
    transaction.run(update_listed, {connection, base::to_epoch(now)});
}

constexpr db::Query update_not_listed{"pix.not_listed", R"sql(
    UPDATE pix_connections SET listing = $4, failures = $2, problem = $3 WHERE id = $1
)sql"};

void not_listed(db::Transaction& transaction, std::int64_t connection, int failures,
                std::string_view problem, bool again) {
    transaction.run(update_not_listed, {connection, failures, problem, again});
}

// -- campaigns

constexpr db::Query upsert_campaign{"pix.put_campaign", R"sql(
    INSERT INTO pix_campaigns (connection_id, pix_id, organisation, name, type, target_profile, code,
                               archived_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (connection_id, pix_id) DO UPDATE
    SET organisation = excluded.organisation, name = excluded.name, type = excluded.type,
        target_profile = excluded.target_profile, code = excluded.code,
        archived_at = excluded.archived_at
)sql"};

void put_campaign(db::Transaction& transaction, std::int64_t connection,
                  std::string_view organisation, const contract::Campaign& campaign) {
    transaction.run(upsert_campaign,
                    {connection, campaign.id, organisation, campaign.name, campaign.type,
                     campaign.target_profile, campaign.code, epoch(campaign.archived_at)});
}

#define CAMPAIGN_COLUMNS                                                                      \
    "SELECT c.id, c.connection_id, c.pix_id, c.organisation, c.name, c.type, "                \
    "c.target_profile, c.code, c.archived_at, c.campaign, c.daily, c.watermark, c.whole_at, " \
    "c.reread_at, r.id, r.state, r.since, r.page, r.pages, r.added, r.changed, r.unchanged, " \
    "r.unknown, r.withdrawn, r.failures, r.next_at, r.problem, r.started_at, r.changed_at "   \
    "FROM pix_campaigns c "                                                                   \
    "LEFT JOIN pix_readings r ON r.id = (SELECT max(id) FROM pix_readings l "                 \
    "                                    WHERE l.campaign_id = c.id) "

namespace {

constexpr int first_of_reading = 14;

Reading read_reading(const db::Row& row, int at) {
    return {.id = row.integer(at),
            .state = state_named(row.text(at + 1)),
            .since = time_in(row, at + 2),
            .page = small(row, at + 3),
            .pages = small(row, at + 4),
            .added = small(row, at + 5),
            .changed = small(row, at + 6),
            .unchanged = small(row, at + 7),
            .unknown = small(row, at + 8),
            .withdrawn = small(row, at + 9),
            .failures = small(row, at + 10),
            .next_at = time_in(row, at + 11),
            .problem = std::string{row.text(at + 12)},
            .started_at = base::from_epoch(row.integer(at + 13)),
            .changed_at = base::from_epoch(row.integer(at + 14))};
}

Campaign read_campaign(const db::Row& row) {
    Campaign campaign{.id = row.integer(0),
                      .connection = row.integer(1),
                      .pix_id = row.integer(2),
                      .organisation = std::string{row.text(3)},
                      .name = std::string{row.text(4)},
                      .type = std::string{row.text(5)},
                      .target_profile = std::string{row.text(6)},
                      .code = std::string{row.text(7)},
                      .archived_at = time_in(row, 8),
                      .campaign = std::string{row.text(9)},
                      .daily = row.boolean(10),
                      .watermark = time_in(row, 11),
                      .whole_at = time_in(row, 12),
                      .reread_at = time_in(row, 13),
                      .reading = std::nullopt};
    if (!row.is_null(first_of_reading)) campaign.reading = read_reading(row, first_of_reading);
    return campaign;
}

}  // namespace

constexpr db::Query select_campaigns{"pix.campaigns", CAMPAIGN_COLUMNS R"sql(
    WHERE c.connection_id = $1
    ORDER BY CASE WHEN c.archived_at IS NULL THEN 0 ELSE 1 END, c.name, c.id
)sql"};

std::vector<Campaign> campaigns(db::Transaction& transaction, std::int64_t connection) {
    std::vector<Campaign> found;
    transaction.run(select_campaigns, {connection},
                    [&](const db::Row& row) { found.push_back(read_campaign(row)); });
    return found;
}

constexpr db::Query select_campaign{"pix.campaign", CAMPAIGN_COLUMNS "WHERE c.id = $1"};

std::optional<Campaign> campaign(db::Transaction& transaction, std::int64_t id) {
    std::optional<Campaign> found;
    transaction.run(select_campaign, {id}, [&](const db::Row& row) { found = read_campaign(row); });
    return found;
}

constexpr db::Query touch_campaign{"pix.lock_campaign", R"sql(
    UPDATE pix_campaigns SET pix_id = pix_id WHERE id = $2 AND connection_id = $1
)sql"};

std::optional<Campaign> lock_campaign(db::Transaction& transaction, std::int64_t connection,
                                      std::int64_t id) {
    if (transaction.run(touch_campaign, {connection, id}) == 0) return std::nullopt;
    return campaign(transaction, id);
}

constexpr db::Query update_mapping{"pix.map_campaign",
                                   "UPDATE pix_campaigns SET campaign = $2 WHERE id = $1"};
void map(db::Transaction& transaction, std::int64_t campaign, std::string_view own) {
    transaction.run(update_mapping, {campaign, own});
}

constexpr db::Query update_daily{"pix.set_daily",
                                 "UPDATE pix_campaigns SET daily = $2 WHERE id = $1"};
void set_daily(db::Transaction& transaction, std::int64_t campaign, bool daily) {
    transaction.run(update_daily, {campaign, daily});
}

constexpr db::Query update_whole{"pix.read_whole",
                                 "UPDATE pix_campaigns SET whole_at = $2 WHERE id = $1"};
void read_whole(db::Transaction& transaction, std::int64_t campaign, base::Time whole_at) {
    transaction.run(update_whole, {campaign, base::to_epoch(whole_at)});
}

constexpr db::Query update_watermark{"pix.read_until",
                                     "UPDATE pix_campaigns SET watermark = $2 WHERE id = $1"};
void read_until(db::Transaction& transaction, std::int64_t campaign, base::Time watermark) {
    transaction.run(update_watermark, {campaign, base::to_epoch(watermark)});
}

constexpr db::Query update_reread{"pix.reread", R"sql(
    UPDATE pix_campaigns SET reread_at = $2 WHERE connection_id = $1
)sql"};
void reread(db::Transaction& transaction, std::int64_t connection, base::Time now) {
    transaction.run(update_reread, {connection, base::to_epoch(now)});
}

constexpr db::Query select_to_read{"pix.to_read", R"sql(
    SELECT c.id FROM pix_campaigns c JOIN pix_connections n ON n.id = c.connection_id
    WHERE c.campaign <> '' AND c.archived_at IS NULL AND c.daily = 1
      AND n.code = $1
    ORDER BY c.id
)sql"};

std::vector<std::int64_t> to_read(db::Transaction& transaction, std::string_view connection) {
    std::vector<std::int64_t> found;
    transaction.run(select_to_read, {connection},
                    [&](const db::Row& row) { found.push_back(row.integer(0)); });
    return found;
}

// -- readings

constexpr db::Query select_reading{"pix.reading", R"sql(
    SELECT id, state, since, page, pages, added, changed, unchanged, unknown, withdrawn, failures,
           next_at, problem, started_at, changed_at, campaign_id
    FROM pix_readings WHERE id = $1
)sql"};

std::optional<Reading> reading(db::Transaction& transaction, std::int64_t id,
                               std::int64_t& campaign) {
    std::optional<Reading> found;
    transaction.run(select_reading, {id}, [&](const db::Row& row) {
        found = read_reading(row, 0);
        campaign = row.integer(15);
    });
    return found;
}

constexpr db::Query insert_reading{"pix.begin_reading", R"sql(
    INSERT INTO pix_readings (campaign_id, state, since, started_at, changed_at)
    VALUES ($1, 'running', $2, $3, $3) RETURNING id
)sql"};

std::int64_t begin(db::Transaction& transaction, std::int64_t campaign,
                   std::optional<base::Time> since, base::Time now) {
    std::int64_t id = 0;
    transaction.run(insert_reading, {campaign, epoch(since), base::to_epoch(now)},
                    [&](const db::Row& row) { id = row.integer(0); });
    return id;
}

constexpr db::Query resume_reading{"pix.go_on", R"sql(
    UPDATE pix_readings
    SET state = 'running', failures = 0, next_at = NULL, problem = '', changed_at = $2
    WHERE id = $1
)sql"};

void go_on(db::Transaction& transaction, std::int64_t reading, base::Time now) {
    transaction.run(resume_reading, {reading, base::to_epoch(now)});
}

constexpr db::Query lock_reading{"pix.lock_reading", R"sql(
    UPDATE pix_readings SET page = page WHERE id = $1 AND state = 'running' AND page = $2
)sql"};

bool lock_at(db::Transaction& transaction, std::int64_t reading, int page) {
    return transaction.run(lock_reading, {reading, page}) > 0;
}

constexpr db::Query update_took{"pix.took_page", R"sql(
    UPDATE pix_readings
    SET page = page + 1, pages = $2, added = added + $3, changed = changed + $4,
        unchanged = unchanged + $5, unknown = unknown + $6, withdrawn = withdrawn + $7,
        failures = 0, next_at = NULL, problem = '', changed_at = $8,
        state = CASE WHEN $9 = 1 THEN 'done' ELSE state END
    WHERE id = $1
)sql"};

void took(db::Transaction& transaction, std::int64_t reading, const Taken& taken, int pages,
          bool last, base::Time now) {
    transaction.run(update_took, {reading, pages, taken.added, taken.changed, taken.unchanged,
                                  taken.unknown, taken.withdrawn, base::to_epoch(now), last});
}

constexpr db::Query hold_reading{"pix.hold_reading", R"sql(
    UPDATE pix_readings
    SET failures = failures + 1, problem = $2, next_at = $3, changed_at = $4,
        state = CASE WHEN CAST($3 AS bigint) IS NULL THEN 'failed' ELSE state END
    WHERE id = $1
)sql"};

void hold(db::Transaction& transaction, std::int64_t reading, std::string_view problem,
          std::optional<base::Time> again, base::Time now) {
    transaction.run(hold_reading, {reading, problem, epoch(again), base::to_epoch(now)});
}

constexpr db::Query stop_reading{"pix.stop_reading", R"sql(
    UPDATE pix_readings SET state = 'stopped', next_at = NULL, changed_at = $2
    WHERE campaign_id = $1 AND state = 'running'
)sql"};

int stop(db::Transaction& transaction, std::int64_t campaign, base::Time now) {
    return transaction.run(stop_reading, {campaign, base::to_epoch(now)});
}

// -- participants

#define PARTICIPANT_COLUMNS                                                                       \
    "SELECT p.id, n.code, p.pseudonym, p.agreed_at, p.topics, p.withdrawn_at "                    \
    "FROM pix_participants p JOIN pix_connections n ON n.id = p.connection_id WHERE p.person_id " \
    "= $1 "

namespace {
Participant read_participant(const db::Row& row) {
    return {.id = row.integer(0),
            .connection = std::string{row.text(1)},
            .pseudonym = std::string{row.text(2)},
            .agreed_at = base::from_epoch(row.integer(3)),
            .topics = row.boolean(4),
            .withdrawn_at = time_in(row, 5)};
}
}  // namespace

constexpr db::Query select_participant{"pix.participant",
                                       PARTICIPANT_COLUMNS "AND p.connection_id = $2"};
std::optional<Participant> participant(db::Transaction& transaction, std::int64_t connection,
                                       base::PersonId person) {
    std::optional<Participant> found;
    transaction.run(select_participant, {person.value, connection},
                    [&](const db::Row& row) { found = read_participant(row); });
    return found;
}

constexpr db::Query select_participants{"pix.participants", PARTICIPANT_COLUMNS "ORDER BY n.code"};
std::vector<Participant> participants(db::Transaction& transaction, base::PersonId person) {
    std::vector<Participant> found;
    transaction.run(select_participants, {person.value},
                    [&](const db::Row& row) { found.push_back(read_participant(row)); });
    return found;
}

// A pseudonym is for ever: who agrees again keeps it.
constexpr db::Query upsert_participant{"pix.agree", R"sql(
    INSERT INTO pix_participants (connection_id, person_id, pseudonym, agreed_at, topics)
    VALUES ($1, $2, $3, $5, $4)
    ON CONFLICT (connection_id, person_id) DO UPDATE
    SET agreed_at = CASE WHEN pix_participants.withdrawn_at IS NULL THEN pix_participants.agreed_at
                         ELSE excluded.agreed_at END,
        topics = excluded.topics, withdrawn_at = NULL
)sql"};

void agree(db::Transaction& transaction, std::int64_t connection, base::PersonId person,
           std::string_view pseudonym, bool topics, base::Time now) {
    transaction.run(upsert_participant,
                    {connection, person.value, pseudonym, topics, base::to_epoch(now)});
}

constexpr db::Query update_withdrawn{"pix.withdraw", R"sql(
    UPDATE pix_participants SET withdrawn_at = $2, topics = 0
    WHERE id = $1 AND withdrawn_at IS NULL
)sql"};

bool withdraw(db::Transaction& transaction, std::int64_t participant, base::Time now) {
    return transaction.run(update_withdrawn, {participant, base::to_epoch(now)}) > 0;
}

constexpr db::Query delete_results{"pix.remove_results",
                                   "DELETE FROM pix_results WHERE participant_id = $1"};
int remove_results(db::Transaction& transaction, std::int64_t participant) {
    return transaction.run(delete_results, {participant});
}

constexpr db::Query empty_topics{"pix.remove_topics",
                                 "UPDATE pix_results SET topics = '[]' WHERE participant_id = $1"};
void remove_topics(db::Transaction& transaction, std::int64_t participant) {
    transaction.run(empty_topics, {participant});
}

constexpr db::Query count_participants{"pix.count_agreed", R"sql(
    SELECT count(*) FROM pix_participants
    WHERE connection_id = $1 AND withdrawn_at IS NULL AND person_id IS NOT NULL
)sql"};

int count_agreed(db::Transaction& transaction, std::int64_t connection) {
    int count = 0;
    transaction.run(count_participants, {connection},
                    [&](const db::Row& row) { count = small(row, 0); });
    return count;
}

// Of somebody who withdrew nothing is noted.
constexpr db::Query lock_participant{"pix.lock_participant", R"sql(
    UPDATE pix_participants
    SET seen_at = CASE WHEN withdrawn_at IS NULL THEN CAST($3 AS bigint) ELSE seen_at END
    WHERE connection_id = $1 AND pseudonym = $2
    RETURNING id, topics, withdrawn_at
)sql"};

std::optional<Known> lock_known(db::Transaction& transaction, std::int64_t connection,
                                std::string_view pseudonym, base::Time now) {
    std::optional<Known> found;
    transaction.run(lock_participant, {connection, pseudonym, base::to_epoch(now)},
                    [&](const db::Row& row) {
                        found = Known{row.integer(0), row.boolean(1), !row.is_null(2)};
                    });
    return found;
}

// -- results

std::string badges_json(const std::vector<std::string>& badges) {
    return json::serialize(json::value_from(badges));
}

std::string topics_json(const std::vector<contract::Topic>& topics) {
    json::array list;
    for (const contract::Topic& topic : topics)
        list.push_back({{"competence", topic.competence},
                        {"title", topic.title},
                        {"reached", topic.reached},
                        {"most", topic.most}});
    return json::serialize(list);
}

constexpr db::Query select_result{"pix.result", R"sql(
    SELECT pix_id, shared, shared_at, mastery, stage, stages, badges, topics
    FROM pix_results WHERE participant_id = $1 AND campaign_id = $2
)sql"};

std::optional<Row> result(db::Transaction& transaction, std::int64_t participant,
                          std::int64_t campaign) {
    std::optional<Row> found;
    transaction.run(select_result, {participant, campaign}, [&](const db::Row& row) {
        found = Row{.stored = {row.optional_integer(0), row.boolean(1), time_in(row, 2)},
                    .mastery = std::nullopt,
                    .stage = small(row, 4),
                    .stages = small(row, 5),
                    .badges = std::string{row.text(6)},
                    .topics = std::string{row.text(7)}};
        if (!row.is_null(3)) found->mastery = small(row, 3);
    });
    return found;
}

constexpr db::Query upsert_result{"pix.put_result", R"sql(
    INSERT INTO pix_results (participant_id, campaign_id, pix_id, shared, shared_at, mastery, stage,
                             stages, badges, topics, read_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (participant_id, campaign_id) DO UPDATE
    SET pix_id = excluded.pix_id, shared = excluded.shared, shared_at = excluded.shared_at,
        mastery = excluded.mastery, stage = excluded.stage, stages = excluded.stages,
        badges = excluded.badges, topics = excluded.topics, read_at = excluded.read_at
)sql"};

void put_result(db::Transaction& transaction, std::int64_t participant, std::int64_t campaign,
                const Row& row, base::Time now) {
    transaction.run(upsert_result, {participant, campaign, row.stored.pix_id, row.stored.shared,
                                    epoch(row.stored.shared_at), row.mastery, row.stage, row.stages,
                                    row.badges, row.topics, base::to_epoch(now)});
}

#define RESULT_COLUMNS                                                                         \
    "SELECT p.person_id, r.campaign_id, r.shared, r.shared_at, r.mastery, r.stage, r.stages, " \
    "r.badges, r.topics, r.read_at "                                                           \
    "FROM pix_results r JOIN pix_participants p ON p.id = r.participant_id "

namespace {
Result read_result(const db::Row& row) {
    Result result{.person = {row.optional_integer(0).value_or(0)},
                  .campaign = row.integer(1),
                  .shared = row.boolean(2),
                  .shared_at = time_in(row, 3),
                  .mastery = std::nullopt,
                  .stage = small(row, 5),
                  .stages = small(row, 6),
                  .badges = json::value_to<std::vector<std::string>>(json::parse(row.text(7))),
                  .topics = {},
                  .read_at = base::from_epoch(row.integer(9))};
    if (!row.is_null(4)) result.mastery = small(row, 4);
    const json::value topics = json::parse(row.text(8));
    for (const json::value& topic : topics.as_array())
        result.topics.push_back({.title = json::value_to<std::string>(topic.at("title")),
                                 .reached = json::value_to<int>(topic.at("reached")),
                                 .most = json::value_to<int>(topic.at("most"))});
    return result;
}
}  // namespace

constexpr db::Query select_results_of{
    "pix.results_of", RESULT_COLUMNS "WHERE p.person_id = $1 ORDER BY r.campaign_id"};
std::vector<Result> results_of(db::Transaction& transaction, base::PersonId person) {
    std::vector<Result> found;
    transaction.run(select_results_of, {person.value},
                    [&](const db::Row& row) { found.push_back(read_result(row)); });
    return found;
}

constexpr db::Query select_shared{"pix.shared_results", RESULT_COLUMNS R"sql(
    JOIN pix_campaigns c ON c.id = r.campaign_id
    WHERE c.campaign = $1 AND r.shared = 1 ORDER BY r.id
)sql"};
std::vector<Result> shared_results(db::Transaction& transaction, std::string_view own) {
    std::vector<Result> found;
    transaction.run(select_shared, {own},
                    [&](const db::Row& row) { found.push_back(read_result(row)); });
    return found;
}

constexpr db::Query count_by_campaign{"pix.count_results", R"sql(
    SELECT r.campaign_id, count(*) FROM pix_results r JOIN pix_campaigns c ON c.id = r.campaign_id
    WHERE c.connection_id = $1 AND r.shared = 1 GROUP BY r.campaign_id
)sql"};
std::map<std::int64_t, int> count_results(db::Transaction& transaction, std::int64_t connection) {
    std::map<std::int64_t, int> counts;
    transaction.run(count_by_campaign, {connection},
                    [&](const db::Row& row) { counts.emplace(row.integer(0), small(row, 1)); });
    return counts;
}

// -- privacy

// Pix could find somebody again by its own id of the participation or by the second.
constexpr db::Query blur_results{"pix.blur_results", R"sql(
    UPDATE pix_results SET topics = '[]', pix_id = NULL, shared_at = shared_at - shared_at % 86400
    WHERE participant_id IN (SELECT id FROM pix_participants WHERE person_id = $1)
)sql"};
constexpr db::Query forget_participants{"pix.forget", R"sql(
    UPDATE pix_participants SET person_id = NULL, pseudonym = NULL WHERE person_id = $1
)sql"};

int forget(db::Transaction& transaction, base::PersonId person) {
    transaction.run(blur_results, {person.value});
    return transaction.run(forget_participants, {person.value});
}

// Both kinds of run choose by the same words; how many rows came or went is told by either.
#define OLD_RESULTS                                                       \
    "SELECT id FROM pix_results WHERE coalesce(shared_at, read_at) < $1 " \
    "ORDER BY coalesce(shared_at, read_at) LIMIT $2"
constexpr db::Query select_old_results{"pix.old_results", OLD_RESULTS};
constexpr db::Query delete_old_results{"pix.delete_old_results",
                                       "DELETE FROM pix_results WHERE id IN (" OLD_RESULTS ")"};
int retain_results(db::Transaction& transaction, base::Time before, int most, bool really) {
    return transaction.run(really ? delete_old_results : select_old_results,
                           {base::to_epoch(before), most});
}

#define OLD_READINGS                                                            \
    "SELECT id FROM pix_readings WHERE state <> 'running' AND changed_at < $1 " \
    "ORDER BY changed_at LIMIT $2"
constexpr db::Query select_old_readings{"pix.old_readings", OLD_READINGS};
constexpr db::Query delete_old_readings{"pix.delete_old_readings",
                                        "DELETE FROM pix_readings WHERE id IN (" OLD_READINGS ")"};
int retain_readings(db::Transaction& transaction, base::Time before, int most, bool really) {
    return transaction.run(really ? delete_old_readings : select_old_readings,
                           {base::to_epoch(before), most});
}

}  // namespace pix::store
