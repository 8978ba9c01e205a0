// SPDX-License-Identifier: EUPL-1.2
// What requests hold of a person (see privacy/holder.hpp). A request of somebody who was erased
// stays, without its texts, and with it every count; the person behind it has no name any more.
#pragma once
#include "privacy/privacy.hpp"
#include "requests/requests.hpp"

namespace requests {

class PersonalData final : public privacy::Holder {
public:
    // The arguments must outlive it.
    PersonalData(db::Database& database, Requests& requests, catalogue::Catalogue& catalogue)
        : database_(database), requests_(requests), catalogue_(catalogue) {}

    std::string_view slice() const override { return "requests"; }
    boost::json::object held(db::Transaction&, base::PersonId) override;
    std::vector<privacy::Effect> leave(base::PersonId, base::Time now, privacy::Run) override;
    std::vector<privacy::Effect> erase(db::Transaction&, base::PersonId, base::Time now) override;
    std::vector<std::string_view> objects() const override { return {"texts", "drafts"}; }
    int retain(db::Transaction&, std::string_view object, base::Time before, int most,
               privacy::Run) override;

private:
    db::Database& database_;
    Requests& requests_;
    catalogue::Catalogue& catalogue_;
};

}  // namespace requests
