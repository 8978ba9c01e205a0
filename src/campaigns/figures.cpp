// SPDX-License-Identifier: EUPL-1.2
// How many take part, down the tree, as it may be shown; and what the shared results say once a
// campaign is over.
#include "base/zone.hpp"
#include "campaigns/campaigns.hpp"
#include "campaigns/rules.hpp"
#include "campaigns/store.hpp"
#include "coverage/coverage.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "identity/identity.hpp"
#include "jobs/jobs.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

namespace campaigns {
namespace json = boost::json;

namespace {

// Figures as the table has them, with what the next count must know of this one.
struct Stored {
    Figures figures;
    std::map<base::OrganisationId, coverage::Held> held;
};

json::array list_of(const coverage::Counts& counts) {
    json::array list;
    for (const std::int64_t count : counts) list.push_back(count);
    return list;
}

coverage::Counts counts_of(const json::value& list) {
    coverage::Counts counts;
    for (const json::value& count : list.as_array())
        counts.push_back(count.to_number<std::int64_t>());
    return counts;
}

std::string to_text(const Stored& stored) {
    json::array rows;
    for (const Figures::Row& row : stored.figures.rows)
        rows.push_back({row.organisation.value, row.agents, row.invited, row.started, row.finished,
                        row.shared});
    json::object held;
    for (const auto& [organisation, one] : stored.held)
        held[std::to_string(organisation.value)] =
            json::array{list_of(one.base), list_of(one.figure)};
    json::object levels;
    for (const auto& [competence, one] : stored.figures.levels)
        levels[competence] = {
            {"bands", json::value_from(one.bands)}, {"aimed", one.aimed}, {"reached", one.reached}};
    return json::serialize(json::object{{"at", base::to_epoch(stored.figures.at)},
                                        {"final", stored.figures.final},
                                        {"strangers", stored.figures.strangers},
                                        {"rows", std::move(rows)},
                                        {"held", std::move(held)},
                                        {"levels", std::move(levels)}});
}

std::optional<Stored> from_text(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const json::value value = json::parse(json::string_view(text.data(), text.size()));
    Stored stored;
    stored.figures.at = base::from_epoch(value.at("at").to_number<std::int64_t>());
    stored.figures.final = value.at("final").as_bool();
    stored.figures.strangers = value.at("strangers").to_number<int>();
    for (const json::value& item : value.at("rows").as_array()) {
        const auto number = [&](std::size_t at) { return item.as_array().at(at).to_number<int>(); };
        stored.figures.rows.push_back({{item.as_array().at(0).to_number<std::int64_t>()},
                                       number(1),
                                       number(2),
                                       number(3),
                                       number(4),
                                       number(5)});
    }
    for (const auto& [organisation, one] : value.at("held").as_object())
        stored.held[{std::stoll(std::string{organisation})}] = {counts_of(one.at(0)),
                                                                counts_of(one.at(1))};
    for (const auto& [competence, one] : value.at("levels").as_object()) {
        Figures::Levels& levels = stored.figures.levels[std::string{competence}];
        for (std::size_t band = 0; band < levels.bands.size(); ++band)
            levels.bands.at(band) = one.at("bands").as_array().at(band).to_number<int>();
        levels.aimed = one.at("aimed").to_number<int>();
        levels.reached = one.at("reached").to_number<int>();
    }
    return stored;
}

// One organisation of the campaign, while it is counted.
struct Counting {
    const organisations::Organisation* organisation = nullptr;
    coverage::Part part;
    int agents = 0, invited = 0;  // by itself, then with those below
};

bool empty(const coverage::Held& held) {
    return std::ranges::all_of(held.base, [](auto count) { return count == 0; }) &&
           std::ranges::all_of(held.figure, [](auto count) { return count == 0; });
}

int shown(int count) {
    return static_cast<int>(coverage::rounded_down(count));
}

std::map<std::string, Figures::Levels, std::less<>> levels_of(
    const std::map<std::string, positioning::Positioning::LevelCounts, std::less<>>& counted) {
    std::map<std::string, Figures::Levels, std::less<>> found;
    for (const auto& [competence, one] : counted) {
        std::array<int, frameworks::bands + 1> bands{};
        for (int level = 0; level < positioning::levels; ++level)
            bands.at(level == 0 ? 0 : static_cast<std::size_t>(frameworks::band_of(level)) + 1) +=
                one.counts.at(static_cast<std::size_t>(level));
        Figures::Levels& levels = found[competence];
        std::ranges::transform(bands, levels.bands.begin(), shown);
        levels.aimed = shown(one.aimed);
        levels.reached = shown(one.reached);
    }
    return found;
}

}  // namespace

const Figures::Row* Figures::find(base::OrganisationId organisation) const {
    const auto found = std::ranges::find(rows, organisation, &Row::organisation);
    return found == rows.end() ? nullptr : &*found;
}

std::vector<base::PersonId> Campaigns::shared_at_pix(db::Transaction& transaction,
                                                     const Campaign& campaign) {
    std::vector<base::PersonId> found;
    if (!campaign.takes_pix) return found;
    for (const pix::Result& result : pix_.results(transaction, campaign.code))
        found.push_back(result.person);
    return found;
}

std::optional<Figures> Campaigns::figures(db::Transaction& transaction, base::CampaignId id) {
    auto stored = from_text(store::figures(transaction, id));
    if (!stored) return std::nullopt;
    return std::move(stored->figures);
}

void Campaigns::count_all(base::Time now) {
    const auto going = database_.read(
        [&](db::Transaction& transaction) { return store::going(transaction, now); });
    // A transaction each: nobody who takes part waits for all of them.
    for (const base::CampaignId id : going) count(id, now);
}

// What is held back depends on what was shown before (coverage/suppression.hpp), so a count is
// stored, and looking counts nothing.
void Campaigns::count(base::CampaignId id, base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        const auto campaign = store::lock(transaction, id);
        if (!campaign || !campaign->published_at) return;
        auto before = from_text(store::figures(transaction, id)).value_or(Stored{});
        if (before.figures.final) return;
        const Phase phase = phase_of(*campaign, now);
        const bool final = phase == Phase::closed || phase == Phase::cancelled;
        const auto tree = organisations_.tree(transaction, db::Versions(transaction));

        std::vector<Counting> counting;
        std::map<base::OrganisationId, std::size_t> places;
        std::vector<base::OrganisationId> ids;
        for (const auto& [one, depth] : tree->in_order()) {
            if (!tree->contains(campaign->organisation, one->id)) continue;
            coverage::Part part{.parent = {}, .own = coverage::Counts(3, 0), .headcount = {}};
            if (one->parent)
                if (const auto parent = places.find(*one->parent); parent != places.end())
                    part.parent = parent->second;
            places.emplace(one->id, counting.size());
            ids.push_back(one->id);
            counting.push_back({.organisation = one, .part = std::move(part)});
        }
        // What is not in the tree any more, or of nobody, counts at the top.
        const auto of = [&](base::OrganisationId organisation) -> Counting& {
            const auto place = places.find(organisation);
            return counting[place == places.end() ? 0 : place->second];
        };
        Stored stored;
        for (const auto& [organisation, agents] : identity_.count_agents_at(
                 transaction, ids, campaign->population, base::in_paris(now).day))
            of(organisation).agents += agents;
        for (const auto& [organisation, counts] : store::counts(transaction, id)) {
            Counting& one = of(organisation);
            one.invited += counts.invited;
            one.part.own[0] += counts.started;
            one.part.own[1] += counts.finished;
            one.part.own[2] += counts.shared;
            if (organisation.value == 0) stored.figures.strangers = counts.invited;
        }
        add_pix(transaction, *campaign, now, [&](base::OrganisationId organisation, bool began) {
            coverage::Counts& own = of(organisation).part.own;
            own[0] += began ? 0 : 1;
            ++own[1];
            ++own[2];
        });

        std::vector<coverage::Part> parts;
        std::vector<coverage::Held> held;
        for (std::size_t i = counting.size(); i-- > 0;) {
            Counting& one = counting[i];
            one.part.headcount = one.agents;
            if (!one.part.parent) continue;
            counting[*one.part.parent].agents += one.agents;
            counting[*one.part.parent].invited += one.invited;
        }
        for (const Counting& one : counting) {
            parts.push_back(one.part);
            held.push_back(before.held[one.organisation->id]);
        }
        const auto made = coverage::publish(coverage::chain_of(3), parts, held);
        for (std::size_t i = 0; i < counting.size(); ++i) {
            const Counting& one = counting[i];
            const coverage::Counts& counts = made.shown[i];
            if (!empty(made.held[i])) stored.held[one.organisation->id] = made.held[i];
            if (i == 0 || one.invited > 0 || one.agents > 0 || counts[0] > 0)
                stored.figures.rows.push_back(
                    {one.organisation->id, one.agents, one.invited, static_cast<int>(counts[0]),
                     static_cast<int>(counts[1]), static_cast<int>(counts[2])});
        }
        stored.figures.at = now;
        stored.figures.final = final;
        if (final && !campaign->cancelled_at)
            stored.figures.levels = levels_of(
                positioning_.level_counts(transaction, store::shared_tests(transaction, id)));
        store::set_figures(transaction, id, to_text(stored));
    });
}

// Who shared a result at Pix and finished nothing here: once, where they work now.
void Campaigns::add_pix(db::Transaction& transaction, const Campaign& campaign, base::Time now,
                        const std::function<void(base::OrganisationId, bool began)>& add) {
    const auto at_pix = shared_at_pix(transaction, campaign);
    if (at_pix.empty()) return;
    const auto here = store::takers(transaction, campaign.id);
    std::set<base::PersonId> others;
    for (const base::PersonId person : at_pix) {
        const auto part = here.find(person);
        if (person.value == 0)
            add({}, false);  // erased: nobody's, and each of them was somebody
        else if (part == here.end() || !part->second)
            others.insert(person);
    }
    const auto tree = organisations_.tree(transaction, db::Versions(transaction));
    const auto works = identity_.affiliations(transaction, {others.begin(), others.end()},
                                              base::in_paris(now).day);
    for (const auto& [person, one] : works)
        if (is_asked(campaign, *tree, &one)) add(one.organisation, here.contains(person));
}

}  // namespace campaigns
