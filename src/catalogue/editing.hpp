// SPDX-License-Identifier: EUPL-1.2
// How organisers and reviewers work on offers: write, propose, publish or return, retire, restore.
// A published offer is revised in a version of its own; readers see the old one until the new one
// is published. Each change is refused by rules.hpp, or when the offer changed meanwhile.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "catalogue/offer.hpp"
#include "catalogue/rules.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db
namespace identity {
class Identity;
class Rights;
}  // namespace identity

namespace catalogue {

class Catalogue;

// One offer as those see it who work on it.
struct Dossier {
    OfferRecord record;
    std::vector<OfferVersion> versions;  // newest first, at least one
    Offer offer;                         // what the newest version that counts says
    bool expired = false;
    Actor actor;

    const OfferVersion* version(std::int64_t number) const;  // nullptr: no such one
    // The one that is being written or reviewed, else the published one.
    const OfferVersion& present() const;
};

// An offer in the list of one's perimeter.
struct Listed {
    OfferRecord record;
    State state = State::draft;
    bool waits = false;      // for whoever asks
    bool sent_back = false;  // with a comment of the reviewer
    base::Time changed_at{};
    std::string title = {};  // filled by with_titles()
};

class Editing {
public:
    // The arguments must outlive it.
    Editing(db::Database&, Catalogue&, identity::Identity&);

    // Refuses an offer that does not exist or lies outside the perimeter.
    base::Result<Dossier> find(db::Transaction&, base::PersonId, base::OfferId, base::Date today);
    // All of the perimeter: what waits for this person first, then the latest changed.
    std::vector<Listed> list(db::Transaction&, const db::Versions&, const identity::Rights&,
                             base::PersonId, base::Date today);
    void with_titles(db::Transaction&, std::vector<Listed>&);

    // A draft of that organisation. The same sent twice within ten minutes is one offer.
    base::Result<base::OfferId> create(base::PersonId, base::OrganisationId, const Offer&,
                                       base::Time now);
    // `revision`, here and below: of the offer as the person saw it. When it is no longer the
    // present one, a conflict with the message "catalogue.editing.stale" - unless what is asked for
    // is so already, as after a double click.
    base::Result<void> save(base::PersonId, base::OfferId, std::int64_t revision, const Offer&,
                            base::Time now);
    base::Result<void> propose(base::PersonId, base::OfferId, std::int64_t revision,
                               base::Time now);
    base::Result<void> publish(base::PersonId, base::OfferId, std::int64_t revision,
                               base::Time now);
    base::Result<void> send_back(base::PersonId, base::OfferId, std::int64_t revision,
                                 std::string_view comment, base::Time now);
    base::Result<void> retire(base::PersonId, base::OfferId, std::int64_t revision, base::Time now);
    base::Result<void> restore(base::PersonId, base::OfferId, std::int64_t revision,
                               base::Time now);

private:
    using Change = std::function<base::Result<void>(db::Transaction&, Dossier&)>;
    // Under which name the change stands in the log of decisions, and as what one makes it.
    struct Logged {
        std::string_view action = {};  // "": it is no decision
        std::string_view role = "organiser";
    };
    base::Result<void> change(base::PersonId, base::OfferId, std::int64_t revision, base::Time now,
                              const Logged&,
                              const std::function<bool(const Dossier&)>& done_already,
                              const Change&);
    base::Error stale(db::Transaction&, const Dossier&);

    db::Database& database_;
    Catalogue& catalogue_;
    identity::Identity& identity_;
};

}  // namespace catalogue
