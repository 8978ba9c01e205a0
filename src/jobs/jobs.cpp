// SPDX-License-Identifier: EUPL-1.2
#include "jobs/jobs.hpp"

#include "db/database.hpp"
#include "jobs/rules.hpp"
#include "jobs/store.hpp"

#include <stdexcept>

namespace jobs {

void enqueue(db::Transaction& transaction, const Job& job) {
    store::insert(transaction, job);
}

void Jobs::handle(std::string_view kind, Handler handler) {
    if (!handlers_.emplace(kind, std::move(handler)).second)
        throw std::logic_error("two handlers of the job " + std::string{kind});
}

int Jobs::run_due(base::Time now, int most) {
    int tried = 0;
    for (; tried < most; ++tried) {
        const auto taken = database_.write([&](db::Transaction& transaction) {
            return store::take_due(transaction, now, now + lease);
        });
        if (!taken) break;
        std::string error;
        try {
            const auto handler = handlers_.find(taken->kind);
            if (handler == handlers_.end())
                throw std::runtime_error("no handler of this kind in this version");
            handler->second(taken->attempt);
        } catch (const std::exception& failure) {
            error = failure.what();
            if (error.empty()) error = "failed without a word";
        }
        database_.write([&](db::Transaction& transaction) {
            if (error.empty())
                store::finish(transaction, taken->attempt.id, now);
            else
                store::fail(transaction, taken->attempt.id, error,
                            next_attempt(taken->attempt.number, now), now);
        });
    }
    return tried;
}

}  // namespace jobs
