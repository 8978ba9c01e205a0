// SPDX-License-Identifier: EUPL-1.2
// Who may take a seat, give it back and pass it on, as pure functions. By which rules seats are
// given is in seats.hpp.
#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/catalogue.hpp"
#include "enrolments/enrolments.hpp"
#include "sessions/sessions.hpp"

#include <optional>
#include <string_view>

namespace enrolments {

// (Who may take a seat: why_not_take in enrolments.hpp.)

// Nothing when the holder may withdraw now by themselves.
std::optional<std::string> why_not_withdraw(const Enrolment&, const sessions::Session&,
                                            base::Time now);

// Nothing while an offer stands: to the second of `answer_by` and no longer.
std::optional<std::string> why_not_answer(const Enrolment&, const sessions::Session&,
                                          base::Time now);

// Nothing when the holder may go over to `to` now by themselves, as far as the two sessions say.
std::optional<std::string> why_not_transfer(const Enrolment&, const sessions::Session& from,
                                            const sessions::Session& to, base::Time now);

// Nothing when the seat may pass to a colleague: until the session begins, later than one may
// withdraw, since nobody loses by it.
std::optional<std::string> why_not_replace(const Enrolment&, const sessions::Session&,
                                           base::Time now);

// Nothing when the results of a selection may be given now.
std::optional<std::string> why_not_give_results(const sessions::Session&, base::Time now);

}  // namespace enrolments
