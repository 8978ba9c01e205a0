// SPDX-License-Identifier: EUPL-1.2
// The first page: what waits for the reader, the next seats, the latest offers, the themes.
#pragma once
#include "http/router.hpp"

#include <string_view>

namespace app {

class Application;

extern const std::string_view home_schema;
http::Response show_home(const http::Request&, Application&);

}  // namespace app
