// SPDX-License-Identifier: EUPL-1.2
#include "privacy/own_holders.hpp"

#include "base/text.hpp"
#include "jobs/jobs.hpp"
#include "privacy/store.hpp"

#include <boost/json.hpp>

namespace privacy {
namespace json = boost::json;
namespace {

// More decisions than that nobody reads; the page of the log has them all.
constexpr int most_decisions = 10'000;

class Requests final : public Holder {
    std::string_view slice() const override { return "privacy"; }

    json::object held(db::Transaction& transaction, base::PersonId person) override {
        json::array requests;
        for (const ErasureRequest& request : store::all_of(transaction, person)) {
            json::object told{{"asked_at", base::iso_time(request.asked_at)},
                              {"state", name_of(request.state)}};
            if (request.decided_at) told["decided_at"] = base::iso_time(*request.decided_at);
            if (!request.reason.empty()) told["reason"] = request.reason;
            requests.push_back(std::move(told));
        }
        if (requests.empty()) return {};
        return {{"erasures", std::move(requests)}};
    }

    // That it was asked and done is the proof that must be kept; who it was is gone with the row.
    std::vector<Effect> erase(db::Transaction&, base::PersonId, base::Time) override { return {}; }

    std::vector<std::string_view> objects() const override { return {"erasures"}; }

    int retain(db::Transaction& transaction, std::string_view, base::Time before, int most,
               Run run) override {
        return run == Run::real ? store::remove_decided(transaction, before, most)
                                : store::count_decided(transaction, before, most);
    }
};

// Payloads are ids: nothing of a person.
class Jobs final : public Holder {
    std::string_view slice() const override { return "jobs"; }
    json::object held(db::Transaction&, base::PersonId) override { return {}; }
    std::vector<Effect> erase(db::Transaction&, base::PersonId, base::Time) override { return {}; }
    std::vector<std::string_view> objects() const override { return {"done"}; }
    int retain(db::Transaction& transaction, std::string_view, base::Time before, int most,
               Run run) override {
        return jobs::remove_done(transaction, before, most, run == Run::real);
    }
};

class Log final : public Holder {
public:
    explicit Log(audit::Audit& audit) : audit_(audit) {}

private:
    std::string_view slice() const override { return "audit"; }

    json::object held(db::Transaction& transaction, base::PersonId person) override {
        json::array decisions;
        for (const auto& decision : audit_.decided_by(transaction, person, most_decisions))
            decisions.push_back({{"decided_at", base::iso_time(decision.at)},
                                 {"role", decision.role},
                                 {"action", decision.action},
                                 {"object", decision.object},
                                 {"number", decision.object_id}});
        if (decisions.empty()) return {};
        return {{"decisions", std::move(decisions)}};
    }

    // It holds numbers of people, no names: the number leads to a row that is anonymous.
    std::vector<Effect> erase(db::Transaction&, base::PersonId, base::Time) override { return {}; }

    std::vector<std::string_view> objects() const override { return {"decisions"}; }

    int retain(db::Transaction& transaction, std::string_view, base::Time before, int most,
               Run run) override {
        return audit_.remove_older(transaction, before, most, run == Run::real);
    }

    audit::Audit& audit_;
};

}  // namespace

std::unique_ptr<Holder> holder_of_requests() {
    return std::make_unique<Requests>();
}
std::unique_ptr<Holder> holder_of_jobs() {
    return std::make_unique<Jobs>();
}
std::unique_ptr<Holder> holder_of_log(audit::Audit& audit) {
    return std::make_unique<Log>(audit);
}

}  // namespace privacy
