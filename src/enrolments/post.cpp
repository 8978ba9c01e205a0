// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/post.hpp"

#include "db/database.hpp"
#include "enrolments/views.hpp"
#include "mail/mail.hpp"

#include <stdexcept>

namespace enrolments {
namespace {

// What each letter is made of; its words are enrolments.mail.<word>.subject and .text.
struct Kind {
    std::string_view word;
    std::string_view kind;    // what one may choose to get
    std::string_view action;  // message key of the button; "" for none
    std::string_view path;
    std::string_view calendar = "";  // "REQUEST", "CANCEL"
    bool at_once = false;
};
constexpr Kind letters[] = {
    {"seated", "enrolments.seat", "enrolments.mail.my_trainings", "/my-trainings", "REQUEST"},
    {"waiting", "enrolments.seat", "enrolments.mail.my_trainings", "/my-trainings"},
    {"applied", "enrolments.seat", "enrolments.mail.my_trainings", "/my-trainings"},
    {"not_selected", "enrolments.seat", "enrolments.mail.my_trainings", "/my-trainings"},
    {"offered", "enrolments.offer", "enrolments.mail.answer", "/my-trainings", "", true},
    {"expired", "enrolments.offer", "enrolments.mail.offer_page", "/catalogue/"},
    {"refused", "enrolments.seat", "enrolments.mail.offer_page", "/catalogue/", "CANCEL"},
    {"given_back", "enrolments.seat", "enrolments.mail.offer_page", "/catalogue/", "CANCEL"},
    {"cancelled", "enrolments.session_changed", "enrolments.mail.other_dates", "/catalogue/",
     "CANCEL", true},
    {"moved", "enrolments.session_changed", "enrolments.mail.keep_or_not", "/my-trainings",
     "REQUEST", true},
    {"minimum", "enrolments.organiser", "enrolments.mail.decide", "/minimum", "", true},
    {"results_due", "enrolments.organiser", "enrolments.mail.grade", "/selection", "", true},
};

const Kind& kind_of(std::string_view word) {
    for (const Kind& kind : letters)
        if (kind.word == word) return kind;
    throw std::logic_error("no letter is called " + std::string{word});
}

mail::Recipient recipient(const identity::Person& person) {
    return {person.id, person.email, person.full_name(), person.language};
}

}  // namespace

struct Post::About {
    sessions::Session session;
    std::optional<sessions::Venue> venue;
    catalogue::OfferTitle offer;

    std::string path(std::string_view path) const {
        if (path == "/catalogue/") return "/catalogue/" + offer.slug;
        if (path == "/my-trainings") return std::string{path};
        return "/sessions/" + std::to_string(session.id.value) + std::string{path};
    }
    std::vector<std::pair<std::string, mail::Value>> facts() const {
        std::vector<std::pair<std::string, mail::Value>> facts{
            {"enrolments.mail.training", offer.title},
            {"enrolments.mail.starts", session.starts_at()}};
        if (venue)
            facts.emplace_back(
                "enrolments.mail.place",
                venue->name + ", " + (venue->address.empty() ? venue->town : venue->address));
        return facts;
    }
};

Post::About Post::about(db::Transaction& transaction, const sessions::Session& session) const {
    About about{session, {}, {}};
    if (session.venue)
        about.venue = sessions_.venues(transaction, {*session.venue}).at(*session.venue);
    about.offer = catalogue_.titles(transaction, {session.offer}).at(session.offer);
    return about;
}

void Post::write(db::Transaction& transaction, const About& about, const identity::Person& person,
                 const Enrolment* enrolment, std::string_view word, base::Time now) const {
    const Kind& kind = kind_of(word);
    const std::string key = "enrolments.mail." + std::string{word};
    mail::Letter letter{
        .to = recipient(person),
        .kind = kind.kind,
        .subject = key + ".subject",
        .paragraphs = {key + ".text"},
        .facts = about.facts(),
        .values = {{"training", about.offer.title}, {"starts", about.session.starts_at()}},
        .at_once = kind.at_once};
    if (!kind.action.empty()) letter.action = {std::string{kind.action}, about.path(kind.path)};
    if (enrolment != nullptr && enrolment->state == State::offered && enrolment->answer_by)
        letter.facts.emplace_back("enrolments.mail.answer_by", *enrolment->answer_by);
    if (enrolment != nullptr && !enrolment->reason.empty())
        letter.facts.emplace_back("enrolments.mail.reason", enrolment->reason);
    if (enrolment != nullptr && !kind.calendar.empty())
        letter.calendar =
            mail::Calendar{std::string{kind.calendar},
                           invitation({*enrolment, about.session, about.venue, about.offer, 0},
                                      person, kind.calendar == "CANCEL")};
    mail::put(transaction, letter, now);
}

std::string Post::invitation(const Training& training, const identity::Person& person,
                             bool off) const {
    return enrolments::invitation(training, off, origin_.base_url,
                                  {.organiser_name = origin_.name,
                                   .organiser_mail = origin_.email,
                                   .name = person.full_name(),
                                   .mail = person.email});
}

void Post::write_all(db::Transaction& transaction, const sessions::Session& session,
                     const std::vector<Enrolment>& enrolments, std::string_view word,
                     base::Time now) const {
    if (enrolments.empty()) return;
    const About letter = about(transaction, session);
    std::vector<base::PersonId> ids;
    ids.reserve(enrolments.size());
    for (const Enrolment& one : enrolments) ids.push_back(one.person);
    const auto people = identity_.persons(transaction, ids);
    for (const Enrolment& one : enrolments)
        write(transaction, letter, people.at(one.person), &one, word, now);
}

namespace {

std::string_view word_of(const Enrolment& enrolment) {
    if (enrolment.state == State::seated) return "seated";
    if (enrolment.state == State::applied) return "applied";
    return enrolment.rank > 0 ? "not_selected" : "waiting";
}

}  // namespace

void Post::taken(db::Transaction& transaction, const sessions::Session& session,
                 const Enrolment& enrolment, base::Time now) const {
    write_all(transaction, session, {enrolment}, word_of(enrolment), now);
}

void Post::taken(db::Transaction& transaction, const sessions::Placed& placed,
                 const catalogue::OfferTitle& offer, const identity::Person& person,
                 const Enrolment& enrolment, base::Time now) const {
    write(transaction, {placed.session, placed.venue, offer}, person, &enrolment,
          word_of(enrolment), now);
}

void Post::offered(db::Transaction& transaction, const sessions::Session& session,
                   const Enrolment& enrolment, base::Time now) const {
    write_all(transaction, session, {enrolment}, "offered", now);
}

void Post::expired(db::Transaction& transaction, const sessions::Session& session,
                   const Enrolment& enrolment, base::Time now) const {
    write_all(transaction, session, {enrolment}, "expired", now);
}

void Post::refused(db::Transaction& transaction, const sessions::Session& session,
                   const Enrolment& enrolment, base::Time now) const {
    write_all(transaction, session, {enrolment}, "refused", now);
}

void Post::given_back(db::Transaction& transaction, const sessions::Session& session,
                      const Enrolment& enrolment, base::Time now) const {
    write_all(transaction, session, {enrolment}, "given_back", now);
}

void Post::cancelled(db::Transaction& transaction, const sessions::Session& session,
                     const std::vector<Enrolment>& enrolments, base::Time now) const {
    write_all(transaction, session, enrolments, "cancelled", now);
}

void Post::moved(db::Transaction& transaction, const sessions::Session& session,
                 const std::vector<Enrolment>& enrolments, base::Time now) const {
    write_all(transaction, session, enrolments, "moved", now);
}

void Post::replacement_asked(db::Transaction& transaction, const sessions::Session& session,
                             base::PersonId colleague, base::PersonId holder,
                             std::int64_t replacement, base::Time now) const {
    const About letter = about(transaction, session);
    const auto people = identity_.persons(transaction, {colleague, holder});
    mail::put(
        transaction,
        {.to = recipient(people.at(colleague)),
         .kind = "enrolments.replacement",
         .subject = "enrolments.mail.replacement.subject",
         .paragraphs = {"enrolments.mail.replacement.text"},
         .facts = letter.facts(),
         .action = {{"enrolments.mail.answer", "/replacements/" + std::to_string(replacement)}},
         .values = {{"training", letter.offer.title}, {"name", people.at(holder).full_name()}},
         .at_once = true},
        now);
}

void Post::minimum_not_reached(db::Transaction& transaction, const sessions::Session& session,
                               const std::vector<base::PersonId>& organisers,
                               base::Time now) const {
    const About letter = about(transaction, session);
    for (const auto& [id, person] : identity_.persons(transaction, organisers))
        write(transaction, letter, person, nullptr, "minimum", now);
}

void Post::results_due(db::Transaction& transaction, const sessions::Session& session,
                       const std::vector<base::PersonId>& organisers, base::Time now) const {
    const About letter = about(transaction, session);
    for (const auto& [id, person] : identity_.persons(transaction, organisers))
        write(transaction, letter, person, nullptr, "results_due", now);
}

}  // namespace enrolments
