// SPDX-License-Identifier: EUPL-1.2
// JSON Schema (2020-12) of the views; tests hold them against real answers.
#include "catalogue/views.hpp"
#include "catalogue/views_editing.hpp"

#include <string>

namespace catalogue {
namespace {

const std::string card_properties = R"json("slug": {"type": "string"}, "title": {"type": "string"},
  "kind": {"type": "string"}, "summary": {"type": "string"}, "duration": {"type": "string"},
  "level": {"type": "string"},
  "modalities": {"type": "array", "items": {"type": "string"}},
  "themes": {"type": "array", "items": {"type": "object", "required": ["code", "label"]}},
  "organisers": {"type": "array", "items": {"type": "string"}},
  "places": {"type": "array", "items": {"type": "string"}},
  "fictitious": {"type": "boolean"}, "free_seats": {"type": "boolean"},
  "may_take": {"type": "boolean"}, "why_not": {"type": "string"})json";

const std::string card_required =
    R"json("slug", "title", "kind", "summary", "duration", "level", "modalities", "themes",
  "organisers", "places", "fictitious", "free_seats")json";

const std::string list = R"json({
 "type": "object",
 "required": ["words", "total", "mended", "partial", "facets", "chosen", "free_seats", "sorts",
              "results", "pagination"],
 "properties": {
  "words": {"type": "string"}, "total": {"type": "integer", "minimum": 0},
  "mended": {"type": "string"}, "partial": {"type": "boolean"},
  "facets": {"type": "object", "additionalProperties": {"type": "array", "items": {
   "type": "object", "required": ["value", "label", "count", "chosen"],
   "properties": {"value": {"type": "string"}, "label": {"type": "string"},
                  "count": {"type": "integer", "minimum": 0}, "chosen": {"type": "boolean"}}}}},
  "results": {"type": "array", "items": {"type": "object",
   "required": [)json" + card_required +
                         R"json(],
   "properties": {)json" +
                         card_properties + R"json(}}},
  "pagination": {"type": "object", "required": ["page", "last", "several", "pages"]}}})json";

const std::string offer = R"json({
 "type": "object",
 "required": [)json" + card_required +
                          R"json(, "objectives", "programme", "sessions", "alike"],
 "properties": {)json" + card_properties +
                          R"json(,
  "objectives": {"type": "array", "items": {"type": "string"}},
  "programme": {"type": "array", "items": {"type": "string"}},
  "sessions": {"type": "array", "items": {"type": "object",
   "required": ["id", "status", "starts_at", "ends_at", "capacity", "free", "waiting"]}},
  "alike": {"type": "array", "items": {"type": "object", "required": ["title"]}},
  "json_ld": {"type": "object"}}})json";

}  // namespace

const std::string_view list_schema = list;
const std::string_view offer_schema = offer;
const std::string_view work_list_schema = R"json({
 "type": "object",
 "required": ["total", "all", "waiting", "states", "may_create", "offers", "pagination"],
 "properties": {
  "total": {"type": "integer"}, "waiting": {"type": "integer"},
  "may_create": {"type": "boolean"},
  "offers": {"type": "array", "items": {"type": "object",
   "required": ["id", "title", "state", "organisation", "changed_at", "waits", "url"],
   "properties": {"id": {"type": "integer"}, "title": {"type": "string"},
    "state": {"enum": ["draft", "proposed", "published", "revised", "retired", "expired"]},
    "waits": {"type": "boolean"}}}}}})json";

const std::string_view work_schema = R"json({
 "type": "object",
 "required": ["id", "slug", "title", "state", "shown", "revision", "may", "missing", "alike",
              "versions", "offer"],
 "properties": {"id": {"type": "integer"}, "revision": {"type": "integer"},
  "state": {"enum": ["draft", "proposed", "published", "revised", "retired", "expired"]},
  "may": {"type": "object", "additionalProperties": {"type": "boolean"}},
  "missing": {"type": "array", "items": {"type": "string"}},
  "alike": {"type": "array", "items": {"type": "object", "required": ["title", "url", "percent"]}},
  "versions": {"type": "array", "items": {"type": "object",
   "required": ["number", "created_at", "current", "working", "url"]}},
  "offer": {"type": "object"}}})json";

const std::string_view form_schema = R"json({
 "type": "object", "required": ["form", "is_new"],
 "properties": {"form": {"type": "object"}, "revision": {"type": "integer"}}})json";

const std::string_view version_schema = R"json({
 "type": "object", "required": ["id", "title", "version", "changes"],
 "properties": {"changes": {"type": "array", "items": {"type": "object",
  "required": ["field", "before", "after"]}}}})json";

const std::string_view report_schema = R"json({
 "type": "object", "required": ["added", "changed", "unchanged", "problems"],
 "properties": {"added": {"type": "integer"}, "changed": {"type": "integer"},
  "unchanged": {"type": "integer"},
  "problems": {"type": "array", "items": {"type": "object",
   "required": ["line", "reason", "left_out"]}}}})json";

}  // namespace catalogue
