// SPDX-License-Identifier: EUPL-1.2
// JSON Schema (2020-12) of the views; tests hold them against real answers.
#include "enrolments/views.hpp"

#define SESSION \
    R"json({"type": "object",                                                                  \
   "required": ["id", "status", "starts_at", "ends_at", "slots", "remote", "capacity", "free", \
                "full", "waiting"]})json"

#define TRAINING \
    R"json({"type": "object",                                                                  \
  "required": ["id", "state", "can_withdraw", "enrolled_at", "offer", "session"],              \
  "properties": {"id": {"type": "integer"},                                                    \
   "state": {"enum": ["seated", "waiting", "withdrawn", "cancelled"]},                         \
   "enrolled_at": {"type": "string", "format": "date-time"},                                   \
   "rank": {"type": "integer", "minimum": 1}, "video_link": {"type": "string"},                \
   "offer": {"type": "object", "required": ["slug", "title"]},                                 \
   "session": )json" SESSION "}}"

#define LIST_OF(item) R"json({"type": "array", "items": )json" item "}"

namespace enrolments {

const std::string_view training_schema = TRAINING;

const std::string_view trainings_schema = R"json({"type": "object",
 "required": ["coming", "waiting", "past", "has_feed"],
 "properties": {"has_feed": {"type": "boolean"}, "coming": )json" LIST_OF(TRAINING) R"json(, "waiting": )json" LIST_OF(
    TRAINING) R"json(, "past": )json" LIST_OF(TRAINING) "}}";

const std::string_view roster_schema = R"json({"type": "object",
 "required": ["session", "offer", "seated", "waiting"],
 "properties": {"session": )json" SESSION R"json(,
  "seated": {"type": "array", "items": {"type": "object", "required": ["name", "email", "rank"]}},
  "waiting": {"type": "array", "items": {"type": "object", "required": ["name", "rank"]}}}})json";

}  // namespace enrolments
