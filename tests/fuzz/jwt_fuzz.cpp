// SPDX-License-Identifier: EUPL-1.2
// Tokens and keys as a provider, or whoever sits between, may send them: the first line is a token,
// the rest a set of keys. No token of a stranger may count, and what is read must be safe to show.
#include "base/text.hpp"
#include "fetch/fetch.hpp"
#include "identity/oidc_jwt.hpp"
#include "identity/oidc_rules.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace identity::oidc;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto line = std::min(text.find('\n'), text.size());
    const auto token = text.substr(0, line);
    const auto rest = text.substr(std::min(line + 1, text.size()));

    const auto keys = KeySet::read(rest);
    if (keys) (void)verified_payload(token, {.keys = &*keys});
    // A secret that the input cannot know.
    static const std::string secret = "secret of this run: " + std::to_string(std::rand());
    if (verified_payload(token, {{Algorithm::hs256}, nullptr, secret})) std::abort();
    if (verified_payload(token, {})) std::abort();

    if (const auto id = read_id_token(text);
        id && (id->subject.empty() || id->subject.size() > 255))
        std::abort();
    if (const auto user = read_user_info(text); user) {
        if (!user->siret.empty() && !base::is_siret(user->siret)) std::abort();
        for (const char c : user->given_name + user->usual_name)
            if (static_cast<unsigned char>(c) < ' ') std::abort();
    }
    const auto origin = fetch::origin_of(token);
    if (!origin.empty() && !text.starts_with(origin)) std::abort();
    (void)error_code_of(text);
    return 0;
}
