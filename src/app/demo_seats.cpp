// SPDX-License-Identifier: EUPL-1.2
#include "app/demo_seats.hpp"

#include "app/application.hpp"
#include "base/embedded.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace app {
namespace json = boost::json;
namespace {

using std::chrono::days;
using std::chrono::hours;

std::string text(const json::value& object, std::string_view name) {
    return json::value_to<std::string>(object.at(name));
}

int number(const json::value& object, std::string_view name) {
    return json::value_to<int>(object.at(name));
}

class Loader {
public:
    Loader(Application& app, const std::vector<base::PersonId>& fillers, base::Time now)
        : app_(app), fillers_(fillers), now_(now) {
        app_.database.read([&](db::Transaction& transaction) {
            for (const identity::Person& person : app_.identity.demo_people(transaction)) {
                const auto grants = app_.identity.grants(transaction, person.id);
                if (grants.empty() && agent_.value == 0) agent_ = person.id;
                for (const identity::Grant& grant : grants)
                    if (grant.role == "organiser" && organiser_.value == 0) organiser_ = person.id;
            }
        });
    }

    void quotas(const json::value& item) {
        sessions::SeatRules rules;
        for (const json::value& one : item.at("quotas").as_array())
            rules.quotas.push_back({text(one, "kind"), text(one, "value"), number(one, "seats"),
                                    now_ + days{number(one, "until_in_days")}});
        for (const json::value& name : item.at("priorities").as_array())
            if (const auto priority = sessions::priority_of(name.as_string()))
                rules.priorities.push_back(*priority);
        if (const auto session = plan(item, rules)) take(*session, number(item, "takers"), now_);
    }

    void motivation(const json::value& item) {
        sessions::SeatRules rules;
        rules.selection = sessions::Selection::on_motivation;
        rules.apply_until = now_ - hours{1};
        rules.results_on = base::in_paris(now_).day + days{5};
        for (const json::value& one : item.at("grid").as_array())
            rules.grid.push_back({text(one, "name"), number(one, "weight")});
        const auto session = plan(item, rules);
        if (!session) return;
        base::Time when = now_ - days{6};
        for (const json::value& one : item.at("applications").as_array()) {
            const auto taken = take_one(*session, when, {.motivation = text(one, "motivation")});
            when += hours{17};
            const auto points = json::value_to<std::vector<int>>(one.at("points"));
            if (taken && !points.empty())
                // NOLINTNEXTLINE(bugprone-unused-return-value): what is refused is not shown
                static_cast<void>(app_.enrolments.grade(organiser_, taken->id, points, now_));
        }
    }

    // Two seats, the demonstration's agent first on the list; then one is given back.
    void freed(const json::value& item) {
        const auto session = plan(item, {});
        if (!session) return;
        const base::Time then = now_ - days{2};
        const auto first = take_one(*session, then, {});
        take(*session, number(item, "capacity") - 1, then);
        if (!first || !app_.enrolments.take(agent_, *session, then)) return;
        take(*session, number(item, "waiting_after"), now_ - days{1});
        // NOLINTNEXTLINE(bugprone-unused-return-value): likewise
        static_cast<void>(app_.enrolments.withdraw(first->person, first->id, now_ - hours{3}));
    }

private:
    // Nothing when the offer has expired by now.
    std::optional<base::SessionId> plan(const json::value& item, const sessions::SeatRules& rules) {
        return app_.database.write([&](db::Transaction& transaction)
                                       -> std::optional<base::SessionId> {
            const db::Versions versions(transaction);
            const base::Date today = base::in_paris(now_).day;
            const auto published = app_.catalogue.published(transaction, versions, today);
            const std::size_t at = published->index.find(text(item, "offer"));
            if (at == published->index.size()) return std::nullopt;
            sessions::Session session;
            session.offer = published->index.at(at).id;
            const auto* organisation =
                app_.organisations.tree(transaction, versions)->find(text(item, "organisation"));
            if (organisation == nullptr) return std::nullopt;
            session.organisation = organisation->id;
            session.status = sessions::Status::open;
            session.video_link = "https://webinaire.exemple.fr/salle";
            base::Date day = today + days{number(item, "in_days")};
            while (std::chrono::weekday{day} == std::chrono::Saturday ||
                   std::chrono::weekday{day} == std::chrono::Sunday)
                day += days{1};
            session.slots = {{base::paris_time(day, hours{9}), base::paris_time(day, hours{12})},
                             {base::paris_time(day, hours{14}), base::paris_time(day, hours{17})}};
            session.enrolment_opens_at = now_ - days{10};
            session.enrolment_closes_at = session.starts_at() - days{2};
            session.cancel_until = session.starts_at() - days{3};
            session.seats.capacity = number(item, "capacity");
            session.rules = rules;
            session.id = app_.sessions.insert(transaction, session);
            auto draft = session;
            draft.status = sessions::Status::draft;
            if (!app_.enrolments.session_changed(transaction, draft, session, organiser_, now_))
                throw std::logic_error("demonstration data: seats.json has wrong rules");
            return session.id;
        });
    }

    // The next filler who may.
    base::Result<enrolments::Enrolment> take_one(base::SessionId session, base::Time when,
                                                 const enrolments::Asking& asking) {
        base::Result<enrolments::Enrolment> taken =
            base::unexpected(base::Error{base::ErrorKind::not_found, "enrolments.session_unknown"});
        for (std::size_t tries = 0; tries < fillers_.size() && !taken; ++tries)
            taken =
                app_.enrolments.take(fillers_[next_++ % fillers_.size()], session, when, asking);
        return taken;
    }
    void take(base::SessionId session, int count, base::Time when) {
        // NOLINTNEXTLINE(bugprone-unused-return-value): likewise
        for (int i = 0; i < count; ++i) static_cast<void>(take_one(session, when, {}));
    }

    Application& app_;
    const std::vector<base::PersonId>& fillers_;
    base::Time now_;
    base::PersonId agent_, organiser_;
    std::size_t next_ = 100;
};

}  // namespace

void load_demo_seats(Application& app, const std::vector<base::PersonId>& fillers, base::Time now) {
    const json::value data = json::parse(base::embedded("demo/seats.json"));
    Loader loader(app, fillers, now);
    loader.quotas(data.at("quotas"));
    loader.motivation(data.at("motivation"));
    loader.freed(data.at("freed"));
}

}  // namespace app
