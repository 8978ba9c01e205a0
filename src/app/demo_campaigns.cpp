// SPDX-License-Identifier: EUPL-1.2
#include "app/demo_campaigns.hpp"

#include "app/application.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"

#include <array>
#include <stdexcept>

namespace app {
namespace {

using std::chrono::days;

struct Told {
    const char* email;  // who prepares it
    const char* role;
    const char* organisation;
    const char* title;
    const char* message;
    positioning::Scope scope;
    const char* code;
    days opened_ago, closes_in;
    std::size_t takers;  // at most; of ten, six share, two keep and two have not finished
};

// A whole day in Paris.
base::Time day(base::Time now, days from_today) {
    return base::paris_time(base::in_paris(now).day + from_today, {});
}

base::CampaignId prepare(Application& app, const Told& told, base::Time now) {
    struct Found {
        base::PersonId person;
        base::OrganisationId organisation;
    };
    const Found found = app.database.read([&](db::Transaction& transaction) {
        return Found{app.identity.find_by_email(transaction, told.email).value().id,
                     app.organisations.tree(transaction, db::Versions(transaction))
                         ->find(std::string_view{told.organisation})
                         ->id};
    });
    const base::Time then = day(now, -told.opened_ago) - days{2};
    const campaigns::By by{found.person, told.role};
    const auto id = app.campaigns.create({.organisation = found.organisation,
                                          .title = told.title,
                                          .message = told.message,
                                          .scope = told.scope,
                                          .scope_code = told.code,
                                          .reminders = 2,
                                          .opens_at = day(now, -told.opened_ago),
                                          .closes_at = day(now, told.closes_in)},
                                         by, then);
    if (!id || !app.campaigns.publish(*id, by, then))
        throw std::logic_error("demonstration data: a campaign is refused");
    return *id;
}

void put_takers(Application& app, base::CampaignId id, const Told& told,
                const std::vector<base::PersonId>& people, base::Time now) {
    app.database.write([&](db::Transaction& transaction) {
        const auto tree = app.organisations.tree(transaction, db::Versions(transaction));
        const auto top = tree->find(std::string_view{told.organisation})->id;
        const auto works = app.identity.affiliations(transaction, people, base::in_paris(now).day);
        std::size_t taken = 0;
        for (const base::PersonId person : people) {
            const auto there = works.find(person);
            if (there == works.end() || !tree->contains(top, there->second.organisation)) continue;
            if (taken == told.takers) break;
            const std::size_t kind = taken++ % 10;
            const bool finished = kind < 8;
            const base::Time at =
                day(now, -told.opened_ago) + std::chrono::hours{9 + 11 * static_cast<int>(kind)};
            constexpr std::size_t answers = 10;
            std::map<std::string, double, std::less<>> abilities;
            int place = static_cast<int>(kind);
            for (const auto& competence : frameworks::present().competences)
                abilities[competence.code] = 0.5 * ((place++ * 7) % 7 - 3);
            campaigns::Participation part{.began_at = at};
            part.test = app.positioning.put_finished(
                transaction, person, told.scope, told.code, abilities,
                static_cast<std::uint64_t>(person.value), answers, finished, at);
            if (finished) part.finished_at = at + std::chrono::minutes{15};
            part.shared = kind < 6;
            if (finished) part.chosen_at = part.finished_at;
            app.campaigns.put(transaction, id, person, there->second.organisation, part);
        }
    });
}

}  // namespace

void load_demo_campaigns(Application& app, const std::vector<base::PersonId>& fillers,
                         base::Time now) {
    const bool bank = app.database.read([&](db::Transaction& transaction) {
        return app.positioning.measure(transaction, db::Versions(transaction))->tables() != nullptr;
    });
    if (!bank) return;
    // The pilot first: who has a test in progress cannot begin another one.
    const Told pilot{"victor.lemaitre@exemple.fr",
                     "campus_team",
                     "etat",
                     "Pilote : protéger ses données",
                     "Un premier essai, avant la campagne de chaque ministère.",
                     positioning::Scope::area,
                     "4",
                     days{60},
                     days{-20},
                     40};
    const Told present{"yasmine.carpentier@exemple.fr",
                       "ministry_steering",
                       "ministere-interieur",
                       "Socle numérique du ministère",
                       "Vos réponses, si vous les partagez, servent à choisir les formations de "
                       "l’an prochain. Rien n’est obligatoire.",
                       positioning::Scope::core,
                       "",
                       days{10},
                       days{35},
                       40};
    const std::size_t half = fillers.size() / 2;
    put_takers(app, prepare(app, pilot, now), pilot,
               {fillers.begin(), fillers.begin() + static_cast<std::ptrdiff_t>(half)}, now);
    const auto id = prepare(app, present, now);
    put_takers(app, id, present,
               {fillers.begin() + static_cast<std::ptrdiff_t>(half), fillers.end()}, now);
    // Some by mail; the others came by the code.
    std::string addresses;
    for (const char* email : {"amina.benhaddou@exemple.fr", "baptiste.le-goff@exemple.fr",
                              "laurent.baptistin@exemple.fr", "nathalie.charpentier@exemple.fr"})
        addresses += std::string{email} + "\n";
    const auto by = app.database.read([&](db::Transaction& transaction) {
        return app.identity.find_by_email(transaction, present.email).value().id;
    });
    if (!app.campaigns.invite(id, addresses, {by, present.role}, now))
        throw std::logic_error("demonstration data: an invitation is refused");
    app.campaigns.count_all(now);
}

}  // namespace app
