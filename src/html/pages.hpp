// SPDX-License-Identifier: EUPL-1.2
// The page around a view: layout, navigation by role, notice, errors. Templates are filled with
// the view's value and one object more, `page` (a name that views must leave to it):
//
//   page.language, page.other_language     "fr", "en"
//   page.other_language_url                this page in the other one
//   page.path, page.target                 without and with its query; safe in href
//   page.public_url                        "https://campus.example", for absolute links
//   page.demo                              true with --demo
//   page.request_id
//   page.token                             value of the form field `_token`
//   page.caller                            {name, roles: {agent: true, ...}, emergency}; absent if
//                                          signed out
//   page.navigation                        [{path, label, current}], those that the caller may open
//   page.notice                            text; absent without one
//   page.has_errors, page.error_count
//   page.errors                            [{field, message}]; `field` may be empty
//
// The title of the page is a block of the layout. A view with a form carries, by convention,
// `form: {title: {value: "..."}, themes: {...}}`: when the form is refused, each reason with a
// field sets form.<field>.error to its message (several are joined by a space).
//
// The error page is the template "html/error": `status`, `title`, `text`, `request_id`, and
// `reasons` [{message}] when it is known why.
#pragma once
#include "http/router.hpp"

namespace html {

class Messages;
class Templates;

// One entry of the main navigation; shown to those whom `access` allows.
struct NavigationEntry {
    std::string_view path;         // "/catalogue"
    std::string_view message_key;  // "navigation.catalogue"
    http::Access access;
};

struct SiteOptions {
    bool demo = false;       // says so on every page
    std::string public_url;  // for absolute links
};

// Safe to use from several threads. Templates and messages must outlive it.
class Pages final : public http::PageRenderer {
public:
    Pages(const Templates&, const Messages&, std::vector<NavigationEntry>, SiteOptions);
    std::string page(const http::Request&, const http::View&,
                     const base::Error* error) const override;
    std::string error_page(const http::Request&, int status,
                           const base::Error* error) const override;
    // With a value named `count` that is a number, the plural form for it.
    std::string message(std::string_view language, const base::Reason&) const override;

private:
    boost::json::value page_object(const http::Request&, const base::Error* error) const;

    const Templates& templates_;
    const Messages& messages_;
    std::vector<NavigationEntry> navigation_;
    SiteOptions options_;
};

}  // namespace html
