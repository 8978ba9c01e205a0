// SPDX-License-Identifier: EUPL-1.2
// What pix holds of a person (see privacy/holder.hpp). The result of somebody who was erased stays,
// on the day instead of the second and without topics, and leads to nobody any more.
#pragma once
#include "privacy/privacy.hpp"

namespace pix {

class PersonalData final : public privacy::Holder {
public:
    std::string_view slice() const override { return "pix"; }
    boost::json::object held(db::Transaction&, base::PersonId) override;
    std::vector<privacy::Effect> erase(db::Transaction&, base::PersonId, base::Time now) override;
    std::vector<std::string_view> objects() const override { return {"results", "readings"}; }
    int retain(db::Transaction&, std::string_view object, base::Time before, int most,
               privacy::Run) override;
};

}  // namespace pix
