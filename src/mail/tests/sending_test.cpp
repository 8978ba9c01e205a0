// SPDX-License-Identifier: EUPL-1.2
// Letters on their way, to a real mail server that reads them with another program than ours.
#include "mail/sending.hpp"

#include "base/icalendar.hpp"
#include "mail/kinds.hpp"
#include "mail/letter.hpp"
#include "mail/report.hpp"
#include "mail/rules.hpp"
#include "smtp_receiver.hpp"
#include "test_app.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

const mail::Kinds kinds{{{"test.free", false}, {"test.required", true}}};

mail::SenderOptions options(const std::string& url) {
    return {.smtp = {.url = url,
                     .user = {},
                     .password = {},
                     .starttls = mail::StartTls::never,
                     .helo = "campus.test",
                     .connect_timeout_s = 2,
                     .letter_timeout_s = 5},
            .from = {"Campus", "campus@campus.test"},
            .base_url = "http://campus.test"};
}

// A node of its own: a database pool and a connection to the mail server.
struct Node {
    std::unique_ptr<db::Database> database;
    mail::Sender sender;
    Node(TestApp& app, const std::string& smtp)
        : database(db::open({.url = app.fresh.url, .connections = 4})),
          sender(*database, app.app().typesetter, kinds, options(smtp)) {}
};

mail::Letter letter_to(std::string email, std::string_view kind = "test.free") {
    return {.to = {.person = {}, .email = std::move(email), .name = "Camille Élan"},
            .kind = kind,
            .subject = "enrolments.notice.seated"};
}

void put(TestApp& app, const mail::Letter& letter) {
    app.database->write(
        [&](db::Transaction& transaction) { mail::put(transaction, letter, app.now); });
}

std::map<std::string, std::int64_t> states(TestApp& app) {
    std::map<std::string, std::int64_t> counts;
    app.read([&](db::Transaction& transaction) {
        static constexpr db::Query query{"test.states",
                                         "SELECT state, count(*) FROM outbox GROUP BY state"};
        transaction.run(query, {}, [&](const db::Row& row) {
            counts[std::string{row.text(0)}] = row.integer(1);
        });
    });
    return counts;
}

mail::store::Shown only_letter(TestApp& app) {
    return app.read(
        [](db::Transaction& transaction) { return mail::store::newest(transaction, 1).at(0); });
}

std::string text_of(const json::value& value) {
    return json::value_to<std::string>(value);
}

// No-break spaces count as spaces.
bool holds(const json::value& value, std::string_view part) {
    constexpr std::string_view no_break = "\u00a0";
    std::string text = text_of(value);
    for (auto at = text.find(no_break); at != std::string::npos; at = text.find(no_break))
        text.replace(at, no_break.size(), " ");
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a letter arrives in its reader's language: text, HTML, dates written out") {
    TestApp app;
    SmtpReceiver receiver;
    Node node(app, receiver.url());
    for (const char* language : {"fr", "en"}) {
        CAPTURE(language);
        mail::Letter letter = letter_to("camille@exemple.fr");
        letter.to.language = language;
        letter.subject = "mail.digest.subject";
        letter.paragraphs = {"mail.preferences.address", "enrolments.notice.withdrawn"};
        letter.values = {{"email", std::string{"<b>moi</b>"}}, {"count", std::int64_t{2}}};
        letter.facts = {
            {"mail.demo.to", base::Date{std::chrono::year{2026} / 11 / 23}},
            {"mail.demo.subject", base::Time{base::Date{std::chrono::year{2026} / 7 / 1}} + 7h}};
        letter.action = {"mail.preferences.title", "/me/mail"};
        put(app, letter);
        CHECK(node.sender.send_due(app.now).letters == 1);
        const json::value got = receiver.take(1).at(0);
        const bool french = language == std::string_view{"fr"};
        CHECK(text_of(got.at("subject")) ==
              (french ? "2 nouvelles sur Campus" : "2 pieces of news from Campus"));
        CHECK(got.at("envelope").at("from").as_string() == "campus@campus.test");
        CHECK(got.at("envelope").at("to").as_string() == "camille@exemple.fr");
        CHECK(got.at("to").at("name").as_string() == "Camille Élan");
        CHECK(holds(got.at("headers").at("auto-submitted"), "auto-generated"));
        CHECK(holds(got.at("headers").at("list-unsubscribe"), "<http://campus.test/me/mail>"));
        CHECK(holds(got.at("headers").at("content-language"), language));
        CHECK(got.at("attachments").as_array().empty());
        const std::string url = "http://campus.test/me/mail";
        for (const char* face : {"text", "html"}) {
            CAPTURE(face);
            CHECK(
                holds(got.at(face), french ? "lundi 23 novembre 2026" : "Monday 23 November 2026"));
            CHECK(holds(got.at(face), french ? "mercredi 1er juillet 2026 à 9 h"
                                             : "Wednesday 1 July 2026 at 09:00"));
            CHECK(holds(got.at(face), french ? "Bonjour Camille Élan," : "Hello Camille Élan,"));
            CHECK(holds(got.at(face), url));
        }
        CHECK(holds(got.at("text"), "<b>moi</b>"));
        CHECK(holds(got.at("html"), "&lt;b&gt;moi&lt;/b&gt;"));
        CHECK(holds(got.at("html"), french ? "<html lang=\"fr\">" : "<html lang=\"en\">"));
        CHECK_FALSE(holds(got.at("html"), "<img"));
    }
    CHECK(states(app) == std::map<std::string, std::int64_t>{{"sent", 2}});
    CHECK(node.sender.send_due(app.now).letters == 0);
}

TEST_CASE("an invitation and its withdrawal are parts that calendars read") {
    TestApp app;
    SmtpReceiver receiver;
    Node node(app, receiver.url());
    for (const bool cancelled : {false, true}) {
        const base::CalendarEvent event{.uid = "enrolment-7-1@campus",
                                        .sequence = cancelled ? 1 : 0,
                                        .starts_at = app.now + 24h,
                                        .ends_at = app.now + 27h,
                                        .summary = "Découvrir l’accessibilité",
                                        .cancelled = cancelled,
                                        .updated_at = app.now};
        const std::string method = cancelled ? "CANCEL" : "REQUEST";
        const std::string text = base::write_calendar(
            {&event, 1}, cancelled ? base::CalendarMethod::cancel : base::CalendarMethod::request,
            "Campus");
        mail::Letter letter = letter_to("camille@exemple.fr");
        letter.calendar = {{method, text}};
        put(app, letter);
        node.sender.send_due(app.now);
        const json::value got = receiver.take(1).at(0);
        const json::array& parts = got.at("attachments").as_array();
        REQUIRE(parts.size() == 2);
        CHECK(parts[0].at("type").as_string() == "text/calendar");
        CHECK(parts[0].at("method").as_string() == method);
        CHECK(parts[1].at("name").as_string() == "invitation.ics");
        for (const json::value& part : parts) CHECK(text_of(part.at("text")) == text);
        CHECK(text.find("SEQUENCE:" + std::to_string(event.sequence)) != std::string::npos);
    }
}

TEST_CASE("451 is tried again later, 550 comes back to the address, 554 to the letter") {
    TestApp app;
    SmtpReceiver receiver;
    Node node(app, receiver.url());
    const auto person = app.given_person();
    put(app, letter_to("later-a@exemple.fr"));
    mail::Letter unknown = letter_to("no-a@exemple.fr");
    unknown.to.person = person;
    put(app, unknown);
    put(app, letter_to("reject-a@exemple.fr"));
    put(app, letter_to("not an address"));
    put(app, letter_to("fine@exemple.fr"));
    CHECK(node.sender.send_due(app.now).letters == 5);
    // One bad letter holds nobody else up.
    CHECK(receiver.take(1).at(0).at("envelope").at("to").as_string() == "fine@exemple.fr");
    CHECK(states(app) == std::map<std::string, std::int64_t>{
                             {"waiting", 1}, {"bounced", 2}, {"failed", 1}, {"sent", 1}});
    CHECK(node.sender.send_due(app.now + 59s).letters == 0);
    CHECK(node.sender.send_due(app.now + 60s).letters == 1);
    CHECK(receiver.take(1).at(0).at("envelope").at("to").as_string() == "later-a@exemple.fr");
    CHECK(states(app)["sent"] == 2);

    const auto refused = app.read([](db::Transaction& transaction) {
        return mail::store::refused_addresses(transaction, 10);
    });
    REQUIRE(refused.size() == 2);
    const auto known =
        std::ranges::find(refused, "no-a@exemple.fr", &mail::store::RefusedAddress::email);
    REQUIRE(known != refused.end());
    CHECK(known->person == person);
    CHECK(known->reason.find("550 5.1.1 no such user here") != std::string::npos);
}

TEST_CASE("many letters travel on one connection, and a broken one is made again") {
    TestApp app;
    SmtpReceiver receiver;
    Node node(app, receiver.url());
    for (int i = 0; i < 30; ++i) put(app, letter_to("a" + std::to_string(i) + "@exemple.fr"));
    while (node.sender.send_due(app.now).letters > 0) {
    }
    for (const json::value& got : receiver.take(30)) CHECK(got.at("connection").as_int64() == 1);

    // The connection ends in the middle of a letter: that one is tried again, nothing is lost.
    put(app, letter_to("break-a@exemple.fr"));
    put(app, letter_to("after@exemple.fr"));
    node.sender.send_due(app.now);
    CHECK(receiver.take(1).at(0).at("envelope").at("to").as_string() == "after@exemple.fr");
    CHECK(states(app)["waiting"] == 1);
    CHECK(node.sender.send_due(app.now + 1min).letters == 1);
    CHECK(receiver.take(1).at(0).at("envelope").at("to").as_string() == "break-a@exemple.fr");
}

TEST_CASE("while the relay is away letters wait, none of them is to blame, and then they leave") {
    TestApp app;
    auto receiver = std::make_unique<SmtpReceiver>();
    Node node(app, receiver->url());
    receiver->kill();
    for (int i = 0; i < 3; ++i) put(app, letter_to("a@exemple.fr"));
    for (int i = 0; i < 3; ++i) {
        const mail::Turn turn = node.sender.send_due(app.now);
        CHECK(turn.letters == 0);
        CHECK(turn.obstacle != "");
    }
    const auto letter = only_letter(app);
    CHECK(letter.state == "waiting");
    CHECK(letter.attempts == 0);
    CHECK(letter.last_error != "");
    Node other(app, SmtpReceiver().url());  // also gone by now
    CHECK(other.sender.send_due(app.now).letters == 0);
    SmtpReceiver back;
    Node healthy(app, back.url());
    CHECK(healthy.sender.send_due(app.now).letters == 3);
    CHECK(back.take(3).size() == 3);
    CHECK(states(app)["sent"] == 3);
}

TEST_CASE("a relay without encryption gets nothing when encryption is required") {
    TestApp app;
    SmtpReceiver receiver;
    mail::SenderOptions strict = options(receiver.url());
    strict.smtp.starttls = mail::StartTls::required;
    mail::Sender sender(*app.database, app.app().typesetter, kinds, strict);
    put(app, letter_to("a@exemple.fr"));
    CHECK(sender.send_due(app.now).obstacle != "");
    CHECK(states(app)["waiting"] == 1);
    CHECK(receiver.rest().empty());
}

TEST_CASE("two nodes send 200 letters, each of them once") {
    TestApp app;
    SmtpReceiver receiver;
    for (int i = 0; i < 200; ++i) put(app, letter_to("a" + std::to_string(i) + "@exemple.fr"));
    Node one(app, receiver.url()), two(app, receiver.url());
    std::atomic<int> sent_by[2] = {0, 0};
    {
        std::vector<std::jthread> threads;
        int number = 0;
        for (Node* node : {&one, &two})
            threads.emplace_back([&, node, number = number++] {
                while (const int letters = node->sender.send_due(app.now).letters)
                    sent_by[number] += letters;
            });
    }
    std::set<std::string> ids, addresses;
    for (const json::value& got : receiver.take(200)) {
        ids.insert(text_of(got.at("id")));
        addresses.insert(text_of(got.at("envelope").at("to")));
    }
    CHECK(receiver.rest().empty());
    CHECK(ids.size() == 200);
    CHECK(addresses.size() == 200);
    CHECK(sent_by[0] + sent_by[1] == 200);
    CHECK(sent_by[0] > 0);
    CHECK(sent_by[1] > 0);
}

TEST_CASE("a node that died in the middle: the letter leaves again with the same Message-ID") {
    TestApp app;
    SmtpReceiver receiver;
    put(app, letter_to("a@exemple.fr"));
    const auto taken = app.database->write([&](db::Transaction& transaction) {
        return mail::store::take_due(transaction, app.now, app.now + mail::lease, 20);
    });
    REQUIRE(taken.size() == 1);
    // It sends, and dies before it could note that.
    const std::string wire = mail::wire_message(taken[0], mail::read_letter(taken[0].letter),
                                                app.app().typesetter, options(""), true);
    mail::Smtp smtp(options(receiver.url()).smtp);
    CHECK(smtp.send("campus@campus.test", "a@exemple.fr", wire).fate == mail::Fate::delivered);

    Node other(app, receiver.url());
    CHECK(other.sender.send_due(app.now + mail::lease - 1s).letters == 0);
    CHECK(other.sender.send_due(app.now + mail::lease).letters == 1);
    const auto both = receiver.take(2);
    CHECK(text_of(both[0].at("id")) != "");
    CHECK(both[0].at("id") == both[1].at("id"));
    CHECK(both[0].at("raw") == both[1].at("raw"));
    CHECK(states(app)["sent"] == 1);
}

TEST_CASE("what a person chose: at once, in the digest of the day, never") {
    TestApp app;
    SmtpReceiver receiver;
    Node node(app, receiver.url());
    const auto camille = app.given_person({.name = "Camille"});
    const auto dominique = app.given_person({.name = "Dominique"});
    const auto choose = [&](base::PersonId person, mail::Choice choice) {
        app.database->write([&](db::Transaction& transaction) {
            mail::store::set_choice(transaction, person, "test.free", choice);
            mail::store::set_choice(transaction, person, "test.required", choice);
        });
    };
    const auto write = [&](base::PersonId person, std::string_view kind, bool at_once = false) {
        mail::Letter letter = letter_to("someone@exemple.fr", kind);
        letter.to.person = person;
        letter.at_once = at_once;
        letter.paragraphs = {"enrolments.notice.seated"};
        put(app, letter);
    };
    choose(camille, mail::Choice::digest);
    choose(dominique, mail::Choice::never);
    for (const auto person : {camille, dominique}) {
        write(person, "test.free");
        write(person, "test.free");
        write(person, "test.free", true);  // its link expires
        write(person, "test.required");    // the law needs it
        write(person, "test.unheard_of");  // nobody declared it
    }
    CHECK(node.sender.send_due(app.now).letters == 10);
    CHECK(receiver.take(6).size() == 6);
    CHECK(states(app) ==
          std::map<std::string, std::int64_t>{{"sent", 6}, {"digest", 2}, {"unwanted", 2}});

    CHECK(mail::make_digests(*app.database, app.now + 20h) == 1);
    CHECK(mail::make_digests(*app.database, app.now + 20h) == 0);
    CHECK(node.sender.send_due(app.now + 20h).letters == 1);
    const json::value digest = receiver.take(1).at(0);
    CHECK(text_of(digest.at("subject")) == "2 nouvelles sur Campus");
    CHECK(holds(digest.at("text"), "Votre place est confirmée."));
    CHECK(states(app) == std::map<std::string, std::int64_t>{{"sent", 9}, {"unwanted", 2}});
    CHECK(receiver.rest().empty());
}

static std::string report(const std::string& message_id, const char* action) {
    return "Content-Type: multipart/report; boundary=x\n\n--x\n"
           "Content-Type: message/delivery-status\n\nReporting-MTA: dns; relais\n\n"
           "Final-Recipient: rfc822; camille@exemple.fr\nAction: " +
           std::string{action} +
           "\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n\n--x\n"
           "Content-Type: text/rfc822-headers\n\nMessage-ID: " +
           message_id + "\n\n--x--\n";
}

TEST_CASE("a report of a relay marks the letter and the address, once, and only of our letters") {
    TestApp app;
    SmtpReceiver receiver;
    Node node(app, receiver.url());
    put(app, letter_to("camille@exemple.fr"));
    node.sender.send_due(app.now);
    const std::string id = text_of(receiver.take(1).at(0).at("id"));
    const auto receive = [&](const std::string& text) {
        return app.database->write([&](db::Transaction& transaction) {
            return mail::receive_report(transaction, text, app.now);
        });
    };
    CHECK(receive(report(id, "delayed")) == mail::Received::no_failure);
    CHECK(receive(report("<1.000000000000000000000000@campus.test>", "failed")) ==
          mail::Received::not_ours);
    CHECK(receive(report("<1@campus.test>", "failed")) == mail::Received::not_ours);
    CHECK(receive(report("", "failed")) == mail::Received::not_ours);
    CHECK(receive("hello") == mail::Received::unreadable);
    CHECK(states(app)["sent"] == 1);
    CHECK(receive(report(id, "failed")) == mail::Received::recorded);
    CHECK(receive(report(id, "failed")) == mail::Received::recorded);
    CHECK(states(app)["bounced"] == 1);
    const auto refused = app.read([](db::Transaction& transaction) {
        return mail::store::refused_addresses(transaction, 10);
    });
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].letters == 1);
    CHECK(refused[0].reason == "5.1.1 550 no such user");
}

TEST_CASE("of a letter that lets in no text is kept once it has left, and its report is known") {
    TestApp app;
    SmtpReceiver receiver;
    Node node(app, receiver.url());
    mail::Letter letter = letter_to("camille@exemple.fr");
    letter.action = {"mail.left.subject", "/invited/secret-token"};
    letter.lets_in = true;
    put(app, letter);
    node.sender.send_due(app.now);
    const auto sent = receiver.take(1).at(0);
    CHECK(holds(sent.at("text"), "secret-token"));
    static constexpr db::Query kept{"test.kept",
                                    "SELECT letter FROM outbox WHERE letter LIKE '%secret-token%'"};
    app.read([&](db::Transaction& transaction) {
        CHECK(transaction.run(kept, {}) == 0);
        const auto digest = mail::digest_of(mail::without_text(R"({"subject":"x"})"));
        CHECK(digest == mail::digest_of(R"({"subject":"x"})"));
    });
    app.database->write([&](db::Transaction& transaction) {
        CHECK(mail::receive_report(transaction, report(text_of(sent.at("id")), "failed"),
                                   app.now) == mail::Received::recorded);
        CHECK(mail::store::send_again(transaction, app.now) == 0);  // nothing is left to send
    });
}

TEST_CASE("letters are forgotten half a year after they were written, those that wait are not") {
    TestApp app;
    put(app, letter_to("waits@exemple.fr"));
    put(app, letter_to("not an address"));
    SmtpReceiver receiver;
    Node node(app, receiver.url());
    put(app, letter_to("later-b@exemple.fr"));
    node.sender.send_due(app.now);
    const auto rows = [&] {
        std::int64_t sum = 0;
        for (const auto& [state, count] : states(app)) sum += count;
        return sum;
    };
    app.app().privacy.apply(app.now + 24h * 180);
    CHECK(rows() == 3);
    app.app().privacy.apply(app.now + 24h * 185);
    CHECK(states(app) == std::map<std::string, std::int64_t>{{"waiting", 1}});
}
