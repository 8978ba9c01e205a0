// SPDX-License-Identifier: EUPL-1.2
// Door of the requests slice: who must agree before an agent takes a seat, who supervises whom,
// what agents ask for, and what is decided.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "catalogue/catalogue.hpp"
#include "enrolments/enrolments.hpp"
#include "identity/identity.hpp"
#include "requests/circuit.hpp"
#include "requests/request.hpp"
#include "sessions/sessions.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db
namespace jobs {
class Jobs;
}
namespace organisations {
class Organisations;
}

namespace requests {

struct Reader;

// What an agent asks for: a session, or an offer without a date yet.
struct Wish {
    base::OfferId offer;
    std::optional<base::SessionId> session;
};

// Who would answer each step for an agent.
struct WhoDecides {
    struct OfStep {
        Step step;
        std::vector<base::PersonId> people;  // empty: nobody holds that charge
    };
    const Circuit* circuit = nullptr;          // nullptr: nobody has to agree
    std::shared_ptr<const Circuits> circuits;  // holds `circuit`
    std::optional<identity::Affiliation> employer;
    std::optional<Supervision> supervision;
    std::vector<OfStep> steps;
};

// A request with what one needs to read it and to answer it.
struct Dossier {
    Request request;
    std::vector<Step> steps;  // of its circuit
    std::vector<Answered> answers;
    std::optional<Supervision> supervision;             // of the agent at present
    std::map<base::PersonId, identity::Person> people;  // all that are named above
    catalogue::OfferTitle title;
    std::optional<sessions::Placed> placed;
    std::vector<base::Date> refused_on;  // under the CPF, of the same nature
    std::string as;                      // what the reader may answer as; ""
    ReasonsAsked reasons;                // of a refusal by silence
    bool may_ask_reasons = false;
    bool may_give_reasons = false;
    bool last_step() const { return request.step >= static_cast<int>(steps.size()); }
};

// The people whom somebody supervises, for themselves and for those whose delegate they are today.
struct Team {
    struct Member {
        base::PersonId person;
        std::optional<base::SupervisionId> supervision;  // nothing: only a request came here
        SupervisionState state = SupervisionState::confirmed;
    };
    std::vector<Member> members;
    // What a list tells of requests: their other fields stay at their defaults.
    std::vector<Request> to_answer;       // waiting for the reader, the most urgent first
    std::vector<Request> others;          // of members, waiting for somebody else
    std::vector<enrolments::Held> seats;  // of members, also past ones
    std::map<base::PersonId, identity::Named> people;
    std::map<base::SessionId, sessions::Dated> sessions;
    std::map<base::OfferId, catalogue::OfferTitle> titles;
};

// Who supervises an agent.
struct Supervised {
    base::PersonId agent, supervisor;
};

// Who wants to know, in its transaction, that who supervised an agent does not any longer. Plans
// implement it.
struct SupervisionEndings {
    virtual ~SupervisionEndings() = default;
    virtual void supervision_ended(db::Transaction&, base::PersonId agent, base::Time now) = 0;
};

// The training office's list.
enum class Waits { for_office, for_supervisor, overdue, decided };
std::string_view name_of(Waits);
std::optional<Waits> waits_named(std::string_view);
struct ListQuery {
    std::vector<base::OrganisationId> organisations;
    Waits waits = Waits::for_office;
    std::string regime;  // "": any
    std::optional<base::OfferId> offer;
    std::optional<std::pair<std::int64_t, base::RequestId>> after;  // the key of the last one shown
    int limit = 50;
};
struct Listed {
    std::vector<Request> requests;
    bool more = false;
};

class Requests final : public enrolments::Approvals {
public:
    // The arguments must outlive it.
    Requests(db::Database&, organisations::Organisations&, identity::Identity&,
             catalogue::Catalogue&, sessions::Sessions&, enrolments::Enrolments&);

    void tell(SupervisionEndings& endings) { endings_ = &endings; }

    // enrolments::Approvals
    bool asks_first(db::Transaction&, const db::Versions&, base::PersonId, base::SessionId,
                    base::Date) override;

    // The work that is done when its time has come.
    void add_jobs(jobs::Jobs&);

    // -- circuits
    std::shared_ptr<const Circuits> circuits(db::Transaction&, const db::Versions&);
    // A new version. No steps at all: nobody has to agree; nothing: that of the parent holds again.
    // `version`: the one that was read, 0 for none; somebody else's change meanwhile is a conflict.
    base::Result<void> set_circuit(base::PersonId by, base::OrganisationId,
                                   const std::optional<std::vector<Step>>&, std::int64_t version,
                                   base::Time now);
    // The same in a load, asking no right.
    base::CircuitId put_circuit(db::Transaction&, base::OrganisationId, const std::vector<Step>&,
                                base::Time);
    WhoDecides who_decides(db::Transaction&, const db::Versions&, base::PersonId, base::Date);

    // -- supervisors
    std::optional<Supervision> supervision_of(db::Transaction&, base::PersonId);
    // Who is confirmed as the agent's supervisor.
    std::optional<base::PersonId> supervisor_of(db::Transaction&, base::PersonId agent);
    // Whether the reader is the agent's confirmed supervisor, or decides in their place today.
    bool supervises(db::Transaction&, base::PersonId reader, base::PersonId agent, base::Date);
    std::optional<Supervision> find(db::Transaction&, base::SupervisionId);
    base::Result<void> declare_supervisor(base::PersonId agent, std::string_view email,
                                          base::Time now);
    // The supervisor says "yes" or "not me". A supervisor from elsewhere needs the training office.
    base::Result<Supervision> answer_supervision(base::PersonId, base::SupervisionId, bool mine,
                                                 base::Time now);
    // The training office says who it is; the same mail again accepts a supervisor from elsewhere.
    base::Result<void> correct_supervisor(base::PersonId by, base::PersonId agent,
                                          std::string_view email, base::Time now);
    // The same in a load, asking no right.
    void put_supervisor(db::Transaction&, base::PersonId agent, base::PersonId supervisor,
                        base::Time);
    std::vector<Delegation> delegations_of(db::Transaction&, base::PersonId, base::Date);
    base::Result<void> delegate(base::PersonId supervisor, std::string_view email,
                                std::optional<base::Date> from, std::optional<base::Date> until,
                                base::Time now);
    base::Result<void> end_delegation(base::PersonId supervisor, base::DelegationId,
                                      base::Time now);
    Team team_of(db::Transaction&, base::PersonId, base::Time now);
    // Whose confirmed supervisor the reader is, or whose supervisor they stand in for that day.
    std::vector<Supervised> supervised_by(db::Transaction&, base::PersonId reader, base::Date);

    // -- asking
    // The open or draft request of this agent for this offer, if there is one.
    std::optional<Request> present(db::Transaction&, base::PersonId, base::OfferId);
    // Keeps a draft, new or changed, or submits it. Twice is once.
    base::Result<Request> put(base::PersonId, const Wish&, const Answers&,
                              std::string_view supervisor_email, bool submit, base::Time now);
    // A request that waits for this supervisor, in a load: asks no rule and tells nobody.
    base::RequestId put_waiting(db::Transaction&, base::PersonId agent, base::OrganisationId,
                                const Wish&, base::CircuitId, base::PersonId supervisor,
                                base::Time now);
    base::Result<Request> withdraw(base::PersonId, base::RequestId, base::Time now);
    std::vector<Request> of_person(db::Transaction&, base::PersonId);

    // -- deciding
    base::Result<Dossier> dossier(db::Transaction&, base::PersonId reader, base::RequestId,
                                  base::Time now);
    base::Result<Request> decide(base::PersonId by, base::RequestId, const Decision&,
                                 base::Time now);
    // Why a silence refused: asked by the agent, twice is once; given by the training office.
    base::Result<void> ask_reasons(base::PersonId agent, base::RequestId, base::Time now);
    base::Result<void> give_reasons(base::PersonId by, base::RequestId, std::string_view reasons,
                                    base::Time now);
    // Whom the link of a letter lets in, and to which request; nothing once it was used or expired.
    struct Opened {
        base::PersonId person;
        base::RequestId request;
    };
    std::optional<Opened> open_link(db::Transaction&, std::string_view token, base::Time now);

    // -- the training office
    std::vector<base::OfferId> offers_asked(db::Transaction&,
                                            const std::vector<base::OrganisationId>&);
    Listed list(db::Transaction&, const ListQuery&, base::Time now);
    std::map<Waits, int> count(db::Transaction&, const ListQuery&, base::Time now);
    // What the people of a session asked for, for its organiser: agents and their wishes.
    std::vector<std::pair<base::PersonId, std::string>> accommodations(db::Transaction&,
                                                                       base::SessionId);

    // -- what the jobs do; all may be called twice
    void deadline_passed(base::RequestId, base::Time due, base::Time now);
    void remind(base::RequestId, base::Time due, base::Time now);
    void forget_accommodation(base::RequestId, base::Time now);
    // Whose menu leads to "My team": who supervises or decides in somebody's place, now or later.
    void note_supervisors(base::Time now);

private:
    base::Result<void> declare(db::Transaction&, base::PersonId agent, std::string_view email,
                               base::Time now);
    // Another supervisor follows.
    void end(db::Transaction&, Supervision, base::Time now);
    Reader reader_of(db::Transaction&, const db::Versions&, const Request&, base::PersonId,
                     base::Date);
    // From now on somebody must answer this step; the request is stored and its deciders told.
    void begin_step(db::Transaction&, Request&, const Step&, base::Time now);
    void wait_until(db::Transaction&, Request&, const Step&, base::Time due, base::Time now);
    base::Result<Request> answer_step(db::Transaction&, const db::Versions&, Request,
                                      const Circuit&, const Decision&,
                                      std::optional<base::PersonId> by, std::string_view as,
                                      base::Time now);
    void escalate(db::Transaction&, Request, const Circuit&, base::Time now);
    void tell_deciders(db::Transaction&, const Request&, bool reminder, base::Time now);
    void to_supervisor(db::Transaction&, base::PersonId agent, base::PersonId supervisor,
                       base::Time now);
    std::vector<base::PersonId> training_office_of(db::Transaction&, const db::Versions&,
                                                   base::OrganisationId, base::PersonId agent);

    db::Database& database_;
    organisations::Organisations& organisations_;
    identity::Identity& identity_;
    catalogue::Catalogue& catalogue_;
    sessions::Sessions& sessions_;
    enrolments::Enrolments& enrolments_;
    SupervisionEndings* endings_ = nullptr;
    std::mutex mutex_;  // guards the cache only; what is true is in the database
    std::shared_ptr<const Circuits> circuits_;
    std::int64_t circuits_version_ = -1;
};

}  // namespace requests
