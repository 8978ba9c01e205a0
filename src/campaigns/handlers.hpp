// SPDX-License-Identifier: EUPL-1.2
// What the two files of pages share.
#pragma once
#include "base/result.hpp"
#include "campaigns/pages.hpp"

#include <functional>
#include <memory>
#include <string>

namespace http {
class Router;
struct Request;
}  // namespace http

namespace campaigns {

std::function<std::string(const base::Reason&)> words_for(const http::Request&, const Site&);
void add_agent_pages(http::Router&, const std::shared_ptr<const Site>&);

}  // namespace campaigns
