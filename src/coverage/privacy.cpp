// SPDX-License-Identifier: EUPL-1.2
#include "coverage/privacy.hpp"

#include "base/text.hpp"
#include "coverage/store.hpp"

#include <boost/json.hpp>

namespace coverage {
namespace json = boost::json;

json::object PersonalData::held(db::Transaction& transaction, base::PersonId person) {
    json::object all;
    if (const auto counted = store::person(transaction, person)) {
        json::object told{{"test_ended_at", base::iso_time(counted->ended_at)},
                          {"levels", counted->levels}};
        if (counted->at_core) told["at_core"] = *counted->at_core;
        all["counted"] = std::move(told);
    }
    json::array declared;
    for (const Headcount& one : store::headcounts_by(transaction, person))
        declared.push_back({{"agents", one.told.agents},
                            {"as_of", base::iso_date(one.told.as_of)},
                            {"declared_at", base::iso_time(one.at)}});
    if (!declared.empty()) all["headcounts"] = std::move(declared);
    return all;
}

std::vector<privacy::Effect> PersonalData::erase(db::Transaction& transaction,
                                                 base::PersonId person, base::Time) {
    std::vector<privacy::Effect> effects;
    if (const int count = store::remove_person(transaction, person); count > 0)
        effects.push_back({"counted", count});
    if (const int count = store::forget_author(transaction, person); count > 0)
        effects.push_back({"author", count});
    return effects;
}

int PersonalData::retain(db::Transaction& transaction, std::string_view object, base::Time before,
                         int most, privacy::Run run) {
    const bool real = run == privacy::Run::real;
    return object == "persons" ? store::remove_persons_before(transaction, before, most, real)
                               : store::remove_drafts_before(transaction, before, most, real);
}

}  // namespace coverage
