// SPDX-License-Identifier: EUPL-1.2
// Door of the plans slice: from what a person can do and what they aim at, which trainings close
// the gap, in which order, when and how one gets a seat. Computed at each look; kept is only what
// the person chose.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "catalogue/catalogue.hpp"
#include "enrolments/enrolments.hpp"
#include "frameworks/frameworks.hpp"
#include "items/items.hpp"
#include "plans/rules.hpp"
#include "positioning/positioning.hpp"
#include "requests/requests.hpp"
#include "sessions/sessions.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db
namespace organisations {
class Organisations;
}

namespace plans {

// What one aims at: the common core asked of one's administration, a trade, or what one agreed on
// with one's supervisor.
enum class Aim { core, trade, agreed };
std::string_view name_of(Aim);
std::optional<Aim> aim_named(std::string_view);

struct Agreement {
    frameworks::Targets targets;
    base::Date on{};
    std::string with;  // a name, as the person wrote it
};

// What a person says of an offer: it comes first; not for me; done, elsewhere or on one's own.
enum class Mark { kept, dismissed, done };
std::string_view name_of(Mark);
std::optional<Mark> mark_named(std::string_view);
struct Marked {
    Mark mark = Mark::kept;
    base::Time at{};
};

// What a person chose of their plan; of nobody's who chose nothing.
struct Chosen {
    Aim aim = Aim::core;
    std::string trade;                          // code, also while something else is aimed at
    std::optional<Agreement> agreement;         // the last one
    std::optional<base::PersonId> shared_with;  // the supervisor of that day
    std::optional<base::Time> shared_at;
    std::map<base::OfferId, Marked> marks;
};

// What is looked for, from the URL.
struct Filters {
    bool online = false;
    bool accessible = false;  // says how accessible it is; in a place without steps
    std::string language;     // ISO 639-1; "": any
    int hours_per_week = 0;   // 0: not said
};
inline constexpr int most_hours_per_week = 35;

// A competence of the target.
struct Aimed {
    std::string competence;
    int target = 0;
    std::optional<positioning::Known> known;  // nothing: never measured
    bool reached = false;                     // as the latest test says
    bool changed = false;                     // a training since: the level is to be measured again
    int expected = 0;                         // level after what is under way and the plan
    double gap = 0;   // expected levels missing today, without what is under way
    double left = 0;  // ... after the plan
};

// A coming session that one could sit in.
struct Sitting {
    sessions::Session session;
    std::optional<sessions::Venue> venue;
    std::optional<std::string> why_not;  // message key
};

// How one gets in.
enum class Way {
    ask,        // a request first
    seat,       // a seat at once, in a session
    elsewhere,  // on the organiser's site
    page,       // nothing to take here now: the offer's page says more
};
std::string_view name_of(Way);

// An offer of the plan, or one that would help and cannot be taken.
struct Planned {
    base::OfferId offer;
    const catalogue::IndexedOffer* indexed = nullptr;  // held by Plan::published
    Step step;
    int minutes = 0;
    bool assumed = false;         // its duration is not said: see minutes_of()
    std::int64_t minutes_by = 0;  // of the plan, up to its end
    bool kept = false;
    Way way = Way::page;
    std::optional<base::RequestId> draft;  // begun by the person
    std::optional<std::string> why_not;    // message key: may not be taken
    std::vector<std::size_t> after;        // steps of the plan (from 0) that it presupposes
    std::vector<std::string> missing;      // titles of prerequisites that are not in the plan
    std::vector<Sitting> sittings;  // with a free seat, by date; else the next one to wait for
};

// A training that the person did or is in, or asked for.
struct UnderWay {
    base::OfferId offer;
    catalogue::OfferTitle title;
    // seated, offered, waiting, applied; asked, approved; attended, done
    std::string_view state;
    std::optional<base::Time> at;  // it begins, or ended
    std::optional<base::RequestId> request;
    std::vector<std::string> to_measure;  // its competences, not measured since it ended
};

// A competence with a gap that the plan does not close.
struct Unclosed {
    std::string competence;
    int target = 0, expected = 0;
    double levels = 0;
    // none: no published offer leads on from there; barred: those that do are not for the person;
    // filtered: hidden by the filters or by "not for me"; long: too long for what they close
    std::string_view why;
    std::vector<std::string> learn;  // URLs, from the items of the competence
};

struct Plan {
    Chosen chosen;
    Aim aim = Aim::core;  // of `chosen`, or the core where its trade exists no more
    std::string trade;    // code, of that aim
    std::int64_t core_id = 0;
    bool positioned = false;                // something of the target was ever measured
    std::optional<base::Time> measured_at;  // the latest test that says something of the target
    std::vector<Aimed> aimed;               // by code
    std::vector<UnderWay> under_way;        // to be measured first, then by date
    std::vector<Planned> steps;
    std::vector<Planned> barred;
    std::vector<Unclosed> unclosed;
    std::vector<catalogue::OfferTitle> dismissed;
    std::vector<catalogue::OfferTitle> idle;  // kept, and no step: they close nothing
    double gap = 0, left = 0;                 // expected levels, today and after all
    std::int64_t minutes = 0;                 // of the steps
    std::optional<base::Date> ends_on;        // with Filters::hours_per_week
    bool asks_first = false;                  // the person's administration asks for requests
    bool accessible_told = false;             // some candidate says how accessible it is
    std::vector<std::string> languages;       // of all candidates
    std::shared_ptr<const catalogue::Published> published;
};

class Plans final : public requests::SupervisionEndings {
public:
    // The arguments must outlive it.
    Plans(db::Database&, organisations::Organisations&, frameworks::Frameworks&, items::Items&,
          positioning::Positioning&, catalogue::Catalogue&, sessions::Sessions&,
          enrolments::Enrolments&, requests::Requests&);

    Chosen chosen(db::Transaction&, base::PersonId);
    // A fixed number of queries, however many offers there are.
    Plan plan_of(db::Transaction&, const db::Versions&, base::PersonId, const Filters&,
                 base::Time now);

    // An offer by itself, whatever else the plan has.
    static Planned alone(const Plan&, const catalogue::IndexedOffer&);

    // -- what the person chooses
    base::Result<void> aim_at(base::PersonId, Aim, std::string_view trade,
                              const std::optional<Agreement>&, base::Time now);
    // Nothing: the mark is taken back.
    base::Result<void> mark(base::PersonId, std::string_view offer_slug, std::optional<Mark>,
                            base::Time now);
    // With the supervisor who is confirmed on that day, and who decides in their place; not with
    // the next one. Refused when that is not who the person was shown.
    base::Result<void> share(base::PersonId, bool shared, base::Time now,
                             std::optional<base::PersonId> shown = std::nullopt);
    // requests::SupervisionEndings: who supervises next was not meant to see the plan and the
    // results.
    void supervision_ended(db::Transaction&, base::PersonId agent, base::Time now) override;
    // A draft of a request for an offer, or the one that there is; what the person wrote in it
    // already stays.
    base::Result<void> draft(base::PersonId, base::OfferId, std::optional<base::SessionId>,
                             std::string_view motivation, base::Time now);

    // -- for supervisors
    // Whom each of these people shares their plan with.
    std::map<base::PersonId, base::PersonId> shared(db::Transaction&,
                                                    const std::vector<base::PersonId>&);
    // Does the agent share the plan with this reader today?
    bool may_read(db::Transaction&, base::PersonId reader, base::PersonId agent, base::Time now);

private:
    // The coming sessions of the offers, with their places.
    std::map<base::OfferId, std::vector<Sitting>> sittings_of(db::Transaction&,
                                                              const std::vector<Planned>&,
                                                              base::Time now);

    db::Database& database_;
    organisations::Organisations& organisations_;
    frameworks::Frameworks& frameworks_;
    items::Items& items_;
    positioning::Positioning& positioning_;
    catalogue::Catalogue& catalogue_;
    sessions::Sessions& sessions_;
    enrolments::Enrolments& enrolments_;
    requests::Requests& requests_;
};

}  // namespace plans
