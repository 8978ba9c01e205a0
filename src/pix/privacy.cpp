// SPDX-License-Identifier: EUPL-1.2
#include "pix/privacy.hpp"

#include "base/text.hpp"
#include "pix/store.hpp"
#include "pix/views.hpp"

#include <boost/json.hpp>

namespace pix {
namespace json = boost::json;

json::object PersonalData::held(db::Transaction& transaction, base::PersonId person) {
    json::array parts;
    for (const Participant& part : store::participants(transaction, person)) {
        json::object told{{"connection", part.connection},
                          {"pseudonym", part.pseudonym},
                          {"agreed_at", base::iso_time(part.agreed_at)},
                          {"agreed_to_topics", part.topics}};
        if (part.withdrawn_at) told["withdrawn_at"] = base::iso_time(*part.withdrawn_at);
        parts.push_back(std::move(told));
    }
    json::array results;
    for (const Result& result : store::results_of(transaction, person)) {
        const auto campaign = store::campaign(transaction, result.campaign);
        json::object told = result_view(result);
        told["campaign"] = campaign ? campaign->name : "";
        results.push_back(std::move(told));
    }
    json::object all;
    if (!parts.empty()) all["agreements"] = std::move(parts);
    if (!results.empty()) all["results"] = std::move(results);
    return all;
}

std::vector<privacy::Effect> PersonalData::erase(db::Transaction& transaction,
                                                 base::PersonId person, base::Time) {
    if (const int forgotten = store::forget(transaction, person); forgotten > 0)
        return {{"agreements", forgotten}};
    return {};
}

int PersonalData::retain(db::Transaction& transaction, std::string_view object, base::Time before,
                         int most, privacy::Run run) {
    const bool real = run == privacy::Run::real;
    return object == "readings" ? store::retain_readings(transaction, before, most, real)
                                : store::retain_results(transaction, before, most, real);
}

}  // namespace pix
