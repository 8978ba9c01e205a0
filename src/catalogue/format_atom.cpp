// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"
#include "catalogue/format_words.hpp"
#include "catalogue/format_xml.hpp"
#include "catalogue/formats.hpp"

namespace catalogue {
namespace {

// RFC 4151 wants a host without port and a date on which the name was ours; it never changes again.
std::string tag_uri(std::string_view base_url, std::string_view specific) {
    if (const auto slashes = base_url.find("//"); slashes != std::string_view::npos)
        base_url.remove_prefix(slashes + 2);
    const auto host = base_url.substr(0, base_url.find_first_of(":/"));
    return "tag:" + std::string(host) + ",2026:" + std::string(specific);
}

void add_link(pugi::xml_node parent, const char* rel, const char* type, const std::string& href) {
    pugi::xml_node link = parent.append_child("link");
    link.append_attribute("rel") = rel;
    link.append_attribute("type") = type;
    link.append_attribute("href") = xml_text(href).c_str();
}

}  // namespace

std::string write_atom(const std::vector<Exported>& offers, std::string_view base_url,
                       std::string_view title, base::Time updated_at) {
    const std::string base(base_url);
    pugi::xml_document document;
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    pugi::xml_node feed = document.append_child("feed");
    feed.append_attribute("xmlns") = "http://www.w3.org/2005/Atom";
    feed.append_attribute("xml:lang") = "fr";
    add_text(feed, "id", tag_uri(base_url, "catalogue"));
    add_text(feed, "title", title);
    add_text(feed, "updated", base::iso_time(updated_at));
    add_text(feed.append_child("author"), "name", title);
    add_link(feed, "self", "application/atom+xml", base + "/catalogue.atom");
    add_link(feed, "alternate", "text/html", base + "/catalogue");
    for (const Exported& exported : offers) {
        const Offer& offer = exported.offer;
        pugi::xml_node entry = feed.append_child("entry");
        add_text(entry, "id", tag_uri(base_url, "catalogue/" + exported.slug));
        add_text(entry, "title", offer.shown_title());
        add_text(entry, "updated", base::iso_time(exported.updated_at));
        for (const std::string& organiser : offer.organisers)
            add_text(entry.append_child("author"), "name", organiser);
        add_link(entry, "alternate", "text/html", base + "/catalogue/" + exported.slug);
        add_text(entry, "summary", offer.summary);
        for (const std::string& theme : offer.themes)
            entry.append_child("category").append_attribute("term") = xml_text(theme).c_str();
        pugi::xml_node kind = entry.append_child("category");
        kind.append_attribute("term") = xml_text(offer.kind).c_str();
        kind.append_attribute("label") = xml_text(kind_label(offer.kind)).c_str();
    }
    return to_string(document);
}

}  // namespace catalogue
