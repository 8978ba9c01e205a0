// SPDX-License-Identifier: EUPL-1.2
#include "effort.hpp"
#include "examples_model.hpp"
#include "http/request.hpp"
#include "items/parameters.hpp"
#include "places.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <set>

using namespace items;

namespace {

std::string shown(const Variant& variant) {
    return boost::json::serialize(question_view(variant, {.file_url = "/f"}));
}

// What the form of the question template sends for this answer.
http::Form form_of(const Variant& variant, const Answer& answer) {
    http::Pairs pairs;
    const bool parts = variant.format == Format::fields || variant.format == Format::order ||
                       variant.format == Format::match || variant.format == Format::settings;
    for (std::size_t i = 0; i < answer.values.size(); ++i)
        pairs.emplace_back(parts ? "answer-" + std::to_string(i) : "answer", answer.values[i]);
    return http::Form(std::move(pairs));
}

void check_file(const BankFile& file) {
    CAPTURE(file.path);
    REQUIRE(file.read.item);
    for (std::uint64_t seed = 100; seed < 100 + 20 / tests::fewer; ++seed) {
        CAPTURE(seed);
        const auto variant = draw(*file.read.item, seed);
        REQUIRE(variant);
        const Answer right = right_answer(*variant), wrong = wrong_answer(*variant);
        CHECK(check(*variant, right).right);
        CHECK_FALSE(check(*variant, wrong).right);
        CHECK_FALSE(check(*variant, {.unknown = true}).right);
        // What a browser would send of it comes to the same, and so does what is kept.
        const auto read = read_answer(*variant, form_of(*variant, right));
        REQUIRE(read);
        CHECK(check(*variant, *read).right);
        CHECK(read_written(written(right)) == right);
        const auto key = draw_key(*file.read.item, seed);
        REQUIRE(key);
        CHECK(read_answer(*key, form_of(*variant, right)).value() == *read);
        CHECK(check(*key, right).right);
        CHECK(check(*key, wrong).parts == check(*variant, wrong).parts);
        CHECK(explanation_view(*variant, &right).at("right").as_bool());
        CHECK(make_file(*variant).has_value() == file.read.item->has_file);
    }
}

}  // namespace

TEST_CASE(
    "each example and each item of the bank can be drawn, answered right and answered wrong") {
    for (const std::string folder :
         {SOURCE_DIR "/src/items/tests/data", SOURCE_DIR "/content/items"})
        for (const BankFile& file : tests::bank_in(folder)) check_file(file);
    CHECK(tests::bank_in(SOURCE_DIR "/src/items/tests/data").size() == 14);
}

TEST_CASE("a seed is a variant, and another seed another one") {
    const Item item = tests::example_item("1.3-001");
    const auto one = draw(item, 7), again = draw(item, 7);
    REQUIRE(one);
    REQUIRE(again);
    CHECK(shown(*one) == shown(*again));
    CHECK(make_file(*one)->content == make_file(*again)->content);
    std::set<std::string> answers;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        answers.insert(draw(item, seed)->fields.front().accept.front());
    CHECK(answers.size() > 10);
}

TEST_CASE("the numbers of a seed are the same on every machine and for ever") {
    // SplitMix64 from state 1234567: the reference output of its authors.
    Random reference(1234567, "");
    CHECK(reference.next() == 6457827717110365317U);
    CHECK(reference.next() == 3203168211198807973U);
    Random other(1234567, "order");
    CHECK(other.next() != 6457827717110365317U);
    std::vector<int> list{1, 2, 3, 4, 5};
    Random(42, "order").shuffle(list);
    std::vector<int> same{1, 2, 3, 4, 5};
    Random(42, "order").shuffle(same);
    CHECK(list == same);
    for (int i = 0; i < 1000; ++i) CHECK(reference.below(7) < 7);
}

TEST_CASE("what a browser gets says nothing of the key") {
    for (const BankFile& file : tests::bank_in(SOURCE_DIR "/src/items/tests/data")) {
        CAPTURE(file.path);
        const auto variant = draw(*file.read.item, 3);
        const std::string text = shown(*variant);
        for (const char* word : {"\"right\"", "\"why\"", "\"accept\"", "\"key\"", "\"wrong\""})
            CHECK(text.find(word) == std::string::npos);
        for (const Option& option : variant->options)
            CHECK(text.find(option.why) == std::string::npos);
        CHECK(text.find(variant->feedback) == std::string::npos);
    }
}

TEST_CASE("the steps of an order are never shown in the right one") {
    const Item item = tests::example_item("3.4-001");
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto variant = draw(item, seed);
        bool sorted = true;
        for (std::size_t i = 0; i < variant->steps.size(); ++i)
            sorted = sorted && variant->steps[i].place == static_cast<int>(i) + 1;
        CHECK_FALSE(sorted);
    }
}

TEST_CASE("zones are numbered as they stand on the screen") {
    const auto variant = draw(tests::example_item("2.1-001"), 5);
    CHECK(variant->options[0].id == "c");
    CHECK(variant->options[1].id == "b");
    CHECK(variant->options[2].id == "a");
}

TEST_CASE("an answer that is not complete is refused with its part") {
    const auto order = draw(tests::example_item("3.4-001"), 1);
    const auto refused = [&](const http::Pairs& pairs) {
        const auto read = read_answer(*order, http::Form(pairs));
        return read ? std::string{}
                    : read.error().reasons.front().field + " " +
                          read.error().reasons.front().message_key;
    };
    CHECK(refused({{"answer-0", "1"}, {"answer-1", "2"}, {"answer-2", "3"}, {"answer-3", "4"}}) ==
          "");
    CHECK(refused({{"answer-0", "1"}}) == "answer-1 items.answer.part_missing");
    CHECK(refused({{"answer-0", "1"}, {"answer-1", "1"}, {"answer-2", "3"}, {"answer-3", "4"}}) ==
          "answer-0 items.answer.place_twice");
    CHECK(refused({{"answer-0", "0"}, {"answer-1", "2"}, {"answer-2", "3"}, {"answer-3", "4"}}) ==
          "answer-0 items.answer.unknown");
    CHECK(refused({{"answer-0", "5"}, {"answer-1", "2"}, {"answer-2", "3"}, {"answer-3", "4"}}) ==
          "answer-0 items.answer.unknown");
    CHECK(refused({{"unknown", "1"}}) == "");
    const auto single = draw(tests::example_item("4.1-017"), 1);
    CHECK_FALSE(read_answer(*single, http::Form{}));
    CHECK_FALSE(read_answer(*single, http::Form(http::Pairs{{"answer", "4"}})));
    CHECK_FALSE(read_answer(*single, http::Form(http::Pairs{{"answer", "0"}, {"answer", "1"}})));
    CHECK(read_answer(*single, http::Form(http::Pairs{{"answer", "3"}})));
}

TEST_CASE("arithmetic is exact, whole, and refuses the rest") {
    const Values values{{"n", "12"}, {"cas.x", "-3"}, {"mot", "trois"}};
    const auto result = [&](std::string_view text) {
        const auto found = arithmetic(text, values);
        return found ? std::optional{*found} : std::nullopt;
    };
    CHECK(result("n * 12 + 5") == 149);
    CHECK(result("7 * 10 / 14") == 5);
    CHECK(result("10 / 4 * 2") == 5);
    CHECK(result("-(n - 2) + cas.x") == -13);
    CHECK(result("2 - 3 - 4") == -5);
    for (const char* wrong : {"10 / 4", "1 / 0", "n +", "mot + 1", "(1", "1 1", "", "n ** 2",
                              "999999999999999 * 999999999999999", "système"})
        CHECK_FALSE(result(wrong));
}

TEST_CASE("a table is asked for the rows that fit") {
    const Table table{{"Dpt", "Montant", "Jour"},
                      {{"Gers", "100", "05/01/2026"},
                       {"Lot", "50,5", "06/01/2026"},
                       {"Gers", "250", "07/02/2026"},
                       {"Gers-Nord", "-10", "01/01/2025"}}};
    const auto ask = [&](std::string_view function, std::string_view column,
                         const std::vector<std::string>& where) {
        const auto found = table.compute(function, column, where);
        return found ? *found : "refused " + found.error().reasons.front().message_key;
    };
    CHECK(ask("count", "", {}) == "4");
    CHECK(ask("count", "", {"Dpt = Gers"}) == "2");
    CHECK(ask("count", "", {"Dpt starts Gers"}) == "3");
    CHECK(ask("count", "", {"Dpt contains o"}) == "2");
    CHECK(ask("count", "", {"Montant > 100"}) == "1");
    CHECK(ask("count", "", {"Montant >= 100", "Dpt = Gers"}) == "2");
    CHECK(ask("count", "", {"Jour >= 2026-01-06"}) == "2");
    CHECK(ask("count", "", {"Jour = 06/01/2026"}) == "1");
    CHECK(ask("count", "", {"Dpt != Gers"}) == "2");
    CHECK(ask("sum", "Montant", {"Dpt = Gers"}) == "350");
    CHECK(ask("sum", "Montant", {}) == "390.50");
    CHECK(ask("average", "Montant", {"Dpt starts Gers"}) == "113.33");
    CHECK(ask("max", "Montant", {}) == "250");
    CHECK(ask("min", "Montant", {}) == "-10");
    CHECK(ask("distinct", "Dpt", {}) == "3");
    CHECK(ask("first", "Jour", {"Dpt = Gers"}) == "05/01/2026");
    CHECK(ask("last", "Jour", {"Dpt = Gers"}) == "07/02/2026");
    CHECK(ask("sum", "Dpt", {}) == "refused items.problem.cell");
    CHECK(ask("sum", "Rien", {}) == "refused items.problem.column_unknown");
    CHECK(ask("first", "Dpt", {"Dpt = Aude"}) == "refused items.problem.no_row");
    CHECK(ask("count", "", {"Dpt ~ Gers"}) == "refused items.problem.condition");
    CHECK(ask("median", "Montant", {}) == "refused items.problem.function");
}
