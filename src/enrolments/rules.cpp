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
    if (enrolment.state == State::seated && now > session.cancel_until)
        return "enrolments.why_not.too_late";
    return std::nullopt;
}

}  // namespace enrolments
