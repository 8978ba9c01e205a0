// SPDX-License-Identifier: EUPL-1.2
// Jobs and letters of the whole program: kill -9, SIGTERM, a database that goes away. And every
// kind of letter that the code puts is declared.
#include "mail/mail.hpp"
#include "campus_process.hpp"
#include "database_proxy.hpp"
#include "files.hpp"
#include "html/messages.hpp"
#include "http_client.hpp"
#include "mail/kinds.hpp"
#include "places.hpp"
#include "seat_race.hpp"
#include "smtp_receiver.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

void put(TestApp& app, const std::string& email) {
    mail::Letter letter;
    letter.to.email = email;
    letter.kind = "enrolments.seat";
    letter.subject = "enrolments.notice.seated";
    letter.paragraphs = {"enrolments.notice.withdrawn"};
    app.database->write(
        [&](db::Transaction& transaction) { mail::put(transaction, letter, app.now); });
}

std::int64_t sent(db::Database& database) {
    static constexpr db::Query query{"test.sent",
                                     "SELECT count(*) FROM outbox WHERE state = 'sent'"};
    std::int64_t count = 0;
    database.read([&](db::Transaction& transaction) {
        transaction.run(query, {}, [&](const db::Row& row) { count = row.integer(0); });
    });
    return count;
}

std::vector<std::string> smtp_arguments(const SmtpReceiver& receiver) {
    return {"--smtp", receiver.url(), "--smtp-starttls",
            "never",  "--mail-from",  "Campus <campus@campus.test>"};
}

std::set<std::string> matches(const std::string& text, const std::regex& what) {
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), what), end; at != end; ++at)
        for (std::size_t group = 1; group < at->size(); ++group)
            if ((*at)[group].matched) found.insert((*at)[group]);
    return found;
}

}  // namespace

TEST_CASE("kill -9 in the middle of sending: every letter arrives, some twice and then alike") {
    TestApp app;
    use_real_time(app);
    SmtpReceiver receiver;
    constexpr int letters = 50;
    for (int i = 0; i < letters; ++i) put(app, "slow-" + std::to_string(i) + "@exemple.fr");
    std::vector<json::value> got;
    {
        CampusServer server(app.fresh.url, smtp_arguments(receiver));
        got = receiver.take(3);
        server.kill();
    }
    CHECK(sent(*app.database) < letters);
    // As if ten minutes had passed.
    app.database->write([](db::Transaction& transaction) {
        transaction.script("UPDATE outbox SET leased_until = 0 WHERE leased_until IS NOT NULL");
    });
    CampusServer server(app.fresh.url, smtp_arguments(receiver));
    CHECK(eventually([&] { return sent(*app.database) == letters; }, 60));
    for (json::value& one : receiver.rest()) got.push_back(std::move(one));
    std::map<std::string, std::set<std::string>> by_id;  // what arrived under each Message-ID
    std::set<std::string> readers;
    for (const json::value& one : got) {
        by_id[json::value_to<std::string>(one.at("id"))].insert(
            json::value_to<std::string>(one.at("raw")));
        readers.insert(json::value_to<std::string>(one.at("envelope").at("to")));
    }
    CHECK(readers.size() == letters);
    CHECK(by_id.size() == letters);
    for (const auto& [id, raw] : by_id) CHECK(raw.size() == 1);
    CHECK(got.size() > letters);        // what it was doing was done again
    CHECK(got.size() <= letters + 20);  // one batch at most
    CHECK(server.stop() == 0);
    CHECK(server.errors() == "");
}

TEST_CASE("a node that only works sends letters, and stops when it is asked to") {
    TestApp app;
    use_real_time(app);
    SmtpReceiver receiver;
    put(app, "a@exemple.fr");
    auto arguments = smtp_arguments(receiver);
    arguments.emplace_back("--no-jobs");
    CampusServer only_serves(app.fresh.url, arguments);
    HttpClient client(only_serves.port());
    CHECK(client.get("/health/ready").status == 200);
    CampusServer worker = CampusServer::worker(app.fresh.url, smtp_arguments(receiver));
    const std::string id = json::value_to<std::string>(receiver.take(1).at(0).at("id"));
    CHECK(eventually([&] { return sent(*app.database) == 1; }));
    CHECK(client.get("/metrics").body.find("campus_mail_sent_total 0\n") != std::string::npos);
    CHECK(worker.stop() == 0);
    CHECK(worker.errors() == "");

    // The relay's own report comes later, to whoever reads the sender's box.
    const TemporaryFolder folder;
    const auto bounce = [&](const std::string& report) {
        write_file(folder / "report.eml", report);
        return run_campus({"bounce", "--database", app.fresh.url, folder / "report.eml"});
    };
    const std::string report =
        "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n"
        "\nReporting-MTA: dns; relais\n\nFinal-Recipient: rfc822; a@exemple.fr\nAction: failed\n"
        "Status: 5.1.1\n\n--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: ";
    const Ended recorded = bounce(report + id + "\n\n--x--\n");
    CHECK(recorded.status == 0);
    CHECK(recorded.out == "recorded\n");
    CHECK(sent(*app.database) == 0);
    CHECK(bounce(report + "<1.2@campus.test>\n\n--x--\n").out == "not_ours\n");
    const Ended unreadable = bounce("hello");
    CHECK(unreadable.status == 1);
    CHECK(unreadable.err == "campus: this is no delivery report\n");
}

TEST_CASE("jobs and letters survive a database that goes away" *
          doctest::skip(!test_on_postgresql())) {
    TestApp app;
    use_real_time(app);
    SmtpReceiver receiver;
    DatabaseProxy proxy(app.fresh.url);
    CampusServer server(proxy.url(), smtp_arguments(receiver));
    put(app, "before@exemple.fr");
    CHECK(receiver.take(1).size() == 1);
    CHECK(eventually([&] { return sent(*app.database) == 1; }));
    proxy.cut();
    put(app, "meanwhile@exemple.fr");
    CHECK(eventually(
        [&] { return server.errors().find("mail: the database is away") != std::string::npos; }));
    CHECK(receiver.rest().empty());
    proxy.restore();
    CHECK(receiver.take(1).size() == 1);
    CHECK(eventually([&] { return sent(*app.database) == 2; }));
    CHECK(server.stop() == 0);
}

TEST_CASE("every kind of letter that the code puts is declared, and named in both languages") {
    const html::Messages messages;
    const mail::Kinds kinds;
    for (const mail::Kind& kind : kinds.all())
        for (const char* language : {"fr", "en"}) {
            CAPTURE(kind.name);
            CHECK(messages.has(language, "mail.kind." + kind.name));
        }
    // In what writes letters, "slice.word" is a kind, unless it is a message, the name of a query,
    // of a job or of an action.
    const std::regex names(R"re("([a-z]+\.[a-z_]+)")re");
    const std::regex others(
        R"re(Query\s+\w+\s*\{\s*"[^"]*"|\.action\s*=[^,;{}]*|\b(?:handle|every)\(\s*"[^"]*"|)re"
        R"re(_job\s*=[^;]*|\brecord\([^;{}]*;|\benqueue\([^;]*;)re");
    int found = 0;
    for (const auto& file : fs::recursive_directory_iterator(SOURCE_DIR "/src")) {
        const auto& path = file.path();
        if (path.extension() != ".cpp" || path.parent_path().filename() == "tests") continue;
        std::string text = read_file(path.string());
        if (text.find("mail::Letter") == std::string::npos &&
            text.find("mail::put") == std::string::npos)
            continue;
        text = std::regex_replace(text, others, "");
        for (const std::string& name : matches(text, names)) {
            const bool ours = fs::is_directory(SOURCE_DIR "/src/" + name.substr(0, name.find('.')));
            if (!ours || messages.has("fr", name)) continue;
            CAPTURE(path.string());
            CAPTURE(name);
            CHECK(kinds.find(name) != nullptr);
            ++found;
        }
    }
    CHECK(found > 5);
}
