// SPDX-License-Identifier: EUPL-1.2
#include "app/demo_requests.hpp"

#include "app/application.hpp"
#include "base/embedded.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"

#include <boost/json.hpp>

namespace app {
namespace json = boost::json;
namespace {

using std::chrono::days;

std::string text(const json::value& object, const char* name) {
    return json::value_to<std::string>(object.at(name));
}

std::vector<requests::Step> steps_of(const json::value& circuit) {
    std::vector<requests::Step> steps;
    for (const json::value& step : circuit.at("steps").as_array())
        steps.push_back({.decider = requests::decider_named(text(step, "decider")).value(),
                         .days = step.at("days").to_number<int>(),
                         .reminder_days = step.at("reminder_days").to_number<int>(),
                         .silence = requests::silence_named(text(step, "silence")).value()});
    return steps;
}

// The `number`th coming session of an offer, from 1; nothing when there are fewer.
std::optional<base::SessionId> session_of(Application& app, base::OfferId offer, int number,
                                          base::Time now) {
    return app.database.read([&](db::Transaction& transaction) -> std::optional<base::SessionId> {
        const auto coming = app.sessions.coming(transaction, offer, now);
        const auto at = static_cast<std::size_t>(number - 1);
        return at < coming.size() ? std::optional{coming[at].id} : std::nullopt;
    });
}

}  // namespace

void load_demo_requests(Application& app, base::Time now) {
    const json::value data = json::parse(base::embedded("demo/requests.json"));
    const auto today = std::chrono::floor<days>(now);
    const auto tree = app.organisations.tree();
    const auto organisation = [&](const json::value& item) {
        return tree->find(text(item, "organisation"))->id;
    };
    const auto person = [&](db::Transaction& transaction, const std::string& email) {
        const auto found = app.identity.find_by_email(transaction, email);
        if (!found) throw std::logic_error("demonstration data: nobody has the mail " + email);
        return found->id;
    };
    app.database.write([&](db::Transaction& transaction) {
        for (const json::value& item : data.at("people").as_array())
            app.identity.put(transaction,
                             {{.id = {},
                               .email = text(item, "email"),
                               .given_name = text(item, "given_name"),
                               .usual_name = text(item, "usual_name"),
                               .job = text(item, "job")},
                              {.organisation = organisation(item),
                               .population = "etat",
                               .from = today - days{500}},
                              {}},
                             now);
        for (const json::value& item : data.at("circuits").as_array())
            app.requests.put_circuit(transaction, organisation(item), steps_of(item), now);
        for (const json::value& item : data.at("supervisors").as_array())
            for (const json::value& agent : item.at("agents").as_array())
                app.requests.put_supervisor(
                    transaction, person(transaction, json::value_to<std::string>(agent)),
                    person(transaction, text(item, "supervisor")), now - days{100});
    });
    const auto person_named = [&](const std::string& email) {
        return app.database.read(
            [&](db::Transaction& transaction) { return person(transaction, email); });
    };
    for (const json::value& item : data.at("declared").as_array())
        if (!app.requests.declare_supervisor(person_named(text(item, "agent")),
                                             text(item, "supervisor"), now))
            throw std::logic_error("demonstration data: a supervisor is refused");
    const auto published = app.database.read([&](db::Transaction& transaction) {
        return app.catalogue.published(transaction, db::Versions(transaction), today);
    });
    int age = 9;  // days since the first was sent: the deadlines follow each other
    for (const json::value& item : data.at("requests").as_array()) {
        const std::size_t at = published->index.find(text(item, "offer"));
        if (at == published->index.size()) continue;  // expired by now
        const base::OfferId offer = published->index.at(at).id;
        const base::PersonId agent = person_named(text(item, "agent"));
        const base::Time asked = now - days{--age};
        const auto request = app.requests.put(
            agent, {offer, session_of(app, offer, item.at("number").to_number<int>(), now)},
            {.regime = text(item, "regime"),
             .nature = text(item, "nature"),
             .prerequisite = "yes",
             .expertise = text(item, "expertise"),
             .motivation = text(item, "motivation"),
             .observatoire = "",
             .accommodation = text(item, "accommodation")},
            "", true, asked);
        if (!request) throw std::logic_error("demonstration data: a request is refused");
        if (text(item, "opinion").empty()) continue;
        const requests::Decision opinion{
            .verdict = requests::verdict_named(text(item, "opinion")).value()};
        if (!app.requests.decide(request->decider_id.value(), request->id, opinion, asked))
            throw std::logic_error("demonstration data: an opinion is refused");
    }
}

}  // namespace app
