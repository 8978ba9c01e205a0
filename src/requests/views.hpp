// SPDX-License-Identifier: EUPL-1.2
// From requests to the JSON of their pages.
#pragma once
#include "requests/requests.hpp"
#include "requests/rules.hpp"

#include <boost/json/fwd.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace organisations {
struct Organisation;
}

namespace requests {

extern const std::string_view form_schema;      // JSON Schema of form_view
extern const std::string_view request_schema;   // ... of request_view
extern const std::string_view mine_schema;      // ... of mine_view
extern const std::string_view team_schema;      // ... of team_view
extern const std::string_view list_schema;      // ... of list_view
extern const std::string_view circuits_schema;  // ... of circuits_view
extern const std::string_view circuit_schema;   // ... of circuit_view
extern const std::string_view deciders_schema;  // ... of deciders_view

// Everybody a view may name.
using People = std::map<base::PersonId, identity::Person>;

// -- asking

struct FormContext {
    std::string slug;
    std::string title;
    bool fictitious = false;
    std::string prerequisites;  // in words; "" with has_prerequisites: other offers
    bool has_prerequisites = false;
    std::vector<sessions::Session> sessions;  // that one may ask for
    bool needs_supervisor = false;            // none is known and one must agree
    std::string supervisor;                   // the name or mail of the one who is
    std::vector<Step> steps;
};
struct Typed {
    std::optional<base::SessionId> session;
    Answers answers;
    std::string supervisor_email;
};
boost::json::object form_view(const FormContext&, const Typed&);

// A contractor may not ask; these are free and open to them.
struct Alternative {
    std::string slug, title;
};
boost::json::object alternatives_view(const std::vector<Alternative>&);

// -- reading and deciding

// What a decider wants to know beside the request.
struct Background {
    struct Absence {
        base::PersonId person;
        bool asked = false;  // has asked for the same days; else is in training
    };
    struct Training {
        std::string title;
        base::Date day{};
    };
    std::vector<Absence> absences;
    std::vector<Training> trainings;  // the agent's last ones, the latest first
};
// When the people of a team are away: made once for all requests of a page.
class TeamCalendar {
public:
    TeamCalendar(const Team&, base::Time now);
    Background background_of(const Request&) const;

private:
    // The days of each session on the wall in Paris.
    std::map<base::SessionId, std::set<base::Date>> days_;
    std::map<base::Date, std::vector<Background::Absence>> away_;
    std::map<base::PersonId, std::vector<Background::Training>> trainings_;  // the latest first
};

// `action`: where a decision is sent to. `team`: nothing where nobody's team is known.
boost::json::object request_view(const Dossier&, base::PersonId reader, const Team* team,
                                 std::string_view action, const Decision& typed, base::Time now);

struct Mine {
    std::vector<Request> requests;
    std::map<base::OfferId, catalogue::OfferTitle> titles;
    std::map<base::SessionId, sessions::Placed> sessions;
    People people;
};
boost::json::object mine_view(const Mine&, base::Time now);

boost::json::object team_view(const Team&, base::PersonId reader, base::Time now);

// What became of a decision on several requests.
struct Done {
    base::RequestId request;
    std::string state;  // "" : refused
    std::string why;    // in the reader's language
};
boost::json::object done_view(const std::vector<Done>&, const std::string& back);

// -- the training office

struct OfficeList {
    ListQuery query;
    std::string organisation;                                        // code of the chosen one
    std::string offer;                                               // slug
    std::vector<std::pair<std::string, std::string>> organisations;  // code and name, to choose
    std::vector<std::pair<std::string, std::string>> offers;         // slug and title, to choose
    Listed listed;
    std::map<Waits, int> counts;
    std::map<base::OfferId, catalogue::OfferTitle> titles;
    std::map<base::SessionId, sessions::Placed> sessions;
    People people;
    std::map<base::OrganisationId, std::string> names;
    base::PersonId reader;
};
boost::json::object list_view(const OfficeList&, base::Time now);
std::string list_csv(const OfficeList&);

struct CircuitOf {
    const organisations::Organisation* organisation = nullptr;
    const organisations::Organisation* from = nullptr;  // whose circuit holds; nullptr: none does
    const Circuit* circuit = nullptr;
    const Circuit* own = nullptr;  // its own present one, also an inherited one

    bool is_own() const { return from == organisation; }
};
// Which administrations a list of circuits shows.
struct CircuitsList {
    std::string words;
    bool own = false;  // only those that have their own
    int page = 1;      // brought into what there is
};
inline constexpr int circuits_a_page = 50;
boost::json::object circuits_view(const std::vector<CircuitOf>& all, CircuitsList);
boost::json::object circuit_view(const CircuitOf&, const std::vector<Step>& typed,
                                 std::string_view kind, std::int64_t version);
boost::json::object deciders_view(const WhoDecides&, const identity::Person& agent,
                                  const std::string& employer, const std::string& circuit_of,
                                  const People&, const std::string& typed);

struct Delegations {
    std::vector<Delegation> list;
    People people;
    base::PersonId reader;
};
boost::json::object delegations_view(const Delegations&, const std::string& delegate,
                                     const std::string& from, const std::string& until);

}  // namespace requests
