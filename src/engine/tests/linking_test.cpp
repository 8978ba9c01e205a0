// SPDX-License-Identifier: EUPL-1.2
#include "answers_of.hpp"
#include "engine/engine.hpp"

#include <doctest/doctest.h>

using namespace engine;
using doctest::Approx;

namespace {

constexpr LinkMethod methods[] = {LinkMethod::mean_mean, LinkMethod::mean_sigma,
                                  LinkMethod::haebara, LinkMethod::stocking_lord};

std::vector<Item> moved(const std::vector<Item>& items, const Link& link) {
    std::vector<Item> out;
    for (const Item& item : items) out.push_back(linked(item, link));
    return out;
}

}  // namespace

TEST_CASE("every method finds a planted change of scale, exactly") {
    const Link planted_link{.slope = 1.3, .intercept = -0.45};
    std::vector<Item> items = planted(12, 1);
    items[3].c = 0.2;
    items[4].model = Model::graded;
    items[4].d = {1.0, 0.1, -0.9};
    items[5].model = Model::partial_credit;
    items[5].d = {0.4, -0.6};
    for (const LinkMethod method : methods) {
        CAPTURE(static_cast<int>(method));
        const Link found = link(items, moved(items, planted_link), method);
        CHECK(found.slope == Approx(1.3).epsilon(1e-7));
        CHECK(found.intercept == Approx(-0.45).epsilon(1e-7));
        // And back.
        const Link back = link(moved(items, planted_link), items, method);
        CHECK(back.slope == Approx(1 / 1.3).epsilon(1e-7));
    }
}

TEST_CASE("a linked item has the curve of the old one at the same person") {
    const Link link{.slope = 0.8, .intercept = 0.5};
    for (const Model model : {Model::logistic, Model::graded, Model::partial_credit}) {
        Item item = Item::two_pl(1.4, 0.3);
        item.model = model;
        if (model != Model::logistic) item.d = {0.9, -0.4, -1.0};
        std::vector<double> before(item.categories());
        std::vector<double> after(item.categories());
        for (const double theta : {-2.0, 0.0, 1.7}) {
            probabilities(item, theta, before);
            probabilities(linked(item, link), link.slope * theta + link.intercept, after);
            for (std::size_t k = 0; k < before.size(); ++k)
                CHECK(after[k] == Approx(before[k]).epsilon(1e-12));
        }
    }
}

TEST_CASE("two calibrations with different persons: curves agree better after linking") {
    const std::vector<Item> items = planted(25, 5);
    const Calibration here = calibrate(answers_of(items, 3000, 25, 6), {});
    const Calibration there =
        calibrate(answers_of(items, 3000, 25, 7,
                             [](std::size_t, Random& r) { return 0.6 + 1.4 * r.normal(); }),
                  {});
    std::vector<Item> from;
    std::vector<Item> to;
    for (std::size_t i = 0; i < 25; ++i) {
        from.push_back(there.items[i].item);
        to.push_back(here.items[i].item);
    }
    for (const LinkMethod method : methods) {
        CAPTURE(static_cast<int>(method));
        const Link found = link(from, to, method);
        CHECK(found.slope == Approx(1.4).epsilon(0.07));
        CHECK(found.intercept == Approx(0.6).epsilon(0.12));
    }
}

TEST_CASE("an item that drifted stands out, the others do not") {
    std::vector<Item> from = planted(20, 9);
    std::vector<Item> to = moved(from, {.slope = 1.1, .intercept = 0.2});
    Random random(4);
    for (Item& item : to) item.d[0] += 0.05 * random.normal();
    to[7].d[0] -= 1.2;
    const std::vector<double> z = robust_z(from, to, link(from, to, LinkMethod::stocking_lord));
    for (std::size_t i = 0; i < 20; ++i) {
        CAPTURE(i);
        CHECK((std::abs(z[i]) > 5) == (i == 7));
    }
}

TEST_CASE("items that cannot be linked are refused") {
    const std::vector<Item> items = planted(3, 1);
    CHECK_THROWS(link({}, {}, LinkMethod::mean_mean));
    CHECK_THROWS(link(items, {items[0]}, LinkMethod::mean_mean));
    std::vector<Item> turned = items;
    turned[1].a = -1;
    CHECK_THROWS(link(items, turned, LinkMethod::haebara));
    const std::vector<Item> alike(3, Item::two_pl(1, 0.5));
    CHECK_THROWS(link(alike, alike, LinkMethod::mean_sigma));
    CHECK(link(alike, alike, LinkMethod::mean_mean).slope == Approx(1));
}
