// SPDX-License-Identifier: EUPL-1.2
// The pages of a list, as programs read them and html/pagination shows them: the first, the last
// and those around the one that is shown.
#pragma once
#include <boost/json/fwd.hpp>

#include <functional>
#include <string>

namespace http {

// At least one.
int last_page(int total, int a_page);
// `page` of 1 to `last`, each page at its address.
boost::json::object pagination(int page, int last, const std::function<std::string(int page)>& url);

}  // namespace http
