// SPDX-License-Identifier: EUPL-1.2
// What the handlers of pages*.cpp share, and their names for the route table in pages.cpp.
#pragma once
#include "http/router.hpp"
#include "requests/pages.hpp"
#include "requests/requests.hpp"
#include "requests/views.hpp"

namespace requests {

inline base::Date today(const http::Request& request) {
    return std::chrono::floor<std::chrono::days>(request.now);
}
http::Response not_found(std::string message_key = "requests.unknown");
std::string path_of(base::RequestId);
// As the form of a decision sends it.
Decision read_decision(const http::Form&);
// Decides on each by itself; those that cannot be decided are told beside the others.
http::Response decide_all(const http::Request&, const Site&, const std::string& back);

// -- pages.cpp: the agent's, and deciding on one
http::Response show_form(const http::Request&, const Site&);
http::Response put(const http::Request&, const Site&);
http::Response show_mine(const http::Request&, const Site&);
http::Response show_request(const http::Request&, const Site&);
http::Response withdraw(const http::Request&, const Site&);
http::Response ask_reasons(const http::Request&, const Site&);
http::Response give_reasons(const http::Request&, const Site&);
http::Response decide(const http::Request&, const Site&);
http::Response show_by_link(const http::Request&, const Site&);
http::Response decide_by_link(const http::Request&, const Site&);

// -- pages_team.cpp: supervisors
http::Response show_supervisor(const http::Request&, const Site&);
http::Response declare_supervisor(const http::Request&, const Site&);
http::Response show_supervision(const http::Request&, const Site&);
http::Response answer_supervision(const http::Request&, const Site&);
http::Response show_team(const http::Request&, const Site&);
http::Response decide_team(const http::Request&, const Site&);
http::Response show_delegations(const http::Request&, const Site&);
http::Response delegate(const http::Request&, const Site&);
http::Response end_delegation(const http::Request&, const Site&);

// -- pages_office.cpp: the training office, and the organiser
http::Response show_list(const http::Request&, const Site&);
http::Response list_file(const http::Request&, const Site&);
http::Response decide_list(const http::Request&, const Site&);
http::Response show_circuits(const http::Request&, const Site&);
http::Response show_circuit(const http::Request&, const Site&);
http::Response set_circuit(const http::Request&, const Site&);
http::Response find_deciders(const http::Request&, const Site&);
http::Response show_deciders(const http::Request&, const Site&);
http::Response correct_supervisor(const http::Request&, const Site&);
http::Response show_accommodations(const http::Request&, const Site&);

}  // namespace requests
