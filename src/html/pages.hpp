// SPDX-License-Identifier: EUPL-1.2
// The page around a view: layout, navigation by role, breadcrumb, notices, errors.
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

class Pages final : public http::PageRenderer {
public:
    Pages(const Templates&, const Messages&, std::vector<NavigationEntry>, SiteOptions);
    std::string page(const http::Request&, const http::View&,
                     const base::Error* error) const override;
    std::string error_page(const http::Request&, int status,
                           const base::Error* error) const override;
    std::string message(std::string_view language, const base::Reason&) const override;

private:
    const Templates& templates_;
    const Messages& messages_;
    std::vector<NavigationEntry> navigation_;
    SiteOptions options_;
};

}  // namespace html
