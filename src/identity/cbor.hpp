// SPDX-License-Identifier: EUPL-1.2
// Reader of the CBOR (RFC 8949) that authenticators write: definite lengths and shortest forms
// only, no tags, no floats. Nothing is copied; the bytes must outlive what is read.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace identity {

// Each function takes one item off the front. One of another type, malformed or cut short gives
// nothing, and the reader is of no use any more.
class CborReader {
public:
    explicit CborReader(std::string_view bytes) : rest_(bytes) {}

    std::optional<std::int64_t> integer();
    std::optional<std::string_view> bytes();
    std::optional<std::string_view> text();
    std::optional<std::size_t> map();  // the number of pairs that follow
    // Any one item with all that is in it, at most `max_depth` deep.
    bool skip() { return skip(max_depth); }

    std::string_view rest() const { return rest_; }

    static constexpr int max_depth = 4;  // CTAP 2.1, section 8: canonical CBOR

private:
    enum Major : unsigned char {
        natural,
        negative,
        byte_string,
        text_string,
        list,
        pairs,
        tag,
        simple
    };
    struct Head {
        Major major;
        std::uint64_t number;
    };
    std::optional<Head> head();
    std::optional<std::string_view> string(Major);
    bool skip(int depth);

    std::string_view rest_;
};

}  // namespace identity
