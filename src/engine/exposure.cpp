// SPDX-License-Identifier: EUPL-1.2
#include "engine/exposure.hpp"

#include <algorithm>

namespace engine {

ExposureControl::ExposureControl(Rule rule, std::size_t items, double most, double overlap)
    : rule_(rule),
      most_(most),
      overlap_(overlap),
      probability_(items, 1.0),
      eligible_(items, 0),
      given_(items, 0),
      toll_(items, 0),
      bound_toll_(items, 0) {}

void ExposureControl::adjust(std::span<const std::uint64_t> chosen, std::uint64_t candidates) {
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const double share = static_cast<double>(chosen[i]) / static_cast<double>(candidates);
        probability_[i] = share > most_ ? most_ / share : 1.0;
    }
}

void ExposureControl::record(std::span<const unsigned char> ineligible,
                             std::span<const std::size_t> given) {
    if (rule_ == Rule::toll)
        record_toll(given);
    else
        record_eligibility(ineligible, given);
}

void ExposureControl::record_toll(std::span<const std::size_t> given) {
    // Steps fall as 1 / n and then stay, so that tolls follow a bank or a population that changes.
    ++candidates_;
    const double memory = std::max(1 / candidates_, 0.002);
    const double step = std::max(0.2 / candidates_, 0.004);
    // The tolls swing about where they belong: a little under the bound.
    const double bound = most_ * 0.94;
    const auto sought = static_cast<double>(given.size());
    for (double& share : given_) share -= memory * share;
    for (double& toll : bound_toll_) toll = std::max(toll - step * bound, 0.0);
    for (const std::size_t item : given) {
        given_[item] += memory;
        bound_toll_[item] += step;
    }
    double squares = 0;
    for (const double share : given_) squares += share * share;
    const double overlap = sought > 0 ? squares / sought : 0;
    overlap_toll_ = std::max(overlap_toll_ + 5 * step * (overlap - 0.97 * overlap_), 0.0);
    for (std::size_t i = 0; i < toll_.size(); ++i)
        toll_[i] = bound_toll_[i] + overlap_toll_ * given_[i];
}

void ExposureControl::record_eligibility(std::span<const unsigned char> ineligible,
                                         std::span<const std::size_t> given) {
    ++candidates_;
    for (const std::size_t item : given) {
        squares_ += 2 * given_[item] + 1;
        ++given_[item];
        ++total_;
    }
    // The overlap so far is sum of squares / (candidates * total), for many candidates: an item of
    // exposure r adds r^2. While it is above the limit, no item may exceed a lower bound.
    const double overlap = total_ > 0 ? squares_ / (candidates_ * total_) : 0;
    const double bound = overlap > overlap_ ? most_ * overlap_ / overlap : most_;
    for (std::size_t i = 0; i < probability_.size(); ++i) {
        if (ineligible.empty() || !ineligible[i]) ++eligible_[i];
        // P(given) = P(given | eligible) P(eligible), the first estimated by given / eligible.
        probability_[i] = given_[i] > 0 ? std::min(bound * eligible_[i] / given_[i], 1.0) : 1.0;
    }
}

ExposureReport report_exposure(std::span<const std::uint64_t> given, std::uint64_t candidates) {
    ExposureReport report;
    double pairs = 0;
    double total = 0;
    const auto n = static_cast<double>(candidates);
    for (const std::uint64_t times : given) {
        const auto count = static_cast<double>(times);
        const double share = n > 0 ? count / n : 0;
        report.most = std::max(report.most, share);
        report.unused += times == 0;
        report.over += share > 0.25;
        pairs += count * (count - 1);
        total += count;
    }
    if (n > 1 && total > 0) report.overlap = pairs / ((n - 1) * total);
    return report;
}

}  // namespace engine
