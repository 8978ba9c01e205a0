// SPDX-License-Identifier: EUPL-1.2
#include "mail/privacy.hpp"

#include "base/text.hpp"
#include "mail/store.hpp"

#include <boost/json.hpp>

namespace mail {
namespace json = boost::json;

json::object PersonalData::held(db::Transaction& transaction, base::PersonId person) {
    json::array letters;
    for (const store::OwnLetter& letter : store::letters_of(transaction, person)) {
        json::object told{{"kind", letter.kind},
                          {"email", letter.email},
                          {"state", letter.state},
                          {"created_at", base::iso_time(letter.created_at)}};
        if (letter.sent_at) told["sent_at"] = base::iso_time(*letter.sent_at);
        letters.push_back(std::move(told));
    }
    json::object choices;
    for (const auto& [kind, choice] : store::choices_of(transaction, person))
        choices[kind] = name_of(choice);
    json::array refused;
    for (const store::RefusedAddress& one : store::refused_of(transaction, person))
        refused.push_back({{"email", one.email},
                           {"reason", one.reason},
                           {"changed_at", base::iso_time(one.last_at)}});
    json::object all;
    if (!refused.empty()) all["refused_addresses"] = std::move(refused);
    if (!letters.empty()) all["letters"] = std::move(letters);
    if (!choices.empty()) all["choices"] = std::move(choices);
    return all;
}

std::vector<privacy::Effect> PersonalData::erase(db::Transaction& transaction,
                                                 base::PersonId person, base::Time) {
    std::vector<privacy::Effect> effects;
    const auto add = [&](const char* what, int count) {
        if (count > 0) effects.push_back({what, count});
    };
    add("letters", store::remove_letters_of(transaction, person));
    add("choices", store::remove_choices_of(transaction, person) +
                       store::remove_refused_of(transaction, person));
    return effects;
}

int PersonalData::retain(db::Transaction& transaction, std::string_view object, base::Time before,
                         int most, privacy::Run run) {
    if (object == "refused_addresses")
        return store::retain_refused(transaction, before, most, run == privacy::Run::real);
    return run == privacy::Run::real ? store::remove_ended(transaction, before, most)
                                     : store::count_ended(transaction, before, most);
}

}  // namespace mail
