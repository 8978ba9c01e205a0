// SPDX-License-Identifier: EUPL-1.2
// What each slice that holds personal data implements, and src/app gives to Privacy in a list
// (Application::Application: `privacy.add(...)`). Included from privacy.hpp, the door.
//
// A slice has one Holder, in its `privacy.cpp`. It is asked inside a transaction of the caller and
// opens none, but in leave(). In po/privacy.*.po it has `privacy.slice.<slice>`,
// `privacy.effect.<slice>.<what>` for each effect that it returns, and for each object of its
// retention rules `privacy.object.<slice>.<object>`, `privacy.from...` and `privacy.then...` of the
// same; the rules themselves (how long, and why) are data: data/reference/retention.json.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace db {
class Transaction;
}

namespace privacy {

// What an erasure did in one slice: "seats_given_back", 2. Counts only.
struct Effect {
    std::string what;
    std::int64_t count = 0;
};

enum class Run { dry, real };

struct Holder {
    virtual ~Holder() = default;

    // "enrolments".
    virtual std::string_view slice() const = 0;

    // All that it holds of this person, for the export of "my data": an object of readable keys,
    // times as ISO 8601. Never a secret or its hash.
    virtual boost::json::object held(db::Transaction&, base::PersonId) = 0;

    // What goes before erasing, by use cases in transactions of their own: a coming seat is given
    // back, and whoever waits for it gets it. A dry run only tells. Idempotent.
    virtual std::vector<Effect> leave(base::PersonId, [[maybe_unused]] base::Time now, Run) {
        return {};
    }

    // Removes what tells who the person is, free texts too, and leaves every count of the
    // statistics as it was. Idempotent. It is also the preview: that runs it and rolls back.
    virtual std::vector<Effect> erase(db::Transaction&, base::PersonId, base::Time now) = 0;

    // The objects with a retention rule, without the slice: "sent". Each has a row in
    // retention.json.
    virtual std::vector<std::string_view> objects() const { return {}; }

    // Those of the object whose term began before `before` (now less the duration), the oldest
    // first and at most `most`: returns how many; in a real run what the rule says is done to
    // them. Both kinds of run choose by the same query.
    virtual int retain(db::Transaction&, [[maybe_unused]] std::string_view object,
                       [[maybe_unused]] base::Time before, [[maybe_unused]] int most,
                       [[maybe_unused]] Run) {
        return 0;
    }

    // Of the object "persons", which privacy erases in every slice: the people who are in nobody's
    // files any more since before then.
    virtual std::vector<base::PersonId> gone(db::Transaction&, [[maybe_unused]] base::Time before,
                                             [[maybe_unused]] int most) {
        return {};
    }
};

}  // namespace privacy
