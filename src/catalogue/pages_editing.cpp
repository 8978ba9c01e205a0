// SPDX-License-Identifier: EUPL-1.2
// The pages under /offers: what organisers write and reviewers publish, and files into the
// catalogue.
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/editing.hpp"
#include "catalogue/offer_form.hpp"
#include "catalogue/pages.hpp"
#include "catalogue/themes.hpp"
#include "catalogue/views_editing.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace catalogue {
namespace {

constexpr std::size_t largest_file = std::size_t{20} * 1024 * 1024;
constexpr std::size_t multipart_margin = std::size_t{64} * 1024;  // boundaries and other fields

struct Site {
    db::Database& database;
    Catalogue& catalogue;
    identity::Identity& identity;
    organisations::Organisations& organisations;
    const http::PageRenderer& words;
    mutable Editing editing;
};

base::Date today(const http::Request& request) {
    return std::chrono::floor<std::chrono::days>(request.now);
}

http::Response not_found() {
    return http::refuse({base::ErrorKind::not_found, "catalogue.offer_unknown"});
}

std::string url_of_offer(base::OfferId id) {
    return "/offers/" + std::to_string(id.value);
}

// Missing or malformed it is 0, which no offer has: the form is stale.
std::int64_t revision_of(const http::Request& request) {
    return request.form.integer("revision").value_or(0);
}

identity::Rights rights_of(db::Transaction& transaction, const http::Request& request,
                           const Site& site) {
    const db::Versions versions(transaction);
    return site.identity.rights(transaction, versions, request.person());
}

// Where the person may act as one of the roles, in the order of the tree.
std::vector<const organisations::Organisation*> organisations_for(
    const identity::Rights& rights, std::initializer_list<std::string_view> roles) {
    std::vector<const organisations::Organisation*> found;
    for (const auto& [organisation, depth] : rights.tree().in_order())
        if (std::ranges::any_of(
                roles, [&](std::string_view role) { return rights.may(role, organisation->id); }))
            found.push_back(organisation);
    return found;
}

// --- The list ------------------------------------------------------------------------------------

http::Response show_offers(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const db::Versions versions(transaction);
        const auto rights = rights_of(transaction, request, site);
        const auto all =
            site.editing.list(transaction, versions, rights, request.person(), today(request));
        std::optional<State> chosen;
        for (const State state : states)
            if (request.query.text("state") == name_of(state)) chosen = state;
        std::vector<Listed> matching;
        for (const Listed& listed : all)
            if (!chosen || listed.state == *chosen) matching.push_back(listed);

        const int page = static_cast<int>(request.query.integer("page", 1, 100'000, 1));
        const std::size_t first =
            std::min(matching.size(), static_cast<std::size_t>((page - 1) * listed_per_page));
        const std::size_t last =
            std::min(matching.size(), first + static_cast<std::size_t>(listed_per_page));
        std::vector<Listed> shown(matching.begin() + static_cast<std::ptrdiff_t>(first),
                                  matching.begin() + static_cast<std::ptrdiff_t>(last));
        site.editing.with_titles(transaction, shown);
        return http::show(http::view(
            "catalogue/work-list",
            work_list_view(
                all, matching.size(), shown,
                {chosen, page, !rights.perimeters("organiser").empty(), rights.tree()})));
    });
}

// --- One offer -----------------------------------------------------------------------------------

// Runs `answer(dossier, context)` with the offer of the path, or tells why not.
template <class Answer>
http::Response with_dossier(const http::Request& request, const Site& site, Answer answer) {
    const auto id = request.path_id<base::OfferId>("id");
    if (!id) return not_found();
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto dossier = site.editing.find(transaction, request.person(), *id, today(request));
        if (!dossier) return http::refuse(dossier.error());
        std::vector<base::PersonId> ids;
        for (const OfferVersion& version : dossier->versions)
            for (const auto& person : {version.author, version.reviewer})
                if (person) ids.push_back(*person);
        const db::Versions versions(transaction);
        const auto people = site.identity.persons(transaction, ids);
        const auto published = site.catalogue.published(transaction, versions, today(request));
        const auto tree = site.organisations.tree(transaction, versions);
        return answer(*dossier, WorkContext{*published, site.catalogue.themes(), request.language,
                                            people, *tree});
    });
}

http::Response show_work(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [](const Dossier& dossier, const WorkContext& context) {
        return http::show(http::view("catalogue/work", work_view(dossier, context)));
    });
}

http::Response show_version(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [&](const Dossier& dossier, const WorkContext& context) {
        const auto number = base::to_integer(request.path_value("number"));
        auto view = number ? version_view(dossier, *number, context) : std::nullopt;
        if (!view) return not_found();
        return http::show(http::view("catalogue/version", std::move(*view)));
    });
}

http::Response show_form(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [&](const Dossier& dossier, const WorkContext& context) {
        if (const auto why = why_not_edit(dossier.record, dossier.actor))
            return http::refuse(refusal_of(*why));
        return http::show(http::view("catalogue/form",
                                     form_view(fields_of(dossier.offer), &dossier, context.themes,
                                               request.language, nullptr, nullptr)));
    });
}

// The reasons with the names that the form's fields have.
base::Error for_form(base::Error error) {
    for (base::Reason& reason : error.reasons) reason.field = form_name(reason.field);
    return error;
}

// The answer to a change of one offer. A refusal shows the offer as it is now, and why.
http::Response answer_change(const http::Request& request, const Site& site,
                             base::Result<void> done, const char* notice) {
    const auto id = *request.path_id<base::OfferId>("id");
    if (!done) {
        const bool incomplete = done.error().kind == base::ErrorKind::invalid &&
                                done.error().reasons.front().field != "comment";
        return with_dossier(request, site, [&](const Dossier& dossier, const WorkContext& context) {
            // What is missing is best told beside the fields that lack it.
            if (incomplete)
                return http::refuse(
                    for_form(std::move(done.error())),
                    http::view("catalogue/form",
                               form_view(fields_of(dossier.offer), &dossier, context.themes,
                                         request.language, nullptr, nullptr)));
            auto view = work_view(dossier, context);
            view.as_object()["form"].as_object()["comment"].as_object()["value"] =
                request.form.text("comment");
            return http::refuse(std::move(done.error()),
                                http::view("catalogue/work", std::move(view)));
        });
    }
    return with_dossier(request, site, [&](const Dossier& dossier, const WorkContext& context) {
        return http::done(url_of_offer(id), notice, http::view("", work_view(dossier, context)));
    });
}

using Action = base::Result<void> (Editing::*)(base::PersonId, base::OfferId, std::int64_t,
                                               base::Time);

http::Response act(const http::Request& request, const Site& site, Action action,
                   const char* notice) {
    const auto id = request.path_id<base::OfferId>("id");
    if (!id) return not_found();
    return answer_change(
        request, site,
        (site.editing.*action)(request.person(), *id, revision_of(request), request.now), notice);
}

http::Response send_back(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::OfferId>("id");
    if (!id) return not_found();
    return answer_change(request, site,
                         site.editing.send_back(request.person(), *id, revision_of(request),
                                                request.form.text("comment"), request.now),
                         "catalogue.editing.notice.sent_back");
}

http::Response save(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::OfferId>("id");
    if (!id) return not_found();
    // What the form leaves out stays as it is, so what it is must be known first; save() refuses
    // when that changes in between.
    const auto before = site.database.read([&](db::Transaction& transaction) {
        return site.editing.find(transaction, request.person(), *id, today(request));
    });
    if (!before) return http::refuse(before.error());
    const ReadOffer read = read_offer(request.form, before->offer);
    base::Result<void> saved;
    if (!read.problems.empty())
        saved = base::unexpected(base::Error{base::ErrorKind::invalid, read.problems});
    else
        saved =
            site.editing.save(request.person(), *id, revision_of(request), read.offer, request.now);
    if (saved || saved.error().kind == base::ErrorKind::forbidden)
        return answer_change(request, site, std::move(saved), "catalogue.editing.notice.saved");

    // Nothing typed is lost. Sent again, the form goes over what somebody else saved: knowingly,
    // because it shows where the two differ.
    const bool stale = saved.error().kind == base::ErrorKind::conflict;
    return with_dossier(request, site, [&](const Dossier& dossier, const WorkContext& context) {
        return http::refuse(
            for_form(std::move(saved.error())),
            http::view("catalogue/form", form_view(typed_fields(request.form, before->offer),
                                                   &dossier, context.themes, request.language,
                                                   nullptr, stale ? &read.offer : nullptr)));
    });
}

// --- A new offer ---------------------------------------------------------------------------------

http::View new_form(const http::Request& request, const Site& site, const Fields& fields) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto rights = rights_of(transaction, request, site);
        const auto mine = organisations_for(rights, {"organiser"});
        const OrganisationChoice choice{mine, request.form.text("organisation")};
        return http::view("catalogue/form", form_view(fields, nullptr, site.catalogue.themes(),
                                                      request.language, &choice, nullptr));
    });
}

http::Response show_new_form(const http::Request& request, const Site& site) {
    return http::show(new_form(request, site, fields_of({})));
}

http::Response create(const http::Request& request, const Site& site) {
    ReadOffer read = read_offer(request.form, {});
    std::vector<base::Reason> problems = std::move(read.problems);
    const auto tree = site.organisations.tree();
    const auto* organisation = tree->find(request.form.text("organisation"));
    if (organisation == nullptr)
        problems.push_back({"catalogue.editing.organisation_missing", "organisation", {}});
    base::Result<base::OfferId> created;
    if (problems.empty())
        created = site.editing.create(request.person(), organisation->id, read.offer, request.now);
    else
        created = base::unexpected(base::Error{base::ErrorKind::invalid, std::move(problems)});
    if (!created)
        return http::refuse(for_form(std::move(created.error())),
                            new_form(request, site, typed_fields(request.form, {})));
    return http::done(url_of_offer(*created), "catalogue.editing.notice.created",
                      http::view("", {{"id", created->value}, {"url", url_of_offer(*created)}}),
                      201);
}

// --- Files ---------------------------------------------------------------------------------------

http::View import_form(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto rights = rights_of(transaction, request, site);
        const auto mine = organisations_for(rights, {"campus_team"});
        return http::view("catalogue/import", import_view({mine, request.form.text("organisation")},
                                                          request.form.text("format")));
    });
}

http::Response show_import(const http::Request& request, const Site& site) {
    return http::show(import_form(request, site));
}

base::Result<ImportReport> import_sent(const http::Request& request, const Site& site) {
    const auto refuse = [](base::ErrorKind kind, const char* key, const char* field) {
        return base::unexpected(base::Error{kind, key, field});
    };
    const http::File* file = request.form.file("file");
    if (file == nullptr)
        return refuse(base::ErrorKind::invalid, "catalogue.import.file_missing", "file");
    if (file->content.size() > largest_file)
        return refuse(base::ErrorKind::too_large, "catalogue.import.file_too_large", "file");
    const auto wanted = request.form.text("format");
    const auto format = wanted == "lheo"   ? std::optional{ImportFormat::lheo}
                        : wanted == "json" ? std::optional{ImportFormat::json}
                        : wanted == "csv"  ? std::optional{ImportFormat::csv}
                                           : std::nullopt;
    if (!format)
        return refuse(base::ErrorKind::invalid, "catalogue.import.format_unknown", "format");
    const auto code = request.form.text("organisation");
    const bool mine = site.database.read([&](db::Transaction& transaction) {
        const auto rights = rights_of(transaction, request, site);
        const auto* organisation = rights.tree().find(code);
        return organisation == nullptr || rights.may("campus_team", organisation->id);
    });
    if (!mine)
        return refuse(base::ErrorKind::forbidden, "catalogue.editing.not_your_organisation",
                      "organisation");
    return site.catalogue.import(*format, file->content, code, request.person(), request.now);
}

http::Response import_file(const http::Request& request, const Site& site) {
    auto report = import_sent(request, site);
    if (!report) return http::refuse(std::move(report.error()), import_form(request, site));
    return http::show(
        http::view("catalogue/import-report", report_view(*report, site.words, request.language)));
}

std::vector<http::Parameter> offer_parameters() {
    std::vector<http::Parameter> parameters;
    static const Fields fields = fields_of({});  // names that the parameters point to
    for (const auto& [name, value] : fields) parameters.push_back({name});
    parameters.front().required = true;  // title
    return parameters;
}

constexpr http::Parameter revision_parameter{"revision", R"({"type":"integer"})", true,
                                             "Of the offer as it was read; 409 if it changed"};

}  // namespace

void add_editing_pages(http::Router& router, db::Database& database, Catalogue& catalogue,
                       identity::Identity& identity, organisations::Organisations& organisations,
                       const http::PageRenderer& words) {
    const auto site = std::make_shared<const Site>(  // shared by the handlers below
        Site{database, catalogue, identity, organisations, words, {database, catalogue, identity}});
    const auto access = http::Access::any_role({"organiser", "campus_team"});
    const auto organiser = http::Access::role("organiser");
    const auto add = [&](const char* method, const char* pattern, const http::Access& who,
                         http::Doc doc, auto handler) {
        router.add(
            method, pattern, who, std::move(doc),
            [site, handler](const http::Request& request) { return handler(request, *site); });
    };
    add("GET", "/offers", access,
        {.summary = "The offers of my perimeter",
         .query = {{"state",
                    R"({"enum":["draft","proposed","published","revised","expired","retired"]})"},
                   {"page", R"({"type":"integer","minimum":1})"}},
         .answer = work_list_schema},
        show_offers);
    add("GET", "/offers/new", organiser,
        {.summary = "The form of a new offer", .answer = form_schema}, show_new_form);
    auto fields = offer_parameters();
    fields.push_back({"organisation", R"({"type":"string"})", true, "Its code"});
    add("POST", "/offers", organiser,
        {.summary = "Write a new offer",
         .form = fields,
         .answer = R"({"type":"object","required":["id","url"]})"},
        create);
    add("GET", "/offers/{id}", access,
        {.summary = "An offer at work: state, preview, versions", .answer = work_schema},
        show_work);
    add("GET", "/offers/{id}/edit", organiser,
        {.summary = "The form of an offer", .answer = form_schema}, show_form);
    fields.back() = revision_parameter;
    add("POST", "/offers/{id}", organiser,
        {.summary = "Change an offer; absent fields stay", .form = fields, .answer = work_schema},
        save);
    add("GET", "/offers/{id}/versions/{number}", access,
        {.summary = "A version and what it changed", .answer = version_schema}, show_version);
    add("POST", "/offers/{id}/return", access,
        {.summary = "Send a proposed offer back",
         .form = {revision_parameter, {"comment", R"({"type":"string"})", true}},
         .answer = work_schema},
        send_back);

    struct Named {
        const char* pattern = "";
        http::Access access;
        const char* summary = "";
        Action action{};
        const char* notice = "";
    };
    for (const Named& named :
         {Named{"/offers/{id}/propose", organiser, "Propose an offer for publication",
                &Editing::propose, "catalogue.editing.notice.proposed"},
          Named{"/offers/{id}/publish", http::Access::role("campus_team"),
                "Publish what another person proposed", &Editing::publish,
                "catalogue.editing.notice.published"},
          Named{"/offers/{id}/retire", access, "Take an offer out of the catalogue",
                &Editing::retire, "catalogue.editing.notice.retired"},
          Named{"/offers/{id}/restore", access, "Put a retired offer back", &Editing::restore,
                "catalogue.editing.notice.restored"}})
        add("POST", named.pattern, named.access,
            {.summary = named.summary, .form = {revision_parameter}, .answer = work_schema},
            [action = named.action, notice = named.notice](const http::Request& request,
                                                           const Site& given) {
                return act(request, given, action, notice);
            });

    // A file is published at once, so it takes the role that reviews.
    const auto reviewers = http::Access::role("campus_team");
    add("GET", "/offers/import", reviewers,
        {.summary = "The form for a file of offers", .answer = R"({"type":"object"})"},
        show_import);
    router.add(
        {.method = "POST",
         .pattern = "/offers/import",
         .access = reviewers,
         .doc = {.summary = "Publish the offers of a file",
                 .form = {{"file", R"({"type":"string","format":"binary"})", true},
                          {"format", R"({"enum":["csv","lheo","json"]})", true},
                          {"organisation", R"({"type":"string"})", true, "Its code"}},
                 .answer = report_schema},
         .handler = [site](const http::Request& request) { return import_file(request, *site); },
         .max_body = largest_file + multipart_margin});
}

}  // namespace catalogue
