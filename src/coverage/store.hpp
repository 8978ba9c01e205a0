// SPDX-License-Identifier: EUPL-1.2
// All SQL on headcounts, counted persons, figures and drafts.
#pragma once
#include "coverage/coverage.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace coverage::store {

// -- headcounts
// False when the latest declared of that day says the same already: nothing changes.
bool insert_headcount(db::Transaction&, const Headcount&);
std::vector<Headcount> headcounts(db::Transaction&, base::OrganisationId, int most);
// Of which organisation and day there is one at least.
std::set<std::pair<base::OrganisationId, base::Date>> declared_days(db::Transaction&);
// In force on that day, by organisation.
std::map<base::OrganisationId, Headcount> headcounts_on(db::Transaction&, base::Date);

// -- persons
struct Counted {
    base::PersonId person;
    base::PositioningId test;
    std::optional<base::OrganisationId> organisation;
    base::Time ended_at{};
    std::int64_t core_id = 0;
    std::optional<double> at_core;
    std::string levels;
};
// Unless a later test is there. Leaves the organisation as it was.
void put_person(db::Transaction&, const Counted&);
void set_post(db::Transaction&, const Counted&);
// In the order of their ids.
std::vector<Counted> persons_after(db::Transaction&, base::PersonId after, int most);
// Levels of those who work there, and how many have the same.
std::vector<std::pair<std::string, std::int64_t>> levels_in(db::Transaction&,
                                                            std::span<const base::OrganisationId>);
std::optional<Counted> person(db::Transaction&, base::PersonId);
int remove_person(db::Transaction&, base::PersonId);
// Those whose test ended before then, the oldest first.
int remove_persons_before(db::Transaction&, base::Time, int most, bool really);

// -- publications
// False when the day has one. Locks the others out.
bool begin_run(db::Transaction&, base::Date, base::Time now);
std::optional<std::pair<base::Date, base::Time>> last_run(db::Transaction&);
std::map<base::OrganisationId, Held> held(db::Transaction&);
void put_held(db::Transaction&, base::OrganisationId, const Held&);
void insert_figures(db::Transaction&, base::OrganisationId, const Figures&);
std::map<base::OrganisationId, Figures> figures(db::Transaction&,
                                                std::span<const base::OrganisationId>);
std::map<base::OrganisationId, Figures> all_figures(db::Transaction&);
std::vector<Past> trend(db::Transaction&, base::OrganisationId, int most);

// -- drafts
struct Groups {
    base::Date day{};
    std::int64_t core_id = 0;
    std::vector<Group> groups;
};
std::optional<Groups> needs(db::Transaction&, base::OrganisationId);
void put_needs(db::Transaction&, base::OrganisationId, const Groups&);
// None when the same is being made for the same author: the latest_draft of theirs.
std::optional<std::int64_t> insert_draft(db::Transaction&, const Draft&);
std::int64_t latest_draft(db::Transaction&, const Draft& like);
std::optional<Draft> find_draft(db::Transaction&, std::int64_t id);
std::vector<Draft> drafts(db::Transaction&, base::OrganisationId, int most);
// Locks it; false when it is gone.
bool set_state(db::Transaction&, std::int64_t id, DraftState, int progress);
void put_result(db::Transaction&, const Draft&);
void set_seats(db::Transaction&, std::int64_t draft, base::OfferId, std::int64_t seats);
void remove_draft(db::Transaction&, std::int64_t id);
int remove_drafts_before(db::Transaction&, base::Time, int most, bool really);

// -- of a person
std::vector<Headcount> headcounts_by(db::Transaction&, base::PersonId);
int forget_author(db::Transaction&, base::PersonId);

}  // namespace coverage::store
