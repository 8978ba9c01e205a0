// SPDX-License-Identifier: EUPL-1.2
#include "answers_of.hpp"
#include "engine/calibration_steps.hpp"
#include "engine/engine.hpp"
#include "places.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <optional>

using namespace engine;
using doctest::Approx;

namespace {

double loglik(const Responses& responses, Family family) {
    CalibrationOptions options;
    options.family = family;
    const Calibration found = calibrate(responses, options);
    CHECK(found.converged);
    return found.log_likelihood;
}

// The layout, data and options of a calibration, opened up for a look at one step.
struct Opened {
    Preparation prepared;
    Nodes nodes{64, -6, 6};
    Priors priors;
    std::unique_ptr<Expectation> expectation;

    Opened(const Responses& responses, const CalibrationOptions& options)
        : prepared(prepare(responses, options)), priors(options.priors) {
        expectation = expectation_by_rows(responses, prepared.layout, nodes, options.groups, 1);
    }
    double objective(const std::vector<double>& x) {
        Counts counts;
        Maximum maximum;
        expectation->counts(x, counts);
        maximise(prepared.layout, nodes, priors, counts, x, maximum);
        return counts.log_likelihood + maximum.log_prior;
    }
};

std::vector<Item> of_family(Family family, std::size_t count, std::uint64_t seed) {
    std::vector<Item> items = planted(count, seed);
    Random random(seed + 1);
    for (Item& item : items) {
        if (family == Family::three_parameter) item.c = 0.1 + 0.15 * random.uniform();
        if (family == Family::graded) {
            item.model = Model::graded;
            item.d = {item.d[0] + 1.2, item.d[0], item.d[0] - 1.1};
        }
        if (family == Family::partial_credit) {
            item.model = Model::partial_credit;
            item.d = {0.8 + 0.3 * random.normal(), 0.3 * random.normal(), -0.7};
        }
    }
    return items;
}

}  // namespace

TEST_CASE("LSAT-6 and LSAT-7 give the published figures") {
    CHECK(loglik(wide_file("lsat6.csv"), Family::two_parameter) == Approx(-2466.653).epsilon(2e-7));
    CHECK(loglik(wide_file("lsat6.csv"), Family::rasch) == Approx(-2466.938).epsilon(2e-7));
    const Calibration found = calibrate(wide_file("lsat7.csv"), {});
    CHECK(found.log_likelihood == Approx(-2658.805).epsilon(1e-7));
    const double a[] = {.988, 1.081, 1.707, .765, .736};
    const double d[] = {1.856, .808, 1.805, .486, 1.854};
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(std::abs(found.items[i].item.a - a[i]) < 0.0006);
        CHECK(std::abs(found.items[i].item.d[0] - d[i]) < 0.0006);
    }
}

TEST_CASE("2,000 x 50: mirt's log-likelihood to its last digit, and its distance from the truth") {
    const Responses responses = wide_file("s2pl_2000x50_responses.csv");
    const Calibration found = calibrate(responses, {});
    CHECK(found.log_likelihood >= -55854.8245);
    CHECK(found.log_likelihood == Approx(-55854.8244).epsilon(1e-9));
    std::ifstream in(SOURCE_DIR "/tests/data/irt/s2pl_2000x50_true_items.csv");
    std::string line;
    std::getline(in, line);
    double a2 = 0;
    double b2 = 0;
    for (std::size_t i = 0; i < 50 && std::getline(in, line); ++i) {
        const std::size_t first = line.find(',');
        std::size_t used = 0;
        const double a = std::stod(line.substr(first + 1), &used);
        const double b = std::stod(line.substr(first + 1 + used + 1));
        a2 += std::pow(found.items[i].item.a - a, 2);
        b2 += std::pow(b_of(found.items[i].item) - b, 2);
    }
    CHECK(std::sqrt(a2 / 50) == Approx(.0744).epsilon(0.002));
    CHECK(std::sqrt(b2 / 50) == Approx(.0959).epsilon(0.002));
}

TEST_CASE("the gradient is that of the log-posterior, for each model, two groups and priors") {
    for (const Family family : {Family::one_parameter, Family::two_parameter,
                                Family::three_parameter, Family::graded, Family::partial_credit}) {
        CAPTURE(static_cast<int>(family));
        const std::vector<Item> items = of_family(family, 4, 5);
        CalibrationOptions options;
        options.family = family;
        options.priors.use = Priors::Use::all;
        const Responses responses = answers_of(items, 200, 3, 9);
        for (std::size_t p = 0; p < responses.persons(); ++p) options.groups.push_back(p % 3 == 0);
        Opened opened(responses, options);
        std::vector<double> x = opened.prepared.start;
        x[opened.prepared.layout.groups_at + 2] = 0.3;
        x[opened.prepared.layout.groups_at + 3] = -0.2;
        Counts counts;
        opened.expectation->counts(x, counts);
        std::vector<double> slopes(x.size());
        gradient(opened.prepared.layout, opened.nodes, opened.priors, counts, x, slopes);
        constexpr double step = 1e-5;
        for (const std::size_t k : free_parameters(opened.prepared.layout)) {
            std::vector<double> moved = x;
            moved[k] = x[k] + step;
            const double above = opened.objective(moved);
            moved[k] = x[k] - step;
            const double below = opened.objective(moved);
            CAPTURE(k);
            CHECK(slopes[k] == Approx((above - below) / (2 * step)).epsilon(1e-5).scale(1));
        }
    }
}

TEST_CASE("a step of EM never lowers the log-posterior, from wherever it starts") {
    for (const Family family :
         {Family::two_parameter, Family::three_parameter, Family::graded, Family::partial_credit}) {
        CAPTURE(static_cast<int>(family));
        CalibrationOptions options;
        options.family = family;
        const Responses responses = answers_of(of_family(family, 6, 2), 300, 6, 4);
        Opened opened(responses, options);
        Random random(8);
        for (int trial = 0; trial < 5; ++trial) {
            std::vector<double> x = opened.prepared.start;
            for (const Layout::Place& place : opened.prepared.layout.items)
                x[place.at] = 0.2 + 3 * random.uniform();
            double before = opened.objective(x);
            for (int k = 0; k < 5; ++k) {
                Counts counts;
                Maximum maximum;
                opened.expectation->counts(x, counts);
                maximise(opened.prepared.layout, opened.nodes, opened.priors, counts, x, maximum);
                x = maximum.x;
                const double after = opened.objective(x);
                CHECK(after >= before - 1e-7);
                before = after;
            }
        }
    }
}

TEST_CASE("sufficient statistics and the table of rows are one likelihood") {
    const Responses responses = answers_of(planted(13, 3), 700, 13, 5);
    const Preparation prepared = prepare(responses, {});
    const Nodes nodes(64, -6, 6);
    Counts by_scores;
    Counts by_rows;
    expectation_by_scores(responses, prepared.layout, nodes, {}, 1)
        ->counts(prepared.start, by_scores);
    const auto rows = expectation_by_rows(responses, prepared.layout, nodes, {}, 1);
    rows->counts(prepared.start, by_rows);
    CHECK(by_scores.log_likelihood == Approx(by_rows.log_likelihood).epsilon(1e-13));
    for (std::size_t i = 0; i < 13; ++i)
        CHECK(by_scores.right_theta[i] == Approx(by_rows.right_theta[i]).epsilon(1e-11));
    Counts single;
    rows->exact(false);
    rows->counts(prepared.start, single);
    CHECK(single.log_likelihood == Approx(by_rows.log_likelihood).epsilon(1e-6));
}

TEST_CASE("planted parameters come back: sparse 2PL, 3PL, graded, partial credit") {
    {  // 2PL from 25 answers each
        const std::vector<Item> items = planted(100, 1);
        const Calibration found = calibrate(answers_of(items, 8000, 25, 2), {});
        CHECK(found.converged);
        CHECK(rmse(items, found.items, a_of) < 0.09);
        CHECK(rmse(items, found.items, d_of) < 0.08);
    }
    for (const Family family : {Family::three_parameter, Family::graded, Family::partial_credit}) {
        CAPTURE(static_cast<int>(family));
        const std::vector<Item> items = of_family(family, 30, 7);
        CalibrationOptions options;
        options.family = family;
        const Calibration found = calibrate(answers_of(items, 5000, 30, 8), options);
        CHECK(found.converged);
        CHECK(found.still_to_gain < 1e-4);
        CHECK(rmse(items, found.items, a_of) < (family == Family::three_parameter ? 0.17 : 0.05));
        CHECK(rmse(items, found.items, d_of) < (family == Family::three_parameter ? 0.25 : 0.07));
    }
}

TEST_CASE("3PL without priors on answers that nobody guessed: not below the 2PL, and it ends") {
    const Responses responses = answers_of(planted(15, 51), 1500, 15, 52);
    CalibrationOptions options;
    const double two = calibrate(responses, options).log_likelihood;
    options.family = Family::three_parameter;
    options.priors.use = Priors::Use::none;
    const Calibration found = calibrate(responses, options);
    CHECK(found.converged);
    CHECK(found.log_likelihood > two - 0.01);
}

TEST_CASE("groups: the second one's mean and spread; Rasch and 1PL are one model") {
    const std::vector<Item> items = planted(40, 11);
    CalibrationOptions options;
    const Responses responses = answers_of(items, 4000, 40, 12, [](std::size_t p, Random& random) {
        return p < 2000 ? random.normal() : 0.8 + 0.6 * random.normal();
    });
    for (std::size_t p = 0; p < 4000; ++p) options.groups.push_back(p >= 2000);
    const Calibration found = calibrate(responses, options);
    CHECK(found.groups[0].mean == 0);
    CHECK(found.groups[0].sd == 1);
    CHECK(found.groups[1].mean == Approx(0.8).epsilon(0.06));
    CHECK(found.groups[1].sd == Approx(0.6).epsilon(0.06));
    CHECK(rmse(items, found.items, b_of) < 0.1);

    const Responses short_test = answers_of(planted(8, 13), 1000, 8, 14);
    options = {};
    options.family = Family::rasch;
    const Calibration rasch = calibrate(short_test, options);
    options.family = Family::one_parameter;
    const Calibration one = calibrate(short_test, options);
    CHECK(rasch.log_likelihood == Approx(one.log_likelihood).epsilon(1e-10));
    CHECK(rasch.items[3].item.a == 1);
    CHECK(rasch.groups[0].sd == Approx(one.items[0].item.a).epsilon(1e-6));
    CHECK(rasch.items[2].item.d[0] == Approx(one.items[2].item.d[0]).epsilon(1e-6));
}

TEST_CASE("anchors stay as they are and carry the scale") {
    const std::vector<Item> items = planted(30, 15);
    CalibrationOptions options;
    options.anchors.resize(30);
    for (std::size_t i = 0; i < 10; ++i) options.anchors[i] = items[i];
    const Responses responses = answers_of(items, 4000, 30, 16, [](std::size_t, Random& random) {
        return -0.7 + 1.3 * random.normal();
    });
    const Calibration found = calibrate(responses, options);
    CHECK(found.converged);
    for (std::size_t i = 0; i < 10; ++i) {
        CHECK(found.items[i].fixed);
        CHECK(found.items[i].item.a == items[i].a);
        CHECK(found.items[i].item.d == items[i].d);
    }
    CHECK(found.groups[0].mean == Approx(-0.7).epsilon(0.08));
    CHECK(found.groups[0].sd == Approx(1.3).epsilon(0.06));
    CHECK(rmse(items, found.items, d_of) < 0.1);
    // Its own estimates as anchors, all of them: nothing is left to estimate but the persons.
    const Calibration whole = calibrate(responses, {});
    for (std::size_t i = 0; i < 30; ++i) options.anchors[i] = whole.items[i].item;
    const Calibration again = calibrate(responses, options);
    CHECK(again.log_likelihood == Approx(whole.log_likelihood).epsilon(1e-9));
    CHECK(std::abs(again.groups[0].mean) < 1e-3);
    CHECK(again.parameters == 2);
}

TEST_CASE("standard errors: the spread of estimates over replications") {
    const std::vector<Item> items = planted(12, 21);
    CalibrationOptions options;
    options.standard_errors = true;
    double squares = 0;
    double b_squares = 0;
    std::size_t within = 0;
    constexpr std::size_t replications = 60;
    for (std::uint64_t r = 0; r < replications; ++r) {
        const Calibration found = calibrate(answers_of(items, 1000, 12, 100 + r), options);
        CHECK(found.standard_errors == StandardErrors::observed);
        for (std::size_t i = 0; i < items.size(); ++i) {
            const double z = (found.items[i].item.a - items[i].a) / found.items[i].se[0];
            squares += z * z;
            within += std::abs(z) < 1.96;
            b_squares +=
                std::pow((b_of(found.items[i].item) - b_of(items[i])) / found.items[i].se_b, 2);
        }
    }
    const double n = replications * 12.0;
    CHECK(squares / n == Approx(1).epsilon(0.15));
    CHECK(b_squares / n == Approx(1).epsilon(0.25));
    CHECK(static_cast<double>(within) / n == Approx(0.95).epsilon(0.025));
}

TEST_CASE("errors item by item, where thousands are calibrated, are near the joint ones") {
    const std::vector<Item> items = planted(800, 23);
    const Responses responses = answers_of(items, 6000, 30, 24);
    CalibrationOptions options;
    options.standard_errors = true;
    const Calibration found = calibrate(responses, options);
    CHECK(found.standard_errors == StandardErrors::by_item);
    double squares = 0;
    for (std::size_t i = 0; i < items.size(); ++i)
        squares += std::pow((found.items[i].item.d[0] - items[i].d[0]) / found.items[i].se[1], 2);
    CHECK(squares / 800 == Approx(1).epsilon(0.2));
}

TEST_CASE("the order of persons and of items, and the number of threads, change nothing") {
    const std::vector<Item> items = planted(60, 31);
    const Responses responses = answers_of(items, 1500, 20, 32);
    const Calibration found = calibrate(responses, {});
    Responses turned(60);
    std::vector<PackedAnswer> line;
    for (std::size_t p = responses.persons(); p-- > 0;) {
        line.clear();
        for (const PackedAnswer answer : responses.of(p))
            line.emplace_back(59 - answer.item(), static_cast<int>(answer.category()));
        std::ranges::reverse(line);
        turned.add(line);
    }
    const Calibration other = calibrate(turned, {});
    CHECK(other.log_likelihood == Approx(found.log_likelihood).epsilon(1e-12));
    for (std::size_t i = 0; i < 60; ++i)
        CHECK(other.items[59 - i].item.a == Approx(found.items[i].item.a).epsilon(1e-4));
    CalibrationOptions options;
    options.threads = 5;
    const Calibration threaded = calibrate(responses, options);
    CHECK(threaded.log_likelihood == found.log_likelihood);
    for (std::size_t i = 0; i < 60; ++i) CHECK(threaded.items[i].item.a == found.items[i].item.a);
}

TEST_CASE("everybody twice: twice the log-likelihood, the same items") {
    const Responses once = wide_file("lsat7.csv");
    Responses twice(5);
    for (int round = 0; round < 2; ++round)
        for (std::size_t p = 0; p < once.persons(); ++p) twice.add(once.of(p));
    const Calibration one = calibrate(once, {});
    const Calibration two = calibrate(twice, {});
    CHECK(two.log_likelihood == Approx(2 * one.log_likelihood).epsilon(1e-10));
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(two.items[i].item.a == Approx(one.items[i].item.a).epsilon(1e-4));
}

TEST_CASE("extreme data: finite estimates, never a failure") {
    const auto finite = [](const Calibration& found) {
        CHECK(std::isfinite(found.log_likelihood));
        for (const ItemEstimate& estimate : found.items) {
            CHECK(std::isfinite(estimate.item.a));
            for (const double d : estimate.item.d) CHECK(std::isfinite(d));
        }
    };
    const std::vector<PackedAnswer> right_and_wrong[] = {{{0, 1}, {1, 0}}, {{0, 0}, {1, 1}}};
    for (const Family family : {Family::rasch, Family::two_parameter, Family::three_parameter,
                                Family::graded, Family::partial_credit}) {
        CAPTURE(static_cast<int>(family));
        CalibrationOptions options;
        options.family = family;
        options.standard_errors = true;
        options.most_maps = 300;
        {  // one item
            Responses responses(1);
            for (int p = 0; p < 50; ++p) responses.add(std::vector{PackedAnswer(0, p % 3 == 0)});
            finite(calibrate(responses, options));
        }
        {  // all right, all wrong, and one that nobody answered
            Responses responses(3);
            for (int p = 0; p < 80; ++p)
                responses.add(std::vector{PackedAnswer(0, 1), PackedAnswer(1, 0)});
            finite(calibrate(responses, options));
            options.priors.use = Priors::Use::none;
            finite(calibrate(responses, options));
        }
        {  // a person without answers, and nobody at all
            Responses responses(2);
            responses.add({});
            for (int p = 0; p < 40; ++p) responses.add(right_and_wrong[p % 2]);
            finite(calibrate(responses, options));
            finite(calibrate(Responses(2), options));
        }
        {  // the same answers from everyone
            Responses responses(2);
            for (int p = 0; p < 100; ++p) responses.add(right_and_wrong[0]);
            finite(calibrate(responses, options));
        }
    }
}

TEST_CASE("a person without answers changes nothing") {
    const Responses responses = wide_file("lsat6.csv");
    Responses more(5);
    for (std::size_t p = 0; p < responses.persons(); ++p) more.add(responses.of(p));
    more.add({});
    CHECK(calibrate(more, {}).log_likelihood ==
          Approx(calibrate(responses, {}).log_likelihood).epsilon(1e-10));
}

TEST_CASE("options that make no sense are refused in words") {
    const Responses responses = wide_file("lsat6.csv");
    CalibrationOptions options;
    options.groups = {0, 1};
    CHECK_THROWS_WITH(calibrate(responses, options), "groups must be one a person");
    options = {};
    options.anchors.resize(2);
    CHECK_THROWS_WITH(calibrate(responses, options), "anchors must be one an item, or none");
    CHECK_THROWS_WITH(calibrate(Responses(0), {}), "there is no item");
    Responses three(1);
    three.add(std::vector{PackedAnswer(0, 2)});
    CHECK_THROWS_WITH(calibrate(three, {}),
                      "item 1 has 3 categories: such items need the model grm or gpcm");
}

TEST_CASE("weak priors apply where they are said to, and nowhere else") {
    const Calibration complete = calibrate(wide_file("lsat7.csv"), {});
    for (const ItemEstimate& estimate : complete.items) CHECK_FALSE(estimate.prior);
    // 100 answers an item in a sparse table; 300 are enough.
    const Calibration sparse = calibrate(answers_of(planted(100, 41), 1000, 10, 42), {});
    for (const ItemEstimate& estimate : sparse.items)
        CHECK(estimate.prior == (estimate.answers < 300));
    CalibrationOptions none;
    none.priors.use = Priors::Use::none;
    for (const ItemEstimate& estimate :
         calibrate(answers_of(planted(100, 41), 1000, 10, 42), none).items)
        CHECK_FALSE(estimate.prior);
}
