// SPDX-License-Identifier: EUPL-1.2
#include "app/demo_plans.hpp"

#include "app/application.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"

#include <stdexcept>
#include <string_view>

namespace app {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr std::string_view agent_mail = "baptiste.le-goff@exemple.fr";
constexpr std::string_view attended = "ecrire-une-consigne-efficace";
constexpr std::string_view put_aside = "secnumacademie";
constexpr days ago{4};

void must(const base::Result<void>& done) {
    if (!done)
        throw std::logic_error("demonstration data: " + done.error().reasons.front().message_key);
}

// A session by video, one afternoon some days ago.
void load_past_session(Application& app, db::Transaction& transaction,
                       const catalogue::Published& published, base::PersonId agent,
                       const std::vector<base::PersonId>& fillers, base::Time now) {
    const std::size_t at = published.index.find(attended);
    if (at == published.index.size()) return;
    const base::Date day = base::in_paris(now).day - ago;
    sessions::Session session{.offer = published.index.at(at).id,
                              .organisation = published.owners.at(at),
                              .status = sessions::Status::open,
                              .video_link = "https://visio.exemple.fr/consigne"};
    session.slots = {{base::paris_time(day, hours{14}), base::paris_time(day, hours{16})}};
    session.enrolment_opens_at = base::paris_time(day - days{60}, hours{8});
    session.enrolment_closes_at = base::paris_time(day - days{3}, hours{20});
    session.cancel_until = session.enrolment_closes_at;
    constexpr std::size_t others = 7;
    session.seats.capacity = 12;
    std::vector<base::PersonId> takers{agent};
    takers.insert(takers.end(), fillers.begin(), fillers.begin() + others);
    app.enrolments.put_all(transaction, app.sessions.insert(transaction, session), takers,
                           session.enrolment_opens_at + hours{1});
}

}  // namespace

void load_demo_plans(Application& app, const std::vector<base::PersonId>& fillers, base::Time now) {
    const auto agent = app.database.write([&](db::Transaction& transaction) {
        const auto person = app.identity.find_by_email(transaction, agent_mail).value().id;
        const auto published = app.catalogue.published(transaction, db::Versions(transaction),
                                                       std::chrono::floor<days>(now));
        load_past_session(app, transaction, *published, person, fillers, now);
        return person;
    });
    must(app.plans.share(agent, true, now - days{2}));
    must(app.plans.mark(agent, put_aside, plans::Mark::dismissed, now - days{2}));
    const auto [latest, supervisor] = app.database.read([&](db::Transaction& transaction) {
        return std::pair{app.positioning.history(transaction, agent),
                         app.requests.supervisor_of(transaction, agent)};
    });
    if (!latest.empty())
        must(app.positioning.share(agent, latest.front().id, supervisor, now - days{2}));
}

}  // namespace app
