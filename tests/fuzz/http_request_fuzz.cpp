// SPDX-License-Identifier: EUPL-1.2
// From the bytes of a header to a Request, as the server reads them: Beast's parser, then ours.
#include "base/text.hpp"
#include "base/url.hpp"
#include "http/incoming.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_percent_decode(std::string_view text) {
    const auto path = base::url_decode(text, false);
    const auto query = base::url_decode(text, true);
    require(path.has_value() == query.has_value());
    if (!path) return;
    require(path->size() <= text.size() && path->size() == query->size());
    if (text.find_first_of("%+") == std::string_view::npos) require(*path == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_percent_decode(text);

    boost::beast::http::request_parser<boost::beast::http::empty_body> parser;
    parser.header_limit(16 * 1024);
    boost::beast::error_code error;
    parser.put(boost::asio::buffer(text.data(), text.size()), error);
    if (!parser.is_header_done()) return 0;
    for (const bool trusted : {false, true}) {
        const auto request =
            http::read_request(parser.get(), {.address = "192.0.2.1", .trusted = trusted});
        if (!request) {
            require(request.error() == 400 || request.error() == 505);
            continue;
        }
        require(request->path.starts_with('/') && base::is_utf8(request->path));
        require(trusted || (request->client == "192.0.2.1" && !request->secure));
        require(request->request_id.size() <= 64);
        for (const auto& [name, value] : request->query.pairs())
            require(base::is_utf8(name) && base::is_utf8(value));
    }
    return 0;
}
