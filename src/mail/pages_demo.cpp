// SPDX-License-Identifier: EUPL-1.2
// The letters of a demonstration: there they reach nobody, and anybody reads them.
#include "base/text.hpp"
#include "db/database.hpp"
#include "http/router.hpp"
#include "mail/kinds.hpp"
#include "mail/letter.hpp"
#include "mail/pages.hpp"
#include "mail/views.hpp"

#include <boost/json.hpp>

namespace mail {
namespace {

constexpr int most_shown = 200;

http::Response not_found() {
    return http::refuse({base::ErrorKind::not_found, "mail.letter_unknown"});
}

// The letter that the path names.
std::optional<store::Shown> asked(const http::Request& request, const Site& site) {
    const auto id = base::to_integer(request.path_value("letter"));
    if (!id) return std::nullopt;
    return site.database.read(
        [&](db::Transaction& transaction) { return store::find(transaction, *id); });
}

Rendered rendered(const store::Shown& shown, const Site& site) {
    return render(read_letter(shown.letter), site.typesetter, site.sender.base_url,
                  site.kinds.refusable(shown.kind));
}

http::Response show_letters(const http::Request&, const Site& site) {
    const auto letters = site.database.read(
        [](db::Transaction& transaction) { return store::newest(transaction, most_shown); });
    return http::show(
        http::view("mail/demo-list", letters_view(letters, [&](const store::Shown& shown) {
                       return subject_of(read_letter(shown.letter), site.typesetter);
                   })));
}

http::Response show_letter(const http::Request& request, const Site& site) {
    const auto shown = asked(request, site);
    if (!shown) return not_found();
    // The frame below holds nothing but the letter.
    return http::show(http::view("mail/demo-letter", letter_view(*shown, rendered(*shown, site))))
        .with_header("content-security-policy",
                     "default-src 'none'; style-src 'self'; script-src 'self'; "
                     "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
                     "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
                     "frame-src 'self'");
}

// As a mail program shows it: its own styles, no script, nothing fetched.
http::Response show_html(const http::Request& request, const Site& site) {
    const auto shown = asked(request, site);
    if (!shown) return not_found();
    std::string html = rendered(*shown, site).html;
    // Its links leave the frame, which our pages refuse to stand in.
    constexpr std::string_view head = "<head>";
    if (const auto at = html.find(head); at != std::string::npos)
        html.insert(at + head.size(), "<base target=\"_top\">");
    return http::content(std::move(html), "text/html; charset=utf-8")
        .with_header("content-security-policy",
                     "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                     "form-action 'none'; frame-ancestors 'self'; "
                     "sandbox allow-popups allow-top-navigation-by-user-activation");
}

http::Response download_invitation(const http::Request& request, const Site& site) {
    const auto shown = asked(request, site);
    const std::string calendar = shown ? rendered(*shown, site).calendar : "";
    if (calendar.empty()) return not_found();
    return http::download(calendar, "text/calendar; charset=utf-8", "invitation.ics");
}

// The very bytes that a relay would get.
http::Response download_message(const http::Request& request, const Site& site) {
    const auto shown = asked(request, site);
    if (!shown) return not_found();
    const store::Waiting waiting{.id = shown->id,
                                 .person = shown->person,
                                 .email = shown->email,
                                 .kind = shown->kind,
                                 .letter = shown->letter,
                                 .created_at = shown->created_at};
    return http::download(wire_message(waiting, read_letter(shown->letter), site.typesetter,
                                       site.sender, site.kinds.refusable(shown->kind)),
                          "message/rfc822", "letter-" + std::to_string(shown->id) + ".eml");
}

}  // namespace

void add_demo_pages(http::Router& router, const std::shared_ptr<const Site>& site) {
    const auto add = [&](const char* pattern, http::Doc doc, auto handler) {
        router.add(
            "GET", pattern, http::Access::anyone(), std::move(doc),
            [site, handler](const http::Request& request) { return handler(request, *site); });
    };
    add("/demo/mail",
        {.summary = "Demonstration: the letters, the newest first", .answer = letters_schema},
        show_letters);
    add("/demo/mail/{letter}",
        {.summary = "Demonstration: a letter as its reader gets it", .answer = letter_schema},
        show_letter);
    add("/demo/mail/{letter}/html",
        {.summary = "Demonstration: the HTML of a letter", .content_type = "text/html"}, show_html);
    add("/demo/mail/{letter}/invitation.ics",
        {.summary = "Demonstration: the invitation in a letter", .content_type = "text/calendar"},
        download_invitation);
    add("/demo/mail/{letter}/message.eml",
        {.summary = "Demonstration: a letter as a relay gets it", .content_type = "message/rfc822"},
        download_message);
}

}  // namespace mail
