// SPDX-License-Identifier: EUPL-1.2
#include "identity/people_file.hpp"

#include "base/csv.hpp"
#include "base/text.hpp"
#include "identity/rules.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace identity {
namespace {

constexpr std::array<std::string_view, 4> yes{"1", "oui", "true", "yes"};
constexpr std::array<std::string_view, 5> no{"", "0", "non", "false", "no"};
constexpr std::array<std::string_view, 4> populations{"", "etat", "territoriale", "hospitaliere"};

bool one_of(const auto& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

void read_roles(std::string_view cell, PersonLine& line) {
    for (const std::string& part : base::split(cell, ';')) {
        const auto at = part.find('@');
        if (at == 0 || at == std::string::npos || at + 1 == part.size())
            line.roles_malformed = true;
        else
            line.roles.emplace_back(part.substr(0, at), part.substr(at + 1));
    }
}

}  // namespace

// ASCII only, as mail addresses of administrations are: lower() of the two engines agrees there.
std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_mail(std::string_view mail) {
    const auto at = mail.find('@');
    if (at == 0 || at == std::string_view::npos || mail.size() > 254) return false;
    const std::string_view domain = mail.substr(at + 1);
    const auto dot = domain.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == domain.size()) return false;
    return std::all_of(mail.begin(), mail.end(), [](char c) { return c > ' ' && c < 127; }) &&
           domain.find('@') == std::string_view::npos &&
           mail.find_first_of(",;<>\"\\()") == std::string_view::npos;
}

bool is_name(std::string_view name) {
    return !name.empty() && base::length(name) <= 100 &&
           std::none_of(name.begin(), name.end(), [](char c) { return c >= 0 && c < ' '; });
}

bool PersonLine::is_contractor() const {
    return one_of(yes, base::fold(contractor));
}

std::optional<base::Date> PersonLine::from_day() const {
    return base::parse_iso_date(from);
}

base::Result<std::vector<PersonLine>> read_people(std::string_view text) {
    const auto table =
        base::CsvTable::read(text, {"email", "given_name", "usual_name", "organisation"});
    if (!table) return base::unexpected(table.error());
    std::vector<PersonLine> lines;
    for (std::size_t row = 0; row < table->size(); ++row) {
        const auto cell = [&](const char* name) { return table->cell(row, name); };
        PersonLine line{.number = table->line(row),
                        .email = lower(cell("email")),
                        .given_name = cell("given_name"),
                        .usual_name = cell("usual_name"),
                        .job = cell("job"),
                        .organisation = cell("organisation"),
                        .population = cell("population"),
                        .contractor = cell("contractor"),
                        .from = cell("from")};
        read_roles(cell("roles"), line);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::optional<base::Reason> problem_of(const PersonLine& line) {
    const auto reason = [](const char* key, const char* field, const std::string& value) {
        return base::Reason{key, field, {{"value", value}}};
    };
    if (!is_mail(line.email)) return reason("identity.import.email_invalid", "email", line.email);
    if (!is_name(line.given_name))
        return reason("identity.import.name_invalid", "given_name", line.given_name);
    if (!is_name(line.usual_name))
        return reason("identity.import.name_invalid", "usual_name", line.usual_name);
    if (base::length(line.job) > 200) return reason("identity.import.job_too_long", "job", {});
    if (line.organisation.empty())
        return reason("identity.import.organisation_missing", "organisation", {});
    if (!one_of(populations, line.population))
        return reason("identity.import.population_unknown", "population", line.population);
    const std::string contractor = base::fold(line.contractor);
    if (!one_of(yes, contractor) && !one_of(no, contractor))
        return reason("identity.import.contractor_invalid", "contractor", line.contractor);
    if (!line.from.empty() && !line.from_day())
        return reason("identity.import.from_invalid", "from", line.from);
    if (line.roles_malformed) return reason("identity.import.roles_invalid", "roles", {});
    for (const auto& [role, perimeter] : line.roles)
        if (!is_grantable(role)) return reason("identity.import.role_unknown", "roles", role);
    return std::nullopt;
}

}  // namespace identity
