// SPDX-License-Identifier: EUPL-1.2
#include "items/zip.hpp"

#include <zlib.h>

#include <cstdint>
#include <stdexcept>

namespace items {
namespace {

void put16(std::string& out, std::size_t value) {
    out += static_cast<char>(value & 0xFFU);
    out += static_cast<char>((value >> 8U) & 0xFFU);
}
void put32(std::string& out, std::size_t value) {
    put16(out, value & 0xFFFFU);
    put16(out, value >> 16U);
}

std::string deflated(const std::string& content) {
    z_stream stream{};
    constexpr int raw = -MAX_WBITS;  // without the header of zlib
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, raw, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::logic_error("zlib cannot start");
    std::string out(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
    // zlib's interface of before const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int done = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (done != Z_STREAM_END) throw std::logic_error("zlib cannot compress");
    return out;
}

constexpr std::size_t utf8_names = 0x0800, version = 20;
constexpr std::size_t date_1980 = 0x21;  // the first day that the format knows

}  // namespace

std::string write_zip(const std::vector<ZipEntry>& entries) {
    std::string out, directory;
    for (const ZipEntry& entry : entries) {
        const std::string packed = entry.stored ? entry.content : deflated(entry.content);
        const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                                    static_cast<uInt>(entry.content.size()));
        std::string common;
        put16(common, version);
        put16(common, utf8_names);
        put16(common, entry.stored ? 0 : Z_DEFLATED);
        put16(common, 0);  // midnight
        put16(common, date_1980);
        put32(common, checksum);
        put32(common, packed.size());
        put32(common, entry.content.size());
        put16(common, entry.name.size());
        put16(common, 0);  // no extra field
        const std::size_t offset = out.size();
        out.append("PK\x03\x04").append(common).append(entry.name).append(packed);
        directory.append("PK\x01\x02");
        put16(directory, version);
        directory.append(common);
        put16(directory, 0);  // comment
        put16(directory, 0);  // disk
        put16(directory, 0);  // internal and
        put32(directory, 0);  // external attributes
        put32(directory, offset);
        directory.append(entry.name);
    }
    const std::size_t start = out.size();
    out.append(directory).append("PK\x05\x06");
    put32(out, 0);
    put16(out, entries.size());
    put16(out, entries.size());
    put32(out, directory.size());
    put32(out, start);
    put16(out, 0);
    return out;
}

}  // namespace items
