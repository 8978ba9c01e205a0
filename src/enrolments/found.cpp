// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/found.hpp"

#include "audit/audit.hpp"
#include "db/database.hpp"

namespace enrolments {

base::Error refusal(std::string message_key) {
    return {base::ErrorKind::conflict, std::move(message_key)};
}

void record(db::Transaction& transaction, std::string_view verb, const Enrolment& enrolment,
            std::optional<base::PersonId> actor, std::string_view role,
            const sessions::Session& session, base::Time now) {
    const std::string action = "enrolments." + std::string{verb};
    audit::record(transaction,
                  {.at = now,
                   .actor = actor,
                   .role = role,
                   .perimeter = session.organisation,
                   .action = action,
                   .object = "enrolment",
                   .object_id = enrolment.id.value,
                   .after = R"({"state":")" + std::string{name_of(enrolment.state)} +
                            R"(","session":)" + std::to_string(session.id.value) + "}"});
}

}  // namespace enrolments
