// SPDX-License-Identifier: EUPL-1.2
// What identity holds of a person (see privacy/holder.hpp).
#pragma once
#include "identity/identity.hpp"
#include "privacy/privacy.hpp"

namespace identity {

class PersonalData final : public privacy::Holder {
public:
    // What stands for the names of somebody who was erased: words of the site, put into the row.
    struct Names {
        std::string given_name, usual_name;
    };
    // The organisations must outlive it.
    PersonalData(organisations::Organisations& organisations, Names names)
        : organisations_(organisations), names_(std::move(names)) {}

    std::string_view slice() const override { return "identity"; }
    boost::json::object held(db::Transaction&, base::PersonId) override;
    std::vector<privacy::Effect> erase(db::Transaction&, base::PersonId, base::Time now) override;
    std::vector<std::string_view> objects() const override {
        return {"persons", "sign_ins", "newcomers", "invitations"};
    }
    int retain(db::Transaction&, std::string_view object, base::Time before, int most,
               privacy::Run) override;
    std::vector<base::PersonId> gone(db::Transaction&, base::Time before, int most) override;

private:
    organisations::Organisations& organisations_;
    const Names names_;
};

}  // namespace identity
