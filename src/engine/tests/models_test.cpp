// SPDX-License-Identifier: EUPL-1.2
// Response models: probabilities, derivatives, information; estimates and person fit.
#include "effort.hpp"
#include "engine/engine.hpp"
#include "engine/estimates.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numeric>

using namespace engine;

namespace {

const std::vector<Item>& some_items() {
    static const std::vector<Item> items{
        {.name = "2PL", .a = 1.3, .d = {-0.4}},
        {.name = "3PL", .a = 0.8, .d = {0.7}, .c = 0.2},
        {.name = "graded", .model = Model::graded, .a = 1.6, .d = {2.0, 0.1, -1.5}},
        {.name = "partial credit", .model = Model::partial_credit, .a = 0.9, .d = {0.8, -0.3, 0.4}},
        {.name = "no slope", .a = 0, .d = {0.5}},
        {.name = "negative", .a = -0.7, .d = {0.2}},
    };
    return items;
}

}  // namespace

TEST_CASE("probabilities add up to 1 and are those of the formulas") {
    std::array<double, max_categories> p{};
    std::array<double, max_categories> l{};
    for (const Item& item : some_items())
        for (const double theta : {-3.0, -0.5, 0.0, 1.7}) {
            probabilities(item, theta, p);
            log_probabilities(item, theta, l);
            double sum = 0;
            for (std::size_t k = 0; k < item.categories(); ++k) {
                sum += p[k];
                CHECK(l[k] == doctest::Approx(std::log(p[k])).epsilon(1e-13));
            }
            CHECK(sum == doctest::Approx(1).epsilon(1e-14));
        }
    // 3PL at its difficulty: half way between c and 1.
    probabilities({.a = 1, .d = {0}, .c = 0.2}, 0, p);
    CHECK(p[1] == doctest::Approx(0.6));
    // Graded: P(y >= 2) = logistic(1.6 theta + .1).
    probabilities(some_items()[2], 0.5, p);
    CHECK(p[2] + p[3] == doctest::Approx(1 / (1 + std::exp(-0.9))));
    // Partial credit: the odds of neighbouring categories are those of a 2PL.
    probabilities(some_items()[3], 0.5, p);
    CHECK(std::log(p[2] / p[1]) == doctest::Approx(0.9 * 0.5 - 0.3));
}

TEST_CASE("derivatives and information agree with finite differences") {
    constexpr double h = 1e-5;
    std::array<double, max_categories> p{}, before{}, at{}, after{};
    for (const Item& item : some_items())
        for (const double theta : {-2.0, -0.3, 0.4, 1.9}) {
            CAPTURE(item.name);
            CAPTURE(theta);
            log_probabilities(item, theta - h, before);
            log_probabilities(item, theta, at);
            log_probabilities(item, theta + h, after);
            probabilities(item, theta, p);
            double fisher = 0;
            for (std::size_t k = 0; k < item.categories(); ++k) {
                const Slopes slope = slopes(item, theta, static_cast<int>(k));
                CHECK(slope.first ==
                      doctest::Approx((after[k] - before[k]) / (2 * h)).epsilon(1e-7).scale(1e-3));
                CHECK(slope.second == doctest::Approx((after[k] - 2 * at[k] + before[k]) / (h * h))
                                          .epsilon(1e-4)
                                          .scale(1));
                fisher += p[k] * slope.first * slope.first;
            }
            CHECK(information(item, theta).fisher == doctest::Approx(fisher).epsilon(1e-10));
            const Expected score = expected_score(item, theta);
            double mean = 0;
            for (std::size_t k = 0; k < item.categories(); ++k)
                mean += static_cast<double>(k) * p[k];
            CHECK(score.mean == doctest::Approx(mean));
        }
}

TEST_CASE("extreme parameters give finite numbers") {
    std::array<double, max_categories> l{};
    for (const double a : {0.0, 1e-8, 50.0, 1000.0, -1000.0})
        for (const double d : {-1e5, 0.0, 1e5})
            for (const double theta : {-8.0, 0.0, 8.0})
                for (const Model model : {Model::logistic, Model::graded, Model::partial_credit}) {
                    Item item{.model = model, .a = a, .d = {d}};
                    if (model != Model::logistic) item.d.push_back(d - 1);
                    log_probabilities(item, theta, l);
                    double sum = 0;
                    for (std::size_t k = 0; k < item.categories(); ++k) {
                        CHECK(std::isfinite(l[k]));
                        sum += std::exp(l[k]);
                        CHECK(std::isfinite(slopes(item, theta, static_cast<int>(k)).first));
                    }
                    CHECK(sum == doctest::Approx(1).epsilon(1e-9));
                    CHECK(std::isfinite(information(item, theta).fisher));
                }
}

TEST_CASE("MAP and WLE solve their equations, and are finite when all answers are right") {
    std::vector<Item> items;
    Random random(5);
    for (int i = 0; i < 20; ++i)
        items.push_back(Item::two_pl(0.6 + random.uniform(), random.normal()));
    for (const bool all_right : {false, true}) {
        std::vector<Answer> answers;
        for (std::size_t i = 0; i < items.size(); ++i)
            answers.push_back({&items[i], all_right || i % 3 != 0});
        const Estimate map = map_estimate(answers);
        double slope = -map.theta;
        for (const Answer& answer : answers)
            slope += slopes(*answer.item, map.theta, answer.category).first;
        CHECK(std::abs(slope) < 1e-8);
        const Estimate wle = wle_estimate(answers);
        double score = 0;
        Information sum;
        for (const Answer& answer : answers) {
            score += slopes(*answer.item, wle.theta, answer.category).first;
            sum.fisher += information(*answer.item, wle.theta).fisher;
            sum.j += information(*answer.item, wle.theta).j;
        }
        CHECK(std::abs(score + sum.j / (2 * sum.fisher)) < 1e-8);
        CHECK(wle.se == doctest::Approx(1 / std::sqrt(sum.fisher)));
        CHECK(std::abs(wle.theta) < farthest_theta);
        CHECK(map.theta < wle.theta + 1e-12);  // these candidates are above the prior's mean
    }
    CHECK(map_estimate({}).theta == 0);
    CHECK(map_estimate({}).se == 1);
}

TEST_CASE("WLE has less bias than maximum likelihood would: under .02") {
    std::vector<Item> items;
    Random random(11);
    for (int i = 0; i < 30; ++i) items.push_back(Item::two_pl(1.2, -2 + 4.0 * i / 29));
    double error = 0;
    constexpr int n = 2000 / tests::fewer;
    for (int person = 0; person < n; ++person) {
        std::vector<Answer> answers;
        for (const Item& item : items)
            answers.push_back({&item, random.uniform() < logistic(item.a * 1.0 + item.d[0])});
        error += wle_estimate(answers).theta - 1.0;
    }
    CHECK(std::abs(error / n) < 0.02 * tests::wider);
}

TEST_CASE("lz* is about N(0, 1) under the model, and finds candidates who answer by chance") {
    std::vector<Item> items;
    Random random(7);
    for (int i = 0; i < 60; ++i)
        items.push_back(Item::two_pl(0.7 + random.uniform(), random.normal()));
    for (const Estimator estimator : {Estimator::map, Estimator::wle}) {
        double sum = 0;
        double squares = 0;
        int flagged = 0;
        int found = 0;
        constexpr int n = 2000 / tests::fewer;
        for (int person = 0; person < n; ++person) {
            const double theta = random.normal();
            std::vector<Answer> fits, chance;
            for (const Item& item : items) {
                fits.push_back({&item, random.uniform() < logistic(item.a * theta + item.d[0])});
                chance.push_back({&item, random.uniform() < 0.5});
            }
            const double lz = lz_star(fits, estimator);
            sum += lz;
            squares += lz * lz;
            flagged += lz < -1.645;
            found += lz_star(chance, estimator) < -1.645;
        }
        CHECK(std::abs(sum / n) < 0.1);
        CHECK(squares / n == doctest::Approx(1).epsilon(0.12));
        CHECK(flagged > n * 0.03);
        CHECK(flagged < n * 0.07);
        CHECK(found > n * 0.9);
    }
    CHECK(std::isnan(lz_star({}, Estimator::wle)));
}

TEST_CASE("speed is found from times, a rapid guess is flagged, a fast reader is not") {
    Random random(13);
    std::vector<Timed> normal, fast;
    for (int i = 0; i < 40; ++i) {
        const TimedItem item{3.5 + 0.5 * random.normal(), 2};
        const double noise = random.normal() / item.alpha;
        normal.push_back({item, std::exp(item.beta + noise)});
        fast.push_back({item, std::exp(item.beta - 0.6 + noise)});
    }
    CHECK(std::abs(speed(normal).mean) < 0.2);
    CHECK(speed(fast).mean > 0.35);
    CHECK(speed(fast).sd < 0.1);
    // With a correlation speed says something of ability; without, nothing.
    CHECK(speed(fast).theta_mean == 0);
    CHECK(speed(fast, {.correlation = 0.5}).theta_mean > 0.3);
    CHECK(speed(fast, {.correlation = 0.5}).theta_variance < 0.8);
    int flagged = 0;
    for (std::size_t i = 0; i < fast.size(); ++i) flagged += is_rapid_guess(fast, i);
    CHECK(flagged == 0);
    normal[7].seconds = 0.8;
    CHECK(is_rapid_guess(normal, 7));
    CHECK_FALSE(is_rapid_guess(normal, 8));
}

TEST_CASE("soft log-probabilities average over the parameters") {
    const Item item{.a = 1.2, .d = {0.4}};
    std::array<double, 2> soft{}, hard{};
    soft_log_probabilities(item, {}, 1.0, soft);
    log_probabilities(item, 1.0, hard);
    CHECK(soft[1] == hard[1]);
    // Against a sum over many points.
    const Uncertainty unsure{0.04, 0.09, 0.01};
    for (const double theta : {-2.0, 0.0, 1.5}) {
        soft_log_probabilities(item, unsure, theta, soft);
        const double sd = std::sqrt(theta * theta * 0.04 + 2 * theta * 0.01 + 0.09);
        const Grid fine = Grid::equally_spaced(2001, -8, 8);
        double p = 0;
        for (std::size_t i = 0; i < fine.size(); ++i)
            p += fine.weights[i] * logistic(1.2 * theta + 0.4 + sd * fine.nodes[i]);
        CHECK(std::exp(soft[1]) == doctest::Approx(p).epsilon(1e-7));
        CHECK(std::exp(soft[0]) + std::exp(soft[1]) == doctest::Approx(1));
    }
}
