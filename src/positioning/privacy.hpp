// SPDX-License-Identifier: EUPL-1.2
// What positioning holds of a person (see privacy/holder.hpp). After an erasure, and at the end of
// its term, a result has nobody behind it; the answers right or wrong stay for the calibration.
#pragma once
#include "positioning/positioning.hpp"
#include "privacy/privacy.hpp"

namespace positioning {

class PersonalData final : public privacy::Holder {
public:
    std::string_view slice() const override { return "positioning"; }
    boost::json::object held(db::Transaction&, base::PersonId) override;
    std::vector<privacy::Effect> erase(db::Transaction&, base::PersonId, base::Time now) override;
    std::vector<std::string_view> objects() const override { return {"unfinished", "results"}; }
    int retain(db::Transaction&, std::string_view object, base::Time before, int most,
               privacy::Run) override;
};

}  // namespace positioning
