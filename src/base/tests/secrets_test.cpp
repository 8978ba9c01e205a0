// SPDX-License-Identifier: EUPL-1.2
#include "base/secrets.hpp"

#include <doctest/doctest.h>

TEST_CASE("digests are those of FIPS 180-4, tokens are long and never the same") {
    CHECK(base::sha256_hex("abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(base::sha256_base64url("") == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    CHECK(base::random_token().size() == 43);
    CHECK(base::random_token() != base::random_token());
}
