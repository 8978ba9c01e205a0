// SPDX-License-Identifier: EUPL-1.2
#include "positioning/measure.hpp"

#include "engine/estimates.hpp"
#include "engine/random.hpp"
#include "engine/session.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <stdexcept>

namespace positioning {
namespace {

// Working hypothesis until a calibration says better (docs/engine.md, section 3): lower loadings
// than those of the simulations there, so that one competence says less of another.
constexpr double loading_of_area = 0.80, loading_of_competence = 0.85;

// A competence whose items are for the most part not calibrated measures with all of them by their
// priors: the first bank. After that, items that are not calibrated are on trial.
constexpr double calibrated_share = 0.5;

engine::Network network_of(const frameworks::Framework& framework) {
    std::vector<engine::Node> nodes{{"general"}};
    for (const frameworks::Area& area : framework.areas)
        nodes.push_back({"area " + area.code, 0, loading_of_area});
    for (const frameworks::Competence& competence : framework.competences) {
        const auto area =
            std::ranges::find(framework.areas, competence.area, &frameworks::Area::code);
        nodes.push_back({competence.code, static_cast<int>(area - framework.areas.begin()) + 1,
                         loading_of_competence});
    }
    auto tree = engine::Tree::of(std::move(nodes));
    if (!tree) throw std::logic_error(tree.error());
    engine::Grid grid = engine::grid_for(*tree);
    return {*std::move(tree), std::move(grid)};
}

// The answers that measure, in the order given, as the engine has them; those to items that are
// published no more were mended or thrown out, and count no more.
std::vector<engine::Given> measuring(const Measure& measure, std::span<const Given> answers) {
    std::vector<engine::Given> list;
    for (const Given& given : answers)
        if (const auto number = given.measures ? measure.find(given.item) : std::nullopt)
            if (std::ranges::find(list, *number, &engine::Given::item) == list.end())
                list.push_back({*number, given.right ? 1 : 0});
    return list;
}

void believe(engine::Posterior& posterior, const Measure& measure, const Plan& plan) {
    for (const Belief& belief : plan.beliefs)
        if (const int node = measure.node_of(belief.competence); node >= 0)
            posterior.believe(node, std::clamp(belief.mean, -8.0, 8.0),
                              std::max(0.05, std::hypot(belief.sd, fading_sd)));
}

// The level below which the share p lies.
int quantile(const Levels& levels_, double p) {
    double below = 0;
    for (int level = 0; level < levels - 1; ++level) {
        below += levels_[static_cast<std::size_t>(level)];
        if (below >= p) return level;
    }
    return levels - 1;
}

// Levels in the likely range of a competence that is known well enough. About many competences
// forty questions say less of each: there a level more will do, and one more still where it is
// decided whether the target is reached.
constexpr std::size_t few_competences = 6;
constexpr int widest_of_few = 2, widest_of_many = 3;

Standing standing_of(const Measure& measure, engine::Posterior& posterior, int node,
                     std::string_view competence, int target, int widest) {
    Standing standing{.competence = std::string{competence}, .target = target};
    const engine::Moments moments = posterior.moments(node);
    standing.mean = moments.mean;
    standing.sd = std::sqrt(moments.variance);
    const std::vector<double> probabilities = posterior.levels(node, measure.levels_begin());
    std::ranges::copy(probabilities, standing.levels.begin());
    standing.low = quantile(standing.levels, 0.5 - likely / 2);
    standing.level = quantile(standing.levels, 0.5);
    standing.high = quantile(standing.levels, 0.5 + likely / 2);
    for (int level = target; level < levels; ++level)
        standing.reached += standing.levels[static_cast<std::size_t>(level)];
    const int width = standing.high - standing.low + 1;
    const bool decided = target > 0 && (standing.reached >= sure_of_target ||
                                        standing.reached <= 1 - sure_of_target);
    standing.known = width <= widest || (decided && width <= widest + 1);
    return standing;
}

std::vector<Standing> standings_of(engine::Posterior& posterior, const Measure& measure,
                                   const Plan& plan, std::span<const engine::Given> given) {
    const int widest = plan.targets.size() <= few_competences ? widest_of_few : widest_of_many;
    std::vector<Standing> list;
    for (const auto& [competence, target] : plan.targets) {
        const int node = measure.node_of(competence);
        if (node < 0) continue;
        Standing standing = standing_of(measure, posterior, node, competence, target, widest);
        standing.answers = static_cast<int>(std::ranges::count_if(given, [&](const auto& one) {
            return measure.tables()->items()[one.item].node == node;
        }));
        // However sure an earlier test was: one question at least.
        standing.known = standing.known && standing.answers > 0;
        list.push_back(std::move(standing));
    }
    return list;
}

// The ability as the answers to a competence's own items tell it, the others left out: what the
// next test may start from without counting anything twice.
void add_evidence(const Measure& measure, const Plan& plan, std::span<const engine::Given> given,
                  std::vector<Standing>& list) {
    engine::Posterior own(*measure.tables());
    for (Standing& standing : list) {
        const int node = measure.node_of(standing.competence);
        own.reset();
        for (const auto& [item, category] : given)
            if (measure.tables()->items()[item].node == node) own.add(item, category);
        for (const Belief& belief : plan.beliefs)
            if (belief.competence == standing.competence)
                own.believe(node, std::clamp(belief.mean, -8.0, 8.0),
                            std::max(0.05, std::hypot(belief.sd, fading_sd)));
        const engine::Moments moments = own.moments(node);
        // The prior N(0, 1) taken out again.
        const double precision = 1 / moments.variance - 1;
        if (precision < 0.01) continue;
        standing.own_mean = moments.mean / moments.variance / precision;
        standing.own_sd = 1 / std::sqrt(precision);
    }
}

bool may_be_asked(const items::BankItem& item, const Plan& plan) {
    return (item.item->phone || !plan.phone) && (item.item->seconds == 0 || !plan.untimed);
}

// What is asked no more, in order.
std::vector<base::ItemId> barred(const Measure& measure, const Plan& plan,
                                 std::span<const Given> answers) {
    std::vector<base::ItemId> out = plan.seen;
    for (const Given& given : answers) {
        out.push_back(given.item);
        std::ranges::copy(measure.enemies_of(given.item), std::back_inserter(out));
    }
    std::ranges::sort(out);
    return out;
}

bool is_timed(const Measure& measure, base::ItemId id) {
    const items::BankItem* item = measure.bank().find(id);
    return item != nullptr && item->item->seconds > 0;
}

// At most one question in five is on trial, at a place that differs from person to person.
constexpr std::uint64_t trial_every = 5;

std::optional<Choice> choose_on_trial(const Measure& measure, const Plan& plan,
                                      std::span<const Given> answers,
                                      const std::vector<base::ItemId>& out,
                                      std::span<const Standing> list) {
    if (answers.size() % trial_every != plan.seed % trial_every || measure.calibrating().empty())
        return std::nullopt;
    // Where the answer may tell something: not far from the person's level.
    constexpr double near = 1.5;
    const bool timed = !answers.empty() && is_timed(measure, answers.back().item);
    std::vector<const items::BankItem*> fitting;
    for (const items::BankItem* item : measure.calibrating()) {
        const auto standing = std::ranges::find(list, item->competence(), &Standing::competence);
        if (standing != list.end() && may_be_asked(*item, plan) &&
            !std::ranges::binary_search(out, item->id) && !(timed && item->item->seconds > 0) &&
            std::abs(item->parameters.difficulty() - standing->mean) < near)
            fitting.push_back(item);
    }
    if (fitting.empty()) return std::nullopt;
    engine::Random random(plan.seed, answers.size() + (std::uint64_t{1} << 32U));
    const items::BankItem* item = fitting[random.below(fitting.size())];
    return Choice{item->id, item->version, false};
}

}  // namespace

double luck_of(items::Format format) {
    switch (format) {
        case items::Format::single:
        case items::Format::zone:
            return 0.25;
        case items::Format::multiple:
        case items::Format::settings:
            return 0.1;
        case items::Format::order:
        case items::Format::match:
            return 0.03;
        case items::Format::text:
        case items::Format::fields:
            break;
    }
    return 0;
}

std::span<const double, frameworks::highest_level> cuts() {
    static const auto list = [] {
        std::array<double, frameworks::highest_level> out{};
        for (int level = 1; level <= frameworks::highest_level; ++level) {
            const items::Parameters typical = items::prior_of_level(level);
            out.at(static_cast<std::size_t>(level - 1)) =
                typical.difficulty() + engine::log(2) / typical.a;
        }
        return out;
    }();
    return list;
}

const Levels& levels_of_anybody() {
    static const Levels list = [] {
        // Below x under N(0, 1).
        const auto below = [](double x) { return std::erfc(-x / std::sqrt(2)) / 2; };
        Levels out{};
        double last = 0;
        for (std::size_t level = 0; level < cuts().size(); ++level) {
            const double next = below(cuts()[level]);
            out[level] = next - last;
            last = next;
        }
        out.back() = 1 - last;
        return out;
    }();
    return list;
}

Measure::Measure(const frameworks::Framework& framework, std::shared_ptr<const items::Bank> bank)
    : bank_(std::move(bank)) {
    engine::Network network = network_of(framework);
    std::vector<engine::Item> list;
    std::vector<engine::Uncertainty> uncertainty;
    ranges_.resize(network.tree().size());
    for (const frameworks::Competence& competence : framework.competences) {
        const int node = network.tree().find(competence.code);
        nodes_.emplace(competence.code, node);
        const auto of_competence = bank_->of(competence.code);
        const auto calibrated = std::ranges::count(of_competence, false, &items::BankItem::seeded);
        Numbers& range = ranges_[static_cast<std::size_t>(node)];
        range.begin = list.size();
        const bool first_bank = static_cast<double>(calibrated) <
                                calibrated_share * static_cast<double>(of_competence.size());
        for (const items::BankItem& one : of_competence) {
            for (const std::string& code : one.item->enemies)
                if (const items::BankItem* enemy = bank_->find(code)) {
                    enemies_[one.id].push_back(enemy->id);
                    enemies_[enemy->id].push_back(one.id);
                }
            if (one.seeded && !first_bank) {
                calibrating_.push_back(&one);
                continue;
            }
            numbers_.emplace(one.id, list.size());
            measuring_.push_back(&one);
            const items::Parameters& p = one.parameters;
            list.push_back({.name = one.code(),
                            .node = node,
                            .a = p.a,
                            .d = {p.d},
                            .c = luck_of(one.item->format)});
            uncertainty.push_back({.var_a = p.se_a * p.se_a, .var_d = p.se_d * p.se_d});
        }
        range.end = list.size();
    }
    if (list.empty()) return;
    auto tables = engine::Tables::of(std::move(network), std::move(list), uncertainty);
    if (!tables) throw std::logic_error("the bank of items: " + tables.error());
    tables_ = *std::move(tables);
    cuts_.emplace(tables_->network(), cuts());
}

int Measure::node_of(std::string_view competence) const {
    const auto found = nodes_.find(competence);
    return found == nodes_.end() ? -1 : found->second;
}

std::optional<std::size_t> Measure::find(base::ItemId id) const {
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? std::nullopt : std::optional{found->second};
}

const std::vector<base::ItemId>& Measure::enemies_of(base::ItemId id) const {
    static const std::vector<base::ItemId> none;
    const auto found = enemies_.find(id);
    return found == enemies_.end() ? none : found->second;
}

Next next(const Measure& measure, const Plan& plan, std::span<const Given> answers) {
    Next out;
    if (measure.tables() == nullptr) {
        out.end = End::no_item;
        return out;
    }
    const engine::Tables& tables = *measure.tables();
    const auto given = measuring(measure, answers);
    engine::Rules rules;
    rules.select = engine::Select::mepv;
    rules.stop.length = most_questions + 1;  // when to stop is decided here
    rules.exposure.temperature = rules.exposure.last_temperature = 0.2;
    rules.weights.assign(tables.tree().size(), 0);
    engine::Session session(tables, rules);
    session.resume(plan.seed, given);
    believe(session.posterior(), measure, plan);
    out.standings = standings_of(session.posterior(), measure, plan, given);
    out.known = static_cast<int>(std::ranges::count(out.standings, true, &Standing::known));

    const std::vector<base::ItemId> no_more = barred(measure, plan, answers);
    const bool timed = !answers.empty() && is_timed(measure, answers.back().item);
    const auto askable = [&](std::size_t number) {
        const items::BankItem& item = measure.item(number);
        return may_be_asked(item, plan) && !(timed && item.item->seconds > 0) &&
               !std::ranges::binary_search(no_more, item.id);
    };
    const auto has_askable = [&](const Standing& standing) {
        const auto [begin, end] = measure.numbers_of(measure.node_of(standing.competence));
        for (std::size_t number = begin; number < end; ++number)
            if (askable(number)) return true;
        return false;
    };
    // Nobody is asked much more about one competence than about another: at most two questions
    // more, so that none is left with a single one while another is asked ten.
    constexpr int lead = 2;
    int least = static_cast<int>(most_questions);
    std::vector<const Standing*> open;
    for (const Standing& standing : out.standings)
        if (!standing.known && has_askable(standing)) {
            open.push_back(&standing);
            least = std::min(least, standing.answers);
        }
    const auto left = static_cast<int>(most_questions) - static_cast<int>(answers.size());
    // About two questions for each that is open; the first estimate of a test is the same.
    out.about_left = std::clamp(static_cast<int>(open.size()) * 3 / 2, 1, std::max(left, 1));
    if (open.empty() || left <= 0) {
        out.about_left = 0;
        const bool all = out.known == static_cast<int>(out.standings.size());
        out.end = all ? End::known : left <= 0 ? End::length : End::no_item;
        return out;
    }
    if (auto trial = choose_on_trial(measure, plan, answers, no_more, out.standings)) {
        out.choice = *trial;
        return out;
    }
    std::erase_if(open, [&](const Standing* one) { return one->answers >= least + lead; });
    // The one least known; among equals (at the beginning all are) one drawn for this person.
    engine::Random random(plan.seed, answers.size() + (std::uint64_t{2} << 32U));
    const Standing* turn = nullptr;
    double most = 0;
    for (const Standing* one : open) {
        const double worth = one->sd * (1 + 0.02 * random.uniform());
        if (worth > most) {
            most = worth;
            turn = one;
        }
    }
    const int node = measure.node_of(turn->competence);
    rules.weights[static_cast<std::size_t>(node)] = 1;
    const auto [begin, end] = measure.numbers_of(node);
    for (std::size_t number = begin; number < end; ++number)
        if (!askable(number)) session.bar(number);
    const auto number = session.next();
    if (!number) throw std::logic_error("a competence with items left had none to ask");
    const items::BankItem& item = measure.item(*number);
    out.choice = Choice{item.id, item.version, true};
    return out;
}

std::vector<Standing> standings(const Measure& measure, const Plan& plan,
                                std::span<const Given> answers) {
    if (measure.tables() == nullptr) return {};
    engine::Posterior posterior(*measure.tables());
    const auto given = measuring(measure, answers);
    for (const auto& [item, category] : given) posterior.add(item, category);
    believe(posterior, measure, plan);
    auto list = standings_of(posterior, measure, plan, given);
    add_evidence(measure, plan, given, list);
    return list;
}

std::optional<double> probability_of(const Measure& measure, const Plan& plan,
                                     std::span<const Given> answers,
                                     const frameworks::Targets& targets) {
    if (measure.tables() == nullptr || targets.empty()) return std::nullopt;
    std::vector<engine::AtLeast> wanted;
    for (const auto& [competence, level] : targets) {
        const int node = measure.node_of(competence);
        const bool told =
            plan.targets.contains(competence) ||
            std::ranges::find(plan.beliefs, competence, &Belief::competence) != plan.beliefs.end();
        if (node < 0 || !told) return std::nullopt;
        wanted.push_back({node, cuts()[static_cast<std::size_t>(level - 1)]});
    }
    engine::Posterior posterior(*measure.tables());
    for (const auto& [item, category] : measuring(measure, answers)) posterior.add(item, category);
    believe(posterior, measure, plan);
    return posterior.probability(wanted);
}

PersonFit person_fit(const Measure& measure, const Plan& plan, std::span<const Given> answers,
                     const std::map<base::ItemId, int>& typical_s) {
    PersonFit fit;
    // NT10 of Wise & Ma 2012: under a tenth of the item's usual time, 10 s at most. Only where the
    // answer was wrong: who reads fast and is right is not accused.
    constexpr double usual_s = 40, longest_rapid_s = 10;
    for (const Given& given : answers) {
        if (given.seconds <= 0 || given.unknown || given.right) continue;
        const auto typical = typical_s.find(given.item);
        const double usual =
            typical == typical_s.end() || typical->second <= 0 ? usual_s : typical->second;
        fit.rapid += given.seconds < std::min(longest_rapid_s, usual / 10);
    }
    constexpr int several = 4;  // one in ten at full length
    fit.hurried = fit.rapid >= several;

    // Twelve answers: below that a misfit shows too seldom to say anything. 1%: few are alarmed
    // without need.
    constexpr std::size_t enough = 12;
    constexpr double misfit = -2.326;
    if (measure.tables() == nullptr) return fit;
    const auto given = measuring(measure, answers);
    if (given.size() < enough) return fit;
    engine::Posterior posterior(*measure.tables());
    std::vector<engine::Answer> scored;
    for (const auto& [item, category] : given) {
        posterior.add(item, category);
        scored.push_back({&measure.tables()->items()[item], category});
    }
    believe(posterior, measure, plan);
    std::vector<double> theta;
    for (int node = 0; node < static_cast<int>(measure.tables()->tree().size()); ++node)
        theta.push_back(posterior.moments(node).mean);
    const double lz = engine::lz_star(scored, theta);
    if (!std::isnan(lz)) fit.lz = lz;
    fit.unusual = fit.lz && *fit.lz < misfit;
    return fit;
}

}  // namespace positioning
