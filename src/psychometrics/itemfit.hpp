// SPDX-License-Identifier: EUPL-1.2
// What the commands itemfit and calibrate --fit write.
#pragma once
#include "psychometrics/answers.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <vector>

namespace psychometrics {

std::string fit_csv(const std::vector<std::string>& names, const engine::Fit&);
boost::json::object fit_json(const std::vector<std::string>& names, const engine::Fit&);

}  // namespace psychometrics
