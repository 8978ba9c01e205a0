// SPDX-License-Identifier: EUPL-1.2
// A ministry with two offices, its training office and a small bank: what tests of campaigns begin
// with.
#pragma once
#include "test_app.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

struct Given {
    TestApp app;
    base::PersonId office, agent, stranger;

    Given();
    // The fields of a campaign on the first area that opens today, for the ministry.
    static http::Pairs form(const http::Pairs& changes = {});
    // A campaign as it is prepared; its address.
    std::string prepared(const http::Pairs& changes = {});
    std::string published(const http::Pairs& changes = {});
    // Of the campaign at this address, for agents.
    std::string for_agents(const std::string& campaign);
    boost::json::value seen(const std::string& path);  // JSON
    // The same for the office after the job of this minute.
    boost::json::value counted(const std::string& path);
    // Somebody at the office "bureau" or elsewhere.
    base::PersonId somebody(const std::string& organisation = "bureau");
    std::vector<base::PersonId> people(int count, const std::string& organisation = "bureau");
    // Takes part and says "I don't know" to the end.
    void takes_part(base::PersonId, const std::string& for_agents);
    void chooses(base::PersonId, const std::string& for_agents, bool share);
    void run() { app.app().jobs.run_due(app.now); }
    int letters(const std::string& kind);
    int audited(const std::string& action);
};
