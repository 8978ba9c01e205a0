// SPDX-License-Identifier: EUPL-1.2
#include "plans/privacy.hpp"

#include "base/text.hpp"
#include "db/database.hpp"
#include "plans/store.hpp"

#include <boost/json.hpp>

namespace plans {
namespace json = boost::json;

json::object PersonalData::held(db::Transaction& transaction, base::PersonId person) {
    const Chosen chosen = store::find(transaction, person);
    json::object plan, held;
    if (chosen.aim != Aim::core) plan["aim"] = name_of(chosen.aim);
    if (!chosen.trade.empty()) plan["trade"] = chosen.trade;
    if (chosen.shared_at) plan["shared_at"] = base::iso_time(*chosen.shared_at);
    if (chosen.agreement) {
        plan["agreed_on"] = base::iso_date(chosen.agreement->on);
        plan["agreed_with"] = chosen.agreement->with;
        json::array levels;
        for (const auto& [competence, level] : chosen.agreement->targets)
            levels.push_back({{"competence", competence}, {"level", level}});
        held["agreed_levels"] = std::move(levels);
    }
    if (!plan.empty()) held["plan"] = std::move(plan);
    std::vector<base::OfferId> offers;
    for (const auto& [offer, marked] : chosen.marks) offers.push_back(offer);
    const auto titles = catalogue_.titles(transaction, offers);
    json::array marks;
    for (const auto& [offer, marked] : chosen.marks)
        marks.push_back({{"title", titles.at(offer).title},
                         {"mark", name_of(marked.mark)},
                         {"marked_at", base::iso_time(marked.at)}});
    if (!marks.empty()) held["marked_offers"] = std::move(marks);
    return held;
}

std::vector<privacy::Effect> PersonalData::erase(db::Transaction& transaction,
                                                 base::PersonId person, base::Time) {
    store::forget_reader(transaction, person);
    const int count = store::remove(transaction, person);
    if (count == 0) return {};
    return {{"plans", count}};
}

int PersonalData::retain(db::Transaction& transaction, std::string_view, base::Time before,
                         int most, privacy::Run run) {
    const auto list = store::unchanged_since(transaction, before, most);
    if (run == privacy::Run::real)
        for (const base::PersonId person : list) store::remove(transaction, person);
    return static_cast<int>(list.size());
}

}  // namespace plans
