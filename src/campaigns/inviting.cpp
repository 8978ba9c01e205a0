// SPDX-License-Identifier: EUPL-1.2
// Whom a campaign writes to, and the letters: invitations, reminders, that it was called off.
#include "audit/audit.hpp"
#include "base/secrets.hpp"
#include "base/zone.hpp"
#include "campaigns/campaigns.hpp"
#include "campaigns/jobs.hpp"
#include "campaigns/rules.hpp"
#include "campaigns/store.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "identity/identity.hpp"
#include "jobs/jobs.hpp"
#include "mail/mail.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <functional>
#include <set>

namespace campaigns {
namespace json = boost::json;
using base::ErrorKind;

namespace {

// Of a transaction: others want to write, too.
constexpr int letters_at_once = 200;
constexpr std::size_t agents_at_once = 1000;
// Of one run of a job, which then goes on in another.
constexpr int batches_a_run = 50;

void record_invited(db::Transaction& transaction, const Campaign& campaign, const By& by,
                    base::Time now, int added) {
    audit::record(transaction, {.at = now,
                                .actor = by.person,
                                .role = by.role,
                                .perimeter = campaign.organisation,
                                .action = "campaigns.invite",
                                .object = "campaign",
                                .object_id = campaign.id.value,
                                .after = json::serialize(json::object{{"added", added}})});
}

std::int64_t number_in(const jobs::Attempt& attempt, std::string_view name) {
    return json::parse(attempt.payload).at(name).to_number<std::int64_t>();
}

// Whom a batch of invitations is for, as far as they are known here.
mail::Recipient recipient(const Invitation& invitation,
                          const std::map<base::PersonId, identity::Person>& persons) {
    mail::Recipient to{.person = invitation.person, .email = invitation.email};
    const auto person = invitation.person ? persons.find(*invitation.person) : persons.end();
    if (person != persons.end()) {
        to.name = person->second.full_name();
        to.language = person->second.language;
        to.email = person->second.email;
    }
    return to;
}

// `what`: invitation, reminder or cancelled, the end of its kind and of its messages.
mail::Letter letter_for(const Campaign& campaign, const std::string& organisation,
                        const Invitation& invitation, mail::Recipient to, std::string_view kind,
                        std::string_view base_url) {
    const std::string what{kind.substr(kind.find('.') + 1)};
    const base::Date until = last_day(campaign);
    mail::Letter letter{.to = std::move(to),
                        .kind = kind,
                        .subject = "campaigns.letter." + what,
                        .paragraphs = {"campaigns.letter." + what + "_text"},
                        .values = {{"title", campaign.title},
                                   {"organisation", organisation},
                                   {"message", campaign.message},
                                   {"why", campaign.cancelled_why},
                                   {"until", until}}};
    if (campaign.cancelled_at) {
        letter.paragraphs.emplace_back("campaigns.letter.why_cancelled");
        return letter;
    }
    if (!campaign.message.empty()) letter.paragraphs.emplace_back("campaigns.letter.message");
    letter.paragraphs.emplace_back("campaigns.letter.shared");
    letter.paragraphs.emplace_back("campaigns.letter.free");
    letter.facts = {{"campaigns.letter.asked_by", organisation},
                    {"campaigns.letter.until", until},
                    {"campaigns.letter.code", shown_code(campaign.code)},
                    {"campaigns.letter.stop",
                     std::string{base_url} + "/campaign-reminders/" + invitation.stop_key}};
    letter.action = {"campaigns.letter.take_part", "/my-campaigns/" + campaign.code};
    return letter;
}

}  // namespace

base::Result<InviteReport> Campaigns::invite(base::CampaignId id, std::string_view text,
                                             const By& by, base::Time now) {
    auto read = read_addresses(text);
    if (!read) return base::unexpected(std::move(read.error()));
    return database_.write([&](db::Transaction& transaction) -> base::Result<InviteReport> {
        const auto campaign = locked(transaction, id);
        if (!campaign) return base::unexpected(campaign.error());
        if (const char* why = why_not_invite(phase_of(*campaign, now)))
            return base::unexpected(base::Error{ErrorKind::conflict, why});
        InviteReport report{.already = read->repeated, .problems = read->problems};
        // The campaign's row is locked: nobody adds meanwhile.
        const auto before = store::invited_addresses(transaction, id);
        const std::set<std::string_view> invited(before.begin(), before.end());
        std::vector<std::string> fresh;
        for (const Addresses::One& one : read->good)
            if (invited.contains(one.email))
                ++report.already;
            else
                fresh.push_back(one.email);
        const int present = store::count_invitations(transaction, id);
        const auto known = identity_.find_by_emails(transaction, fresh);
        std::vector<base::PersonId> ids;
        for (const auto& [email, person] : known) ids.push_back(person);
        const auto works = identity_.affiliations(transaction, ids, base::in_paris(now).day);
        const auto tree = organisations_.tree(transaction, db::Versions(transaction));
        for (const std::string& email : fresh) {
            store::NewInvitation given{
                .email = email, .person = {}, .organisation = {}, .stop_key = base::random_token()};
            if (const auto person = known.find(email); person != known.end()) {
                const auto there = works.find(person->second);
                if (!is_asked(*campaign, *tree, there == works.end() ? nullptr : &there->second)) {
                    ++report.outside;
                    continue;
                }
                given.person = person->second;
                given.organisation = there->second.organisation;
            }
            store::add_invitation(transaction, id, given, now);
            ++report.added;
        }
        if (present + report.added > most_invitations)
            return base::unexpected(base::Error{
                ErrorKind::conflict, base::Reason{"campaigns.why_not.too_many_invitations",
                                                  "addresses",
                                                  {{"most", std::to_string(most_invitations)}}}});
        report.problem_count = static_cast<int>(report.problems.size());
        if (report.problems.size() > most_problems) report.problems.resize(most_problems);
        if (report.added == 0) return report;
        record_invited(transaction, *campaign, by, now, report.added);
        if (campaign->published_at)
            enqueue(transaction, letters_job, id, std::max(now, campaign->opens_at), 0);
        return report;
    });
}

base::Result<void> Campaigns::invite_all(base::CampaignId id, const By& by, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto campaign = locked(transaction, id);
        if (!campaign) return base::unexpected(campaign.error());
        if (const char* why = why_not_invite(phase_of(*campaign, now)))
            return base::unexpected(base::Error{ErrorKind::conflict, why});
        const auto tree = organisations_.tree(transaction, db::Versions(transaction));
        int agents = 0;
        for (const auto& [organisation, count] :
             identity_.count_agents_at(transaction, below(*tree, campaign->organisation),
                                       campaign->population, base::in_paris(now).day))
            agents += count;
        if (agents > most_invitations)
            return base::unexpected(base::Error{
                ErrorKind::conflict, base::Reason{"campaigns.why_not.too_many_agents",
                                                  "",
                                                  {{"agents", std::to_string(agents)},
                                                   {"most", std::to_string(most_invitations)}}}});
        enqueue(transaction, invite_all_job, id, now, 0);
        record_invited(transaction, *campaign, by, now, agents);
        return {};
    });
}

// Batches of agents by id; who is invited already is left out, so it may be done again.
void Campaigns::invite_agents(const jobs::Attempt& attempt) {
    const base::CampaignId id{number_in(attempt, "campaign")};
    std::optional<base::PersonId> after = base::PersonId{};
    while (after)
        after = database_.write([&](db::Transaction& transaction) {
            return invite_some(transaction, id, *after, attempt.now);
        });
}

// The last of a full batch; nothing when there are no more.
std::optional<base::PersonId> Campaigns::invite_some(db::Transaction& transaction,
                                                     base::CampaignId id, base::PersonId after,
                                                     base::Time now) {
    const auto campaign = store::lock(transaction, id);
    if (!campaign || why_not_invite(phase_of(*campaign, now)) != nullptr) return std::nullopt;
    const auto tree = organisations_.tree(transaction, db::Versions(transaction));
    const auto agents =
        identity_.agents_at(transaction, below(*tree, campaign->organisation), campaign->population,
                            base::in_paris(now).day, after, static_cast<int>(agents_at_once));
    const auto before = store::invited_addresses(transaction, id);
    std::set<std::string_view> invited(before.begin(), before.end());
    int room = most_invitations - store::count_invitations(transaction, id);
    for (const identity::Agent& agent : agents) {
        if (room <= 0) break;
        if (!invited.insert(agent.person.email).second) continue;
        store::add_invitation(transaction, id,
                              {.email = agent.person.email,
                               .person = agent.person.id,
                               .organisation = agent.organisation,
                               .stop_key = base::random_token()},
                              now);
        --room;
    }
    if (room > 0 && agents.size() == agents_at_once) return agents.back().person.id;
    if (campaign->published_at)
        enqueue(transaction, letters_job, id, std::max(now, campaign->opens_at), 0);
    return std::nullopt;
}

// Letters of one kind, a batch a transaction, to whom `take` takes. False: there are more.
bool Campaigns::write_batches(
    base::CampaignId id, base::Time now, std::string_view kind,
    const std::function<bool(const Campaign&)>& wanted,
    const std::function<std::vector<Invitation>(db::Transaction&, const Campaign&)>& take) {
    for (int batch = 0; batch < batches_a_run; ++batch) {
        const bool more = database_.write([&](db::Transaction& transaction) {
            const auto campaign = store::find(transaction, id);
            if (!campaign || !wanted(*campaign)) return false;
            const auto tree = organisations_.tree(transaction, db::Versions(transaction));
            const auto* organisation = tree->find(campaign->organisation);
            const auto taken = take(transaction, *campaign);
            std::vector<base::PersonId> ids;
            for (const Invitation& one : taken)
                if (one.person) ids.push_back(*one.person);
            const auto persons = identity_.persons(transaction, ids);
            for (const Invitation& one : taken)
                mail::put(transaction,
                          letter_for(*campaign, organisation == nullptr ? "" : organisation->name,
                                     one, recipient(one, persons), kind, base_url_),
                          now);
            return static_cast<int>(taken.size()) == letters_at_once;
        });
        if (!more) return true;
    }
    return false;
}

void Campaigns::write_letters(const jobs::Attempt& attempt) {
    const base::CampaignId id{number_in(attempt, "campaign")};
    const bool invited = write_batches(
        id, attempt.now, "campaigns.invitation",
        [&](const Campaign& campaign) { return phase_of(campaign, attempt.now) == Phase::open; },
        [&](db::Transaction& transaction, const Campaign&) {
            return store::take_unsent(transaction, id, attempt.now, letters_at_once);
        });
    const bool told = write_batches(
        id, attempt.now, "campaigns.cancelled",
        [](const Campaign& campaign) { return campaign.cancelled_at.has_value(); },
        [&](db::Transaction& transaction, const Campaign&) {
            return store::take_to_tell_cancelled(transaction, id, attempt.now, letters_at_once);
        });
    if (invited && told) return;
    database_.write([&](db::Transaction& transaction) {
        enqueue(transaction, letters_job, id, attempt.now + std::chrono::seconds{1}, 0);
    });
}

void Campaigns::remind(const jobs::Attempt& attempt) {
    const base::CampaignId id{number_in(attempt, "campaign")};
    const auto reminder = static_cast<int>(number_in(attempt, "reminder"));
    // The dates may have moved since.
    const auto due = [&](const Campaign& campaign) {
        const auto times =
            reminder_times(campaign.opens_at, campaign.closes_at, campaign.reminders);
        return phase_of(campaign, attempt.now) == Phase::open && reminder >= 1 &&
               static_cast<std::size_t>(reminder) <= times.size() &&
               times[static_cast<std::size_t>(reminder) - 1] <= attempt.now;
    };
    std::string at_pix;
    const bool done = write_batches(
        id, attempt.now, "campaigns.reminder", due,
        [&](db::Transaction& transaction, const Campaign& campaign) {
            if (at_pix.empty()) at_pix = db::json_ids(shared_at_pix(transaction, campaign));
            return store::take_to_remind(transaction, id, reminder, at_pix, letters_at_once);
        });
    if (done) return;
    database_.write([&](db::Transaction& transaction) {
        enqueue(transaction, remind_job, id, attempt.now + std::chrono::seconds{1}, reminder);
    });
}

std::vector<Invitation> Campaigns::invitations(db::Transaction& transaction, base::CampaignId id,
                                               int from, int most) {
    return store::invitations(transaction, id, from, most);
}

int Campaigns::count_invitations(db::Transaction& transaction, base::CampaignId id) {
    return store::count_invitations(transaction, id);
}

std::optional<Invitation> Campaigns::find_stop(db::Transaction& transaction,
                                               std::string_view stop_key) {
    return store::find_stop(transaction, stop_key);
}

base::Result<void> Campaigns::stop_reminders(std::string_view stop_key, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto invitation = store::find_stop(transaction, stop_key);
        if (!invitation)
            return base::unexpected(base::Error{ErrorKind::not_found, "campaigns.stop.unknown"});
        store::stop_reminders(transaction, invitation->id, now);
        return {};
    });
}

void Campaigns::add_jobs(jobs::Jobs& jobs) {
    jobs.handle(letters_job, [this](const jobs::Attempt& attempt) { write_letters(attempt); });
    jobs.handle(invite_all_job, [this](const jobs::Attempt& attempt) { invite_agents(attempt); });
    jobs.handle(remind_job, [this](const jobs::Attempt& attempt) { remind(attempt); });
    jobs.handle(count_job, [this](const jobs::Attempt& attempt) {
        count({number_in(attempt, "campaign")}, attempt.now);
    });
    jobs.every("campaigns.count_all", std::chrono::minutes{1},
               [this](const jobs::Attempt& attempt) { count_all(attempt.now); });
}

}  // namespace campaigns
