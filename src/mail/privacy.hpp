// SPDX-License-Identifier: EUPL-1.2
// What mail holds of a person (see privacy/holder.hpp).
#pragma once
#include "privacy/privacy.hpp"

namespace mail {

class PersonalData final : public privacy::Holder {
public:
    std::string_view slice() const override { return "mail"; }
    boost::json::object held(db::Transaction&, base::PersonId) override;
    std::vector<privacy::Effect> erase(db::Transaction&, base::PersonId, base::Time now) override;
    std::vector<std::string_view> objects() const override {
        return {"letters", "refused_addresses"};
    }
    int retain(db::Transaction&, std::string_view object, base::Time before, int most,
               privacy::Run) override;
};

}  // namespace mail
