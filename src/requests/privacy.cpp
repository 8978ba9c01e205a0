// SPDX-License-Identifier: EUPL-1.2
#include "requests/privacy.hpp"

#include "base/text.hpp"
#include "db/database.hpp"
#include "requests/rules.hpp"
#include "requests/store.hpp"

#include <boost/json.hpp>

namespace requests {
namespace json = boost::json;

json::object PersonalData::held(db::Transaction& transaction, base::PersonId person) {
    const auto requests = requests_.of_person(transaction, person);
    std::vector<base::OfferId> offers;
    for (const Request& request : requests) offers.push_back(request.offer);
    const auto titles = catalogue_.titles(transaction, offers);
    json::array asked;
    for (const Request& request : requests) {
        const Answers& a = request.answers;
        json::object told{{"training", titles.at(request.offer).title},
                          {"state", name_of(request.state)},
                          {"regime", a.regime},
                          {"created_at", base::iso_time(request.created_at)}};
        const auto add = [&](const char* name, const std::string& value) {
            if (!value.empty()) told[name] = value;
        };
        add("nature", a.nature);
        add("prerequisite", a.prerequisite);
        add("expertise", a.expertise);
        add("motivation", a.motivation);
        add("observatoire", a.observatoire);
        add("accommodation", a.accommodation);
        if (request.submitted_at) told["submitted_at"] = base::iso_time(*request.submitted_at);
        json::array answers;
        for (const Answered& answer : store::answers_of(transaction, request.id)) {
            json::object one{{"verdict", name_of(answer.verdict)},
                             {"answered_as", answer.as},
                             {"decided_at", base::iso_time(answer.at)}};
            if (!answer.reason.empty()) one["reason"] = answer.reason;
            answers.push_back(std::move(one));
        }
        if (!answers.empty()) told["answers"] = std::move(answers);
        asked.push_back(std::move(told));
    }
    json::array decided;
    for (const auto& [verdict, at] : store::answers_by(transaction, person))
        decided.push_back({{"verdict", verdict}, {"decided_at", base::iso_time(at)}});
    json::object all;
    if (!asked.empty()) all["requests"] = std::move(asked);
    if (!decided.empty()) all["decisions"] = std::move(decided);
    if (const auto supervision = requests_.supervision_of(transaction, person))
        all["supervisor"] = {{"email", supervision->supervisor_email},
                             {"state", name_of(supervision->state)},
                             {"changed_at", base::iso_time(supervision->changed_at)}};
    return all;
}

std::vector<privacy::Effect> PersonalData::leave(base::PersonId person, base::Time now,
                                                 privacy::Run run) {
    const auto requests = database_.read(
        [&](db::Transaction& transaction) { return requests_.of_person(transaction, person); });
    std::int64_t withdrawn = 0;
    for (const Request& request : requests)
        if (next(request.state, Event::withdraw) &&
            (run == privacy::Run::dry || requests_.withdraw(person, request.id, now)))
            ++withdrawn;
    if (withdrawn == 0) return {};
    return {{"requests_withdrawn", withdrawn}};
}

std::vector<privacy::Effect> PersonalData::erase(db::Transaction& transaction,
                                                 base::PersonId person, base::Time now) {
    std::vector<privacy::Effect> effects;
    const auto add = [&](const char* what, int count) {
        if (count > 0) effects.push_back({what, count});
    };
    add("texts", store::empty_texts_of(transaction, person));
    add("supervisions", store::end_supervisions_of(transaction, person, now));
    add("delegations", store::end_delegations_of(transaction, person, now));
    return effects;
}

int PersonalData::retain(db::Transaction& transaction, std::string_view object, base::Time before,
                         int most, privacy::Run run) {
    const bool real = run == privacy::Run::real;
    return object == "drafts" ? store::retain_drafts(transaction, before, most, real)
                              : store::retain_texts(transaction, before, most, real);
}

}  // namespace requests
