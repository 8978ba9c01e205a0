// SPDX-License-Identifier: EUPL-1.2
#include "engine/dif.hpp"

#include "engine/chi_square.hpp"
#include "engine/linear.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>

namespace engine {
namespace {

constexpr std::size_t ability_strata = 20;

std::optional<std::size_t> answer_to(const Responses& responses, std::size_t person,
                                     std::size_t item) {
    for (const PackedAnswer answer : responses.of(person))
        if (answer.item() == item) return answer.category();
    return std::nullopt;
}

// Counts in one stratum.
struct Stratum {
    double reference_right = 0;
    double reference_wrong = 0;
    double focal_right = 0;
    double focal_wrong = 0;
    double all() const { return reference_right + reference_wrong + focal_right + focal_wrong; }
    bool tells() const {
        return reference_right + reference_wrong > 0 && focal_right + focal_wrong > 0 &&
               reference_right + focal_right > 0 && reference_wrong + focal_wrong > 0;
    }
};

struct Person {
    double match;
    double focal;
    double right;
};

struct Fit {
    std::array<double, 4> b{};
    double log_likelihood = 0;
};

// Logistic regression on the first `size` of 1, match, focal, match x focal, by Newton's method.
Fit regress(const std::vector<Person>& persons, std::size_t size) {
    Fit fit;
    for (int round = 0; round < 50; ++round) {
        std::array<double, 4> gradient{};
        std::array<double, 16> information{};
        fit.log_likelihood = 0;
        for (const Person& person : persons) {
            const std::array<double, 4> x{1, person.match, person.focal,
                                          person.match * person.focal};
            double z = 0;
            for (std::size_t i = 0; i < size; ++i) z += fit.b[i] * x[i];
            const double p = logistic(z);
            fit.log_likelihood -= softplus(person.right > 0 ? -z : z);
            for (std::size_t i = 0; i < size; ++i) {
                gradient[i] += (person.right - p) * x[i];
                for (std::size_t j = 0; j < size; ++j)
                    information[i * size + j] += p * (1 - p) * x[i] * x[j];
            }
        }
        for (std::size_t i = 0; i < size; ++i) information[i * size + i] += 1e-9;
        if (!solve(information, gradient, size)) break;
        double largest = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const double step = std::clamp(gradient[i], -3.0, 3.0);
            fit.b[i] += step;
            largest = std::max(largest, std::abs(step));
        }
        // Separated groups have no maximum; the likelihood is flat by then.
        if (largest < 1e-10 || std::abs(fit.b[0]) > 200) break;
    }
    return fit;
}

}  // namespace

Matching match_by_score(const Responses& responses, const std::vector<bool>& leave_out,
                        std::size_t studied) {
    Matching of;
    of.value.resize(responses.persons());
    of.stratum.resize(responses.persons());
    for (std::size_t p = 0; p < responses.persons(); ++p) {
        std::uint32_t score = 0;
        for (const PackedAnswer answer : responses.of(p))
            if (answer.item() == studied || !leave_out[answer.item()])
                score += static_cast<std::uint32_t>(answer.category());
        of.value[p] = score;
        of.stratum[p] = score;
        of.strata = std::max(of.strata, score + 1);
    }
    return of;
}

Matching match_by_ability(std::span<const double> theta) {
    Matching of;
    of.value.assign(theta.begin(), theta.end());
    of.stratum.resize(theta.size());
    std::vector<std::size_t> order(theta.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order,
                             [&](std::size_t a, std::size_t b) { return theta[a] < theta[b]; });
    for (std::size_t k = 0; k < order.size(); ++k) {
        auto stratum = static_cast<std::uint32_t>(k * ability_strata / order.size());
        // Equal abilities belong together, whatever the order of the persons.
        if (k > 0 && theta[order[k]] == theta[order[k - 1]]) stratum = of.stratum[order[k - 1]];
        of.stratum[order[k]] = stratum;
    }
    of.strata = ability_strata;
    return of;
}

MantelHaenszel mantel_haenszel(const Responses& responses, DifGroups groups, std::size_t item,
                               const Matching& matching) {
    std::vector<Stratum> strata(matching.strata);
    for (std::size_t p = 0; p < responses.persons(); ++p) {
        if (groups[p] > 1) continue;
        const auto answer = answer_to(responses, p, item);
        if (!answer) continue;
        if (*answer > 1)
            throw std::invalid_argument("Mantel-Haenszel is for items of two categories");
        Stratum& stratum = strata[matching.stratum[p]];
        if (groups[p] == 0)
            ++(*answer == 1 ? stratum.reference_right : stratum.reference_wrong);
        else
            ++(*answer == 1 ? stratum.focal_right : stratum.focal_wrong);
    }
    MantelHaenszel out;
    double numerator = 0;
    double denominator = 0;
    double observed = 0;
    double expected = 0;
    double variance = 0;
    double pr = 0;
    double ps_qr = 0;
    double qs = 0;
    for (const Stratum& k : strata) {
        if (!k.tells()) continue;
        ++out.strata;
        const double all = k.all();
        const double r = k.reference_right * k.focal_wrong / all;
        const double s = k.reference_wrong * k.focal_right / all;
        const double p = (k.reference_right + k.focal_wrong) / all;
        const double q = (k.reference_wrong + k.focal_right) / all;
        numerator += r;
        denominator += s;
        pr += p * r;
        ps_qr += p * s + q * r;
        qs += q * s;
        const double reference = k.reference_right + k.reference_wrong;
        const double right = k.reference_right + k.focal_right;
        observed += k.reference_right;
        expected += reference * right / all;
        variance += reference * (all - reference) * right * (all - right) / (all * all * (all - 1));
    }
    if (out.strata == 0 || !(variance > 0)) return out;
    const double off = std::max(std::abs(observed - expected) - 0.5, 0.0);
    out.chi_square = off * off / variance;
    out.p = chi_square_tail(out.chi_square, 1);
    // One side empty: the odds ratio is 0 or infinite. Half an answer on both sides.
    if (!(numerator > 0) || !(denominator > 0)) {
        numerator += 0.5;
        denominator += 0.5;
    }
    out.odds_ratio = numerator / denominator;
    out.delta = -2.35 * log(out.odds_ratio);
    out.se =
        2.35 * std::sqrt(pr / (2 * numerator * numerator) + ps_qr / (2 * numerator * denominator) +
                         qs / (2 * denominator * denominator));
    const double size = std::abs(out.delta);
    constexpr double five_percent_one_sided = 1.6448536269514722;
    if (size < 1 || out.p > 0.05)
        out.ets = 'A';
    else if (size >= 1.5 && size - 1 > five_percent_one_sided * out.se)
        out.ets = 'C';
    else
        out.ets = 'B';
    return out;
}

LogisticDif logistic_dif(const Responses& responses, DifGroups groups, std::size_t item,
                         const Matching& matching) {
    std::vector<Person> persons;
    for (std::size_t p = 0; p < responses.persons(); ++p) {
        if (groups[p] > 1) continue;
        const auto answer = answer_to(responses, p, item);
        if (!answer) continue;
        if (*answer > 1)
            throw std::invalid_argument("logistic regression is for items of two categories");
        persons.push_back(
            {matching.value[p], static_cast<double>(groups[p]), static_cast<double>(*answer)});
    }
    LogisticDif out;
    if (persons.size() < 5) return out;
    // Centred and scaled, so that Newton's steps are well conditioned.
    double mean = 0;
    double square = 0;
    for (const Person& person : persons) mean += person.match;
    mean /= static_cast<double>(persons.size());
    for (const Person& person : persons) square += (person.match - mean) * (person.match - mean);
    const double sd = std::sqrt(square / static_cast<double>(persons.size()));
    for (Person& person : persons) person.match = sd > 0 ? (person.match - mean) / sd : 0;
    const double none = regress(persons, 1).log_likelihood;
    const Fit match = regress(persons, 2);
    const Fit uniform = regress(persons, 3);
    const Fit both = regress(persons, 4);
    out.group = uniform.b[2];
    out.uniform = std::max(2 * (uniform.log_likelihood - match.log_likelihood), 0.0);
    out.nonuniform = std::max(2 * (both.log_likelihood - uniform.log_likelihood), 0.0);
    out.p_uniform = chi_square_tail(out.uniform, 1);
    out.p_nonuniform = chi_square_tail(out.nonuniform, 1);
    out.p_both = chi_square_tail(out.uniform + out.nonuniform, 2);
    const double n = static_cast<double>(persons.size());
    const double top = 1 - exp(2 * none / n);
    const auto nagelkerke = [&](double log_likelihood) {
        return top > 0 ? (1 - exp(2 * (none - log_likelihood) / n)) / top : 0;
    };
    out.r2_change = nagelkerke(both.log_likelihood) - nagelkerke(match.log_likelihood);
    return out;
}

std::vector<RatioDif> ratio_dif(const Responses& responses, DifGroups groups,
                                std::span<const std::size_t> items,
                                const CalibrationOptions& options) {
    CalibrationOptions how = options;
    how.groups.clear();
    how.anchors.clear();
    how.categories.clear();
    for (const auto& counts : responses.counts()) how.categories.push_back(counts.size());
    // The reference group is the first; persons of neither group are left out.
    Responses common(responses.items());
    std::vector<PackedAnswer> line;
    for (std::size_t p = 0; p < responses.persons(); ++p) {
        if (groups[p] > 1) continue;
        common.add(responses.of(p));
        how.groups.push_back(groups[p]);
    }
    const double restricted = calibrate(common, how).log_likelihood;
    std::vector<RatioDif> out;
    for (const std::size_t item : items) {
        Responses split(responses.items() + 1);
        for (std::size_t p = 0; p < common.persons(); ++p) {
            line.assign(common.of(p).begin(), common.of(p).end());
            if (how.groups[p] == 1)
                for (PackedAnswer& answer : line)
                    if (answer.item() == item)
                        answer = {responses.items(), static_cast<int>(answer.category())};
            split.add(line);
        }
        CalibrationOptions free = how;
        free.categories.push_back(how.categories[item]);
        const Calibration found = calibrate(split, free);
        const Item& reference = found.items[item].item;
        const Item& focal = found.items.back().item;
        RatioDif of;
        of.chi_square = std::max(2 * (found.log_likelihood - restricted), 0.0);
        const bool shared = how.family == Family::rasch || how.family == Family::one_parameter;
        of.df =
            reference.d.size() + (shared ? 0 : 1) + (how.family == Family::three_parameter ? 1 : 0);
        of.p = chi_square_tail(of.chi_square, of.df);
        of.a_difference = focal.a - reference.a;
        of.b_difference = -focal.d[0] / focal.a + reference.d[0] / reference.a;
        out.push_back(of);
    }
    return out;
}

}  // namespace engine
