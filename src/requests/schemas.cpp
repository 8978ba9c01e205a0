// SPDX-License-Identifier: EUPL-1.2
// JSON Schema (2020-12) of the views; tests hold them against real answers.
#include "requests/views.hpp"

#include <string>

namespace requests {
namespace {

const std::string summary_required =
    R"json("id", "state", "regime", "offer", "session", "due_at", "overdue")json";
const std::string summary_properties = R"json(
  "id": {"type": "integer"},
  "state": {"enum": ["draft", "to_decide", "approved", "refused", "deferred", "withdrawn"]},
  "regime": {"enum": ["training_plan", "cpf", "training_leave", "professionalisation",
                      "exam_preparation"]},
  "offer": {"type": "object", "required": ["slug", "title"]},
  "session": {"type": ["object", "null"]},
  "due_at": {"type": ["string", "null"]},
  "overdue": {"type": "boolean"},
  "price_cents": {"type": ["integer", "null"]})json";

std::string summary(const std::string& required, const std::string& properties) {
    return R"json({"type": "object", "required": [)json" + summary_required + required +
           R"json(], "properties": {)json" + summary_properties + properties + "}}";
}
std::string list_of(const std::string& item) {
    return R"json({"type": "array", "items": )json" + item + "}";
}

const std::string background =
    R"json({"type": "object", "required": ["absences", "absences_more", "trainings"],
 "properties": {"absences": {"type": "array", "items": {"type": "object",
   "required": ["name", "asked"]}},
  "trainings": {"type": "array", "items": {"type": "object", "required": ["title", "day"]}}}})json";

const std::string request =
    summary(R"json(, "agent", "steps", "mine", "may_decide", "motivation")json",
            R"json(, "agent": {"type": "object", "required": ["name"]},
 "steps": {"type": "array", "items": {"type": "object",
   "required": ["number", "decider", "opinion", "current", "answer"]}},
 "mine": {"type": "boolean"}, "may_decide": {"type": "boolean"},
 "background": )json" +
                background);

const std::string mine = R"json({"type": "object", "required": ["open", "past"],
 "properties": {"open": )json" +
                         list_of(summary("", "")) + R"json(, "past": )json" +
                         list_of(summary("", "")) + "}}";

const std::string team =
    R"json({"type": "object", "required": ["to_answer", "to_confirm", "members"],
 "properties": {"to_answer": )json" +
    list_of(summary(R"json(, "agent", "background")json",
                    R"json(, "agent": {"type": "string"}, "background": )json" + background)) +
    R"json(, "to_confirm": {"type": "array", "items": {"type": "object",
   "required": ["id", "name"]}},
  "members": {"type": "array", "items": {"type": "object",
   "required": ["name", "requests", "next", "last"]}}}})json";

const std::string listed =
    R"json({"type": "object", "required": ["waits", "tabs", "requests"],
 "properties": {"waits": {"enum": ["for_office", "for_supervisor", "overdue", "decided"]},
  "tabs": {"type": "array", "items": {"type": "object", "required": ["waits", "count"]}},
  "next_url": {"type": "string"},
  "requests": )json" +
    list_of(summary(R"json(, "agent", "organisation", "may_decide")json",
                    R"json(, "agent": {"type": "string"})json")) +
    "}}";

const std::string step = R"json({"type": "object",
 "required": ["number", "decider", "opinion", "days", "reminder_days", "silence"]})json";
const std::string circuit = R"json({"type": "object",
 "required": ["code", "name", "version", "is_own", "from", "steps"],
 "properties": {"version": {"type": "integer"}, "steps": )json" +
                            list_of(step) + "}}";
const std::string circuits =
    R"json({"type": "object", "required": ["organisations", "total", "pagination"],
 "properties": {"organisations": )json" +
    list_of(circuit) + "}}";

}  // namespace

const std::string_view form_schema = R"json({"type": "object",
 "required": ["offer", "has_prerequisites", "needs_supervisor", "steps"],
 "properties": {"offer": {"type": ["object", "null"], "required": ["slug", "title"]},
  "steps": {"type": "array", "items": {"type": "object",
   "required": ["decider", "opinion", "days"]}}}})json";
const std::string_view request_schema = request;
const std::string_view mine_schema = mine;
const std::string_view team_schema = team;
const std::string_view list_schema = listed;
const std::string_view circuits_schema = circuits;
const std::string_view circuit_schema = circuit;
const std::string_view deciders_schema = R"json({"type": "object",
 "required": ["id", "name", "employer", "free", "steps", "supervision"],
 "properties": {"steps": {"type": "array", "items": {"type": "object",
   "required": ["decider", "opinion", "days", "people", "nobody"]}}}})json";

}  // namespace requests
