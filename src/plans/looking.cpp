// SPDX-License-Identifier: EUPL-1.2
// The plan of a person, put together from what the other slices know.
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "organisations/organisations.hpp"
#include "plans/plans.hpp"
#include "plans/store.hpp"

#include <algorithm>
#include <set>

namespace plans {
namespace {

using catalogue::IndexedOffer;
using std::chrono::days;

bool contains(const std::vector<std::string>& list, std::string_view value) {
    return std::ranges::find(list, value) != list.end();
}

// What an offer that does not say its duration counts for. A long one must close much to be
// proposed, so what may last for months counts for two weeks.
int minutes_of(const catalogue::Offer& offer) {
    if (offer.duration_minutes && *offer.duration_minutes > 0) return *offer.duration_minutes;
    constexpr int hour = 60;
    if (offer.kind == "module") return 3 * hour;
    if (offer.kind == "evenement" || offer.kind == "seminaire") return 4 * hour;
    if (offer.kind == "formation") return 7 * hour;
    return 70 * hour;
}

std::vector<Teaching> teachings_of(const catalogue::Offer& offer) {
    std::vector<Teaching> list;
    for (const catalogue::Skill& skill : offer.skills)
        if (skill.framework == frameworks::present().id)
            list.push_back({skill.code, skill.from_level, skill.to_level});
    return list;
}

bool fits(const catalogue::Offer& offer, const Filters& filters) {
    return (!filters.online || contains(offer.modalities, "en-ligne")) &&
           (!filters.accessible || !offer.accessibility.empty()) &&
           (filters.language.empty() || contains(offer.languages, filters.language));
}

bool fits(const Sitting& sitting, const Filters& filters) {
    return (!filters.online || !sitting.venue) &&
           (!filters.accessible || !sitting.venue || sitting.venue->step_free) &&
           (filters.language.empty() || sitting.session.language == filters.language);
}

// All that is known of a person, read once.
struct Known {
    const Chosen& chosen;
    const Filters& filters;
    base::Time now;
    std::shared_ptr<const catalogue::Published> published;
    std::optional<catalogue::Reader> reader;
    std::map<base::SessionId, sessions::Placed> placed;  // of seats and requests
    std::map<base::OfferId, catalogue::OfferTitle> titles;
    std::map<base::OfferId, base::RequestId> drafts;  // of requests
    std::set<base::OfferId> done, busy;               // done; being done or asked for
    bool asks_first = false;
};

const IndexedOffer* find(const catalogue::Published& published, base::OfferId id) {
    const std::size_t at = published.index.find(id);
    return at == published.index.size() ? nullptr : &published.index.at(at);
}

// The offers that could be steps: of what is needed, and what those presuppose.
struct Candidates {
    std::vector<Offering> offerings;
    std::vector<const IndexedOffer*> indexed;

    void add(const IndexedOffer& one, const Known& known) {
        Offering offering{
            .offer = one.id, .teaches = teachings_of(one.offer), .minutes = minutes_of(one.offer)};
        for (const std::string& slug : one.offer.prerequisite_offers) {
            const std::size_t at = known.published->index.find(slug);
            if (at == known.published->index.size()) continue;
            const base::OfferId id = known.published->index.at(at).id;
            if (!known.done.contains(id) && !known.busy.contains(id)) offering.after.push_back(id);
        }
        if (const auto marked = known.chosen.marks.find(one.id); marked != known.chosen.marks.end())
            offering.kept = marked->second.mark == Mark::kept;
        offerings.push_back(std::move(offering));
        indexed.push_back(&one);
    }
    bool has(base::OfferId id) const {
        return std::ranges::find(offerings, id, &Offering::offer) != offerings.end();
    }
};

bool is_dismissed(const Known& known, base::OfferId id) {
    const auto marked = known.chosen.marks.find(id);
    return marked != known.chosen.marks.end() && marked->second.mark == Mark::dismissed;
}

// Whether an offer leads on from the level that one is likely to have.
bool leads_on(const catalogue::Offer& offer, const Need& need, int level) {
    return std::ranges::any_of(offer.skills, [&](const catalogue::Skill& skill) {
        return skill.code == need.competence && skill.framework == frameworks::present().id &&
               skill.from_level <= level && skill.to_level > level;
    });
}

void add_prerequisites(Candidates& candidates, const Known& known, const catalogue::Bits& open) {
    for (std::size_t i = 0; i < candidates.offerings.size(); ++i) {
        const std::vector<base::OfferId> after = candidates.offerings[i].after;
        for (const base::OfferId id : after) {
            const std::size_t at = known.published->index.find(id);
            if (candidates.has(id) || !open.test(at) || is_dismissed(known, id)) continue;
            candidates.add(known.published->index.at(at), known);
        }
    }
}

bool asked_and_open(const requests::Request& request) {
    return request.state == requests::State::to_decide || request.state == requests::State::draft ||
           (request.state == requests::State::approved &&
            (request.outcome == "no_seat" || request.outcome.empty()));
}

using Measured = std::map<std::string, positioning::Known, std::less<>>;

// In what a person is, asked for or did; and what of it counts as learnt already. The level that
// was measured after a training says more than the training.
class History {
public:
    History(Known& known, const Measured& measured) : known_(known), measured_(measured) {}

    void add_seats(const std::vector<enrolments::Held>& seats) {
        for (const auto& seat : seats) {
            const auto at = known_.placed.find(seat.session);
            if (at == known_.placed.end()) continue;
            const sessions::Session& session = at->second.session;
            const bool over = session.ends_at() <= known_.now;
            if (session.status == sessions::Status::cancelled ||
                (over && !enrolments::has_seat(seat.state)))
                continue;
            (over ? known_.done : known_.busy).insert(session.offer);
            add({.offer = session.offer,
                 .title = known_.titles.at(session.offer),
                 .state = over ? "attended" : enrolments::name_of(seat.state),
                 .at = over ? session.ends_at() : session.starts_at()},
                over);
        }
    }
    void add_requests(const std::vector<requests::Request>& asked) {
        for (const auto& request : asked) {
            if (!asked_and_open(request) || known_.busy.contains(request.offer) ||
                known_.done.contains(request.offer))
                continue;
            if (request.state == requests::State::draft) {
                known_.drafts.emplace(request.offer, request.id);
                continue;
            }
            const auto at =
                request.session ? known_.placed.find(*request.session) : known_.placed.end();
            known_.busy.insert(request.offer);
            add({.offer = request.offer,
                 .title = known_.titles.at(request.offer),
                 .state = request.state == requests::State::approved ? "approved" : "asked",
                 .at = at == known_.placed.end() ? std::nullopt
                                                 : std::optional{at->second.session.starts_at()},
                 .request = request.id},
                false);
        }
    }
    void add_marks() {
        for (const auto& [offer, marked] : known_.chosen.marks)
            if (marked.mark == Mark::done && known_.done.insert(offer).second)
                add({.offer = offer,
                     .title = known_.titles.at(offer),
                     .state = "done",
                     .at = marked.at},
                    true);
    }
    // To be measured first, then by date; what is over and measured says nothing any more.
    std::vector<UnderWay> list() && {
        std::erase_if(list_, [](const UnderWay& one) {
            return one.state == "attended" && one.to_measure.empty();
        });
        std::ranges::stable_sort(list_, [](const UnderWay& a, const UnderWay& b) {
            return std::pair{a.to_measure.empty(), a.at.value_or(base::Time::max())} <
                   std::pair{b.to_measure.empty(), b.at.value_or(base::Time::max())};
        });
        return std::move(list_);
    }
    const std::vector<Teaching>& learnt() const { return learnt_; }

private:
    void add(UnderWay one, bool over) {
        if (const IndexedOffer* indexed = find(*known_.published, one.offer))
            for (const Teaching& teaching : teachings_of(indexed->offer)) {
                const auto at = measured_.find(teaching.competence);
                if (over && at != measured_.end() && at->second.at >= *one.at) continue;
                if (over && frameworks::present().find(teaching.competence) != nullptr &&
                    !contains(one.to_measure, teaching.competence))
                    one.to_measure.push_back(teaching.competence);
                learnt_.push_back(teaching);
            }
        list_.push_back(std::move(one));
    }

    Known& known_;
    const Measured& measured_;
    std::vector<UnderWay> list_;
    std::vector<Teaching> learnt_;
};

void put_way(Planned& planned, const Known& known) {
    const catalogue::Offer& offer = planned.indexed->offer;
    if (planned.why_not) return;
    if (!offer.registration_link.empty()) {
        planned.way = Way::elsewhere;
    } else if (known.asks_first) {
        // Who works for a service provider takes no part in the circuit.
        if (known.reader && known.reader->contractor)
            planned.why_not = "requests.why_not.contractor";
        else
            planned.way = Way::ask;
    } else if (!planned.sittings.empty()) {
        planned.way = Way::seat;
    }
}

// The next ones with a free seat; where there is none the next one to wait for.
void put_sittings(Planned& planned, std::vector<Sitting> coming, const Known& known) {
    constexpr std::size_t shown = 3;
    std::optional<Sitting> to_wait;
    for (Sitting& one : coming) {
        one.why_not = enrolments::why_not_take(one.session, planned.indexed->offer.eligibility,
                                               *known.reader, known.now);
        // Who asks first may do so before the enrolment opens.
        if (one.why_not == "enrolments.why_not.not_yet_open" && known.asks_first)
            one.why_not.reset();
        if (one.why_not || !fits(one, known.filters)) continue;
        if (one.session.seats.full() || one.session.seats.waiting > 0) {
            if (!to_wait) to_wait = std::move(one);
        } else if (planned.sittings.size() < shown) {
            planned.sittings.push_back(std::move(one));
        }
    }
    if (planned.sittings.empty() && to_wait) planned.sittings.push_back(*std::move(to_wait));
}

std::vector<Planned> planned_of(const Path& path, const Candidates& candidates,
                                const Known& known) {
    std::vector<Planned> list;
    std::int64_t minutes = 0;
    for (const Step& step : path.steps) {
        const IndexedOffer& indexed = *candidates.indexed[step.offering];
        const Offering& offering = candidates.offerings[step.offering];
        Planned planned{.offer = indexed.id,
                        .indexed = &indexed,
                        .step = step,
                        .minutes = offering.minutes,
                        .assumed = !indexed.offer.duration_minutes,
                        .kept = offering.kept};
        minutes += offering.minutes;
        planned.minutes_by = minutes;
        for (const base::OfferId id : offering.after) {
            const auto earlier = std::ranges::find(list, id, &Planned::offer);
            if (earlier != list.end())
                planned.after.push_back(static_cast<std::size_t>(earlier - list.begin()));
            else if (const IndexedOffer* missing = find(*known.published, id))
                planned.missing.push_back(missing->offer.shown_title());
        }
        if (known.reader)
            if (const auto reason =
                    catalogue::why_not_take(indexed.offer.eligibility, *known.reader))
                planned.why_not = "catalogue.why_not." + std::string{*reason};
        if (const auto draft = known.drafts.find(indexed.id); draft != known.drafts.end())
            planned.draft = draft->second;
        list.push_back(std::move(planned));
    }
    return list;
}

std::vector<std::string> links(std::span<const items::BankItem> items, int above, int up_to) {
    constexpr std::size_t shown = 3;
    std::map<std::string, int, std::less<>> counts;
    for (const items::BankItem& one : items)
        if (one.item->level > above && one.item->level <= up_to && !one.item->learn.empty())
            ++counts[one.item->learn];
    std::vector<std::pair<int, std::string>> ranked;
    for (const auto& [url, count] : counts) ranked.emplace_back(-count, url);
    std::ranges::sort(ranked);
    std::vector<std::string> list;
    for (std::size_t i = 0; i < std::min(shown, ranked.size()); ++i)
        list.push_back(ranked[i].second);
    return list;
}

// What is asked for, and what is known of it.
frameworks::Targets targets_of(Plan& plan, const frameworks::Core& core,
                               const frameworks::Trades& trades) {
    const frameworks::Trade* trade = trades.find(plan.chosen.trade);
    plan.core_id = core.id;
    plan.aim = plan.chosen.aim == Aim::trade && trade == nullptr ? Aim::core : plan.chosen.aim;
    if (plan.aim == Aim::core) return core.targets;
    if (plan.aim == Aim::agreed) return plan.chosen.agreement.value().targets;
    plan.trade = trade->code;
    return trade->targets;
}

std::vector<Need> needs_of(Plan& plan, const frameworks::Targets& targets, const Measured& measured,
                           const std::vector<Teaching>& learnt) {
    std::vector<Need> needs;
    for (const auto& [competence, target] : targets) {
        Aimed aimed{.competence = competence, .target = target};
        Need need{
            .competence = competence, .target = target, .levels = positioning::levels_of_anybody()};
        if (const auto at = measured.find(competence); at != measured.end()) {
            aimed.known = at->second;
            need.levels = at->second.standing.levels;
            aimed.reached = at->second.standing.level >= target;
            need.open = !aimed.reached;
            plan.positioned = true;
            plan.measured_at = std::max(plan.measured_at.value_or(at->second.at), at->second.at);
        }
        aimed.gap = gap_of(need);
        plan.gap += aimed.gap;
        std::vector<Teaching> of_it;
        std::ranges::copy_if(learnt, std::back_inserter(of_it),
                             [&](const Teaching& one) { return one.competence == competence; });
        need.levels = raised(need.levels, of_it);
        aimed.changed = std::ranges::any_of(plan.under_way, [&](const UnderWay& one) {
            return contains(one.to_measure, competence);
        });
        needs.push_back(std::move(need));
        plan.aimed.push_back(std::move(aimed));
    }
    return needs;
}

// The offers that teach something of the target.
struct Found {
    Candidates candidates;                    // that the person may take
    Candidates closed;                        // that are not for them
    std::vector<const IndexedOffer*> hidden;  // by the filters, or put aside
};

Found found_of(Plan& plan, const Known& known, const frameworks::Targets& targets) {
    const catalogue::Index& index = known.published->index;
    const catalogue::Bits open =
        known.reader ? known.published->open_to(*known.reader) : catalogue::Bits(index.size());
    Found found;
    std::set<std::string, std::less<>> languages;
    for (std::size_t at = 0; at < index.size(); ++at) {
        const IndexedOffer& one = index.at(at);
        const bool teaches =
            std::ranges::any_of(one.offer.skills, [&](const catalogue::Skill& skill) {
                return targets.contains(skill.code) && skill.framework == frameworks::present().id;
            });
        if (!teaches || known.done.contains(one.id) || known.busy.contains(one.id)) continue;
        languages.insert(one.offer.languages.begin(), one.offer.languages.end());
        plan.accessible_told = plan.accessible_told || !one.offer.accessibility.empty();
        if (!fits(one.offer, known.filters) || is_dismissed(known, one.id))
            found.hidden.push_back(&one);
        else
            (open.test(at) ? found.candidates : found.closed).add(one, known);
    }
    plan.languages.assign(languages.begin(), languages.end());
    add_prerequisites(found.candidates, known, open);
    return found;
}

// What the plan leaves open, the widest first.
std::vector<Unclosed> unclosed_of(Plan& plan, const Path& path, const Found& found,
                                  const items::Bank& bank) {
    constexpr double worth_telling = 0.5;
    std::vector<Unclosed> list;
    for (std::size_t i = 0; i < path.after.size(); ++i) {
        const Need& after = path.after[i];
        Aimed& aimed = plan.aimed[i];
        aimed.expected = middle_of(after.levels);
        aimed.left = gap_of(after);
        if (!after.open || aimed.left < worth_telling || aimed.expected >= after.target) continue;
        const auto leads = [&](const IndexedOffer* offer) {
            return leads_on(offer->offer, after, aimed.expected);
        };
        const std::string_view why = std::ranges::any_of(found.candidates.indexed, leads) ? "long"
                                     : std::ranges::any_of(found.hidden, leads)         ? "filtered"
                                     : std::ranges::any_of(found.closed.indexed, leads) ? "barred"
                                                                                        : "none";
        list.push_back({.competence = after.competence,
                        .target = after.target,
                        .expected = aimed.expected,
                        .levels = aimed.left,
                        .why = why,
                        .learn = links(bank.of(after.competence), aimed.expected, after.target)});
    }
    std::ranges::stable_sort(list, std::ranges::greater{}, &Unclosed::levels);
    return list;
}

}  // namespace

Planned Plans::alone(const Plan& plan, const catalogue::IndexedOffer& indexed) {
    std::vector<Need> needs;
    for (const Aimed& aimed : plan.aimed)
        needs.push_back({.competence = aimed.competence,
                         .target = aimed.target,
                         .levels = aimed.known ? aimed.known->standing.levels
                                               : positioning::levels_of_anybody(),
                         .open = !aimed.reached});
    const Offering offering{.offer = indexed.id,
                            .teaches = teachings_of(indexed.offer),
                            .minutes = minutes_of(indexed.offer),
                            .kept = true};
    const Path path = make_path(needs, std::span{&offering, 1}, {.least_levels = 0});
    Planned planned{.offer = indexed.id, .indexed = &indexed, .minutes = offering.minutes};
    if (!path.steps.empty()) planned.step = path.steps.front();
    return planned;
}

// Queries, each one at most: choices, employer, profile, seats, requests, sessions of both, coming
// sessions, venues. All else is in memory.
Plan Plans::plan_of(db::Transaction& transaction, const db::Versions& versions,
                    base::PersonId person, const Filters& filters, base::Time now) {
    constexpr days remembered{3 * 365};
    const base::Date today = base::in_paris(now).day;
    Plan plan{.chosen = store::find(transaction, person)};
    plan.published = catalogue_.published(transaction, versions, today);
    Known known{.chosen = plan.chosen,
                .filters = filters,
                .now = now,
                .published = plan.published,
                .reader = catalogue_.reader(transaction, versions, person, today)};
    const auto tree = organisations_.tree(transaction, versions);
    const organisations::Organisation* employer =
        known.reader && !known.reader->organisations.empty()
            ? tree->find(known.reader->organisations.front())
            : nullptr;
    if (employer != nullptr) {
        const auto circuits = requests_.circuits(transaction, versions);
        const requests::Circuit* circuit = circuits->holding(*tree, employer->id);
        known.asks_first = circuit != nullptr && !circuit->steps.empty();
    }
    plan.asks_first = known.asks_first;

    const auto profiles = positioning_.profiles(transaction, std::span{&person, 1});
    const auto profile = profiles.find(person);
    const Measured measured = profile == profiles.end() ? Measured{} : profile->second.competences;
    const auto seats = enrolments_.held_by(transaction, {person}, now - remembered);
    const auto asked = requests_.of_person(transaction, person);
    std::vector<base::SessionId> session_ids;
    std::vector<base::OfferId> named;
    for (const auto& seat : seats) session_ids.push_back(seat.session);
    for (const auto& request : asked)
        if (asked_and_open(request)) {
            named.push_back(request.offer);
            if (request.session) session_ids.push_back(*request.session);
        }
    if (!session_ids.empty()) known.placed = sessions_.placed(transaction, session_ids);
    for (const auto& [id, one] : known.placed) named.push_back(one.session.offer);
    for (const auto& [offer, marked] : plan.chosen.marks) named.push_back(offer);
    known.titles = catalogue_.titles(transaction, named);
    for (const auto& [offer, marked] : plan.chosen.marks)
        if (marked.mark == Mark::dismissed) plan.dismissed.push_back(known.titles.at(offer));

    History history(known, measured);
    history.add_seats(seats);
    history.add_requests(asked);
    history.add_marks();
    const std::vector<Teaching> learnt = history.learnt();
    plan.under_way = std::move(history).list();
    const auto cores = frameworks_.cores(transaction, versions);
    const frameworks::Targets targets = targets_of(
        plan, employer != nullptr ? cores->of(*tree, employer->id, today) : cores->of_campus(today),
        *frameworks_.trades(transaction, versions));
    const std::vector<Need> needs = needs_of(plan, targets, measured, learnt);
    const Found found = found_of(plan, known, targets);

    const Path path = make_path(needs, found.candidates.offerings);
    plan.left = path.left;
    plan.steps = planned_of(path, found.candidates, known);
    plan.minutes = plan.steps.empty() ? 0 : plan.steps.back().minutes_by;
    if (filters.hours_per_week > 0 && plan.minutes > 0)
        plan.ends_on = ends_on(today, plan.minutes, filters.hours_per_week);
    constexpr std::size_t few = 3;
    plan.barred = planned_of(make_path(path.after, found.closed.offerings, {.most_steps = few}),
                             found.closed, known);
    plan.unclosed = unclosed_of(plan, path, found, *items_.bank(transaction, versions));

    for (const auto& [offer, marked] : plan.chosen.marks)
        if (marked.mark == Mark::kept && !known.busy.contains(offer) &&
            std::ranges::find(plan.steps, offer, &Planned::offer) == plan.steps.end())
            plan.idle.push_back(known.titles.at(offer));

    auto coming = sittings_of(transaction, plan.steps, now);
    for (Planned& one : plan.steps) {
        if (known.reader) put_sittings(one, std::move(coming[one.offer]), known);
        put_way(one, known);
    }
    return plan;
}

std::map<base::OfferId, std::vector<Sitting>> Plans::sittings_of(db::Transaction& transaction,
                                                                 const std::vector<Planned>& steps,
                                                                 base::Time now) {
    std::map<base::OfferId, std::vector<Sitting>> coming;
    std::vector<base::OfferId> offers;
    for (const Planned& one : steps) offers.push_back(one.offer);
    if (offers.empty()) return coming;
    std::vector<base::VenueId> ids;
    for (sessions::Session& session : sessions_.coming(transaction, offers, now)) {
        if (session.venue) ids.push_back(*session.venue);
        coming[session.offer].push_back({std::move(session), std::nullopt, std::nullopt});
    }
    const auto venues = sessions_.venues(transaction, ids);
    for (auto& [offer, list] : coming)
        for (Sitting& one : list)
            if (one.session.venue) one.venue = venues.at(*one.session.venue);
    return coming;
}

}  // namespace plans
