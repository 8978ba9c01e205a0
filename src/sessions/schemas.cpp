// SPDX-License-Identifier: EUPL-1.2
// JSON Schema (2020-12) of the views; tests hold them against real answers.
#include "sessions/views.hpp"

// A line continued inside a raw string keeps its backslash: each line is a string of its own.
#define SESSION                                                                                                  \
    R"json({"type": "object", )json"                                                                             \
    R"json("required": ["id", "status", "offer", "starts_at", "ends_at", "slots", "remote", "video_link", )json" \
    R"json("language", "note", "enrolment_opens_at", "enrolment_closes_at", "cancel_until", )json"               \
    R"json("minimum", "capacity", "taken", "free", "waiting", "revision", "can_change", )json"                   \
    R"json("can_open", "can_cancel"], )json"                                                                     \
    R"json("properties": {"id": {"type": "integer"}, "status": {"enum": ["draft", "open", "cancelled"]}, )json"  \
    R"json("offer": {"type": "object", "required": ["slug", "title"]}, )json"                                    \
    R"json("starts_at": {"type": "string", "format": "date-time"}, )json"                                        \
    R"json("ends_at": {"type": "string", "format": "date-time"}, )json"                                          \
    R"json("slots": {"type": "array", "minItems": 1, )json"                                                      \
    R"json("items": {"type": "object", "required": ["starts_at", "ends_at"]}}, )json"                            \
    R"json("capacity": {"type": "integer", "minimum": 1}, "taken": {"type": "integer", "minimum": 0}, )json"     \
    R"json("waiting": {"type": "integer", "minimum": 0}, "revision": {"type": "integer"}}} )json"

#define VENUE                                                                                                 \
    R"json({"type": "object", )json"                                                                          \
    R"json("required": ["code", "name", "town", "address", "step_free", "hearing_loop", "can_change"], )json" \
    R"json("properties": {"capacity": {"type": ["integer", "null"]}}} )json"

namespace sessions {

const std::string_view session_schema = SESSION;

const std::string_view list_schema = R"json({"type": "object",
 "required": ["state", "total", "states", "sessions", "pagination"],
 "properties": {"state": {"enum": ["coming", "past", "draft", "cancelled"]},
  "total": {"type": "integer"}, "sessions": {"type": "array", "items": )json" SESSION "}}}";

const std::string_view rules_schema = R"json({"type": "object",
 "required": ["session", "offer", "selection", "quotas", "for_all", "prerequisites", "priorities",
              "offer_hours", "minimum"],
 "properties": {"selection": {"enum": ["first_come", "on_motivation"]},
  "quotas": {"type": "array", "items": {"type": "object",
   "required": ["kind", "name", "seats", "until", "released"]}},
  "priorities": {"type": "array", "items": {"type": "string"}}}})json";

const std::string_view offers_schema = R"json({"type": "object",
 "required": ["words", "total", "offers"],
 "properties": {"total": {"type": "integer"},
  "offers": {"type": "array", "items": {"type": "object", "required": ["slug", "title"]}}}})json";

const std::string_view form_schema =
    R"({"type": "object", "required": ["form"], "properties": {"form": {"type": "object"}}})";

const std::string_view venue_schema = VENUE;

const std::string_view venues_schema = R"json({"type": "object", "required": ["venues"],
 "properties": {"venues": {"type": "array", "items": )json" VENUE "}}}";

}  // namespace sessions
