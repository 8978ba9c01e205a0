// SPDX-License-Identifier: EUPL-1.2
// A small item bank for tests of positioning and of what comes after it.
#pragma once
#include "test_app.hpp"

enum class Questions {
    mixed,  // choices, where "le mot secret" is right, and words to type
    typed   // "le mot secret" to type, in each
};

// On the first area (1.1 to 1.3), three questions of each level, numbers 001 to 024; each has a
// file, an explanation with its number, and something to learn at cyber.gouv.fr.
void given_bank(TestApp&, Questions = Questions::mixed);
