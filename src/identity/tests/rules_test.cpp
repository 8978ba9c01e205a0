// SPDX-License-Identifier: EUPL-1.2
#include "identity/rules.hpp"

#include "identity/people_file.hpp"
#include "organisations/organisations.hpp"

#include <doctest/doctest.h>

using namespace identity;
using std::chrono::days;

namespace {

constexpr base::OrganisationId state{1}, dinum{2}, town{3};
constexpr base::Date today{days{20'000}};
constexpr base::PersonId rosa{10}, awa{11};

Rights rights_of(std::vector<Grant> grants) {
    std::vector<organisations::Organisation> all(3);
    all[0].id = state;
    all[0].code = "etat";
    all[1].id = dinum;
    all[1].code = "dinum";
    all[1].parent = state;
    all[2].id = town;
    all[2].code = "rennes";
    return {std::move(grants), std::make_shared<const organisations::Tree>(std::move(all))};
}

Affiliation post(base::OrganisationId where, int from, std::optional<int> until = {}) {
    Affiliation made{where, "etat", false, today + days{from}, {}};
    if (until) made.until = today + days{*until};
    return made;
}

std::string key(const std::optional<base::Reason>& reason) {
    return reason ? reason->message_key : "";
}

}  // namespace

TEST_CASE("who grants which role to whom, and where") {
    const Rights of_state = rights_of({{"administrator", state}});
    const Rights of_dinum = rights_of({{"administrator", dinum}});
    const Rights organiser = rights_of({{"organiser", state}});
    struct Row {
        const Rights& rights;
        base::PersonId to;
        const char* role;
        std::optional<base::OrganisationId> perimeter;
        const char* reason;
    };
    const Row rows[] = {
        {of_state, awa, "organiser", state, ""},
        {of_state, awa, "organiser", dinum, ""},
        {of_state, awa, "administrator", dinum, ""},
        {of_state, awa, "organiser", town, "identity.why_not.outside_perimeter"},
        {of_dinum, awa, "organiser", dinum, ""},
        {of_dinum, awa, "organiser", state, "identity.why_not.outside_perimeter"},
        {organiser, awa, "organiser", state, "identity.why_not.outside_perimeter"},
        {of_state, rosa, "organiser", dinum, "identity.why_not.oneself"},
        {of_state, awa, "agent", dinum, "identity.why_not.role_unknown"},
        {of_state, awa, "king", dinum, "identity.why_not.role_unknown"},
        {of_state, awa, "", dinum, "identity.why_not.role_unknown"},
        {of_state, awa, "organiser", std::nullopt, "identity.why_not.organisation_unknown"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.role);
        CHECK(key(why_not_grant(rosa, row.rights, row.to, row.role, row.perimeter)) == row.reason);
    }
    CHECK(key(why_not_revoke(rosa, of_state, rosa, {"administrator", state})) ==
          "identity.why_not.oneself");
    CHECK(key(why_not_revoke(rosa, of_dinum, awa, {"organiser", state})) ==
          "identity.why_not.outside_perimeter");
    CHECK(key(why_not_revoke(rosa, of_dinum, awa, {"organiser", dinum})) == "");
}

TEST_CASE("people belong where they work, or last worked") {
    const Rights of_dinum = rights_of({{"administrator", dinum}});
    CHECK(is_within(of_dinum, {post(dinum, 0)}, today));
    CHECK_FALSE(is_within(of_dinum, {post(state, 0)}, today));
    CHECK_FALSE(is_within(of_dinum, {}, today));
    CHECK(is_within(of_dinum, {post(dinum, -100, -1)}, today));
    // Gone elsewhere, and still here until the new post begins.
    CHECK_FALSE(is_within(of_dinum, {post(town, 0), post(dinum, -100, -1)}, today));
    CHECK(is_within(of_dinum, {post(town, 1), post(dinum, -100, 0)}, today));

    CHECK(concerns(of_dinum, {post(town, 0)}, {{"trainer", dinum}}, today));
    CHECK_FALSE(concerns(of_dinum, {post(town, 0)}, {{"trainer", state}}, today));
}

TEST_CASE("an employer follows another, later and not the same") {
    const Rights of_state = rights_of({{"administrator", state}});
    const std::vector<Affiliation> present{post(dinum, -10)};
    CHECK(key(why_not_affiliate(of_state, present, post(state, 0), today)) == "");
    CHECK(key(why_not_affiliate(of_state, present, post(state, -9), today)) == "");
    CHECK(key(why_not_affiliate(of_state, present, post(state, -10), today)) ==
          "identity.why_not.from_too_early");
    CHECK(key(why_not_affiliate(of_state, present, post(state, 366), today)) == "");
    CHECK(key(why_not_affiliate(of_state, present, post(state, 367), today)) ==
          "identity.why_not.from_too_late");
    CHECK(key(why_not_affiliate(of_state, present, post(dinum, 0), today)) ==
          "identity.why_not.same_affiliation");
    CHECK(key(why_not_affiliate(of_state, present, post(town, 0), today)) ==
          "identity.why_not.outside_perimeter");
    CHECK(key(why_not_affiliate(of_state, {}, post(dinum, 0), today)) == "");
    Affiliation odd = post(state, 0);
    odd.population = "autre";
    CHECK(key(why_not_affiliate(of_state, present, odd, today)) ==
          "identity.why_not.population_unknown");
    Affiliation contractor = post(dinum, 0);
    contractor.contractor = true;
    CHECK(key(why_not_affiliate(of_state, present, contractor, today)) == "");
}

TEST_CASE("a line of a file of persons is right in itself, or says what is wrong") {
    const auto problem = [](const std::string& cells) {
        const auto lines = read_people(
            "email,given_name,usual_name,organisation,population,contractor,from,roles\n" + cells +
            "\n");
        REQUIRE(lines);
        REQUIRE(lines->size() == 1);
        const auto reason = problem_of(lines->front());
        return reason ? reason->message_key + "/" + reason->field : "";
    };
    CHECK(problem("A@B.fr,A,B,dinum,,,,") == "");
    CHECK(problem("a@b.fr,A,B,dinum,etat,oui,2026-01-31,organiser@dinum;trainer@x") == "");
    for (const char* mail : {"", "a", "@b.fr", "a@", "a@b", "a@b.", "a@.fr", "a@b@c.fr", "a b@c.fr",
                             "é@b.fr", "\"a,b@c.fr\""}) {
        CAPTURE(mail);
        CHECK(problem(std::string{mail} + ",A,B,dinum,,,,") ==
              "identity.import.email_invalid/email");
    }
    CHECK(problem("a@b.fr,,B,dinum,,,,") == "identity.import.name_invalid/given_name");
    CHECK(problem("a@b.fr,A,,dinum,,,,") == "identity.import.name_invalid/usual_name");
    CHECK(problem("a@b.fr,A,B,,,,,") == "identity.import.organisation_missing/organisation");
    CHECK(problem("a@b.fr,A,B,dinum,autre,,,") == "identity.import.population_unknown/population");
    CHECK(problem("a@b.fr,A,B,dinum,,peut-être,,") ==
          "identity.import.contractor_invalid/contractor");
    CHECK(problem("a@b.fr,A,B,dinum,,,31/01/2026,") == "identity.import.from_invalid/from");
    CHECK(problem("a@b.fr,A,B,dinum,,,2026-02-30,") == "identity.import.from_invalid/from");
    CHECK(problem("a@b.fr,A,B,dinum,,,,organiser") == "identity.import.roles_invalid/roles");
    CHECK(problem("a@b.fr,A,B,dinum,,,,agent@dinum") == "identity.import.role_unknown/roles");

    CHECK_FALSE(read_people(""));
    CHECK_FALSE(read_people("email,given_name,usual_name\n"));
    CHECK_FALSE(read_people("email,given_name,usual_name,organisation\n\xff,a,b,c\n"));
    CHECK(read_people("Email;Given_Name;Usual_name;Organisation\nA@B.FR;A;B;dinum\n")
              ->front()
              .email == "a@b.fr");
}
