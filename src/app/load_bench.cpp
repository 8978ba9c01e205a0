// SPDX-License-Identifier: EUPL-1.2
#include "app/load_bench.hpp"

#include "app/application.hpp"
#include "base/embedded.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <random>

namespace app {
namespace json = boost::json;
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr int signed_in_agents = 5'000;
constexpr int trainings_of_signed_in = 8;
constexpr int sessions_count = 4'000;
constexpr int open_sessions_count = 101;
constexpr std::size_t supervisors = 60;
constexpr std::size_t team_size = 200;
constexpr std::size_t agents_at_once = 50'000;  // in one transaction
constexpr std::size_t sessions_at_once = 500;
constexpr int offers_at_once = 1'000;

// The same numbers on every machine (the standard's distributions differ).
class Random {
public:
    int below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
    int between(int least, int most) { return least + below(most - least + 1); }
    bool one_in(int count) { return below(count) == 0; }
    const auto& of(const auto& list) {
        return list[static_cast<std::size_t>(below(static_cast<int>(list.size())))];
    }

private:
    std::mt19937 random_{2026};
};

using Texts = std::vector<std::string>;

// What the demonstration offers are made of, taken apart.
class Words {
public:
    Words() {
        const json::value file = json::parse(base::embedded("demo/offers.json"));
        for (const json::value& offer : file.at("offers").as_array()) {
            const auto& members = offer.as_object();
            const auto text = [&](const char* name) {
                const auto* value = members.if_contains(name);
                return value ? json::value_to<std::string>(*value) : std::string{};
            };
            const auto add_all = [&](const char* name, Texts& texts) {
                if (const auto* values = members.if_contains(name))
                    for (const json::value& value : values->as_array())
                        texts.push_back(json::value_to<std::string>(value));
            };
            titles_.push_back(text("title"));
            kinds_.push_back(text("kind"));
            for (auto& sentence : sentences(text("summary"))) sentences_.push_back(sentence);
            for (auto& line : base::split(text("objectives"), '\n')) objectives_.push_back(line);
            if (members.contains("duration_minutes"))
                durations_.emplace_back(text("duration"),
                                        json::value_to<int>(members.at("duration_minutes")));
            add_all("audiences", audiences_);
            add_all("themes", themes_);
            add_all("subthemes", subthemes_);
            add_all("organisers", organisers_);
            add_all("modalities", modalities_);
            add_all("pillars", pillars_);
            add_all("trades", trades_);
            add_all("places", towns);
        }
    }

    // The beginning of one title and the end of another.
    std::string title(Random& random) const {
        const std::string& first = random.of(titles_);
        const std::string& second = random.of(titles_);
        const auto cut = [](const std::string& text) {
            const auto space = text.find(' ', text.size() / 2);
            return space == std::string::npos ? text.size() : space;
        };
        return first.substr(0, cut(first)) + second.substr(std::min(cut(second), second.size()));
    }

    json::object offer(Random& random, int number, const Texts& own_organisers) const {
        json::object offer;
        const std::string name = title(random);
        const auto& [duration, minutes] = random.of(durations_);
        offer["slug"] = base::slug(name) + "-" + std::to_string(number);
        offer["title"] = name;
        offer["kind"] = random.of(kinds_);
        offer["summary"] = some(random, sentences_, 2, 3, " ");
        offer["objectives"] = some(random, objectives_, 2, 4, "\n");
        offer["programme"] = some(random, sentences_, 2, 6, "\n\n");
        offer["duration"] = duration;
        offer["duration_minutes"] = minutes;
        offer["audiences"] = list(random, audiences_, 1, 2);
        offer["themes"] = list(random, themes_, 1, 2);
        offer["subthemes"] = list(random, subthemes_, 0, 3);
        offer["organisers"] = list(random, random.one_in(3) ? organisers_ : own_organisers, 1, 1);
        offer["modalities"] = list(random, modalities_, 1, 1);
        offer["pillars"] = list(random, pillars_, 1, 1);
        offer["trades"] = list(random, trades_, 0, 2);
        offer["places"] = list(random, towns, 0, 1);
        offer["level"] = random.of(Texts{"novice", "debutant", "intermediaire", "expert"});
        if (random.one_in(8)) offer["eligibility"] = {{"contractors", false}};
        if (random.one_in(10)) offer["eligibility"] = {{"populations", json::array{"etat"}}};
        offer["fictitious"] = true;
        return offer;
    }

    Texts towns{"Lille",    "Lyon",       "Marseille", "Rennes", "Nantes", "Bordeaux",
                "Toulouse", "Strasbourg", "Metz",      "Dijon",  "Tours",  "Rouen",
                "Amiens",   "Limoges",    "Grenoble",  "Nancy",  "Caen",   "Orléans"};

private:
    static Texts sentences(const std::string& text) {
        Texts found;
        for (std::size_t from = 0; from < text.size();) {
            const auto stop = text.find(". ", from);
            const auto end = stop == std::string::npos ? text.size() : stop + 1;
            found.push_back(text.substr(from, end - from));
            from = end + 1;
        }
        return found;
    }
    static std::string some(Random& random, const Texts& from, int least, int most,
                            std::string_view between) {
        std::string text = random.of(from);
        for (int more = random.between(least, most); more > 1; --more) {
            text += between;
            text += random.of(from);
        }
        return text;
    }
    static json::array list(Random& random, const Texts& from, int least, int most) {
        json::array values;
        for (int more = random.between(least, most); more > 0; --more) {
            const json::string value{random.of(from)};
            if (std::find(values.begin(), values.end(), value) == values.end())
                values.push_back(value);
        }
        return values;
    }

    Texts titles_, kinds_, sentences_, objectives_, audiences_, themes_, subthemes_, organisers_,
        modalities_, pillars_, trades_;
    std::vector<std::pair<std::string, int>> durations_;
};

// 15 ministries with 6 directorates of 4 services, 20 local authorities, 15 hospitals: 501.
std::string organisations_csv(Random& random, const Texts& towns) {
    std::string csv = "code,parent,name,kind,branch,town\netat,,État,etat,etat,\n";
    const auto add = [&](const std::string& code, std::string_view parent, const std::string& name,
                         std::string_view kind, std::string_view branch) {
        for (const std::string_view cell :
             {std::string_view{code}, parent, std::string_view{name}, kind, branch})
            (csv += cell) += ',';
        (csv += random.of(towns)) += '\n';
    };
    for (int m = 1; m <= 15; ++m) {
        const std::string ministry = "m" + std::to_string(m);
        add(ministry, "etat", "Ministère " + std::to_string(m), "ministere", "etat");
        for (int d = 1; d <= 6; ++d) {
            const std::string directorate = ministry + "-d" + std::to_string(d);
            add(directorate, ministry, "Direction " + directorate, "direction", "etat");
            for (int s = 1; s <= 4; ++s) {
                const std::string service = directorate + "-s" + std::to_string(s);
                add(service, directorate, "Service " + service, "service", "etat");
            }
        }
    }
    for (int i = 1; i <= 20; ++i)
        add("c" + std::to_string(i), "", "Collectivité " + std::to_string(i), "collectivite",
            "territoriale");
    for (int i = 1; i <= 15; ++i)
        add("h" + std::to_string(i), "", "Hôpital " + std::to_string(i), "hopital", "hospitaliere");
    return csv;
}

class Loader {
public:
    Loader(Application& app, const BenchSizes& sizes, base::Time now)
        : app_(app), sizes_(sizes), now_(now), today_(std::chrono::floor<days>(now)) {}

    void load_organisations() {
        const auto report =
            app_.organisations.import_csv(organisations_csv(random_, words_.towns), {.now = now_});
        if (!report || !report->problems.empty())
            throw std::logic_error("load-bench: bad organisations");
        tree_ = app_.organisations.tree();
        for (const auto& [organisation, depth] : tree_->in_order())
            organisations_.push_back(organisation);
    }

    // By the import, in several files: each is published a week before the next.
    void load_offers() {
        Texts names;  // of a few directorates that organise much
        for (std::size_t i = 0; i < organisations_.size(); i += 9)
            names.push_back(organisations_[i]->name);
        for (int from = 0; from < sizes_.offers; from += offers_at_once) {
            json::array offers;
            for (int i = from; i < std::min(from + offers_at_once, sizes_.offers); ++i)
                offers.push_back(words_.offer(random_, i + 1, names));
            const auto weeks = (sizes_.offers - from) / offers_at_once;
            const auto report =
                app_.catalogue.import(catalogue::ImportFormat::json,
                                      json::serialize(json::object{{"offers", std::move(offers)}}),
                                      "etat", std::nullopt, now_ - days{7 * weeks});
            if (!report || !report->problems.empty())
                throw std::logic_error("load-bench: bad offers");
        }
    }

    void load_agents() {
        const json::value names = json::parse(base::embedded("demo/fillers.json"));
        const auto texts = [&](const char* name) { return json::value_to<Texts>(names.at(name)); };
        const Texts given_names = texts("given_names");
        const Texts usual_names = texts("usual_names");
        const Texts jobs = texts("jobs");
        const auto count = static_cast<std::size_t>(sizes_.agents);
        while (agents_.size() < count) {
            std::vector<identity::NewPerson> people(
                std::min(agents_at_once, count - agents_.size()));
            for (std::size_t i = 0; i < people.size(); ++i) {
                const auto* employer = random_.of(organisations_);
                people[i].person.email =
                    "agent." + std::to_string(agents_.size() + i + 1) + "@exemple.fr";
                people[i].person.given_name = random_.of(given_names);
                people[i].person.usual_name = random_.of(usual_names);
                people[i].person.job = random_.of(jobs);
                people[i].affiliation = {.organisation = employer->id,
                                         .population = employer->branch,
                                         .from = today_ - days{random_.between(1, 5000)}};
            }
            const auto ids = app_.database.write([&](db::Transaction& transaction) {
                return app_.identity.add_all(transaction, people);
            });
            agents_.insert(agents_.end(), ids.begin(), ids.end());
        }
    }

    // Half of them past. Some fill up, so that some agents wait.
    void load_sessions() {
        const int share = enrolments() / sessions_count;
        app_.database.write([&](db::Transaction& transaction) {
            sessions_.clear();
            open_sessions_.clear();
            const auto venues = load_venues(transaction);
            const auto published =
                app_.catalogue.published(transaction, db::Versions(transaction), today_);
            for (int i = 0; i < sessions_count; ++i) {
                const auto& offer = published->index.at(static_cast<std::size_t>(
                    random_.below(static_cast<int>(published->index.size()))));
                const int in_days =
                    random_.one_in(2) ? -random_.between(1, 300) : random_.between(15, 180);
                sessions_.push_back(load_session(transaction, *published, offer.id, in_days,
                                                 random_.between(share / 2, share * 3) + 5,
                                                 random_.of(venues)));
            }
            std::size_t offer = 0;
            while (open_sessions_.size() < open_sessions_count) {
                const auto& next = published->index.at(offer++ % published->index.size());
                if (next.offer.eligibility == catalogue::Eligibility{})
                    open_sessions_.push_back(
                        load_session(transaction, *published, next.id, 30, 1000, venues.front()));
            }
        });
    }

    void load_enrolments() {
        std::vector<std::vector<base::PersonId>> takers(sessions_.size());
        const auto enrol = [&](std::size_t agent, std::size_t count) {
            const auto first = static_cast<std::size_t>(random_.below(sessions_count));
            for (std::size_t i = 0; i < count; ++i)  // apart, so that none comes twice
                takers[(first + i * (takers.size() / count)) % takers.size()].push_back(
                    agents_[agent]);
        };
        for (std::size_t i = 0; i < signed_in_agents; ++i)
            enrol(i * stride(), trainings_of_signed_in);
        for (std::size_t i = 1; i < agents_.size(); i += 10)
            if (i % stride() != 0) enrol(i, 2);
        for (std::size_t from = 0; from < takers.size(); from += sessions_at_once)
            app_.database.write([&](db::Transaction& transaction) {
                const auto end = std::min(from + sessions_at_once, takers.size());
                for (std::size_t i = from; i < end; ++i)
                    app_.enrolments.put_all(transaction, sessions_[i], takers[i], now_ - days{10});
            });
    }

    // The first sixty who are signed in supervise 200 agents each, who all ask for one of a hundred
    // sessions. The next one's 200 agents ask for twenty things at a time, as in an office. The
    // circuit is taken away again: what was asked under it still waits, all else goes as before.
    void load_requests() {
        if (stride() < 2) return;  // nobody is left to ask
        app_.database.write([&](db::Transaction& transaction) {
            to_decide_.clear();
            auto& requests = app_.requests;
            const auto root = tree_->find("etat")->id;
            const auto circuit = requests.put_circuit(transaction, root, {requests::Step{}}, now_);
            std::vector<requests::Wish> wishes;
            for (const base::SessionId id : open_sessions_)
                wishes.push_back({app_.sessions.find(transaction, id)->offer, id});
            const auto in_all = static_cast<std::size_t>(team_size * (supervisors + 1));
            for (std::size_t i = 0; i < std::min(in_all, agents_.size() / 2); ++i) {
                const std::size_t supervisor = i / team_size;
                // Those between the signed-in ones, who are one in stride().
                const auto agent = agents_[i + i / (stride() - 1) + 1];
                requests.put_supervisor(transaction, agent, agents_[supervisor * stride()], now_);
                if (supervisor == supervisors && i % 10 != 0) continue;
                const auto id = requests.put_waiting(transaction, agent, root,
                                                     wishes[1 + i % (wishes.size() - 1)], circuit,
                                                     agents_[supervisor * stride()], now_);
                if (supervisor < supervisors) to_decide_.emplace_back(supervisor, id);
            }
            requests.put_circuit(transaction, root, {}, now_);
        });
    }

    // The bank that the binary carries, and a test in progress of each agent who stands behind one
    // that is signed in; those begin theirs over HTTP.
    void load_positionings() {
        const auto bank = items::embedded_bank();
        if (bank.empty()) return;
        if (!app_.items.load(bank, now_)) throw std::logic_error("load-bench: a bad bank");
        constexpr std::size_t answers = 3, at_once = 500;
        for (std::size_t first = 0; first < signed_in_agents; first += at_once)
            app_.database.write([&](db::Transaction& transaction) {
                for (std::size_t i = first; i < first + at_once; ++i)
                    app_.positioning.put_finished(transaction, agents_[i * stride() + 1],
                                                  positioning::Scope::all, "", {}, i, answers,
                                                  false, now_);
            });
    }

    BenchKeys sign_in() {
        BenchKeys keys{{}, open_sessions_, to_decide_, supervisors};
        app_.database.write([&](db::Transaction& transaction) {
            keys.tokens.clear();
            for (std::size_t i = 0; i < signed_in_agents; ++i)
                keys.tokens.push_back(
                    app_.identity.sign_in(transaction, agents_[i * stride()], now_));
        });
        return keys;
    }

private:
    // Between two who are signed in: they are spread over all.
    std::size_t stride() const { return agents_.size() / signed_in_agents; }

    int enrolments() const {
        return signed_in_agents * trainings_of_signed_in + sizes_.agents / 10 * 2;
    }

    std::vector<base::VenueId> load_venues(db::Transaction& transaction) {
        std::vector<base::VenueId> venues;
        for (std::size_t i = 0; i < 3 * words_.towns.size(); ++i) {
            const std::string& town = words_.towns[i / 3];
            venues.push_back(
                app_.sessions
                    .insert(transaction,
                            sessions::Venue{.id = {},
                                            .code = "salle-" + std::to_string(i),
                                            .organisation = random_.of(organisations_)->id,
                                            .name = "Centre de formation " + std::to_string(i),
                                            .address = "1 place de la Mairie, " + town,
                                            .town = town,
                                            .step_free = true})
                    .value());
        }
        return venues;
    }

    base::SessionId load_session(db::Transaction& transaction,
                                 const catalogue::Published& published, base::OfferId offer,
                                 int in_days, int capacity, base::VenueId venue) {
        const base::Time day = today_ + days{in_days};
        sessions::Session session{
            .offer = offer,
            .organisation = published.owners[published.index.find(offer)],
            .status = sessions::Status::open,
            .venue = venue,
            .enrolment_opens_at = day - days{400},
            .enrolment_closes_at = day - days{2},
            .cancel_until = day - days{7},
            .slots = {{day + hours{8}, day + hours{11}}, {day + hours{13}, day + hours{16}}}};
        session.seats.capacity = capacity;
        return app_.sessions.insert(transaction, session);
    }

    Application& app_;
    const BenchSizes sizes_;
    const base::Time now_;
    const base::Date today_;
    Random random_;
    const Words words_;
    std::shared_ptr<const organisations::Tree> tree_;
    std::vector<const organisations::Organisation*> organisations_;
    std::vector<base::PersonId> agents_;
    std::vector<base::SessionId> sessions_;
    std::vector<base::SessionId> open_sessions_;
    std::vector<std::pair<std::size_t, base::RequestId>> to_decide_;
};

}  // namespace

BenchKeys load_bench(Application& app, const BenchSizes& sizes, base::Time now,
                     const std::function<void(std::string_view)>& say) {
    Loader loader(app, sizes, now);
    loader.load_organisations();
    say("organisations loaded");
    loader.load_offers();
    say("offers loaded");
    loader.load_agents();
    say("agents loaded");
    loader.load_sessions();
    loader.load_enrolments();
    say("sessions and enrolments loaded");
    loader.load_requests();
    say("requests loaded");
    loader.load_positionings();
    say("tests of positioning loaded");
    BenchKeys keys = loader.sign_in();
    // What the query planners know of the tables.
    app.database.write([](db::Transaction& transaction) { transaction.script("ANALYZE"); });
    say("signed in and analysed");
    return keys;
}

}  // namespace app
