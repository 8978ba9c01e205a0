// SPDX-License-Identifier: EUPL-1.2
#include "pix/results_file.hpp"

#include "base/csv.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "pix/rules.hpp"

#include <algorithm>

namespace pix {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);
constexpr std::string_view badge_end = " obtenu (o/n)";
constexpr std::string_view stage_start = "palier obtenu (/";

struct Badge {
    std::size_t column = 0;
    std::string title;
};
struct Columns {
    std::size_t campaign = none, identifier = none, shared = none, shared_at = none, mastery = none,
                stage = none;
    int stages = 0;
    std::vector<Badge> badges;
};

// As people and Excel write it: quotes and accents may differ.
std::string name_of(std::string_view header) {
    std::string name = base::fold(base::trim(header));
    for (std::string_view curly{"’"}; name.find(curly) != std::string::npos;)
        name.replace(name.find(curly), curly.size(), "'");
    return name;
}

std::string_view cell(const base::CsvRow& row, std::size_t column) {
    return column < row.cells.size() ? base::trim(row.cells[column]) : std::string_view{};
}

bool empty(std::string_view text) {
    return text.empty() || text == "NA";
}

// "Oui" and "Non", "Yes" and "No" of the English export.
std::optional<bool> yes_or_no(std::string_view text) {
    const std::string word = base::fold(text);
    if (word == "oui" || word == "yes") return true;
    if (word == "non" || word == "no" || empty(text)) return false;
    return std::nullopt;
}

std::size_t identifier_column(const std::vector<base::CsvRow>& rows, std::string_view name) {
    const base::CsvRow& header = rows.front();
    for (std::size_t column = 0; column < header.cells.size(); ++column) {
        if (!name.empty()) {
            if (name_of(header.cells[column]) == name_of(name)) return column;
        } else if (std::any_of(rows.begin() + 1, rows.end(), [&](const base::CsvRow& row) {
                       return is_pseudonym(cell(row, column));
                   })) {
            return column;
        }
    }
    return none;
}

Columns columns_of(const std::vector<base::CsvRow>& rows, std::string_view identifier) {
    Columns found;
    const auto& headers = rows.front().cells;
    for (std::size_t column = 0; column < headers.size(); ++column) {
        const std::string name = name_of(headers[column]);
        if (name == "id campagne") found.campaign = column;
        if (name == "partage (o/n)") found.shared = column;
        if (name == "date du partage" || name == "date et heure du partage (europe/paris)")
            found.shared_at = column;
        if (name == "% maitrise de l'ensemble des acquis du profil") found.mastery = column;
        if (name.starts_with(stage_start) && name.ends_with(')')) {
            const auto stages = base::to_integer(std::string_view{name}.substr(
                stage_start.size(), name.size() - stage_start.size() - 1));
            if (stages && *stages > 0 && *stages <= 1000) {
                found.stage = column;
                found.stages = static_cast<int>(*stages);
            }
        } else if (name.ends_with(badge_end) && name.size() > badge_end.size()) {
            // The end has no accent: it is as long in the header as when folded.
            const std::string_view header = base::trim(headers[column]);
            found.badges.push_back(
                {column, std::string{header.substr(0, header.size() - badge_end.size())}});
        }
    }
    found.identifier = identifier_column(rows, identifier);
    return found;
}

base::Result<ResultLine> read_line(const base::CsvRow& row, const Columns& columns) {
    const auto wrong = [&](const char* key, std::string_view text) {
        return base::unexpected(
            base::Error{base::ErrorKind::invalid, {key, "", {{"text", std::string{text}}}}});
    };
    ResultLine line{.number = row.line};
    const auto campaign = base::to_integer(cell(row, columns.campaign));
    if (!campaign || *campaign < 1)
        return wrong("pix.import.campaign", cell(row, columns.campaign));
    line.campaign = *campaign;
    contract::Participation& result = line.result;
    result.pseudonym = cell(row, columns.identifier);
    const auto shared = yes_or_no(cell(row, columns.shared));
    if (!shared) return wrong("pix.import.shared", cell(row, columns.shared));
    result.shared = *shared;
    const std::string_view date = cell(row, columns.shared_at);
    if (!empty(date)) {
        result.shared_at = parse_paris(date);
        if (!result.shared_at) return wrong("pix.import.date", date);
    }
    if (result.shared && !result.shared_at) return wrong("pix.import.date", date);
    const std::string_view mastery = cell(row, columns.mastery);
    if (!empty(mastery)) {
        result.mastery = parse_share(mastery);
        if (!result.mastery) return wrong("pix.import.mastery", mastery);
    }
    result.stages = columns.stages;
    const std::string_view stage = cell(row, columns.stage);
    if (!empty(stage)) {
        const auto reached = base::to_integer(stage);
        if (!reached || *reached < 0 || *reached > columns.stages)
            return wrong("pix.import.stage", stage);
        result.stage = static_cast<int>(*reached);
    }
    for (const Badge& badge : columns.badges) {
        const auto acquired = yes_or_no(cell(row, badge.column));
        if (!acquired) return wrong("pix.import.badge", cell(row, badge.column));
        if (*acquired) result.badges.push_back(badge.title);
    }
    return line;
}

}  // namespace

base::Result<ResultsFile> read_results(std::string_view csv, std::string_view identifier) {
    auto rows = base::read_csv(csv);
    if (!rows) {
        base::Error error = rows.error();
        for (base::Reason& reason : error.reasons) reason.field = "file";
        return base::unexpected(std::move(error));
    }
    const auto missing = [](const char* key, std::string column) {
        return base::unexpected(
            base::Error{base::ErrorKind::invalid, {key, "file", {{"column", std::move(column)}}}});
    };
    if (rows->empty()) return missing("pix.import.column", "ID Campagne");
    const Columns columns = columns_of(*rows, identifier);
    for (const auto& [column, name] :
         {std::pair{columns.campaign, "ID Campagne"},
          {columns.shared, "Partage (O/N)"},
          {columns.shared_at, "Date du partage"},
          {columns.mastery, "% maitrise de l'ensemble des acquis du profil"}})
        if (column == none) return missing("pix.import.column", name);
    if (columns.identifier == none) {
        if (identifier.empty()) return missing("pix.import.identifier", "");
        return missing("pix.import.column", std::string{identifier});
    }
    ResultsFile file;
    for (std::size_t i = 1; i < rows->size(); ++i) {
        auto line = read_line((*rows)[i], columns);
        if (line)
            file.lines.push_back(std::move(*line));
        else
            file.problems.push_back({(*rows)[i].line, std::move(line.error().reasons.front())});
    }
    return file;
}

std::optional<int> parse_share(std::string_view text) {
    text = base::trim(text);
    const bool percent = text.ends_with('%');
    if (percent) text = base::trim(text.substr(0, text.size() - 1));
    const auto point = text.find_first_of(".,");
    const std::string_view front = text.substr(0, point);
    std::string_view back = point == std::string_view::npos ? "" : text.substr(point + 1);
    const auto digits = [](std::string_view part) {
        return std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    };
    if (front.empty() || front.size() > 3 || !digits(front) || back.size() > 20 || !digits(back) ||
        (point != std::string_view::npos && back.empty()))
        return std::nullopt;
    // In ten-thousandths: four digits behind the point, of percents two; the next one rounds.
    const std::size_t kept = percent ? 2 : 4;
    const bool up = back.size() > kept && back[kept] >= '5';
    std::string number{front};
    number.append(back.substr(0, kept)).append(kept - std::min(kept, back.size()), '0');
    const auto value = *base::to_integer(number) + (up ? 1 : 0);
    return value <= 10'000 ? std::optional{static_cast<int>(value)} : std::nullopt;
}

std::optional<base::Time> parse_paris(std::string_view text) {
    text = base::trim(text);
    const std::string_view day = text.substr(0, 10);
    std::string iso{day};
    if (day.size() == 10 && day[2] == '/' && day[5] == '/') {
        iso = day.substr(6);
        iso.append("-").append(day.substr(3, 2)).append("-").append(day.substr(0, 2));
    }
    const auto date = base::parse_iso_date(iso);
    if (!date) return std::nullopt;
    std::chrono::minutes minutes{};
    if (text.size() > 10) {
        const std::string_view clock = text.substr(11);
        const auto colon = clock.find(':');
        if ((text[10] != ' ' && text[10] != 'T') || colon == std::string_view::npos ||
            clock.size() < colon + 3)
            return std::nullopt;
        const auto hour = base::to_integer(clock.substr(0, colon));
        const auto minute = base::to_integer(clock.substr(colon + 1, 2));
        const std::string_view rest = clock.substr(colon + 3);
        const bool seconds = rest.size() == 3 && rest[0] == ':' && base::to_integer(rest.substr(1));
        if (!hour || !minute || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 ||
            !(rest.empty() || seconds))
            return std::nullopt;
        minutes = std::chrono::minutes{*hour * 60 + *minute};
    }
    return base::paris_time(*date, minutes);
}

}  // namespace pix
