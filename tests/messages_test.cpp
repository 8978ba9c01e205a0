// SPDX-License-Identifier: EUPL-1.2
// Code names messages by their keys; every key that stands in C++ is a message in both languages.
// (Those of templates are checked when the templates are compiled, at the start of the program.)
#include "html/messages.hpp"
#include "files.hpp"
#include "mail/kinds.hpp"
#include "places.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>

namespace fs = std::filesystem;

namespace {

// "slice.word" in the middle of a literal's quotes is a key, or the name of a query.
const std::regex literal(R"re("((?:[a-z]+)(?:\.[a-z0-9_-]+)+)")re");
// Query{"name", ...}, {"name", R"sql(...: names of queries look like keys.
const std::regex query(R"re((?:Query\s+\w+|Query)\s*\{\s*"([a-z0-9_.]+)")re");

// What names a job, a kind of letters, or an action in the log of decisions.
const std::regex other_name(
    R"re(\.(?:kind|action)\s*=[^,;{}]*|\b(?:handle|every)\(\s*"[^"]*"|_job\s*=[^;]*|\brecord\([^;{}]*;)re");

// What looks like a key and is none.
const std::set<std::string> exceptions{
    "campus.db",      // the default database
    "catalogue.csv",  // names of files
    "organisations.csv",
    "audit.csv",
    "identity.insert_persons",  // names of queries
    "identity.insert_affiliations",
    "html.error.other",       // a beginning: .title and .text follow
    "catalogue.problem.not_"  // a beginning: the name of the list follows
};

// Those that each language writes in its own way: 14 h 30, 2:30 pm.
const std::set<std::string> own_values{"html.time", "html.full_hour", "html.short_date"};

std::string without_comments(const std::string& text) {
    std::string kept;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = text.substr(at, end - at);
        kept += line.starts_with("//") ? "" : line.substr(0, line.find(" // "));
        kept += '\n';
        at = end + 1;
    }
    return kept;
}

std::set<std::string> matches(const std::string& text, const std::regex& what) {
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), what), end; at != end; ++at)
        found.insert((*at)[1]);
    return found;
}

// All keys of po/. Their first words are the folders of src, and what else po/ has files for.
std::set<std::string> message_keys() {
    std::set<std::string> keys;
    for (const auto& file : fs::directory_iterator(SOURCE_DIR "/po"))
        keys.merge(matches(read_file(file.path().string()),
                           std::regex(R"re(msgid "([a-z]+\.[a-z0-9_.-]+)")re")));
    return keys;
}

// A literal that code completes: "requests.letter.reminder" + ".subject".
bool begins_one(const std::set<std::string>& keys, const std::string& begun) {
    const std::string beginning = begun.ends_with('_') ? begun : begun + ".";
    const auto first = keys.lower_bound(beginning);
    return first != keys.end() && first->starts_with(beginning);
}

}  // namespace

TEST_CASE("every message key in C++ is a message in both languages") {
    const html::Messages messages;
    const auto known = message_keys();
    std::set<std::string> families;
    for (const std::string& key : known) families.insert(key.substr(0, key.find('.')));
    REQUIRE(families.contains("enrolments"));
    const mail::Kinds kinds;
    int keys = 0;
    for (const auto& file : fs::recursive_directory_iterator(SOURCE_DIR "/src")) {
        const auto& path = file.path();
        if (path.extension() != ".cpp" && path.extension() != ".hpp") continue;
        if (path.parent_path().filename() == "tests") continue;
        const std::string text =
            std::regex_replace(without_comments(read_file(path.string())), other_name, "");
        const auto queries = matches(text, query);
        for (const std::string& key : matches(text, literal)) {
            if (queries.contains(key) || exceptions.contains(key) || kinds.find(key)) continue;
            if (!families.contains(key.substr(0, key.find('.'))) || begins_one(known, key))
                continue;
            ++keys;
            CAPTURE(path.string());
            CAPTURE(key);
            for (const char* language : {"fr", "en"}) {
                CAPTURE(language);
                CHECK(messages.has(language, key));
            }
        }
    }
    CHECK(keys > 50);
}

TEST_CASE("the catalogues of both languages have the same keys and the same {{values}}") {
    const html::Messages messages;
    const std::regex value(R"re(\{\{([a-z_]+)\}\})re");
    for (const auto& file : fs::directory_iterator(SOURCE_DIR "/po")) {
        if (!file.path().string().ends_with(".fr.po")) continue;
        const std::string french = read_file(file.path().string());
        std::string other = file.path().string();
        const std::string english = read_file(other.replace(other.size() - 6, 6, ".en.po"));
        const std::regex id(R"re(msgid "([^"]+)")re");
        CAPTURE(file.path().string());
        CHECK(matches(french, id) == matches(english, id));
        for (const std::string& key : matches(french, id)) {
            CAPTURE(key);
            if (own_values.contains(key)) continue;
            if (french.find("msgid \"" + key + "\"\nmsgid_plural") != std::string::npos) continue;
            CHECK(matches(messages.text("fr", key), value) ==
                  matches(messages.text("en", key), value));
        }
    }
}
