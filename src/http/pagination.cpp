// SPDX-License-Identifier: EUPL-1.2
#include "http/pagination.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdlib>

namespace http {
namespace json = boost::json;

int last_page(int total, int a_page) {
    return std::max(1, (total + a_page - 1) / a_page);
}

json::object pagination(int page, int last, const std::function<std::string(int page)>& url) {
    json::array pages;
    int before = 0;
    for (int number = 1; number <= last; ++number) {
        if (number != 1 && number != last && std::abs(number - page) > 2) continue;
        if (number != before + 1) pages.push_back(json::object{{"gap", true}});
        pages.push_back({{"number", number},
                         {"url", url(number)},
                         {"current", number == page},
                         {"gap", false}});
        before = number;
    }
    json::object view{{"page", page},
                      {"last", last},
                      {"several", last > 1},
                      {"pages", std::move(pages)},
                      {"previous_url", nullptr},
                      {"next_url", nullptr}};
    if (page > 1) view["previous_url"] = url(page - 1);
    if (page < last) view["next_url"] = url(page + 1);
    return view;
}

}  // namespace http
