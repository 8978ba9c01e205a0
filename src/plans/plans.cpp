// SPDX-License-Identifier: EUPL-1.2
// What a person chooses of their plan. The plan itself: looking.cpp.
#include "plans/plans.hpp"

#include "audit/audit.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "organisations/organisations.hpp"
#include "plans/store.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace plans {
namespace {

base::unexpected<base::Error> refused(base::ErrorKind kind, const char* key,
                                      const char* field = "") {
    return base::unexpected(base::Error{kind, key, field});
}

void record(db::Transaction& transaction, base::PersonId person, std::string_view action,
            std::string after, base::Time now) {
    audit::record(transaction, {.at = now,
                                .actor = person,
                                .action = action,
                                .object = "person",
                                .object_id = person.value,
                                .after = std::move(after)});
}

}  // namespace

std::string_view name_of(Aim aim) {
    return aim == Aim::core ? "core" : aim == Aim::trade ? "trade" : "agreed";
}

std::optional<Aim> aim_named(std::string_view name) {
    for (const Aim aim : {Aim::core, Aim::trade, Aim::agreed})
        if (name == name_of(aim)) return aim;
    return std::nullopt;
}

std::string_view name_of(Mark mark) {
    return mark == Mark::kept ? "kept" : mark == Mark::dismissed ? "dismissed" : "done";
}

std::optional<Mark> mark_named(std::string_view name) {
    for (const Mark mark : {Mark::kept, Mark::dismissed, Mark::done})
        if (name == name_of(mark)) return mark;
    return std::nullopt;
}

std::string_view name_of(Way way) {
    switch (way) {
        case Way::ask:
            return "ask";
        case Way::seat:
            return "seat";
        case Way::elsewhere:
            return "elsewhere";
        case Way::page:
            break;
    }
    return "page";
}

Plans::Plans(db::Database& database, organisations::Organisations& organisations,
             frameworks::Frameworks& frameworks, items::Items& items,
             positioning::Positioning& positioning, catalogue::Catalogue& catalogue,
             sessions::Sessions& sessions, enrolments::Enrolments& enrolments,
             requests::Requests& requests)
    : database_(database),
      organisations_(organisations),
      frameworks_(frameworks),
      items_(items),
      positioning_(positioning),
      catalogue_(catalogue),
      sessions_(sessions),
      enrolments_(enrolments),
      requests_(requests) {}

Chosen Plans::chosen(db::Transaction& transaction, base::PersonId person) {
    return store::find(transaction, person);
}

base::Result<void> Plans::aim_at(base::PersonId person, Aim aim, std::string_view trade,
                                 const std::optional<Agreement>& agreement, base::Time now) {
    constexpr std::size_t longest_name = 200;
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const db::Versions versions(transaction);
        if (aim == Aim::trade && frameworks_.trades(transaction, versions)->find(trade) == nullptr)
            return refused(base::ErrorKind::invalid, "plans.problem.trade", "trade");
        if (aim == Aim::agreed) {
            if (!agreement || agreement->targets.empty())
                return refused(base::ErrorKind::invalid, "plans.problem.no_level", "aim");
            if (auto reason =
                    frameworks::why_not_targets(frameworks::present(), agreement->targets))
                return base::unexpected(base::Error{base::ErrorKind::invalid, std::move(*reason)});
            if (agreement->on == base::Date{} || agreement->on > base::in_paris(now).day)
                return refused(base::ErrorKind::invalid, "plans.problem.agreed_on", "agreed_on");
            if (agreement->with.empty() || base::length(agreement->with) > longest_name)
                return refused(base::ErrorKind::invalid, "plans.problem.agreed_with",
                               "agreed_with");
        }
        store::lock(transaction, person, now);
        store::set_aim(transaction, person, aim, aim == Aim::trade ? trade : std::string_view{},
                       aim == Aim::agreed ? agreement : std::nullopt, now);
        std::string after = R"({"aim":")" + std::string{name_of(aim)} + R"("})";
        record(transaction, person, "plans.set_aim", std::move(after), now);
        return {};
    });
}

base::Result<void> Plans::mark(base::PersonId person, std::string_view slug,
                               std::optional<Mark> mark, base::Time now) {
    constexpr std::size_t most_marks = 200;
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        store::lock(transaction, person, now);
        const Chosen chosen = store::find(transaction, person);
        const auto published =
            catalogue_.published(transaction, db::Versions(transaction), base::in_paris(now).day);
        std::optional<base::OfferId> offer;
        if (const std::size_t at = published->index.find(slug); at < published->index.size())
            offer = published->index.at(at).id;
        if (!mark) {
            // Also of an offer that is published no more.
            std::vector<base::OfferId> marked;
            for (const auto& [id, one] : chosen.marks) marked.push_back(id);
            for (const auto& [id, title] : catalogue_.titles(transaction, marked))
                if (title.slug == slug) offer = id;
        }
        if (!offer) return refused(base::ErrorKind::not_found, "plans.offer_unknown");
        if (!mark) {
            store::remove_mark(transaction, person, *offer);
            return {};
        }
        if (!chosen.marks.contains(*offer) && chosen.marks.size() >= most_marks)
            return refused(base::ErrorKind::conflict, "plans.problem.too_many_marks");
        store::put_mark(transaction, person, *offer, *mark, now);
        return {};
    });
}

base::Result<void> Plans::share(base::PersonId person, bool share, base::Time now,
                                std::optional<base::PersonId> shown) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        std::optional<base::PersonId> with;
        if (share) {
            with = requests_.supervisor_of(transaction, person);
            if (!with) return refused(base::ErrorKind::conflict, "plans.why_not.no_supervisor");
            if (shown && shown != with)
                return refused(base::ErrorKind::conflict, "plans.why_not.other_supervisor");
        }
        store::lock(transaction, person, now);
        if (store::find(transaction, person).shared_with == with) return {};  // the second click
        store::set_shared(transaction, person, with, now);
        std::string after = with ? R"({"supervisor":)" + std::to_string(with->value) + "}" : "";
        if (with)
            record(transaction, person, "plans.share", std::move(after), now);
        else
            record(transaction, person, "plans.keep_to_oneself", std::move(after), now);
        return {};
    });
}

void Plans::supervision_ended(db::Transaction& transaction, base::PersonId agent, base::Time now) {
    store::end_sharing(transaction, agent, now);
    positioning_.end_sharing(transaction, agent);
}

base::Result<void> Plans::draft(base::PersonId person, base::OfferId offer,
                                std::optional<base::SessionId> session, std::string_view motivation,
                                base::Time now) {
    const auto before = database_.read([&](db::Transaction& transaction) {
        return requests_.present(transaction, person, offer);
    });
    if (before && (before->state != requests::State::draft || !before->answers.motivation.empty()))
        return {};
    requests::Answers answers = before ? before->answers : requests::Answers{};
    answers.motivation = motivation;
    if (before && !session) session = before->session;
    const auto put = requests_.put(person, {offer, session}, answers, "", false, now);
    if (!put) return base::unexpected(put.error());
    return {};
}

std::map<base::PersonId, base::PersonId> Plans::shared(db::Transaction& transaction,
                                                       const std::vector<base::PersonId>& people) {
    return store::shared(transaction, db::json_ids(people));
}

bool Plans::may_read(db::Transaction& transaction, base::PersonId reader, base::PersonId agent,
                     base::Time now) {
    const auto shared = store::shared(transaction, db::json_ids(std::vector{agent}));
    if (shared.empty()) return false;
    return requests_.supervisor_of(transaction, agent) == shared.begin()->second &&
           requests_.supervises(transaction, reader, agent,
                                std::chrono::floor<std::chrono::days>(now));
}

}  // namespace plans
