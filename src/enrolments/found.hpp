// SPDX-License-Identifier: EUPL-1.2
// What the use cases share, of enrolments.cpp, changes.cpp and selection.cpp.
#pragma once
#include "enrolments/desk.hpp"
#include "enrolments/enrolments.hpp"

namespace enrolments {

struct Enrolments::Found {
    Enrolment enrolment;
    Desk desk;
};

base::Error refusal(std::string message_key);
// A decision on an enrolment, in the log ("enrolments.<verb>"): what it is now, and of which
// session.
void record(db::Transaction&, std::string_view verb, const Enrolment&,
            std::optional<base::PersonId> actor, std::string_view role, const sessions::Session&,
            base::Time now);

}  // namespace enrolments
