// SPDX-License-Identifier: EUPL-1.2
#include "app/commands.hpp"

#include "app/application.hpp"
#include "app/configuration.hpp"
#include "app/emergency_command.hpp"
#include "app/items_command.hpp"
#include "app/load_bench.hpp"
#include "base/embedded.hpp"
#include "base/text.hpp"
#include "catalogue/formats.hpp"
#include "db/database.hpp"
#include "db/migrate.hpp"
#include "db/restore.hpp"
#include "db/versions.hpp"
#include "http/server.hpp"
#include "jobs/loop.hpp"
#include "mail/report.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <signal.h>
#include <sys/resource.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

namespace app {
namespace json = boost::json;
namespace {

struct SystemClock final : base::Clock {
    base::Time now() const override {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }
};

struct Failed : std::runtime_error {  // told on one line, exit status 1
    using std::runtime_error::runtime_error;
};

std::unique_ptr<db::Database> open_database(const Configuration& configuration) {
    return db::open({.url = configuration.database,
                     .connections = configuration.connections,
                     .slow_query_ms = configuration.slow_query_ms});
}

std::unique_ptr<db::Database> open_migrated(const Configuration& configuration) {
    auto database = open_database(configuration);
    db::migrate(*database);
    audit::Audit(*database).continue_order();
    return database;
}

std::string read_file(const std::string& name) {
    if (name == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    std::ifstream in(name, std::ios::binary);
    if (!in) throw Failed("cannot read " + name);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& name, const std::string& content) {
    if (name == "-") {
        std::cout << content;
        return;
    }
    std::ofstream out(name, std::ios::binary | std::ios::trunc);
    out << content;
    if (!out.flush()) throw Failed("cannot write " + name);
}

// The reasons of a refusal in English: operators read English, as they read --help.
std::string words_of(const Application& app, const base::Error& error) {
    std::string words;
    for (const base::Reason& reason : error.reasons)
        words += (words.empty() ? "" : "; ") + app.pages.message("en", reason);
    return words;
}

// Who can sign in on a demonstration site, one person a role.
void print_demo_people(Application& app) {
    app.database.read([&](db::Transaction& transaction) {
        std::map<std::string, std::string> first;
        for (const identity::Person& person : app.identity.demo_people(transaction)) {
            const auto grants = app.identity.grants(transaction, person.id);
            if (grants.empty()) first.try_emplace("agent", person.full_name());
            for (const identity::Grant& grant : grants)
                first.try_emplace(grant.role, person.full_name());
        }
        if (first.empty()) return;
        std::cout << "demonstration: anyone may sign in at /sign-in, for example as\n";
        for (const std::string_view role : identity::roles())
            if (const auto found = first.find(std::string(role)); found != first.end())
                std::cout << fmt::format("  {:<20} {}\n", role, found->second);
        std::cout << std::flush;
    });
}

// Each connection takes a file descriptor: as many as the system lets us have.
void raise_open_files() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

// What a node does by itself; in a process that serves, beside that.
void begin_work(jobs::Loop& loop, Application& app, const Configuration& configuration) {
    jobs::add_jobs(loop, app.jobs, configuration.job_workers);
    loop.add("mail (counts)", std::chrono::seconds{15}, [&app](base::Time, const std::stop_token&) {
        app.sender.refresh_counts();
        return false;
    });
    if (!app.sender.has_relay()) return;
    loop.add("mail", std::chrono::seconds{1}, [&app](base::Time now, const std::stop_token& stop) {
        const mail::Turn turn = app.sender.send_due(now, stop);
        if (!turn.obstacle.empty() && !stop.stop_requested())
            throw Failed("letters wait, the relay says: " + turn.obstacle);
        return turn.letters > 0;
    });
}

int work(const Configuration& configuration) {
    // Before any thread, so that they all leave the signals to this one.
    sigset_t ends{};
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    const SystemClock clock;
    const auto database = open_database(configuration);
    db::migrate(*database);
    Application app(configuration, *database);
    jobs::Loop loop(clock);
    begin_work(loop, app, configuration);
    std::cout << "working" << std::endl;
    int signal = 0;
    sigwait(&ends, &signal);
    loop.stop();
    return 0;
}

int serve(const Configuration& configuration) {
    raise_open_files();
    const SystemClock clock;
    const auto database = open_migrated(configuration);
    Application app(configuration, *database);
    struct CloseLog {
        void operator()(std::FILE* file) const {
            if (file != stdout) std::fclose(file);
        }
    };
    std::unique_ptr<std::FILE, CloseLog> log;
    if (configuration.access_log == "-")
        log.reset(stdout);
    else if (!configuration.access_log.empty())
        log.reset(std::fopen(configuration.access_log.c_str(), "a"));
    if (!configuration.access_log.empty() && !log)
        throw Failed("cannot write " + configuration.access_log);
    app.metrics.log_to(log.get());
    http::Server server({.listen = configuration.listen,
                         .public_url = configuration.public_url,
                         .trusted_proxy = configuration.trusted_proxy,
                         .workers = configuration.workers},
                        app.router, app.static_files, app.metrics, clock);
    const std::string address = configuration.listen.substr(0, configuration.listen.rfind(':'));
    std::cout << "listening on http://" << address << ':' << server.port() << std::endl;
    if (configuration.demo) print_demo_people(app);
    jobs::Loop loop(clock);
    if (configuration.jobs) begin_work(loop, app, configuration);
    server.run(true);
    loop.stop();
    app.metrics.log_to(nullptr);
    return 0;
}

int load_demonstration(const Configuration& configuration, const Command& command) {
    if (command.if_empty && !configuration.database.starts_with("sqlite:")) return 0;
    const SystemClock clock;
    const auto database = open_migrated(configuration);
    Application app(configuration, *database);
    if (command.if_empty && !app.organisations.tree()->in_order().empty()) return 0;
    if (const auto loaded = load_demo(app, clock.now()); !loaded)
        throw Failed(words_of(app, loaded.error()));
    std::cout << "demonstration data loaded\n";
    return 0;
}

int load_for_benchmarks(const Configuration& configuration, const Command& command) {
    const SystemClock clock;
    const auto database = open_migrated(configuration);
    Application app(configuration, *database);
    if (!app.organisations.tree()->in_order().empty())
        throw Failed("load-bench fills an empty database, and this one has organisations");
    const BenchKeys keys =
        load_bench(app, {command.offers, command.agents}, clock.now(),
                   [](std::string_view step) { std::cout << step << std::endl; });
    if (command.tokens.empty()) return 0;
    json::array sessions;
    for (const base::SessionId id : keys.open_sessions) sessions.push_back(id.value);
    json::array to_decide;
    for (const auto& [supervisor, request] : keys.to_decide)
        to_decide.push_back({supervisor, request.value});
    write_file(command.tokens,
               json::serialize(json::object{{"tokens", json::value_from(keys.tokens)},
                                            {"sessions", std::move(sessions)},
                                            {"decisions", std::move(to_decide)},
                                            {"team_of_200", keys.team_of_200}}));
    return 0;
}

// One line a problem on standard error, the counts on standard output.
template <class Problems>
void report(const Application& app, bool as_json, int added, int changed, int unchanged,
            const Problems& problems) {
    if (as_json) {
        json::array told;
        for (const auto& problem : problems)
            told.push_back(
                {{"line", problem.line}, {"reason", app.pages.message("en", problem.reason)}});
        std::cout << json::serialize(json::object{{"added", added},
                                                  {"changed", changed},
                                                  {"unchanged", unchanged},
                                                  {"problems", std::move(told)}})
                  << '\n';
        return;
    }
    for (const auto& problem : problems)
        std::cerr << "line " << problem.line << ": " << app.pages.message("en", problem.reason)
                  << '\n';
    std::cout << added << " added, " << changed << " changed, " << unchanged << " unchanged, "
              << problems.size() << " problems\n";
}

int import_file(const Configuration& configuration, const Command& command) {
    const SystemClock clock;
    const auto database = open_migrated(configuration);
    Application app(configuration, *database);
    const std::string text = read_file(command.file);
    if (command.what == "organisations") {
        const auto done = app.organisations.import_csv(text, {.now = clock.now()});
        if (!done) throw Failed(words_of(app, done.error()));
        report(app, command.json, done->added, done->changed, done->unchanged, done->problems);
        return 0;
    }
    if (command.what == "persons") {
        const auto done = app.identity.import_people(text, std::nullopt, clock.now());
        if (!done) throw Failed(words_of(app, done.error()));
        report(app, command.json, done->added, done->changed, done->unchanged, done->problems);
        return 0;
    }
    const auto format = command.format == "lheo"   ? catalogue::ImportFormat::lheo
                        : command.format == "json" ? catalogue::ImportFormat::json
                                                   : catalogue::ImportFormat::csv;
    const auto done =
        app.catalogue.import(format, text, command.organisation, std::nullopt, clock.now());
    if (!done) throw Failed(words_of(app, done.error()));
    report(app, command.json, done->counts.added, done->counts.changed, done->counts.unchanged,
           done->problems);
    return 0;
}

// Exit status 3 when something is wrong with the log, so that a script tells it from a breakdown.
constexpr int log_not_whole = 3;

int verify_audit(const Configuration& configuration, const Command& command) {
    const auto database = open_database(configuration);
    std::optional<audit::Anchor> anchor;
    if (const auto colon = command.anchor.find(':'); colon != std::string::npos)
        anchor = {std::stoll(command.anchor.substr(0, colon)), command.anchor.substr(colon + 1)};
    const auto found = audit::Audit(*database).verify(anchor);
    if (command.json) {
        json::array findings;
        for (const audit::Finding& finding : found.findings) {
            json::object told{{"what", audit::name_of(finding.what)}, {"seal", finding.seal}};
            if (finding.row != 0) told["row"] = finding.row;
            findings.push_back(std::move(told));
        }
        json::object report{{"whole", found.whole()},
                            {"rows", found.rows},
                            {"seals", found.seals},
                            {"unsealed", found.unsealed},
                            {"removed_up_to_seal", found.removed_up_to},
                            {"last_seal", found.last_seal},
                            {"last_hash", found.last_hash},
                            {"findings", std::move(findings)},
                            {"more_findings", found.more}};
        if (found.unsealed_since) report["unsealed_since"] = base::iso_time(*found.unsealed_since);
        std::cout << json::serialize(report) << '\n';
        return found.whole() ? 0 : log_not_whole;
    }
    for (const audit::Finding& finding : found.findings) {
        std::string what{audit::name_of(finding.what)};
        what.erase(0, what.find('_') + 1);
        std::cerr << (finding.row == 0
                          ? fmt::format("seal {}: {}", finding.seal, what)
                          : fmt::format("row {} (seal {}): {}", finding.row, finding.seal, what))
                  << '\n';
    }
    if (found.more) std::cerr << "... and more\n";
    std::cout << fmt::format("{} rows in {} seals {}, {} not sealed yet", found.rows, found.seals,
                             found.whole() ? "are whole" : "were checked: NOT WHOLE",
                             found.unsealed);
    if (found.unsealed_since)
        std::cout << " (since " << base::iso_time(*found.unsealed_since) << ')';
    std::cout << '\n';
    if (found.removed_up_to > 0)
        std::cout << fmt::format("rows up to seal {} were removed at the end of their term\n",
                                 found.removed_up_to);
    if (found.last_seal > 0)
        std::cout << fmt::format("note down elsewhere, for --anchor next time: {}:{}\n",
                                 found.last_seal, found.last_hash);
    return found.whole() ? 0 : log_not_whole;
}

int apply_retention(const Configuration& configuration, const Command& command) {
    const SystemClock clock;
    const auto database = open_migrated(configuration);
    Application app(configuration, *database);
    const auto all =
        command.dry_run ? app.privacy.due(clock.now()) : app.privacy.apply(clock.now());
    json::array told;
    for (const privacy::Due& one : all) {
        const std::string before =
            base::iso_date(std::chrono::floor<std::chrono::days>(one.before));
        told.push_back({{"object", one.rule->object},
                        {"older_than", before},
                        {"count", one.count},
                        {"more", one.more}});
        if (!command.json)
            std::cout << fmt::format("{:<24} older than {}: {}{}\n", one.rule->object, before,
                                     one.count, one.more ? " or more" : "");
    }
    if (command.json)
        std::cout << json::serialize(
                         json::object{{"dry_run", command.dry_run}, {"rules", std::move(told)}})
                  << '\n';
    return 0;
}

int export_file(const Configuration& configuration, const Command& command) {
    const SystemClock clock;
    const auto database = open_database(configuration);
    Application app(configuration, *database);
    const auto [offers, periods] = database->read([&](db::Transaction& transaction) {
        return std::pair{app.catalogue.exported(transaction, db::Versions(transaction),
                                                std::chrono::floor<std::chrono::days>(clock.now())),
                         app.enrolments.periods(transaction, clock.now())};
    });
    const std::string base_url = base_url_of(configuration);
    write_file(command.file, command.format == "open-data" ? catalogue::write_open_data_csv(offers)
                             : command.format == "lheo"
                                 ? catalogue::write_lheo(offers, periods, base_url)
                             : command.format == "json" ? catalogue::write_json(offers)
                                                        : catalogue::write_csv(offers));
    return 0;
}

// One line for each rule that does not hold, and where.
int check(const Configuration& configuration, const Command& command) {
    const SystemClock clock;
    const auto database = open_database(configuration);
    Application app(configuration, *database);
    const auto findings = database->read([&](db::Transaction& transaction) {
        return app.enrolments.check(transaction, clock.now());
    });
    if (command.json) {
        json::array told;
        for (const enrolments::Finding& finding : findings)
            told.push_back({{"rule", finding.rule},
                            {"session", finding.session.value},
                            {"detail", finding.detail}});
        std::cout << json::serialize(
                         json::object{{"holds", findings.empty()}, {"findings", std::move(told)}})
                  << '\n';
        return findings.empty() ? 0 : 1;
    }
    for (const enrolments::Finding& finding : findings)
        std::cout << "session " << finding.session.value << ": " << finding.rule << ": "
                  << finding.detail << '\n';
    std::cout << (findings.empty() ? "every invariant of the seats holds\n"
                                   : std::to_string(findings.size()) + " findings\n");
    return findings.empty() ? 0 : 1;
}

int receive_bounce(const Configuration& configuration, const Command& command) {
    const SystemClock clock;
    const std::string report = read_file(command.file);
    const auto received = open_database(configuration)->write([&](db::Transaction& transaction) {
        return mail::receive_report(transaction, report, clock.now());
    });
    if (received == mail::Received::unreadable) throw Failed("this is no delivery report");
    std::cout << mail::name_of(received) << '\n';
    return 0;
}

int emergency_admin(const Configuration& configuration, const Command& command) {
    const SystemClock clock;
    const auto database = open_database(configuration);
    db::migrate(*database);
    Application app(configuration, *database);
    if (const auto done = administer_emergency(app, command, clock.now()); !done)
        throw Failed(words_of(app, done.error()));
    return 0;
}

int item_bank(const Configuration& configuration, const Command& command) {
    // Checking needs no database of the operator.
    if (command.what == "check") return check_items(command);
    const SystemClock clock;
    const auto database = open_migrated(configuration);
    Application app(configuration, *database);
    const auto done = app.items.load(read_items(command.file), clock.now());
    if (!done) throw Failed(words_of(app, done.error()));
    report(app, command.json, done->added, done->changed, done->unchanged,
           std::vector<organisations::ImportReport::Problem>{});
    return 0;
}

int calibrate_bank(const Configuration& configuration, const Command& command) {
    const SystemClock clock;
    const auto database = open_migrated(configuration);
    Application app(configuration, *database);
    const auto proposal = app.positioning.propose(clock.now());
    if (proposal.answers == 0)
        throw Failed("no finished test has answers yet: nothing is proposed");
    const auto good = std::ranges::count_if(proposal.items, &positioning::ProposedItem::good);
    const auto items = static_cast<std::ptrdiff_t>(proposal.items.size());
    if (command.json) {
        std::cout << json::object{{"answers", proposal.answers},
                                  {"tests", proposal.persons},
                                  {"proposed", items},
                                  {"to_look_at", items - good},
                                  {"kept", proposal.kept},
                                  {"waiting", proposal.waiting},
                                  {"converged", proposal.converged}}
                  << '\n';
        return 0;
    }
    std::cout << proposal.answers << " answers of " << proposal.persons << " tests: parameters of "
              << items << " items proposed, " << items - good
              << " of them to be looked at first (drift, level, fit or DIF); " << proposal.kept
              << " calibrated items keep theirs; " << proposal.waiting
              << " items have fewer than the " << positioning::fewest_answers
              << " answers that are needed"
              << (proposal.converged ? ".\n" : ". The computation did not converge.\n")
              << "Nothing has changed: the campus team decides at /administration/calibration.\n";
    return 0;
}

int dispatch(const Configuration& configuration, const Command& command) {
    if (command.bank) return calibrate_bank(configuration, command);
    if (command.over_files) return command.over_files();
    if (command.name == "items") return item_bank(configuration, command);
    if (command.name == "serve") return serve(configuration);
    if (command.name == "work") return work(configuration);
    if (command.name == "migrate") {
        std::cout << db::migrate(*open_database(configuration)) << " migrations applied\n";
        return 0;
    }
    if (command.name == "load-demo") return load_demonstration(configuration, command);
    if (command.name == "load-bench") return load_for_benchmarks(configuration, command);
    if (command.name == "import") return import_file(configuration, command);
    if (command.name == "retention") return apply_retention(configuration, command);
    if (command.name == "verify-audit") return verify_audit(configuration, command);
    if (command.name == "export") return export_file(configuration, command);
    if (command.name == "check") return check(configuration, command);
    if (command.name == "bounce") return receive_bounce(configuration, command);
    if (command.name == "emergency-admin") return emergency_admin(configuration, command);
    if (command.name == "backup") {
        open_database(configuration)->backup_to(command.file);
        std::cout << "backup written to " << command.file << '\n';
        return 0;
    }
    if (command.name == "restore") {
        const auto restored = db::restore(configuration.database, command.file);
        if (!restored.moved_aside.empty())
            std::cout << "the database before is kept as " << restored.moved_aside << '\n';
        std::cout << "restored from " << command.file << '\n';
        return 0;
    }
    throw std::logic_error("no such command: " + command.name);
}

}  // namespace

int run(const Configuration& configuration, const Command& command) try {
    return dispatch(configuration, command);
} catch (const std::exception& failure) {
    std::cerr << "campus: " << failure.what() << '\n';
    return 1;
}

}  // namespace app
