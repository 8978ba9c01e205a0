// SPDX-License-Identifier: EUPL-1.2
// A circuit: who must agree before an agent of an administration takes a seat, and by when. Part of
// the door. Immutable values; see circuits.cpp for where they are kept.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace organisations {
class Tree;
}

namespace requests {

enum class Decider { supervisor, training_office };
std::string_view name_of(Decider);
std::optional<Decider> decider_named(std::string_view);

// What becomes of a step that nobody answers in time. Between an administration and its agents
// silence is otherwise a refusal after two months (CRPA, L. 231-4, 5°).
enum class Silence { approve, refuse, escalate };
std::string_view name_of(Silence);
std::optional<Silence> silence_named(std::string_view);

struct Step {
    Decider decider = Decider::supervisor;
    int days = 10;          // to decide in, 1 to 60
    int reminder_days = 3;  // before the deadline; 0: no reminder; less than `days`
    Silence silence = Silence::escalate;
    friend bool operator==(const Step&, const Step&) = default;
};

// The last step decides; the one before gives an opinion. No step: nobody has to agree.
struct Circuit {
    base::CircuitId id;
    base::OrganisationId organisation;
    std::int64_t version = 0;
    bool inherited = false;  // from this version on the parent's holds again
    std::vector<Step> steps;
    base::Time created_at{};
};
inline constexpr std::size_t most_steps = 2;

// All circuits, also past versions: requests keep theirs.
class Circuits {
public:
    Circuits() = default;
    explicit Circuits(std::vector<Circuit>);  // in the order of their versions

    const Circuit* find(base::CircuitId) const;
    // The organisation's own present one; nullptr when it never had any.
    const Circuit* own(base::OrganisationId) const;
    // The one that holds there: its own or the nearest above; nullptr: nobody has to agree.
    const Circuit* holding(const organisations::Tree&, base::OrganisationId) const;
    bool empty() const { return by_id_.empty(); }

private:
    std::map<base::CircuitId, Circuit> by_id_;
    std::map<base::OrganisationId, base::CircuitId> present_;
};

}  // namespace requests
