// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/privacy.hpp"

#include "base/text.hpp"
#include "db/database.hpp"
#include "enrolments/rules.hpp"
#include "enrolments/store.hpp"

#include <boost/json.hpp>

namespace enrolments {
namespace json = boost::json;

json::object PersonalData::held(db::Transaction& transaction, base::PersonId person) {
    const Trainings trainings = enrolments_.trainings_of(transaction, person, base::Time{});
    if (trainings.list.empty() && !trainings.has_feed) return {};
    json::array list;
    for (const Training& training : trainings.list) {
        json::object told{{"training", training.offer.title},
                          {"starts_at", base::iso_time(training.session.starts_at())},
                          {"state", name_of(training.enrolment.state)},
                          {"asked_at", base::iso_time(training.enrolment.created_at)},
                          {"changed_at", base::iso_time(training.enrolment.changed_at)}};
        if (training.enrolment.place > 0) told["place"] = training.enrolment.place;
        list.push_back(std::move(told));
    }
    return {{"calendar_address", trainings.has_feed}, {"trainings", std::move(list)}};
}

// A seat that may not be given back any more (the session begins too soon) stays taken.
std::vector<privacy::Effect> PersonalData::leave(base::PersonId person, base::Time now,
                                                 privacy::Run run) {
    const Trainings trainings = database_.read([&](db::Transaction& transaction) {
        return enrolments_.trainings_of(transaction, person, now);
    });
    std::int64_t given_back = 0;
    for (const Training& training : trainings.list) {
        if (!training.enrolment.holds() ||
            why_not_withdraw(training.enrolment, training.session, now))
            continue;
        if (run == privacy::Run::dry || enrolments_.withdraw(person, training.enrolment.id, now))
            ++given_back;
    }
    if (given_back == 0) return {};
    return {{"seats_given_back", given_back}};
}

std::vector<privacy::Effect> PersonalData::erase(db::Transaction& transaction,
                                                 base::PersonId person, base::Time) {
    const int feeds = store::delete_feed(transaction, person);
    if (feeds == 0) return {};
    return {{"calendar_address", feeds}};
}

}  // namespace enrolments
