// SPDX-License-Identifier: EUPL-1.2
#include "identity/cbor.hpp"

#include <limits>

namespace identity {

std::optional<CborReader::Head> CborReader::head() {
    if (rest_.empty()) return std::nullopt;
    const auto first = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    const auto major = static_cast<Major>(first >> 5U);
    const unsigned info = first & 31U;
    if (info < 24) return Head{major, info};
    if (info > 27) return std::nullopt;  // reserved, or of indefinite length
    const std::size_t size = std::size_t{1} << (info - 24);
    if (rest_.size() < size) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : rest_.substr(0, size))
        number = (number << 8U) | static_cast<unsigned char>(c);
    rest_.remove_prefix(size);
    // The shortest form: what one byte less could have held is wrong.
    const std::uint64_t least = size == 1 ? 24 : std::uint64_t{1} << (size * 4);
    if (number < least) return std::nullopt;
    return Head{major, number};
}

std::optional<std::int64_t> CborReader::integer() {
    const auto read = head();
    if (!read || read->major > negative ||
        read->number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return std::nullopt;
    const auto number = static_cast<std::int64_t>(read->number);
    return read->major == natural ? number : -1 - number;
}

std::optional<std::string_view> CborReader::string(Major major) {
    const auto read = head();
    if (!read || read->major != major || read->number > rest_.size()) return std::nullopt;
    const auto found = rest_.substr(0, static_cast<std::size_t>(read->number));
    rest_.remove_prefix(found.size());
    return found;
}

std::optional<std::string_view> CborReader::bytes() {
    return string(byte_string);
}

std::optional<std::string_view> CborReader::text() {
    return string(text_string);
}

std::optional<std::size_t> CborReader::map() {
    const auto read = head();
    // Each pair takes two bytes at least.
    if (!read || read->major != pairs || read->number > rest_.size() / 2) return std::nullopt;
    return static_cast<std::size_t>(read->number);
}

bool CborReader::skip(int depth) {
    const auto read = head();
    if (!read) return false;
    switch (read->major) {
        case natural:
        case negative:
            return true;
        case byte_string:
        case text_string:
            if (read->number > rest_.size()) return false;
            rest_.remove_prefix(static_cast<std::size_t>(read->number));
            return true;
        case list:
        case pairs: {
            if (depth == 0 || read->number > rest_.size()) return false;
            const std::uint64_t items = read->number * (read->major == pairs ? 2 : 1);
            for (std::uint64_t i = 0; i < items; ++i)
                if (!skip(depth - 1)) return false;
            return true;
        }
        case simple:
            return read->number >= 20 && read->number <= 22;  // false, true, null
        case tag:
            return false;
    }
    return false;
}

}  // namespace identity
