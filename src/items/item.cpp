// SPDX-License-Identifier: EUPL-1.2
#include "items/item.hpp"

#include "base/text.hpp"
#include "items/checks.hpp"
#include "items/tree.hpp"

#include <algorithm>
#include <stdexcept>

namespace items {
namespace json = boost::json;

std::string_view name_of(Format format) {
    switch (format) {
        case Format::single:
            return "single";
        case Format::multiple:
            return "multiple";
        case Format::text:
            return "text";
        case Format::fields:
            return "fields";
        case Format::order:
            return "order";
        case Format::match:
            return "match";
        case Format::zone:
            return "zone";
        case Format::settings:
            return "settings";
    }
    throw std::logic_error("a format of items without a name");
}

std::optional<Format> find_format(std::string_view name) {
    const auto found =
        std::ranges::find_if(formats, [&](Format format) { return name_of(format) == name; });
    return found == formats.end() ? std::nullopt : std::optional{*found};
}

std::optional<std::string> code_of(std::string_view path) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (path.ends_with(".toml")) path.remove_suffix(5);
    // The last seven characters: "4.1/017".
    if (path.size() < 7) return std::nullopt;
    if (path.size() > 7 && path[path.size() - 8] != '/') return std::nullopt;
    const std::string_view name = path.substr(path.size() - 7);
    if (!digit(name[0]) || name[1] != '.' || !digit(name[2]) ||
        (name[3] != '/' && name[3] != '-') || !std::ranges::all_of(name.substr(4), digit))
        return std::nullopt;
    std::string code(name);
    code[3] = '-';
    return code;
}

Item item_of(std::string_view code, const Source& source) {
    const json::object& tree = *source.tree;
    Item item;
    item.code = code;
    item.level = static_cast<int>(tree::integer(tree, "level", 1));
    item.format = find_format(tree::text(tree, "format")).value_or(Format::single);
    item.intent = tree::text(tree, "intent");
    item.source = tree::text(tree, "source");
    item.review_by = base::parse_iso_date(tree::text(tree, "review_by"));
    if (const auto* feedback = tree::find(tree, "feedback"); feedback && feedback->is_object())
        item.learn = tree::text(feedback->get_object(), "learn");
    item.phone = tree::flag(tree, "phone", true);
    item.seconds = static_cast<int>(tree::integer(tree, "seconds"));
    item.enemies = tree::texts(tree, "enemies");
    item.has_file = tree::find(tree, "file") != nullptr;
    item.has_screen = tree::find(tree, "screen") != nullptr;
    item.tree = source.tree;
    return item;
}

Item read_published(std::string_view code, std::string_view text) {
    const auto source = read_source(text);
    if (!source) throw std::logic_error("a published item cannot be read: " + std::string(code));
    return item_of(code, *source);
}

Read read_item(std::string_view code, std::string_view text) {
    Read read;
    const auto source = read_source(text);
    if (!source) {
        for (const base::Reason& reason : source.error().reasons) {
            Problem problem{.line = 0, .reason = reason};
            for (const auto& [name, value] : reason.values)
                if (name == "line")
                    problem.line = static_cast<int>(base::to_integer(value).value_or(0));
            read.problems.push_back(std::move(problem));
        }
        return read;
    }
    read.problems = check_source(*source);
    const auto serious = [](const Problem& problem) { return problem.serious; };
    if (std::ranges::none_of(read.problems, serious)) {
        Item item = item_of(code, *source);
        check_variants(item, *source, read.problems);
        if (std::ranges::none_of(read.problems, serious)) read.item = std::move(item);
    }
    std::ranges::stable_sort(read.problems, {}, &Problem::line);
    return read;
}

}  // namespace items
