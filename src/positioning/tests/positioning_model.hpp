// SPDX-License-Identifier: EUPL-1.2
// Tests of positioning through the whole application.
#pragma once
#include "test_app.hpp"

#include <string>

// A small bank on the first area (1.1 to 1.3): texts to type and choices, three of each level,
// each with a file. What is right is the same for all.
void given_bank(TestApp&);

// Begins a test of the first area and returns its URL.
std::string begin_test(TestApp&, const http::Pairs& more = {});

// The answer to what is shown, right or wrong, as a form.
http::Pairs answer_to(const boost::json::value& test, bool right);
