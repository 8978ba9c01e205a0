// SPDX-License-Identifier: EUPL-1.2
// Who may take a seat and give it back, as pure functions.
#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/catalogue.hpp"
#include "enrolments/enrolments.hpp"
#include "sessions/sessions.hpp"

#include <optional>
#include <string_view>

namespace enrolments {

// Nothing when the reader may take a seat (or wait) now; else the message key, under
// "enrolments.why_not." or, for the offer's own rule, "catalogue.why_not.".
std::optional<std::string> why_not_take(const sessions::Session&, const catalogue::Eligibility&,
                                        const catalogue::Reader&, base::Time now);

// Nothing when the holder may withdraw now by themselves.
std::optional<std::string> why_not_withdraw(const Enrolment&, const sessions::Session&,
                                            base::Time now);

}  // namespace enrolments
