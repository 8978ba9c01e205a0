// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/jobs.hpp"

#include "enrolments/enrolments.hpp"
#include "jobs/jobs.hpp"

#include <boost/json.hpp>

namespace enrolments {
namespace {

template <class Id>
Id id_in(const jobs::Attempt& attempt, std::string_view name) {
    return {boost::json::parse(attempt.payload).at(name).to_number<std::int64_t>()};
}

}  // namespace

void add_jobs(jobs::Jobs& jobs, Enrolments& enrolments) {
    jobs.handle("enrolments.expire_offer", [&enrolments](const jobs::Attempt& attempt) {
        enrolments.expire_offer(id_in<base::EnrolmentId>(attempt, "enrolment"), attempt.now);
    });
    jobs.handle("enrolments.release_quotas", [&enrolments](const jobs::Attempt& attempt) {
        enrolments.release_quotas(id_in<base::SessionId>(attempt, "session"), attempt.now);
    });
    jobs.handle("enrolments.warn_of_minimum", [&enrolments](const jobs::Attempt& attempt) {
        enrolments.warn_of_minimum(id_in<base::SessionId>(attempt, "session"), attempt.now);
    });
    jobs.handle("enrolments.call_for_results", [&enrolments](const jobs::Attempt& attempt) {
        enrolments.call_for_results(id_in<base::SessionId>(attempt, "session"), attempt.now);
    });
}

}  // namespace enrolments
