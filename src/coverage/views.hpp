// SPDX-License-Identifier: EUPL-1.2
// From values to the JSON of pages, CSV and PDF. A figure that is null is under five, or nothing is
// known.
#pragma once
#include "coverage/coverage.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catalogue {
struct OfferTitle;
}
namespace organisations {
struct Organisation;
class Tree;
}  // namespace organisations

namespace coverage {

inline constexpr int children_per_page = 100;

// An organisation as a reader sees it: where it stands within their perimeters.
struct Place {
    const organisations::Tree& tree;
    const organisations::Organisation& organisation;
    std::vector<base::OrganisationId> tops;  // of the reader's perimeters, in the tree's order
    bool may_declare = false;
    base::Date today{};
    std::string_view language;
};
// Page address with the organisation in the query.
std::string address(std::string_view path, const organisations::Organisation&);

struct CoveragePage {
    const Place& place;
    std::optional<base::Date> published_on;
    const std::map<base::OrganisationId, Figures>& figures;
    std::vector<const organisations::Organisation*> children;  // of this page of them
    int page = 1, pages = 1;
    std::vector<Past> trend;  // the latest first
};
boost::json::object coverage_view(const CoveragePage&);
// The organisation and all below it, a line each.
std::string coverage_csv(const Place&, const std::map<base::OrganisationId, Figures>&);

boost::json::object headcounts_view(const Place&, const std::vector<Headcount>&,
                                    const std::map<base::PersonId, std::string>& names,
                                    const boost::json::object* typed);

struct SkillsPage {
    const Place& place;
    std::optional<base::Date> published_on;
    const Figures* figures = nullptr;  // nothing was ever published
    const frameworks::Targets& targets;
};
boost::json::object skills_view(const SkillsPage&);
std::string skills_csv(const SkillsPage&);

boost::json::object plans_view(const Place&, const std::vector<Draft>&, bool enough,
                               const boost::json::object* typed);
using Titles = std::map<base::OfferId, catalogue::OfferTitle>;
boost::json::object draft_view(const Place&, const Draft&, const Titles&,
                               const boost::json::object* typed);
std::string draft_csv(const Draft&, const Titles&);

extern const std::string_view coverage_schema, headcounts_schema, skills_schema, plans_schema,
    draft_schema;

}  // namespace coverage
