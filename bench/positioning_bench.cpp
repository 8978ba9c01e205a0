// SPDX-License-Identifier: EUPL-1.2
// Candidates of tests of positioning over HTTP, for script/bench positioning. Prints its figures as
// one line of JSON.
//   positioning_bench begin KEYS TESTS URL...            each agent of KEYS (load-bench --tokens)
//                                                        begins a test; written to the file TESTS
//   positioning_bench answer TESTS SECONDS URL...        they answer as fast as the servers can
//   positioning_bench candidates KEYS COUNT DATABASE URL...
//       candidates of known ability, who answer as the model says; DATABASE, that of the servers,
//       tells them what is right. What the results say is held against the truth.
#include "app/application.hpp"
#include "app/configuration.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "engine/math.hpp"
#include "engine/random.hpp"
#include "http_client.hpp"
#include "positioning/measure.hpp"

#include <fmt/core.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <fstream>
#include <map>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t connections = 32;

std::uint16_t port_of(std::string_view url) {
    const auto port = base::to_integer(url.substr(url.rfind(':') + 1));
    if (!port) throw std::runtime_error("a URL without a port");
    return static_cast<std::uint16_t>(*port);
}

json::value read_json(const std::string& file) {
    std::ifstream in(file);
    return json::parse(in);
}

Reply post(HttpClient& client, const std::string& target, const std::string& session,
           std::string body) {
    return client.post(target, {.session = session,
                                .content_type = "application/x-www-form-urlencoded",
                                .body = std::move(body)});
}

// `work(client, number)` on that many connections, spread over the servers.
template <class Work>
void on_connections(std::span<char*> urls, std::size_t count, const Work& work) {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            HttpClient client(port_of(urls[i % urls.size()]));
            work(client, i);
        });
}

struct Begun {
    std::string session;
    std::string path;
    std::int64_t revision = 0;
};

std::string begin_test(HttpClient& client, const std::string& session) {
    const Reply reply = post(client, "/positioning", session, "scope=all");
    if (reply.status != 201) throw std::runtime_error("no test begun: " + reply.body);
    return "/positioning/" + std::to_string(json::parse(reply.body).at("id").as_int64());
}

void begin(const std::string& keys, const std::string& tests, std::span<char*> urls) {
    const auto sessions = json::value_to<std::vector<std::string>>(read_json(keys).at("tokens"));
    std::vector<std::string> paths(sessions.size());
    std::atomic<std::size_t> next = 0;
    on_connections(urls, connections, [&](HttpClient& client, std::size_t) {
        for (std::size_t i = next++; i < sessions.size(); i = next++)
            paths[i] = begin_test(client, sessions[i]);
    });
    json::array list;
    for (std::size_t i = 0; i < paths.size(); ++i)
        list.push_back({{"session", sessions[i]}, {"path", paths[i]}});
    std::ofstream(tests) << json::serialize(list);
    fmt::print(R"({{"begun":{}}})"
               "\n",
               paths.size());
}

struct Load {
    std::vector<double> times_ms;
    std::map<std::string, std::int64_t> others;  // what came back instead of a recorded answer
    std::string open, session;                   // a test in progress
};

// One test after the other, a dozen answers each, so that nobody answers twice at once. One in
// three is "I do not know", and so is what is sent where the first guess is no answer to the
// format.
void answer_some(HttpClient& client, std::vector<Begun>& tests, std::size_t first,
                 Clock::time_point until, Load& load) {
    const std::string guess =
        "&answer=0&answer-0=1&answer-1=2&answer-2=3&answer-3=4&answer-4=5"
        "&answer-5=6&answer-6=7&answer-7=8&answer-8=9";
    constexpr int at_once = 12;
    for (std::size_t i = first; Clock::now() < until;
         i = i + connections < tests.size() ? i + connections : first) {
        Begun& test = tests[i];
        for (int n = 0; n < at_once && Clock::now() < until; ++n) {
            const std::string revision = "revision=" + std::to_string(test.revision);
            const auto begun = Clock::now();
            Reply reply = post(client, test.path + "/answers", test.session,
                               revision + (n % 3 == 2 ? "&unknown=1" : guess));
            const std::chrono::duration<double, std::milli> taken = Clock::now() - begun;
            if (reply.status == 422) {
                ++load.others["no answer to the format"];
                reply = post(client, test.path + "/answers", test.session, revision + "&unknown=1");
            } else {
                load.times_ms.push_back(taken.count());
            }
            if (reply.status != 200) {
                ++load.others["status " + std::to_string(reply.status)];
                break;
            }
            const json::value told = json::parse(reply.body);
            ++test.revision;
            if (!told.at("recorded").as_bool()) ++load.others["not recorded"];
            if (!told.at("recorded").as_bool() || told.at("over").as_bool()) {
                ++load.others["tests over"];
                test = {test.session, begin_test(client, test.session), 0};
                break;
            }
        }
        load.open = test.path;
        load.session = test.session;
    }
}

void answer(const std::string& file, double seconds, std::span<char*> urls) {
    std::vector<Begun> tests;
    const json::value begun_tests = read_json(file);
    for (const json::value& one : begun_tests.as_array())
        tests.push_back({json::value_to<std::string>(one.at("session")),
                         json::value_to<std::string>(one.at("path"))});
    std::vector<Load> loads(connections);
    const auto begun = Clock::now();
    const auto until = begun + std::chrono::milliseconds(std::lround(seconds * 1000));
    on_connections(urls, connections, [&](HttpClient& client, std::size_t i) {
        answer_some(client, tests, i, until, loads[i]);
    });
    const std::chrono::duration<double> taken = Clock::now() - begun;
    std::vector<double> times;
    std::map<std::string, std::int64_t> others;
    for (const Load& load : loads) {
        times.insert(times.end(), load.times_ms.begin(), load.times_ms.end());
        for (const auto& [what, count] : load.others) others[what] += count;
    }
    std::ranges::sort(times);
    const auto at = [&](double share) {
        return times.empty()
                   ? 0
                   : times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
    };
    fmt::print("{}\n", json::serialize(json::object{{"requests", times.size()},
                                                    {"seconds", taken.count()},
                                                    {"median_ms", at(0.5)},
                                                    {"p99_ms", at(0.99)},
                                                    {"others", json::value_from(others)},
                                                    {"open", loads.front().open},
                                                    {"token", loads.front().session}}));
}

// -- candidates of known ability

// More alike than the program takes for granted, as a real population may be.
std::map<std::string, double, std::less<>> abilities_of(std::uint64_t seed) {
    constexpr double area_loading = 0.85, competence_loading = 0.9;
    const auto mixed = [](double loading, double parent, double own) {
        return loading * parent + std::sqrt(1 - loading * loading) * own;
    };
    engine::Random random(seed);
    const double general = random.normal();
    std::map<std::string, double, std::less<>> areas, abilities;
    for (const frameworks::Area& area : frameworks::present().areas)
        areas[area.code] = mixed(area_loading, general, random.normal());
    for (const frameworks::Competence& one : frameworks::present().competences)
        abilities[one.code] = mixed(competence_loading, areas[one.area], random.normal());
    return abilities;
}

// Nobody knows how hard an item really is: drawn around what its level says.
bool knows(const items::BankItem& item, double theta, std::uint64_t candidate) {
    engine::Random drawn(static_cast<std::uint64_t>(item.id.value), 5);
    const items::Parameters prior = items::prior_of_level(item.item->level);
    const double a = std::max(0.4, prior.a + prior.se_a * drawn.normal());
    const double d = -a * (prior.difficulty() + prior.se_d / prior.a * drawn.normal());
    const double luck = positioning::luck_of(item.item->format);
    engine::Random random(candidate, static_cast<std::uint64_t>(item.id.value));
    return random.uniform() < luck + (1 - luck) * engine::logistic(a * theta + d);
}

std::string form_of(const items::Variant& variant, const items::Answer& answer) {
    std::string form;
    const bool one_field =
        variant.format == items::Format::single || variant.format == items::Format::multiple ||
        variant.format == items::Format::zone || variant.format == items::Format::text;
    for (std::size_t i = 0; i < answer.values.size(); ++i) {
        form += one_field ? "&answer=" : "&answer-" + std::to_string(i) + "=";
        for (const char c : answer.values[i])
            form += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return form;
}

struct Truth {
    int true_level = 0, level = 0, low = 0, high = 0;
};

class Candidates {
public:
    Candidates(const std::string& database_url, std::vector<std::string> sessions)
        : configuration_(made(database_url)),
          database_(db::open({.url = database_url})),
          app_(configuration_, *database_),
          sessions_(std::move(sessions)) {}

    // From the choice to the result; the number of questions.
    int take(HttpClient& client, std::size_t number, std::vector<Truth>& told) {
        const std::string& session = sessions_.at(number);
        const auto abilities = abilities_of(number + 1);
        const std::string path = begin_test(client, session);
        const base::PositioningId id{*base::to_integer(path.substr(path.rfind('/') + 1))};
        for (int questions = 1;; ++questions) {
            const Reply reply =
                post(client, path + "/answers", session, answer(id, abilities, number + 1));
            if (reply.status != 200) throw std::runtime_error("not answered: " + reply.body);
            if (!json::parse(reply.body).at("over").as_bool()) continue;
            read_result(client, path, session, abilities, told);
            return questions;
        }
    }

private:
    static app::Configuration made(const std::string& url) {
        app::Configuration configuration;
        configuration.database = url;
        configuration.public_url = "https://campus.example";
        return configuration;
    }

    std::string answer(base::PositioningId id,
                       const std::map<std::string, double, std::less<>>& abilities,
                       std::uint64_t candidate) {
        return database_->read([&](db::Transaction& transaction) {
            const auto test = app_.positioning.find(transaction, id);
            const auto bank = app_.items.bank(transaction, db::Versions(transaction));
            const items::BankItem* item = bank->find(test.value().asked.value().item);
            const auto variant =
                items::draw(*item->item, items::seed_of(test->plan.seed, item->id));
            const double theta = abilities.find(item->competence())->second;
            return "revision=" + std::to_string(test->revision) +
                   form_of(*variant, knows(*item, theta, candidate)
                                         ? items::right_answer(*variant)
                                         : items::wrong_answer(*variant));
        });
    }

    static void read_result(HttpClient& client, const std::string& path, const std::string& session,
                            const std::map<std::string, double, std::less<>>& abilities,
                            std::vector<Truth>& told) {
        const json::value result = json::parse(client.get(path + "/result", {session}).body);
        for (const json::value& area : result.at("areas").as_array())
            for (const json::value& one : area.at("competences").as_array()) {
                const double theta = abilities.at(json::value_to<std::string>(one.at("code")));
                const auto cuts = positioning::cuts();
                const auto level = std::ranges::upper_bound(cuts, theta) - cuts.begin();
                told.push_back({static_cast<int>(level), one.at("level").to_number<int>(),
                                one.at("low").to_number<int>(), one.at("high").to_number<int>()});
            }
    }

    app::Configuration configuration_;
    std::unique_ptr<db::Database> database_;
    app::Application app_;
    std::vector<std::string> sessions_;
};

void candidates(const std::string& keys, std::size_t count, const std::string& database,
                std::span<char*> urls) {
    Candidates all(database,
                   json::value_to<std::vector<std::string>>(read_json(keys).at("tokens")));
    std::vector<Truth> told;
    std::int64_t questions = 0;
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    on_connections(urls, 4, [&](HttpClient& client, std::size_t) {
        for (std::size_t i = next++; i < count; i = next++) {
            std::vector<Truth> own;
            const int asked = all.take(client, i, own);
            const std::lock_guard lock(mutex);
            questions += asked;
            told.insert(told.end(), own.begin(), own.end());
        }
    });
    double bias = 0, error = 0, squares = 0, within = 0, covered = 0, width = 0;
    std::array<double, positioning::levels> biases{}, counts{};
    for (const Truth& one : told) {
        const double off = one.level - one.true_level;
        bias += off;
        error += std::abs(off);
        squares += off * off;
        within += std::abs(off) <= 1 ? 1 : 0;
        covered += one.low <= one.true_level && one.true_level <= one.high ? 1 : 0;
        width += one.high - one.low + 1;
        biases.at(static_cast<std::size_t>(one.true_level)) += off;
        ++counts.at(static_cast<std::size_t>(one.true_level));
    }
    const auto n = static_cast<double>(told.size());
    json::array by_level;
    for (std::size_t level = 0; level < counts.size(); ++level)
        by_level.push_back(counts.at(level) == 0
                               ? json::value(nullptr)
                               : json::value(biases.at(level) / counts.at(level)));
    fmt::print("{}\n", json::serialize(json::object{{"candidates", count},
                                                    {"questions", static_cast<double>(questions) /
                                                                      static_cast<double>(count)},
                                                    {"bias", bias / n},
                                                    {"error", error / n},
                                                    {"rmse", std::sqrt(squares / n)},
                                                    {"within_one", within / n},
                                                    {"covered", covered / n},
                                                    {"stated", positioning::likely},
                                                    {"width", width / n},
                                                    {"bias_by_true_level", std::move(by_level)}}));
}

}  // namespace

int main(int argc, char** argv) {
    const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
    const std::string what = argc > 4 ? arguments[1] : "";
    if (what == "begin") {
        begin(arguments[2], arguments[3], arguments.subspan(4));
    } else if (what == "answer") {
        answer(arguments[2], std::stod(arguments[3]), arguments.subspan(4));
    } else if (what == "candidates" && argc > 5) {
        candidates(arguments[2], std::stoul(arguments[3]), arguments[4], arguments.subspan(5));
    } else {
        return 2;
    }
    return 0;
}
