// SPDX-License-Identifier: EUPL-1.2
#include "campaigns/store.hpp"

#include "db/database.hpp"

namespace campaigns::store {
namespace {

std::optional<base::Time> time_in(const db::Row& row, int column) {
    const auto value = row.optional_integer(column);
    return value ? std::optional{base::from_epoch(*value)} : std::nullopt;
}
std::optional<std::int64_t> epoch(std::optional<base::Time> time) {
    return time ? std::optional{base::to_epoch(*time)} : std::nullopt;
}
template <class Id>
std::optional<Id> id_in(const db::Row& row, int column) {
    const auto value = row.optional_integer(column);
    return value ? std::optional{Id{*value}} : std::nullopt;
}

#define CAMPAIGN_COLUMNS                                                                        \
    "c.id, c.code, c.organisation_id, c.population, c.title, c.message, c.framework, c.scope, " \
    "c.scope_code, c.takes_pix, c.reminders, c.opens_at, c.closes_at, c.created_by, "           \
    "c.created_at, c.published_at, c.cancelled_at, c.cancelled_why, c.revision"
constexpr int after_campaign = 19;

Campaign campaign_from(const db::Row& row) {
    return {.id = {row.integer(0)},
            .code = std::string{row.text(1)},
            .organisation = {row.integer(2)},
            .population = std::string{row.text(3)},
            .title = std::string{row.text(4)},
            .message = std::string{row.text(5)},
            .framework = std::string{row.text(6)},
            .scope = positioning::scope_named(row.text(7)).value(),
            .scope_code = std::string{row.text(8)},
            .takes_pix = row.boolean(9),
            .reminders = static_cast<int>(row.integer(10)),
            .opens_at = base::from_epoch(row.integer(11)),
            .closes_at = base::from_epoch(row.integer(12)),
            .created_by = {row.integer(13)},
            .created_at = base::from_epoch(row.integer(14)),
            .published_at = time_in(row, 15),
            .cancelled_at = time_in(row, 16),
            .cancelled_why = std::string{row.text(17)},
            .revision = row.integer(18)};
}

#define INVITATION_COLUMNS                                                               \
    "i.id, i.campaign_id, i.email, i.person_id, i.invited_at, i.sent_at, i.stopped_at, " \
    "i.reminders, i.stop_key"
constexpr int after_invitation = 9;
// SQLite's RETURNING knows no other name of the table.
#define RETURNED_COLUMNS \
    "id, campaign_id, email, person_id, invited_at, sent_at, stopped_at, reminders, stop_key"

Invitation invitation_from(const db::Row& row, int at = 0) {
    return {.id = row.integer(at),
            .campaign = {row.integer(at + 1)},
            .email = row.optional_text(at + 2).value_or(""),
            .person = id_in<base::PersonId>(row, at + 3),
            .invited_at = base::from_epoch(row.integer(at + 4)),
            .sent_at = time_in(row, at + 5),
            .stopped_at = time_in(row, at + 6),
            .reminders = static_cast<int>(row.integer(at + 7)),
            .stop_key = row.optional_text(at + 8).value_or("")};
}

#define PARTICIPATION_COLUMNS                                                           \
    "p.id, p.campaign_id, p.positioning_id, p.began_at, p.finished_at, p.declined_at, " \
    "p.chosen_at, p.shared"

Participation participation_from(const db::Row& row, int at = 0) {
    return {.id = row.integer(at),
            .campaign = {row.integer(at + 1)},
            .test = id_in<base::PositioningId>(row, at + 2),
            .began_at = base::from_epoch(row.integer(at + 3)),
            .finished_at = time_in(row, at + 4),
            .declined_at = time_in(row, at + 5),
            .chosen_at = time_in(row, at + 6),
            .shared = row.boolean(at + 7)};
}

template <class... Values>
std::optional<Campaign> one(db::Transaction& transaction, const db::Query& query,
                            Values... values) {
    std::optional<Campaign> found;
    transaction.run(query, {db::Value{values}...},
                    [&](const db::Row& row) { found = campaign_from(row); });
    return found;
}

std::vector<Invitation> some(db::Transaction& transaction, const db::Query& query,
                             std::initializer_list<db::Value> values) {
    std::vector<Invitation> found;
    transaction.run(query, values,
                    [&](const db::Row& row) { found.push_back(invitation_from(row)); });
    return found;
}

int number(db::Transaction& transaction, const db::Query& query,
           std::initializer_list<db::Value> values) {
    int found = 0;
    transaction.run(query, values,
                    [&](const db::Row& row) { found = static_cast<int>(row.integer(0)); });
    return found;
}

}  // namespace

// -- campaigns

constexpr db::Query insert_campaign{"campaigns.insert", R"sql(
    INSERT INTO campaigns (code, organisation_id, population, title, message, framework, scope,
        scope_code, takes_pix, reminders, opens_at, closes_at, created_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    ON CONFLICT (code) DO NOTHING
    RETURNING id
)sql"};

std::optional<base::CampaignId> insert(db::Transaction& transaction, const Campaign& c) {
    std::optional<base::CampaignId> id;
    transaction.run(insert_campaign,
                    {c.code, c.organisation.value, c.population, c.title, c.message, c.framework,
                     positioning::name_of(c.scope), c.scope_code, c.takes_pix, c.reminders,
                     base::to_epoch(c.opens_at), base::to_epoch(c.closes_at), c.created_by.value,
                     base::to_epoch(c.created_at)},
                    [&](const db::Row& row) { id = {row.integer(0)}; });
    return id;
}

constexpr db::Query select_campaign{"campaigns.find",
                                    "SELECT " CAMPAIGN_COLUMNS " FROM campaigns c WHERE c.id = $1"};
std::optional<Campaign> find(db::Transaction& transaction, base::CampaignId id) {
    return one(transaction, select_campaign, id.value);
}

constexpr db::Query select_by_code{
    "campaigns.find_by_code", "SELECT " CAMPAIGN_COLUMNS " FROM campaigns c WHERE c.code = $1"};
std::optional<Campaign> find_by_code(db::Transaction& transaction, std::string_view code) {
    return one(transaction, select_by_code, code);
}

constexpr db::Query select_of_organisations{
    "campaigns.of_organisations",
    "SELECT " CAMPAIGN_COLUMNS
    " FROM campaigns c "
    "WHERE c.organisation_id IN (SELECT value FROM json_each(CAST($1 AS text))) "
    "ORDER BY c.opens_at DESC, c.id DESC LIMIT $3 OFFSET $2"};
std::vector<Campaign> of_organisations(db::Transaction& transaction, std::string_view json_ids,
                                       int from, int most) {
    std::vector<Campaign> found;
    transaction.run(select_of_organisations, {json_ids, from, most},
                    [&](const db::Row& row) { found.push_back(campaign_from(row)); });
    return found;
}

constexpr db::Query count_campaigns{"campaigns.count_of_organisations", R"sql(
    SELECT count(*) FROM campaigns
    WHERE organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
)sql"};
int count_of_organisations(db::Transaction& transaction, std::string_view json_ids) {
    return number(transaction, count_campaigns, {json_ids});
}

constexpr db::Query lock_campaign{"campaigns.lock",
                                  "UPDATE campaigns SET revision = revision WHERE id = $1"};
std::optional<Campaign> lock(db::Transaction& transaction, base::CampaignId id) {
    if (transaction.run(lock_campaign, {id.value}) == 0) return std::nullopt;
    return find(transaction, id);
}

constexpr db::Query update_campaign{"campaigns.update", R"sql(
    UPDATE campaigns
    SET organisation_id = $3, population = $4, title = $5, message = $6, scope = $7,
        scope_code = $8, takes_pix = $9, reminders = $10, opens_at = $11, closes_at = $12,
        revision = revision + 1
    WHERE id = $1 AND revision = $2
)sql"};
bool update(db::Transaction& transaction, const Campaign& c) {
    return transaction.run(update_campaign,
                           {c.id.value, c.revision, c.organisation.value, c.population, c.title,
                            c.message, positioning::name_of(c.scope), c.scope_code, c.takes_pix,
                            c.reminders, base::to_epoch(c.opens_at), base::to_epoch(c.closes_at)}) >
           0;
}

constexpr db::Query update_published{"campaigns.publish", R"sql(
    UPDATE campaigns SET published_at = $2, revision = revision + 1 WHERE id = $1
)sql"};
void publish(db::Transaction& transaction, base::CampaignId id, base::Time now) {
    transaction.run(update_published, {id.value, base::to_epoch(now)});
}

// A campaign that opened in this very second lasts that second.
constexpr db::Query update_closed{"campaigns.close", R"sql(
    UPDATE campaigns
    SET closes_at = CASE WHEN opens_at < $2 THEN $2 ELSE opens_at + 1 END, revision = revision + 1
    WHERE id = $1
)sql"};
void close(db::Transaction& transaction, base::CampaignId id, base::Time now) {
    transaction.run(update_closed, {id.value, base::to_epoch(now)});
}

constexpr db::Query update_cancelled{"campaigns.cancel", R"sql(
    UPDATE campaigns SET cancelled_at = $2, cancelled_why = $3, revision = revision + 1
    WHERE id = $1
)sql"};
void cancel(db::Transaction& transaction, base::CampaignId id, std::string_view why,
            base::Time now) {
    transaction.run(update_cancelled, {id.value, base::to_epoch(now), why});
}

constexpr db::Query select_going{"campaigns.going", R"sql(
    SELECT id FROM campaigns
    WHERE published_at IS NOT NULL AND cancelled_at IS NULL AND closes_at > $1
    ORDER BY id
)sql"};
std::vector<base::CampaignId> going(db::Transaction& transaction, base::Time now) {
    std::vector<base::CampaignId> found;
    transaction.run(select_going, {base::to_epoch(now)},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

constexpr db::Query update_figures{"campaigns.set_figures",
                                   "UPDATE campaigns SET figures = $2 WHERE id = $1"};
void set_figures(db::Transaction& transaction, base::CampaignId id, std::string_view json) {
    transaction.run(update_figures, {id.value, json});
}

constexpr db::Query select_figures{"campaigns.figures",
                                   "SELECT figures FROM campaigns WHERE id = $1"};
std::string figures(db::Transaction& transaction, base::CampaignId id) {
    std::string found;
    transaction.run(select_figures, {id.value}, [&](const db::Row& row) { found = row.text(0); });
    return found;
}

// -- invitations

constexpr db::Query count_of_invitations{"campaigns.count_invitations", R"sql(
    SELECT count(*) FROM campaign_invitations WHERE campaign_id = $1
)sql"};
int count_invitations(db::Transaction& transaction, base::CampaignId id) {
    return number(transaction, count_of_invitations, {id.value});
}

constexpr db::Query select_addresses{"campaigns.invited_addresses", R"sql(
    SELECT email FROM campaign_invitations WHERE campaign_id = $1 AND email IS NOT NULL
)sql"};
std::vector<std::string> invited_addresses(db::Transaction& transaction, base::CampaignId id) {
    std::vector<std::string> found;
    transaction.run(select_addresses, {id.value},
                    [&](const db::Row& row) { found.emplace_back(row.text(0)); });
    return found;
}

constexpr db::Query insert_invitation{"campaigns.add_invitation", R"sql(
    INSERT INTO campaign_invitations (campaign_id, email, person_id, organisation_id, invited_at,
                                      stop_key)
    VALUES ($1, $2, $3, $4, $5, $6)
)sql"};
void add_invitation(db::Transaction& transaction, base::CampaignId id, const NewInvitation& given,
                    base::Time now) {
    transaction.run_later(
        insert_invitation,
        {id.value, given.email, given.person ? std::optional{given.person->value} : std::nullopt,
         given.organisation ? std::optional{given.organisation->value} : std::nullopt,
         base::to_epoch(now), given.stop_key});
}

constexpr db::Query select_invitations{"campaigns.invitations",
                                       "SELECT " INVITATION_COLUMNS
                                       " FROM campaign_invitations i "
                                       "WHERE i.campaign_id = $1 ORDER BY i.id LIMIT $3 OFFSET $2"};
std::vector<Invitation> invitations(db::Transaction& transaction, base::CampaignId id, int from,
                                    int most) {
    return some(transaction, select_invitations, {id.value, from, most});
}

constexpr db::Query select_stop{"campaigns.find_stop",
                                "SELECT " INVITATION_COLUMNS
                                " FROM campaign_invitations i WHERE i.stop_key = $1"};
std::optional<Invitation> find_stop(db::Transaction& transaction, std::string_view stop_key) {
    auto found = some(transaction, select_stop, {stop_key});
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

constexpr db::Query select_invitation{
    "campaigns.invitation",
    "SELECT " INVITATION_COLUMNS
    " FROM campaign_invitations i WHERE i.campaign_id = $1 AND i.email = $2"};
std::optional<Invitation> invitation(db::Transaction& transaction, base::CampaignId id,
                                     std::string_view email) {
    auto found = some(transaction, select_invitation, {id.value, email});
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

constexpr db::Query update_stopped{"campaigns.stop_reminders", R"sql(
    UPDATE campaign_invitations SET stopped_at = $2 WHERE id = $1 AND stopped_at IS NULL
)sql"};
void stop_reminders(db::Transaction& transaction, std::int64_t invitation, base::Time now) {
    transaction.run(update_stopped, {invitation, base::to_epoch(now)});
}

constexpr db::Query update_recognised{"campaigns.recognise", R"sql(
    UPDATE campaign_invitations SET person_id = $3, organisation_id = $4
    WHERE campaign_id = $1 AND email = $2 AND person_id IS NULL
)sql"};
void recognise(db::Transaction& transaction, base::CampaignId id, std::string_view email,
               base::PersonId person, base::OrganisationId organisation) {
    transaction.run(update_recognised, {id.value, email, person.value, organisation.value});
}

constexpr db::Query update_unsent{"campaigns.take_unsent", R"sql(
    UPDATE campaign_invitations SET sent_at = $2
    WHERE sent_at IS NULL AND id IN (
        SELECT n.id FROM campaign_invitations n
        WHERE n.campaign_id = $1 AND n.sent_at IS NULL AND n.email IS NOT NULL
        ORDER BY n.id LIMIT $3)
    RETURNING )sql" RETURNED_COLUMNS};
std::vector<Invitation> take_unsent(db::Transaction& transaction, base::CampaignId id,
                                    base::Time now, int most) {
    return some(transaction, update_unsent, {id.value, base::to_epoch(now), most});
}

constexpr db::Query update_reminded{"campaigns.take_to_remind", R"sql(
    UPDATE campaign_invitations SET reminders = CAST($2 AS smallint)
    WHERE reminders < CAST($2 AS smallint) AND id IN (
        SELECT n.id FROM campaign_invitations n
        WHERE n.campaign_id = $1 AND n.reminders < CAST($2 AS smallint) AND n.sent_at IS NOT NULL
          AND n.stopped_at IS NULL AND n.email IS NOT NULL
          AND (n.person_id IS NULL
               OR n.person_id NOT IN (SELECT value FROM json_each(CAST($3 AS text))))
          AND NOT EXISTS (SELECT 1 FROM campaign_participations p
                          WHERE p.campaign_id = n.campaign_id AND p.person_id = n.person_id
                            AND (p.finished_at IS NOT NULL OR p.declined_at IS NOT NULL))
        ORDER BY n.id LIMIT $4)
    RETURNING )sql" RETURNED_COLUMNS};
std::vector<Invitation> take_to_remind(db::Transaction& transaction, base::CampaignId id,
                                       int reminder, std::string_view but, int most) {
    return some(transaction, update_reminded, {id.value, reminder, but, most});
}

// Who was written to and may still wait for the day.
constexpr db::Query update_told{"campaigns.take_to_tell_cancelled", R"sql(
    UPDATE campaign_invitations SET told_cancelled_at = $2
    WHERE told_cancelled_at IS NULL AND id IN (
        SELECT n.id FROM campaign_invitations n
        WHERE n.campaign_id = $1 AND n.told_cancelled_at IS NULL AND n.sent_at IS NOT NULL
          AND n.stopped_at IS NULL AND n.email IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM campaign_participations p
                          WHERE p.campaign_id = n.campaign_id AND p.person_id = n.person_id
                            AND p.declined_at IS NOT NULL)
        ORDER BY n.id LIMIT $3)
    RETURNING )sql" RETURNED_COLUMNS};
std::vector<Invitation> take_to_tell_cancelled(db::Transaction& transaction, base::CampaignId id,
                                               base::Time now, int most) {
    return some(transaction, update_told, {id.value, base::to_epoch(now), most});
}

// -- participations

constexpr db::Query select_participation{
    "campaigns.participation",
    "SELECT " PARTICIPATION_COLUMNS
    " FROM campaign_participations p WHERE p.campaign_id = $1 AND p.person_id = $2"};
std::optional<Participation> participation(db::Transaction& transaction, base::CampaignId id,
                                           base::PersonId person) {
    std::optional<Participation> found;
    transaction.run(select_participation, {id.value, person.value},
                    [&](const db::Row& row) { found = participation_from(row); });
    return found;
}

constexpr db::Query insert_one_participation{"campaigns.insert_participation", R"sql(
    INSERT INTO campaign_participations (campaign_id, person_id, organisation_id, began_at)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (campaign_id, person_id) DO NOTHING
)sql"};
bool insert_participation(db::Transaction& transaction, base::CampaignId id, base::PersonId person,
                          base::OrganisationId organisation, base::Time now) {
    return transaction.run(insert_one_participation,
                           {id.value, person.value, organisation.value, base::to_epoch(now)}) > 0;
}

constexpr db::Query put_one_participation{"campaigns.put_participation", R"sql(
    INSERT INTO campaign_participations (campaign_id, person_id, organisation_id, positioning_id,
        began_at, finished_at, declined_at, chosen_at, shared)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
)sql"};
void put_participation(db::Transaction& transaction, base::CampaignId id, base::PersonId person,
                       base::OrganisationId organisation, const Participation& part) {
    transaction.run_later(
        put_one_participation,
        {id.value, person.value, organisation.value,
         part.test ? std::optional{part.test->value} : std::nullopt, base::to_epoch(part.began_at),
         epoch(part.finished_at), epoch(part.declined_at), epoch(part.chosen_at), part.shared});
}

constexpr db::Query update_test{"campaigns.set_test", R"sql(
    UPDATE campaign_participations
    SET positioning_id = $2, finished_at = $3, declined_at = NULL, shared = 0, chosen_at = NULL
    WHERE id = $1
)sql"};
void set_test(db::Transaction& transaction, std::int64_t participation, base::PositioningId test,
              std::optional<base::Time> finished_at) {
    transaction.run(update_test, {participation, test.value, epoch(finished_at)});
}

constexpr db::Query update_declined{"campaigns.decline", R"sql(
    UPDATE campaign_participations SET declined_at = $2, shared = 0, chosen_at = NULL WHERE id = $1
)sql"};
void set_declined(db::Transaction& transaction, std::int64_t participation, base::Time now) {
    transaction.run(update_declined, {participation, base::to_epoch(now)});
}

constexpr db::Query update_choice{"campaigns.choose", R"sql(
    UPDATE campaign_participations SET shared = $2, chosen_at = $3, declined_at = NULL WHERE id = $1
)sql"};
void choose(db::Transaction& transaction, std::int64_t participation, bool shared, base::Time now) {
    transaction.run(update_choice, {participation, shared, base::to_epoch(now)});
}

constexpr db::Query update_finished{"campaigns.finish", R"sql(
    UPDATE campaign_participations SET finished_at = $2
    WHERE positioning_id = $1 AND finished_at IS NULL
)sql"};
void finish(db::Transaction& transaction, base::PositioningId test, base::Time now) {
    transaction.run_later(update_finished, {test.value, base::to_epoch(now)});
}

constexpr db::Query select_takers{"campaigns.takers", R"sql(
    SELECT person_id, CASE WHEN finished_at IS NULL THEN 0 ELSE 1 END
    FROM campaign_participations
    WHERE campaign_id = $1 AND person_id IS NOT NULL AND positioning_id IS NOT NULL
)sql"};
std::map<base::PersonId, bool> takers(db::Transaction& transaction, base::CampaignId id) {
    std::map<base::PersonId, bool> found;
    transaction.run(select_takers, {id.value}, [&](const db::Row& row) {
        found.emplace(base::PersonId{row.integer(0)}, row.boolean(1));
    });
    return found;
}

constexpr db::Query select_shared_tests{"campaigns.shared_tests", R"sql(
    SELECT positioning_id FROM campaign_participations
    WHERE campaign_id = $1 AND shared = 1 AND positioning_id IS NOT NULL
)sql"};
std::vector<base::PositioningId> shared_tests(db::Transaction& transaction, base::CampaignId id) {
    std::vector<base::PositioningId> found;
    transaction.run(select_shared_tests, {id.value},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

// A test may have been brought to several campaigns: the one that closes first.
constexpr db::Query select_of_test{"campaigns.of_test",
                                   "SELECT " CAMPAIGN_COLUMNS
                                   " FROM campaign_participations p "
                                   "JOIN campaigns c ON c.id = p.campaign_id "
                                   "WHERE p.positioning_id = $1 AND c.cancelled_at IS NULL "
                                   "AND c.closes_at > $2 ORDER BY c.closes_at DESC, c.id DESC"};
std::optional<Campaign> of_test(db::Transaction& transaction, base::PositioningId test,
                                base::Time now) {
    return one(transaction, select_of_test, test.value, base::to_epoch(now));
}

constexpr db::Query count_invited{"campaigns.count_invited", R"sql(
    SELECT organisation_id, count(*) FROM campaign_invitations
    WHERE campaign_id = $1 GROUP BY organisation_id
)sql"};
constexpr db::Query count_parts{"campaigns.count_participations", R"sql(
    SELECT organisation_id, count(*),
           sum(CASE WHEN finished_at IS NOT NULL THEN 1 ELSE 0 END), sum(shared)
    FROM campaign_participations
    WHERE campaign_id = $1 AND positioning_id IS NOT NULL GROUP BY organisation_id
)sql"};
std::map<base::OrganisationId, Counts> counts(db::Transaction& transaction, base::CampaignId id) {
    std::map<base::OrganisationId, Counts> found;
    transaction.run(count_invited, {id.value}, [&](const db::Row& row) {
        found[{row.optional_integer(0).value_or(0)}].invited = static_cast<int>(row.integer(1));
    });
    transaction.run(count_parts, {id.value}, [&](const db::Row& row) {
        Counts& counts = found[{row.integer(0)}];
        counts.started = static_cast<int>(row.integer(1));
        counts.finished = static_cast<int>(row.integer(2));
        counts.shared = static_cast<int>(row.integer(3));
    });
    return found;
}

// -- agents

// Drafts are nobody's business; one that was called off concerns who began or was written to.
constexpr db::Query select_mine{"campaigns.mine", "SELECT " CAMPAIGN_COLUMNS ", " INVITATION_COLUMNS
                                                  ", " PARTICIPATION_COLUMNS R"sql(
    FROM (SELECT campaign_id FROM campaign_invitations WHERE person_id = $1
          UNION SELECT campaign_id FROM campaign_invitations WHERE email = $2
          UNION SELECT campaign_id FROM campaign_participations WHERE person_id = $1) AS m
    JOIN campaigns c ON c.id = m.campaign_id
    LEFT JOIN campaign_invitations i ON i.campaign_id = c.id AND i.email = $2
    LEFT JOIN campaign_participations p ON p.campaign_id = c.id AND p.person_id = $1
    WHERE c.published_at IS NOT NULL
    ORDER BY c.closes_at DESC, c.id DESC LIMIT $3
)sql"};
std::vector<Mine> mine(db::Transaction& transaction, base::PersonId person, std::string_view email,
                       int most) {
    std::vector<Mine> found;
    transaction.run(select_mine, {person.value, email, most}, [&](const db::Row& row) {
        Mine& one = found.emplace_back();
        one.campaign = campaign_from(row);
        if (!row.is_null(after_campaign)) {
            const Invitation invitation = invitation_from(row, after_campaign);
            one.invited = true;
            one.reminded = !invitation.stopped_at;
        }
        if (!row.is_null(after_campaign + after_invitation))
            one.part = participation_from(row, after_campaign + after_invitation);
    });
    return found;
}

constexpr db::Query select_waiting{"campaigns.count_waiting", R"sql(
    SELECT count(*) FROM campaigns c
    WHERE c.published_at IS NOT NULL AND c.cancelled_at IS NULL
      AND c.opens_at <= $2 AND c.closes_at > $2
      AND c.id IN (SELECT campaign_id FROM campaign_invitations WHERE person_id = $1
                   UNION SELECT campaign_id FROM campaign_participations WHERE person_id = $1)
      AND NOT EXISTS (SELECT 1 FROM campaign_participations p
                      WHERE p.campaign_id = c.id AND p.person_id = $1
                        AND (p.chosen_at IS NOT NULL OR p.declined_at IS NOT NULL))
)sql"};
int count_waiting(db::Transaction& transaction, base::PersonId person, base::Time now) {
    return number(transaction, select_waiting, {person.value, base::to_epoch(now)});
}

constexpr db::Query select_wrong{"campaigns.wrong_codes", R"sql(
    SELECT count FROM campaign_wrong_codes WHERE person_id = $1 AND since > $2
)sql"};
int wrong_codes(db::Transaction& transaction, base::PersonId person, base::Time since) {
    return number(transaction, select_wrong, {person.value, base::to_epoch(since)});
}

constexpr db::Query upsert_wrong{"campaigns.count_wrong_code", R"sql(
    INSERT INTO campaign_wrong_codes (person_id, since, count) VALUES ($1, $2, 1)
    ON CONFLICT (person_id) DO UPDATE
    SET count = CASE WHEN campaign_wrong_codes.since > $3
                     THEN campaign_wrong_codes.count + 1 ELSE 1 END,
        since = CASE WHEN campaign_wrong_codes.since > $3
                     THEN campaign_wrong_codes.since ELSE excluded.since END
)sql"};
void count_wrong_code(db::Transaction& transaction, base::PersonId person, base::Time now,
                      base::Time since) {
    transaction.run(upsert_wrong, {person.value, base::to_epoch(now), base::to_epoch(since)});
}

// -- privacy

constexpr db::Query select_held{"campaigns.held", "SELECT " CAMPAIGN_COLUMNS ", " INVITATION_COLUMNS
                                                  ", " PARTICIPATION_COLUMNS R"sql(
    FROM (SELECT campaign_id FROM campaign_invitations WHERE person_id = $1
          UNION SELECT campaign_id FROM campaign_invitations WHERE email = $2
          UNION SELECT campaign_id FROM campaign_participations WHERE person_id = $1) AS m
    JOIN campaigns c ON c.id = m.campaign_id
    LEFT JOIN campaign_invitations i ON i.campaign_id = c.id
                                      AND (i.person_id = $1 OR i.email = $2)
    LEFT JOIN campaign_participations p ON p.campaign_id = c.id AND p.person_id = $1
    ORDER BY c.id
)sql"};
std::vector<Held> held(db::Transaction& transaction, base::PersonId person,
                       std::string_view email) {
    std::vector<Held> found;
    transaction.run(select_held, {person.value, email}, [&](const db::Row& row) {
        Held& one = found.emplace_back();
        one.campaign = campaign_from(row);
        if (!row.is_null(after_campaign)) one.invitation = invitation_from(row, after_campaign);
        if (!row.is_null(after_campaign + after_invitation))
            one.part = participation_from(row, after_campaign + after_invitation);
    });
    return found;
}

constexpr db::Query select_created{"campaigns.created_by",
                                   "SELECT " CAMPAIGN_COLUMNS
                                   " FROM campaigns c WHERE c.created_by = $1 ORDER BY c.id"};
std::vector<Campaign> created_by(db::Transaction& transaction, base::PersonId person) {
    std::vector<Campaign> found;
    transaction.run(select_created, {person.value},
                    [&](const db::Row& row) { found.push_back(campaign_from(row)); });
    return found;
}

#define FORGET_INVITATIONS \
    "UPDATE campaign_invitations SET email = NULL, person_id = NULL, stop_key = NULL "
constexpr db::Query blank_invitations{"campaigns.forget_invitations",
                                      FORGET_INVITATIONS "WHERE person_id = $1 OR email = $2"};
int forget_invitations(db::Transaction& transaction, base::PersonId person,
                       std::string_view email) {
    return transaction.run(blank_invitations, {person.value, email});
}

constexpr db::Query blank_participations{
    "campaigns.forget_participations",
    "UPDATE campaign_participations SET person_id = NULL WHERE person_id = $1"};
int forget_participations(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(blank_participations, {person.value});
}

constexpr db::Query delete_wrong{"campaigns.forget_wrong_codes",
                                 "DELETE FROM campaign_wrong_codes WHERE person_id = $1"};
void forget_wrong_codes(db::Transaction& transaction, base::PersonId person) {
    transaction.run(delete_wrong, {person.value});
}

// Both kinds of run choose by the same words; how many rows came or went is told by either. A
// campaign that was never opened ends on the day when it should have.
#define OLD_INVITATIONS                                                                 \
    "SELECT i.id FROM campaign_invitations i JOIN campaigns c ON c.id = i.campaign_id " \
    "WHERE i.email IS NOT NULL AND c.closes_at < $1 ORDER BY c.closes_at, i.id LIMIT $2"
constexpr db::Query select_old_invitations{"campaigns.old_invitations", OLD_INVITATIONS};
constexpr db::Query blank_old_invitations{"campaigns.forget_old_invitations",
                                          FORGET_INVITATIONS "WHERE id IN (" OLD_INVITATIONS ")"};
int retain_invitations(db::Transaction& transaction, base::Time before, int most, bool really) {
    return transaction.run(really ? blank_old_invitations : select_old_invitations,
                           {base::to_epoch(before), most});
}

#define OLD_PARTICIPATIONS                                                                 \
    "SELECT p.id FROM campaign_participations p JOIN campaigns c ON c.id = p.campaign_id " \
    "WHERE p.person_id IS NOT NULL AND c.closes_at < $1 ORDER BY c.closes_at, p.id LIMIT $2"
constexpr db::Query select_old_participations{"campaigns.old_participations", OLD_PARTICIPATIONS};
constexpr db::Query blank_old_participations{
    "campaigns.forget_old_participations",
    "UPDATE campaign_participations SET person_id = NULL WHERE id IN (" OLD_PARTICIPATIONS ")"};
int retain_participations(db::Transaction& transaction, base::Time before, int most, bool really) {
    return transaction.run(really ? blank_old_participations : select_old_participations,
                           {base::to_epoch(before), most});
}

}  // namespace campaigns::store
