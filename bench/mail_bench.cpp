// SPDX-License-Identifier: EUPL-1.2
// Letters through the outbox: mail_bench DATABASE-URL SMTP-URL LETTERS. One JSON line of
// microseconds a letter (see bench/mail.mjs).
#include "app/application.hpp"
#include "app/configuration.hpp"
#include "base/icalendar.hpp"
#include "db/database.hpp"
#include "db/migrate.hpp"
#include "mail/letter.hpp"

#include <fmt/core.h>
#include <boost/json.hpp>

#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace {

using Clock = std::chrono::steady_clock;

double cpu_us() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

double us_since(Clock::time_point begun) {
    return std::chrono::duration<double, std::micro>(Clock::now() - begun).count();
}

// What one gets for a seat: some facts, a button, an invitation.
mail::Letter letter(int number, base::Time now) {
    const base::CalendarEvent event{.uid = fmt::format("enrolment-{}-1@campus", number),
                                    .starts_at = now + std::chrono::hours{240},
                                    .ends_at = now + std::chrono::hours{244},
                                    .summary = "Découvrir l’accessibilité numérique",
                                    .location = "Salle 204, 20 avenue de Ségur, Paris",
                                    .updated_at = now};
    mail::Letter letter;
    letter.to.email = fmt::format("agent{}@exemple.fr", number);
    letter.to.name = "Camille Élan";
    letter.to.language = number % 2 == 0 ? "fr" : "en";
    letter.kind = "enrolments.seat";
    letter.subject = "enrolments.notice.seated";
    letter.paragraphs = {"enrolments.notice.waiting", "mail.letter.why"};
    letter.facts = {{"mail.demo.subject", event.summary},
                    {"mail.outbox.column.created", event.starts_at},
                    {"mail.demo.to", event.location}};
    letter.action = {"identity.me.mail", "/my-trainings"};
    letter.calendar = {"REQUEST",
                       base::write_calendar({&event, 1}, base::CalendarMethod::request, "Campus")};
    return letter;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const int count = std::atoi(argv[3]);
    const base::Time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                         std::chrono::hours{9}};
    app::Configuration configuration;
    configuration.database = argv[1];
    configuration.public_url = "https://campus.example";
    configuration.smtp = argv[2];
    configuration.smtp_starttls = "never";
    configuration.mail_from = "Campus <campus@campus.example>";
    const auto database = db::open({.url = configuration.database});
    db::migrate(*database);
    app::Application app(configuration, *database);

    std::vector<mail::Letter> letters;
    letters.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) letters.push_back(letter(i, now));
    // Each in a transaction of its own, as decisions are.
    auto cpu = cpu_us();
    auto begun = Clock::now();
    for (const mail::Letter& one : letters)
        database->write([&](db::Transaction& transaction) { mail::put(transaction, one, now); });
    const double put_us = (cpu_us() - cpu) / count;
    const double put_wall_us = us_since(begun) / count;

    const std::size_t bytes =
        mail::wire_message({.id = 1, .email = "a@b", .letter = mail::to_json(letters[0])},
                           mail::read_letter(mail::to_json(letters[0])), app.typesetter,
                           {.from = {"Campus", "campus@campus.example"}}, true)
            .size();
    cpu = cpu_us();
    begun = Clock::now();
    int sent = 0;
    while (const int some = app.sender.send_due(now).letters) sent += some;
    if (sent != count || app.sender.sent_here() != count)
        throw std::runtime_error("not all letters were sent");
    fmt::print(R"({{"put_us":{},"put_wall_us":{},"cpu_us":{},"wall_us":{},"bytes":{}}})"
               "\n",
               put_us, put_wall_us, (cpu_us() - cpu) / count, us_since(begun) / count, bytes);
}
