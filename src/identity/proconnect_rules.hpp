// SPDX-License-Identifier: EUPL-1.2
// From what ProConnect tells to who somebody is and where they work: decisions, as pure functions.
#pragma once
#include "identity/identity.hpp"
#include "identity/oidc_rules.hpp"

#include <optional>
#include <string>
#include <vector>

namespace identity {

// -- who

// Somebody here whose mail is the one that the provider tells.
struct Namesake {
    Person person;
    std::vector<std::string> idp_ids;  // of the accounts that they have at the provider
};

enum class Recognition {
    same,      // the same professional mail and a name in common: they are one
    stranger,  // nobody has this mail
    doubtful,  // the mail fits and something else does not: a human decides
};
// Of a subject that is not known yet. Another subject at an identity provider where the person has
// one already may be somebody else, to whom the mail was given: doubtful.
Recognition recognise(const oidc::UserInfo&, const std::optional<Namesake>&);

// One of the two names is the same, whatever the case and the accents: people marry, and forms of
// names differ from directory to directory.
bool share_a_name(const Person&, const oidc::UserInfo&);

// -- where

struct SiretMapping {
    std::int64_t id = 0;
    std::string siret;
    std::string idp_id;               // "": any, as for the next
    std::string organizational_unit;  // compared without case and accents
    base::OrganisationId organisation;
    bool ask = false;  // the agent says where, at or below it
};

struct Workplace {
    enum class Kind { known, ask, unknown };
    Kind kind = Kind::unknown;
    base::OrganisationId organisation;  // of known; the top of the choice of ask
};
// By the most exact mapping of the SIRET, else by the tree. `mappings`: of this SIRET.
Workplace workplace_of(const oidc::UserInfo&, const std::vector<SiretMapping>& mappings,
                       const organisations::Tree&);

// The affiliation of somebody who works there. The population is the one that `roles` tells, else
// that of the organisation (ProConnect has no value for hospitals). A SIRET alone makes nobody an
// agent: without `agent_public` in `roles` they are taken for a contractor, and so are
// `prestataire` and `partenaire`. A hospital's agents have no such role to show.
Affiliation affiliation_at(const oidc::UserInfo&, base::OrganisationId, std::string_view branch,
                           base::Date today);

// What the account keeps of it, to see at the next sign-in whether the provider tells another.
std::string workplace_text(const Workplace&, const Affiliation&);

// Must somebody who is known say where they work? Once for a mapping that asks, unless their
// employer is one of those to choose from. `told_before`: as below.
bool asks_where(const std::vector<Affiliation>& present, const Workplace&,
                std::string_view told_before, const organisations::Tree&, base::Date today);

// The affiliation that begins now, if one does. What people here have set stays until the provider
// tells something new: `told_before` is the workplace_text of the last sign-in, "" at the first.
// Kept as well are an organisation within the one that the SIRET names, and what ends or begins on
// a date that somebody has set. `present`: the latest first.
std::optional<Affiliation> next_affiliation(const std::vector<Affiliation>& present,
                                            const Affiliation& told, std::string_view told_before,
                                            const organisations::Tree&, base::Date today);

// -- what went wrong

// The message (and the template's words) for an error that the provider sends back with the
// browser: "cancelled", "private_sector", "configuration", "temporary" or "refused".
std::string_view problem_of(std::string_view error, std::string_view code);

}  // namespace identity
