// SPDX-License-Identifier: EUPL-1.2
#include "http/conditional.hpp"

#include "http/header_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace http {
namespace {

// Multiplies to 128 bits and folds the halves: the mixing step of wyhash (Wang Yi, public domain).
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string_view opaque(std::string_view etag) {
    return etag.starts_with("W/") ? etag.substr(2) : etag;
}

}  // namespace

std::uint64_t fast_hash(std::string_view text) {
    constexpr std::uint64_t k0 = 0xa0761d6478bd642f, k1 = 0xe7037ed1a0b428db;
    std::uint64_t hash = mix(text.size() ^ k0, k1);
    const auto word = [](const char* at) {
        std::uint64_t value = 0;
        std::memcpy(&value, at, sizeof value);
        return value;
    };
    for (; text.size() >= 16; text.remove_prefix(16))
        hash = mix(word(text.data()) ^ k0, word(text.data() + 8) ^ hash);
    char rest[16] = {};
    std::copy(text.begin(), text.end(), rest);
    hash = mix(word(rest) ^ k0, word(rest + 8) ^ hash);
    return mix(hash ^ k0, k1);
}

std::string etag_of(std::string_view body, bool strong) {
    return fmt::format("{}\"{:016x}\"", strong ? "" : "W/", fast_hash(body));
}

bool etag_listed(std::string_view if_none_match, std::string_view etag) {
    if (without_blanks(if_none_match) == "*") return true;
    bool listed = false;
    for_each_element(if_none_match, [&](std::string_view candidate) {
        listed = listed || opaque(candidate) == opaque(etag);
    });
    return listed;
}

Range choose_range(std::string_view range, std::string_view if_range, std::string_view etag,
                   std::size_t size) {
    // Strong comparison: a weak tag never vouches for bytes.
    if (!if_range.empty() && (if_range != etag || etag.starts_with("W/"))) return {};
    const auto equals = range.find('=');
    if (equals == std::string_view::npos ||
        !same_text(without_blanks(range.substr(0, equals)), "bytes"))
        return {};
    const std::string_view spec = without_blanks(range.substr(equals + 1));
    const auto dash = spec.find('-');
    if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return {};
    const auto first = number(spec.substr(0, dash));
    const auto last = number(spec.substr(dash + 1));
    if (dash == 0) {  // the last n bytes
        if (!last) return {};
        const std::size_t length = std::min(*last, size);
        if (length == 0) return {Range::unsatisfiable};
        return {Range::part, size - length, length};
    }
    if (!first || (!last && dash + 1 != spec.size()) || (last && *last < *first)) return {};
    if (*first >= size) return {Range::unsatisfiable};
    return {Range::part, *first, (last ? std::min(*last, size - 1) : size - 1) - *first + 1};
}

}  // namespace http
