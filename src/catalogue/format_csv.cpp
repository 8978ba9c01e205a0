// SPDX-License-Identifier: EUPL-1.2
#include "base/csv.hpp"
#include "base/text.hpp"
#include "catalogue/format_words.hpp"
#include "catalogue/formats.hpp"

#include <algorithm>
#include <array>

namespace catalogue {
namespace {

// The columns of the real site, in its order.
enum Column : std::size_t {
    title,
    kind,
    summary,
    objectives,
    duration,
    registration_link,
    audiences,
    themes,
    subthemes,
    organisers,
    modality,
    column_count
};
constexpr std::array<std::string_view, column_count> headers{
    "Intitulé",      "Type",        "Descriptif court",
    "Objectifs",     "Durée",       "Lien d'inscription",
    "Public cible",  "Thématiques", "Sous-thématiques",
    "Organisateurs", "Modalité"};

// A header without case, accents, spaces and signs: "Sous thématiques " is "sousthematiques".
std::string header_key(std::string_view header) {
    std::string key = base::fold(header);
    std::erase_if(key, [](char c) { return (c < 'a' || c > 'z') && (c < '0' || c > '9'); });
    return key;
}

// For each column of the file ours, or column_count.
struct Header {
    std::vector<std::size_t> columns;
    std::string unknown;  // names, for people
    bool has_title = false;
};

Header header_of(const base::CsvRow& row) {
    Header header;
    std::array<bool, column_count> seen{};
    for (const std::string& cell : row.cells) {
        const std::string key = header_key(cell);
        std::size_t column = 0;
        while (column < column_count && (seen[column] || header_key(headers[column]) != key))
            ++column;
        if (column < column_count) {
            seen[column] = true;
        } else if (!base::trim(cell).empty()) {
            if (!header.unknown.empty()) header.unknown += ", ";
            header.unknown += base::trim(cell);
        }
        header.columns.push_back(column);
    }
    header.has_title = seen[title];
    return header;
}

// One text, with plain line breaks.
std::string text_of(std::string_view cell) {
    std::string text(base::trim(cell));
    for (auto at = text.find('\r'); at != std::string::npos; at = text.find('\r', at)) {
        if (at + 1 < text.size() && text[at + 1] == '\n')
            text.erase(at, 1);
        else
            text[at] = '\n';
    }
    return text;
}

// Several values: apart by semicolons if there is one, so that values may have commas, else by
// commas.
std::vector<std::string> list_of(std::string_view cell) {
    return base::split(cell, cell.contains(';') ? ';' : ',');
}

std::string cell_of(const std::vector<std::string>& values) {
    const bool commas = std::any_of(values.begin(), values.end(),
                                    [](const std::string& value) { return value.contains(','); });
    std::string cell;
    for (const std::string& value : values) {
        if (!cell.empty()) cell += commas ? "; " : ", ";
        for (const char c : value) cell += c == ';' ? ',' : c;
    }
    // One value with a comma needs a sign that it is one.
    if (!cell.contains(';') && cell.contains(',') && values.size() == 1) cell += ';';
    return cell;
}

class Importer {
public:
    explicit Importer(const Themes& known) : known_(known) {}
    Imported imported;

    void add(const base::CsvRow& row, const Header& header) {
        std::array<std::string_view, column_count> cells{};
        bool extra = false;
        bool empty = true;
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            const auto cell = base::trim(row.cells[i]);
            if (cell.empty()) continue;
            empty = false;
            if (i >= header.columns.size())
                extra = true;
            else if (header.columns[i] < column_count)
                cells[header.columns[i]] = cell;
        }
        if (empty) return;
        const std::size_t before = imported.problems.size();
        Offer offer;
        offer.title = text_of(cells[title]);
        if (const auto code = kind_of(cells[kind]))
            offer.kind = *code;
        else if (!cells[kind].empty())
            say(row.line, "catalogue.csv.unknown_type", headers[kind], cells[kind], true);
        offer.summary = text_of(cells[summary]);
        offer.objectives = text_of(cells[objectives]);
        offer.duration = text_of(cells[duration]);
        offer.duration_minutes = minutes_of_duration(offer.duration);
        offer.registration_link = text_of(cells[registration_link]);
        offer.audiences = list_of(cells[audiences]);
        offer.subthemes = list_of(cells[subthemes]);
        offer.organisers = list_of(cells[organisers]);
        for (const std::string& word : list_of(cells[themes])) add_theme(offer, word, row.line);
        for (const std::string& word : list_of(cells[modality])) {
            if (const auto code = modality_of(word))
                add_once(offer.modalities, *code);
            else
                say(row.line, "catalogue.csv.unknown_modality", headers[modality], word, false);
        }
        for (base::Reason& reason : problems_of(offer))
            imported.problems.push_back({row.line, std::move(reason), true});
        const bool left_out = std::any_of(
            imported.problems.begin() + static_cast<std::ptrdiff_t>(before),
            imported.problems.end(), [](const LineProblem& problem) { return problem.left_out; });
        if (extra) say(row.line, "catalogue.csv.extra_cells", "", "", false);
        if (!left_out) imported.offers.push_back({row.line, "", std::move(offer)});
    }

    void say(int line, const char* key, std::string_view column, std::string_view word,
             bool left_out) {
        imported.problems.push_back(
            {line,
             {key,
              "",
              {{"column", std::string(column)}, {"word", std::string(word.substr(0, 200))}}},
             left_out});
    }

private:
    void add_theme(Offer& offer, const std::string& word, int line) {
        const auto codes = known_.understand(word);
        for (const std::string& code : codes) add_once(offer.themes, code);
        if (!codes.empty()) return;
        add_once(offer.subthemes, word);
        say(line, "catalogue.csv.unknown_theme", headers[themes], word, false);
    }

    const Themes& known_;
};

std::string number_text(const auto& number) {
    return number ? std::to_string(*number) : "";
}
std::string date_text(const std::optional<base::Date>& date) {
    return date ? base::iso_date(*date) : "";
}
std::string flag_text(bool flag) {
    return flag ? "true" : "false";
}

std::string joined(const std::vector<std::string>& values) {
    std::string cell;
    for (const std::string& value : values) {
        if (!cell.empty()) cell += '|';
        for (const char c : value) cell += c == '|' ? '/' : c;
    }
    return cell;
}

struct OpenColumn {
    std::string_view name;
    std::string (*cell)(const Exported&);
};
using X = const Exported&;
constexpr OpenColumn open_columns[] = {
    {"identifiant", [](X x) { return x.slug; }},
    {"modifie_le", [](X x) { return base::iso_time(x.updated_at); }},
    {"intitule", [](X x) { return x.offer.title; }},
    {"intitule_affiche", [](X x) { return x.offer.display_title; }},
    {"type", [](X x) { return x.offer.kind; }},
    {"descriptif_court", [](X x) { return x.offer.summary; }},
    {"objectifs", [](X x) { return x.offer.objectives; }},
    {"programme", [](X x) { return x.offer.programme; }},
    {"duree", [](X x) { return x.offer.duration; }},
    {"duree_minutes", [](X x) { return number_text(x.offer.duration_minutes); }},
    {"lien_inscription", [](X x) { return x.offer.registration_link; }},
    {"url_image", [](X x) { return x.offer.image_url; }},
    {"visible", [](X x) { return flag_text(x.offer.visible); }},
    {"publics", [](X x) { return joined(x.offer.audiences); }},
    {"thematiques", [](X x) { return joined(x.offer.themes); }},
    {"sous_thematiques", [](X x) { return joined(x.offer.subthemes); }},
    {"organisateurs", [](X x) { return joined(x.offer.organisers); }},
    {"modalites", [](X x) { return joined(x.offer.modalities); }},
    {"piliers", [](X x) { return joined(x.offer.pillars); }},
    {"prerequis", [](X x) { return x.offer.prerequisites; }},
    {"offres_prerequises", [](X x) { return joined(x.offer.prerequisite_offers); }},
    {"niveau", [](X x) { return x.offer.level; }},
    {"competences",
     [](X x) {
         std::vector<std::string> out;
         out.reserve(x.offer.skills.size());
         for (const Skill& skill : x.offer.skills)
             out.push_back(skill.framework + ':' + skill.code + ':' +
                           std::to_string(skill.from_level) + '-' + std::to_string(skill.to_level));
         return joined(out);
     }},
    {"metiers", [](X x) { return joined(x.offer.trades); }},
    {"langues", [](X x) { return joined(x.offer.languages); }},
    {"certification", [](X x) { return x.offer.certification; }},
    {"code_certification", [](X x) { return x.offer.certification_code; }},
    {"accessibilite", [](X x) { return x.offer.accessibility; }},
    {"licence_contenu", [](X x) { return x.offer.content_licence; }},
    {"concepteur", [](X x) { return x.offer.provider; }},
    {"hebergeur", [](X x) { return x.offer.host; }},
    {"preuves_qualite", [](X x) { return x.offer.quality_evidence; }},
    {"prix_centimes", [](X x) { return number_text(x.offer.price_cents); }},
    {"lieux", [](X x) { return joined(x.offer.places); }},
    {"versants_admis", [](X x) { return joined(x.offer.eligibility.populations); }},
    {"contractuels_admis", [](X x) { return flag_text(x.offer.eligibility.contractors); }},
    {"organisations_admises", [](X x) { return joined(x.offer.eligibility.organisations); }},
    {"sur_invitation", [](X x) { return flag_text(x.offer.eligibility.invitation_only); }},
    {"etapes",
     [](X x) {
         std::vector<std::string> out;
         out.reserve(x.offer.steps.size());
         for (const Step& step : x.offer.steps)
             out.push_back(step.track.empty() ? step.offer_slug
                                              : step.offer_slug + ':' + step.track);
         return joined(out);
     }},
    {"verifie_le", [](X x) { return date_text(x.offer.reviewed_on); }},
    {"expire_le", [](X x) { return date_text(x.offer.expires_on); }},
    {"source", [](X x) { return x.offer.source; }},
    {"fictif", [](X x) { return flag_text(x.offer.fictitious); }},
};

}  // namespace

base::Result<Imported> read_csv(std::string_view text, const Themes& known) {
    const auto rows = base::read_csv(text);
    if (!rows) return base::unexpected(rows.error());
    const auto refuse = [](const char* key) {
        return base::unexpected(base::Error(base::ErrorKind::invalid, key));
    };
    if (rows->empty()) return refuse("catalogue.csv.empty");
    const Header header = header_of(rows->front());
    if (!header.has_title) return refuse("catalogue.csv.no_title_column");
    Importer importer(known);
    importer.imported.offers.reserve(rows->size() - 1);
    if (!header.unknown.empty())
        importer.say(rows->front().line, "catalogue.csv.unknown_columns", header.unknown, "",
                     false);
    for (auto row = rows->begin() + 1; row != rows->end(); ++row) importer.add(*row, header);
    return std::move(importer.imported);
}

std::string write_csv(const std::vector<Exported>& offers, const Themes& known) {
    std::string out;
    base::write_csv_row(out, {headers.begin(), headers.end()});
    std::vector<std::string> cells(column_count);
    for (const auto& [slug, offer, updated_at, periods] : offers) {
        cells[title] = offer.title;
        cells[kind] = kind_label(offer.kind);
        cells[summary] = offer.summary;
        cells[objectives] = offer.objectives;
        cells[duration] = offer.duration;
        if (offer.duration.empty() && offer.duration_minutes)
            cells[duration] = std::to_string(*offer.duration_minutes) + " min";
        cells[registration_link] = offer.registration_link;
        cells[audiences] = cell_of(offer.audiences);
        std::vector<std::string> labels;
        for (const std::string& code : offer.themes) {
            const Theme* theme = known.find(code);
            labels.push_back(theme == nullptr ? code : theme->label_fr);
        }
        cells[themes] = cell_of(labels);
        cells[subthemes] = cell_of(offer.subthemes);
        cells[organisers] = cell_of(offer.organisers);
        labels.clear();
        for (const std::string& code : offer.modalities) labels.emplace_back(modality_label(code));
        cells[modality] = cell_of(labels);
        base::write_csv_row(out, cells);
    }
    return out;
}

std::string write_open_data_csv(const std::vector<Exported>& offers) {
    std::string out;
    std::vector<std::string> cells;
    for (const OpenColumn& column : open_columns) cells.emplace_back(column.name);
    base::write_csv_row(out, cells);
    for (const Exported& exported : offers) {
        cells.clear();
        for (const OpenColumn& column : open_columns) cells.push_back(column.cell(exported));
        base::write_csv_row(out, cells);
    }
    return out;
}

}  // namespace catalogue
