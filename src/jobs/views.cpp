// SPDX-License-Identifier: EUPL-1.2
#include "jobs/views.hpp"

#include "base/text.hpp"

#include <boost/json.hpp>

namespace jobs {
namespace json = boost::json;

json::object jobs_view(const Counts& counts, const std::vector<store::Shown>& jobs) {
    json::array failed;
    json::array running;
    json::array waiting;
    for (const store::Shown& job : jobs) {
        json::object view{{"id", job.id},
                          {"kind", job.kind},
                          {"due_at", base::iso_time(job.due_at)},
                          {"attempts", job.attempts},
                          {"node", job.node},
                          {"error", job.last_error},
                          {"finished_at", job.finished_at ? base::iso_time(*job.finished_at) : ""}};
        (job.state == "failed"    ? failed
         : job.state == "running" ? running
                                  : waiting)
            .push_back(std::move(view));
    }
    return {{"counts",
             {{"waiting", counts.waiting},
              {"overdue", counts.overdue},
              {"running", counts.running},
              {"failed", counts.failed}}},
            {"failed", std::move(failed)},
            {"running", std::move(running)},
            {"waiting", std::move(waiting)}};
}

#define JOBS                                                                               \
    R"({"type": "array", "items": {"type": "object",)"                                     \
    R"("required": ["id", "kind", "due_at", "attempts", "node", "error", "finished_at"],)" \
    R"("properties": {"id": {"type": "integer"}, "kind": {"type": "string"},)"             \
    R"("due_at": {"type": "string", "format": "date-time"},)"                              \
    R"("attempts": {"type": "integer", "minimum": 0}}}})"

const std::string_view jobs_schema = R"json({"type": "object",
 "required": ["counts", "failed", "running", "waiting", "letters_in_trouble"],
 "properties": {
  "counts": {"type": "object", "required": ["waiting", "overdue", "running", "failed"]},
  "failed": )json" JOBS R"json(, "running": )json" JOBS R"json(, "waiting": )json" JOBS "}}";

const std::string_view restarted_schema =
    R"json({"type": "object", "required": ["restarted"],
 "properties": {"restarted": {"type": "integer", "minimum": 0}}})json";

}  // namespace jobs
