// SPDX-License-Identifier: EUPL-1.2
// All SQL on the outbox.
#pragma once
#include "mail/mail.hpp"

namespace mail::store {

void insert(db::Transaction&, const Letter&, const std::string& letter_json, base::Time now);

}  // namespace mail::store
