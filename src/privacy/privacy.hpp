// SPDX-License-Identifier: EUPL-1.2
// Door of the privacy slice: what Campus holds of a person, erasing it, and how long anything is
// kept. It knows no slice: each one implements Holder.
#pragma once
#include "audit/audit.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "privacy/holder.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
}

namespace privacy {

// Of data/reference/retention.json: what is kept how long after its term began, and why so.
struct Rule {
    std::string object;                   // "mail.letters": the slice and what of it
    int years = 0, months = 0, days = 0;  // one of them
    std::string source_fr, source_en;
};

enum class ErasureState { asked, done, refused, withdrawn };
std::string_view name_of(ErasureState);

struct ErasureRequest {
    std::int64_t id = 0;
    base::PersonId person;
    // Where the person worked when asking: its data-protection officer decides. Nothing: nowhere.
    std::optional<base::OrganisationId> organisation;
    ErasureState state = ErasureState::asked;
    base::Time asked_at{};
    std::optional<base::Time> decided_at;
    std::optional<base::PersonId> decided_by;
    std::string reason;  // of a refusal
};

struct SliceEffects {
    std::string slice;
    std::vector<Effect> effects;
};

// What stands above and knows people; the wiring gives it.
struct People {
    // Where this person is administrator or data-protection officer.
    std::function<audit::Sight(db::Transaction&, base::PersonId)> sight;
    std::function<std::optional<base::OrganisationId>(db::Transaction&, base::PersonId,
                                                      base::Time now)>
        employer;
    // Tells the person what was decided, in the transaction of the decision and before anything
    // is erased. `reason`: of a refusal.
    std::function<void(db::Transaction&, base::PersonId, ErasureState, std::string_view reason,
                       base::Time now)>
        tell;
};

// One row of the retention table as of now.
struct Due {
    const Rule* rule = nullptr;
    base::Time before{};  // what is older is due
    int count = 0;
    bool more = false;  // than count
};

class Privacy {
public:
    // The arguments must outlive it.
    Privacy(db::Database&, audit::Audit&, std::vector<Rule>, People);
    ~Privacy();

    // Before the first request; the holder must outlive it. The order of adding is that of the
    // pages, and of erasing.
    void add(Holder&);
    // After the last add(): throws std::logic_error when an object has no rule, or a rule no
    // holder.
    void check() const;

    // -- the right of access (GDPR, art. 15 and 20): {"identity": {...}, "mail": {...}, ...}
    boost::json::object held(db::Transaction&, base::PersonId);

    // -- the right to erasure (GDPR, art. 17)
    std::optional<ErasureRequest> last_request(db::Transaction&, base::PersonId);
    // Asking twice is once.
    base::Result<void> ask_erasure(base::PersonId, base::Time now);
    base::Result<void> withdraw_erasure(base::PersonId, base::Time now);
    // What erasing would do now: it is done, and rolled back.
    std::vector<SliceEffects> preview(base::PersonId, base::Time now);
    base::Result<void> erase(base::PersonId by, std::int64_t request, base::Time now);
    base::Result<void> refuse(base::PersonId by, std::int64_t request, std::string_view reason,
                              base::Time now);
    // Within the perimeters of this reader: those to decide, the longest waiting first, then the
    // last decided; at most 200.
    std::vector<ErasureRequest> requests(db::Transaction&, base::PersonId reader);
    std::optional<ErasureRequest> request(db::Transaction&, base::PersonId reader, std::int64_t id);

    // -- retention (GDPR, art. 5(1)(e))
    // What a run would do now, in the order of the rules.
    std::vector<Due> due(base::Time now);
    // Does it, in batches, and records each in the log of decisions; returns what was done. What
    // the daily job "privacy.apply_retention" and `campus retention` do.
    std::vector<Due> apply(base::Time now);
    const std::vector<Rule>& rules() const { return rules_; }

private:
    struct Bound {  // a rule and who applies it
        const Rule* rule;
        Holder* holder;
        std::string object;  // without the slice
    };
    std::vector<Bound> bound() const;
    std::vector<SliceEffects> leave_all(base::PersonId, base::Time now, Run);
    std::vector<SliceEffects> erase_all(db::Transaction&, base::PersonId, base::Time now);
    int run(const Bound&, base::Time now, int most);
    int erase_gone(const Bound&, base::Time now, int most);
    base::Result<ErasureRequest> find_open(db::Transaction&, base::PersonId by, std::int64_t id);

    db::Database& database_;
    const std::vector<Rule> rules_;
    const People people_;
    std::vector<std::unique_ptr<Holder>> own_;  // of audit, jobs and privacy itself
    std::vector<Holder*> holders_;
};

}  // namespace privacy
