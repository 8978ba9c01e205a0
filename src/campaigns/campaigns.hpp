// SPDX-License-Identifier: EUPL-1.2
// Door of the campaigns slice: an administration asks its agents to position themselves until a
// day; they take part or not, and each shares their result or keeps it.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "frameworks/frameworks.hpp"
#include "pix/pix.hpp"
#include "positioning/positioning.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db
namespace identity {
class Identity;
struct Affiliation;
}  // namespace identity
namespace jobs {
class Jobs;
struct Attempt;
}  // namespace jobs
namespace organisations {
class Organisations;
class Tree;
}  // namespace organisations

namespace campaigns {

// Where a campaign is at a moment: `coming` is published and not open yet.
enum class Phase : std::uint8_t { draft, coming, open, closed, cancelled };
std::string_view name_of(Phase);

struct Campaign {
    base::CampaignId id;
    std::string code;                   // six signs, see rules.hpp
    base::OrganisationId organisation;  // who asks; its agents and those below it are asked
    std::string population;             // etat, territoriale, hospitaliere; "": all of them
    std::string title;
    std::string message;  // why, in the organiser's words; "": none
    std::string framework;
    positioning::Scope scope = positioning::Scope::core;
    std::string scope_code;  // of the area or trade
    bool takes_pix = false;  // a result of a Pix campaign mapped to this one takes part, too
    int reminders = 0;       // so many at most, 0 to 3
    base::Time opens_at{};
    base::Time closes_at{};  // the first moment when it is closed
    base::PersonId created_by;
    base::Time created_at{};
    std::optional<base::Time> published_at;
    std::optional<base::Time> cancelled_at;
    std::string cancelled_why;
    std::int64_t revision = 0;
};

// What an agent did. Finished: with a test that is still there.
struct Participation {
    std::int64_t id = 0;
    base::CampaignId campaign;
    std::optional<base::PositioningId> test;
    base::Time began_at{};
    std::optional<base::Time> finished_at, declined_at, chosen_at;
    bool shared = false;
};

struct Invitation {
    std::int64_t id = 0;
    base::CampaignId campaign;
    std::string email;
    std::optional<base::PersonId> person;
    base::Time invited_at{};
    std::optional<base::Time> sent_at, stopped_at;
    int reminders = 0;
    std::string stop_key;
};

// How many took part, as it may be shown: multiples of five by the rules of
// coverage/suppression.hpp, 0 for fewer. What the organiser wrote or can look up is exact.
struct Figures {
    struct Row {  // an organisation with all below it
        base::OrganisationId organisation;
        int agents = 0;   // of the population, known here
        int invited = 0;  // by mail
        int started = 0;  // began a test or brought a result
        int finished = 0;
        int shared = 0;
        friend bool operator==(const Row&, const Row&) = default;
    };
    base::Time at{};        // of the count
    bool final = false;     // of the last day: it does not change any more
    std::vector<Row> rows;  // depth first, the campaign's organisation first
    int strangers = 0;      // invited and not known here yet; in the first row, too
    // Of the results that were shared, once it is final: by competence, how many have a level of
    // each band (0: not yet the first level), and how many reached the level aimed at.
    struct Levels {
        std::array<int, frameworks::bands + 1> bands{};
        int aimed = 0, reached = 0;
        friend bool operator==(const Levels&, const Levels&) = default;
    };
    std::map<std::string, Levels, std::less<>> levels;
    const Row* find(base::OrganisationId) const;
};

// What became of a list of addresses.
struct InviteReport {
    int added = 0;
    int already = 0;  // invited before, or twice in the list
    int outside = 0;  // known here, and not of the population
    struct Problem {
        int line = 0;
        base::Reason reason;
    };
    std::vector<Problem> problems;  // the first hundred
    int problem_count = 0;
};

// A campaign as an agent sees it.
struct Mine {
    Campaign campaign;
    bool invited = false;
    bool reminded = false;  // reminders may still come
    std::optional<Participation> part;
};

// Who acts as an organiser, for the log.
struct By {
    base::PersonId person;
    std::string_view role;
};

class Campaigns final : public positioning::Endings, public pix::OwnCampaigns {
public:
    // The arguments must outlive it.
    Campaigns(db::Database&, identity::Identity&, organisations::Organisations&,
              positioning::Positioning&, pix::Pix&, std::string base_url);

    // "campaigns.letters", "campaigns.invite_all", "campaigns.remind", "campaigns.count".
    void add_jobs(jobs::Jobs&);

    // -- organisers: who may, is asked by the pages (see roles()); rules.hpp says what
    std::optional<Campaign> find(db::Transaction&, base::CampaignId);
    // Those of these organisations, the latest first, and how many there are.
    struct Listed {
        std::vector<Campaign> list;
        int total = 0;
    };
    Listed list(db::Transaction&, const std::vector<base::OrganisationId>&, int from, int most);
    base::Result<base::CampaignId> create(const Campaign&, const By&, base::Time now);
    // `revision` of the campaign: as it was read.
    base::Result<void> change(const Campaign&, const By&, base::Time now);
    base::Result<base::CampaignId> duplicate(base::CampaignId, const By&, base::Time now);
    base::Result<void> publish(base::CampaignId, const By&, base::Time now);
    base::Result<void> close(base::CampaignId, const By&, base::Time now);
    base::Result<void> cancel(base::CampaignId, std::string_view why, const By&, base::Time now);

    // Twice the same is once. Letters leave when the campaign opens.
    base::Result<InviteReport> invite(base::CampaignId, std::string_view addresses, const By&,
                                      base::Time now);
    // All agents of the population that are known here, by a job.
    base::Result<void> invite_all(base::CampaignId, const By&, base::Time now);
    // In the order of invitation.
    std::vector<Invitation> invitations(db::Transaction&, base::CampaignId, int from, int most);
    int count_invitations(db::Transaction&, base::CampaignId);
    // As last counted: within a minute while it is not over, then as of its end. Nothing before the
    // first count.
    std::optional<Figures> figures(db::Transaction&, base::CampaignId);
    // Counts all that are published and not over; by a job, each minute.
    void count_all(base::Time now);

    // -- agents
    // At most a hundred, those that close last first.
    std::vector<Mine> mine(db::Transaction&, base::PersonId);
    // Open ones that wait for this person: asked and not begun, begun, or done without a choice.
    int waiting_for(db::Transaction&, base::PersonId, base::Time now);
    // By the code as it is typed. Refused to who tried too many wrong ones: they are counted.
    base::Result<Mine> open_code(base::PersonId, std::string_view code, base::Time now);
    // Why the person is not asked; nothing: they are.
    std::optional<base::Reason> why_not_asked(db::Transaction&, const Campaign&, base::PersonId,
                                              base::Time now);
    // Finished tests of theirs that fit the campaign, the latest first.
    std::vector<positioning::Test> fitting(db::Transaction&, const Campaign&, base::PersonId,
                                           base::Time now);
    // Begins the test, or goes on with one in progress of the same scope.
    base::Result<base::PositioningId> start(base::PersonId, base::CampaignId,
                                            const positioning::Start& options, base::Time now);
    base::Result<void> attach(base::PersonId, base::CampaignId, base::PositioningId,
                              base::Time now);
    // Until the campaign closes, as often as one likes.
    base::Result<void> share(base::PersonId, base::CampaignId, bool shared, base::Time now);
    base::Result<void> decline(base::PersonId, base::CampaignId, base::Time now);
    // The campaign for which this test is, if it waits for a choice or may be changed.
    std::optional<Campaign> of_test(db::Transaction&, base::PositioningId, base::Time now);
    std::optional<Invitation> find_stop(db::Transaction&, std::string_view stop_key);
    base::Result<void> stop_reminders(std::string_view stop_key, base::Time now);

    // -- what lower slices ask
    void ended(db::Transaction&, const positioning::Test&, base::Time now) override;
    std::vector<One> run_below(db::Transaction&, base::OrganisationId) override;

    // For demonstrations and tests: a participation as it stands, without its rules.
    void put(db::Transaction&, base::CampaignId, base::PersonId, base::OrganisationId,
             const Participation&);

private:
    base::Result<Campaign> locked(db::Transaction&, base::CampaignId);
    base::CampaignId insert(db::Transaction&, Campaign, base::PersonId by, base::Time now);
    void count(base::CampaignId, base::Time now);
    std::vector<base::Reason> problems(db::Transaction&, const Campaign&, const Campaign* before,
                                       const By&, base::Time now);
    bool write_batches(
        base::CampaignId, base::Time now, std::string_view kind,
        const std::function<bool(const Campaign&)>& wanted,
        const std::function<std::vector<Invitation>(db::Transaction&, const Campaign&)>& take);
    std::optional<base::PersonId> invite_some(db::Transaction&, base::CampaignId,
                                              base::PersonId after, base::Time now);
    base::Result<Participation> joined(db::Transaction&, const Campaign&, base::PersonId,
                                       base::Time now);
    void write_letters(const jobs::Attempt&);
    void invite_agents(const jobs::Attempt&);
    void remind(const jobs::Attempt&);
    void add_pix(db::Transaction&, const Campaign&, base::Time now,
                 const std::function<void(base::OrganisationId, bool began)>& add);
    // Who shared a result of a mapped campaign of Pix; nobody where that does not count.
    std::vector<base::PersonId> shared_at_pix(db::Transaction&, const Campaign&);

    db::Database& database_;
    identity::Identity& identity_;
    organisations::Organisations& organisations_;
    positioning::Positioning& positioning_;
    pix::Pix& pix_;
    const std::string base_url_;
};

// Those who may open a campaign, within their perimeters.
inline constexpr std::array<std::string_view, 3> organising_roles{"training_office", "campus_team",
                                                                  "ministry_steering"};

}  // namespace campaigns
