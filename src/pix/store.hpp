// SPDX-License-Identifier: EUPL-1.2
// All SQL on connections, campaigns, readings, participants and results.
#pragma once
#include "pix/contract.hpp"
#include "pix/pix.hpp"
#include "pix/rules.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pix::store {

// -- connections
ConnectionState connection(db::Transaction&, std::string_view code);  // id 0: nothing yet
// Its row, made where there is none; locks it.
ConnectionState lock_connection(db::Transaction&, std::string_view code);
void set_listing(db::Transaction&, std::int64_t connection, bool listing);
void listed(db::Transaction&, std::int64_t connection, base::Time now);
void not_listed(db::Transaction&, std::int64_t connection, int failures, std::string_view problem,
                bool again);

// -- campaigns
void put_campaign(db::Transaction&, std::int64_t connection, std::string_view organisation,
                  const contract::Campaign&);
std::vector<Campaign> campaigns(db::Transaction&, std::int64_t connection);
std::optional<Campaign> campaign(db::Transaction&, std::int64_t id);
// Locks its row; nothing when it is not of this connection.
std::optional<Campaign> lock_campaign(db::Transaction&, std::int64_t connection, std::int64_t id);
void map(db::Transaction&, std::int64_t campaign, std::string_view own);
void set_daily(db::Transaction&, std::int64_t campaign, bool daily);
void read_whole(db::Transaction&, std::int64_t campaign, base::Time whole_at);
void read_until(db::Transaction&, std::int64_t campaign, base::Time watermark);
void reread(db::Transaction&, std::int64_t connection, base::Time now);
// Mapped, not archived and read daily.
std::vector<std::int64_t> to_read(db::Transaction&, std::string_view connection);

// -- readings
std::optional<Reading> reading(db::Transaction&, std::int64_t id, std::int64_t& campaign);
std::int64_t begin(db::Transaction&, std::int64_t campaign, std::optional<base::Time> since,
                   base::Time now);
void go_on(db::Transaction&, std::int64_t reading, base::Time now);
// Locks the reading if it still runs and is at this page.
bool lock_at(db::Transaction&, std::int64_t reading, int page);
struct Taken {  // what became of the participations of a page
    int added = 0, changed = 0, unchanged = 0, unknown = 0, withdrawn = 0;
};
void took(db::Transaction&, std::int64_t reading, const Taken&, int pages, bool last,
          base::Time now);
void hold(db::Transaction&, std::int64_t reading, std::string_view problem,
          std::optional<base::Time> again, base::Time now);
int stop(db::Transaction&, std::int64_t campaign, base::Time now);

// -- participants
std::optional<Participant> participant(db::Transaction&, std::int64_t connection, base::PersonId);
std::vector<Participant> participants(db::Transaction&, base::PersonId);
void agree(db::Transaction&, std::int64_t connection, base::PersonId, std::string_view pseudonym,
           bool topics, base::Time now);
// Returns whether they had agreed. Locks the participant's row.
bool withdraw(db::Transaction&, std::int64_t participant, base::Time now);
int remove_results(db::Transaction&, std::int64_t participant);
void remove_topics(db::Transaction&, std::int64_t participant);
int count_agreed(db::Transaction&, std::int64_t connection);
// Whose name this is; locks the row, so that nobody withdraws meanwhile.
struct Known {
    std::int64_t id = 0;
    bool topics = false;
    bool withdrawn = false;
};
std::optional<Known> lock_known(db::Transaction&, std::int64_t connection,
                                std::string_view pseudonym, base::Time now);

// -- results
struct Row {  // as the table has it
    Stored stored;
    std::optional<int> mastery;
    int stage = 0, stages = 0;
    std::string badges, topics;
};
std::optional<Row> result(db::Transaction&, std::int64_t participant, std::int64_t campaign);
void put_result(db::Transaction&, std::int64_t participant, std::int64_t campaign, const Row&,
                base::Time now);
std::vector<Result> results_of(db::Transaction&, base::PersonId);
std::vector<Result> shared_results(db::Transaction&, std::string_view own);
std::map<std::int64_t, int> count_results(db::Transaction&, std::int64_t connection);

// -- privacy
// Nobody's any more: the day instead of the second, no topics.
int forget(db::Transaction&, base::PersonId);
int retain_results(db::Transaction&, base::Time before, int most, bool really);
int retain_readings(db::Transaction&, base::Time before, int most, bool really);

// Badges and topics as the table has them.
std::string badges_json(const std::vector<std::string>&);
std::string topics_json(const std::vector<contract::Topic>&);

}  // namespace pix::store
