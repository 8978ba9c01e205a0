// SPDX-License-Identifier: EUPL-1.2
// Door of the catalogue slice: the published offers, the search over them, and their life from a
// proposal to retirement.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "catalogue/formats.hpp"
#include "catalogue/offer.hpp"
#include "catalogue/search.hpp"

#include <boost/json/fwd.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db
namespace identity {
class Identity;
}
namespace organisations {
class Organisations;
}

namespace catalogue {

class Themes;

// Whoever asks, as far as eligibility goes.
struct Reader {
    base::PersonId person;
    std::string population;  // "" : works nowhere at present
    bool contractor = false;
    std::vector<std::string> organisations;  // codes, from the own one up to the root
};

// Nothing when the reader may take the offer, else the reason: a message under
// "catalogue.why_not.". Pure; the same for the search, the page and the taking of a seat.
std::optional<std::string_view> why_not_take(const Eligibility&, const Reader&);

// What all readers see at one moment: the search index and what stands beside it. Immutable.
struct Published {
    std::int64_t version = 0;
    base::Date day{};  // offers that expired before are not in it
    Index index;
    std::vector<base::OrganisationId> owners;  // by position in the index
    // Offers of one eligibility, together: a rule is asked once and not once an offer.
    std::vector<std::pair<Eligibility, Bits>> by_eligibility;

    const Offer* find(base::OfferId) const;  // nullptr when not published (any more)
    Bits open_to(const Reader&) const;
};

// What the slice of sessions tells of an offer; declared here because the catalogue is below it.
struct SessionsOfOffers {
    virtual ~SessionsOfOffers() = default;
    // Offers with a seat that can be taken now. Shared by requests; replaced, never changed.
    virtual std::shared_ptr<const std::vector<base::OfferId>> with_free_seats(db::Transaction&,
                                                                              const db::Versions&,
                                                                              base::Time now) = 0;
    // The coming sessions of one offer as its page shows them (see sessions/views.cpp).
    virtual boost::json::value of_offer(db::Transaction&, base::OfferId,
                                        std::optional<base::PersonId> reader, base::Time now) = 0;
    // Of the open sessions that have not ended, by date.
    virtual Periods periods(db::Transaction&, base::Time now) = 0;
};

struct OfferTitle {
    std::string slug;
    std::string title;
    bool fictitious = false;
};

struct ImportCounts {
    int added = 0, changed = 0, unchanged = 0;
};
struct ImportReport {
    ImportCounts counts;
    std::vector<LineProblem> problems;  // these lines were left out
};

enum class ImportFormat { csv, lheo, json };

class Catalogue {
public:
    // The arguments must outlive it.
    Catalogue(db::Database&, organisations::Organisations&, identity::Identity&, const Themes&,
              const Synonyms&);
    ~Catalogue();

    // The published offers as of this transaction.
    std::shared_ptr<const Published> published(db::Transaction&, const db::Versions&,
                                               base::Date today);
    // Nothing for somebody who is not signed in.
    std::optional<Reader> reader(db::Transaction&, const db::Versions&,
                                 std::optional<base::PersonId>, base::Date today);
    // Titles, also of offers that are retired or expired.
    std::map<base::OfferId, OfferTitle> titles(db::Transaction&, const std::vector<base::OfferId>&);
    const Themes& themes() const { return themes_; }
    // All published offers, as the files of formats.hpp have them, by slug.
    std::vector<Exported> exported(db::Transaction&, const db::Versions&, base::Date today);

    // Puts the offers of a file in, published, for an organisation; those that are already there as
    // the file has them stay untouched. What the 11 columns cannot say of an offer stays as it was.
    // Refuses a file that cannot be read at all.
    base::Result<ImportReport> import(ImportFormat, std::string_view text,
                                      std::string_view organisation_code,
                                      std::optional<base::PersonId> author, base::Time now);

private:
    db::Database& database_;
    organisations::Organisations& organisations_;
    identity::Identity& identity_;
    const Themes& themes_;
    const Synonyms& synonyms_;
    std::mutex mutex_;  // guards the cache only; what is true is in the database
    std::shared_ptr<const Published> published_;
    struct Prepared;
    std::unique_ptr<Prepared> prepared_;
};

}  // namespace catalogue
