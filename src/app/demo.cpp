// SPDX-License-Identifier: EUPL-1.2
// Reads data/demo (carried by the binary) into an empty database; dates are relative to today.
#include "app/application.hpp"
#include "app/demo_campaigns.hpp"
#include "app/demo_coverage.hpp"
#include "app/demo_plans.hpp"
#include "app/demo_requests.hpp"
#include "app/demo_seats.hpp"
#include "base/embedded.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <random>

namespace app {
namespace json = boost::json;
namespace {

using std::chrono::days;

// Our own files: what they must have and have not is a bug, and throws.
json::array list(std::string_view file, std::string_view member) {
    return json::parse(base::embedded(file)).at(member).as_array();
}

std::string text(const json::value& object, std::string_view name) {
    const auto* value = object.as_object().if_contains(name);
    return value == nullptr || value->is_null() ? "" : json::value_to<std::string>(*value);
}

int number(const json::value& object, std::string_view name) {
    return json::value_to<int>(object.at(name));
}

base::OrganisationId organisation_of(const organisations::Tree& tree, const json::value& object,
                                     std::string_view member) {
    const std::string code = text(object, member);
    const auto* found = tree.find(code);
    if (found == nullptr) throw std::logic_error("demonstration data: no organisation " + code);
    return found->id;
}

base::Date today_of(base::Time now) {
    return base::in_paris(now).day;
}

// The date so many working days (Monday to Friday) after today.
base::Date working_day(base::Date today, int count) {
    base::Date date = today;
    while (count > 0) {
        date += days{1};
        const std::chrono::weekday weekday{date};
        if (weekday != std::chrono::Saturday && weekday != std::chrono::Sunday) --count;
    }
    return date;
}

sessions::Slot half_day(base::Date day, std::string_view half) {
    using std::chrono::hours;
    using std::chrono::minutes;
    if (half == "am")
        return {base::paris_time(day, hours{9}), base::paris_time(day, hours{12} + minutes{30})};
    return {base::paris_time(day, hours{14}), base::paris_time(day, hours{17} + minutes{30})};
}

void load_people(Application& app, db::Transaction& transaction, const organisations::Tree& tree,
                 base::Time now) {
    for (const json::value& item : list("demo/people.json", "people")) {
        identity::NewPerson given;
        given.person = {.id = {},
                        .email = text(item, "email"),
                        .given_name = text(item, "given_name"),
                        .usual_name = text(item, "usual_name"),
                        .job = text(item, "job"),
                        .language = text(item, "language"),
                        .demo = true};
        given.affiliation = {.organisation = organisation_of(tree, item, "organisation"),
                             .population = text(item, "population"),
                             .contractor = item.at("contractor").as_bool(),
                             .from = today_of(now) - days{400}};
        for (const json::value& role : item.at("roles").as_array())
            given.grants.push_back({text(role, "role"), organisation_of(tree, role, "perimeter")});
        app.identity.put(transaction, given, now);
    }
}

// Invented agents who fill the sessions; not shown on the sign-in page.
std::vector<base::PersonId> load_fillers(Application& app, db::Transaction& transaction,
                                         const organisations::Tree& tree, base::Time now,
                                         int count) {
    const json::value names = json::parse(base::embedded("demo/fillers.json"));
    const json::array& given_names = names.at("given_names").as_array();
    const json::array& usual_names = names.at("usual_names").as_array();
    const json::array& jobs = names.at("jobs").as_array();
    std::vector<const organisations::Organisation*> employers;
    for (const auto& [organisation, depth] : tree.in_order())
        if (organisation->branch == "etat" && depth > 0) employers.push_back(organisation);
    std::mt19937 random(2024);  // the same people at each load
    const auto pick = [&](const auto& from) -> const auto& { return from[random() % from.size()]; };
    std::vector<base::PersonId> people;
    for (int i = 0; i < count; ++i) {
        const auto given_name = json::value_to<std::string>(pick(given_names));
        const auto usual_name = json::value_to<std::string>(pick(usual_names));
        const auto email = base::slug(given_name) + "." + base::slug(usual_name) + "." +
                           std::to_string(i + 1) + "@exemple.fr";
        people.push_back(app.identity.put(
            transaction,
            {{.id = {},
              .email = email,
              .given_name = given_name,
              .usual_name = usual_name,
              .job = json::value_to<std::string>(pick(jobs))},
             {.organisation = pick(employers)->id,
              .population = "etat",
              .from = today_of(now) - days{30 + static_cast<int>(random() % 2000)}},
             {}},
            now));
    }
    return people;
}

void load_venues(Application& app, db::Transaction& transaction, const organisations::Tree& tree) {
    for (const json::value& item : list("demo/venues.json", "venues")) {
        std::string equipment;
        for (const json::value& one : item.at("equipment").as_array())
            equipment += (equipment.empty() ? "" : ", ") + json::value_to<std::string>(one);
        app.sessions.insert(
            transaction,
            sessions::Venue{.id = {},
                            .code = text(item, "code"),
                            .organisation = organisation_of(tree, item, "organisation"),
                            .name = text(item, "name"),
                            .address = text(item, "address"),
                            .town = text(item, "town"),
                            .capacity = number(item, "capacity"),
                            .step_free = item.at("accessibility").at("pmr").as_bool(),
                            .hearing_loop = item.at("accessibility").at("loop").as_bool(),
                            .equipment = std::move(equipment),
                            .contact = text(item, "contact")});
    }
}

struct Filling {
    base::SessionId session;
    base::Time when;  // within the enrolment window
    int takers = 0;
};

std::optional<Filling> load_session(Application& app, db::Transaction& transaction,
                                    const catalogue::Published& published,
                                    const organisations::Tree& tree, const json::value& item,
                                    base::Time now) {
    const base::Date today = today_of(now);
    const std::size_t offer = published.index.find(text(item, "offer"));
    if (offer == published.index.size()) return std::nullopt;  // expired by now
    sessions::Session session;
    session.offer = published.index.at(offer).id;
    session.organisation = organisation_of(tree, item, "organisation");
    const std::string status = text(item, "status");
    session.status = status == "open"    ? sessions::Status::open
                     : status == "draft" ? sessions::Status::draft
                                         : sessions::Status::cancelled;
    if (const std::string code = text(item, "venue"); !code.empty())
        session.venue = app.sessions.find_venue(transaction, code).value().id;
    session.video_link = text(item, "video_link");
    session.language = text(item, "language");
    session.minimum = number(item, "minimum");
    session.seats.capacity = number(item, "capacity");
    for (const json::value& slot : item.at("slots").as_array())
        session.slots.push_back(
            half_day(working_day(today, number(slot, "in_days")), text(slot, "half")));
    std::sort(session.slots.begin(), session.slots.end(),
              [](const auto& a, const auto& b) { return a.starts_at < b.starts_at; });
    const auto at = [&](std::string_view name, std::chrono::minutes time) {
        return std::min(base::paris_time(today + days{number(item, name)}, time),
                        session.starts_at());
    };
    constexpr std::chrono::hours morning{8};
    constexpr std::chrono::hours evening{20};
    session.enrolment_opens_at = at("enrolment_opens_in_days", morning);
    session.enrolment_closes_at = at("enrolment_closes_in_days", evening);
    session.cancel_until = at("cancel_until_in_days", evening);
    const auto id = app.sessions.insert(transaction, session);
    const int takers = number(item, "fill") + number(item, "waiting");
    if (session.status != sessions::Status::open || takers == 0) return std::nullopt;
    return Filling{id, session.enrolment_opens_at + std::chrono::hours{1}, takers};
}

// Three finished positionings and one in progress; none where the bank is not carried.
void load_positionings(Application& app, db::Transaction& transaction, base::Time now) {
    if (app.positioning.measure(transaction, db::Versions(transaction))->tables() == nullptr)
        return;
    struct Told {
        const char* email;
        positioning::Scope scope;
        std::string_view code;
        double ability;
        std::uint64_t seed;
        days ago;
        bool finished;
    };
    constexpr std::size_t first_answers = 6;
    for (const Told& told :
         {Told{"amina.benhaddou@exemple.fr", positioning::Scope::core, "", 0.2, 11, days{40}, true},
          Told{"baptiste.le-goff@exemple.fr", positioning::Scope::core, "", -0.9, 14, days{20},
               true},
          Told{"farid.ouali@exemple.fr", positioning::Scope::all, "", 1.1, 12, days{12}, true},
          Told{"hugo.santos@exemple.fr", positioning::Scope::core, "", -0.4, 13, days{1}, false}}) {
        std::map<std::string, double, std::less<>> abilities;
        // A profile with its ups and downs, the same at each load.
        int place = 0;
        for (const auto& competence : frameworks::present().competences)
            abilities[competence.code] = told.ability + 0.3 * ((place++ * 7) % 5 - 2);
        const auto person = app.identity.find_by_email(transaction, told.email);
        app.positioning.put_finished(transaction, person.value().id, told.scope, told.code,
                                     abilities, told.seed,
                                     told.finished ? positioning::most_questions : first_answers,
                                     told.finished, now - told.ago);
    }
}

}  // namespace

base::Result<void> load_demo(Application& app, base::Time now) {
    if (!app.organisations.tree()->in_order().empty())
        return base::unexpected(base::Error{base::ErrorKind::conflict, "app.demo.not_empty"});
    if (const auto report =
            app.organisations.import_csv(base::embedded("demo/organisations.csv"), {.now = now});
        !report || !report->problems.empty())
        throw std::logic_error("demonstration data: organisations.csv has bad lines");
    // The offers of each root, by the campus as the importing organisation of that root.
    const auto tree = app.organisations.tree();
    for (const auto& [root, depth] : tree->in_order()) {
        if (depth > 0) continue;
        const auto report =
            app.catalogue.import(catalogue::ImportFormat::json, base::embedded("demo/offers.json"),
                                 root->code, std::nullopt, now - days{60});
        if (!report) throw std::logic_error("demonstration data: offers.json cannot be read");
    }
    if (const auto bank = app.items.load(items::embedded_bank(), now - days{60}); !bank)
        return base::unexpected(bank.error());
    const base::Date today = today_of(now);
    std::vector<base::PersonId> fillers;
    std::vector<Filling> fillings;
    app.database.write([&](db::Transaction& transaction) {
        fillings.clear();
        load_people(app, transaction, *tree, now);
        fillers = load_fillers(app, transaction, *tree, now, 400);
        load_venues(app, transaction, *tree);
        const auto published =
            app.catalogue.published(transaction, db::Versions(transaction), today);
        for (const json::value& item : list("demo/sessions.json", "sessions"))
            if (const auto filling = load_session(app, transaction, *published, *tree, item, now))
                fillings.push_back(*filling);
    });
    app.database.write([&](db::Transaction& transaction) {
        std::size_t next = 0;
        const db::Versions versions(transaction);
        const auto published = app.catalogue.published(transaction, versions, today);
        for (const Filling& filling : fillings) {
            const auto session = app.sessions.find(transaction, filling.session).value();
            const auto* offer = published->find(session.offer);
            std::vector<base::PersonId> takers;
            // Some offers are not for every filler: the next one takes the seat.
            for (std::size_t tries = 0;
                 tries < fillers.size() && takers.size() < static_cast<std::size_t>(filling.takers);
                 ++tries) {
                const auto person = fillers[next++ % fillers.size()];
                const auto reader = app.catalogue.reader(transaction, versions, person, today);
                if (offer != nullptr && !catalogue::why_not_take(offer->eligibility, *reader))
                    takers.push_back(person);
            }
            app.enrolments.put_all(transaction, filling.session, takers, filling.when);
        }
    });
    load_demo_requests(app, now);
    load_demo_seats(app, fillers, now);
    app.database.write(
        [&](db::Transaction& transaction) { load_positionings(app, transaction, now); });
    load_demo_plans(app, fillers, now);
    // Who is in one is not in the other: a person has one test in progress.
    constexpr std::ptrdiff_t positioned = 120;
    load_demo_campaigns(app, {fillers.begin() + positioned, fillers.end()}, now);
    load_demo_coverage(app, {fillers.begin(), fillers.begin() + positioned}, now);
    app.positioning.count_uses();
    app.positioning.propose(now);  // from their answers: there is something to decide
    return {};
}

}  // namespace app
