// SPDX-License-Identifier: EUPL-1.2
// Door of the coverage slice: how many agents of each organisation reached the common core, out of
// how many; the map of their skills; and the draft of a training plan that closes the gaps. What is
// published follows suppression.hpp.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "coverage/rules.hpp"
#include "coverage/suppression.hpp"
#include "coverage/training.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catalogue {
class Catalogue;
}
namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db
namespace frameworks {
class Frameworks;
}
namespace identity {
class Identity;
class Rights;
}  // namespace identity
namespace organisations {
class Organisations;
struct ImportReport;
}  // namespace organisations
namespace positioning {
class Positioning;
}

namespace coverage {

// A day's figures of an organisation, in a trend.
struct Past {
    base::Date day{};
    std::int64_t positioned = 0, at_core = 0;
};

enum class DraftState { waiting, computing, done, failed };
std::string_view name_of(DraftState);

// How many seats of an offer a draft proposes, and what somebody made of it.
struct DraftSeats {
    base::OfferId offer;
    std::int64_t proposed = 0, seats = 0;
    int minutes = 0;
    std::optional<std::int64_t> cents;  // a seat; none: the offer tells no price, the plan counts 0
};
// A draft of a training plan. Names nobody: it is made from groups of five and more.
struct Draft {
    std::int64_t id = 0;
    base::OrganisationId organisation;
    std::optional<base::PersonId> author;
    base::Time created_at{};
    DraftState state = DraftState::waiting;
    int progress = 0;  // percent
    Budget budget;
    base::Date figures_of{};  // the publication that it was made from
    std::int64_t persons = 0, groups = 0;
    std::int64_t gap = 0;     // levels that are missing to the core
    std::int64_t closed = 0;  // of these, by what was proposed
    double bound = 0;         // no plan closes more
    bool exact = false;
    int unpriced = 0;  // offers of which nobody says the price: counted as free
    std::vector<DraftSeats> seats;
};

class Coverage {
public:
    // The arguments must outlive it.
    Coverage(db::Database&, identity::Identity&, organisations::Organisations&,
             frameworks::Frameworks&, positioning::Positioning&, catalogue::Catalogue&);

    // -- headcounts; training offices and ministry steering within their perimeters
    base::Result<void> declare(base::PersonId by, const NewHeadcount&, base::Time now);
    // CSV with the columns organisation (code), agents, date and source. Lines that are wrong are
    // told and left out; one that says what was declared already changes nothing.
    base::Result<organisations::ImportReport> import_headcounts(base::PersonId by,
                                                                std::string_view text,
                                                                base::Time now);
    // In a load (demonstration, bench): asks no rule.
    void put_headcount(db::Transaction&, const NewHeadcount&, base::Time now);
    // The latest declared first, at most 100.
    std::vector<Headcount> headcounts(db::Transaction&, base::OrganisationId);

    // -- figures
    // Reads what was finished and where people work, then publishes the day's figures; false when
    // they were published already, by whatever node.
    bool publish(base::Time now);
    // The latest published, by organisation; those of which nothing was ever published are absent.
    std::map<base::OrganisationId, Figures> figures(db::Transaction&,
                                                    std::span<const base::OrganisationId>);
    // The latest first.
    std::vector<Past> trend(db::Transaction&, base::OrganisationId, int most);
    std::optional<base::Date> last_published(db::Transaction&);

    // -- draft training plans
    // Nothing but a job that waits; refused outside of the person's perimeters.
    base::Result<std::int64_t> draft(base::PersonId by, base::OrganisationId, const Budget&,
                                     base::Time now);
    // The job's work. Does nothing for a draft that is done or gone.
    void compute(std::int64_t draft, base::Time now);
    void give_up(std::int64_t draft);
    std::optional<Draft> find_draft(db::Transaction&, std::int64_t id);
    // The latest first, at most 50, without their seats.
    std::vector<Draft> drafts(db::Transaction&, base::OrganisationId);
    base::Result<void> change_seats(base::PersonId by, std::int64_t draft,
                                    const std::map<base::OfferId, std::int64_t>&, base::Time now);
    base::Result<void> remove_draft(base::PersonId by, std::int64_t draft, base::Time now);

private:
    // A draft that the person may change, and the role by which.
    struct OpenDraft {
        Draft draft;
        std::string_view role;
    };
    base::Result<OpenDraft> open_draft(db::Transaction&, base::PersonId by, std::int64_t draft);
    static void record(db::Transaction&, std::string_view action, const OpenDraft&,
                       base::PersonId by, base::Time now);
    void read_finished();
    void read_posts(base::Date);
    std::vector<Group> needs(db::Transaction&, const db::Versions&, base::OrganisationId,
                             base::Date day, base::Date today);

    db::Database& database_;
    identity::Identity& identity_;
    organisations::Organisations& organisations_;
    frameworks::Frameworks& frameworks_;
    positioning::Positioning& positioning_;
    catalogue::Catalogue& catalogue_;
};

// Who sees the figures of an organisation and drafts its plan, and who declares its headcount:
// roles, the first that holds counts.
std::span<const std::string_view> readers();
std::span<const std::string_view> declarers();
// The first of these roles that the person has there; "": none.
std::string_view role_in(const identity::Rights&, std::span<const std::string_view> roles,
                         base::OrganisationId);

}  // namespace coverage
