// SPDX-License-Identifier: EUPL-1.2
#include "items/qti.hpp"
#include "examples_model.hpp"
#include "places.hpp"

#include <doctest/doctest.h>

using namespace items;

namespace {

constexpr std::string_view foreign = R"(<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="choice"
    title="Unattended Luggage" adaptive="false" time-dependent="false" xml:lang="en">
 <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
  <qti-correct-response><qti-value>ChoiceA</qti-value></qti-correct-response>
 </qti-response-declaration>
 <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
 <qti-item-body>
  <p>Look at the text in the picture.</p>
  <qti-choice-interaction response-identifier="RESPONSE" shuffle="false" max-choices="1">
   <qti-prompt>What does it say?</qti-prompt>
   <qti-simple-choice identifier="ChoiceA">You must stay with your luggage at all times.</qti-simple-choice>
   <qti-simple-choice identifier="ChoiceB">Do not let someone else look after it.</qti-simple-choice>
   <qti-simple-choice identifier="ChoiceC">Remember your luggage when you leave.</qti-simple-choice>
  </qti-choice-interaction>
 </qti-item-body>
 <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
</qti-assessment-item>)";

std::string refused(const std::string& xml) {
    const auto read = read_qti(xml);
    return read ? "" : read.error().reasons.front().message_key;
}

}  // namespace

TEST_CASE("what we write in QTI keeps to its structure, and reads back as the same question") {
    for (const char* code :
         {"4.1-017", "4.1-018", "1.1-002", "3.4-001", "3.4-002", "2.1-001", "2.1-002"}) {
        CAPTURE(code);
        const Item item = tests::example_item(code);
        const auto xml = write_qti(item);
        REQUIRE(xml);
        for (const QtiProblem& problem : check_qti(*xml))
            FAIL_CHECK(problem.element << ": " << problem.section << ": " << problem.what);
        const auto text = read_qti(*xml);
        REQUIRE(text);
        const auto source = read_source(*text);
        REQUIRE(source);
        // A zone is told as a choice of its parts, fewer than our choices have.
        if (item.format == Format::zone) {
            CHECK(text->find("right = true") != std::string::npos);
            continue;
        }
        // What QTI does not say is empty; filled in, the item is whole and its key the same.
        std::string whole = *text;
        for (const char* empty : {"why = \"\"", "source = \"\""})
            for (auto at = whole.find(empty); at != std::string::npos; at = whole.find(empty))
                whole.replace(at, std::string_view{empty}.size(),
                              std::string{empty}.substr(0, std::string_view{empty}.size() - 1) +
                                  "Parce que.\"");
        const auto again = read_item(code, whole);
        for (const Problem& problem : again.problems)
            if (problem.serious) FAIL_CHECK(problem.reason.message_key << problem.reason.field);
        REQUIRE(again.item);
        CHECK(again.item->level == item.level);
        const auto before = draw(item, 0), after = draw(*again.item, 0);
        CHECK(before->options.size() == after->options.size());
        CHECK(before->steps.size() == after->steps.size());
        CHECK(before->rights.size() == after->rights.size());
        for (const Option& option : before->options)
            if (option.right) {
                bool found = false;
                for (const Option& other : after->options)
                    found = found || (other.right && other.text == option.text);
                CHECK(found);
            }
        for (std::size_t i = 0; i < before->fields.size(); ++i)
            CHECK(before->fields[i].accept == after->fields[i].accept);
    }
}

TEST_CASE("every question of the bank that QTI can express keeps to its structure") {
    int written = 0;
    for (const BankFile& file : tests::bank_in(SOURCE_DIR "/content/items")) {
        CAPTURE(file.code);
        const auto xml = write_qti(file.read.item.value());
        if (!xml) continue;  // with a file of its own for each candidate
        ++written;
        for (const QtiProblem& problem : check_qti(*xml))
            FAIL_CHECK(problem.element << ": " << problem.section << ": " << problem.what);
    }
    CHECK(written > 500);
}

TEST_CASE("an item of others is read") {
    const auto text = read_qti(foreign);
    REQUIRE(text);
    CHECK(text->find("format = \"single\"") != std::string::npos);
    CHECK(text->find("stem = \"Look at the text in the picture.\\n\\nWhat does it say?\"") !=
          std::string::npos);
    CHECK(text->find("at all times.\"\nright = true") != std::string::npos);
    // What the schema leaves open: show-hide of inline feedback, the body of modal feedback.
    std::string open =
        tests::with(std::string{foreign}, "after it.</qti-simple-choice>",
                    "after it.<qti-feedback-inline outcome-identifier=\"F\" "
                    "identifier=\"no\">No.</qti-feedback-inline></qti-simple-choice>");
    open = tests::with(open, "</qti-assessment-item>",
                       "<qti-modal-feedback outcome-identifier=\"F\" show-hide=\"show\" "
                       "identifier=\"no\"/></qti-assessment-item>");
    CHECK(refused(open).empty());
}

TEST_CASE("what QTI cannot say is not exported, what breaks it is not imported") {
    CHECK_FALSE(write_qti(tests::example_item("1.3-001")));
    const std::string good{foreign};
    CHECK(refused("<html/>") == "items.qti.breaks");
    CHECK(refused("no xml") == "items.qti.breaks");
    CHECK(refused(tests::with(good, "identifier=\"choice\"", "")) == "items.qti.breaks");
    CHECK(refused(tests::with(good, "imsqtiasi_v3p0", "imsqti_v2p1")) == "items.qti.breaks");
    CHECK(refused(tests::with(good, "response-identifier=\"RESPONSE\"",
                              "response-identifier=\"OTHER\"")) == "items.qti.breaks");
    CHECK(refused(tests::with(good, "identifier=\"ChoiceB\"", "identifier=\"ChoiceA\"")) ==
          "items.qti.breaks");
    CHECK(refused(tests::with(good, "cardinality=\"single\" base-type=\"identifier\"",
                              "cardinality=\"some\" base-type=\"identifier\"")) ==
          "items.qti.breaks");
    // Of some elements there may be one, and in this order.
    CHECK(refused(tests::with(good, "<qti-item-body>", "<qti-item-body/><qti-item-body>")) ==
          "items.qti.breaks");
    CHECK(refused(tests::with(good, "<qti-correct-response>",
                              "<qti-mapping><qti-map-entry map-key=\"a\" mapped-value=\"1\"/>"
                              "</qti-mapping><qti-correct-response>")) == "items.qti.breaks");
    const auto interaction = good.find("<qti-choice-interaction");
    std::string none = good;
    none.erase(interaction, good.find("</qti-item-body>") - interaction);
    CHECK(refused(none) == "items.qti.no_interaction");
    CHECK(refused(std::string(600'000, 'x')) == "items.qti.too_large");
}
