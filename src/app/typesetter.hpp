// SPDX-License-Identifier: EUPL-1.2
// Words and layout of letters: what mail asks of html.
#pragma once
#include "html/filters.hpp"
#include "mail/mail.hpp"

namespace html {
class Pages;
class Templates;
}  // namespace html

namespace app {

class Typesetter final : public mail::Typesetter {
public:
    // The arguments must outlive it.
    Typesetter(const html::Pages&, const html::Templates&, const html::Messages&);
    std::string message(std::string_view language, const base::Reason&) const override;
    // A day "lundi 23 novembre 2026", a moment "lundi 23 novembre 2026 à 14 h 30" (Paris).
    std::string written(std::string_view language, const mail::Value&) const override;
    std::string html(std::string_view language, const boost::json::value& view) const override;

private:
    const html::Pages& pages_;
    const html::Templates& templates_;
    const html::Words french_, english_;
};

}  // namespace app
