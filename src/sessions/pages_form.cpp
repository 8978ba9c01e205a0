// SPDX-License-Identifier: EUPL-1.2
// Planning and changing a session.
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "organisations/organisations.hpp"
#include "sessions/form.hpp"
#include "sessions/handlers.hpp"
#include "sessions/rules.hpp"
#include "sessions/views.hpp"

#include <boost/json.hpp>

namespace sessions {
namespace {

using base::ErrorKind;

// Offers are listed so many at a time; a few words find the others.
constexpr int offers_listed = 20;

struct OwnOffer {
    base::OfferId id;
    base::OrganisationId owner;
    catalogue::OfferTitle title;
};

// A session belongs to the organisation that owns its offer, and only organisers there plan one: so
// nobody adds dates to what somebody else answers for.
base::Result<OwnOffer> own_offer(db::Transaction& transaction, const http::Request& request,
                                 const Site& site, std::string_view slug) {
    const db::Versions versions(transaction);
    const auto published = site.catalogue.published(transaction, versions, today(request));
    const std::size_t at = published->index.find(slug);
    if (at == published->index.size())
        return base::unexpected(base::Error{ErrorKind::not_found, "sessions.offer_unknown"});
    const base::OrganisationId owner = published->owners[at];
    if (!site.identity.rights(transaction, versions, request.person()).may("organiser", owner))
        return base::unexpected(base::Error{ErrorKind::forbidden, "sessions.offer_not_yours"});
    const catalogue::IndexedOffer& offer = published->index.at(at);
    return OwnOffer{
        offer.id, owner, {offer.slug, offer.offer.shown_title(), offer.offer.fictitious}};
}

http::Response choose_offer(db::Transaction& transaction, const http::Request& request,
                            const Site& site) {
    const db::Versions versions(transaction);
    const auto published = site.catalogue.published(transaction, versions, today(request));
    const auto rights = site.identity.rights(transaction, versions, request.person());
    catalogue::Bits mine(published->index.size());
    for (std::size_t at = 0; at < published->index.size(); ++at)
        if (rights.may("organiser", published->owners[at])) mine.set(at);
    catalogue::Search search{.words = std::string{request.query.text("q")},
                             .order = request.query.text("q").empty() ? catalogue::Order::title
                                                                      : catalogue::Order::relevance,
                             .per_page = offers_listed};
    search.open_to_me = &mine;  // the index asks only which positions are in the set
    search.only_open_to_me = true;
    const catalogue::Found found = published->index.search(search);
    std::vector<OfferChoice> offers;
    for (const std::size_t at : found.positions) {
        const catalogue::IndexedOffer& offer = published->index.at(at);
        offers.push_back({offer.slug, offer.offer.shown_title(), offer.offer.fictitious});
    }
    return http::show(
        http::view("sessions/offers", offers_view(search.words, found.total, offers)));
}

http::View form_page(db::Transaction& transaction, const http::Request& request, const Site& site,
                     const SessionForm& form, catalogue::OfferTitle offer, const Session* session,
                     const std::vector<base::Reason>& problems) {
    const FormContext context{std::move(offer), site.sessions.all_venues(transaction), session,
                              request.now};
    return http::view("sessions/form", form_view(form, context, problems));
}

std::optional<Venue> venue_named(db::Transaction& transaction, const Site& site,
                                 const std::string& code) {
    return code.empty() ? std::nullopt : site.sessions.find_venue(transaction, code);
}

// The slugs of the session's offer and prerequisites.
std::map<base::OfferId, std::string> slugs_of(db::Transaction& transaction, const Site& site,
                                              const Session& session) {
    auto offers = session.rules.prerequisites;
    offers.push_back(session.offer);
    std::map<base::OfferId, std::string> slugs;
    for (const auto& [id, title] : site.catalogue.titles(transaction, offers))
        slugs.emplace(id, title.slug);
    return slugs;
}

Known known_to(db::Transaction& transaction, const http::Request& request, const Site& site,
               const SessionForm& form) {
    const db::Versions versions(transaction);
    const auto published = site.catalogue.published(transaction, versions, today(request));
    Known known;
    for (const std::string& slug : prerequisites_of(form))
        if (const std::size_t at = published->index.find(slug); at != published->index.size())
            known.offers.emplace(slug, published->index.at(at).id);
    const auto tree = site.organisations.tree(transaction, versions);
    for (const QuotaRow& row : form.quotas)
        if (tree->find(row.detail) != nullptr) known.organisations.insert(row.detail);
    return known;
}

const Venue* pointer_to(const std::optional<Venue>& venue) {
    return venue ? &*venue : nullptr;
}

base::unexpected<base::Error> refused(ErrorKind kind, std::string_view message_key) {
    return base::unexpected(base::Error{kind, std::string{message_key}});
}

}  // namespace

http::Response show_new(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        SessionForm form = empty_form("fr");
        form.offer = request.query.text("offer");
        if (const auto text = request.query.text("copy"); !text.empty()) {
            const auto id = base::to_integer(text);
            const auto model =
                id ? site.sessions.find(transaction, base::SessionId{*id}) : std::nullopt;
            if (!model) return http::refuse({ErrorKind::not_found, "sessions.unknown"});
            if (!rights_of(transaction, request, site).may("organiser", model->organisation))
                return http::refuse({ErrorKind::forbidden, "sessions.not_yours"});
            const auto venue = venue_of(transaction, *model, site);
            form = copy_of(*model, pointer_to(venue), slugs_of(transaction, site, *model));
        }
        if (form.offer.empty()) return choose_offer(transaction, request, site);
        auto offer = own_offer(transaction, request, site, form.offer);
        if (!offer) return http::refuse(offer.error());
        return http::show(
            form_page(transaction, request, site, form, std::move(offer->title), nullptr, {}));
    });
}

http::Response create(const http::Request& request, const Site& site) {
    const SessionForm form = read_form(request.form);
    const bool open = request.form.flag("open");
    const auto created =
        site.database.write([&](db::Transaction& transaction) -> base::Result<base::SessionId> {
            const auto offer = own_offer(transaction, request, site, form.offer);
            if (!offer) return base::unexpected(offer.error());
            const auto venue = venue_named(transaction, site, form.venue);
            ReadSession read =
                session_from(form, nullptr, pointer_to(venue),
                             known_to(transaction, request, site, form), request.now);
            if (!read.problems.empty())
                return base::unexpected(base::Error{ErrorKind::invalid, std::move(read.problems)});
            read.session.offer = offer->id;
            read.session.organisation = offer->owner;
            if (open) {
                if (const auto reason = why_not_open(read.session, request.now))
                    return refused(ErrorKind::conflict, *reason);
                read.session.status = Status::open;
            }
            if (const auto same = site.sessions.find_same(transaction, read.session)) return *same;
            Session planned = read.session;
            planned.id = site.sessions.insert(transaction, planned);
            Session before = planned;
            before.status = Status::draft;
            if (auto told = site.seat_holders.session_changed(transaction, before, planned,
                                                              request.person(), request.now);
                !told)
                return base::unexpected(std::move(told.error()));
            return planned.id;
        });
    if (created)
        return http::done(
            path_of(*created), open ? "sessions.notice.created_open" : "sessions.notice.created",
            http::view("", {{"id", created->value},
                            {"status", name_of(open ? Status::open : Status::draft)}}),
            201);

    const base::Error& error = created.error();
    if (error.kind == ErrorKind::not_found || error.kind == ErrorKind::forbidden)
        return http::refuse(error);
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        auto offer = own_offer(transaction, request, site, form.offer);
        if (!offer) return http::refuse(offer.error());
        return http::refuse(error, form_page(transaction, request, site, form,
                                             std::move(offer->title), nullptr, error.reasons));
    });
}

http::Response show_edit(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto session = organised_session(transaction, request, site);
        if (!session) return http::refuse(session.error());
        if (const auto reason = why_not_change(*session, request.now))
            return http::refuse({ErrorKind::conflict, std::string{*reason}});
        const auto venue = venue_of(transaction, *session, site);
        auto title = site.catalogue.titles(transaction, {session->offer}).at(session->offer);
        const SessionForm form =
            form_of(*session, pointer_to(venue), slugs_of(transaction, site, *session));
        return http::show(
            form_page(transaction, request, site, form, std::move(title), &*session, {}));
    });
}

http::Response change(const http::Request& request, const Site& site) {
    SessionForm form = read_form(request.form);
    const bool open = request.form.flag("open");
    const auto changed =
        site.database.write([&](db::Transaction& transaction) -> base::Result<Session> {
            const auto before = organised_session(transaction, request, site);
            if (!before) return before;
            if (const auto reason = why_not_change(*before, request.now))
                return refused(ErrorKind::conflict, *reason);
            if (form.revision != before->revision)
                return refused(ErrorKind::conflict, "sessions.stale");
            const auto venue = venue_named(transaction, site, form.venue);
            ReadSession read =
                session_from(form, &*before, pointer_to(venue),
                             known_to(transaction, request, site, form), request.now);
            if (!read.problems.empty())
                return base::unexpected(base::Error{ErrorKind::invalid, std::move(read.problems)});
            Session& session = read.session;
            if (time_or_place_differ(*before, session)) ++session.sequence;
            if (open && session.status == Status::draft) {
                if (const auto reason = why_not_open(session, request.now))
                    return refused(ErrorKind::conflict, *reason);
                const auto offer = own_offer(
                    transaction, request, site,
                    site.catalogue.titles(transaction, {session.offer}).at(session.offer).slug);
                if (!offer) return refused(ErrorKind::conflict, "sessions.offer_not_published");
                session.status = Status::open;
            }
            if (!site.sessions.update(transaction, session))
                return refused(ErrorKind::conflict, "sessions.stale");
            if (auto told = site.seat_holders.session_changed(transaction, *before, session,
                                                              request.person(), request.now);
                !told)
                return base::unexpected(std::move(told.error()));
            return session;
        });
    if (changed)
        return http::done(
            path_of(changed->id), "sessions.notice.changed",
            http::view("", {{"id", changed->id.value}, {"status", name_of(changed->status)}}));

    const base::Error& error = changed.error();
    if (error.kind == ErrorKind::not_found || error.kind == ErrorKind::forbidden)
        return http::refuse(error);
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto session = organised_session(transaction, request, site);
        if (!session) return http::refuse(session.error());
        auto title = site.catalogue.titles(transaction, {session->offer}).at(session->offer);
        // Whoever has read that somebody else changed it meanwhile may send it again.
        form.revision = session->revision;
        return http::refuse(error, form_page(transaction, request, site, form, std::move(title),
                                             &*session, error.reasons));
    });
}

}  // namespace sessions
