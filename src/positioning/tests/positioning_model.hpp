// SPDX-License-Identifier: EUPL-1.2
// Tests of positioning through the whole application.
#pragma once
#include "test_bank.hpp"

#include <string>

// Begins a test of the first area and returns its URL.
std::string begin_test(TestApp&, const http::Pairs& more = {});

// The answer to what is shown, right or wrong, as a form.
http::Pairs answer_to(const boost::json::value& test, bool right);
