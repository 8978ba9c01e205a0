// SPDX-License-Identifier: EUPL-1.2
#include "items/rules.hpp"
#include "items/differences.hpp"
#include "items/store.hpp"

#include <doctest/doctest.h>

using namespace items;

namespace {

constexpr base::PersonId author{1}, somebody{2};

ItemRecord item(std::optional<int> published, std::optional<int> working, const char* state,
                bool retired = false) {
    ItemRecord record;
    if (published) record.published_number = *published;
    if (working) record.working_number = *working;
    record.working_state = state;
    if (retired) record.retired_at = base::Time{};
    return record;
}

}  // namespace

TEST_CASE("who may do what with an item in which state, both sides of each rule") {
    const ItemRecord draft = item({}, 1, "draft"), review = item({}, 1, "review"),
                     published = item(1, {}, ""), revised = item(1, 2, "draft"),
                     retired = item(1, {}, "", true);
    CHECK(state_of(draft) == State::draft);
    CHECK(state_of(review) == State::review);
    CHECK(state_of(published) == State::published);
    CHECK(state_of(revised) == State::revised);
    CHECK(state_of(retired) == State::retired);
    const WhyNot may = std::nullopt;
    CHECK(why_not_edit(review) == may);
    CHECK(why_not_edit(retired) == "retired");
    CHECK(why_not_ask_review(draft) == may);
    CHECK(why_not_ask_review(revised) == may);
    CHECK(why_not_ask_review(review) == "no_draft");
    CHECK(why_not_ask_review(published) == "no_draft");
    CHECK(why_not_publish(review, author, somebody) == may);
    CHECK(why_not_publish(review, author, author) == "own_version");
    CHECK(why_not_publish(review, std::nullopt, author) == may);
    CHECK(why_not_publish(draft, author, somebody) == "not_in_review");
    CHECK(why_not_send_back(review, author, author) == "own_version");
    CHECK(why_not_retire(draft) == may);
    CHECK(why_not_retire(retired) == "retired");
    CHECK(why_not_restore(retired) == may);
    CHECK(why_not_restore(published) == "not_retired");
    CHECK(refusal_of("own_version").kind == base::ErrorKind::forbidden);
    CHECK(refusal_of("retired").kind == base::ErrorKind::conflict);
}

TEST_CASE("differences are told line by line") {
    using Kind = DifferenceLine::Kind;
    const auto found = differences("a\nb\nc\n", "a\nx\nc\nd\n");
    REQUIRE(found.size() == 5);
    CHECK(found[0] == DifferenceLine{Kind::same, "a"});
    CHECK(found[1] == DifferenceLine{Kind::removed, "b"});
    CHECK(found[2] == DifferenceLine{Kind::added, "x"});
    CHECK(found[3] == DifferenceLine{Kind::same, "c"});
    CHECK(found[4] == DifferenceLine{Kind::added, "d"});
    CHECK(differences("a\n", "a\n").size() == 1);
    std::string before, after;
    for (int i = 0; i < 3000; ++i) {
        before += "a\n";
        after += "b\n";
    }
    CHECK(differences(before, after).size() == 6000);
}

TEST_CASE("times are counted in buckets a fifth wide") {
    CHECK(store::bucket_of(0) == store::bucket_of(1));
    for (const int seconds : {1, 7, 30, 60, 300, 3600}) {
        CAPTURE(seconds);
        const int middle = store::seconds_of(store::bucket_of(seconds));
        CHECK(middle >= seconds * 4 / 5);
        CHECK(middle <= seconds * 5 / 4 + 1);
    }
}
