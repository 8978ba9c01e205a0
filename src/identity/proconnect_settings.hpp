// SPDX-License-Identifier: EUPL-1.2
// What was agreed with ProConnect at the registration, as the operator configures it.
#pragma once
#include <string>
#include <vector>

namespace identity {

struct ProConnectSettings {
    std::string issuer;  // "https://auth.agentconnect.gouv.fr/api/v2"; "": no ProConnect here
    std::string client_id;
    std::string client_secret;
    std::vector<std::string> scopes;
    std::vector<std::string> acr_values;  // good enough; none: all are
    std::string algorithm;                // RS256, ES256, HS256; "": one of the first two
    std::string public_url;               // of this site: the return addresses are made from it
    int at_once = 4;                      // requests that may wait for it at the same time
};

}  // namespace identity
