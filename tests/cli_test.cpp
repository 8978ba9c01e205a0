// SPDX-License-Identifier: EUPL-1.2
// The command line: what an operator sets and where, and what happens when it is wrong.
#include "campus_process.hpp"
#include "db/database.hpp"
#include "files.hpp"
#include "fresh_database.hpp"
#include "http_client.hpp"
#include "places.hpp"
#include "test_bank.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <filesystem>
#include <future>
#include <regex>

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

bool says(const std::string& text, std::string_view what) {
    return text.find(what) != std::string::npos;
}

// LHEO tells when an offer was last changed, in that database.
std::string without_times(const std::string& text) {
    static const std::regex time(R"re( horodatage-modification="[^"]*")re");
    return std::regex_replace(text, time, "");
}

// A server that says which of several access logs it writes to, that is, which setting won.
std::string log_chosen(const TemporaryFolder& folder, std::vector<std::string> arguments,
                       const Environment& environment) {
    for (const char* name : {"toml", "variable", "option"}) fs::remove(folder / name);
    CampusServer server("sqlite:" + (folder / "campus.db"), arguments, environment);
    HttpClient client(server.port());
    CHECK(client.get("/health/live").status == 200);
    CHECK(server.stop() == 0);
    std::string chosen;
    for (const char* name : {"toml", "variable", "option"})
        if (fs::exists(folder / name)) chosen += name;
    return chosen;
}

}  // namespace

TEST_CASE("--help lists the subcommands and the options with their variables") {
    const auto help = run_campus({"--help"});
    CHECK(help.status == 0);
    CHECK(help.err == "");
    for (const char* word : {"serve", "migrate", "load-demo", "import", "export", "backup",
                             "restore", "--database", "CAMPUS_DATABASE", "--config"}) {
        CAPTURE(std::string{word});
        CHECK(says(help.out, word));
    }
    CHECK(says(run_campus({"import", "--help"}).out, "--organisation"));
}

TEST_CASE("what is wrong is named on standard error, and nothing is started") {
    const TemporaryFolder folder;
    const std::string file = folder / "campus.db";
    const std::string url = "sqlite:" + file;
    struct Wrong {
        std::vector<std::string> arguments;
        Environment environment;
        std::string toml;
        std::string named;
    };
    const std::vector<Wrong> all{
        {{"--nope"}, {}, "", "--nope"},
        {{"--database", "mysql:campus"}, {}, "", "--database"},
        {{"--database", "sqlite:"}, {}, "", "--database"},
        {{"--database", url + "/below-a-file/x.db"}, {}, "", "below-a-file"},
        {{"--listen", "nowhere"}, {}, "", "--listen"},
        {{"--listen", "127.0.0.1:99999"}, {}, "", "--listen"},
        {{"--public-url", "campus.example"}, {}, "", "--public-url"},
        {{"--workers", "0"}, {}, "", "--workers"},
        {{"--workers", "abc"}, {}, "", "--workers"},
        {{}, {{"CAMPUS_WORKERS", "abc"}}, "", "--workers"},
        {{}, {{"CAMPUS_CONNECTIONS", "1000"}}, "", "--connections"},
        {{}, {{"CAMPUS_DEMO", "perhaps"}}, "", "--demo"},
        {{}, {{"CAMPUS_LISTEN", "8080"}}, "", "--listen"},
        {{}, {{"CAMPUS_CONFIG", folder / "missing.toml"}}, "", "missing.toml"},
        {{}, {}, "wrokers = 3\n", "wrokers"},
        {{}, {}, "workers = \"many\"\n", "--workers"},
        {{}, {}, "demo = \"perhaps\"\n", "--demo"},
        {{}, {}, "[other]\nword = 1\n", "unknown key other"},
    };
    for (const Wrong& wrong : all) {
        std::vector<std::string> arguments{"serve"};
        const auto add = [&](const char* name, const std::string& value) {
            arguments.insert(arguments.end(), {name, value});
        };
        arguments.insert(arguments.end(), wrong.arguments.begin(), wrong.arguments.end());
        const bool sets = [&] {
            for (const auto& argument : wrong.arguments)
                if (argument == "--database") return true;
            return false;
        }();
        if (!sets) add("--database", url);
        if (!wrong.toml.empty()) {
            write_file(folder / "wrong.toml", wrong.toml);
            add("--config", folder / "wrong.toml");
        }
        CAPTURE(wrong.named);
        CAPTURE(wrong.toml);
        const auto ended = run_campus(arguments, wrong.environment);
        CAPTURE(ended.err);
        CHECK(ended.status != 0);
        CHECK(ended.status < 128);
        CHECK(ended.out == "");
        CHECK(says(ended.err, wrong.named));
        CHECK_FALSE(fs::exists(file));
    }
    CHECK(run_campus({}).status != 0);
    CHECK(run_campus({"dance"}).status != 0);
    // A password in a URL is not told.
    const auto secret = run_campus({"migrate", "--database", "mysql://campus:hunter2@host/campus"});
    CHECK(secret.status != 0);
    CHECK_FALSE(says(secret.err, "hunter2"));
}

TEST_CASE("an option beats a variable, a variable beats the file, the file beats the default") {
    const TemporaryFolder folder;
    write_file(folder / "campus.toml",
               "access-log = \"" + (folder / "toml") + "\"\nworkers = 2\ndemo = true\n");
    const Environment file{{"CAMPUS_CONFIG", folder / "campus.toml"}};
    Environment both = file;
    both.emplace_back("CAMPUS_ACCESS_LOG", folder / "variable");
    CHECK(log_chosen(folder, {}, {}) == "");
    CHECK(log_chosen(folder, {}, file) == "toml");
    CHECK(log_chosen(folder, {"--config", folder / "campus.toml"}, {}) == "toml");
    CHECK(log_chosen(folder, {}, both) == "variable");
    CHECK(log_chosen(folder, {"--access-log", folder / "option"}, both) == "option");
    // Flags, too: the sign-in of the demonstration is there or not.
    const auto demo = [&](const std::vector<std::string>& arguments,
                          const Environment& environment) {
        const CampusServer server("sqlite:" + (folder / "campus.db"), arguments, environment);
        return HttpClient(server.port()).post("/sign-in").status != 405;
    };
    CHECK_FALSE(demo({}, {}));
    CHECK(demo({}, file));
    CHECK_FALSE(demo({"--no-demo"}, file));
    CHECK(demo({"--no-demo", "--demo"}, {{"CAMPUS_DEMO", "0"}}));
    both.emplace_back("CAMPUS_DEMO", "false");
    CHECK_FALSE(demo({}, both));
    CHECK(demo({"--demo"}, both));
}

TEST_CASE(
    "what is exported and imported elsewhere is the same, and importing twice changes nothing") {
    const TemporaryFolder folder;
    const FreshDatabase first, second;
    const auto campus = [&](std::vector<std::string> arguments, const std::string& url) {
        arguments.insert(arguments.end(), {"--database", url});
        const auto ended = run_campus(arguments);
        CAPTURE(arguments.front());
        CHECK(ended.err == "");
        CHECK(ended.status == 0);
        return ended.out;
    };
    const auto import = [&](const std::string& format, const std::string& file,
                            const std::string& url) {
        const json::value told = json::parse(campus(
            {"import", "offers", file, "--format", format, "--organisation", "dinum", "--json"},
            url));
        CHECK(told.at("problems").as_array().empty());
        return std::array{told.at("added").as_int64(), told.at("changed").as_int64(),
                          told.at("unchanged").as_int64()};
    };
    write_file(
        folder / "organisations.csv",
        "code,parent,name,kind,branch\netat,,État,etat,etat\ndinum,etat,DINUM,direction,etat\n");
    for (const FreshDatabase* database : {&first, &second})
        campus({"import", "organisations", folder / "organisations.csv"}, database->url);
    CHECK(says(campus({"import", "organisations", folder / "organisations.csv"}, first.url),
               "0 added, 0 changed, 2 unchanged"));

    const std::string given = SOURCE_DIR "/tests/data/catalogue-11-colonnes.csv";
    const auto [added, changed, unchanged] = import("csv", given, first.url);
    CHECK(added > 10);
    CHECK(changed == 0);
    CHECK(unchanged == 0);
    CHECK(import("csv", given, first.url) == std::array<std::int64_t, 3>{0, 0, added});

    for (const char* format : {"csv", "json", "lheo"}) {
        CAPTURE(std::string{format});
        const std::string one = folder / "one", two = folder / "two";
        campus({"export", one, "--format", format}, first.url);
        const auto counts = import(format, one, second.url);
        CHECK(counts[0] + counts[1] + counts[2] == added);
        campus({"export", two, "--format", format}, second.url);
        CHECK((without_times(read_file(one)) == without_times(read_file(two))));
        CHECK(import(format, one, second.url) == std::array<std::int64_t, 3>{0, 0, added});
    }
    CHECK(says(campus({"export", "-", "--format", "open-data"}, first.url), "Booster Agile"));
}

TEST_CASE("a bad line is told with its number, and the others go in") {
    const TemporaryFolder folder;
    const FreshDatabase fresh;
    write_file(folder / "organisations.csv",
               "code,parent,name,kind,branch\ndinum,,DINUM,direction,etat\n");
    CHECK(run_campus(
              {"import", "organisations", folder / "organisations.csv", "--database", fresh.url})
              .status == 0);
    const auto ended =
        run_campus({"import", "offers", SOURCE_DIR "/tests/data/catalogue-avec-erreurs.csv",
                    "--organisation", "dinum", "--database", fresh.url});
    CHECK(ended.status == 0);
    CHECK(says(ended.err, "line 3: "));
    CHECK_FALSE(says(ended.out, "0 added"));
    const auto missing = run_campus({"import", "offers", folder / "missing.csv", "--organisation",
                                     "dinum", "--database", fresh.url});
    CHECK(missing.status == 1);
    CHECK(says(missing.err, "missing.csv"));
    const auto nobody =
        run_campus({"import", "offers", SOURCE_DIR "/tests/data/catalogue-11-colonnes.csv",
                    "--organisation", "nobody", "--database", fresh.url});
    CHECK(nobody.status == 1);
    CHECK(nobody.err.starts_with("campus: "));
}

TEST_CASE("servers that start at once on an empty database migrate it once") {
    const TemporaryFolder folder;
    const FreshDatabase fresh;
    std::string url = "sqlite:" + (folder / "new.db");
    if (test_on_postgresql()) {
        url = fresh.url;
        db::open({.url = url, .connections = 1})->write([](db::Transaction& transaction) {
            transaction.script("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        });
    }
    // Each in a thread of its own, because the constructor waits until the server listens.
    std::vector<std::future<std::string>> servers;
    for (int i = 0; i < 3; ++i)
        servers.push_back(std::async(std::launch::async, [&] {
            CampusServer server(url);
            const int ready = HttpClient(server.port()).get("/health/ready").status;
            server.stop();
            return std::to_string(ready) + server.errors();
        }));
    for (auto& server : servers) CHECK(server.get() == "200");
    CHECK(run_campus({"migrate", "--database", url}).out == "0 migrations applied\n");
}

TEST_CASE("campus calibrate --bank proposes from the database, in whatever order it is asked") {
    TestApp app;
    const auto empty = run_campus({"calibrate", "--bank", "--database", app.fresh.url});
    CHECK(empty.status == 1);
    CHECK(says(empty.err, "no finished test has answers yet"));

    given_bank(app);
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const auto agent = app.given_person();
        app.database->write([&](db::Transaction& transaction) {
            app.app().positioning.put_finished(transaction, agent, positioning::Scope::area, "1",
                                               {}, seed, 40, true, app.now);
        });
    }
    std::string told;
    for (const auto& order : std::vector<std::vector<std::string>>{
             {"calibrate", "--bank", "--database", app.fresh.url},
             {"calibrate", "--database", app.fresh.url, "--bank"},
             {"--database", app.fresh.url, "calibrate", "--bank"}}) {
        const auto ended = run_campus(order);
        CAPTURE(ended.err);
        CHECK(ended.status == 0);
        CHECK(says(ended.out, "answers of 60 tests"));
        if (told.empty()) told = ended.out;
        CHECK(ended.out == told);
    }
    const auto report = run_campus({"calibrate", "--bank", "--json", "--database", app.fresh.url});
    CHECK(json::parse(report.out).at("tests") == 60);
    CHECK(json::parse(report.out).at("proposed").as_int64() > 0);

    // What goes with files is refused, not forgotten.
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{"answers.csv"}, {"--model", "rasch"}, {"--out", "-"}}) {
        std::vector<std::string> arguments{"calibrate", "--bank", "--database", app.fresh.url};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const auto ended = run_campus(arguments);
        CHECK(ended.status != 0);
        CHECK(says(ended.err, "goes not with --bank"));
    }
    CHECK(says(run_campus({"calibrate"}).err, "--bank"));
    CHECK(says(run_campus({"calibrate", "answers.csv"}).err, "--out"));
}
