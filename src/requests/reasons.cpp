// SPDX-License-Identifier: EUPL-1.2
// The reasons of a refusal by silence: asked for by the agent, given by the training office.
#include "audit/audit.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "requests/letters.hpp"
#include "requests/requests.hpp"
#include "requests/rules.hpp"
#include "requests/store.hpp"

namespace requests {
namespace {

using base::ErrorKind;

base::Error refusal(const std::string& reason, std::string_view field = {}) {
    return {reason == "requests.unknown" ? ErrorKind::not_found : ErrorKind::conflict,
            base::Reason{reason, std::string{field}}};
}

void record(db::Transaction& transaction, const Request& request, base::PersonId actor,
            std::string_view role, std::string_view action, base::Time now) {
    audit::record(transaction, {.at = now,
                                .actor = actor,
                                .role = role,
                                .perimeter = request.organisation,
                                .action = action,
                                .object = "request",
                                .object_id = request.id.value});
}

}  // namespace

base::Result<void> Requests::ask_reasons(base::PersonId agent, base::RequestId id, base::Time now) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto locked = store::lock(transaction, id, agent, today);
        if (!locked || locked->request.person != agent)
            return base::unexpected(refusal("requests.unknown"));
        const Request& request = locked->request;
        if (const auto known = store::reasons_of(transaction, id); known.asked_at) return {};
        if (const auto reason =
                why_not_ask_reasons(request, store::answers_of(transaction, id), now))
            return base::unexpected(refusal(*reason));
        store::ask_reasons(transaction, id, now);
        record(transaction, request, agent, "agent", "requests.ask_reasons", now);
        auto people =
            training_office_of(transaction, db::Versions(transaction), request.organisation, agent);
        people.push_back(agent);
        const auto persons = identity_.persons(transaction, people);
        const auto titles = catalogue_.titles(transaction, {request.offer});
        const letters::About about{request, persons.at(agent), titles.at(request.offer)};
        for (const auto& [office, person] : persons)
            if (office != agent) letters::reasons_asked(transaction, about, person, now);
        return {};
    });
}

base::Result<void> Requests::give_reasons(base::PersonId by, base::RequestId id,
                                          std::string_view reasons, base::Time now) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto locked = store::lock(transaction, id, by, today);
        if (!locked) return base::unexpected(refusal("requests.unknown"));
        const Request& request = locked->request;
        const Reader reader = reader_of(transaction, db::Versions(transaction), request, by, today);
        const auto known = store::reasons_of(transaction, id);
        if (!reader.is_training_office || !known.asked_at)
            return base::unexpected(refusal("requests.unknown"));
        if (known.answered_at) return base::unexpected(refusal("requests.why_not.reasons_given"));
        if (reasons.empty())
            return base::unexpected(base::Error{
                ErrorKind::invalid, base::Reason{"requests.problem.reasons_missing", "reasons"}});
        store::give_reasons(transaction, id, by, reasons, now);
        record(transaction, request, by, "training_office", "requests.give_reasons", now);
        const auto persons = identity_.persons(transaction, {request.person, by});
        const auto titles = catalogue_.titles(transaction, {request.offer});
        letters::reasons_given(transaction,
                               {request, persons.at(request.person), titles.at(request.offer)},
                               persons.at(by), reasons, now);
        return {};
    });
}

}  // namespace requests
