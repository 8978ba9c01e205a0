// SPDX-License-Identifier: EUPL-1.2
// All SQL on the tables of positioning.
#pragma once
#include "base/clock.hpp"
#include "positioning/positioning.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace db {
class Transaction;
}

namespace positioning::store {

// Nothing: the person has another test in progress.
std::optional<base::PositioningId> insert(db::Transaction&, const Test&);
std::optional<Test> find(db::Transaction&, base::PositioningId);
std::optional<Test> in_progress(db::Transaction&, base::PersonId);
std::vector<Test> finished(db::Transaction&, base::PersonId);  // latest first, without answers

// Each guarded by the revision of the test as it was read: false when it is another by now.
bool append(db::Transaction&, const Test&, std::string_view line, const Choice& next,
            base::Time now);
bool set_state(db::Transaction&, const Test&, State, bool phone, base::Time now);
// With all that `end` has filled in, and its answers.
bool end(db::Transaction&, const Test&, std::string_view answers, base::Time now);

void insert_result(db::Transaction&, base::PositioningId, const Standing&);
void insert_answer(db::Transaction&, base::PositioningId, int place, const Given&);
std::vector<Standing> results(db::Transaction&, base::PositioningId);
// Those that ended and are not counted yet, `most` at most: they are from now on.
std::vector<base::PositioningId> take_uncounted(db::Transaction&, int most);
std::vector<items::Use> uses(db::Transaction&, std::span<const base::PositioningId>);
std::vector<Given> answers(db::Transaction&, base::PositioningId);  // without what was written
std::vector<Finished> finished_since(db::Transaction&, base::Time since, base::PositioningId after,
                                     int most);
std::map<base::PersonId, Profile> profiles(db::Transaction&, std::span<const base::PersonId>);
// The latest of each person that is shared.
std::map<base::PersonId, Shared> shared(db::Transaction&, std::span<const base::PersonId>);
std::map<std::string, Positioning::LevelCounts, std::less<>> level_counts(
    db::Transaction&, std::span<const base::PositioningId>);
void remove(db::Transaction&, base::PositioningId);
void end_sharing(db::Transaction&, base::PersonId);
void set_shared(db::Transaction&, base::PositioningId, std::optional<base::PersonId> with);

// -- calibration
// Of the latest finished tests, `most` at most, that were not hurried.
std::vector<Answerer> answerers(db::Transaction&, int most);
void replace_proposal(db::Transaction&, const Proposal&, base::Time now);
std::optional<Positioning::Proposed> proposed(db::Transaction&);  // items without what was before
bool lock_open(db::Transaction&, std::int64_t proposal);          // false: decided, or replaced
void remove_items(db::Transaction&, std::int64_t proposal, std::span<const items::Calibrated>);
bool decide(db::Transaction&, std::int64_t proposal, bool approved, base::PersonId by,
            base::Time now);

// -- privacy
int remove_in_progress_of(db::Transaction&, base::PersonId);
// The rows stay for the statistics, and nobody stands behind them. What others share with the
// person is shared no more.
int make_anonymous(db::Transaction&, base::PersonId);
std::vector<base::PositioningId> unfinished_before(db::Transaction&, base::Time, int most);
std::vector<base::PositioningId> finished_before(db::Transaction&, base::Time, int most);
void make_anonymous(db::Transaction&, std::span<const base::PositioningId>);

}  // namespace positioning::store
