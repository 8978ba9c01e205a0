// SPDX-License-Identifier: EUPL-1.2
// The coverage of an organisation and of those just below it, to print.
#pragma once
#include "coverage/views.hpp"

#include <string>

namespace http {
struct PageRenderer;
}

namespace coverage {

std::string coverage_pdf(const CoveragePage&, const http::PageRenderer& words);

}  // namespace coverage
