// SPDX-License-Identifier: EUPL-1.2
// The order of the elements, their lengths and their codes are those of http://lheo.gouv.fr/2.3.
#include "base/text.hpp"
#include "catalogue/format_words.hpp"
#include "catalogue/format_xml.hpp"
#include "catalogue/formats.hpp"

#include <algorithm>

namespace catalogue {
namespace {

constexpr std::size_t most_bytes = 20UL * 1024 * 1024;
constexpr int most_levels = 64;
constexpr int most_elements = 2'000'000;

constexpr const char* present_namespace = "http://lheo.gouv.fr/2.3";
constexpr std::string_view older_namespace = "http://www.lheo.org/2.2";

// Stands where LHEO demands a text that we do not have; read as nothing.
constexpr const char* unknown = "Non renseigné";

// FORMACODE V10, the list that code-public-vise takes its codes from.
constexpr std::string_view public_agents = "82055";
constexpr std::pair<std::string_view, std::string_view> population_codes[] = {
    {"etat", "82070"}, {"hospitaliere", "82071"}, {"territoriale", "82074"}};

base::Error refusal(const char* key, int line = 0) {
    base::Reason reason{key};
    if (line > 0) reason.values.emplace_back("line", std::to_string(line));
    return {base::ErrorKind::invalid, std::move(reason)};
}

int line_at(std::string_view text, std::size_t offset) {
    return 1 + static_cast<int>(std::count(
                   text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

// Before the parser sees it: no document type (so no entities of its own), bounded depth and number
// of elements. Not a check of well-formedness, which is the parser's.
base::Result<void> scan(std::string_view xml) {
    int depth = 0;
    int elements = 0;
    std::size_t at = 0;
    const auto skip_past = [&](std::string_view end) {
        at = xml.find(end, at);
        at = at == std::string_view::npos ? xml.size() : at + end.size();
    };
    while ((at = xml.find('<', at)) != std::string_view::npos) {
        const auto rest = xml.substr(at);
        if (rest.starts_with("<!--")) {
            at += 4;
            skip_past("-->");
        } else if (rest.starts_with("<![CDATA[")) {
            skip_past("]]>");
        } else if (rest.starts_with("<?")) {
            skip_past("?>");
        } else if (rest.starts_with("<!")) {
            return base::unexpected(refusal("catalogue.lheo.document_type", line_at(xml, at)));
        } else if (rest.starts_with("</")) {
            --depth;
            skip_past(">");
        } else {
            const std::size_t start = at;
            char quote = 0;
            for (++at; at < xml.size() && (quote != 0 || xml[at] != '>'); ++at) {
                if (quote == 0 && (xml[at] == '"' || xml[at] == '\''))
                    quote = xml[at];
                else if (xml[at] == quote)
                    quote = 0;
            }
            if (at < xml.size() && xml[at - 1] != '/') ++depth;
            if (depth > most_levels)
                return base::unexpected(refusal("catalogue.lheo.too_deep", line_at(xml, start)));
            if (++elements > most_elements)
                return base::unexpected(
                    base::Error(base::ErrorKind::too_large, "catalogue.lheo.too_many_elements"));
        }
    }
    return {};
}

std::string_view local_name(pugi::xml_node node) {
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// The namespace of the root, declared on it.
std::string_view namespace_of(pugi::xml_node root) {
    const std::string_view name = root.name();
    const auto colon = name.find(':');
    const std::string attribute =
        colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
    return root.attribute(attribute.c_str()).value();
}

pugi::xml_node child(pugi::xml_node node, std::string_view name) {
    return node.find_child([name](pugi::xml_node each) { return local_name(each) == name; });
}

// The element at a path of names.
pugi::xml_node find(pugi::xml_node node, std::initializer_list<std::string_view> path) {
    for (const std::string_view name : path) node = child(node, name);
    return node;
}

template <class Visit>
void each(pugi::xml_node node, std::string_view name, Visit visit) {
    for (pugi::xml_node one : node.children())
        if (local_name(one) == name) visit(one);
}

// All text and CDATA of an element; "" for what is missing or written as unknown.
std::string text_of(pugi::xml_node node) {
    std::string text;
    for (pugi::xml_node part : node.children())
        if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata)
            text += part.value();
    base::drop_direction_controls(text);
    const auto trimmed = base::trim(text);
    return trimmed == unknown ? "" : std::string(trimmed);
}

// "6247", "RS6247" and "RS 6247" are RS6247.
std::string certification_code(std::string_view prefix, const std::string& code) {
    std::string digits;
    for (const char c : code)
        if (c >= '0' && c <= '9') digits += c;
    return digits.empty() ? "" : std::string(prefix) + digits;
}

// "12.50" or "12,5" in cents.
std::optional<std::int64_t> cents_of(std::string_view text) {
    const auto point = text.find_first_of(".,");
    const auto whole = base::to_integer(text.substr(0, point));
    if (!whole || *whole < 0 || *whole > 1'000'000'000) return std::nullopt;
    std::string decimals(point == std::string_view::npos ? "" : text.substr(point + 1));
    if (decimals.size() > 2) return std::nullopt;
    decimals.resize(2, '0');
    const auto cents = base::to_integer(decimals);
    if (!cents || *cents < 0) return std::nullopt;
    return *whole * 100 + *cents;
}

std::string two_digits(std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string lheo_date(base::Date date) {
    std::string text = base::iso_date(date);
    std::erase(text, '-');
    return text;
}

class Reader {
public:
    explicit Reader(const Themes& themes) : themes_(themes) {}
    Imported imported;

    void read(pugi::xml_node formation, int line) {
        Offer offer;
        offer.title = text_of(child(formation, "intitule-formation"));
        offer.summary = text_of(child(formation, "objectif-formation"));
        offer.objectives = text_of(child(formation, "resultats-attendus"));
        offer.programme = text_of(child(formation, "contenu-formation"));
        read_certification(formation, offer);
        offer.organisers = base::split(
            text_of(find(formation, {"organisme-formation-responsable", "nom-organisme"})), ';');
        const auto mail =
            text_of(find(formation, {"contact-formation", "coordonnees", "courriel"}));
        if (!mail.empty()) offer.registration_link = "mailto:" + mail;
        offer.languages.clear();
        each(formation, "action", [&](pugi::xml_node action) { read_action(action, offer); });
        if (offer.languages.empty()) offer.languages = Offer{}.languages;
        read_extras(formation, offer, line);
        if (!offer.duration_minutes) offer.duration_minutes = minutes_of_duration(offer.duration);
        // Longer by its nature than ours; the whole text stays in the objectives' place.
        if (base::length(offer.summary) > 1'000 && offer.objectives.empty())
            offer.objectives.swap(offer.summary);
        offer.summary = xml_text(offer.summary, 1'000);

        auto problems = problems_of(offer);
        const bool left_out = !problems.empty();
        for (base::Reason& reason : problems)
            imported.problems.push_back({line, std::move(reason), true});
        if (left_out) return;
        std::string slug = text_of(child(formation, "identifiant-module"));
        if (base::slug(slug) != slug) slug.clear();
        imported.offers.push_back({line, std::move(slug), std::move(offer)});
    }

private:
    static void read_certification(pugi::xml_node formation, Offer& offer) {
        each(formation, "certification", [&](pugi::xml_node node) {
            if (!offer.certification_code.empty()) return;
            offer.certification_code = certification_code("RS", text_of(child(node, "code-RS")));
            if (offer.certification_code.empty())
                offer.certification_code =
                    certification_code("RNCP", text_of(child(node, "code-RNCP")));
            offer.certification = node.attribute("info").value();
        });
    }

    static void read_action(pugi::xml_node action, Offer& offer) {
        const auto mode = text_of(child(action, "modalites-enseignement"));
        if (mode == "0") add_once(offer.modalities, "presentiel");
        if (mode == "1") add_once(offer.modalities, "en-ligne");
        if (mode == "2") add_once(offer.modalities, "hybride");
        each(action, "code-public-vise", [&](pugi::xml_node node) {
            for (const auto& [population, code] : population_codes)
                if (text_of(node) == code)
                    add_once(offer.eligibility.populations, std::string(population));
        });
        for (const auto& audience : base::split(text_of(child(action, "info-public-vise")), ';'))
            add_once(offer.audiences, audience);
        if (offer.prerequisites.empty())
            offer.prerequisites = text_of(child(action, "conditions-specifiques"));
        if (offer.accessibility.empty())
            offer.accessibility = text_of(child(action, "acces-handicapes"));
        if (offer.duration.empty()) offer.duration = text_of(child(action, "duree-indicative"));
        each(action, "langue-formation", [&](pugi::xml_node node) {
            if (const auto code = base::fold(text_of(node)); !code.empty())
                add_once(offer.languages, code);
        });
        each(action, "lieu-de-formation", [&](pugi::xml_node node) {
            auto town = text_of(find(node, {"coordonnees", "adresse", "ville"}));
            if (town.empty()) town = text_of(find(node, {"coordonnees", "ligne"}));
            if (!town.empty()) add_once(offer.places, town);
        });
        if (const auto url = text_of(find(action, {"url-action", "urlweb"})); !url.empty())
            offer.registration_link = url;
        if (!offer.price_cents)
            offer.price_cents = cents_of(text_of(child(action, "prix-total-TTC")));
        if (!offer.duration_minutes) {
            const auto hours = base::to_integer(text_of(child(action, "nombre-heures-total")));
            if (hours && *hours > 0 && *hours <= 1'600)
                offer.duration_minutes = static_cast<int>(*hours) * 60;
        }
    }

    // What LHEO has no place for; our own files say it in an extras element, as LHEO provides.
    void read_extras(pugi::xml_node formation, Offer& offer, int line) {
        each(formation, "extras", [&](pugi::xml_node extras) {
            if (std::string_view(extras.attribute("info").value()) != "campus") return;
            offer.modalities.clear();  // LHEO knows exactly one; here is what was meant
            each(extras, "extra", [&](pugi::xml_node extra) {
                const std::string_view name = extra.attribute("info").value();
                const std::string value = text_of(extra);
                if (value.empty()) return;
                if (name == "type") {
                    offer.kind = kind_of(value).value_or(value);
                } else if (name == "modalite") {
                    if (const auto code = modality_of(value)) add_once(offer.modalities, *code);
                } else if (name == "sous-thematique") {
                    add_once(offer.subthemes, value);
                } else if (name == "thematique") {
                    const auto codes = themes_.understand(value);
                    for (const std::string& code : codes) add_once(offer.themes, code);
                    if (!codes.empty()) return;
                    add_once(offer.subthemes, value);
                    imported.problems.push_back(
                        {line, {"catalogue.csv.unknown_theme", "", {{"word", value}}}, false});
                } else if (name == "langue") {
                    add_once(offer.languages, value);
                } else if (name == "duree-minutes") {
                    if (const auto minutes = base::to_integer(value);
                        minutes && *minutes > 0 && *minutes <= 100'000)
                        offer.duration_minutes = static_cast<int>(*minutes);
                } else if (name == "fictif") {
                    offer.fictitious = value == "oui";
                }
            });
        });
    }

    const Themes& themes_;
};

void add_known(pugi::xml_node parent, const char* name, const std::string& text,
               std::size_t most = 3'000) {
    add_text(parent, name, text.empty() ? unknown : text, most);
}

void add_contact(pugi::xml_node parent, const char* name, const Offer& offer) {
    pugi::xml_node contact = parent.append_child(name).append_child("coordonnees");
    if (!offer.organisers.empty() && !offer.organisers.front().empty())
        add_text(contact, "nom", offer.organisers.front(), 50);
    if (std::string_view link = offer.registration_link; link.starts_with("mailto:")) {
        link.remove_prefix(7);
        add_text(contact, "courriel", link.substr(0, link.find('?')), 160);
    }
}

void write_action(pugi::xml_node formation, const Offer& offer,
                  const std::vector<Period>& periods) {
    pugi::xml_node action = formation.append_child("action");
    add_text(action, "rythme-formation", unknown);
    const auto add_public = [&](std::string_view code) {
        add_text(action, "code-public-vise", code).append_attribute("ref") = "V10";
    };
    for (const auto& [population, code] : population_codes)
        if (const auto& all = offer.eligibility.populations;
            std::find(all.begin(), all.end(), population) != all.end())
            add_public(code);
    if (!action.child("code-public-vise")) add_public(public_agents);
    std::string audiences;
    for (const std::string& audience : offer.audiences)
        audiences += (audiences.empty() ? "" : "; ") + audience;
    if (!audiences.empty()) add_text(action, "info-public-vise", audiences, 250);
    add_text(action, "niveau-entree-obligatoire", "0");
    add_text(action, "modalites-alternance", unknown);
    const auto& modes = offer.modalities;
    const bool one = modes.size() == 1;
    add_text(action, "modalites-enseignement",
             modes.empty() || (one && modes[0] == "presentiel") ? "0"
             : one && modes[0] == "en-ligne"                    ? "1"
                                                                : "2");
    add_known(action, "conditions-specifiques", offer.prerequisites);
    add_text(action, "prise-en-charge-frais-possible", "0");
    for (const std::string& place : offer.places) {
        if (place.empty()) continue;
        add_text(action.append_child("lieu-de-formation").append_child("coordonnees"), "ligne",
                 place, 50);
    }
    add_text(action, "modalites-entrees-sorties", periods.empty() ? "1" : "0");
    if (offer.registration_link.starts_with("http"))
        add_text(action.append_child("url-action"), "urlweb", offer.registration_link, 400);
    const auto add_period = [](pugi::xml_node node, const char* name, const std::string& first,
                               const std::string& last) {
        pugi::xml_node period = node.append_child(name);
        add_text(period, "debut", first);
        add_text(period, "fin", last);
    };
    const auto add_session = [&](const std::string& first, const std::string& last) {
        pugi::xml_node session = action.append_child("session");
        add_period(session, "periode", first, last);
        pugi::xml_node address =
            session.append_child("adresse-inscription").append_child("adresse");
        add_text(address, "ligne", unknown);
        add_text(address, "codepostal", "00000");
        add_text(address, "ville", unknown);
        return session;
    };
    for (const Period& period : periods)
        add_period(add_session(lheo_date(period.first), lheo_date(period.last))
                       .append_child("periode-inscription"),
                   "periode", lheo_date(period.enrol_from), lheo_date(period.enrol_until));
    // One without dates for an offer that can be begun at any time: 99999999 is "no date".
    if (periods.empty()) add_session("00000000", "99999999");
    if (!offer.accessibility.empty())
        add_text(action, "acces-handicapes", offer.accessibility, 250);
    // One only, by its code of two letters (ISO 639-1); the others are among the extras.
    if (!offer.languages.empty() && offer.languages.front().size() == 2)
        add_text(action, "langue-formation", offer.languages.front());
    if (offer.price_cents)
        add_text(
            action, "prix-total-TTC",
            std::to_string(*offer.price_cents / 100) + '.' + two_digits(*offer.price_cents % 100));
    if (!offer.duration.empty()) add_text(action, "duree-indicative", offer.duration, 150);
    if (offer.duration_minutes > 0 && offer.duration_minutes < 60 * 1'000'000)
        add_text(action, "nombre-heures-total",
                 std::to_string((*offer.duration_minutes + 59) / 60));
}

void write_organisation(pugi::xml_node formation, const Offer& offer) {
    pugi::xml_node node = formation.append_child("organisme-formation-responsable");
    std::string names;
    for (const std::string& name : offer.organisers) names += (names.empty() ? "" : "; ") + name;
    // An offer names its organisers but not their numbers; zeros are the usual sign for that.
    add_text(node, "numero-activite", "00000000000");
    add_text(node.append_child("SIRET-organisme-formation"), "SIRET", "00000000000000");
    add_known(node, "nom-organisme", names, 250);
    add_known(node, "raison-sociale", names, 250);
    add_contact(node, "coordonnees-organisme", offer);
    add_contact(node, "contact-organisme", offer);
}

void write_extras(pugi::xml_node formation, const Offer& offer) {
    pugi::xml_node extras = formation.append_child("extras");
    extras.append_attribute("info") = "campus";
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) add_text(extras, "extra", value).append_attribute("info") = name;
    };
    add("type", offer.kind);
    for (const std::string& modality : offer.modalities) add("modalite", modality);
    for (const std::string& theme : offer.themes) add("thematique", theme);
    for (const std::string& subtheme : offer.subthemes) add("sous-thematique", subtheme);
    if (offer.languages.size() > 1)
        for (const std::string& language : offer.languages) add("langue", language);
    if (offer.duration_minutes) add("duree-minutes", std::to_string(*offer.duration_minutes));
    if (offer.fictitious) add("fictif", "oui");
}

void write_formation(pugi::xml_node offers, const Exported& exported,
                     const std::vector<Period>& periods, std::string_view base_url) {
    const Offer& offer = exported.offer;
    pugi::xml_node formation = offers.append_child("formation");
    formation.append_attribute("numero") = exported.slug.c_str();
    formation.append_attribute("horodatage-modification") =
        base::iso_time(exported.updated_at).c_str();
    formation.append_child("domaine-formation");
    add_known(formation, "intitule-formation", offer.title, 255);
    add_known(formation, "objectif-formation", offer.summary);
    add_known(formation, "resultats-attendus", offer.objectives);
    add_known(formation, "contenu-formation", offer.programme);
    const bool certified = !offer.certification.empty() || !offer.certification_code.empty();
    add_text(formation, "certifiante", certified ? "1" : "0");
    add_contact(formation, "contact-formation", offer);
    add_text(formation, "parcours-de-formation",
             offer.steps.empty() ? "1" : "3");       // together; modular
    add_text(formation, "code-niveau-entree", "0");  // not said
    if (certified) {
        pugi::xml_node certification = formation.append_child("certification");
        if (!offer.certification.empty())
            certification.append_attribute("info") = xml_text(offer.certification).c_str();
        const std::string_view code = offer.certification_code;
        if (code.starts_with("RNCP"))
            add_text(certification, "code-RNCP", code.substr(4), 10);
        else if (code.starts_with("RS"))
            add_text(certification, "code-RS", code.substr(2), 10);
    }
    add_text(formation.append_child("url-formation"), "urlweb",
             std::string(base_url) + "/catalogue/" + exported.slug, 400);
    write_action(formation, offer, periods);
    write_organisation(formation, offer);
    add_text(formation, "identifiant-module", exported.slug);
    write_extras(formation, offer);
}

}  // namespace

base::Result<Imported> read_lheo(std::string_view xml, const Themes& themes) {
    if (xml.size() > most_bytes)
        return base::unexpected(
            base::Error(base::ErrorKind::too_large, "catalogue.lheo.too_large"));
    if (xml.starts_with("\xEF\xBB\xBF")) xml.remove_prefix(3);
    if (!base::is_utf8(xml)) return base::unexpected(refusal("catalogue.lheo.not_utf8"));
    if (auto done = scan(xml); !done) return base::unexpected(done.error());

    pugi::xml_document document;
    const auto parsed =
        document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed)
        return base::unexpected(
            refusal("catalogue.lheo.malformed",
                    line_at(xml, std::min(static_cast<std::size_t>(parsed.offset), xml.size()))));
    const pugi::xml_node root = document.document_element();
    const auto ns = namespace_of(root);
    if (local_name(root) != "lheo" || (ns != present_namespace && ns != older_namespace))
        return base::unexpected(refusal("catalogue.lheo.not_lheo"));

    Reader reader(themes);
    int line = 1;
    std::size_t counted = 0;
    each(root, "offres", [&](pugi::xml_node offers) {
        each(offers, "formation", [&](pugi::xml_node formation) {
            const auto at =
                static_cast<std::size_t>(std::max<std::ptrdiff_t>(formation.offset_debug(), 0));
            line += line_at(xml.substr(counted), at - counted) - 1;
            counted = at;
            reader.read(formation, line);
        });
    });
    return std::move(reader.imported);
}

std::string write_lheo(const std::vector<Exported>& offers, const Periods& periods,
                       std::string_view base_url) {
    pugi::xml_document document;
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    pugi::xml_node root = document.append_child("lheo");
    root.append_attribute("xmlns") = present_namespace;
    pugi::xml_node list = root.append_child("offres");
    const std::vector<Period> none;
    for (const Exported& exported : offers) {
        const auto own = periods.find(exported.id);
        write_formation(list, exported, own == periods.end() ? none : own->second, base_url);
    }
    return to_string(document);
}

}  // namespace catalogue
