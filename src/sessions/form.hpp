// SPDX-License-Identifier: EUPL-1.2
// The form of a session: what a person typed, kept as typed, and the session that it says. Times
// are those of the clock on the wall in Paris. Pure. A program sends the same fields as JSON:
// {"slots": [{"date": "2026-12-01", "half": "am"}], ...}.
#pragma once
#include "sessions/sessions.hpp"

#include <functional>
#include <set>

namespace http {
class Form;
}

namespace sessions {

// A row is empty, and no half day, without date and hours. Hours that are left out are those of
// `half`: "am" 9:00-12:30, "pm" 14:00-17:30, "day" both; "" has none.
struct SlotRow {
    std::string date;  // 2026-12-01
    std::string half;
    std::string starts, ends;  // 09:00
    bool empty() const { return date.empty() && starts.empty() && ends.empty(); }
    friend bool operator==(const SlotRow&, const SlotRow&) = default;
};

// For whom seats are kept: "population:etat", "outside_idf:1", "region:84", or "organisation",
// "department", "town" with what `detail` says. A row without `who` is empty.
struct QuotaRow {
    std::string who, detail, seats, until;
    friend bool operator==(const QuotaRow&, const QuotaRow&) = default;
};
// A row without name is empty.
struct CriterionRow {
    std::string name, weight;
    friend bool operator==(const CriterionRow&, const CriterionRow&) = default;
};

struct SessionForm {
    std::string offer;  // slug
    std::vector<SlotRow> rows;
    std::string venue;  // code; "" : none
    std::string video_link, capacity, minimum, language, note;
    // 2026-12-01T09:00; with a "Z" it is UTC. Empty: from now on, and until the session starts.
    std::string enrolment_opens_at, enrolment_closes_at, cancel_until;
    std::vector<QuotaRow> quotas;
    std::string selection;  // "on_motivation", or the first who come
    std::string apply_until, results_on;
    std::vector<CriterionRow> grid;
    std::string prerequisites;  // slugs or addresses of offers, between white space
    std::vector<std::string> priorities;
    std::string offer_hours, minimum_by;
    std::int64_t revision = -1;
};

// What a form names and only the database knows.
struct Known {
    std::map<std::string, base::OfferId, std::less<>> offers;  // by slug: those that it names
    std::set<std::string, std::less<>> organisations;          // codes
};
// The slugs of the prerequisites.
std::vector<std::string> prerequisites_of(const SessionForm&);

SessionForm read_form(const http::Form&);
SessionForm empty_form(std::string_view language);
// A session as the form shows it. `venue`: nullptr when there is none.
// `slugs`: of the offer and its prerequisites.
SessionForm form_of(const Session&, const Venue*,
                    const std::map<base::OfferId, std::string>& slugs);
// The same without its dates: the half days and hours stay.
SessionForm copy_of(const Session&, const Venue*,
                    const std::map<base::OfferId, std::string>& slugs);

struct ReadSession {
    Session session;  // right where there is no problem
    std::vector<base::Reason> problems;
};
// `before`: the session that is edited, nullptr for a new one; what no field says stays as it is
// there. `venue`: the one that the form names, if it exists.
ReadSession session_from(const SessionForm&, const Session* before, const Venue*, const Known&,
                         base::Time now);

struct VenueForm {
    std::string organisation;  // code
    std::string name, address, town, capacity, equipment, contact;
    bool step_free = false, hearing_loop = false;
    std::int64_t revision = -1;
};
VenueForm read_venue_form(const http::Form&);
VenueForm form_of(const Venue&, std::string_view organisation_code);
struct ReadVenue {
    Venue venue;
    std::vector<base::Reason> problems;
};
// All but the code and the organisation, which stay as in `before`.
ReadVenue venue_from(const VenueForm&, const Venue& before);

}  // namespace sessions
