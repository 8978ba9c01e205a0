// SPDX-License-Identifier: EUPL-1.2
// The handlers behind the routes of pages.cpp.
#pragma once
#include "enrolments/enrolments.hpp"
#include "enrolments/pages.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace enrolments {

http::Response not_found(std::string message_key);
// An enrolment that was changed: its new state, and for people their trainings.
http::Response changed(const base::Result<Enrolment>&, std::string notice,
                       std::string location = "/my-trainings");

// pages_mine.cpp: one's own enrolment
http::Response show_enrolment(const http::Request&, const Site&);
http::Response transfer(const http::Request&, const Site&);
http::Response keep(const http::Request&, const Site&);
http::Response propose_colleague(const http::Request&, const Site&);
http::Response show_replacement(const http::Request&, const Site&);
http::Response answer_replacement(const http::Request&, const Site&);
http::Response show_apply(const http::Request&, const Site&);
http::Response take(const http::Request&, const Site&);

// pages_organiser.cpp: what an organiser decides
http::Response show_roster(const http::Request&, const Site&);
http::Response show_selection(const http::Request&, const Site&);
http::Response grade(const http::Request&, const Site&);
http::Response give_results(const http::Request&, const Site&);
http::Response check_prerequisite(const http::Request&, const Site&);
http::Response show_priorities(const http::Request&, const Site&);
http::Response set_priorities(const http::Request&, const Site&);
http::Response show_minimum(const http::Request&, const Site&);
http::Response confirm_session(const http::Request&, const Site&);

}  // namespace enrolments
