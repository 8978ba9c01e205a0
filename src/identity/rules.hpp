// SPDX-License-Identifier: EUPL-1.2
// Who may give a role or an employer to whom, as pure functions. Each gives nothing when it may be
// done, else the reason.
#pragma once
#include "identity/identity.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace identity {

// A role that can be granted: one of roles(), and not "agent", which is everyone's.
bool is_grantable(std::string_view role);

// `by`: who grants, with their rights; `perimeter`: absent when no organisation has that code.
std::optional<base::Reason> why_not_grant(base::PersonId by, const Rights& rights,
                                          base::PersonId to, std::string_view role,
                                          std::optional<base::OrganisationId> perimeter);

// Nobody takes a role from themselves either: the last administrator would lock everybody out.
std::optional<base::Reason> why_not_revoke(base::PersonId by, const Rights& rights,
                                           base::PersonId from, const Grant&);

// Does somebody with these affiliations (the latest first) belong to a perimeter of this
// administrator on that day? Those who work nowhere then belong where they last worked.
bool is_within(const Rights& rights, const std::vector<Affiliation>&, base::Date);

// ... or holds a role in one? Such a person is shown, and the role can be taken back.
bool concerns(const Rights& rights, const std::vector<Affiliation>&, const std::vector<Grant>&,
              base::Date);

// May `next` follow what is there? `present`: all affiliations, the latest first.
std::optional<base::Reason> why_not_follow(const std::vector<Affiliation>& present,
                                           const Affiliation& next, base::Date today);

// The same for an administrator, who moves nobody out of their perimeter.
std::optional<base::Reason> why_not_affiliate(const Rights& rights,
                                              const std::vector<Affiliation>& present,
                                              const Affiliation& next, base::Date today);

}  // namespace identity
