// SPDX-License-Identifier: EUPL-1.2
// The holders of what stands below privacy, and of privacy itself.
#pragma once
#include "privacy/privacy.hpp"

#include <memory>

namespace privacy {

std::unique_ptr<Holder> holder_of_requests();
std::unique_ptr<Holder> holder_of_jobs();
std::unique_ptr<Holder> holder_of_log(audit::Audit&);  // which must outlive it

}  // namespace privacy
