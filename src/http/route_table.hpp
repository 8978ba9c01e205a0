// SPDX-License-Identifier: EUPL-1.2
// Finds the route for a method and a path, segment by segment: a word beats "{id}.ics", which beats
// "{id}", which beats "{rest*}".
#pragma once
#include "http/router.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace http {

class RouteTable {
public:
    RouteTable();
    ~RouteTable();
    void add(Route);  // throws std::logic_error; see Router::add

    struct Match {
        const Route* route = nullptr;  // nullptr: none for this method
        bool json = false;             // ".json" was taken off the path
        bool visitor_form = false;     // at or above a URL that anyone may post to; see tokens.hpp
        Pairs path_values;
        unsigned methods = 0;  // that other routes at this path have, as bits; 0: no such path
    };
    // `path` begins with '/'. HEAD finds the routes of GET.
    Match find(std::string_view method, std::string_view path) const;
    // "GET, HEAD, OPTIONS" for Match::methods.
    static std::string allow(unsigned methods);

    const std::vector<Route>& routes() const { return routes_; }

private:
    struct Node;
    struct Search;
    bool walk(const Node&, std::string_view rest, Search&) const;
    std::vector<Route> routes_;
    std::unique_ptr<Node> root_;
};

// The extension that a pattern itself ends with: "ics" for "/seats/{id}.ics", "" for "/seats/{id}".
std::string_view own_extension(std::string_view pattern);
// The names in braces, without '*'.
std::vector<std::string_view> path_names(std::string_view pattern);

}  // namespace http
