// SPDX-License-Identifier: EUPL-1.2
// A letter as it stands in the outbox.
#pragma once
#include "mail/mail.hpp"

#include <string>

namespace mail {

std::string to_json(const Letter&);

}  // namespace mail
