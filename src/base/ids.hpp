// SPDX-License-Identifier: EUPL-1.2
// Ids that cannot be mixed up: passing an OfferId for a PersonId does not compile.
#pragma once
#include <compare>
#include <cstdint>

namespace base {

template <class Tag>
struct Id {
    std::int64_t value = 0;
    friend auto operator<=>(Id, Id) = default;
};

using OrganisationId = Id<struct OrganisationTag>;
using PersonId = Id<struct PersonTag>;
using OfferId = Id<struct OfferTag>;
using VenueId = Id<struct VenueTag>;
using SessionId = Id<struct SessionTag>;
using EnrolmentId = Id<struct EnrolmentTag>;
using RequestId = Id<struct RequestTag>;
using CircuitId = Id<struct CircuitTag>;
using SupervisionId = Id<struct SupervisionTag>;
using DelegationId = Id<struct DelegationTag>;
using PositioningId = Id<struct PositioningTag>;
using ItemId = Id<struct ItemTag>;
using CampaignId = Id<struct CampaignTag>;

}  // namespace base
