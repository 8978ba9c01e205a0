// SPDX-License-Identifier: EUPL-1.2
#include "identity/newcomers.hpp"

#include "audit/audit.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "identity/people_file.hpp"
#include "identity/rules.hpp"
#include "identity/store.hpp"
#include "mail/mail.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <stdexcept>

namespace identity {
namespace json = boost::json;
using std::chrono::hours;

namespace {

constexpr hours first_visit_lasts{1};
constexpr hours claim_lasts{7 * 24};
constexpr int most_letters = 3;  // to mails that a newcomer typed

base::Date day_of(base::Time now) {
    return std::chrono::floor<std::chrono::days>(now);
}

// What was verified before it was written down.
oidc::UserInfo user_of(const store::Newcomer& newcomer) {
    auto user = oidc::read_user_info(newcomer.user_info);
    if (!user) throw std::logic_error("a newcomer's user information cannot be read");
    return *std::move(user);
}

std::string full_name(const oidc::UserInfo& user) {
    return user.given_name + " " + user.usual_name;
}

base::Error too_late() {
    return {base::ErrorKind::not_found, "identity.first_visit.too_late"};
}

struct Decided {
    std::string_view action;
    base::PersonId person;
    base::PersonId by;
    base::Time now{};
    std::string_view role = "agent";
    std::optional<base::OrganisationId> perimeter = {};
    json::object before = {}, after = {};
};

void record(db::Transaction& transaction, const Decided& decided) {
    const auto told = [](const json::object& facts) {
        return facts.empty() ? std::string{} : json::serialize(facts);
    };
    audit::record(transaction, {.at = decided.now,
                                .actor = decided.by,
                                .role = decided.role,
                                .perimeter = decided.perimeter,
                                .action = decided.action,
                                .object = "person",
                                .object_id = decided.person.value,
                                .before = told(decided.before),
                                .after = told(decided.after)});
}

json::object told_of(const Affiliation& affiliation) {
    return {{"employer", affiliation.organisation.value},
            {"population", affiliation.population},
            {"contractor", affiliation.contractor},
            {"from", base::iso_date(affiliation.from)}};
}

Workplace workplace(db::Transaction& transaction, const oidc::UserInfo& user,
                    const organisations::Tree& tree) {
    return workplace_of(user, store::mappings_of(transaction, user.siret), tree);
}

}  // namespace

Welcome Newcomers::welcome(const oidc::Authenticated& known, const std::string& next,
                           const Visitor& visitor, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> Welcome {
        const oidc::UserInfo& user = known.user;
        const auto account = store::find_account(transaction, user.issuer, user.subject);
        const auto with_mail = account ? std::optional{account->person}
                                       : store::find_by_email(transaction, user.email);
        auto recognition = Recognition::same;
        if (!account) {
            std::optional<Namesake> namesake;
            if (with_mail)
                namesake.emplace(*store::find(transaction, *with_mail),
                                 store::idp_ids(transaction, *with_mail));
            recognition = recognise(user, namesake);
        }
        store::Newcomer newcomer{.id = 0,
                                 .user_info = known.payload,
                                 .id_token = known.id_token,
                                 .next = next,
                                 .claimed = with_mail,
                                 .letters = 0,
                                 .created_at = now};
        if (recognition == Recognition::same) {
            const bool settled =
                account ? welcome_back(transaction, *with_mail, user, account->workplace, now)
                        : link(transaction, newcomer, *with_mail, "agent", *with_mail, now);
            if (settled)
                return open_session(transaction, *with_mail, known.id_token, next, visitor, now);
            newcomer.claimed.reset();  // who they are is not the question
        } else if (workplace(transaction, user,
                             *organisations_.tree(transaction, db::Versions(transaction)))
                       .kind == Workplace::Kind::unknown)
            store::count_unplaced(transaction, user, now);
        const std::string token = base::random_token();
        store::put_newcomer(
            transaction, base::sha256_hex(token), newcomer, user,
            now + (recognition == Recognition::doubtful ? claim_lasts : hours{first_visit_lasts}));
        return FirstVisit{token};
    });
}

SignedIn Newcomers::open_session(db::Transaction& transaction, base::PersonId person,
                                 std::string_view id_token, std::string next,
                                 const Visitor& visitor, base::Time now) {
    // A session of before the sign-in never becomes one of after it.
    if (!visitor.session.empty())
        store::delete_sign_in(transaction, base::sha256_hex(visitor.session));
    SignedIn opened{identity_.sign_in(transaction, person, now,
                                      {.way = "proconnect", .user_agent = visitor.user_agent}),
                    std::move(next), store::find(transaction, person)->language};
    store::set_id_token(transaction, base::sha256_hex(opened.session_token), id_token);
    return opened;
}

bool Newcomers::welcome_back(db::Transaction& transaction, base::PersonId id,
                             const oidc::UserInfo& user, std::string_view told_before,
                             base::Time now) {
    Person person = *store::find(transaction, id);
    json::object changed;
    const auto take = [&](std::string& present, const std::string& told, const char* name) {
        if (present == told) return;
        present = told;
        changed[name] = true;
    };
    take(person.given_name, user.given_name, "name");
    take(person.usual_name, user.usual_name, "name");
    // A mail that somebody else has stays theirs until an administrator has looked.
    if (const auto owner = store::find_by_email(transaction, user.email); !owner || owner == id)
        take(person.email, user.email, "email");
    if (!changed.empty()) {
        store::update_names_and_mail(transaction, person);
        record(transaction, {.action = "identity.update",
                             .person = id,
                             .by = id,
                             .now = now,
                             .after = std::move(changed)});
    }

    const auto tree = organisations_.tree(transaction, db::Versions(transaction));
    const Workplace place = workplace(transaction, user, *tree);
    const auto present = store::affiliations_of(transaction, id);
    std::string told_now{told_before};
    bool settled = true;
    switch (place.kind) {
        case Workplace::Kind::unknown:
            store::count_unplaced(transaction, user, now);
            break;
        case Workplace::Kind::ask:
            settled = !asks_where(present, place, told_before, *tree, day_of(now));
            break;
        case Workplace::Kind::known: {
            const Affiliation told = affiliation_at(
                user, place.organisation, tree->find(place.organisation)->branch, day_of(now));
            if (const auto next = next_affiliation(present, told, told_before, *tree, day_of(now)))
                employ(transaction, id, *next, now);
            told_now = workplace_text(place, told);
            break;
        }
    }
    store::update_account(transaction, user, told_now, now);
    return settled;
}

base::PersonId Newcomers::create(db::Transaction& transaction, const oidc::UserInfo& user,
                                 std::string_view language, base::Time now) {
    const base::PersonId person =
        store::insert(transaction, {.id = {},
                                    .email = user.email,
                                    .given_name = user.given_name,
                                    .usual_name = user.usual_name,
                                    .language = language == "en" ? "en" : "fr"});
    record(transaction, {.action = "identity.create", .person = person, .by = person, .now = now});
    store::insert_account(transaction, person, user, now);
    return person;
}

void Newcomers::employ(db::Transaction& transaction, base::PersonId person, const Affiliation& next,
                       base::Time now) {
    const auto present = store::affiliations_of(transaction, person);
    store::close_affiliation(transaction, person, next.from - std::chrono::days{1});
    store::insert_affiliation(transaction, person, next);
    record(transaction, {.action = "identity.affiliate",
                         .person = person,
                         .by = person,
                         .now = now,
                         .perimeter = next.organisation,
                         .before = present.empty() ? json::object{} : told_of(present.front()),
                         .after = told_of(next)});
}

bool Newcomers::link(db::Transaction& transaction, const store::Newcomer& newcomer,
                     base::PersonId person, std::string_view role, base::PersonId by,
                     base::Time now) {
    const oidc::UserInfo user = user_of(newcomer);
    store::insert_account(transaction, person, user, now);
    record(transaction, {.action = "identity.link",
                         .person = person,
                         .by = by,
                         .now = now,
                         .role = role,
                         .after = {{"idp", user.idp_id}}});
    store::delete_newcomers(transaction, user);
    return welcome_back(transaction, person, user, "", now);
}

std::optional<Newcomer> Newcomers::find(std::string_view token, base::Time now) {
    const std::string hash = base::sha256_hex(token);
    return database_.read([&](db::Transaction& transaction) -> std::optional<Newcomer> {
        const auto kept = store::find_newcomer(transaction, hash, now);
        if (!kept) return std::nullopt;
        Newcomer found{.user = user_of(*kept), .workplace = {}, .affiliation = {}};
        const auto tree = organisations_.tree(transaction, db::Versions(transaction));
        found.workplace = workplace(transaction, found.user, *tree);
        if (found.workplace.kind == Workplace::Kind::known)
            found.affiliation =
                affiliation_at(found.user, found.workplace.organisation,
                               tree->find(found.workplace.organisation)->branch, day_of(now));
        found.known =
            store::find_account(transaction, found.user.issuer, found.user.subject).has_value();
        found.doubtful =
            !found.known && store::find_by_email(transaction, found.user.email).has_value();
        return found;
    });
}

base::Result<SignedIn> Newcomers::begin(std::string_view token, std::string_view organisation,
                                        const Visitor& visitor, std::string_view language,
                                        base::Time now) {
    const std::string hash = base::sha256_hex(token);
    return database_.write([&](db::Transaction& transaction) -> base::Result<SignedIn> {
        const auto kept = store::find_newcomer(transaction, hash, now);
        if (!kept || !store::delete_newcomer(transaction, kept->id))
            return base::unexpected(too_late());
        const oidc::UserInfo user = user_of(*kept);
        const auto account = store::find_account(transaction, user.issuer, user.subject);
        if (!account && store::find_by_email(transaction, user.email))
            return base::unexpected(
                base::Error{base::ErrorKind::conflict, "identity.first_visit.mail_taken"});

        const auto tree = organisations_.tree(transaction, db::Versions(transaction));
        const Workplace place = workplace(transaction, user, *tree);
        const organisations::Organisation* employer = nullptr;
        if (place.kind == Workplace::Kind::known) employer = tree->find(place.organisation);
        if (place.kind == Workplace::Kind::ask) {
            employer = tree->find(organisation);
            if (employer == nullptr || !tree->contains(place.organisation, employer->id))
                return base::unexpected(base::Error{base::ErrorKind::invalid,
                                                    "identity.first_visit.organisation_needed",
                                                    "organisation"});
        }
        const base::PersonId person =
            account ? account->person : create(transaction, user, language, now);
        // Somebody known comes here only to be asked, or from another window where all is done.
        if (employer != nullptr && (!account || place.kind == Workplace::Kind::ask)) {
            const Affiliation told =
                affiliation_at(user, employer->id, employer->branch, day_of(now));
            employ(transaction, person, told, now);
            store::update_account(transaction, user, workplace_text(place, told), now);
        }
        store::delete_newcomers(transaction, user);
        return open_session(transaction, person, kept->id_token, kept->next, visitor, now);
    });
}

base::Result<void> Newcomers::claim(std::string_view token, std::string_view mail, base::Time now) {
    const std::string hash = base::sha256_hex(token);
    const std::string address = lower(mail);
    if (!is_mail(address))
        return base::unexpected(
            base::Error{base::ErrorKind::invalid, "identity.first_visit.mail_invalid", "email"});
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto kept = store::find_newcomer(transaction, hash, now);
        if (!kept) return base::unexpected(too_late());
        if (kept->letters >= most_letters)
            return base::unexpected(base::Error{base::ErrorKind::conflict,
                                                "identity.first_visit.too_many_letters", "email"});
        const oidc::UserInfo user = user_of(*kept);
        const auto id = store::find_by_email(transaction, address);
        if (!id) return {};
        const Person person = *store::find(transaction, *id);
        // A letter to a mail that the newcomer reads proves nothing, and one about a stranger
        // would only tempt its reader: then somebody decides.
        std::string secret;
        if (share_a_name(person, user) && address != user.email) secret = base::random_token();
        store::set_claim(transaction, kept->id, *id, secret.empty() ? "" : base::sha256_hex(secret),
                         now + claim_lasts);
        if (secret.empty()) return {};
        mail::Letter letter;
        letter.to = {.person = id,
                     .email = person.email,
                     .name = person.full_name(),
                     .language = person.language};
        letter.kind = "identity.claim";
        letter.subject = "identity.claim_letter.subject";
        letter.paragraphs = {"identity.claim_letter.text", "identity.claim_letter.warning"};
        letter.action.emplace("identity.claim_letter.action", "/sign-in/claim/" + secret);
        letter.values = {{"name", full_name(user)}, {"email", user.email}};
        letter.lets_in = true;
        mail::put(transaction, letter, now);
        return {};
    });
}

namespace {

Claim claim_from(db::Transaction& transaction, const store::Newcomer& kept) {
    return {kept.id, user_of(kept), *store::find(transaction, kept.claimed.value()),
            kept.created_at};
}

}  // namespace

std::optional<Claim> Newcomers::claim_of_link(std::string_view secret, base::Time now) {
    const std::string hash = base::sha256_hex(secret);
    return database_.read([&](db::Transaction& transaction) -> std::optional<Claim> {
        const auto kept = store::find_newcomer_by_link(transaction, hash, now);
        if (!kept) return std::nullopt;
        return claim_from(transaction, *kept);
    });
}

base::Result<void> Newcomers::confirm_link(std::string_view secret, base::Time now) {
    const std::string hash = base::sha256_hex(secret);
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto kept = store::find_newcomer_by_link(transaction, hash, now);
        if (!kept || !store::delete_newcomer(transaction, kept->id))
            return base::unexpected(too_late());
        link(transaction, *kept, *kept->claimed, "agent", *kept->claimed, now);
        return {};
    });
}

std::string_view Newcomers::deciding_role(db::Transaction& transaction, const Rights& rights,
                                          base::PersonId claimed, base::Time now) {
    const auto affiliations = store::affiliations_of(transaction, claimed);
    if (is_within(rights, affiliations, day_of(now))) return "administrator";
    const bool office =
        !affiliations.empty() && rights.may("training_office", affiliations.front().organisation);
    return office ? "training_office" : "";
}

std::vector<Claim> Newcomers::claims(base::PersonId by, base::Time now) {
    return database_.read([&](db::Transaction& transaction) {
        const Rights rights = identity_.rights(transaction, db::Versions(transaction), by);
        std::vector<Claim> found;
        for (const store::Newcomer& kept : store::claims(transaction, now))
            if (!deciding_role(transaction, rights, *kept.claimed, now).empty())
                found.push_back(claim_from(transaction, kept));
        return found;
    });
}

base::Result<void> Newcomers::decide(base::PersonId by, std::int64_t claim, bool same,
                                     base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const base::Error gone{base::ErrorKind::not_found, "identity.claims.gone"};
        const auto kept = store::find_newcomer(transaction, claim, now);
        const Rights rights = identity_.rights(transaction, db::Versions(transaction), by);
        const std::string_view role =
            kept ? deciding_role(transaction, rights, *kept->claimed, now) : std::string_view{};
        if (role.empty()) return base::unexpected(gone);
        if (*kept->claimed == by)
            return base::unexpected(
                base::Error{base::ErrorKind::forbidden, "identity.why_not.oneself"});
        if (!store::delete_newcomer(transaction, kept->id)) return base::unexpected(gone);
        const oidc::UserInfo user = user_of(*kept);
        if (same)
            link(transaction, *kept, *kept->claimed, role, by, now);
        else
            record(transaction, {.action = "identity.refuse_link",
                                 .person = *kept->claimed,
                                 .by = by,
                                 .now = now,
                                 .role = role,
                                 .after = {{"idp", user.idp_id}}});
        const Person person = *store::find(transaction, *kept->claimed);
        mail::Letter letter;
        letter.to = {.person = {},
                     .email = user.email,
                     .name = full_name(user),
                     .language = person.language};
        letter.kind = "identity.claim_decided";
        letter.subject = same ? "identity.claim_letter.accepted_subject"
                              : "identity.claim_letter.refused_subject";
        letter.paragraphs = {same ? "identity.claim_letter.accepted"
                                  : "identity.claim_letter.refused"};
        letter.action.emplace("identity.sign_in.title", "/sign-in");
        letter.at_once = true;
        mail::put(transaction, letter, now);
        return {};
    });
}

}  // namespace identity
