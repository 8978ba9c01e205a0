// SPDX-License-Identifier: EUPL-1.2
// What the operator says of Pix: one connection for each administration that has an access.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace pix {

struct Connection {
    std::string code;  // part of addresses: "ministere"
    std::string
        organisation;         // code of the administration whose agents take part, with those below
    std::string url;          // of the interface, without a slash at its end
    std::string application;  // where agents take part: https://app.pix.fr
    std::string client_id;
    std::string client_secret;
};

struct Options {
    std::vector<Connection> connections = {};
    int timeout_ms = 20'000;  // of one request to Pix
};

// A JSON list of {"code", "organisation", "url", "application", "client_id", and "client_secret" or
// "client_secret_file"}. Or what is wrong with it, in English. `read_file`: the content of a file,
// nothing when it cannot be read.
template <class T>
using Checked = std::expected<T, std::string>;
Checked<std::vector<Connection>> read_connections(
    std::string_view json, Checked<std::string> (*read_file)(const std::string& name));

}  // namespace pix
