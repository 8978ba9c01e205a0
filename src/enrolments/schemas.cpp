// SPDX-License-Identifier: EUPL-1.2
// JSON Schema (2020-12) of the views; tests hold them against real answers.
#include "enrolments/views.hpp"

#include <string>

namespace enrolments {
namespace {

const std::string session = R"json({"type": "object",
 "required": ["id", "status", "starts_at", "ends_at", "slots", "remote", "capacity", "free",
              "full", "waiting"]})json";

const std::string training = R"json({"type": "object",
 "required": ["id", "state", "can_withdraw", "enrolled_at", "offer", "session"],
 "properties": {"id": {"type": "integer"},
  "state": {"enum": ["applied", "seated", "offered", "waiting", "withdrawn", "declined", "expired",
                     "refused", "transferred", "replaced", "cancelled"]},
  "enrolled_at": {"type": "string", "format": "date-time"},
  "rank": {"type": "integer", "minimum": 1}, "video_link": {"type": "string"},
  "offer": {"type": "object", "required": ["slug", "title"]},
  "session": )json" + session +
                             "}}";

const std::string list_of_trainings = R"json({"type": "array", "items": )json" + training + "}";

const std::string trainings = R"json({"type": "object",
 "required": ["to_answer", "coming", "waiting", "past", "has_feed"],
 "properties": {"has_feed": {"type": "boolean"},
  "to_answer": )json" + list_of_trainings +
                              R"json(, "coming": )json" + list_of_trainings +
                              R"json(, "waiting": )json" + list_of_trainings +
                              R"json(, "past": )json" + list_of_trainings + "}}";

const std::string roster = R"json({"type": "object",
 "required": ["session", "offer", "seated", "offered", "waiting", "declared", "applications"],
 "properties": {"session": )json" +
                           session + R"json(,
  "seated": {"type": "array", "items": {"type": "object", "required": ["name", "email", "rank"]}},
  "waiting": {"type": "array", "items": {"type": "object", "required": ["name", "rank"]}}}})json";

const std::string one = R"json({"type": "object",
 "required": ["id", "state", "offer", "session", "can_transfer", "dates", "can_replace"],
 "properties": {"place": {"type": "object",
  "required": ["rank", "of", "why_before", "known", "reached", "sessions", "overtaken"]}}})json";

const std::string apply = R"json({"type": "object",
 "required": ["session", "offer", "selecting", "grid", "prerequisites", "form"]})json";

const std::string selection = R"json({"type": "object",
 "required": ["session", "offer", "grid", "graded", "total", "applications", "can_give_results"],
 "properties": {"applications": {"type": "array", "items": {"type": "object",
  "required": ["id", "name", "motivation", "graded", "rank", "criteria", "graders"]}}}})json";

const std::string priorities = R"json({"type": "object",
 "required": ["session", "offer", "preview", "order", "form"],
 "properties": {"order": {"type": "array", "items": {"type": "object",
  "required": ["id", "name", "rank", "why"]}}}})json";

}  // namespace

const std::string_view one_schema = one;
const std::string_view apply_schema = apply;
const std::string_view selection_schema = selection;
const std::string_view priorities_schema = priorities;
const std::string_view trainings_schema = trainings;
const std::string_view roster_schema = roster;

}  // namespace enrolments
