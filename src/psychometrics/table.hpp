// SPDX-License-Identifier: EUPL-1.2
// Words and cells of the CSV that the commands write.
#pragma once
#include "engine/models.hpp"

#include <string>

namespace psychometrics {

// In quotes when it holds a separator, a quote or a line break.
std::string quoted(const std::string& cell);
// 2pl, 3pl, grm, gpcm: what read_bank reads.
std::string model_name(const engine::Item&);

}  // namespace psychometrics
