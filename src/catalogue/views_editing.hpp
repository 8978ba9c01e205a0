// SPDX-License-Identifier: EUPL-1.2
// From offers at work to the JSON of the pages under /offers.
#pragma once
#include "catalogue/catalogue.hpp"
#include "catalogue/editing.hpp"
#include "catalogue/offer_form.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <boost/json/fwd.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {
struct PageRenderer;
}

namespace catalogue {

extern const std::string_view work_list_schema;  // JSON Schema of work_list_view
extern const std::string_view work_schema;       // ... of work_view
extern const std::string_view form_schema;       // ... of form_view
extern const std::string_view version_schema;    // ... of version_view
extern const std::string_view report_schema;     // ... of report_view

inline constexpr int listed_per_page = 25;
// Likeness from which two offers may be the same one.
inline constexpr double nearly_the_same = 0.6;

struct WorkListContext {
    std::optional<State> chosen;  // only these
    int page = 1;
    bool may_create = false;
    const organisations::Tree& tree;
};
// `all`: the whole perimeter; `shown`: those of this page, with titles.
boost::json::value work_list_view(const std::vector<Listed>& all, std::size_t matching,
                                  const std::vector<Listed>& shown, const WorkListContext&);

struct WorkContext {
    const Published& published;
    const Themes& themes;
    std::string_view language;
    const std::map<base::PersonId, identity::Person>& people;  // who wrote and reviewed
    const organisations::Tree& tree;
};
boost::json::value work_view(const Dossier&, const WorkContext&);

// The offers that may be the same, best first; `self` is left out.
boost::json::array alike_views(const Offer&, std::optional<base::OfferId> self, const Published&);

// One version and what it changed. Nothing for a number that the offer does not have.
std::optional<boost::json::value> version_view(const Dossier&, std::int64_t number,
                                               const WorkContext&);

struct OrganisationChoice {
    const std::vector<const organisations::Organisation*>& all;  // in the order of the tree
    std::string_view chosen;                                     // code
};
// `dossier`: nullptr for a new offer. `typed`: when somebody else saved meanwhile, what this person
// wanted to save; the view tells where the two differ.
boost::json::value form_view(const Fields&, const Dossier*, const Themes&,
                             std::string_view language, const OrganisationChoice*,
                             const Offer* typed);

boost::json::value import_view(const OrganisationChoice&, std::string_view format);
boost::json::value report_view(const ImportReport&, const http::PageRenderer& words,
                               std::string_view language);

}  // namespace catalogue
