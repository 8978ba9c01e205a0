// SPDX-License-Identifier: EUPL-1.2
// From campaigns to the JSON of their pages.
#pragma once
#include "campaigns/campaigns.hpp"
#include "campaigns/form.hpp"
#include "coverage/coverage.hpp"
#include "frameworks/frameworks.hpp"
#include "organisations/organisations.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace campaigns {

inline constexpr int campaigns_a_page = 30;
inline constexpr int invitations_a_page = 100;
// A test lasts about so long; posters say it.
inline constexpr int minutes_asked = 15;

// What all views need to name things.
struct Names {
    const organisations::Tree& tree;
    const frameworks::Trades& trades;
    std::string_view language;
    base::Time now{};
};

// -- organisers
boost::json::object list_view(const Campaigns::Listed&, int page, const Names&);
struct FormPage {
    Form form;
    const Campaign* campaign = nullptr;  // that is changed; nullptr: a new one
    std::vector<const organisations::Organisation*> choices;
    std::vector<int> depths;  // of the choices
};
boost::json::object form_view(const FormPage&, const Names&);
struct Page {
    Campaign campaign;
    std::optional<Figures> figures;
    base::OrganisationId looked_at;  // whose row and those right below it are shown
    std::optional<coverage::NewHeadcount> headcount;  // the latest declared of looked_at
    int invitations = 0;
    std::string base_url;
};
boost::json::object campaign_view(const Page&, const Names&);
boost::json::object poster_view(const Campaign&, const std::string& base_url, const Names&);
boost::json::object results_view(const Campaign&, const std::optional<Figures>&, const Names&);
std::string results_csv(const Campaign&, const Figures&, const Names&,
                        const std::function<std::string(const base::Reason&)>& words);
struct InvitationsPage {
    Campaign campaign;
    std::vector<Invitation> list;
    int total = 0;
    int page = 1;
    std::optional<InviteReport> report;
    std::string typed;
    int agents = 0;  // known here, of the population
};
boost::json::object invitations_view(const InvitationsPage&, const Names&,
                                     const std::function<std::string(const base::Reason&)>& words);

// -- agents
boost::json::object mine_view(const std::vector<Mine>&, std::string_view typed, const Names&);
struct PartPage {
    Mine mine;
    std::optional<base::Reason> why_not_asked;
    std::vector<positioning::Test> fitting;
    std::optional<positioning::Test> in_progress;
    std::size_t competences = 0;  // that the test asks about
    bool has_earlier = false;     // results of before
    bool phone = false;
};
boost::json::object part_view(const PartPage&, const Names&,
                              const std::function<std::string(const base::Reason&)>& words);
boost::json::object stop_view(const Invitation&, const Campaign&, const Names&);
// A day in a calendar: the last one.
std::string deadline_calendar(const Campaign&, std::string_view summary, std::string_view text,
                              std::string_view base_url);

// JSON Schema of the views.
extern const std::string list_schema, form_schema, campaign_schema, poster_schema, results_schema,
    invitations_schema, mine_schema, part_schema, stop_schema;

}  // namespace campaigns
