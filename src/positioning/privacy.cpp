// SPDX-License-Identifier: EUPL-1.2
#include "positioning/privacy.hpp"

#include "base/text.hpp"
#include "db/database.hpp"
#include "positioning/store.hpp"

#include <boost/json.hpp>

namespace positioning {
namespace json = boost::json;

json::object PersonalData::held(db::Transaction& transaction, base::PersonId person) {
    json::array list;
    const auto add = [&](const Test& test) {
        json::object one{{"scope", name_of(test.scope)},
                         {"state", name_of(test.state)},
                         {"started_at", base::iso_time(test.started_at)},
                         {"answers", test.answers.size()},
                         {"shared", test.shared_with.has_value()}};
        if (!test.scope_code.empty()) one["code"] = test.scope_code;
        if (test.ended_at) one["ended_at"] = base::iso_time(*test.ended_at);
        json::array known;
        for (const Standing& standing : store::results(transaction, test.id))
            known.push_back({{"competence", standing.competence},
                             {"level", standing.level},
                             {"from", standing.low},
                             {"to", standing.high}});
        if (!known.empty()) one["levels"] = std::move(known);
        list.push_back(std::move(one));
    };
    if (const auto test = store::in_progress(transaction, person)) add(*test);
    for (const Test& test : store::finished(transaction, person)) add(test);
    json::object all;
    if (!list.empty()) all["positionings"] = std::move(list);
    return all;
}

std::vector<privacy::Effect> PersonalData::erase(db::Transaction& transaction,
                                                 base::PersonId person, base::Time) {
    std::vector<privacy::Effect> effects;
    if (const int count = store::remove_in_progress_of(transaction, person); count > 0)
        effects.push_back({"unfinished", count});
    if (const int count = store::make_anonymous(transaction, person); count > 0)
        effects.push_back({"results", count});
    return effects;
}

int PersonalData::retain(db::Transaction& transaction, std::string_view object, base::Time before,
                         int most, privacy::Run run) {
    const bool unfinished = object == "unfinished";
    const auto list = unfinished ? store::unfinished_before(transaction, before, most)
                                 : store::finished_before(transaction, before, most);
    if (run == privacy::Run::real) {
        if (unfinished)
            for (const base::PositioningId id : list) store::remove(transaction, id);
        else if (!list.empty())
            store::make_anonymous(transaction, list);
    }
    return static_cast<int>(list.size());
}

}  // namespace positioning
