// SPDX-License-Identifier: EUPL-1.2
// What enrolments holds of a person (see privacy/holder.hpp). The enrolments of somebody who was
// erased stay, and with them every count; the person behind them has no name any more.
#pragma once
#include "enrolments/enrolments.hpp"
#include "privacy/privacy.hpp"

namespace enrolments {

class PersonalData final : public privacy::Holder {
public:
    // The arguments must outlive it.
    PersonalData(db::Database& database, Enrolments& enrolments)
        : database_(database), enrolments_(enrolments) {}

    std::string_view slice() const override { return "enrolments"; }
    boost::json::object held(db::Transaction&, base::PersonId) override;
    std::vector<privacy::Effect> leave(base::PersonId, base::Time now, privacy::Run) override;
    std::vector<privacy::Effect> erase(db::Transaction&, base::PersonId, base::Time now) override;
    std::vector<std::string_view> objects() const override { return {"texts", "replacements"}; }
    int retain(db::Transaction&, std::string_view object, base::Time before, int most,
               privacy::Run) override;

private:
    db::Database& database_;
    Enrolments& enrolments_;
};

}  // namespace enrolments
