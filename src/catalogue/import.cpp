// SPDX-License-Identifier: EUPL-1.2
// Files of offers into the catalogue: what is new or changed is published at once, what is there
// already stays untouched.
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/store.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

namespace catalogue {
namespace json = boost::json;
namespace {

struct Arriving {
    ImportedOffer imported;
    std::string owner_code;  // "" : the organisation of the import
};

struct File {
    std::vector<Arriving> offers;
    std::vector<LineProblem> problems;
};

base::Error unreadable(std::string message_key) {
    return {base::ErrorKind::invalid, std::move(message_key), "file"};
}

// {"offers": [{"slug": ..., "owner": ..., and the members of offer.hpp}]}; counted from 1.
base::Result<File> read_json(std::string_view text) {
    boost::system::error_code error;
    json::value parsed = json::parse(text, error);
    if (error || !parsed.is_object() || !parsed.get_object().contains("offers") ||
        !parsed.at("offers").is_array())
        return base::unexpected(unreadable("catalogue.import.no_json"));
    File file;
    int number = 0;
    for (json::value& item : parsed.at("offers").get_array()) {
        ++number;
        const auto refuse = [&](base::Reason reason) {
            file.problems.push_back({number, std::move(reason)});
        };
        if (!item.is_object()) {
            refuse({"catalogue.import.no_object", "", {}});
            continue;
        }
        Arriving arriving;
        arriving.imported.line = number;
        json::object& members = item.get_object();
        for (const auto& [name, target] :
             {std::pair{"slug", &arriving.imported.slug}, std::pair{"owner", &arriving.owner_code}})
            if (const auto* member = members.if_contains(name); member && member->is_string()) {
                target->assign(member->get_string().data(), member->get_string().size());
                members.erase(name);
            }
        members.erase("status");
        auto offer = offer_from_json(item);
        if (!offer) {
            for (base::Reason& reason : offer.error().reasons) refuse(std::move(reason));
            continue;
        }
        if (auto problems = problems_of(*offer); !problems.empty()) {
            for (base::Reason& reason : problems) refuse(std::move(reason));
            continue;
        }
        arriving.imported.offer = std::move(*offer);
        file.offers.push_back(std::move(arriving));
    }
    return file;
}

base::Result<File> read_file(ImportFormat format, std::string_view text, const Themes& themes) {
    if (format == ImportFormat::json) return read_json(text);
    auto imported = format == ImportFormat::csv ? read_csv(text, themes) : read_lheo(text, themes);
    if (!imported) return base::unexpected(imported.error());
    File file{{}, std::move(imported->problems)};
    for (ImportedOffer& offer : imported->offers) file.offers.push_back({std::move(offer), {}});
    return file;
}

// Two offers of one title in one file are two offers: the second is "-2", each time the same.
void name_offers(std::vector<Arriving>& offers) {
    std::set<std::string> given;
    for (Arriving& arriving : offers) {
        std::string& slug = arriving.imported.slug;
        if (slug.empty()) slug = base::slug(arriving.imported.offer.title);
        if (slug.empty()) slug = "offre";
        const std::string stem = slug;
        for (int number = 2; !given.insert(slug).second; ++number)
            slug = stem + "-" + std::to_string(number);
    }
}

// The 11 columns say nothing of eligibility, skills, dates...: what was known of those stays.
Offer with_columns_of(const Offer& row, Offer known) {
    known.title = row.title;
    known.kind = row.kind;
    known.summary = row.summary;
    known.objectives = row.objectives;
    if (known.duration != row.duration) known.duration_minutes = row.duration_minutes;
    known.duration = row.duration;
    known.registration_link = row.registration_link;
    known.audiences = row.audiences;
    known.themes = row.themes;
    known.subthemes = row.subthemes;
    known.organisers = row.organisers;
    known.modalities = row.modalities;
    return known;
}

}  // namespace

base::Result<ImportReport> Catalogue::import(ImportFormat format, std::string_view text,
                                             std::string_view organisation_code,
                                             std::optional<base::PersonId> author, base::Time now) {
    auto file = read_file(format, text, themes_);
    if (!file) return base::unexpected(file.error());
    name_offers(file->offers);
    const auto tree = organisations_.tree();
    const auto* organisation = tree->find(organisation_code);
    if (organisation == nullptr)
        return base::unexpected(base::Error{
            base::ErrorKind::invalid, "catalogue.import.organisation_unknown", "organisation"});

    return database_.write([&](db::Transaction& transaction) {
        ImportReport report{{}, file->problems};
        std::map<std::string, store::Stored> known;
        for (store::Stored& stored : store::all(transaction))
            known.emplace(stored.row.slug, std::move(stored));
        const std::int64_t revision = db::bump_version(transaction, version_name);

        for (const auto& [imported, owner_code] : file->offers) {
            const auto refuse = [&](std::string key) {
                report.problems.push_back(
                    {imported.line, {std::move(key), "", {{"slug", imported.slug}}}});
            };
            const auto* owner = owner_code.empty() ? organisation : tree->find(owner_code);
            if (owner == nullptr || !tree->contains(organisation->id, owner->id)) {
                refuse("catalogue.import.owner_outside");
                continue;
            }
            const auto before = known.find(imported.slug);
            const bool fresh = before == known.end();
            const bool columns_only = format == ImportFormat::csv && !fresh &&
                                      before->second.row.published_number.has_value();
            const std::string content = json::serialize(to_json(
                columns_only
                    ? with_columns_of(imported.offer, store::read_content(before->second.content))
                    : imported.offer));
            OfferRecord row;
            if (fresh) {
                row.slug = imported.slug;
                row.organisation = owner->id;
            } else {
                row = before->second.row;
                if (!tree->contains(organisation->id, row.organisation)) {
                    refuse("catalogue.import.of_another_organisation");
                    continue;
                }
                if (before->second.content == content && !row.retired_at) {
                    ++report.counts.unchanged;
                    continue;
                }
            }
            const std::int64_t number =
                1 + std::max(row.published_number.value_or(0), row.working_number.value_or(0));
            row.published_number = number;
            if (!row.published_at) row.published_at = now;
            row.retired_at.reset();
            row.revision = revision;
            if (fresh)
                row.id = store::insert(transaction, row).value();
            else
                store::update(transaction, row);
            store::insert_version(transaction, row.id,
                                  {.number = number,
                                   .content = content,
                                   .author = author,
                                   .created_at = now,
                                   .reviewer = author,
                                   .reviewed_at = now});
            ++(fresh ? report.counts.added : report.counts.changed);
        }
        organisations::record_import(transaction,
                                     {.added = report.counts.added,
                                      .changed = report.counts.changed,
                                      .unchanged = report.counts.unchanged,
                                      .problems = {}},
                                     {.action = "catalogue.import",
                                      .person = author,
                                      .within = {organisation->id},
                                      .now = now});
        return report;
    });
}

}  // namespace catalogue
