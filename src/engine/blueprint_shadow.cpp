// SPDX-License-Identifier: EUPL-1.2
// The shadow test where quotas cross, as an integer programme (van der Linden 2005, ch. 9), solved
// by CBC.
#include "engine/blueprint.hpp"

#include <coin/Cbc_C_Interface.h>

#include <algorithm>
#include <map>
#include <memory>

namespace engine {
namespace {

struct Delete {
    void operator()(Cbc_Model* model) const { Cbc_deleteModel(model); }
};

}  // namespace

std::vector<std::size_t> BlueprintState::shadow_test(std::span<const unsigned char> usable,
                                                     std::span<const unsigned char> next,
                                                     std::span<const double> worth) const {
    const auto& quotas = blueprint_->quotas_;
    const std::size_t left = blueprint_->length_ > given_ ? blueprint_->length_ - given_ : 0;
    // Items of the same quotas differ by their worth alone: no best test needs more than the best
    // `left` of them. The last row is "one of those that may come next".
    const auto next_row = static_cast<std::uint32_t>(quotas.size());
    std::map<std::vector<std::uint32_t>, std::vector<std::size_t>> kinds;
    for (std::size_t item = 0; item < usable.size(); ++item) {
        if (!usable[item]) continue;
        auto rows = blueprint_->quotas_of_[item];
        if (next[item]) rows.push_back(next_row);
        kinds[std::move(rows)].push_back(item);
    }
    std::vector<std::size_t> items;
    std::vector<int> starts{0};
    std::vector<int> rows;
    for (auto& [kind, members] : kinds) {
        const std::size_t kept = std::min(left, members.size());
        std::ranges::partial_sort(members, members.begin() + static_cast<std::ptrdiff_t>(kept),
                                  [&](std::size_t one, std::size_t other) {
                                      if (worth[one] != worth[other])
                                          return worth[one] > worth[other];
                                      return one < other;
                                  });
        for (std::size_t i = 0; i < kept; ++i) {
            items.push_back(members[i]);
            rows.insert(rows.end(), kind.begin(), kind.end());
            starts.push_back(static_cast<int>(rows.size()));
        }
    }
    if (items.empty()) return {};
    double top = 1e-300;
    for (const std::size_t item : items) top = std::max(top, std::abs(worth[item]));
    std::vector<double> objective;
    for (const std::size_t item : items) objective.push_back(worth[item] / top);
    std::vector<double> least;
    std::vector<double> most;
    for (std::size_t i = 0; i < quotas.size(); ++i) {
        const auto bound = [&](std::size_t of) {
            return of > counts_[i] ? static_cast<double>(std::min(of - counts_[i], items.size()))
                                   : 0.0;
        };
        // What no longer fits cannot be mended; the solver says that there is no test.
        least.push_back(quotas[i].at_least > counts_[i]
                            ? static_cast<double>(quotas[i].at_least - counts_[i])
                            : 0.0);
        most.push_back(bound(quotas[i].at_most));
    }
    least.push_back(1);
    most.push_back(static_cast<double>(items.size()));
    const std::vector<double> zeros(items.size(), 0);
    const std::vector<double> ones(std::max(items.size(), rows.size()), 1);

    const std::unique_ptr<Cbc_Model, Delete> model(Cbc_newModel());
    Cbc_loadProblem(model.get(), static_cast<int>(items.size()), static_cast<int>(least.size()),
                    starts.data(), rows.data(), ones.data(), zeros.data(), ones.data(),
                    objective.data(), least.data(), most.data());
    Cbc_setObjSense(model.get(), -1);
    for (std::size_t i = 0; i < items.size(); ++i) Cbc_setInteger(model.get(), static_cast<int>(i));
    Cbc_setParameter(model.get(), "log", "0");
    Cbc_solve(model.get());
    std::vector<std::size_t> chosen;
    if (!Cbc_isProvenOptimal(model.get())) return chosen;
    const double* solution = Cbc_getColSolution(model.get());
    for (std::size_t i = 0; i < items.size(); ++i)
        if (solution[i] > 0.5) chosen.push_back(items[i]);
    return chosen;
}

}  // namespace engine
