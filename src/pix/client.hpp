// SPDX-License-Identifier: EUPL-1.2
// Asks Pix: one access token for each connection, kept while Pix takes it.
#pragma once
#include "base/result.hpp"
#include "pix/contract.hpp"
#include "pix/settings.hpp"

#include <cstdint>
#include <expected>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace pix {

// Why Pix gave no answer that counts.
struct Trouble {
    enum class Kind : std::uint8_t {
        passing,  // it is away or busy: the same question may be answered later
        lasting,  // somebody must do something
    };
    Kind kind = Kind::lasting;
    base::Reason reason;           // in words for the training office
    std::string retry_after = {};  // as Pix said
};
template <class T>
using Answered = std::expected<T, Trouble>;

// Thread-safe.
class Client {
public:
    explicit Client(int timeout_ms) : timeout_ms_(timeout_ms) {}

    // Of all organisations of the access.
    struct Found {
        std::string organisation;
        contract::Campaign campaign;
    };
    Answered<std::vector<Found>> campaigns(const Connection&);
    Answered<contract::Page<contract::Participation>> participations(
        const Connection&, std::int64_t campaign, std::optional<base::Time> since, int page);

private:
    struct Asking;
    Answered<std::string> token(Asking&, bool fresh);
    Answered<std::string> get(Asking&, const std::string& path);

    const int timeout_ms_;
    std::mutex mutex_;                           // guards the tokens; never held while asking
    std::map<std::string, std::string> tokens_;  // by the code of the connection
};

}  // namespace pix
