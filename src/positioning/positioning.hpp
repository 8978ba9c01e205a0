// SPDX-License-Identifier: EUPL-1.2
// Door of the positioning slice: adaptive tests in progress, what finished ones say, and the
// calibration of the bank from their answers.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "frameworks/frameworks.hpp"
#include "items/items.hpp"
#include "positioning/calibration.hpp"
#include "positioning/measure.hpp"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
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
namespace http {
class Form;
struct Parameter;
}  // namespace http
namespace identity {
class Identity;
}
namespace organisations {
class Organisations;
}

namespace positioning {

// `some`: single competences, whose codes are the code ("1.1,2.3"): short, say after a training.
enum class Scope { core, area, trade, all, some };
std::string_view name_of(Scope);
std::optional<Scope> scope_named(std::string_view);

enum class State { going, paused, done };
std::string_view name_of(State);

struct Options {
    bool extra_time = false;  // half as much again, where an item's time counts
    bool large_text = false;
    bool wide_spacing = false;  // of letters, words and lines
    bool untimed = false;       // no item whose time counts
    bool phone = false;         // only items that can be done on one
};

struct Test {
    base::PositioningId id;
    std::optional<base::PersonId> person;  // nothing: erased
    std::string framework;
    Scope scope = Scope::core;
    std::string scope_code;  // of the area or trade; of `some` the competences
    Plan plan;               // its phone and untimed are those of the options
    std::int64_t bank_version = 0;
    Options options;
    State state = State::going;
    std::vector<Given> answers;
    std::optional<Choice> asked;         // now
    std::optional<base::Time> asked_at;  // nothing: paused meanwhile
    std::int64_t revision = 0;           // one more with each change
    base::Time started_at{}, changed_at{};
    std::optional<base::Time> ended_at;
    std::optional<double> at_core;  // probability, of the core asked of the person that day
    std::int64_t core_id = 0;
    PersonFit fit;
    std::optional<base::PersonId> shared_with;  // the supervisor of that day
    std::string branch;                         // of the public service, on that day
};

struct Start {
    Scope scope = Scope::core;
    std::string code;          // of the area or trade; of `some` the competences: "1.1,2.3"
    bool use_earlier = false;  // begin from what the latest tests say
    Options options;
    // What is drawn by chance; nothing: another in each test, that nobody can tell.
    std::optional<std::uint64_t> seed = {};
};

// How somebody takes a test: the fields of templates/options.html, for whoever lets one begin, and
// the earlier result.
void read_options(const http::Form&, Start&);
std::vector<http::Parameter> option_fields();

// What became of an answer. Not recorded: it was sent before (a double click, another device, the
// back button) and the test stands as it is.
struct Answered {
    bool recorded = false;
    bool over = false;
};

// The latest that is known of a person, competence by competence.
struct Known {
    base::PositioningId test;
    base::Time at{};
    Standing standing;
};
struct Profile {
    std::map<std::string, Known, std::less<>> competences;
    // Of the latest test that told it, for the core asked of the person on that day.
    std::optional<double> at_core;
    std::int64_t core_id = 0;
    base::Time at_core_at{};
};

// A test whose result an agent shares, and with whom: who supervised them on that day.
struct Shared {
    base::PositioningId test;
    base::PersonId with;
};

// Who wants to know when a test is over, in its transaction. Campaigns implement it.
struct Endings {
    virtual ~Endings() = default;
    virtual void ended(db::Transaction&, const Test&, base::Time now) = 0;
};

// A finished test that told of the core, with the level of each competence that it asked about.
struct Finished {
    base::PositioningId test;
    base::PersonId person;
    base::Time at{};
    double at_core = 0;  // probability, for the core `core_id`
    std::int64_t core_id = 0;
    std::map<std::string, int, std::less<>> levels;
};

class Positioning {
public:
    // The arguments must outlive it.
    Positioning(db::Database&, identity::Identity&, organisations::Organisations&,
                frameworks::Frameworks&, items::Items&);

    void tell(Endings& endings) { endings_ = &endings; }

    // -- one's own test
    // Refused while another one is in progress, and where nothing can be asked.
    base::Result<base::PositioningId> start(base::PersonId, const Start&, base::Time now);
    std::optional<Test> find(db::Transaction&, base::PositioningId);
    std::optional<Test> in_progress(db::Transaction&, base::PersonId);
    // Finished ones, the latest first, without their answers.
    std::vector<Test> history(db::Transaction&, base::PersonId);
    // The item that was asked at that place, as it was shown; null once its text is gone.
    std::shared_ptr<const items::Item> item(db::Transaction&, const db::Versions&, base::ItemId,
                                            std::int64_t version);
    // `revision`: that of the test as the page showed it. Refuses what is no answer to the
    // question.
    base::Result<Answered> answer(base::PersonId, base::PositioningId, std::int64_t revision,
                                  const http::Form&, base::Time now);
    base::Result<void> pause(base::PersonId, base::PositioningId, base::Time now);
    base::Result<void> resume(base::PersonId, base::PositioningId, bool phone, base::Time now);
    // Ends it with what is known by now; one without answers is removed.
    base::Result<void> finish(base::PersonId, base::PositioningId, base::Time now);
    // With all that follows from it.
    base::Result<void> remove(base::PersonId, base::PositioningId, base::Time now);
    // With their supervisor, or with nobody.
    base::Result<void> share(base::PersonId, base::PositioningId,
                             std::optional<base::PersonId> supervisor, base::Time now);
    // Of none of their results: somebody else supervises them from now on.
    void end_sharing(db::Transaction&, base::PersonId);

    // How far a test is, and what it says by now.
    Next look(db::Transaction&, const db::Versions&, const Test&);
    // What a finished test said, by code.
    std::vector<Standing> results(db::Transaction&, base::PositioningId);
    // How many competences and questions a test of this scope has; nothing for an unknown code.
    std::optional<frameworks::Targets> targets_of(db::Transaction&, const db::Versions&,
                                                  base::PersonId, Scope, std::string_view code,
                                                  base::Time now);

    // Adds the answers of tests that ended since to the statistics of their items: who ends a test
    // waits for nobody who ends theirs. A job calls it.
    void count_uses();

    // -- for plans and campaigns
    // Of persons who never finished a test: nothing.
    std::map<base::PersonId, Profile> profiles(db::Transaction&, std::span<const base::PersonId>);
    // Of each who shares one: the latest finished test that is shared.
    std::map<base::PersonId, Shared> shared(db::Transaction&, std::span<const base::PersonId>);
    // That a finished test says all these levels are reached, their dependence kept; nothing when
    // it did not ask about all of them.
    std::optional<double> at_core(db::Transaction&, const db::Versions&, base::PositioningId,
                                  const frameworks::Targets&);
    // How many of these finished tests gave each level (0 to 8) of each competence, and how many
    // reached the level aimed at.
    struct LevelCounts {
        std::array<int, levels> counts{};
        int aimed = 0, reached = 0;
    };
    std::map<std::string, LevelCounts, std::less<>> level_counts(
        db::Transaction&, std::span<const base::PositioningId>);
    // Of those that ended at `since` and have an id above `after`, or ended later: the first, at
    // most so many, in that order. For what is counted at night (coverage).
    std::vector<Finished> finished_since(db::Transaction&, base::Time since,
                                         base::PositioningId after, int most);
    // A finished test as answers say it, in a load (demonstration, bench): asks no rule.
    base::PositioningId put_finished(db::Transaction&, base::PersonId, Scope, std::string_view code,
                                     const std::map<std::string, double, std::less<>>& abilities,
                                     std::uint64_t seed, std::size_t answers, bool finished,
                                     base::Time at);

    // -- calibration of the bank
    // From the answers of the latest finished tests that were not hurried; a proposal that nobody
    // decided on is replaced.
    Proposal propose(base::Time now);
    struct Proposed {
        std::int64_t id = 0;
        base::Time made_at{};
        Proposal proposal;
    };
    std::optional<Proposed> proposed(db::Transaction&);  // not decided on yet
    // The items chosen get their parameters and are on trial no more; the others still wait. After
    // the last one the proposal is decided.
    base::Result<void> approve(base::PersonId by, std::int64_t proposal,
                               std::span<const base::ItemId>, base::Time now);
    // All that nothing is wrong with.
    base::Result<void> approve_good(base::PersonId by, std::int64_t proposal, base::Time now);
    // All that still waits.
    base::Result<void> turn_down(base::PersonId by, std::int64_t proposal, base::Time now);

    std::shared_ptr<const Measure> measure(db::Transaction&, const db::Versions&);

private:
    base::Result<void> approve_those(base::PersonId by, std::int64_t proposal, base::Time now,
                                     const std::function<bool(const ProposedItem&)>& chosen);
    base::Result<Test> own(db::Transaction&, base::PersonId, base::PositioningId);
    // An answer to the open question, which is added to the test's, and what is asked next.
    struct Step {
        std::string line;  // of the answer: answers.hpp
        std::optional<Choice> next;
    };
    base::Result<std::optional<Step>> step(db::Transaction&, Test&, const http::Form&,
                                           base::Time now);
    void end(db::Transaction&, const db::Versions&, Test&, base::Time now);
    Test begun(db::Transaction&, const db::Versions&, base::PersonId, const Start&,
               frameworks::Targets, base::Time now);

    db::Database& database_;
    identity::Identity& identity_;
    organisations::Organisations& organisations_;
    frameworks::Frameworks& frameworks_;
    items::Items& items_;
    Endings* endings_ = nullptr;
    std::mutex mutex_;  // guards the cache only; what is true is in the database
    std::shared_ptr<const Measure> measure_;
};

}  // namespace positioning
