// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "base/ids.hpp"

#include <functional>
#include <vector>

namespace http {
struct PageRenderer;
class Router;
}  // namespace http

namespace organisations {

class Organisations;

// What the pages of organisations use; all of it must outlive the router.
struct Site {
    Organisations& organisations;
    const http::PageRenderer& words;  // for the reasons in the report of an import
    // Where a person is administrator: the identity slice, which stands above, knows.
    std::function<std::vector<base::OrganisationId>(base::PersonId)> administered_by;
};

void add_pages(http::Router&, Site);

}  // namespace organisations
