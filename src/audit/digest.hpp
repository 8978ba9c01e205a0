// SPDX-License-Identifier: EUPL-1.2
// SHA-256 (FIPS 180-4) over a row of the log and over a seal, in an encoding of which no two
// different values share the bytes:
//   row   "campus.audit.row.1", then turn, id, at, actor, role, perimeter, action, object,
//         object_id, before, after
//   seal  "campus.audit.seal.1", then number, sealed_at, last_turn, last_id, previous_hash, entries
// in this order, where an integer is 8 bytes, big-endian, two's complement; a text or bytes its
// length in bytes as such an integer, then the bytes; what may be absent one byte, 0, or 1 and then
// the value. The version stands at the front: another encoding gets another number.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace audit {

// A row as the database tells it, valid as long as that.
struct RowView {
    std::int64_t turn = 0, id = 0, at = 0;
    std::optional<std::int64_t> actor;
    std::string_view role;
    std::optional<std::int64_t> perimeter;
    std::string_view action, object;
    std::int64_t object_id = 0;
    std::string_view before, after;
};

struct SealView {
    std::int64_t number = 0, sealed_at = 0, last_turn = 0, last_id = 0;
    std::string_view previous_hash, entries;
};

using Digest = std::array<unsigned char, 32>;

// Keeps its buffer and its OpenSSL context: a million rows cost no allocation.
class Digester {
public:
    Digester();
    ~Digester();
    Digest of(const RowView&);
    Digest of(const SealView&);

private:
    Digest finish();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

std::string hex(const Digest&);

// Of one row in the entries of a seal.
struct Entry {
    std::int64_t id = 0;
    Digest digest{};
    friend bool operator==(const Entry&, const Entry&) = default;
};
inline constexpr std::size_t entry_bytes = 40;
void append_entry(std::string& entries, const Entry&);
// `index` must be below entries.size() / entry_bytes.
Entry entry_at(std::string_view entries, std::size_t index);

}  // namespace audit
