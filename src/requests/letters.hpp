// SPDX-License-Identifier: EUPL-1.2
// The letters of this slice, each put into the outbox in the transaction of what it tells.
#pragma once
#include "requests/requests.hpp"

#include <optional>
#include <string>
#include <vector>

namespace requests::letters {

// What a letter is about.
struct About {
    const Request& request;
    const identity::Person& agent;
    const catalogue::OfferTitle& title;
    const sessions::Placed* placed = nullptr;  // nullptr: no date yet
};

// To whoever was declared, who may have no account yet.
void supervisor_declared(db::Transaction&, const Supervision&,
                         const std::optional<identity::Person>& account,
                         const identity::Person& agent, base::Time now);
void supervisor_answered(db::Transaction&, const Supervision&, const identity::Person& agent,
                         const identity::Person& supervisor, base::Time now);
void supervisor_to_accept(db::Transaction&, const identity::Person& office,
                          const identity::Person& agent, const identity::Person& supervisor,
                          base::Time now);
void supervisor_corrected(db::Transaction&, const identity::Person& agent,
                          const identity::Person& supervisor, base::Time now);
void delegated(db::Transaction&, const identity::Person& delegate,
               const identity::Person& supervisor, const Delegation&, base::Time now);

// Acknowledgement of receipt: when, who decides until when, what silence means, how to appeal.
void received(db::Transaction&, const About&, const Step& last_step, base::Time now);
// `link`: a path that opens the one request.
void to_decide(db::Transaction&, const About&, const identity::Person& decider,
               const std::string& link, bool reminder, base::Time now);
void passed_on(db::Transaction&, const About&, bool escalated, base::Time now);
// `by`: nullptr when nobody answered in time. `seat`: what an approval brought about.
void decided(db::Transaction&, const About&, const Answered&, const identity::Person* by,
             const std::string& calendar, base::Time now);

// To the training office: the agent asks why a silence refused; then to the agent: this is why.
void reasons_asked(db::Transaction&, const About&, const identity::Person& office, base::Time now);
void reasons_given(db::Transaction&, const About&, const identity::Person& by,
                   std::string_view reasons, base::Time now);

}  // namespace requests::letters
