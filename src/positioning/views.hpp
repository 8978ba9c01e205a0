// SPDX-License-Identifier: EUPL-1.2
// From tests and results to the JSON of the pages.
#pragma once
#include "base/clock.hpp"
#include "items/variant.hpp"
#include "positioning/positioning.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace positioning {

struct ChooseData {
    std::optional<Test> in_progress;
    std::vector<Test> finished;  // latest first
    frameworks::Targets core;
    std::shared_ptr<const frameworks::Trades> trades;
    bool empty_bank = false;
    bool phone = false;  // the reader seems to use one
    Start chosen;        // what a refused form had
};
boost::json::object choose_view(const ChooseData&, std::string_view language);

// The question that is open. `answer`: what a refused form had.
boost::json::object question_view(const Test&, const Next&, const items::Variant&,
                                  int limit_seconds, const items::Answer* answer);
boost::json::object paused_view(const Test&, const Next&, std::string_view language);

struct ResultData {
    Test test;
    std::vector<Standing> standings;
    std::string trade;  // label, of that scope
    std::string name;   // of the person, where somebody else reads
    bool own = true;
    bool shared = false;     // with the present supervisor
    std::string supervisor;  // their name, for the person; "": nobody is confirmed
    base::PersonId supervisor_id{};
};
boost::json::object result_view(const ResultData&, std::string_view language);
boost::json::object history_view(const std::vector<std::pair<Test, std::vector<Standing>>>&,
                                 std::optional<base::PersonId> supervisor,  // of the person
                                 const frameworks::Trades&, std::string_view language);

struct Explained {
    int place = 0;
    Given given;
    std::optional<items::Variant> variant;  // nothing: its text is gone
    std::string competence;
};
boost::json::object answers_view(const Test&, const std::vector<Explained>&,
                                 std::string_view language);

// The digital skills of a profile in the manner of Europass (learning achievements with the level
// of each): DigComp codes, levels, likely ranges, date, awarding body.
boost::json::object europass(const ResultData&, std::string_view name, std::string_view base_url);

// JSON Schema of the views.
extern const std::string choose_schema, test_schema, result_schema, history_schema, answers_schema;

}  // namespace positioning
