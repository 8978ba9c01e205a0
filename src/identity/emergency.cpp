// SPDX-License-Identifier: EUPL-1.2
#include "identity/emergency.hpp"

#include "audit/audit.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "identity/people_file.hpp"
#include "identity/rules_access.hpp"
#include "identity/store.hpp"
#include "identity/store_access.hpp"
#include "identity/totp.hpp"
#include "mail/mail.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>

namespace identity {
namespace {

using base::ErrorKind;

constexpr std::string_view administrator = "administrator";
constexpr std::chrono::hours failures_kept{24};

std::vector<base::OrganisationId> roots(const organisations::Tree& tree) {
    std::vector<base::OrganisationId> found;
    for (const auto& [organisation, depth] : tree.in_order())
        if (depth == 0) found.push_back(organisation->id);
    return found;
}

base::Error locked(base::Time until, base::Time now) {
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(until - now).count();
    return {ErrorKind::conflict,
            base::Reason{"identity.emergency.locked", {}, {{"count", std::to_string(minutes)}}}};
}

struct Act {
    base::PersonId person;
    std::string_view action;
    bool by_operator = false;
    base::Time now{};
};

void record(db::Transaction& transaction, const Act& act) {
    audit::record(transaction, {.at = act.now,
                                .actor = act.by_operator ? std::nullopt : std::optional{act.person},
                                .role = act.by_operator ? "operator" : "administrator",
                                .action = act.action,
                                .object = "person",
                                .object_id = act.person.value});
}

}  // namespace

Emergency::Emergency(db::Database& database, Identity& identity)
    : database_(database), identity_(identity) {}

base::Result<std::string> Emergency::create(std::string_view email, std::string_view password,
                                            base::Time now) {
    if (auto reason = why_not_password(base::trim(password)))
        return base::unexpected(base::Error{ErrorKind::invalid, std::move(*reason)});
    const std::string key = totp::new_key();
    // Forms trim what is typed.
    const store::Emergency row{{}, hash_password(base::trim(password)), totp::base32(key)};
    const std::string address = lower(email);
    return database_.write([&](db::Transaction& transaction) -> base::Result<std::string> {
        const auto person = store::find_by_email(transaction, address);
        if (!person)
            return base::unexpected(
                base::Error{ErrorKind::not_found, "identity.emergency.person_unknown"});
        const Rights rights = identity_.rights(transaction, db::Versions(transaction), *person);
        const auto tops = roots(rights.tree());
        if (std::ranges::none_of(
                tops, [&](base::OrganisationId top) { return rights.may(administrator, top); }))
            return base::unexpected(
                base::Error{ErrorKind::invalid, "identity.emergency.not_administrator"});
        store::put_emergency(transaction, {*person, row.password, row.totp_key}, now);
        store::forget_failures(transaction, base::sha256_hex("account:" + address));
        record(transaction, {.person = *person,
                             .action = "identity.create_emergency",
                             .by_operator = true,
                             .now = now});
        return key;
    });
}

base::Result<void> Emergency::disable(std::string_view email, base::Time now) {
    const std::string address = lower(email);
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto person = store::find_by_email(transaction, address);
        if (!person || !store::disable_emergency(transaction, *person, now))
            return base::unexpected(
                base::Error{ErrorKind::not_found, "identity.emergency.none_enabled"});
        identity_.end_sign_ins(transaction, *person, "");
        record(transaction, {.person = *person,
                             .action = "identity.disable_emergency",
                             .by_operator = true,
                             .now = now});
        return {};
    });
}

std::vector<EmergencyAdministrator> Emergency::all() {
    return database_.read(
        [&](db::Transaction& transaction) { return store::emergency_administrators(transaction); });
}

bool Emergency::exists(db::Transaction& transaction) {
    return store::any_emergency(transaction);
}

// Counted before the password is looked at, so that attempts at the same time are counted too; a
// sign-in that succeeds forgets them.
base::Result<void> Emergency::count_attempt(const std::string& account, const std::string& address,
                                            base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        store::forget_failures_before(transaction, now - failures_kept);
        // Always in this order: two attempts from here and there do not wait for each other.
        for (const auto& [subject, lock] :
             {std::pair{&account, &account_lock}, std::pair{&address, &address_lock}}) {
            const auto failures =
                store::count_failure(transaction, *subject, now, now - failures_kept);
            if (failures.locked_until > now)
                return base::unexpected(locked(failures.locked_until, now));
            store::lock_subject(transaction, *subject, now + lock(failures.count));
        }
        return {};
    });
}

base::Result<std::string> Emergency::sign_in(const EmergencySignIn& given, base::Time now) {
    const base::Error wrong{ErrorKind::invalid, "identity.emergency.wrong"};
    const std::string email = lower(given.email);
    const std::string account = base::sha256_hex("account:" + email);
    const std::string address = base::sha256_hex("address:" + std::string{given.address});
    if (given.password.size() > most_password) return base::unexpected(wrong);
    if (auto counted = count_attempt(account, address, now); !counted)
        return base::unexpected(counted.error());

    const auto known = database_.read(
        [&](db::Transaction& transaction) { return store::find_emergency(transaction, email); });
    const auto right = passwords_.check(known ? known->password : "", given.password);
    if (!right)
        return base::unexpected(base::Error{ErrorKind::conflict, "identity.emergency.busy"});
    if (!*right) return base::unexpected(wrong);
    const std::string key = totp::from_base32(known->totp_key).value();

    return database_.write([&](db::Transaction& transaction) -> base::Result<std::string> {
        const auto step =
            totp::matching_step(key, given.code, now, store::last_step(transaction, known->person));
        if (!step || !store::use_step(transaction, known->person, *step, now))
            return base::unexpected(wrong);
        store::forget_failures(transaction, account);
        store::forget_failures(transaction, address);
        record(transaction,
               {.person = known->person, .action = "identity.emergency_sign_in", .now = now});
        const Person who = identity_.find(transaction, known->person).value();
        const Rights rights =
            identity_.rights(transaction, db::Versions(transaction), known->person);
        std::vector<base::PersonId> administrators;
        for (const auto& [id, perimeter] :
             store::holders(transaction, administrator, db::json_ids(roots(rights.tree()))))
            administrators.push_back(id);
        for (const auto& [id, told] : identity_.persons(transaction, administrators))
            mail::put(
                transaction,
                {.to = {told.id, told.email, told.full_name(), told.language},
                 .kind = "identity.emergency",
                 .subject = "identity.mail.emergency.subject",
                 .paragraphs = {"identity.mail.emergency.text", "identity.mail.emergency.not_you"},
                 .facts = {{"identity.mail.emergency.who", who.full_name()},
                           {"identity.mail.emergency.when", now},
                           {"identity.mail.emergency.from", std::string{given.address}}},
                 .values = {{"name", who.full_name()}},
                 .at_once = true},
                now);
        return identity_.sign_in(
            transaction, known->person, now,
            {.way = "emergency", .user_agent = given.user_agent, .length = emergency_session});
    });
}

}  // namespace identity
