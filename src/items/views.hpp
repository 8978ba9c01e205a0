// SPDX-License-Identifier: EUPL-1.2
// The pages of editors, as JSON.
#pragma once
#include "http/router.hpp"
#include "items/editing.hpp"
#include "items/items.hpp"

#include <boost/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace items {

using Names = std::map<base::PersonId, std::string>;

// What the list is asked for; "" and 0: any.
struct Filter {
    std::string competence, format, state, flag;
    int level = 0;
    int page = 1;
};
// "seeded", "calibrated", "done" (a file or screen), "phone" (not on one), "review_due", "unused".
inline constexpr std::array<std::string_view, 6> flags{"seeded",   "calibrated", "done",
                                                       "no_phone", "review_due", "unused"};
inline constexpr int listed_per_page = 50;

boost::json::object list_view(const std::vector<Listed>&, const Bank&, const Filter&,
                              std::string_view language, base::Date today);

struct DossierContext {
    base::PersonId reader;
    const Bank& bank;
    const Names& names;
    Statistics statistics;
    std::uint64_t seed = 0;  // of the variant whose key is shown
    std::string_view language;
};
boost::json::object dossier_view(const Dossier&, const DossierContext&);
boost::json::object version_view(const Dossier&, const ItemVersion&, const Names&);

// The form. `dossier` null: of a new item.
boost::json::object form_view(const Dossier* dossier, std::string_view competence,
                              std::string_view text, std::string_view language);
// Problems of a text, in the reader's words.
boost::json::array problems_view(const std::vector<Problem>&,
                                 const std::function<std::string(const base::Reason&)>& words);

// A text to begin with, that says what goes where.
std::string empty_text(Format);
// Line breaks of browsers (CRLF) as files have them, and one at the end.
std::string normal_lines(std::string_view);

extern const std::string_view list_schema, dossier_schema, version_schema, form_schema,
    preview_schema;

}  // namespace items
