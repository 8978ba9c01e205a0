// SPDX-License-Identifier: EUPL-1.2
// What campaigns hold of a person (see privacy/holder.hpp). Invitations and participations of
// somebody who was erased stay as counts.
#pragma once
#include "campaigns/campaigns.hpp"
#include "privacy/privacy.hpp"

namespace campaigns {

class PersonalData final : public privacy::Holder {
public:
    // It must outlive this: who was invited before they were known is found by their mail.
    explicit PersonalData(identity::Identity& identity) : identity_(identity) {}

    std::string_view slice() const override { return "campaigns"; }
    boost::json::object held(db::Transaction&, base::PersonId) override;
    std::vector<privacy::Effect> erase(db::Transaction&, base::PersonId, base::Time now) override;
    std::vector<std::string_view> objects() const override {
        return {"invitations", "participations"};
    }
    int retain(db::Transaction&, std::string_view object, base::Time before, int most,
               privacy::Run) override;

private:
    std::string mail_of(db::Transaction&, base::PersonId);
    identity::Identity& identity_;
};

}  // namespace campaigns
