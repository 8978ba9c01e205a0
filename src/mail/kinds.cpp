// SPDX-License-Identifier: EUPL-1.2
#include "mail/kinds.hpp"

#include "base/embedded.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace mail {

Kinds::Kinds() {
    for (const std::string& line : base::split(base::embedded("reference/mail-kinds.csv"), '\n')) {
        if (line.starts_with('#') || line == "kind,choice") continue;
        const auto parts = base::split(line, ',');
        if (parts.size() != 2 || (parts[1] != "free" && parts[1] != "required"))
            throw std::logic_error("mail-kinds.csv: " + line);
        kinds_.push_back({parts[0], parts[1] == "required"});
    }
}

const Kind* Kinds::find(std::string_view name) const {
    const auto found = std::ranges::find(kinds_, name, &Kind::name);
    return found == kinds_.end() ? nullptr : &*found;
}

bool Kinds::refusable(std::string_view name) const {
    const Kind* kind = find(name);
    return kind != nullptr && !kind->required;
}

}  // namespace mail
