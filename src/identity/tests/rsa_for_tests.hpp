// SPDX-License-Identifier: EUPL-1.2
// RSA keys are slow to find, so a run of the tests finds few and hands them out again and again.
#pragma once
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <cstddef>
#include <memory>

// Of 2,048 bits. Any four that follow each other differ.
inline std::shared_ptr<EVP_PKEY> rsa_for_tests() {
    static std::array<std::shared_ptr<EVP_PKEY>, 4> keys;
    static std::size_t next = 0;
    auto& key = keys[next++ % keys.size()];
    if (key == nullptr) key = {EVP_RSA_gen(2048), EVP_PKEY_free};
    return key;
}
