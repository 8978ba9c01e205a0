// SPDX-License-Identifier: EUPL-1.2
// The catalogue and its workshop through the whole application.
#include "test_app.hpp"

#include "base/csv.hpp"
#include "catalogue/formats.hpp"
#include "http/tokens.hpp"
#include "places.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace json = boost::json;

namespace {

catalogue::Offer offer_with(std::vector<std::string> themes, std::vector<std::string> modalities) {
    catalogue::Offer offer;
    offer.themes = std::move(themes);
    offer.modalities = std::move(modalities);
    return offer;
}

std::int64_t count_of(const json::value& list, std::string_view facet, std::string_view value) {
    for (const json::value& item : list.at("facets").at(facet).as_array())
        if (item.at("value").as_string() == value) return item.at("count").as_int64();
    return 0;
}

bool lists(const json::value& list, std::string_view title) {
    const auto& results = list.at("results").as_array();
    return std::ranges::any_of(results, [&](const json::value& result) {
        return result.at("title").as_string() == title;
    });
}

// The people and the offer of a story of editing.
struct Workshop {
    TestApp app;
    base::PersonId organiser, colleague, reviewer, outsider;

    Workshop() {
        app.given_organisation({.code = "etat", .name = "État", .kind = "etat"});
        app.given_organisation({.code = "dinum", .parent = "etat"});
        app.given_organisation({.code = "insee", .parent = "etat", .name = "Insee"});
        organiser =
            app.given_person({.name = "Awa", .organisation = "dinum", .roles = {"organiser"}});
        colleague = app.given_person(
            {.name = "Chloé", .organisation = "dinum", .roles = {"organiser", "campus_team"}});
        reviewer =
            app.given_person({.name = "Driss", .organisation = "etat", .roles = {"campus_team"}});
        outsider = app.given_person(
            {.name = "Élodie", .organisation = "insee", .roles = {"organiser", "campus_team"}});
    }

    // A complete draft of the organiser; its path.
    std::string given_draft(const std::string& title = "Écrire un message clair") {
        const auto made = app.as(organiser).post_json(
            "/offers", {{"title", title},
                        {"organisation", "dinum"},
                        {"summary", "Des courriels que chacun comprend."},
                        {"themes", {"design-et-accessibilite"}},
                        {"modalities", {"en-ligne"}}});
        REQUIRE(made.status == 201);
        return json::value_to<std::string>(json::parse(made.body).at("url"));
    }
    std::string revision(const std::string& path) {
        return std::to_string(app.json(path).at("revision").as_int64());
    }
    std::string state(const std::string& path) {
        return json::value_to<std::string>(app.json(path).at("state"));
    }
    http::Response act(const std::string& path, const std::string& what,
                       std::string_view accept = "html", http::Pairs more = {}) {
        more.emplace_back("revision", revision(path));
        return app.post(path + "/" + what, more, accept);
    }
    std::string given_published(const std::string& title = "Écrire un message clair") {
        const std::string path = given_draft(title);
        act(path, "propose");
        app.as(reviewer);
        REQUIRE(act(path, "publish").status == 303);
        return path;
    }
};

http::Response send_file(TestApp& app, base::PersonId person, const std::string& content,
                         const std::string& format, const std::string& organisation,
                         bool as_json = true) {
    const std::string token = app.app().identity.sign_in(person, app.now);
    http::Request request;
    request.method = "POST";
    request.path = request.target = "/offers/import";
    request.headers = {{"host", "campus.test"},
                       {"accept", as_json ? "application/json" : "text/html"},
                       {"cookie", std::string{http::session_cookie} + "=" + token},
                       {"content-type", "multipart/form-data; boundary=B"},
                       {"x-csrf-token", http::form_token(token)}};
    request.client = "192.0.2.1";
    request.request_id = "test";
    request.now = app.now;
    const auto field = [&](const std::string& name, const std::string& value) {
        request.body +=
            "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    };
    field("format", format);
    field("organisation", organisation);
    if (!content.empty())
        request.body +=
            "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"offres\"\r\n"
            "Content-Type: text/csv\r\n\r\n" +
            content + "\r\n";
    request.body += "--B--\r\n";
    return app.send(std::move(request));
}

std::string test_file(const std::string& name) {
    std::ifstream in(std::string{SOURCE_DIR} + "/tests/data/" + name, std::ios::binary);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

// --- What everybody sees
// ---------------------------------------------------------------------------

TEST_CASE("the catalogue is searched and filtered alike for people and programs") {
    TestApp app;
    app.given_offer(
        {.title = "Cybersécurité pour tous", .offer = offer_with({"cybersecurite"}, {"en-ligne"})});
    app.given_offer({.title = "Données ouvertes", .offer = offer_with({"data"}, {"presentiel"})});
    app.given_offer(
        {.title = "Atelier données", .offer = offer_with({"data", "cybersecurite"}, {"en-ligne"})});

    const auto all = app.json("/catalogue");
    CHECK(all.at("total") == 3);
    CHECK(count_of(all, "theme", "data") == 2);
    const auto online = app.json("/catalogue?modality=en-ligne");
    CHECK(online.at("total") == 2);
    CHECK(count_of(online, "theme", "data") == 1);
    CHECK(count_of(online, "modality", "presentiel") == 1);  // its own facet stays open
    CHECK(app.json("/catalogue?theme=data&theme=cybersecurite").at("total") == 3);

    const auto misspelt = app.json("/catalogue?q=cybersecurt%C3%A9");
    CHECK(lists(misspelt, "Cybersécurité pour tous"));
    const auto page = app.get("/catalogue?theme=data&modality=en-ligne");
    CHECK(page.status == 200);
    CHECK(shows(page, "Atelier données"));
    CHECK_FALSE(shows(page, "Données ouvertes"));
    CHECK(shows(page, "1 offre"));
}

TEST_CASE("each choice has its words and an address without it") {
    TestApp app;
    app.given_offer({.offer = offer_with({"cybersecurite"}, {"en-ligne"})});
    const auto page =
        app.get("/catalogue?theme=cybersecurite&modality=en-ligne&free_seats=1&kind=inconnu");
    const auto start = page.body.find("fr-tag--dismiss");
    const auto tags = page.body.substr(start, page.body.find("</ul>", start) - start);
    for (const std::string words : {"Cybersécurité", "En ligne", "inconnu", "Places disponibles"})
        CHECK_MESSAGE(tags.contains(words), words);
    const auto list = app.json("/catalogue?theme=cybersecurite&modality=en-ligne");
    CHECK(list.at("chosen").at(0).at("label") == "Cybersécurité");
    CHECK(list.at("chosen").at(0).at("url") == "/catalogue?modality=en-ligne");
    CHECK(list.at("query") == "?theme=cybersecurite&modality=en-ligne");
}

TEST_CASE("odd addresses of the list are answered with what they still mean") {
    TestApp app;
    app.given_offer({.title = "Seule"});
    const auto beyond = app.get("/catalogue?page=9");
    CHECK(beyond.status == 200);
    CHECK(shows(beyond, "Cette page de résultats n’existe pas"));
    CHECK(app.json("/catalogue?page=9").at("beyond") == "/catalogue");
    for (const char* target : {"/catalogue?page=0", "/catalogue?page=-1", "/catalogue?page=x",
                               "/catalogue?sort=nothing", "/catalogue?theme=&theme=&unknown=1"}) {
        INFO(target);
        CHECK(app.json(target).at("total") == 1);
    }
    std::string long_words;
    for (int i = 0; i < 300; ++i) long_words += "%C3%A9";
    const auto cut = app.json("/catalogue?q=" + long_words);
    CHECK(cut.at("words").as_string().size() == 400);  // 200 characters of two bytes
    std::string many = "/catalogue?";
    for (int i = 0; i < 500; ++i) many += "theme=t" + std::to_string(i) + "&";
    CHECK(app.get(many).status == 200);
}

TEST_CASE("a reader sees what is open to them, and why the rest is not") {
    TestApp app;
    app.given_organisation({.code = "dgfip"});
    const auto restricted = [](auto change) {
        catalogue::Offer offer;
        change(offer.eligibility);
        return offer;
    };
    app.given_offer({.title = "Pour tous"});
    app.given_offer({.title = "Hôpitaux",
                     .offer = restricted([](auto& rule) { rule.populations = {"hospitaliere"}; })});
    app.given_offer({.title = "Agents seulement",
                     .offer = restricted([](auto& rule) { rule.contractors = false; })});
    app.given_offer({.title = "Finances",
                     .offer = restricted([](auto& rule) { rule.organisations = {"dgfip"}; })});
    app.given_offer(
        {.title = "Invités", .offer = restricted([](auto& rule) { rule.invitation_only = true; })});
    CHECK_FALSE(app.json("/catalogue").as_object().contains("open_to_me"));

    app.as(app.given_person());
    const auto mine = app.json("/catalogue?open_to_me=1");
    CHECK(mine.at("total") == 2);
    CHECK(lists(mine, "Agents seulement"));
    const auto all = app.json("/catalogue");
    CHECK(all.at("open_to_me").at("count") == 2);
    const auto why = [&](std::string_view slug) {
        return app.json("/catalogue/" + std::string{slug}).at("why_not").as_string();
    };
    CHECK(why("hopitaux") == "population");
    CHECK(why("finances") == "organisation");
    CHECK(why("invites") == "invitation_only");
    CHECK(shows(app.get("/catalogue/hopitaux"), "Réservée à un autre versant"));
    app.as(app.given_person({.contractor = true}));
    CHECK(why("agents-seulement") == "contractor");
    app.as(app.given_person({.organisation = "dgfip"}));
    CHECK(app.json("/catalogue/finances").at("may_take") == true);
}

TEST_CASE("an offer has its page, its JSON and its schema.org, an unknown one a 404 that helps") {
    TestApp app;
    catalogue::Offer offer;
    offer.objectives = "Voir\nFaire";
    app.given_offer({.title = "Ça & <là>", .offer = offer});
    const auto page = app.get("/catalogue/ca-la");
    CHECK(page.status == 200);
    CHECK(shows(page, "Ça & <là>"));
    CHECK(page.body.find("<là>") == std::string::npos);
    CHECK(page.body.contains("application/ld+json"));
    CHECK(app.json("/catalogue/ca-la").at("objectives").as_array().size() == 2);
    const auto unknown = app.get("/catalogue/nulle-part");
    CHECK(unknown.status == 404);
    CHECK(shows(unknown, "Cette offre n’existe pas ou n’est plus au catalogue."));
    CHECK(app.get("/catalogue/nulle-part", "json").content_type == "application/problem+json");
}

TEST_CASE("the catalogue is taken away as files, with the criteria of the page") {
    TestApp app;
    app.given_offer({.title = "Une", .offer = offer_with({"data"}, {"en-ligne"})});
    app.given_offer({.title = "Deux", .offer = offer_with({"cybersecurite"}, {"presentiel"})});

    const auto csv = app.get("/catalogue.csv");
    CHECK(csv.content_type == "text/csv; charset=utf-8");
    CHECK(csv.file_name == "campus-catalogue.csv");
    const auto rows = base::read_csv(csv.body);
    REQUIRE(rows);
    CHECK(rows->size() == 3);
    CHECK(rows->front().cells.size() == 11);
    const auto some = base::read_csv(app.get("/catalogue.csv?theme=data").body);
    CHECK(some->size() == 2);

    CHECK(base::read_csv(app.get("/catalogue/open-data.csv").body)->size() == 3);
    const auto lheo = app.get("/catalogue.xml");
    CHECK(lheo.content_type == "application/xml; charset=utf-8");
    CHECK(catalogue::read_lheo(lheo.body)->offers.size() == 2);
    const auto atom = app.get("/catalogue.atom?q=deux");
    CHECK(atom.content_type == "application/atom+xml; charset=utf-8");
    CHECK(atom.body.contains("<title>Deux</title>"));
    CHECK_FALSE(atom.body.contains("<title>Une</title>"));
    CHECK(shows(app.get("/catalogue?theme=data"), "/catalogue.csv?theme=data"));
}

TEST_CASE("an offer leaves the catalogue by itself after its last day") {
    TestApp app;
    app.given_organisation({.code = "dinum"});
    catalogue::Offer offer;
    offer.expires_on = std::chrono::floor<std::chrono::days>(app.now);
    app.given_offer({.title = "Éphémère", .offer = offer});
    CHECK(app.get("/catalogue/ephemere").status == 200);
    app.as(app.given_person({.roles = {"organiser"}}));
    CHECK(app.json("/offers").at("offers").at(0).at("state") == "published");

    app.now += std::chrono::days{1};
    app.as(app.given_person({.roles = {"organiser"}}));
    CHECK(app.get("/catalogue/ephemere").status == 404);
    CHECK(app.json("/catalogue").at("total") == 0);
    const auto listed = app.json("/offers?state=expired").at("offers").at(0);
    CHECK(listed.at("state") == "expired");
    CHECK(
        shows(app.get(json::value_to<std::string>(listed.at("url"))), "La date de fin est passée"));
}

// --- What organisers and reviewers do
// ---------------------------------------------------------------

TEST_CASE("an offer is written, proposed, published, revised, retired and restored") {
    Workshop shop;
    TestApp& app = shop.app;
    const std::string path = shop.given_draft();
    CHECK(shop.state(path) == "draft");
    CHECK(app.get("/catalogue/ecrire-un-message-clair").status == 404);
    CHECK(app.json("/offers").at("waiting") == 1);
    CHECK(shop.act(path, "propose").status == 303);
    CHECK(shop.state(path) == "proposed");

    app.as(shop.reviewer);
    CHECK(app.json("/offers").at("offers").at(0).at("waits") == true);
    CHECK(shows(app.get(path), "Des courriels que chacun comprend."));
    CHECK(shop.act(path, "publish").status == 303);
    CHECK(shop.state(path) == "published");
    CHECK(app.as_visitor().get("/catalogue/ecrire-un-message-clair").status == 200);

    // A revision: readers see the old text until it is published.
    app.as(shop.organiser);
    CHECK(
        app.post(path, {{"revision", shop.revision(path)}, {"summary", "Tout nouveau."}}).status ==
        303);
    CHECK(shop.state(path) == "revised");
    CHECK(app.json("/catalogue/ecrire-un-message-clair").at("summary") ==
          "Des courriels que chacun comprend.");
    const auto changes = app.json(path + "/versions/2").at("changes").as_array();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].at("field") == "summary");
    CHECK(changes[0].at("before").at(0).at("text") == "Des courriels que chacun comprend.");
    CHECK(shows(app.get(path + "/versions/2"), "Tout nouveau."));
    shop.act(path, "propose");
    app.as(shop.reviewer);
    shop.act(path, "publish");
    CHECK(app.json("/catalogue/ecrire-un-message-clair").at("summary") == "Tout nouveau.");

    CHECK(shop.act(path, "retire").status == 303);
    CHECK(shop.state(path) == "retired");
    CHECK(app.get("/catalogue/ecrire-un-message-clair").status == 404);
    CHECK(app.as(shop.organiser).get(path + "/edit").status == 409);
    CHECK(shop.act(path, "restore").status == 303);
    CHECK(app.get("/catalogue/ecrire-un-message-clair").status == 200);
    CHECK(app.json(path).at("versions").as_array().size() == 2);
}

TEST_CASE("a reviewer sends an offer back with a comment, and the author reads it") {
    Workshop shop;
    TestApp& app = shop.app;
    const std::string path = shop.given_draft();
    shop.act(path, "propose");
    app.as(shop.reviewer);
    const auto silent = shop.act(path, "return");
    CHECK(silent.status == 422);
    CHECK(shows(silent, "Écrivez ce qu’il faut corriger"));
    CHECK(shop.state(path) == "proposed");
    CHECK(shop.act(path, "return", "html", {{"comment", "Citez <vos> sources."}}).status == 303);

    app.as(shop.organiser);
    CHECK(app.json("/offers").at("offers").at(0).at("sent_back") == true);
    const auto page = app.get(path);
    CHECK(shows(page, "Citez <vos> sources."));
    CHECK(shows(page, "Renvoyée par Driss Martin"));
    CHECK(shop.state(path) == "draft");
}

TEST_CASE("another person than the author publishes") {
    Workshop shop;
    TestApp& app = shop.app;
    const std::string path = shop.given_draft();
    app.as(shop.colleague);
    app.post(path, {{"revision", shop.revision(path)}, {"summary", "De ma main."}});
    shop.act(path, "propose");
    CHECK(shows(app.get(path), "Vous avez écrit cette version"));
    const auto own = shop.act(path, "publish", "json");
    CHECK(own.status == 403);
    CHECK(shows(own, "une autre personne doit la relire"));
    app.as(shop.reviewer);
    CHECK(shop.act(path, "publish").status == 303);
}

TEST_CASE("roles and perimeters are kept, on pages and for programs") {
    Workshop shop;
    TestApp& app = shop.app;
    const std::string path = shop.given_published();
    const auto revision = shop.revision(path);

    app.as(shop.outsider);
    CHECK(app.json("/offers").at("total") == 0);
    CHECK(shows(app.get("/offers"), "Aucune offre ici"));
    for (const char* what : {"", "/edit", "/versions/1"}) CHECK(app.get(path + what).status == 403);
    for (const char* what : {"", "/propose", "/publish", "/return", "/retire", "/restore"})
        CHECK(app.post(path + what, {{"revision", revision}, {"comment", "Non"}}).status == 403);
    CHECK(app.post_json("/offers", {{"title", "Chez vous"}, {"organisation", "dinum"}}).status ==
          403);

    app.as(shop.reviewer);  // reviews, but writes nothing
    CHECK(app.get(path + "/edit").status == 403);
    CHECK(app.post(path, {{"revision", revision}, {"title", "Autre"}}).status == 403);
    CHECK(app.get("/offers/new").status == 403);
    app.as(app.given_person());
    CHECK(app.get("/offers").status == 403);
    CHECK(app.as_visitor().get("/offers", "json").status == 401);
    app.as(shop.organiser);
    for (const char* odd : {"/offers/999999", "/offers/abc", "/offers/99999999999999999999"})
        CHECK(app.get(odd).status == 404);
    for (const char* odd : {"/versions/99", "/versions/x"})
        CHECK(app.get(path + odd).status == 404);
}

TEST_CASE("what is sent twice is done once") {
    Workshop shop;
    TestApp& app = shop.app;
    const std::string path = shop.given_draft("Deux fois");
    CHECK(shop.given_draft("Deux fois") == path);
    const auto before = shop.revision(path);
    for (int i = 0; i < 2; ++i)
        CHECK(app.post(path + "/propose", {{"revision", before}}).status == 303);
    app.as(shop.reviewer);
    const auto proposed = shop.revision(path);
    for (int i = 0; i < 2; ++i)
        CHECK(app.post(path + "/publish", {{"revision", proposed}}).status == 303);
    app.as(shop.organiser);
    const auto published = shop.revision(path);
    for (int i = 0; i < 2; ++i)
        CHECK(app.post(path, {{"revision", published}, {"summary", "Encore."}}).status == 303);
    CHECK(app.json(path).at("versions").as_array().size() == 2);
    for (int i = 0; i < 2; ++i) CHECK(shop.act(path, "retire").status == 303);

    app.now += std::chrono::hours{1};  // later it is another offer of the same title
    const std::string other = shop.given_draft("Deux fois");
    CHECK(other != path);
    CHECK(app.json(other).at("slug") == "deux-fois-2");
}

TEST_CASE("a stale form loses nothing: it comes back as typed, with who changed what") {
    Workshop shop;
    TestApp& app = shop.app;
    const std::string path = shop.given_draft();
    const auto read = shop.revision(path);
    app.as(shop.colleague);
    app.post(path, {{"revision", read}, {"summary", "Le texte de Chloé."}});

    app.as(shop.organiser);
    const http::Pairs mine{{"revision", read}, {"summary", "Mon texte à moi."}};
    const auto stale = app.post(path, mine);
    CHECK(stale.status == 409);
    CHECK(shows(stale, "Chloé Martin a modifié cette offre entre-temps"));
    CHECK(shows(stale, "Mon texte à moi."));
    CHECK(shows(stale, "Le texte de Chloé."));
    CHECK(app.post(path, mine, "json").status == 409);
    CHECK(app.json(path).at("offer").at("summary") == "Le texte de Chloé.");
    CHECK(shows(stale, "value=\"" + shop.revision(path) + "\""));  // sent again, it is taken

    // What a reviewer has not seen is not published either.
    shop.act(path, "propose");
    app.as(shop.reviewer);
    const auto seen = shop.revision(path);
    app.as(shop.organiser);
    app.post(path, {{"revision", seen}, {"summary", "Autre chose."}});
    shop.act(path, "propose");
    app.as(shop.reviewer);
    const auto refused = app.post(path + "/publish", {{"revision", seen}});
    CHECK(refused.status == 409);
    CHECK(shows(refused, "Awa Martin a modifié"));
    CHECK(app.post(path + "/publish").status == 409);  // none said
}

TEST_CASE("a wrong form comes back as typed, with what is wrong beside the field") {
    Workshop shop;
    TestApp& app = shop.app;
    app.as(shop.organiser);
    const auto wrong = app.post("/offers", {{"title", "X"},
                                            {"organisation", "dinum"},
                                            {"price", "cher"},
                                            {"registration_link", "javascript:alert(1)"},
                                            {"objectives", "Rester\nlà"}});
    CHECK(wrong.status == 422);
    CHECK(shows(wrong, "value=\"cher\""));
    CHECK(shows(wrong, "Rester\nlà"));
    CHECK(wrong.body.contains("id=\"error-price\""));
    const auto worse = app.post(
        "/offers",
        {{"title", "X"}, {"organisation", "dinum"}, {"registration_link", "javascript:alert(1)"}});
    CHECK(worse.body.contains("id=\"error-title\""));
    CHECK(app.post("/offers", {{"title", "Sans maison"}}).status == 422);
    CHECK(app.post_json("/offers", {{"titel", "Git"}, {"organisation", "dinum"}}).status == 422);
    CHECK(app.json("/offers").at("total") == 0);

    // A draft may be incomplete, a proposal may not.
    const auto made = app.post_json("/offers", {{"title", "À finir"}, {"organisation", "dinum"}});
    const auto path = json::value_to<std::string>(json::parse(made.body).at("url"));
    CHECK(app.json(path).at("missing") == json::array{"summary", "themes"});
    const auto early = shop.act(path, "propose");
    CHECK(early.status == 422);
    CHECK(early.body.contains("id=\"error-summary\""));
    CHECK(shop.state(path) == "draft");
}

TEST_CASE("offers that may be the same are pointed out while one is written") {
    Workshop shop;
    TestApp& app = shop.app;
    // Likeness weighs words by how rare they are, so there must be others.
    send_file(app, shop.reviewer, test_file("catalogue-11-colonnes.csv"), "csv", "dinum");
    shop.given_published("Rédiger des courriels clairs");
    const std::string path = shop.given_draft("Rédiger des courriels clairs et courts");
    const auto alike = app.json(path).at("alike").as_array();
    REQUIRE(alike.size() == 1);
    CHECK(alike[0].at("url") == "/catalogue/rediger-des-courriels-clairs");
    CHECK(alike[0].at("percent").as_int64() >= 60);
    CHECK(shows(app.get(path), "ressemblent beaucoup"));
}

TEST_CASE("the forms hold all fields") {
    Workshop shop;
    TestApp& app = shop.app;
    const std::string path = shop.given_draft();
    for (const std::string& form : {std::string{"/offers/new"}, path + "/edit"}) {
        const auto page = app.get(form);
        CHECK(page.status == 200);
        const auto fields = app.json(form).at("form").as_object();
        for (const auto& field : fields)
            CHECK_MESSAGE(page.body.contains("name=\"" + std::string{field.key()} + "\""),
                          std::string{field.key()});
    }
}

// --- Files in
// ----------------------------------------------------------------------------------------

TEST_CASE("importing twice changes nothing") {
    Workshop shop;
    const std::string file = test_file("catalogue-11-colonnes.csv");
    const auto first = send_file(shop.app, shop.reviewer, file, "csv", "dinum");
    REQUIRE(first.status == 200);
    const auto counts = json::parse(first.body);
    CHECK(counts.at("added").as_int64() > 10);
    const auto again = json::parse(send_file(shop.app, shop.reviewer, file, "csv", "dinum").body);
    CHECK(again.at("added") == 0);
    CHECK(again.at("changed") == 0);
    CHECK(again.at("unchanged") == counts.at("added"));
    CHECK(shop.app.json("/catalogue").at("total") == counts.at("added"));
}

TEST_CASE("the 11 columns change what they say of an offer and leave the rest") {
    Workshop shop;
    catalogue::Offer offer;
    offer.eligibility.populations = {"territoriale"};
    offer.prerequisites = "Aucun";
    shop.app.given_offer({.title = "Git", .offer = offer});
    send_file(shop.app, shop.reviewer,
              "Intitulé,Descriptif court,Thématiques,Modalité\nGit,Autrement dit,Data,En ligne\n",
              "csv", "dinum");
    const auto git = shop.app.json("/catalogue/git");
    CHECK(git.at("summary") == "Autrement dit");
    CHECK(git.at("prerequisites") == "Aucun");
    CHECK(git.at("populations") == json::array{"territoriale"});
}

TEST_CASE("a bad line is told with its number and reason, and the others go in") {
    Workshop shop;
    const std::string file = test_file("catalogue-avec-erreurs.csv");
    const auto report = json::parse(send_file(shop.app, shop.reviewer, file, "csv", "etat").body);
    const auto& problems = report.at("problems").as_array();
    CHECK(report.at("added").as_int64() > 0);
    REQUIRE_FALSE(problems.empty());
    CHECK(problems[0].at("line").as_int64() > 1);
    CHECK_FALSE(problems[0].at("reason").as_string().starts_with("catalogue."));
    const auto page = send_file(shop.app, shop.reviewer, file, "csv", "etat", false);
    CHECK(shows(page, "Laissée de côté"));
    CHECK(shows(page, std::string{problems[0].at("reason").as_string()}));
}

TEST_CASE("a file is refused whole with its reason: no file, no such format, not one's perimeter") {
    Workshop shop;
    TestApp& app = shop.app;
    const std::string csv = "Intitulé,Type\nGit,Formation\n";
    CHECK(send_file(app, shop.outsider, csv, "csv", "dinum").status == 403);
    CHECK(send_file(app, app.given_person(), csv, "csv", "dinum").status == 403);
    CHECK(send_file(app, shop.organiser, csv, "csv", "dinum").status == 403);  // past the review
    CHECK(send_file(app, shop.reviewer, csv, "csv", "nulle-part").status == 422);
    CHECK(send_file(app, shop.reviewer, csv, "xls", "dinum").status == 422);
    CHECK(send_file(app, shop.reviewer, "", "csv", "dinum").status == 422);
    CHECK(send_file(app, shop.reviewer, csv, "lheo", "dinum").status == 422);
    CHECK(send_file(app, shop.reviewer, "\xff\xfe", "csv", "dinum").status == 422);
    const auto bomb =
        send_file(app, shop.reviewer,
                  R"(<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><lheo>&b;</lheo>)",
                  "lheo", "dinum", false);
    CHECK(bomb.status == 422);
    CHECK(shows(bomb, "DOCTYPE"));
    CHECK(app.json("/catalogue").at("total") == 0);
    // The one of another organisation is not taken over.
    CHECK(send_file(app, shop.reviewer, csv, "csv", "dinum").status == 200);
    const auto taken = json::parse(
        send_file(app, shop.outsider, "Intitulé,Type\nGit,Cycle\n", "csv", "insee").body);
    CHECK(taken.at("problems").as_array().size() == 1);
    CHECK(app.json("/catalogue/git").at("kind") == "formation");
}

TEST_CASE("an import leaves the work on a version alone, and publishing it comes after") {
    Workshop shop;
    TestApp& app = shop.app;
    const std::string path = shop.given_published("Git");
    app.as(shop.organiser);
    app.post(path, {{"revision", shop.revision(path)}, {"summary", "Ma révision."}});
    send_file(app, shop.reviewer, "Intitulé,Descriptif court,Thématiques\nGit,Importé,Data\n",
              "csv", "dinum");
    CHECK(app.json("/catalogue/git").at("summary") == "Importé");
    CHECK(app.json(path).at("offer").at("summary") == "Ma révision.");
    shop.act(path, "propose");
    app.as(shop.reviewer);
    CHECK(shop.act(path, "publish").status == 303);
    CHECK(app.json("/catalogue/git").at("summary") == "Ma révision.");
    app.as(shop.organiser);
    CHECK(app.post(path, {{"revision", shop.revision(path)}, {"summary", "Encore."}}).status ==
          303);
    CHECK(app.json(path).at("versions").as_array().size() == 5);
}
