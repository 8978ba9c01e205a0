// SPDX-License-Identifier: EUPL-1.2
#include "items/pages.hpp"

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "items/checks.hpp"
#include "items/editing.hpp"
#include "items/items.hpp"
#include "items/qti.hpp"
#include "items/random.hpp"
#include "items/views.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace items {
namespace json = boost::json;
namespace {

constexpr std::size_t largest_import = std::size_t{1} * 1024 * 1024;

struct Site {
    db::Database& database;
    Items& items;
    identity::Identity& identity;
    const http::PageRenderer& words;
    mutable Editing editing;
};

http::Response not_found() {
    return http::refuse({base::ErrorKind::not_found, "items.unknown"});
}

std::string url_of(base::ItemId id) {
    return "/items/" + std::to_string(id.value);
}

// Missing or malformed it is 0, which no item has: the form is stale.
std::int64_t revision_of(const http::Request& request) {
    return request.form.integer("revision").value_or(0);
}

// Of a variant to look at: as asked for, else another one each time.
std::uint64_t seed_of_request(const http::Request& request, std::string_view given) {
    const auto number = base::to_integer(given);
    if (number && *number >= 0) return static_cast<std::uint64_t>(*number);
    return Random(0, request.request_id).below(1'000'000);
}

Names names_of(db::Transaction& transaction, const Site& site, const Dossier& dossier) {
    std::vector<base::PersonId> ids;
    for (const ItemVersion& version : dossier.versions)
        for (const auto& person : {version.author, version.reviewer})
            if (person) ids.push_back(*person);
    Names names;
    for (const auto& [id, person] : site.identity.persons(transaction, ids))
        names.emplace(id, person.full_name());
    return names;
}

// Runs `answer(transaction, dossier)` with the item of the path, or tells that there is none.
template <class Answer>
http::Response with_dossier(const http::Request& request, const Site& site, Answer answer) {
    const auto id = request.path_id<base::ItemId>("item");
    if (!id) return not_found();
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto dossier = site.editing.find(transaction, *id);
        if (!dossier) return not_found();
        return answer(transaction, *dossier);
    });
}

json::object dossier_page(db::Transaction& transaction, const http::Request& request,
                          const Site& site, const Dossier& dossier) {
    const auto bank = site.items.bank(transaction, db::Versions(transaction));
    const auto statistics = site.items.statistics(transaction);
    const auto found = statistics.find(dossier.record.id);
    const auto names = names_of(transaction, site, dossier);
    return dossier_view(dossier,
                        {.reader = request.person(),
                         .bank = *bank,
                         .names = names,
                         .statistics = found == statistics.end() ? Statistics{} : found->second,
                         .seed = seed_of_request(request, request.query.text("seed")),
                         .language = request.language});
}

http::Response show_list(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const Filter filter{.competence = std::string(request.query.text("competence")),
                            .format = std::string(request.query.text("format")),
                            .state = std::string(request.query.text("state")),
                            .flag = std::string(request.query.text("flag")),
                            .level = static_cast<int>(request.query.integer("level", 1, 8, 0)),
                            .page = static_cast<int>(request.query.integer("page", 1, 10'000, 1))};
        const auto bank = site.items.bank(transaction, db::Versions(transaction));
        return http::show(
            http::view("items/list", list_view(site.editing.list(transaction), *bank, filter,
                                               request.language, base::in_paris(request.now).day)));
    });
}

http::Response show_item(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [&](db::Transaction& transaction, const Dossier& dossier) {
        return http::show(
            http::view("items/item", dossier_page(transaction, request, site, dossier)));
    });
}

http::Response show_version(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [&](db::Transaction& transaction, const Dossier& dossier) {
        const auto number = base::to_integer(request.path_value("number"));
        const ItemVersion* version = number ? dossier.version(*number) : nullptr;
        if (version == nullptr) return not_found();
        return http::show(
            http::view("items/version",
                       version_view(dossier, *version, names_of(transaction, site, dossier))));
    });
}

http::Response show_text(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [&](db::Transaction&, const Dossier& dossier) {
        return http::download(dossier.present().text, "application/toml",
                              dossier.record.code + ".toml");
    });
}

// --- As a candidate ------------------------------------------------------------------------------

// `answer` null: nothing was answered yet.
json::object preview(const Dossier& dossier, const Variant& variant, std::uint64_t seed,
                     const Answer* answer, bool checked) {
    const std::string number = std::to_string(seed);
    json::object view{{"id", dossier.record.id.value},
                      {"code", dossier.record.code},
                      {"seed", number},
                      {"other_seed", std::to_string(seed + 1)},
                      {"question", question_view(variant, {.file_url = url_of(dossier.record.id) +
                                                                       "/file?seed=" + number,
                                                           .answer = answer})},
                      {"explanation", nullptr},
                      {"form", json::object{}}};
    if (checked) view["explanation"] = explanation_view(variant, answer);
    return view;
}

http::Response show_preview(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [&](db::Transaction&, const Dossier& dossier) {
        const std::uint64_t seed = seed_of_request(request, request.query.text("seed"));
        const auto variant =
            draw(read_published(dossier.record.code, dossier.present().text), seed);
        if (!variant) return http::refuse(variant.error());
        return http::show(
            http::view("items/preview", preview(dossier, *variant, seed, nullptr, false)));
    });
}

http::Response answer_preview(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [&](db::Transaction&, const Dossier& dossier) {
        const std::uint64_t seed = seed_of_request(request, request.form.text("seed"));
        const auto variant =
            draw(read_published(dossier.record.code, dossier.present().text), seed);
        if (!variant) return http::refuse(variant.error());
        const auto answer = read_answer(*variant, request.form);
        if (!answer)
            return http::refuse(
                answer.error(),
                http::view("items/preview", preview(dossier, *variant, seed, nullptr, false)));
        return http::show(
            http::view("items/preview", preview(dossier, *variant, seed, &*answer, true)));
    });
}

http::Response send_file(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [&](db::Transaction&, const Dossier& dossier) {
        const std::uint64_t seed = seed_of_request(request, request.query.text("seed"));
        const auto variant =
            draw(read_published(dossier.record.code, dossier.present().text), seed);
        auto file = variant ? make_file(*variant) : std::nullopt;
        if (!file) return not_found();
        return http::download(std::move(file->content), std::move(file->content_type),
                              std::move(file->name));
    });
}

// --- Writing -------------------------------------------------------------------------------------

std::function<std::string(const base::Reason&)> words_of(const http::Request& request,
                                                         const Site& site) {
    return [&](const base::Reason& reason) { return site.words.message(request.language, reason); };
}

// The reasons with their lines, in the reader's words: each stands beside the text.
base::Error told(const http::Request& request, const Site& site, base::Error error) {
    for (base::Reason& reason : error.reasons) {
        const auto at =
            std::ranges::find(reason.values, "at", &std::pair<std::string, std::string>::first);
        if (at == reason.values.end()) continue;
        const std::string line = at->second, what = site.words.message(request.language, reason);
        reason = {"items.at_line", reason.field, {{"at", line}, {"what", what}}};
    }
    return error;
}

http::Response show_new(const http::Request& request, const Site&) {
    const auto format = find_format(request.query.text("format")).value_or(Format::single);
    return http::show(http::view("items/form", form_view(nullptr, request.query.text("competence"),
                                                         empty_text(format), request.language)));
}

http::Response create(const http::Request& request, const Site& site) {
    const auto competence = request.form.text("competence");
    const std::string text = normal_lines(request.form.text("text"));
    const auto created = site.editing.create(request.person(), competence, text, request.now);
    if (!created) {
        json::object form = form_view(nullptr, competence, text, request.language);
        form["problems"] =
            problems_view(read_item("0.0-000", text).problems, words_of(request, site));
        return http::refuse(told(request, site, created.error()),
                            http::view("items/form", std::move(form)));
    }
    return http::done(url_of(*created), "items.notice.created",
                      http::view("", {{"id", created->value}, {"url", url_of(*created)}}), 201);
}

http::Response show_edit(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [&](db::Transaction&, const Dossier& dossier) {
        if (const auto why = why_not_edit(dossier.record)) return http::refuse(refusal_of(*why));
        json::object form = form_view(&dossier, "", dossier.present().text, request.language);
        form["problems"] =
            problems_view(read_item(dossier.record.code, dossier.present().text).problems,
                          words_of(request, site));
        return http::show(http::view("items/form", std::move(form)));
    });
}

// The answer to a change. A refusal shows the item as it is now, and why.
http::Response answer_change(const http::Request& request, const Site& site,
                             base::Result<void> done, const char* notice) {
    return with_dossier(request, site, [&](db::Transaction& transaction, const Dossier& dossier) {
        json::object view = dossier_page(transaction, request, site, dossier);
        if (done)
            return http::done(url_of(dossier.record.id), notice, http::view("", std::move(view)));
        view["form"].as_object()["comment"].as_object()["value"] = request.form.text("comment");
        return http::refuse(std::move(done.error()), http::view("items/item", std::move(view)));
    });
}

http::Response save(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::ItemId>("item");
    if (!id) return not_found();
    const std::string text = normal_lines(request.form.text("text"));
    auto saved = site.editing.save(request.person(), *id, revision_of(request), text, request.now);
    if (saved) return answer_change(request, site, std::move(saved), "items.notice.saved");
    // Nothing typed is lost.
    return with_dossier(request, site, [&](db::Transaction&, const Dossier& dossier) {
        json::object form = form_view(&dossier, "", text, request.language);
        form["problems"] =
            problems_view(read_item(dossier.record.code, text).problems, words_of(request, site));
        return http::refuse(told(request, site, std::move(saved.error())),
                            http::view("items/form", std::move(form)));
    });
}

using Action = base::Result<void> (Editing::*)(base::PersonId, base::ItemId, std::int64_t,
                                               base::Time);

http::Response act(const http::Request& request, const Site& site, Action action,
                   const char* notice) {
    const auto id = request.path_id<base::ItemId>("item");
    if (!id) return not_found();
    return answer_change(
        request, site,
        (site.editing.*action)(request.person(), *id, revision_of(request), request.now), notice);
}

http::Response send_back(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::ItemId>("item");
    if (!id) return not_found();
    return answer_change(request, site,
                         site.editing.send_back(request.person(), *id, revision_of(request),
                                                request.form.text("comment"), request.now),
                         "items.notice.sent_back");
}

// --- QTI -----------------------------------------------------------------------------------------

http::Response export_qti(const http::Request& request, const Site& site) {
    return with_dossier(request, site, [&](db::Transaction&, const Dossier& dossier) {
        const auto xml = write_qti(read_published(dossier.record.code, dossier.present().text));
        if (!xml) return http::refuse(xml.error());
        return http::download(*xml, "application/xml; charset=utf-8", dossier.record.code + ".xml");
    });
}

http::View import_page(std::string_view competence, std::string_view language) {
    return http::view("items/import", form_view(nullptr, competence, "", language));
}

http::Response show_import(const http::Request& request, const Site&) {
    return http::show(import_page(request.query.text("competence"), request.language));
}

http::Response import_qti(const http::Request& request, const Site& site) {
    const auto competence = request.form.text("competence");
    const http::File* file = request.form.file("file");
    const auto refuse = [&](base::Error error) {
        return http::refuse(told(request, site, std::move(error)),
                            import_page(competence, request.language));
    };
    if (file == nullptr)
        return refuse({base::ErrorKind::invalid, "items.qti.file_missing", "file"});
    const auto text = read_qti(file->content);
    if (!text) return refuse(text.error());
    // What QTI does not say of an item - level, source, feedback - is for the editor to fill in.
    json::object form = form_view(nullptr, competence, *text, request.language);
    form["problems"] = problems_view(read_item("0.0-000", *text).problems, words_of(request, site));
    form["imported"] = true;
    return http::show(http::view("items/form", std::move(form)));
}

}  // namespace

void add_pages(http::Router& router, db::Database& database, Items& items,
               identity::Identity& identity, const http::PageRenderer& words) {
    // Shared by the handlers below.
    const auto site = std::make_shared<const Site>(
        Site{database, items, identity, words, Editing(database, items, identity)});
    const auto team = http::Access::role("campus_team");
    const auto add = [&](const char* method, const char* pattern, http::Doc doc, auto handler) {
        router.add(
            method, pattern, team, std::move(doc),
            [site, handler](const http::Request& request) { return handler(request, *site); });
    };
    constexpr std::string_view string = R"({"type":"string"})";
    constexpr std::string_view integer = R"({"type":"integer"})";
    const http::Parameter revision{"revision", integer, true, "Of the item as it was seen"};
    const http::Parameter seed{"seed", string, false, "Of the variant; absent: another each time"};
    const http::Parameter text{"text", string, true, "As docs/items.md has it"};
    add("GET", "/items",
        {.summary = "The item bank as its editors see it",
         .query = {{"competence"},
                   {"level", integer},
                   {"format"},
                   {"state"},
                   {"flag", string, false,
                    "seeded, calibrated, done, no_phone, review_due or unused"},
                   {"page", integer}},
         .answer = list_schema},
        show_list);
    add("GET", "/items/new",
        {.summary = "The form of a new item",
         .query = {{"format"}, {"competence"}},
         .answer = form_schema},
        show_new);
    add("POST", "/items",
        {.summary = "Write a new item",
         .form = {{"competence", string, true}, text},
         .answer =
             R"({"type":"object","required":["id","url"],"properties":{"id":{"type":"integer"},"url":{"type":"string"}}})"},
        create);
    add("GET", "/items/import",
        {.summary = "The form for an item in QTI 3",
         .query = {{"competence"}},
         .answer = form_schema},
        show_import);
    router.add(
        {.method = "POST",
         .pattern = "/items/import",
         .access = team,
         .doc = {.summary = "Read an assessmentItem of QTI 3 into the form of a new item",
                 .form = {{"competence", string, true},
                          {"file", R"({"type":"string","format":"binary"})", true}},
                 .answer = form_schema},
         .handler = [site](const http::Request& request) { return import_qti(request, *site); },
         .max_body = largest_import});
    add("GET", "/items/{item}",
        {.summary = "One item with its key, versions and statistics",
         .query = {seed},
         .answer = dossier_schema},
        show_item);
    add("POST", "/items/{item}",
        {.summary = "Change the text of an item",
         .form = {revision, text},
         .answer = dossier_schema},
        save);
    add("GET", "/items/{item}/edit", {.summary = "The form of an item", .answer = form_schema},
        show_edit);
    add("GET", "/items/{item}.toml",
        {.summary = "The text of an item", .content_type = "application/toml"}, show_text);
    add("GET", "/items/{item}.xml",
        {.summary = "The item in QTI 3, where that can express it",
         .content_type = "application/xml"},
        export_qti);
    add("GET", "/items/{item}/versions/{number}",
        {.summary = "A version and what it changed", .answer = version_schema}, show_version);
    add("GET", "/items/{item}/preview",
        {.summary = "The item as a candidate sees it", .query = {seed}, .answer = preview_schema},
        show_preview);
    add("POST", "/items/{item}/preview",
        {.summary = "Answer the preview",
         .form = {{"seed", string, true},
                  {"answer", string, false, "May repeat; answer-0, answer-1 … for parts"},
                  {"unknown", R"({"type":"boolean"})"}},
         .answer = preview_schema},
        answer_preview);
    add("GET", "/items/{item}/file",
        {.summary = "The file of a variant",
         .query = {seed},
         .content_type = "application/octet-stream"},
        send_file);
    add("POST", "/items/{item}/return",
        {.summary = "Send an item back to who wrote it",
         .form = {revision, {"comment", string, true}},
         .answer = dossier_schema},
        send_back);
    struct Named {
        const char* pattern = "";
        const char* summary = "";
        Action action{};
        const char* notice = "";
    };
    for (const Named& named : {Named{"/items/{item}/review", "Ask another person to review an item",
                                     &Editing::ask_review, "items.notice.review_asked"},
                               Named{"/items/{item}/publish", "Publish what another person wrote",
                                     &Editing::publish, "items.notice.published"},
                               Named{"/items/{item}/retire", "Take an item out of the bank",
                                     &Editing::retire, "items.notice.retired"},
                               Named{"/items/{item}/restore", "Put a retired item back",
                                     &Editing::restore, "items.notice.restored"}})
        add("POST", named.pattern,
            {.summary = named.summary, .form = {revision}, .answer = dossier_schema},
            [action = named.action, notice = named.notice](const http::Request& request,
                                                           const Site& given) {
                return act(request, given, action, notice);
            });
}

}  // namespace items
