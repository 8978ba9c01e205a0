// SPDX-License-Identifier: EUPL-1.2
// JSON Schema (2020-12) of the views; tests hold them against real answers.
#include "pix/views.hpp"

#include <string>

namespace pix {
namespace {

const std::string head_required =
    R"json("code", "organisation", "url", "listed_at", "listing", "problem", "campaign_count",
 "mapped_count", "agreed")json";
const std::string head_properties = R"json(
 "code": {"type": "string"}, "organisation": {"type": "string"}, "url": {"type": "string"},
 "listed_at": {"type": ["string", "null"], "format": "date-time"},
 "listing": {"type": "boolean"}, "problem": {"type": ["string", "null"]},
 "campaign_count": {"type": "integer"}, "mapped_count": {"type": "integer"},
 "agreed": {"type": ["integer", "null"], "description": "null: fewer than five"})json";

const std::string connections =
    R"json({"type": "object", "required": ["connections"], "properties": {"connections":
 {"type": "array", "items": {"type": "object", "required": [)json" +
    head_required + R"json(], "properties": {)json" + head_properties + "}}}}}";

const std::string connection = R"json({"type": "object", "required": ["campaigns", )json" +
                               head_required + R"json(], "properties": {)json" + head_properties +
                               R"json(, "campaigns": {"type": "array", "items": {"type": "object",
 "required": ["id", "pix_id", "name", "type", "code", "archived", "campaign", "daily", "results",
              "reading"],
 "properties": {"id": {"type": "integer"}, "pix_id": {"type": "integer"},
  "campaign": {"type": "string", "description": "Code of the campaign of Campus; empty: not mapped"},
  "results": {"type": ["integer", "null"], "description": "null: fewer than five"},
  "reading": {"type": ["object", "null"],
   "required": ["state", "since", "pages_read", "pages", "added", "changed", "unchanged", "unknown",
                "withdrawn", "next_at", "problem", "started_at", "changed_at"],
   "properties": {"state": {"enum": ["running", "done", "failed", "stopped"]},
    "problem": {"type": ["string", "null"]}}}}}}}})json";

const std::string imported = R"json({"type": "object", "required": ["code", "organisation"],
 "properties": {"report": {"type": "object",
  "required": ["added", "changed", "unchanged", "unknown", "withdrawn", "problems"],
  "properties": {"problems": {"type": "array", "items": {"type": "object",
   "required": ["line", "message"]}}}}}})json";

const std::string mine = R"json({"type": "object", "required": ["connections", "results"],
 "properties": {
  "connections": {"type": "array", "items": {"type": "object",
   "required": ["code", "organisation", "active", "agreed", "topics", "pseudonym", "campaigns"],
   "properties": {"pseudonym": {"type": ["string", "null"]},
    "campaigns": {"type": "array", "items": {"type": "object",
     "required": ["name", "code", "link"],
     "properties": {"link": {"type": ["string", "null"]}}}}}}},
  "results": {"type": "array", "items": {"type": "object",
   "required": ["campaign", "status", "shared_at", "mastery_percent", "stage", "stages", "badges",
                "topics"],
   "properties": {"status": {"enum": ["started", "shared"]},
    "mastery_percent": {"type": ["number", "null"], "minimum": 0, "maximum": 100}}}}}})json";

}  // namespace

const std::string_view connections_schema = connections;
const std::string_view connection_schema = connection;
const std::string_view import_schema = imported;
const std::string_view mine_schema = mine;

}  // namespace pix
