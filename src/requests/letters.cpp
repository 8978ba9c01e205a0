// SPDX-License-Identifier: EUPL-1.2
#include "requests/letters.hpp"

#include "db/database.hpp"
#include "mail/mail.hpp"

namespace requests::letters {
namespace {

using mail::Letter;
using Values = std::vector<std::pair<std::string, mail::Value>>;

mail::Recipient recipient(const identity::Person& person) {
    return {person.id, person.email, person.full_name(), person.language};
}

std::string path_of(const Request& request) {
    return "/requests/" + std::to_string(request.id.value);
}

Values facts_of(const About& about) {
    Values facts{{"requests.fact.training", about.title.title}};
    if (about.placed == nullptr) return facts;
    const sessions::Session& session = about.placed->session;
    facts.emplace_back("requests.fact.starts", session.starts_at());
    if (about.placed->venue) facts.emplace_back("requests.fact.place", about.placed->venue->town);
    return facts;
}

Values values_of(const About& about) {
    Values values{{"agent", about.agent.full_name()}, {"training", about.title.title}};
    if (about.request.due_at) values.emplace_back("due", *about.request.due_at);
    return values;
}

// How to appeal: of the CPF before the joint body, too (CGFP, L. 422-8 and following).
std::string appeal_of(const Request& request) {
    return request.answers.regime == "cpf" ? "requests.appeal.cpf" : "requests.appeal.general";
}

}  // namespace

void supervisor_declared(db::Transaction& transaction, const Supervision& supervision,
                         const std::optional<identity::Person>& account,
                         const identity::Person& agent, base::Time now) {
    mail::put(transaction,
              {.to = account ? recipient(*account)
                             : mail::Recipient{.email = supervision.supervisor_email},
               .kind = "requests.supervisor_declared",
               .subject = "requests.letter.supervisor_declared.subject",
               .paragraphs = {"requests.letter.supervisor_declared.text",
                              "requests.letter.supervisor_declared.why"},
               .action = std::pair{std::string{"requests.letter.supervisor_declared.action"},
                                   "/supervisions/" + std::to_string(supervision.id.value)},
               .values = {{"agent", agent.full_name()}},
               .at_once = true},
              now);
}

void supervisor_answered(db::Transaction& transaction, const Supervision& supervision,
                         const identity::Person& agent, const identity::Person& supervisor,
                         base::Time now) {
    const std::string key = "requests.letter.supervisor_" + std::string{name_of(supervision.state)};
    mail::put(transaction,
              {.to = recipient(agent),
               .kind = "requests.supervisor_answered",
               .subject = key + ".subject",
               .paragraphs = {key + ".text"},
               .action = std::pair{std::string{"requests.letter.my_supervisor"},
                                   std::string{"/my-supervisor"}},
               .values = {{"supervisor", supervisor.full_name()}}},
              now);
}

void supervisor_to_accept(db::Transaction& transaction, const identity::Person& office,
                          const identity::Person& agent, const identity::Person& supervisor,
                          base::Time now) {
    mail::put(transaction,
              {.to = recipient(office),
               .kind = "requests.supervisor_to_accept",
               .subject = "requests.letter.accept.subject",
               .paragraphs = {"requests.letter.accept.text"},
               .action = std::pair{std::string{"requests.letter.accept.action"},
                                   "/agents/" + std::to_string(agent.id.value) + "/deciders"},
               .values = {{"agent", agent.full_name()}, {"supervisor", supervisor.full_name()}}},
              now);
}

void supervisor_corrected(db::Transaction& transaction, const identity::Person& agent,
                          const identity::Person& supervisor, base::Time now) {
    const Values values{{"agent", agent.full_name()}, {"supervisor", supervisor.full_name()}};
    mail::put(transaction,
              {.to = recipient(agent),
               .kind = "requests.supervisor_answered",
               .subject = "requests.letter.corrected.subject",
               .paragraphs = {"requests.letter.corrected.text"},
               .action = std::pair{std::string{"requests.letter.my_supervisor"},
                                   std::string{"/my-supervisor"}},
               .values = values},
              now);
    mail::put(transaction,
              {.to = recipient(supervisor),
               .kind = "requests.supervisor_declared",
               .subject = "requests.letter.corrected_supervisor.subject",
               .paragraphs = {"requests.letter.corrected_supervisor.text"},
               .action = std::pair{std::string{"requests.letter.my_team"}, std::string{"/my-team"}},
               .values = values},
              now);
}

void delegated(db::Transaction& transaction, const identity::Person& delegate,
               const identity::Person& supervisor, const Delegation& delegation, base::Time now) {
    mail::put(transaction,
              {.to = recipient(delegate),
               .kind = "requests.delegated",
               .subject = "requests.letter.delegated.subject",
               .paragraphs = {"requests.letter.delegated.text"},
               .facts = {{"requests.fact.from", delegation.from},
                         {"requests.fact.until", delegation.until}},
               .action = std::pair{std::string{"requests.letter.my_team"}, std::string{"/my-team"}},
               .values = {{"supervisor", supervisor.full_name()}}},
              now);
}

void received(db::Transaction& transaction, const About& about, const Step& last_step,
              base::Time now) {
    Values facts = facts_of(about);
    facts.emplace_back("requests.fact.received", now);
    facts.emplace_back("requests.fact.due", about.request.due_at.value());
    const bool cpf = about.request.answers.regime == "cpf";
    mail::put(
        transaction,
        {.to = recipient(about.agent),
         .kind = "requests.received",
         .subject = "requests.letter.received.subject",
         .paragraphs = {"requests.letter.received.text",
                        "requests.decider_text." + std::string{name_of(about.request.decider)},
                        cpf ? "requests.silence_text.cpf"
                            : "requests.silence_text." + std::string{name_of(last_step.silence)},
                        appeal_of(about.request)},
         .facts = std::move(facts),
         .action = std::pair{std::string{"requests.letter.my_request"}, path_of(about.request)},
         .values = values_of(about),
         .at_once = true},
        now);
}

void to_decide(db::Transaction& transaction, const About& about, const identity::Person& decider,
               const std::string& link, bool reminder, base::Time now) {
    const std::string key = reminder ? "requests.letter.reminder" : "requests.letter.to_decide";
    Values facts{{"requests.fact.agent", about.agent.full_name()}};
    for (auto& fact : facts_of(about)) facts.push_back(std::move(fact));
    facts.emplace_back("requests.fact.due", about.request.due_at.value());
    mail::put(transaction,
              {.to = recipient(decider),
               .kind = reminder ? "requests.reminder" : "requests.to_decide",
               .subject = key + ".subject",
               .paragraphs = {key + ".text", "requests.letter.to_decide.minute"},
               .facts = std::move(facts),
               .action = std::pair{std::string{"requests.letter.to_decide.action"}, link},
               .values = values_of(about),
               .lets_in = true},
              now);
}

void passed_on(db::Transaction& transaction, const About& about, bool escalated, base::Time now) {
    const std::string key = escalated ? "requests.letter.escalated" : "requests.letter.passed_on";
    Values facts = facts_of(about);
    facts.emplace_back("requests.fact.due", about.request.due_at.value());
    mail::put(
        transaction,
        {.to = recipient(about.agent),
         .kind = "requests.passed_on",
         .subject = key + ".subject",
         .paragraphs = {key + ".text",
                        "requests.decider_text." + std::string{name_of(about.request.decider)}},
         .facts = std::move(facts),
         .action = std::pair{std::string{"requests.letter.my_request"}, path_of(about.request)},
         .values = values_of(about)},
        now);
}

void decided(db::Transaction& transaction, const About& about, const Answered& answered,
             const identity::Person* by, const std::string& calendar, base::Time now) {
    const Request& request = about.request;
    const bool silent = answered.as == "program";
    std::string key = "requests.letter." + std::string{name_of(request.state)};
    Letter letter{.to = recipient(about.agent),
                  .kind = "requests.decided",
                  .subject = key + ".subject",
                  .facts = facts_of(about),
                  .action = std::pair{std::string{"requests.letter.my_request"}, path_of(request)},
                  .values = values_of(about),
                  .at_once = true};
    letter.paragraphs.push_back(key + (silent ? ".silent" : ".text"));
    if (request.state == State::approved) {
        letter.paragraphs.push_back("requests.outcome_text." +
                                    (request.outcome.empty() ? "no_date" : request.outcome));
    } else {
        letter.paragraphs.push_back(appeal_of(request));
        if (silent) letter.paragraphs.push_back("requests.reasons_on_demand");
    }
    if (by != nullptr) letter.facts.emplace_back("requests.fact.decider", by->full_name());
    if (!answered.reason.empty())
        letter.facts.emplace_back("requests.fact.reason", answered.reason);
    if (request.deferred_until)
        letter.facts.emplace_back("requests.fact.deferred_until", *request.deferred_until);
    if (!calendar.empty()) letter.calendar = mail::Calendar{"REQUEST", calendar};
    mail::put(transaction, letter, now);
}

void reasons_asked(db::Transaction& transaction, const About& about, const identity::Person& office,
                   base::Time now) {
    mail::put(transaction,
              {.to = recipient(office),
               .kind = "requests.reminder",
               .subject = "requests.letter.reasons_asked.subject",
               .paragraphs = {"requests.letter.reasons_asked.text"},
               .facts = facts_of(about),
               .action = std::pair{std::string{"requests.letter.reasons_asked.action"},
                                   path_of(about.request)},
               .values = values_of(about),
               .at_once = true},
              now);
}

void reasons_given(db::Transaction& transaction, const About& about, const identity::Person& by,
                   std::string_view reasons, base::Time now) {
    Letter letter{
        .to = recipient(about.agent),
        .kind = "requests.decided",
        .subject = "requests.letter.reasons_given.subject",
        .paragraphs = {"requests.letter.reasons_given.text", appeal_of(about.request)},
        .facts = facts_of(about),
        .action = std::pair{std::string{"requests.letter.my_request"}, path_of(about.request)},
        .values = values_of(about),
        .at_once = true};
    letter.facts.emplace_back("requests.fact.decider", by.full_name());
    letter.facts.emplace_back("requests.fact.reason", std::string{reasons});
    mail::put(transaction, letter, now);
}

}  // namespace requests::letters
