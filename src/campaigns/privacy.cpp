// SPDX-License-Identifier: EUPL-1.2
#include "campaigns/privacy.hpp"

#include "base/text.hpp"
#include "campaigns/store.hpp"
#include "identity/identity.hpp"

#include <boost/json.hpp>

namespace campaigns {
namespace json = boost::json;

std::string PersonalData::mail_of(db::Transaction& transaction, base::PersonId person) {
    const auto found = identity_.find(transaction, person);
    return found ? found->email : "";
}

json::object PersonalData::held(db::Transaction& transaction, base::PersonId person) {
    json::array asked, opened;
    for (const store::Held& one : store::held(transaction, person, mail_of(transaction, person))) {
        json::object told{{"campaign", one.campaign.title},
                          {"last_moment", base::iso_time(one.campaign.closes_at)}};
        if (one.invitation) {
            told["invited_at"] = base::iso_time(one.invitation->invited_at);
            told["invited_as"] = one.invitation->email;
            told["reminders"] = one.invitation->reminders;
        }
        if (one.part) {
            told["began_at"] = base::iso_time(one.part->began_at);
            if (one.part->finished_at) told["finished_at"] = base::iso_time(*one.part->finished_at);
            if (one.part->declined_at) told["declined_at"] = base::iso_time(*one.part->declined_at);
            told["shared"] = one.part->shared;
        }
        asked.push_back(std::move(told));
    }
    for (const Campaign& campaign : store::created_by(transaction, person))
        opened.push_back(
            {{"campaign", campaign.title}, {"created_at", base::iso_time(campaign.created_at)}});
    json::object all;
    if (!asked.empty()) all["campaigns"] = std::move(asked);
    if (!opened.empty()) all["prepared"] = std::move(opened);
    return all;
}

std::vector<privacy::Effect> PersonalData::erase(db::Transaction& transaction,
                                                 base::PersonId person, base::Time) {
    std::vector<privacy::Effect> effects;
    const std::string mail = mail_of(transaction, person);
    if (const int count = store::forget_invitations(transaction, person, mail); count > 0)
        effects.push_back({"invitations", count});
    if (const int count = store::forget_participations(transaction, person); count > 0)
        effects.push_back({"participations", count});
    store::forget_wrong_codes(transaction, person);
    return effects;
}

int PersonalData::retain(db::Transaction& transaction, std::string_view object, base::Time before,
                         int most, privacy::Run run) {
    const bool real = run == privacy::Run::real;
    return object == "invitations" ? store::retain_invitations(transaction, before, most, real)
                                   : store::retain_participations(transaction, before, most, real);
}

}  // namespace campaigns
