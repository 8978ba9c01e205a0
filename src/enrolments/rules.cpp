// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/rules.hpp"

namespace enrolments {

std::optional<std::string> why_not_take(const sessions::Session& session,
                                        const catalogue::Eligibility& eligibility,
                                        const catalogue::Reader& reader, base::Time now) {
    if (session.status == sessions::Status::cancelled) return "enrolments.why_not.cancelled";
    if (now >= session.starts_at()) return "enrolments.why_not.started";
    if (session.status == sessions::Status::draft || now < session.enrolment_opens_at)
        return "enrolments.why_not.not_yet_open";
    if (now >= session.enrolment_closes_at) return "enrolments.why_not.closed";
    if (const auto reason = catalogue::why_not_take(eligibility, reader))
        return "catalogue.why_not." + std::string{*reason};
    return std::nullopt;
}

std::optional<std::string> why_not_withdraw(const Enrolment& enrolment,
                                            const sessions::Session& session, base::Time now) {
    if (!enrolment.holds()) return "enrolments.why_not.not_held";
    if (now >= session.starts_at()) return "enrolments.why_not.started";
    if (enrolment.state == State::seated && now > session.cancel_until && !enrolment.moved)
        return "enrolments.why_not.too_late";
    return std::nullopt;
}

std::optional<std::string> why_not_answer(const Enrolment& enrolment,
                                          const sessions::Session& session, base::Time now) {
    if (enrolment.state == State::expired) return "enrolments.why_not.offer_over";
    if (enrolment.state != State::offered) return "enrolments.why_not.not_offered";
    if (now > *enrolment.answer_by) return "enrolments.why_not.offer_over";
    if (now >= session.starts_at()) return "enrolments.why_not.started";
    return std::nullopt;
}

std::optional<std::string> why_not_transfer(const Enrolment& enrolment,
                                            const sessions::Session& from,
                                            const sessions::Session& to, base::Time now) {
    if (const auto reason = why_not_withdraw(enrolment, from, now)) return reason;
    if (enrolment.state == State::offered) return "enrolments.why_not.answer_first";
    if (enrolment.state == State::applied) return "enrolments.why_not.applied";
    if (to.offer != from.offer || to.id == from.id) return "enrolments.why_not.other_offer";
    if (to.selecting()) return "enrolments.why_not.selects";
    return std::nullopt;
}

std::optional<std::string> why_not_replace(const Enrolment& enrolment,
                                           const sessions::Session& session, base::Time now) {
    if (enrolment.state != State::seated) return "enrolments.why_not.not_seated";
    if (now >= session.starts_at()) return "enrolments.why_not.started";
    return std::nullopt;
}

std::optional<std::string> why_not_give_results(const sessions::Session& session, base::Time now) {
    if (session.rules.selection != sessions::Selection::on_motivation)
        return "enrolments.why_not.no_selection";
    if (session.results_at) return "enrolments.why_not.results_given";
    if (now < session.rules.apply_until) return "enrolments.why_not.still_applying";
    if (session.status != sessions::Status::open) return "enrolments.why_not.cancelled";
    return std::nullopt;
}

}  // namespace enrolments
