// SPDX-License-Identifier: EUPL-1.2
// All SQL on campaigns, campaign_invitations, campaign_participations and campaign_wrong_codes.
#pragma once
#include "campaigns/campaigns.hpp"

namespace campaigns::store {

// -- campaigns
// Nothing: another has that code.
std::optional<base::CampaignId> insert(db::Transaction&, const Campaign&);
std::optional<Campaign> find(db::Transaction&, base::CampaignId);
std::optional<Campaign> find_by_code(db::Transaction&, std::string_view code);
std::vector<Campaign> of_organisations(db::Transaction&, std::string_view json_ids, int from,
                                       int most);
int count_of_organisations(db::Transaction&, std::string_view json_ids);
// An UPDATE that changes nothing.
std::optional<Campaign> lock(db::Transaction&, base::CampaignId);
// What a form may say. False: it was changed since that revision was read.
bool update(db::Transaction&, const Campaign&);
void publish(db::Transaction&, base::CampaignId, base::Time now);
void close(db::Transaction&, base::CampaignId, base::Time now);
void cancel(db::Transaction&, base::CampaignId, std::string_view why, base::Time now);
std::vector<base::CampaignId> going(db::Transaction&, base::Time now);  // published, not over
void set_figures(db::Transaction&, base::CampaignId, std::string_view json);
std::string figures(db::Transaction&, base::CampaignId);

// -- invitations
struct NewInvitation {
    std::string email;
    std::optional<base::PersonId> person;
    std::optional<base::OrganisationId> organisation;
    std::string stop_key;
};
int count_invitations(db::Transaction&, base::CampaignId);
std::vector<std::string> invited_addresses(db::Transaction&, base::CampaignId);
void add_invitation(db::Transaction&, base::CampaignId, const NewInvitation&, base::Time now);
std::vector<Invitation> invitations(db::Transaction&, base::CampaignId, int from, int most);
std::optional<Invitation> invitation(db::Transaction&, base::CampaignId, std::string_view email);
std::optional<Invitation> find_stop(db::Transaction&, std::string_view stop_key);
void stop_reminders(db::Transaction&, std::int64_t invitation, base::Time now);
// Of a person who was invited before they were known here.
void recognise(db::Transaction&, base::CampaignId, std::string_view email, base::PersonId,
               base::OrganisationId);
// The next batches to write to; each row is taken by one.
std::vector<Invitation> take_unsent(db::Transaction&, base::CampaignId, base::Time now, int most);
// Of those who neither finished nor declined nor stopped nor are among `but` (ids as JSON).
std::vector<Invitation> take_to_remind(db::Transaction&, base::CampaignId, int number,
                                       std::string_view but, int most);
std::vector<Invitation> take_to_tell_cancelled(db::Transaction&, base::CampaignId, base::Time now,
                                               int most);

// -- participations
std::optional<Participation> participation(db::Transaction&, base::CampaignId, base::PersonId);
// What is there stays: false.
bool insert_participation(db::Transaction&, base::CampaignId, base::PersonId, base::OrganisationId,
                          base::Time now);
void put_participation(db::Transaction&, base::CampaignId, base::PersonId, base::OrganisationId,
                       const Participation&);
// A new test takes the place of the one before, and of what was chosen.
void set_test(db::Transaction&, std::int64_t participation, base::PositioningId,
              std::optional<base::Time> finished_at);
void set_declined(db::Transaction&, std::int64_t participation, base::Time now);
void choose(db::Transaction&, std::int64_t participation, bool shared, base::Time now);
void finish(db::Transaction&, base::PositioningId, base::Time now);
// Who began, and whether they finished.
std::map<base::PersonId, bool> takers(db::Transaction&, base::CampaignId);
std::vector<base::PositioningId> shared_tests(db::Transaction&, base::CampaignId);
// Not over, and not called off.
std::optional<Campaign> of_test(db::Transaction&, base::PositioningId, base::Time now);
struct Counts {
    int invited = 0, started = 0, finished = 0, shared = 0;
};
// Of each organisation by itself, exact; {}: of who is not known here.
std::map<base::OrganisationId, Counts> counts(db::Transaction&, base::CampaignId);

// -- agents
std::vector<Mine> mine(db::Transaction&, base::PersonId, std::string_view email, int most);
int count_waiting(db::Transaction&, base::PersonId, base::Time now);
int wrong_codes(db::Transaction&, base::PersonId, base::Time since);
void count_wrong_code(db::Transaction&, base::PersonId, base::Time now, base::Time since);

// -- privacy
struct Held {
    Campaign campaign;
    std::optional<Invitation> invitation;
    std::optional<Participation> part;
};
std::vector<Held> held(db::Transaction&, base::PersonId, std::string_view email);
std::vector<Campaign> created_by(db::Transaction&, base::PersonId);
int forget_invitations(db::Transaction&, base::PersonId, std::string_view email);
int forget_participations(db::Transaction&, base::PersonId);
void forget_wrong_codes(db::Transaction&, base::PersonId);
int retain_invitations(db::Transaction&, base::Time before, int most, bool really);
int retain_participations(db::Transaction&, base::Time before, int most, bool really);

}  // namespace campaigns::store
