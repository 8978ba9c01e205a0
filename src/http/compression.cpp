// SPDX-License-Identifier: EUPL-1.2
#include "http/compression.hpp"

#include "http/header_text.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace http {
namespace {

std::string gzip_of(std::string_view body) {
    constexpr int level = 3;
    constexpr int gzip_format = 16;
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + gzip_format, MAX_MEM_LEVEL - 1,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib has no memory");
    std::string out(body.size(), '\0');
    // zlib does not write through next_in; its type is older than const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const bool smaller = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.resize(smaller ? out.size() - stream.avail_out : 0);
    deflateEnd(&stream);
    return out;
}

std::string brotli_of(std::string_view body) {
    constexpr int quality = 1;
    // A window no larger than the body: the encoder allocates by it.
    const int window = std::clamp(static_cast<int>(std::bit_width(body.size())), 16, 22);
    std::string out(body.size(), '\0');
    std::size_t size = out.size();
    const auto done = BrotliEncoderCompress(quality, window, BROTLI_MODE_TEXT, body.size(),
                                            reinterpret_cast<const uint8_t*>(body.data()), &size,
                                            reinterpret_cast<uint8_t*>(out.data()));
    out.resize(done == BROTLI_TRUE ? size : 0);
    return out;
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
    switch (encoding) {
        case Encoding::gzip:
            return "gzip";
        case Encoding::brotli:
            return "br";
        case Encoding::identity:
            break;
    }
    return "";
}

Encoding choose_encoding(std::string_view accept_encoding, bool gzip, bool brotli) {
    int gzip_q = -1, brotli_q = -1, any_q = 0, identity_q = -1;
    for_each_element(accept_encoding, [&](std::string_view element) {
        const std::string_view coding = until(element, ';');
        const int q = quality_of(element);
        if (same_text(coding, "br"))
            brotli_q = q;
        else if (same_text(coding, "gzip") || same_text(coding, "x-gzip"))
            gzip_q = q;
        else if (same_text(coding, "identity"))
            identity_q = q;
        else if (coding == "*")
            any_q = q;
    });
    if (gzip_q < 0) gzip_q = any_q;
    if (brotli_q < 0) brotli_q = any_q;
    if (!gzip) gzip_q = 0;
    if (!brotli) brotli_q = 0;
    const int best = std::max(gzip_q, brotli_q);
    if (best == 0 || best < identity_q) return Encoding::identity;
    return brotli_q == best ? Encoding::brotli : Encoding::gzip;
}

bool is_compressible(std::string_view content_type) {
    const std::string_view type = until(content_type, ';');
    return type.starts_with("text/") || type == "application/json" || type == "application/xml" ||
           type == "application/javascript" || type.ends_with("+json") || type.ends_with("+xml");
}

std::string compress(std::string_view body, Encoding encoding) {
    switch (encoding) {
        case Encoding::gzip:
            return gzip_of(body);
        case Encoding::brotli:
            return brotli_of(body);
        case Encoding::identity:
            break;
    }
    return {};
}

}  // namespace http
