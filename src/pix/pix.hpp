// SPDX-License-Identifier: EUPL-1.2
// Door of the pix slice: results of Pix campaigns, read back for agents who agreed, under names
// that only we know.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "pix/settings.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
}  // namespace db
namespace jobs {
class Jobs;
struct Attempt;
}  // namespace jobs

namespace pix {

class Client;
struct Trouble;
struct ResultsFile;

// The campaigns of ours to which one of Pix can be mapped. The slice that runs campaigns
// implements it; without, any code may be given.
struct OwnCampaigns {
    struct One {
        std::string code;
        std::string name;
    };
    virtual ~OwnCampaigns() = default;
    // Those run by this administration or one below it.
    virtual std::vector<One> run_below(db::Transaction&, base::OrganisationId) = 0;
};

enum class ReadingState : std::uint8_t { running, done, failed, stopped };
std::string_view name_of(ReadingState);

struct Reading {
    std::int64_t id = 0;
    ReadingState state = ReadingState::running;
    std::optional<base::Time> since;  // nothing: everything
    int page = 1;                     // the next to read
    int pages = 0;                    // in all, as last told; 0: not yet
    int added = 0, changed = 0, unchanged = 0;
    int unknown = 0;    // with an identifier that is not one of ours
    int withdrawn = 0;  // of people who took back that they agreed
    int failures = 0;
    std::optional<base::Time> next_at;
    std::string problem;  // JSON of a reason; see rules.hpp
    base::Time started_at{}, changed_at{};
};

struct Campaign {
    std::int64_t id = 0;  // ours
    std::int64_t connection = 0;
    std::int64_t pix_id = 0;
    std::string organisation;  // at Pix
    std::string name, type, target_profile, code;
    std::optional<base::Time> archived_at;
    std::string campaign;  // code of ours; "": not mapped
    bool daily = true;
    std::optional<base::Time> watermark, whole_at, reread_at;
    std::optional<Reading> reading;  // the last
};

// What became of a connection.
struct ConnectionState {
    std::int64_t id = 0;
    std::optional<base::Time> listed_at;
    bool listing = false;
    int failures = 0;
    std::string problem;
};

// An agent's part in one connection.
struct Participant {
    std::int64_t id = 0;
    std::string connection;  // code
    std::string pseudonym;
    base::Time agreed_at{};
    bool topics = false;
    std::optional<base::Time> withdrawn_at;
};

struct Topic {
    std::string title;
    int reached = 0, most = 0;  // levels of Pix
};

struct Result {
    base::PersonId person;  // {}: somebody who was erased
    std::int64_t campaign = 0;
    bool shared = false;  // else only begun
    std::optional<base::Time> shared_at;
    std::optional<int> mastery;  // ten-thousandths
    int stage = 0, stages = 0;
    std::vector<std::string> badges;
    std::vector<Topic> topics;
    base::Time read_at{};
};

// What became of a file of results.
struct ImportReport {
    int added = 0, changed = 0, unchanged = 0, unknown = 0, withdrawn = 0;
    struct Problem {
        int line = 0;
        base::Reason reason;
    };
    std::vector<Problem> problems;
};

class Pix {
public:
    // The database must outlive it.
    Pix(db::Database&, Options);
    ~Pix();

    void ask(OwnCampaigns& campaigns) { own_ = &campaigns; }
    // "pix.read", "pix.list" and, once a day, "pix.read_all".
    void add_jobs(jobs::Jobs&);

    const std::vector<Connection>& connections() const { return options_.connections; }
    const Connection* find(std::string_view code) const;

    // -- the training office. Who may, is asked by the pages; `by` and `role` are for the log.
    struct By {
        base::PersonId person;
        std::string_view role;
        base::OrganisationId perimeter;
        base::Time now{};
    };
    ConnectionState state(db::Transaction&, const Connection&);
    std::vector<Campaign> campaigns(db::Transaction&, const Connection&);
    // How many agents agreed, and how many results there are for each campaign (by its id).
    struct Counts {
        int agreed = 0;
        std::vector<std::pair<std::int64_t, int>> results;
    };
    Counts counts(db::Transaction&, const Connection&);
    // Those of ours to choose from; nothing: no slice tells, any code may be given.
    std::optional<std::vector<OwnCampaigns::One>> own_campaigns(db::Transaction&,
                                                                base::OrganisationId);
    // Asks Pix anew which campaigns there are, soon.
    base::Result<void> list(const Connection&, const By&);
    // `own`: code of ours, "" for none. Mapping starts the first reading.
    base::Result<void> map(const Connection&, std::int64_t campaign, std::string_view own,
                           base::OrganisationId organisation, const By&);
    // Goes on where the last reading failed or was stopped; else reads what is new.
    base::Result<void> read(const Connection&, std::int64_t campaign, const By&);
    // Ends a reading and the daily ones, until somebody reads again.
    base::Result<void> stop(const Connection&, std::int64_t campaign, const By&);
    // Pix Orga's export of results (see results_file.hpp). `column`: of the identifiers; "": found
    // by what they look like. The same file twice changes nothing.
    base::Result<ImportReport> import(const Connection&, std::string_view csv,
                                      std::string_view column, const By&);

    // -- the agent
    // All that they ever agreed to, also of connections that are no more.
    std::vector<Participant> parts_of(db::Transaction&, base::PersonId);
    std::vector<Result> results_of(db::Transaction&, base::PersonId);
    // Agreeing again changes what was agreed to.
    base::Result<void> agree(base::PersonId, const Connection&, bool topics, base::Time now);
    // Erases the results; those that are read later are not kept. Twice is once.
    base::Result<void> withdraw(base::PersonId, std::string_view connection, base::Time now);
    // Where the agent takes part, under this name.
    static std::string link(const Connection&, const Campaign&, const Participant&);

    // -- higher slices
    // What was shared in the campaigns of Pix that are mapped to this one of ours.
    std::vector<Result> results(db::Transaction&, std::string_view own_campaign);

private:
    void read_pages(const jobs::Attempt&);
    void list_campaigns(const jobs::Attempt&);
    void read_all(const jobs::Attempt&);
    void hold(std::int64_t reading, int page, const Trouble&, base::Time now);
    base::Result<Campaign> change(db::Transaction&, const Connection&, std::int64_t campaign);

    db::Database& database_;
    const Options options_;
    std::unique_ptr<Client> client_;
    OwnCampaigns* own_ = nullptr;
};

}  // namespace pix
