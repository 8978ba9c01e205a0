// SPDX-License-Identifier: EUPL-1.2
// Result<T>: a value, or the reasons why a person was refused it.
// A refusal is an ordinary outcome and travels as a value. Bugs and broken infrastructure are
// exceptions, and only the router, the job loop and the command line catch those.
#pragma once
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace base {

// What kind of refusal; http/ maps each to one status.
enum class ErrorKind {
    invalid,      // what was sent is wrong: correct it and send it again
    signed_out,   // nobody is signed in and somebody must be
    forbidden,    // somebody is, and may not
    not_found,    // there is no such thing, or not for this reader
    conflict,     // right in itself, but not in the present state: full, closed, changed meanwhile
    too_large,    // over a limit of size
    unsupported,  // a media type or format that we do not read
};

struct Reason {
    std::string message_key;  // looked up in po/ in the reader's language, never shown itself
    std::string field = {};   // the form field to mark, when there is one
    // Values for the {{names}} in the message, in no order.
    std::vector<std::pair<std::string, std::string>> values = {};
    friend bool operator==(const Reason&, const Reason&) = default;
};

struct Error {
    ErrorKind kind;
    std::vector<Reason> reasons;  // never empty

    Error(ErrorKind k, std::string message_key, std::string field = {})
        : kind(k), reasons{{std::move(message_key), std::move(field), {}}} {}
    Error(ErrorKind k, Reason reason) : kind(k), reasons{std::move(reason)} {}
    Error(ErrorKind k, std::vector<Reason> r) : kind(k), reasons(std::move(r)) {}
};

template <class T>
using Result = std::expected<T, Error>;
using std::unexpected;

}  // namespace base
