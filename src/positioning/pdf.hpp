// SPDX-License-Identifier: EUPL-1.2
// A result as a PDF, tagged for screen readers.
#pragma once
#include "positioning/views.hpp"

#include <string>
#include <string_view>

namespace http {
struct PageRenderer;
}

namespace positioning {

std::string result_pdf(const ResultData&, std::string_view language, const http::PageRenderer&);

}  // namespace positioning
