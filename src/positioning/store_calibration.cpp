// SPDX-License-Identifier: EUPL-1.2
// Answers as a calibration reads them, and what it proposes.
#include "base/text.hpp"
#include "db/database.hpp"
#include "positioning/store.hpp"

#include <boost/json.hpp>

namespace positioning::store {
namespace json = boost::json;

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) (text += text.empty() ? "" : " ") += word;
    return text;
}
std::vector<std::string> words(std::string_view text) {
    return text.empty() ? std::vector<std::string>{} : base::split(text, ' ');
}

}  // namespace

constexpr db::Query select_answerers{"positioning.answerers", R"sql(
    SELECT p.id, p.branch, a.item_id, a.item_version, a.correct
    FROM positioning_answers a JOIN positionings p ON p.id = a.positioning_id
    WHERE p.id IN (SELECT id FROM positionings WHERE state = 'done' AND hurried = 0
                   ORDER BY ended_at DESC, id DESC LIMIT $1)
    ORDER BY p.id, a.place
)sql"};

std::vector<Answerer> answerers(db::Transaction& transaction, int most) {
    std::vector<Answerer> found;
    std::int64_t test = 0;
    transaction.run(select_answerers, {most}, [&](const db::Row& row) {
        if (found.empty() || row.integer(0) != test) {
            test = row.integer(0);
            found.push_back({.branch = std::string{row.text(1)}, .answers = {}});
        }
        found.back().answers.push_back({{row.integer(2)}, row.integer(3), row.boolean(4)});
    });
    return found;
}

constexpr db::Query delete_open{"positioning.delete_proposal",
                                "DELETE FROM calibration_proposals WHERE state = 'open'"};
constexpr db::Query insert_proposal{"positioning.insert_proposal", R"sql(
    INSERT INTO calibration_proposals (made_at, persons, answers, report, state)
    VALUES ($1, $2, $3, $4, 'open')
    RETURNING id
)sql"};
constexpr db::Query insert_item{"positioning.insert_proposed_item", R"sql(
    INSERT INTO calibration_items (proposal_id, item_id, a, d, se_a, se_d, answers, infit, outfit,
        shift, dif, verdict, reasons)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
)sql"};

void replace_proposal(db::Transaction& transaction, const Proposal& proposal, base::Time now) {
    transaction.run(delete_open, {});
    const std::string report = json::serialize(json::object{{"rounds", proposal.rounds},
                                                            {"converged", proposal.converged},
                                                            {"waiting", proposal.waiting},
                                                            {"kept", proposal.kept}});
    std::int64_t id = 0;
    transaction.run(insert_proposal,
                    {base::to_epoch(now), proposal.persons, proposal.answers, report},
                    [&](const db::Row& row) { id = row.integer(0); });
    for (const ProposedItem& one : proposal.items)
        transaction.run(insert_item, {id, one.item.value, one.after.a, one.after.d, one.after.se_a,
                                      one.after.se_d, one.answers, one.infit, one.outfit, one.shift,
                                      one.dif, one.good() ? "good" : "look", joined(one.reasons)});
}

constexpr db::Query select_proposal{"positioning.proposal", R"sql(
    SELECT id, made_at, persons, answers, report FROM calibration_proposals WHERE state = 'open'
)sql"};
constexpr db::Query select_items{"positioning.proposed_items", R"sql(
    SELECT item_id, a, d, se_a, se_d, answers, infit, outfit, shift, dif, reasons
    FROM calibration_items WHERE proposal_id = $1 ORDER BY item_id
)sql"};

std::optional<Positioning::Proposed> proposed(db::Transaction& transaction) {
    std::optional<Positioning::Proposed> found;
    transaction.run(select_proposal, {}, [&](const db::Row& row) {
        found.emplace();
        found->id = row.integer(0);
        found->made_at = base::from_epoch(row.integer(1));
        found->proposal.persons = row.integer(2);
        found->proposal.answers = row.integer(3);
        const std::string_view text = row.text(4);
        const json::value report = json::parse(json::string_view(text.data(), text.size()));
        found->proposal.rounds = json::value_to<int>(report.at("rounds"));
        found->proposal.converged = report.at("converged").as_bool();
        found->proposal.waiting = json::value_to<int>(report.at("waiting"));
        found->proposal.kept = json::value_to<int>(report.at("kept"));
    });
    if (!found) return found;
    transaction.run(select_items, {found->id}, [&](const db::Row& row) {
        found->proposal.items.push_back({.item = {row.integer(0)},
                                         .before = {},
                                         .after = {.a = row.real(1),
                                                   .d = row.real(2),
                                                   .se_a = row.real(3),
                                                   .se_d = row.real(4),
                                                   .calibrated = true},
                                         .answers = row.integer(5),
                                         .infit = row.real(6),
                                         .outfit = row.real(7),
                                         .shift = row.real(8),
                                         .dif = std::string{row.text(9)},
                                         .reasons = words(row.text(10))});
    });
    return found;
}

constexpr db::Query lock_proposal{"positioning.lock_proposal", R"sql(
    UPDATE calibration_proposals SET state = state WHERE id = $1 AND state = 'open'
)sql"};

bool lock_open(db::Transaction& transaction, std::int64_t proposal) {
    return transaction.run(lock_proposal, {proposal}) == 1;
}

constexpr db::Query delete_items{"positioning.delete_proposed_items", R"sql(
    DELETE FROM calibration_items
    WHERE proposal_id = $1 AND item_id IN (SELECT value FROM json_each(CAST($2 AS text)))
)sql"};

void remove_items(db::Transaction& transaction, std::int64_t proposal,
                  std::span<const items::Calibrated> decided) {
    json::array ids;
    for (const items::Calibrated& one : decided) ids.push_back(one.item.value);
    transaction.run(delete_items, {proposal, json::serialize(ids)});
}

constexpr db::Query update_proposal{"positioning.decide_proposal", R"sql(
    UPDATE calibration_proposals SET state = $2, decided_by = $3, decided_at = $4
    WHERE id = $1 AND state = 'open'
)sql"};

bool decide(db::Transaction& transaction, std::int64_t proposal, bool approved, base::PersonId by,
            base::Time now) {
    return transaction.run(update_proposal, {proposal, approved ? "approved" : "refused", by.value,
                                             base::to_epoch(now)}) == 1;
}

}  // namespace positioning::store
