// SPDX-License-Identifier: EUPL-1.2
#include "pix/rules.hpp"

#include "base/embedded.hpp"
#include "base/text.hpp"
#include "pix/results_file.hpp"
#include "pix/settings.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

using namespace pix;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

base::Time at(std::string_view iso) {
    return contract::parse_time(iso).value();
}
const base::Time now = at("2026-11-23T09:00:00Z");

}  // namespace

TEST_CASE("times as Pix writes them") {
    CHECK(base::iso_time(at("2025-01-03T10:20:30.456Z")) == "2025-01-03T10:20:30Z");
    CHECK(base::iso_time(at("2025-01-03T10:20Z")) == "2025-01-03T10:20:00Z");
    CHECK(base::iso_time(at("2025-01-03T10:20:30+02:00")) == "2025-01-03T08:20:30Z");
    CHECK(base::iso_time(at("2025-01-03T10:20:30-00:30")) == "2025-01-03T10:50:30Z");
    for (const char* wrong :
         {"", "2025-01-03", "2025-01-03T10:20:30", "2025-13-03T10:20:30Z", "2025-01-03T24:00:00Z",
          "2025-01-03T10:60:00Z", "2025-01-03T10:20:60Z", "2025-01-03T10:20:30.Z",
          "2025-01-03T10:20:30.12345678901Z", "2025-01-03 10:20:30Z", "2025-01-03T10:20:30ZZ",
          "2025-01-03T1a:20:30Z", "2025-01-03T10:20:30+0200"}) {
        CAPTURE(wrong);
        CHECK_FALSE(contract::parse_time(wrong));
    }
}

TEST_CASE("how long Pix asks to wait") {
    CHECK(retry_after("120", now) == seconds{120});
    CHECK(retry_after(" 0 ", now) == seconds{1});
    CHECK(retry_after("-5", now) == seconds{1});
    CHECK(retry_after("9999999", now) == days{1});
    CHECK(retry_after("Mon, 23 Nov 2026 09:02:00 GMT", now) == seconds{120});
    CHECK(retry_after("Mon, 23 Nov 2026 08:00:00 GMT", now) == seconds{1});
    CHECK_FALSE(retry_after("", now));
    CHECK_FALSE(retry_after("soon", now));
    CHECK_FALSE(retry_after("Mon, 23 Xyz 2026 09:02:00 GMT", now));
    const Trouble passing{Trouble::Kind::passing, {}, ""};
    CHECK(ask_again(passing, 1, now) == now + seconds{60});
    CHECK(ask_again(passing, most_failures - 1, now) == now + hours{1});
    CHECK_FALSE(ask_again(passing, most_failures, now));
    CHECK_FALSE(ask_again({Trouble::Kind::lasting, {}, ""}, 1, now));
    CHECK(ask_again({Trouble::Kind::passing, {}, "7"}, 1, now) == now + seconds{7});
}

TEST_CASE("what the next reading asks for") {
    Campaign campaign;
    CHECK_FALSE(next_since(campaign, now));
    campaign.whole_at = campaign.watermark = now - days{1};
    CHECK(next_since(campaign, now) == now - days{4});
    campaign.reread_at = now - days{1};
    CHECK_FALSE(next_since(campaign, now));
    campaign.reread_at = now - days{1} - seconds{1};
    CHECK(next_since(campaign, now));
    campaign.whole_at = now - between_whole + seconds{1};
    campaign.reread_at = std::nullopt;
    CHECK(next_since(campaign, now));
    campaign.whole_at = now - between_whole;
    CHECK_FALSE(next_since(campaign, now));

    // One that ended early goes on, unless it is old or somebody agreed since.
    Reading reading{.state = ReadingState::failed, .since = std::nullopt, .started_at = now};
    Campaign fresh;
    CHECK(may_go_on(fresh, reading, now));
    CHECK_FALSE(may_go_on(fresh, reading, now + overlap));
    fresh.reread_at = now;
    CHECK_FALSE(may_go_on(fresh, reading, now));
    fresh.reread_at = now - seconds{1};
    CHECK(may_go_on(fresh, reading, now));
    reading.since = now - days{3};  // of what is new only, and everything is wanted
    CHECK_FALSE(may_go_on(fresh, reading, now));
    reading.since = std::nullopt;
    reading.state = ReadingState::done;
    CHECK_FALSE(may_go_on(fresh, reading, now));
}

TEST_CASE("of two results of a person the one that counts, in whatever order they come") {
    const auto told = [](std::int64_t id, std::optional<base::Time> shared) {
        return Stored{.pix_id = id, .shared = shared.has_value(), .shared_at = shared};
    };
    const Stored begun = told(1, std::nullopt), early = told(2, now), late = told(3, now + days{1});
    const Stored file{.pix_id = std::nullopt, .shared = true, .shared_at = now};
    CHECK(takes_place(begun, early));
    CHECK_FALSE(takes_place(early, begun));
    CHECK(takes_place(early, late));
    CHECK_FALSE(takes_place(late, early));
    // The same one says what holds now, also when it is less.
    CHECK(takes_place(told(2, now), told(2, std::nullopt)));
    // A file of the same time takes no place, and Pix takes that of a file.
    CHECK_FALSE(takes_place(early, file));
    CHECK(takes_place(file, early));
    CHECK(takes_place(file, file));
    CHECK(takes_place(begun, told(4, std::nullopt)));
    CHECK_FALSE(takes_place(told(4, std::nullopt), begun));
}

TEST_CASE("pseudonyms are random and have one shape") {
    const std::string one = new_pseudonym();
    CHECK(is_pseudonym(one));
    CHECK(one != new_pseudonym());
    CHECK_FALSE(is_pseudonym(""));
    CHECK_FALSE(is_pseudonym(one.substr(1)));
    CHECK_FALSE(is_pseudonym(one + "0"));
    CHECK_FALSE(is_pseudonym("campus-0123456789ABCDEF0123456789abcdef"));
}

TEST_CASE("results are taken as long as they may be kept, no longer") {
    contract::Participation one;
    CHECK_FALSE(too_old(one, now));
    one.shared_at = at("2023-11-23T09:00:00Z");
    CHECK_FALSE(too_old(one, now));
    one.shared_at = *one.shared_at - seconds{1};
    CHECK(too_old(one, now));
    one.shared_at = at("2025-03-01T00:00:00Z");
    CHECK_FALSE(too_old(one, at("2028-02-29T12:00:00Z")));
    // As the rule of retention says.
    const auto rules = boost::json::parse(base::embedded("reference/retention.json"));
    bool told = false;
    for (const auto& rule : rules.at("rules").as_array())
        if (rule.at("object").as_string() == "pix.results") {
            told = true;
            CHECK(rule.at("years").as_int64() == longest_kept.count());
        }
    CHECK(told);
}

TEST_CASE("problems come back from the tables as they went in") {
    const base::Reason reason{"pix.problem.server", "", {{"status", "503"}}};
    CHECK(reason_of(to_json(reason)) == reason);
    CHECK_FALSE(reason_of(""));
}

TEST_CASE("a campaign of ours is one that there is; as long as nobody tells, any code") {
    CHECK_FALSE(why_not_own("", std::nullopt));
    CHECK_FALSE(why_not_own("socle-2026", std::nullopt));
    CHECK(why_not_own("Socle 2026", std::nullopt));
    const std::vector<OwnCampaigns::One> known{{"socle", "Socle"}};
    CHECK_FALSE(why_not_own("", known));
    CHECK_FALSE(why_not_own("socle", known));
    CHECK(why_not_own("autre", known));
}

TEST_CASE("shares and dates as offices write them") {
    const std::vector<std::pair<const char*, int>> good{
        {"0,45", 4500}, {"0.45", 4500},  {"1", 10000},     {"0", 0},
        {"45 %", 4500}, {"45,5%", 4550}, {"100 %", 10000}, {"0.123456", 1235},
        {"1.0", 10000}, {"0,00004", 0},  {"0,00005", 1},   {" 0,5 ", 5000}};
    for (const auto& [text, value] : good) {
        CAPTURE(text);
        CHECK(parse_share(text) == value);
    }
    for (const char* wrong : {"", "NA", "1,01", "101 %", "-0,1", "0,", ",5", "0.5.5", "x", "%",
                              "0,4x", "1e-1", "99999999999999999999"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_share(wrong));
    }
    CHECK(parse_paris("2026-01-15") == at("2026-01-14T23:00:00Z"));
    CHECK(parse_paris("15/01/2026") == at("2026-01-14T23:00:00Z"));
    CHECK(parse_paris("15/07/2026 14:05") == at("2026-07-15T12:05:00Z"));
    CHECK(parse_paris("2026-07-15 14:05:33") == at("2026-07-15T12:05:00Z"));
    for (const char* wrong : {"", "NA", "32/01/2026", "2026/01/15", "15/01/2026 25:00",
                              "15/01/2026 14", "15/01/2026x14:00", "15/01/2026 14:05:3"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_paris(wrong));
    }
}

TEST_CASE("connections are read whole or refused with a reason") {
    const auto no_file = [](const std::string& name) -> Checked<std::string> {
        return name == "secret" ? Checked<std::string>{" of-a-file\n"}
                                : std::unexpected("cannot read " + name);
    };
    const auto read = [&](const boost::json::object& others) {
        boost::json::object one{{"code", "m"},
                                {"organisation", "ministere"},
                                {"url", "https://pix.example"},
                                {"application", "https://app.pix.example"},
                                {"client_id", "campus"}};
        for (const auto& [name, value] : others) one[name] = value;
        return read_connections(boost::json::serialize(boost::json::array(1, one)), no_file);
    };
    CHECK(read({{"client_secret", "s"}}).value().at(0).client_secret == "s");
    CHECK(read({{"client_secret_file", "secret"}}).value().at(0).client_secret == "of-a-file");
    CHECK(read_connections("[]", no_file).value().empty());
    for (const boost::json::object& wrong : std::vector<boost::json::object>{
             {},
             {{"client_secret_file", "nothing"}},
             {{"client_secret", "s"}, {"code", "Le Ministère"}},
             {{"client_secret", "s"}, {"url", "http://pix.example"}},
             {{"client_secret", "s"}, {"url", "https://pix.example/"}},
             {{"client_secret", "s"}, {"application", "javascript:alert(1)"}},
             {{"client_secret", "s"}, {"organisation", ""}},
             {{"client_secret", "s"}, {"secrets", "x"}},
             {{"client_secret", 5}}}) {
        CAPTURE(boost::json::serialize(wrong));
        CHECK_FALSE(read(wrong));
    }
    for (const char* wrong : {"", "{}", "[1]", "[[]]"})
        CHECK_FALSE(read_connections(wrong, no_file));
}
