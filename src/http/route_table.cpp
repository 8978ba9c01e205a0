// SPDX-License-Identifier: EUPL-1.2
#include "http/route_table.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace http {
namespace {

constexpr std::array<std::string_view, 5> known_methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
constexpr unsigned get_bit = 1;

unsigned method_bit(std::string_view method) {
    if (method == "HEAD") return get_bit;
    const auto found = std::ranges::find(known_methods, method);
    return found == known_methods.end() ? 0 : 1U << (found - known_methods.begin());
}

// The segment after the first '/', which moves on.
std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

struct Segment {
    std::string_view name;  // of a parameter; "" for a word
    std::string_view text;  // a word, or what follows the parameter
    bool rest = false;
};

[[noreturn]] void refuse_pattern(std::string_view pattern, std::string_view why) {
    throw std::logic_error("route " + std::string{pattern} + ": " + std::string{why});
}

Segment parse_segment(std::string_view segment, std::string_view pattern) {
    if (segment.empty()) refuse_pattern(pattern, "empty segment");
    if (segment.find_first_of("{}") == std::string_view::npos) return {{}, segment};
    const auto end = segment.find('}');
    if (segment[0] != '{' || end == std::string_view::npos || end < 2 ||
        segment.find_first_of("{}", end + 1) != std::string_view::npos)
        refuse_pattern(pattern, "a parameter is {name}, {name}.extension or {name*}");
    Segment out{segment.substr(1, end - 1), segment.substr(end + 1)};
    if (out.name.ends_with('*')) {
        out.name.remove_suffix(1);
        out.rest = true;
    }
    const bool plain_name = !out.name.empty() && std::ranges::all_of(out.name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!plain_name) refuse_pattern(pattern, "a name is made of a-z, 0-9 and _");
    if (!out.text.empty() && (out.rest || out.text.size() < 2 || out.text[0] != '.'))
        refuse_pattern(pattern, "only .extension may follow a parameter");
    return out;
}

}  // namespace

struct RouteTable::Node {
    struct Parameter {
        std::string suffix;  // ".ics" or ""
        std::string name;
        std::unique_ptr<Node> node;
    };
    std::map<std::string, std::unique_ptr<Node>, std::less<>> words;
    std::vector<Parameter> parameters;  // longest suffix first
    std::string rest_name;
    std::unique_ptr<Node> rest;
    std::array<int, known_methods.size()> routes{-1, -1, -1, -1, -1};  // by method
    unsigned methods = 0;
    bool visitor_form = false;
};

struct RouteTable::Search {
    unsigned wanted = 0;     // method bit
    bool plain_last = true;  // may "{id}" match the last segment?
    bool rest = true;        // may "{rest*}" match?
    const Node* found = nullptr;
    unsigned methods = 0;  // seen at nodes that lack the wanted one
    std::array<std::pair<std::string_view, std::string_view>, 8> values = {};  // name, text
    std::size_t count = 0;
};

RouteTable::RouteTable() : root_(std::make_unique<Node>()) {}
RouteTable::~RouteTable() = default;

void RouteTable::add(Route route) {
    const std::string_view pattern = route.pattern;
    const unsigned bit = route.method == "HEAD" ? 0 : method_bit(route.method);
    if (bit == 0) refuse_pattern(pattern, "unknown method " + route.method);
    if (!route.handler) refuse_pattern(pattern, "no handler");
    if (!pattern.starts_with('/')) refuse_pattern(pattern, "does not begin with /");

    std::vector<Node*> way{root_.get()};
    std::vector<std::string_view> names;
    for (auto left = pattern == "/" ? std::string_view{} : pattern; !left.empty();) {
        const Segment segment = parse_segment(take_segment(left), pattern);
        Node& node = *way.back();
        if (segment.name.empty()) {
            auto& next = node.words[std::string{segment.text}];
            if (!next) next = std::make_unique<Node>();
            way.push_back(next.get());
            continue;
        }
        if (std::ranges::find(names, segment.name) != names.end())
            refuse_pattern(pattern, "a name twice");
        names.push_back(segment.name);
        if (names.size() > Search{}.values.size()) refuse_pattern(pattern, "too many parameters");
        // The same place under two names would be two path templates in OpenAPI that no path can
        // tell apart.
        const auto same_name = [&](std::string_view name) {
            if (name != segment.name) refuse_pattern(pattern, "named otherwise in another route");
        };
        if (segment.rest) {
            if (!left.empty()) refuse_pattern(pattern, "{rest*} is not last");
            if (!node.rest) {
                node.rest = std::make_unique<Node>();
                node.rest_name = segment.name;
            }
            same_name(node.rest_name);
            way.push_back(node.rest.get());
            continue;
        }
        auto found = std::ranges::find(node.parameters, segment.text, &Node::Parameter::suffix);
        if (found == node.parameters.end()) {
            found = std::ranges::find_if(node.parameters, [&](const auto& other) {
                return other.suffix.size() < segment.text.size();
            });
            found = node.parameters.insert(
                found,
                {std::string{segment.text}, std::string{segment.name}, std::make_unique<Node>()});
        }
        same_name(found->name);
        way.push_back(found->node.get());
    }
    Node& last = *way.back();
    if (last.methods & bit) refuse_pattern(pattern, "twice for " + route.method);
    last.methods |= bit;
    last.routes[static_cast<std::size_t>(std::ranges::find(known_methods, route.method) -
                                         known_methods.begin())] = static_cast<int>(routes_.size());
    // The home page is above everything and would give a cookie to every visitor.
    if (bit != get_bit && route.access.open() && route.needs_token)
        for (Node* node : way) node->visitor_form = node->visitor_form || node != root_.get();
    routes_.push_back(std::move(route));
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the longest pattern
bool RouteTable::walk(const Node& node, std::string_view rest, Search& search) const {
    if (rest.empty()) {
        if (node.methods & search.wanted) {
            search.found = &node;
            return true;
        }
        search.methods |= node.methods;
        return false;
    }
    auto after = rest;
    const auto segment = take_segment(after);
    if (const auto word = node.words.find(segment); word != node.words.end())
        if (walk(*word->second, after, search)) return true;
    const std::size_t count = search.count;
    const auto with = [&](std::string_view name, std::string_view value, const Node& next,
                          std::string_view left) {
        search.values[count] = {name, value};
        search.count = count + 1;
        const bool found = walk(next, left, search);
        if (!found) search.count = count;
        return found;
    };
    for (const auto& parameter : node.parameters) {
        if (segment.size() <= parameter.suffix.size() || !segment.ends_with(parameter.suffix))
            continue;
        if (parameter.suffix.empty() && after.empty() && !search.plain_last) continue;
        const auto value = segment.substr(0, segment.size() - parameter.suffix.size());
        if (with(parameter.name, value, *parameter.node, after)) return true;
    }
    return node.rest && search.rest && rest.size() > 1 &&
           with(node.rest_name, rest.substr(1), *node.rest, {});
}

RouteTable::Match RouteTable::find(std::string_view method, std::string_view path) const {
    const auto attempt = [&](std::string_view at, bool plain_last, bool rest) {
        Search search{method_bit(method), plain_last, rest};
        walk(*root_, at == "/" ? std::string_view{} : at, search);
        return search;
    };
    const auto exists = [](const Search& search) { return search.found || search.methods; };
    Search search;
    bool json = false;
    if (!path.starts_with('/')) return {};
    if (!path.ends_with(".json")) {
        search = attempt(path, true, true);
    } else {
        // "/openapi.json" is a route of its own; "/catalogue.json" the JSON of "/catalogue"; a file
        // under "/static/{rest*}" keeps its name.
        search = attempt(path, false, false);
        if (!exists(search)) {
            search = attempt(path.substr(0, path.size() - 5), true, false);
            json = (search.methods | (search.found ? search.found->methods : 0)) & get_bit;
            if (!json) {
                search = attempt(path, false, true);
            } else if (search.wanted != get_bit) {
                search.found = nullptr;  // only reading has two faces
                search.methods = get_bit;
            }
        }
    }

    Match match;
    match.json = json;
    match.methods = search.methods;
    if (search.found) {
        const auto index = static_cast<std::size_t>(
            std::ranges::find_if(known_methods,
                                 [&](auto name) { return method_bit(name) == search.wanted; }) -
            known_methods.begin());
        match.route = &routes_[static_cast<std::size_t>(search.found->routes[index])];
        match.visitor_form = search.found->visitor_form;
        match.path_values.reserve(search.count);
        for (std::size_t i = 0; i < search.count; ++i)
            match.path_values.emplace_back(search.values[i]);
    }
    return match;
}

std::string RouteTable::allow(unsigned methods) {
    std::string out;
    for (const auto name : known_methods)
        if (methods & method_bit(name)) {
            out += name;
            out += name == "GET" ? ", HEAD, " : ", ";
        }
    return out + "OPTIONS";
}

std::string_view own_extension(std::string_view pattern) {
    const auto last = pattern.substr(pattern.rfind('/') + 1);
    const auto dot = last.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : last.substr(dot + 1);
}

std::vector<std::string_view> path_names(std::string_view pattern) {
    std::vector<std::string_view> names;
    for (auto at = pattern.find('{'); at != std::string_view::npos; at = pattern.find('{', at + 1))
        names.push_back(pattern.substr(at + 1, pattern.find_first_of("*}", at) - at - 1));
    return names;
}

}  // namespace http
