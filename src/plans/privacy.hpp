// SPDX-License-Identifier: EUPL-1.2
// What the plans slice holds of a person.
#pragma once
#include "catalogue/catalogue.hpp"
#include "privacy/privacy.hpp"

namespace plans {

class PersonalData final : public privacy::Holder {
public:
    // Must outlive it: the titles of offers.
    explicit PersonalData(catalogue::Catalogue& catalogue) : catalogue_(catalogue) {}
    std::string_view slice() const override { return "plans"; }
    boost::json::object held(db::Transaction&, base::PersonId) override;
    std::vector<privacy::Effect> erase(db::Transaction&, base::PersonId, base::Time now) override;
    std::vector<std::string_view> objects() const override { return {"plans"}; }
    int retain(db::Transaction&, std::string_view object, base::Time before, int most,
               privacy::Run) override;

private:
    catalogue::Catalogue& catalogue_;
};

}  // namespace plans
