// SPDX-License-Identifier: EUPL-1.2
#include "pix/taking.hpp"

#include "db/database.hpp"

namespace pix {
namespace {

bool same(const store::Row& a, const store::Row& b) {
    return a.stored.pix_id == b.stored.pix_id && a.stored.shared == b.stored.shared &&
           a.stored.shared_at == b.stored.shared_at && a.mastery == b.mastery &&
           a.stage == b.stage && a.stages == b.stages && a.badges == b.badges &&
           a.topics == b.topics;
}

}  // namespace

void take(db::Transaction& transaction, const Campaign& campaign,
          const contract::Participation& read, bool from_file, store::Taken& taken,
          base::Time now) {
    const auto known =
        is_pseudonym(read.pseudonym)
            ? store::lock_known(transaction, campaign.connection, read.pseudonym, now)
            : std::nullopt;
    if (!known) {
        ++taken.unknown;
        return;
    }
    if (known->withdrawn) {
        ++taken.withdrawn;
        return;
    }
    const auto present = store::result(transaction, known->id, campaign.id);
    store::Row next{
        .stored = {from_file ? std::nullopt : std::optional{read.id}, read.shared, read.shared_at},
        // What Pix says before somebody shares is not for us.
        .mastery = read.shared ? read.mastery : std::nullopt,
        .stage = read.shared ? read.stage : 0,
        .stages = read.stages,
        .badges = store::badges_json(read.shared ? read.badges : std::vector<std::string>{}),
        .topics = store::topics_json(
            known->topics && read.shared ? read.topics : std::vector<contract::Topic>{})};
    if (too_old(read, now) ||
        (present && (!takes_place(present->stored, next.stored) || same(*present, next)))) {
        ++taken.unchanged;
        return;
    }
    store::put_result(transaction, known->id, campaign.id, next, now);
    ++(present ? taken.changed : taken.added);
}

}  // namespace pix
