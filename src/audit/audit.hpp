// SPDX-License-Identifier: EUPL-1.2
// Door of the audit slice: the log of decisions. Who decided, as what, in which perimeter, on what,
// what it was before and after, and when. Rows are only ever added; seals made afterwards show that
// none was changed, removed, inserted or reordered (docs/adr/0009).
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
}  // namespace db

namespace audit {

struct Decision {
    base::Time at{};
    std::optional<base::PersonId> actor = {};  // nothing: the program, when a deadline passed
    std::string_view role = "agent";           // as what: a role, "agent", "supervisor", "program"
    std::optional<base::OrganisationId> perimeter = {};  // where the role was used
    std::string_view action;                             // "requests.approve": the slice and a verb
    std::string_view object;  // "request", "session", "person": what was decided on
    std::int64_t object_id = 0;
    // JSON objects with what changed and nothing more: no names, no free text that somebody wrote,
    // so that the log outlives an erasure. "" where there is nothing to tell.
    std::string before = {}, after = {};
};

// In the transaction of the decision itself: neither stands without the other. One INSERT, which
// waits for nobody.
void record(db::Transaction&, const Decision&);

struct Finding {
    enum class What {
        row_changed,
        row_removed,
        row_inserted,
        row_moved,  // it stands elsewhere in the order than when it was sealed
        seal_changed,
        seal_removed
    };
    What what;
    std::int64_t seal = 0;
    std::int64_t row = 0;  // its id; 0 of a seal
    friend bool operator==(const Finding&, const Finding&) = default;
};
std::string_view name_of(Finding::What);

// A seal as somebody noted it down elsewhere: shows that nobody made all seals anew since.
struct Anchor {
    std::int64_t seal = 0;
    std::string hash;
};

struct Verification {
    std::int64_t rows = 0;  // sealed and there
    std::int64_t seals = 0;
    std::int64_t unsealed = 0;                      // written since the last seal
    std::optional<base::Time> unsealed_since = {};  // the earliest of these
    std::int64_t removed_up_to =
        0;  // the last seal whose rows were removed at the end of their term
    std::int64_t last_seal = 0;
    std::string last_hash = {};
    std::vector<Finding> findings = {};  // in the order of the log
    bool more = false;                   // there are more than most_findings
    bool whole() const { return findings.empty(); }
};
inline constexpr std::size_t most_findings = 100;
inline constexpr int rows_per_seal = 4096;

// A decision as the log has it.
struct LogEntry {
    std::int64_t id = 0;
    base::Time at{};
    std::optional<base::PersonId> actor;
    std::string role;
    std::optional<base::OrganisationId> perimeter;
    std::string action, object;
    std::int64_t object_id = 0;
    std::string before, after;  // JSON or ""
};

// What of the log somebody may see.
struct Sight {
    bool everything = false;  // also what has no perimeter
    std::vector<base::OrganisationId> organisations = {};
};

struct LogFilter {
    Sight sight = {};
    std::optional<base::PersonId> actor = {};
    std::string action = {};  // its beginning: "identity.", "identity.grant"; "": any
    std::string object = {};  // "": any
    std::int64_t object_id = 0;
    std::optional<base::Time> from = {}, until = {};  // until is not within
    // Those behind this one, in the order of the latest first.
    struct Key {
        std::int64_t at = 0, id = 0;
    };
    std::optional<Key> after = {};
    int most = 50;
};

class Audit {
public:
    // The database must outlive it.
    explicit Audit(db::Database& database) : database_(database) {}

    // Seals all rows that no running transaction can precede any more; returns how many. What the
    // job "audit.seal" does. Two at once: the second finds nothing to do.
    std::int64_t seal(base::Time now);

    // Reads the whole log in one snapshot, a seal at a time.
    Verification verify(const std::optional<Anchor>& = {});

    // At the start of a node: a PostgreSQL server that was restored from a dump counts its
    // transactions from the start, and the order of the log must go on behind what is there.
    void continue_order();

    // Of the rows at the beginning of the log that are sealed and older than `before`, by whole
    // seals and at most `most` rows: how many; removed if so asked, and that recorded.
    int remove_older(db::Transaction&, base::Time before, int most, bool really);

    // The latest first. By key: the thousandth page costs what the first does.
    std::vector<LogEntry> log(db::Transaction&, const LogFilter&);

    // What this person decided, the latest first, at most `most`.
    struct Decided {
        base::Time at{};
        std::string role, action, object;
        std::int64_t object_id = 0;
    };
    std::vector<Decided> decided_by(db::Transaction&, base::PersonId, int most);

private:
    db::Database& database_;
};

}  // namespace audit
