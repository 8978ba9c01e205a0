// SPDX-License-Identifier: EUPL-1.2
// Circuits: inherited down the tree of administrations, kept in memory until one changes.
#include "audit/audit.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "organisations/organisations.hpp"
#include "requests/requests.hpp"
#include "requests/rules.hpp"
#include "requests/store.hpp"

#include <boost/json.hpp>

namespace requests {
namespace {

constexpr std::string_view counter = "circuits";

std::string steps_json(const Circuit& circuit) {
    if (circuit.inherited) return R"({"inherited":true})";
    boost::json::array steps;
    for (const Step& step : circuit.steps)
        steps.push_back({{"decider", name_of(step.decider)},
                         {"days", step.days},
                         {"reminder_days", step.reminder_days},
                         {"silence", name_of(step.silence)}});
    return boost::json::serialize(
        boost::json::object{{"version", circuit.version}, {"steps", std::move(steps)}});
}

}  // namespace

Circuits::Circuits(std::vector<Circuit> all) {
    for (Circuit& circuit : all) {
        present_[circuit.organisation] = circuit.id;
        by_id_.emplace(circuit.id, std::move(circuit));
    }
}

const Circuit* Circuits::find(base::CircuitId id) const {
    const auto at = by_id_.find(id);
    return at == by_id_.end() ? nullptr : &at->second;
}

const Circuit* Circuits::own(base::OrganisationId organisation) const {
    const auto at = present_.find(organisation);
    return at == present_.end() ? nullptr : find(at->second);
}

const Circuit* Circuits::holding(const organisations::Tree& tree,
                                 base::OrganisationId organisation) const {
    for (const organisations::Organisation* one : tree.chain(organisation))
        if (const Circuit* circuit = own(one->id); circuit != nullptr && !circuit->inherited)
            return circuit;
    return nullptr;
}

std::shared_ptr<const Circuits> Requests::circuits(db::Transaction& transaction,
                                                   const db::Versions& versions) {
    const std::int64_t version = versions.of(counter);
    {
        const std::lock_guard lock(mutex_);
        if (circuits_ && circuits_version_ == version) return circuits_;
    }
    auto fresh = std::make_shared<const Circuits>(store::all_circuits(transaction));
    const std::lock_guard lock(mutex_);
    if (version >= circuits_version_) {
        circuits_ = fresh;
        circuits_version_ = version;
    }
    return fresh;
}

base::Result<void> Requests::set_circuit(base::PersonId by, base::OrganisationId organisation,
                                         const std::optional<std::vector<Step>>& steps,
                                         std::int64_t version, base::Time now) {
    if (steps)
        if (auto problems = problems_of(*steps); !problems.empty())
            return base::unexpected(base::Error{base::ErrorKind::invalid, std::move(problems)});
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const db::Versions versions(transaction);
        const auto rights = identity_.rights(transaction, versions, by);
        if (rights.tree().find(organisation) == nullptr ||
            !rights.may("training_office", organisation))
            return base::unexpected(
                base::Error{base::ErrorKind::forbidden, "requests.not_your_perimeter"});
        const auto known = circuits(transaction, versions);
        const Circuit* before = known->own(organisation);
        const Circuit after{.id = {},
                            .organisation = organisation,
                            .version = version + 1,
                            .inherited = !steps,
                            .steps = steps.value_or(std::vector<Step>{}),
                            .created_at = now};
        if ((before == nullptr ? 0 : before->version) != version ||
            !store::insert(transaction, after, by))
            return base::unexpected(
                base::Error{base::ErrorKind::conflict, "requests.circuit_changed"});
        db::bump_version(transaction, counter);
        audit::record(transaction, {.at = now,
                                    .actor = by,
                                    .role = "training_office",
                                    .perimeter = organisation,
                                    .action = "requests.set_circuit",
                                    .object = "organisation",
                                    .object_id = organisation.value,
                                    .before = before == nullptr ? "" : steps_json(*before),
                                    .after = steps_json(after)});
        return {};
    });
}

base::CircuitId Requests::put_circuit(db::Transaction& transaction,
                                      base::OrganisationId organisation,
                                      const std::vector<Step>& steps, base::Time now) {
    const auto known = circuits(transaction, db::Versions(transaction));
    const Circuit* before = known->own(organisation);
    const auto id = store::insert(transaction,
                                  {.id = {},
                                   .organisation = organisation,
                                   .version = before == nullptr ? 1 : before->version + 1,
                                   .inherited = false,
                                   .steps = steps,
                                   .created_at = now},
                                  std::nullopt);
    db::bump_version(transaction, counter);
    return id.value();
}

std::vector<base::PersonId> Requests::training_office_of(db::Transaction& transaction,
                                                         const db::Versions& versions,
                                                         base::OrganisationId organisation,
                                                         base::PersonId agent) {
    const auto tree = organisations_.tree(transaction, versions);
    std::vector<base::OrganisationId> chain;
    for (const organisations::Organisation* one : tree->chain(organisation))
        chain.push_back(one->id);
    // Nobody decides on their own request.
    return identity_.nearest_holders(transaction, "training_office", chain, agent);
}

WhoDecides Requests::who_decides(db::Transaction& transaction, const db::Versions& versions,
                                 base::PersonId agent, base::Date today) {
    WhoDecides who;
    who.circuits = circuits(transaction, versions);
    who.employer = identity_.affiliation(transaction, agent, today);
    who.supervision = store::supervision_of(transaction, agent);
    if (!who.employer) return who;
    const auto tree = organisations_.tree(transaction, versions);
    who.circuit = who.circuits->holding(*tree, who.employer->organisation);
    if (who.circuit == nullptr) return who;
    for (const Step& step : who.circuit->steps) {
        WhoDecides::OfStep one{step, {}};
        if (step.decider == Decider::training_office) {
            one.people =
                training_office_of(transaction, versions, who.employer->organisation, agent);
        } else if (who.supervision && who.supervision->state == SupervisionState::confirmed) {
            one.people = store::delegates_of(transaction, *who.supervision->supervisor, today);
            std::erase(one.people, agent);
            one.people.insert(one.people.begin(), *who.supervision->supervisor);
        }
        who.steps.push_back(std::move(one));
    }
    return who;
}

bool Requests::asks_first(db::Transaction& transaction, const db::Versions& versions,
                          base::PersonId person, base::SessionId session, base::Date today) {
    const auto known = circuits(transaction, versions);
    if (known->empty()) return false;
    const auto employer = identity_.affiliation(transaction, person, today);
    // Whoever works nowhere is refused by the rule of the offer.
    if (!employer) return false;
    const Circuit* circuit =
        known->holding(*organisations_.tree(transaction, versions), employer->organisation);
    if (circuit == nullptr || circuit->steps.empty()) return false;
    // Agreed already, for this session, without a date, or for one that was called off.
    const auto wanted = sessions_.find(transaction, session);
    if (!wanted) return true;
    for (const Request& request : store::approved(transaction, person, wanted->offer)) {
        if (!request.session || *request.session == session) return false;
        const auto asked = sessions_.find(transaction, *request.session);
        if (!asked || asked->status == sessions::Status::cancelled || request.outcome == "no_seat")
            return false;
    }
    return true;
}

}  // namespace requests
