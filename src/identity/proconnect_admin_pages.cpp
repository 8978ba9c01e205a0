// SPDX-License-Identifier: EUPL-1.2
// What administrators correct: which organisation a SIRET means, and who is whom.
#include "identity/proconnect_admin_pages.hpp"
#include "audit/audit.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "identity/pages.hpp"
#include "identity/proconnect_views.hpp"
#include "identity/store_proconnect.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

namespace identity {
namespace {

constexpr std::string_view sirets_path = "/administration/siret";
constexpr std::string_view claims_path = "/administration/claims";

Rights rights_of(const http::Request& request, const Site& site, db::Transaction& transaction) {
    return site.identity.rights(transaction, db::Versions(transaction), request.person());
}

http::View sirets(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const Rights rights = rights_of(request, site, transaction);
        // A line of the list of those without a place fills the form.
        http::Pairs asked = request.form.pairs();
        if (asked.empty()) asked = request.query.pairs();
        return http::view("identity/sirets",
                          sirets_view(store::mappings(transaction), store::unplaced(transaction),
                                      rights, http::Form(std::move(asked))));
    });
}

audit::Decision decision_on(const http::Request& request, const SiretMapping& mapping) {
    audit::Decision decision;
    decision.at = request.now;
    decision.actor = request.person();
    decision.role = "administrator";
    decision.perimeter = mapping.organisation;
    decision.object = "siret";
    decision.object_id = base::to_integer(mapping.siret).value_or(0);
    decision.after = boost::json::serialize(
        boost::json::object{{"organisation", mapping.organisation.value}, {"ask", mapping.ask}});
    return decision;
}

http::Response put_mapping(const http::Request& request, const Site& site) {
    const auto refused = [](std::string key, std::string field) {
        return base::unexpected(
            base::Error{base::ErrorKind::invalid, std::move(key), std::move(field)});
    };
    const auto done = site.database.write([&](db::Transaction& transaction) -> base::Result<void> {
        const Rights rights = rights_of(request, site, transaction);
        SiretMapping mapping{
            .id = 0,
            .siret = {},
            .idp_id = std::string{request.form.text("idp_id")},
            .organizational_unit = std::string{request.form.text("organizational_unit")},
            .organisation = {},
            .ask = request.form.flag("ask")};
        for (const char c : request.form.text("siret"))
            if (c >= '0' && c <= '9') mapping.siret += c;  // people type them in groups
        if (!base::is_siret(mapping.siret)) return refused("identity.siret.invalid", "siret");
        const auto* organisation = rights.tree().find(request.form.text("organisation"));
        if (organisation == nullptr)
            return refused("identity.why_not.organisation_unknown", "organisation");
        mapping.organisation = organisation->id;
        if (!rights.may("administrator", organisation->id))
            return refused("identity.why_not.outside_perimeter", "organisation");
        for (const SiretMapping& before : store::mappings_of(transaction, mapping.siret))
            if (before.idp_id == mapping.idp_id &&
                before.organizational_unit == mapping.organizational_unit &&
                !rights.may("administrator", before.organisation))
                return refused("identity.siret.taken", "siret");
        store::put_mapping(transaction, mapping, request.person(), request.now);
        store::delete_unplaced(transaction, mapping);
        auto decision = decision_on(request, mapping);
        decision.action = "identity.map_siret";
        audit::record(transaction, decision);
        return {};
    });
    if (!done) return http::refuse(done.error(), sirets(request, site));
    return http::done(std::string{sirets_path}, "identity.notice.siret_mapped");
}

http::Response delete_mapping(const http::Request& request, const Site& site) {
    const auto id = request.form.integer("mapping");
    const auto done = site.database.write([&](db::Transaction& transaction) -> base::Result<void> {
        const Rights rights = rights_of(request, site, transaction);
        const auto mapping = id ? store::find_mapping(transaction, *id) : std::nullopt;
        if (!mapping || !rights.may("administrator", mapping->organisation))
            return base::unexpected(
                base::Error{base::ErrorKind::not_found, "identity.siret.unknown"});
        store::delete_mapping(transaction, mapping->id);
        auto decision = decision_on(request, *mapping);
        decision.action = "identity.unmap_siret";
        std::swap(decision.before, decision.after);
        audit::record(transaction, decision);
        return {};
    });
    if (!done) return http::refuse(done.error());
    return http::done(std::string{sirets_path}, "identity.notice.siret_unmapped");
}

http::Response decide(const http::Request& request, Newcomers& newcomers) {
    const auto decision = request.form.text("decision");
    const auto claim = request.form.integer("claim");
    if (!claim || (decision != "same" && decision != "other"))
        return http::refuse({base::ErrorKind::invalid, "identity.claims.decision_missing"});
    const auto done = newcomers.decide(request.person(), *claim, decision == "same", request.now);
    if (!done) return http::refuse(done.error());
    return http::done(std::string{claims_path}, decision == "same"
                                                    ? "identity.notice.claim_accepted"
                                                    : "identity.notice.claim_refused");
}

}  // namespace

void add_proconnect_admin_pages(http::Router& router, const std::shared_ptr<const Site>& site,
                                const std::shared_ptr<Newcomers>& newcomers) {
    const auto administrator = http::Access::role("administrator");
    const auto decider = http::Access::any_role({"administrator", "training_office"});
    const std::string path{sirets_path};
    router.add("GET", path, administrator,
               {.summary = "Which organisation a SIRET means, and SIRETs that mean none",
                .answer = sirets_schema},
               [site](const http::Request& request) { return http::show(sirets(request, *site)); });
    router.add("POST", path, administrator,
               {.summary = "Say which organisation a SIRET means",
                .form = {{"siret", R"({"type":"string"})", true, "14 digits"},
                         {"idp_id", R"({"type":"string"})", false, "Only from this provider"},
                         {"organizational_unit", R"({"type":"string"})", false, "Only this unit"},
                         {"organisation", R"({"type":"string"})", true, "Code"},
                         {"ask", R"({"type":"boolean"})", false,
                          "The agent says where, at or below the organisation"}}},
               [site](const http::Request& request) { return put_mapping(request, *site); });
    router.add("POST", path + "/remove", administrator,
               {.summary = "Forget what a SIRET means",
                .form = {{"mapping", R"({"type":"integer"})", true}}},
               [site](const http::Request& request) { return delete_mapping(request, *site); });
    router.add(
        "GET", std::string{claims_path}, decider,
        {.summary = "People who say that they have an account already", .answer = claims_schema},
        [newcomers](const http::Request& request) {
            return http::show(http::view(
                "identity/claims", claims_view(newcomers->claims(request.person(), request.now))));
        });
    router.add("POST", std::string{claims_path}, decider,
               {.summary = "Are they who they say they are?",
                .form = {{"claim", R"({"type":"integer"})", true},
                         {"decision", R"({"enum":["same","other"]})", true}}},
               [newcomers](const http::Request& request) { return decide(request, *newcomers); });
}

}  // namespace identity
