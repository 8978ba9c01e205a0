// SPDX-License-Identifier: EUPL-1.2
// What coverage holds of a person (see privacy/holder.hpp). What was published stays: it is of five
// and more.
#pragma once
#include "privacy/privacy.hpp"

namespace coverage {

class PersonalData final : public privacy::Holder {
public:
    std::string_view slice() const override { return "coverage"; }
    boost::json::object held(db::Transaction&, base::PersonId) override;
    std::vector<privacy::Effect> erase(db::Transaction&, base::PersonId, base::Time now) override;
    std::vector<std::string_view> objects() const override { return {"persons", "drafts"}; }
    int retain(db::Transaction&, std::string_view object, base::Time before, int most,
               privacy::Run) override;
};

}  // namespace coverage
