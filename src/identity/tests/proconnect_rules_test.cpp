// SPDX-License-Identifier: EUPL-1.2
// From claims to persons and workplaces, as tables.
#include "identity/proconnect_rules.hpp"

#include "organisations/organisations.hpp"

#include <doctest/doctest.h>

using namespace identity;
using organisations::Organisation;
using organisations::Tree;

namespace {

constexpr base::OrganisationId etat{1}, dinum{2}, campus{3}, rennes{4}, hospital{5};

Tree tree() {
    const auto one = [](base::OrganisationId id, const char* code,
                        std::optional<base::OrganisationId> parent, const char* branch,
                        const char* siret) {
        return Organisation{.id = id,
                            .code = code,
                            .parent = parent,
                            .name = code,
                            .kind = "service",
                            .branch = branch,
                            .siret = siret};
    };
    return Tree({one(etat, "etat", {}, "etat", ""),
                 one(dinum, "dinum", etat, "etat", "13002526500013"),
                 one(campus, "campus", dinum, "etat", ""),
                 one(rennes, "rennes", {}, "territoriale", "21350238800019"),
                 one(hospital, "chu", {}, "hospitaliere", "")});
}

oidc::UserInfo user() {
    oidc::UserInfo user;
    user.subject = "s";
    user.email = "awa@dinum.example";
    user.given_name = "Awa";
    user.usual_name = "Diallo";
    user.siret = "13002526500013";
    user.idp_id = "idp-1";
    user.organizational_unit = "Campus";
    user.roles = {"agent_public", "agent_public_etat"};
    return user;
}

const base::Date today{std::chrono::year{2026} / 11 / 23};

Affiliation works(base::OrganisationId where, int since = -100, std::optional<int> until = {},
                  bool contractor = false) {
    return {.organisation = where,
            .population = where == rennes ? "territoriale" : "etat",
            .contractor = contractor,
            .from = today + std::chrono::days{since},
            .until = until ? std::optional{today + std::chrono::days{*until}} : std::nullopt};
}

}  // namespace

TEST_CASE("the same professional mail is the same person, unless something speaks against it") {
    const auto namesake = [](const char* given, const char* usual, std::vector<std::string> idps) {
        Person person;
        person.given_name = given;
        person.usual_name = usual;
        return std::optional{Namesake{person, std::move(idps)}};
    };
    struct Row {
        std::optional<Namesake> namesake;
        Recognition recognition;
    };
    const std::vector<Row> rows{
        {std::nullopt, Recognition::stranger},
        {namesake("Awa", "Diallo", {}), Recognition::same},
        {namesake("AWA", "Martin", {}), Recognition::same},       // married
        {namesake("A.", "diallo", {}), Recognition::same},        // another directory
        {namesake("Jean", "Dupont", {}), Recognition::doubtful},  // the mail has another owner
        {namesake("", "", {}), Recognition::doubtful},
        {namesake("Awa", "Diallo", {"idp-2"}), Recognition::same},      // another identity provider
        {namesake("Awa", "Diallo", {"idp-1"}), Recognition::doubtful},  // two at the same one
        {namesake("Awa", "Diallo", {"idp-2", "idp-1"}), Recognition::doubtful},
    };
    for (const Row& row : rows) CHECK(recognise(user(), row.namesake) == row.recognition);
}

TEST_CASE("a SIRET means what was said most exactly, else the organisation that has it") {
    const auto mapping = [](const char* idp, const char* unit, base::OrganisationId where,
                            bool ask = false) {
        return SiretMapping{.id = 0,
                            .siret = "13002526500013",
                            .idp_id = idp,
                            .organizational_unit = unit,
                            .organisation = where,
                            .ask = ask};
    };
    const auto by_siret = mapping("", "", etat);
    const auto by_idp = mapping("idp-1", "", rennes);
    const auto by_unit = mapping("", "campus", campus);
    const auto by_both = mapping("idp-1", "CAMPUS", hospital);
    const auto other_idp = mapping("idp-2", "", rennes);
    const auto other_unit = mapping("", "Autre", rennes);
    struct Row {
        std::vector<SiretMapping> mappings;
        base::OrganisationId where;
    };
    const std::vector<Row> rows{{{}, dinum},
                                {{by_siret}, etat},
                                {{by_siret, by_idp}, rennes},
                                {{by_idp, by_unit, by_siret}, campus},
                                {{by_both, by_idp, by_unit, by_siret}, hospital},
                                {{other_idp, other_unit}, dinum},
                                {{other_idp, by_siret, other_unit}, etat}};
    for (const Row& row : rows) {
        const auto place = workplace_of(user(), row.mappings, tree());
        CHECK(place.kind == Workplace::Kind::known);
        CHECK(place.organisation == row.where);
    }
    const auto asked = workplace_of(user(), {mapping("", "", dinum, true)}, tree());
    CHECK(asked.kind == Workplace::Kind::ask);
    CHECK(asked.organisation == dinum);
    auto nowhere = user();
    nowhere.siret = "35600000000048";
    CHECK(workplace_of(nowhere, {by_siret}, tree()).kind == Workplace::Kind::unknown);
    nowhere.siret = "";  // organisations without a SIRET are not meant
    CHECK(workplace_of(nowhere, {}, tree()).kind == Workplace::Kind::unknown);
}

TEST_CASE("roles make an agent and tell the population, a SIRET alone does not") {
    struct Row {
        std::vector<std::string> roles;
        const char* population;
        const char* branch;
        const char* expected;
        bool contractor;
    };
    const std::vector<Row> rows{
        {{"agent_public", "agent_public_etat"}, "agent", "etat", "etat", false},
        {{"agent_public", "agent_public_etat"}, "", "territoriale", "etat", false},
        {{"agent_public", "agent_public_territorial"},
         "agent",
         "territoriale",
         "territoriale",
         false},
        {{"agent_public"}, "agent", "hospitaliere", "hospitaliere", false},
        {{}, "agent", "hospitaliere", "hospitaliere", false},
        {{"agent_public"}, "agent", "etat", "etat", false},
        {{}, "agent", "etat", "etat", true},
        {{}, "", "territoriale", "territoriale", true},
        {{"agent_public", "agent_public_etat"}, "stagiaire", "etat", "etat", false},
        {{"agent_public", "agent_public_etat"}, "prestataire", "etat", "etat", true},
        {{}, "prestataire", "hospitaliere", "hospitaliere", true},
        {{"agent_public"}, "partenaire", "etat", "etat", true},
        {{"administrateur"}, "", "etat", "etat", true},
    };
    for (const Row& row : rows) {
        auto one = user();
        one.roles = row.roles;
        one.belonging_population = row.population;
        CAPTURE(row.population);
        CAPTURE(row.branch);
        const auto affiliation = affiliation_at(one, dinum, row.branch, today);
        CHECK(affiliation.population == row.expected);
        CHECK(affiliation.contractor == row.contractor);
        CHECK(affiliation.from == today);
        CHECK_FALSE(affiliation.until);
    }
}

TEST_CASE("an affiliation follows what the provider tells anew, and keeps what people have set") {
    const auto told = works(dinum, 0);
    const std::string as_told = workplace_text({Workplace::Kind::known, dinum}, told);
    struct Row {
        std::vector<Affiliation> present;
        std::string before;
        bool moves;
    };
    const std::vector<Row> rows{
        {{}, "", true},                              // nowhere so far
        {{}, as_told, true},                         // an administrator took it away
        {{works(dinum)}, "", false},                 // there already
        {{works(campus)}, "", false},                // more exactly than a SIRET can tell
        {{works(etat)}, "", true},                   // less exactly
        {{works(rennes)}, "", true},                 // elsewhere so far
        {{works(rennes)}, as_told, false},           // corrected since: the same is told again
        {{works(rennes)}, "4 territoriale", true},   // and now another
        {{works(dinum, -100, {}, true)}, "", true},  // no contractor any more
        {{works(rennes, 0)}, "", false},             // set today
        {{works(rennes, -1)}, "", true},
        {{works(rennes, 10), works(dinum, -100, 9)}, "", false},  // will begin
        {{works(rennes, -100, 10)}, "", false},                   // ends on a day that somebody set
        {{works(rennes, -100, 0)}, "", false},                    // today is its last day
        {{works(rennes, -100, -1)}, "", true},                    // has ended
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CAPTURE(i);
        const auto next = next_affiliation(rows[i].present, told, rows[i].before, tree(), today);
        CHECK(next.has_value() == rows[i].moves);
        if (next) CHECK(next->same_post(told));
    }
}

TEST_CASE("an agent is asked where they work once, if it cannot be known") {
    const Workplace place{Workplace::Kind::ask, dinum};
    CHECK(asks_where({}, place, "", tree(), today));
    CHECK_FALSE(asks_where({}, place, "asked 2", tree(), today));
    CHECK(asks_where({}, place, "asked 4", tree(), today));
    CHECK_FALSE(asks_where({works(campus)}, place, "", tree(), today));
    CHECK(asks_where({works(rennes)}, place, "", tree(), today));
    CHECK(asks_where({works(campus, -100, -1)}, place, "", tree(), today));
    CHECK_FALSE(asks_where({works(campus, -100, 0)}, place, "", tree(), today));
    CHECK_FALSE(asks_where({}, {Workplace::Kind::known, dinum}, "", tree(), today));
}

TEST_CASE("errors of the provider, in words") {
    CHECK(problem_of("access_denied", "") == "cancelled");
    CHECK(problem_of("access_denied", "Y500015") == "private_sector");
    CHECK(problem_of("access_denied", "Y500009") == "refused");
    CHECK(problem_of("server_error", "") == "temporary");
    CHECK(problem_of("temporarily_unavailable", "") == "temporary");
    CHECK(problem_of("invalid_request", "") == "configuration");
    CHECK(problem_of("", "Y000400") == "configuration");
    CHECK(problem_of("anything", "") == "refused");
}
