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
    const auto replacements = store::replacements_of(transaction, person);
    if (trainings.list.empty() && !trainings.has_feed && replacements.empty()) return {};
    const auto motivations = store::motivations_of(transaction, person);
    json::array list;
    std::map<base::EnrolmentId, std::string> titles;
    for (const Training& training : trainings.list) {
        json::object told{{"training", training.offer.title},
                          {"starts_at", base::iso_time(training.session.starts_at())},
                          {"state", name_of(training.enrolment.state)},
                          {"asked_at", base::iso_time(training.enrolment.created_at)},
                          {"changed_at", base::iso_time(training.enrolment.changed_at)}};
        if (training.enrolment.place > 0) told["place"] = training.enrolment.place;
        if (const auto text = motivations.find(training.enrolment.id); text != motivations.end())
            told["motivation"] = text->second;
        if (!training.enrolment.reason.empty()) told["reason"] = training.enrolment.reason;
        titles.emplace(training.enrolment.id, training.offer.title);
        list.push_back(std::move(told));
    }
    json::object all{{"calendar_address", trainings.has_feed}, {"trainings", std::move(list)}};
    json::array grades;
    for (const store::OwnGrade& grade : store::grades_of(transaction, person))
        grades.push_back({{"training", titles[grade.enrolment]},
                          {"criterion", grade.criterion + 1},
                          {"points", grade.points},
                          {"graded_at", base::iso_time(grade.graded_at)}});
    if (!grades.empty()) all["grades"] = std::move(grades);
    json::array proposed;
    for (const auto& [state, at] : replacements)
        proposed.push_back({{"state", state}, {"asked_at", base::iso_time(at)}});
    if (!proposed.empty()) all["replacements"] = std::move(proposed);
    return all;
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
    std::vector<privacy::Effect> effects;
    const auto add = [&](const char* what, int count) {
        if (count > 0) effects.push_back({what, count});
    };
    add("calendar_address", store::delete_feed(transaction, person));
    add("texts", store::empty_texts_of(transaction, person));
    add("grades", store::delete_grades_of(transaction, person));
    return effects;
}

int PersonalData::retain(db::Transaction& transaction, std::string_view object, base::Time before,
                         int most, privacy::Run run) {
    const bool real = run == privacy::Run::real;
    return object == "replacements" ? store::retain_replacements(transaction, before, most, real)
                                    : store::retain_texts(transaction, before, most, real);
}

}  // namespace enrolments
