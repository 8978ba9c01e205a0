// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/formats.hpp"

#include "base/csv.hpp"
#include "lheo_structure.hpp"
#include "offers_for_tests.hpp"
#include "places.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>
#include <fstream>
#include <pugixml.hpp>

using namespace catalogue;
using namespace std::chrono;
using tests::themes;

static std::vector<Exported> exported(const Imported& imported) {
    std::vector<Exported> out;
    for (const auto& [line, slug, offer] : imported.offers)
        out.push_back({slug, offer, base::Time{sys_days{2026y / 1 / 2}}});
    return out;
}

static std::string problems(const Imported& imported) {
    std::string out;
    for (const auto& [line, reason, left_out] : imported.problems)
        out += std::to_string(line) + (left_out ? "!" : ":") + reason.message_key + " ";
    return out;
}

TEST_CASE("durations are understood where they are clear") {
    struct Case {
        const char* words;
        int minutes;  // 0: not clear
    };
    for (const auto& [words, minutes] : {
             Case{"2 jours", 840},
             Case{"1 jour", 420},
             Case{"2j", 840},
             Case{"1,5 jour", 630},
             Case{"2 jours et demi", 1050},
             Case{"1/2 journée", 210},
             Case{"½ journée", 210},
             Case{"demi-journée", 210},
             Case{"Une demi-journée", 210},
             Case{"2 demi-journées", 420},
             Case{"une journée", 420},
             Case{"trois jours", 1260},
             Case{"1 h 30", 90},
             Case{"3h30", 210},
             Case{"3 h", 180},
             Case{"1h05", 65},
             Case{"14 heures", 840},
             Case{"1 heure et demie", 90},
             Case{"45 min", 45},
             Case{"45 minutes.", 45},
             Case{"1 heure 15 minutes", 75},
             Case{"1 jour et 2 heures", 540},
             Case{"2 jours (14 heures)", 840},
             Case{"2 jours (en présentiel)", 840},
             Case{"2\u00a0jours", 840},
             Case{"100000 min", 100'000},
             Case{"100001 min", 0},
             Case{"2 jours (10 h)", 0},
             Case{"3 à 5 heures", 0},
             Case{"1 mois", 0},
             Case{"", 0},
             Case{"2", 0},
             Case{"jours", 0},
             Case{"0 min", 0},
             Case{"30 min 1 h", 0},
             Case{"1 h 75", 0},
             Case{"999999999999 jours", 0},
             Case{"1,005 h", 0},
             Case{"-2 jours", 0},
             Case{"2 x 3h", 0},
             Case{"autonomie", 0},
             Case{"un", 0},
         })
        CHECK_MESSAGE(minutes_of_duration(words).value_or(0) == minutes, words);
}

static constexpr const char* eleven =
    "\xEF\xBB\xBF"
    "Intitulé;Type;Descriptif court;Objectifs;Durée;Lien d'inscription;Public cible;Thématiques;"
    "Sous-thématiques;Organisateurs;Modalité\r\n"
    "Les bases de Git;Formation;\"Deux jours ; sans peine\";\"- cloner\r\n- fusionner\";2 jours;"
    "https://campus.example/git;Agents, contractuels;\"Cybersécurité; Données, "
    "algorithmes\";Git;DINUM;"
    "En ligne, Présentiel\r\n"
    "Été du numérique;université d'été;;;;mailto:a@b.fr;;Data et IA;;DINUM,ANSSI;hybride\r\n";

TEST_CASE("the eleven columns of the real site are read") {
    const auto read = read_csv(eleven, themes());
    REQUIRE(read);
    CHECK(problems(*read) == "");
    REQUIRE(read->offers.size() == 2);
    const Offer& git = read->offers[0].offer;
    CHECK(git.title == "Les bases de Git");
    CHECK(git.summary == "Deux jours ; sans peine");
    CHECK(git.objectives == "- cloner\n- fusionner");
    CHECK(git.duration_minutes == 840);
    CHECK(git.audiences == std::vector<std::string>{"Agents", "contractuels"});
    CHECK(git.themes == std::vector<std::string>{"cybersecurite", "donnees"});
    CHECK(git.modalities == std::vector<std::string>{"en-ligne", "presentiel"});
    const auto& [line, slug, summer] = read->offers[1];
    CHECK(line == 4);
    CHECK(slug == "");
    CHECK(summer.kind == "universite-ete");
    CHECK(summer.themes == std::vector<std::string>{"donnees", "ia"});
    CHECK(summer.organisers == std::vector<std::string>{"DINUM", "ANSSI"});
}

TEST_CASE("what was read from the eleven columns is written back and read the same") {
    std::string text = eleven;
    text += "=1+1 ou plus;Module;@home;'=x;;;\"Élus, maires;Agents\";cuisine;;\"SARL A, B;\";\r\n";
    const auto first = read_csv(text, themes());
    REQUIRE(first);
    CHECK(first->offers[2].offer.organisers == std::vector<std::string>{"SARL A, B"});
    const auto written = write_csv(exported(*first), themes());
    CHECK(written.contains("\r\n'=1+1 ou plus,Module,'@home,"));
    const auto second = read_csv(written, themes());
    REQUIRE(second);
    REQUIRE(second->offers.size() == first->offers.size());
    for (std::size_t i = 0; i < first->offers.size(); ++i)
        CHECK(second->offers[i].offer == first->offers[i].offer);
    CHECK(write_csv(exported(*second), themes()) == written);
    CHECK(written.starts_with(
        "Intitulé,Type,Descriptif court,Objectifs,Durée,Lien d'inscription,Public cible,"
        "Thématiques,Sous-thématiques,Organisateurs,Modalité\r\n"));
}

TEST_CASE("columns stand in any order, may be missing, and unknown ones are told") {
    const auto read =
        read_csv("MODALITE,couleur,intitule ,SOUS THEMATIQUES\nHybride,rouge,Git,a\n", themes());
    REQUIRE(read);
    CHECK(problems(*read) == "1:catalogue.csv.unknown_columns ");
    CHECK(read->problems[0].reason.values[0].second == "couleur");
    REQUIRE(read->offers.size() == 1);
    CHECK(read->offers[0].offer.subthemes == std::vector<std::string>{"a"});
    CHECK(read->offers[0].offer.modalities == std::vector<std::string>{"hybride"});
    CHECK(read_csv("Type\nModule\n", themes()).error().reasons[0].message_key ==
          "catalogue.csv.no_title_column");
    CHECK(read_csv("", themes()).error().reasons[0].message_key == "catalogue.csv.empty");
    CHECK(read_csv("Intitulé\nG\xE9\n", themes()).error().reasons[0].message_key ==
          "base.csv.not_utf8");
}

TEST_CASE("a bad line is told with its number and the others go in") {
    const auto read = read_csv(
        "Intitulé,Type,Lien d'inscription,Thématiques,Modalité\n"
        "Un,,,,\n"
        ",Module,,,\n"
        "\"Trois\nlignes\",stage,,,\n"
        "Quatre,,javascript:alert(1),,\n"
        "Cinq,,,Poterie,Radio\n"
        ",,,,\n"
        "Sept,,,,,encore\n",
        themes());
    REQUIRE(read);
    CHECK(problems(*read) ==
          "2!catalogue.problem.too_short 3!catalogue.problem.missing 4!catalogue.csv.unknown_type "
          "6!catalogue.problem.link 7:catalogue.csv.unknown_theme 7:catalogue.csv.unknown_modality "
          "9:catalogue.csv.extra_cells ");
    REQUIRE(read->offers.size() == 2);
    CHECK(read->offers[0].offer.subthemes == std::vector<std::string>{"Poterie"});
    CHECK(read->offers[1].line == 9);
}

static Exported full_offer() {
    return {"les-bases-de-git",
            {.title = "Les bases de <Git> & co",
             .kind = "parcours",
             .summary = "Court",
             .objectives = "cloner\nfusionner",
             .programme = "Matin : \"x\"",
             .duration = "1 h 30",
             .duration_minutes = 90,
             .registration_link = "https://campus.example/git?a=1&b=2",
             .audiences = {"Agents", "Élus, maires"},
             .themes = {"cybersecurite", "ia"},
             .subthemes = {"Git"},
             .organisers = {"DINUM", "ANSSI"},
             .modalities = {"hybride"},
             .prerequisites = "Savoir lire",
             .languages = {"fr", "en"},
             .certification = "Compétences numériques",
             .certification_code = "RS6247",
             .accessibility = "Sous-titres",
             .price_cents = 1205,
             .places = {"Paris", "Lyon"},
             .eligibility = {.populations = {"etat", "territoriale"}},
             .fictitious = true},
            base::Time{sys_days{2026y / 1 / 2}},
            {7}};
}
static const Periods full_offer_periods{
    {{7},
     {{2026y / 3 / 4, 2026y / 3 / 5, 2026y / 1 / 5, 2026y / 2 / 20},
      {2026y / 6 / 1, 2026y / 6 / 2, 2026y / 3 / 1, 2026y / 5 / 20}}}};

TEST_CASE("LHEO that is written is read the same, with its elements in the order of the standard") {
    const Exported offer = full_offer();
    const auto xml = write_lheo({offer}, full_offer_periods, "https://campus.example");
    const auto read = read_lheo(xml, themes());
    REQUIRE(read);
    CHECK(problems(*read) == "");
    REQUIRE(read->offers.size() == 1);
    CHECK(read->offers[0].slug == "les-bases-de-git");
    CHECK(read->offers[0].line == 4);
    CHECK(read->offers[0].offer == offer.offer);

    pugi::xml_document document;
    REQUIRE(document.load_string(xml.c_str()));
    CHECK(tests::LheoStructure().problems(document.document_element()) == "");
    const auto formation = document.child("lheo").child("offres").child("formation");
    CHECK(std::string(formation.child("certification").child_value("code-RS")) == "6247");
    CHECK(std::string(formation.child("action").child("session").child("periode").child_value(
              "debut")) == "20260304");
    const auto second = formation.child("action").child("session").next_sibling("session");
    CHECK(std::string(second.child("periode-inscription").child("periode").child_value("fin")) ==
          "20260520");
    CHECK(std::string(document.child("lheo").attribute("xmlns").value()) ==
          "http://lheo.gouv.fr/2.3");
}

TEST_CASE("an offer that says little still makes the elements that LHEO demands") {
    const auto xml = write_lheo({{"git", {.title = "Git"}, {}, {}}}, {}, "https://campus.example");
    const auto read = read_lheo(xml, themes());
    REQUIRE(read);
    CHECK(read->offers.at(0).offer == Offer{.title = "Git"});
    CHECK(xml.contains("<fin>99999999</fin>"));
}

TEST_CASE("LHEO of others is read with prefixes, several actions and CDATA") {
    const auto read = read_lheo(R"(<?xml version="1.0"?>
<l:lheo xmlns:l="http://lheo.gouv.fr/2.3"><l:offres>
<l:formation><l:intitule-formation>Un</l:intitule-formation></l:formation>
<l:formation><l:intitule-formation><![CDATA[Sécurité & <co>]]></l:intitule-formation>
 <l:certification><l:code-RNCP>RNCP 123</l:code-RNCP></l:certification>
 <l:action><l:modalites-enseignement>0</l:modalites-enseignement><l:nombre-heures-total>14</l:nombre-heures-total>
  <l:lieu-de-formation><l:coordonnees><l:adresse><l:ville>Lyon</l:ville></l:adresse></l:coordonnees></l:lieu-de-formation></l:action>
 <l:action><l:modalites-enseignement>1</l:modalites-enseignement></l:action></l:formation>
</l:offres></l:lheo>)",
                                themes());
    REQUIRE(read);
    CHECK(problems(*read) == "3!catalogue.problem.too_short ");
    REQUIRE(read->offers.size() == 1);
    const Offer& offer = read->offers[0].offer;
    CHECK(offer.title == "Sécurité & <co>");
    CHECK(offer.certification_code == "RNCP123");
    CHECK(offer.modalities == std::vector<std::string>{"presentiel", "en-ligne"});
    CHECK(offer.duration_minutes == 840);
    CHECK(offer.places == std::vector<std::string>{"Lyon"});
}

TEST_CASE("hostile XML is refused before it costs anything") {
    const auto refused = [](const std::string& xml) {
        const auto read = read_lheo(xml, themes());
        return read ? "" : read.error().reasons[0].message_key;
    };
    const std::string open = "<lheo xmlns=\"http://lheo.gouv.fr/2.3\">";
    CHECK(refused("<!DOCTYPE lheo [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>" + open +
                  "&b;</lheo>") == "catalogue.lheo.document_type");
    CHECK(refused("<!DOCTYPE lheo SYSTEM \"file:///etc/passwd\">" + open + "</lheo>") ==
          "catalogue.lheo.document_type");
    CHECK(refused("<!-- <!DOCTYPE x> -->" + open + "<offres/></lheo>") == "");
    std::string deep = open;
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    CHECK(refused(deep) == "catalogue.lheo.too_deep");
    std::string flat = open;
    for (int i = 0; i < 2'000'001; ++i) flat += "<a/>";
    CHECK(refused(flat + "</lheo>") == "catalogue.lheo.too_many_elements");
    CHECK(refused(open + std::string(20 * 1024 * 1024, ' ') + "</lheo>") ==
          "catalogue.lheo.too_large");
    CHECK(refused(open + "\xC3(</lheo>") == "catalogue.lheo.not_utf8");
    CHECK(refused(open + "<offres></lheo>") == "catalogue.lheo.malformed");
    CHECK(refused("<lheo><offres/></lheo>") == "catalogue.lheo.not_lheo");
    CHECK(refused("<html xmlns=\"http://lheo.gouv.fr/2.3\"/>") == "catalogue.lheo.not_lheo");
    CHECK(refused("") == "catalogue.lheo.malformed");
    // An entity that nobody declared stays text.
    CHECK(read_lheo(open + "<offres><formation><intitule-formation>a &xxe; "
                           "b</intitule-formation></formation></offres></lheo>",
                    themes())
              ->offers.at(0)
              .offer.title == "a &xxe; b");
}

TEST_CASE("the Atom feed has stable ids, absolute links and escaped texts") {
    const auto xml = write_atom({full_offer()}, "https://campus.example:8443", "Campus",
                                base::Time{sys_days{2026y / 5 / 6}});
    pugi::xml_document document;
    REQUIRE(document.load_string(xml.c_str()));
    const auto feed = document.child("feed");
    CHECK(std::string(feed.attribute("xmlns").value()) == "http://www.w3.org/2005/Atom");
    CHECK(std::string(feed.child_value("id")) == "tag:campus.example,2026:catalogue");
    CHECK(std::string(feed.child_value("updated")) == "2026-05-06T00:00:00Z");
    const auto entry = feed.child("entry");
    CHECK(std::string(entry.child_value("id")) ==
          "tag:campus.example,2026:catalogue/les-bases-de-git");
    CHECK(std::string(entry.child_value("title")) == "Les bases de <Git> & co");
    CHECK(std::string(entry.child("link").attribute("href").value()) ==
          "https://campus.example:8443/catalogue/les-bases-de-git");
    CHECK(std::string(entry.child_value("updated")) == "2026-01-02T00:00:00Z");
    CHECK(std::string(entry.child("category").attribute("term").value()) == "cybersecurite");
}

TEST_CASE("a course for search engines, safe inside a script element") {
    auto offer = full_offer();
    offer.offer.summary = "</script><script>alert(1)</script><!--";
    const auto course = to_schema_org(offer, "https://campus.example");
    CHECK(course.at("@type") == "Course");
    CHECK(course.at("url") == "https://campus.example/catalogue/les-bases-de-git");
    CHECK(course.at("timeRequired") == "PT1H30M");
    CHECK(course.at("isAccessibleForFree") == false);
    CHECK(course.at("teaches").as_array().size() == 2);
    CHECK(course.at("inLanguage").as_array().size() == 2);
    CHECK(course.at("hasCourseInstance").at(0).at("courseMode") == "blended");
    CHECK(course.at("provider").at(0).at("name") == "DINUM");
    const auto text = json_ld_text(course);
    CHECK_FALSE(text.contains('<'));
    CHECK(boost::json::parse(text) == course);
}

TEST_CASE("the open data file has the columns that its schema describes") {
    const auto rows = base::read_csv(write_open_data_csv({full_offer()}));
    REQUIRE(rows);
    REQUIRE(rows->size() == 2);
    std::ifstream file(SOURCE_DIR "/data/schema/catalogue.schema.json");
    const auto schema = boost::json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
    const auto& fields = schema.at("fields").as_array();
    REQUIRE(fields.size() == rows->at(0).cells.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        CHECK(std::string(fields[i].at("name").as_string()) == rows->at(0).cells[i]);
        CHECK(!fields[i].at("description").as_string().empty());
    }
    CHECK(rows->at(1).cells[13] == "Agents|Élus, maires");
}

TEST_CASE("any offer can be written in every format") {
    std::mt19937 random{5};
    const tests::LheoStructure structure;
    for (int round = 0; round < 300; ++round) {
        const Exported offer{"slug", tests::random_offer(random), {}};
        CHECK(base::read_csv(write_csv({offer}, themes())));
        CHECK(base::read_csv(write_open_data_csv({offer}))->size() == 2);
        const auto lheo = write_lheo({offer}, {}, "https://a.fr");
        CHECK(read_lheo(lheo, themes()));
        pugi::xml_document document;
        REQUIRE(document.load_string(lheo.c_str()));
        CHECK(structure.problems(document.document_element()) == "");
        CHECK(document.load_string(write_atom({offer}, "https://a.fr", "t", {}).c_str()));
        CHECK(!json_ld_text(to_schema_org(offer, "https://a.fr")).contains('<'));
    }
}

TEST_CASE("ten thousand offers are read in well under a second" * doctest::skip()) {
    std::vector<Exported> offers(10'000, full_offer());
    const auto csv = write_csv(offers, themes());
    const auto lheo = write_lheo(offers, {}, "https://a.fr");
    const auto seconds = [](auto work) {
        const auto start = steady_clock::now();
        work();
        return duration<double>(steady_clock::now() - start).count();
    };
    MESSAGE("csv ", csv.size(), " bytes, read in ",
            seconds([&] { CHECK(read_csv(csv, themes())->offers.size() == 10'000); }));
    MESSAGE("csv written in ", seconds([&] { write_csv(offers, themes()); }));
    std::string part = write_lheo({offers.begin(), offers.begin() + 5'000}, {}, "https://a.fr");
    MESSAGE("lheo ", part.size(), " bytes, 5,000 offers read in ",
            seconds([&] { CHECK(read_lheo(part, themes())->offers.size() == 5'000); }));
    MESSAGE("lheo of 10,000: ", lheo.size(), " bytes");
    MESSAGE("json there and back ", seconds([&] {
                for (const auto& x : offers)
                    CHECK(offer_from_json(
                        boost::json::parse(boost::json::serialize(to_json(x.offer)))));
            }));
}
