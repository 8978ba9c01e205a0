// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <unordered_map>

namespace psychometrics {
namespace {

std::string_view trim(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text) {
    std::string result{trim(text)};
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return result;
}

// A cell as it may be shown on a terminal: short, nothing that moves the cursor.
std::string shown(std::string_view cell) {
    std::string text;
    for (const char c : cell.substr(0, 40)) text += c >= ' ' && c != 127 ? c : '?';
    return '"' + text + (cell.size() > 40 ? "...\"" : "\"");
}

bool is_true(std::string_view cell) {
    const std::string text = lower(cell);
    return text == "1" || text == "true" || text == "yes";
}

// The same texts get the same number, in the order of their first appearance.
class Names {
public:
    std::uint32_t number(std::string_view name) {
        // Long files name the same person or a neighbour on many lines in a row.
        if (!names_.empty() && names_[last_] == name) return last_;
        const auto [at, is_new] =
            numbers_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
        if (is_new) names_.push_back(name);
        return last_ = at->second;
    }
    std::size_t size() const { return names_.size(); }
    std::vector<std::string> texts() const { return {names_.begin(), names_.end()}; }

private:
    std::unordered_map<std::string_view, std::uint32_t> numbers_;
    std::vector<std::string_view> names_;
    std::uint32_t last_ = 0;
};

// A category, engine::missing or engine::dont_know; nothing for what is none of these.
std::optional<int> to_answer(std::string_view cell) {
    if (cell.size() == 1 && cell[0] >= '0' && cell[0] <= '9') return cell[0] - '0';
    cell = trim(cell);
    if (cell.empty()) return engine::missing;
    if (const auto number = to_number(cell)) {
        const double top = static_cast<double>(engine::max_categories);
        if (*number < 0 || *number >= top || *number != std::floor(*number)) return std::nullopt;
        return static_cast<int>(*number);
    }
    const std::string word = lower(cell);
    if (word == "na" || word == "nan" || word == "-" || word == ".") return engine::missing;
    if (word == "?" || word == "dk") return engine::dont_know;
    return std::nullopt;
}

constexpr const char* what_answers_are =
    "is no answer (0, 1, 2, ...; empty or NA: not answered; ? or dk: don't know)";

}  // namespace

std::string Problem::text() const {
    std::string text = file;
    if (line != 0) text += fmt::format(":{}", line);
    if (column != 0) text += fmt::format(": column {}", column);
    return text + ": " + what;
}

std::optional<double> to_number(std::string_view text) {
    text = trim(text);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return number;
}

Read<std::string> read_text(const std::string& name) {
    const auto problem = [&](const char* what) {
        return std::unexpected(Problem{name, 0, 0, what});
    };
    struct Close {
        void operator()(std::FILE* file) const {
            if (file != stdin) std::fclose(file);
        }
    };
    const std::unique_ptr<std::FILE, Close> file(name == "-" ? stdin
                                                             : std::fopen(name.c_str(), "rb"));
    if (!file) return problem("cannot be read");
    std::string text;
    for (;;) {
        constexpr std::size_t block = 1UL << 20;
        const std::size_t before = text.size();
        // Doubles: a large file is copied few times.
        text.resize(std::max(before * 2, before + block));
        const std::size_t got =
            std::fread(text.data() + before, 1, text.size() - before, file.get());
        const bool full = before + got == text.size();
        text.resize(before + got);
        if (text.size() > max_file_bytes) return problem("is larger than 4 GiB");
        if (!full) break;
    }
    if (std::ferror(file.get())) return problem("cannot be read");
    return text;
}

Read<Table> Table::open(std::string file, std::string_view text) {
    Table table;
    table.file_ = std::move(file);
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    table.text_ = text;
    const std::string_view first = text.substr(0, text.find('\n'));
    if (std::ranges::count(first, ';') > std::ranges::count(first, ',')) table.separator_ = ';';
    if (auto read = table.next(); !read) return std::unexpected(read.error());
    if (table.cells_.empty())
        return std::unexpected(
            Problem{table.file_, 1, 0, "has no header: the first line names the columns"});
    for (const std::string_view cell : table.cells_) table.header_.emplace_back(trim(cell));
    return table;
}

std::optional<std::size_t> Table::find(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names)
        for (std::size_t i = 0; i < header_.size(); ++i)
            if (lower(header_[i]) == name) return i;
    return std::nullopt;
}

std::unexpected<Problem> Table::wrong(std::optional<std::size_t> column, std::string what) const {
    return wrong_at(line_, column, std::move(what));
}

std::unexpected<Problem> Table::wrong_at(std::size_t line, std::optional<std::size_t> column,
                                         std::string what) const {
    return std::unexpected(Problem{file_, line, column ? *column + 1 : 0, std::move(what)});
}

Read<double> Table::number(std::size_t column) const {
    if (const auto number = to_number(cells_[column])) return *number;
    return wrong(column,
                 fmt::format("{}: {} is no number", header_[column], shown(cells_[column])));
}

Read<bool> Table::next() {
    cells_.clear();
    unquoted_.clear();
    while (at_ < text_.size()) {
        line_ = next_line_;
        const void* found = std::memchr(text_.data() + at_, '\n', text_.size() - at_);
        const std::size_t end =
            found ? static_cast<std::size_t>(static_cast<const char*>(found) - text_.data())
                  : text_.size();
        std::string_view row = text_.substr(at_, end - at_);
        if (row.ends_with('\r')) row.remove_suffix(1);
        if (trim(row).empty()) {
            at_ = end + 1;
            ++next_line_;
            continue;
        }
        if (row.contains('"')) {
            if (auto read = read_quoted(); !read) return read;
        } else {
            for (;;) {
                const std::size_t stop = row.find(separator_);
                if (cells_.size() == max_columns) return wrong(max_columns, "too many columns");
                cells_.push_back(row.substr(0, stop));
                if (stop == std::string_view::npos) break;
                row.remove_prefix(stop + 1);
            }
            at_ = end + 1;
            ++next_line_;
        }
        for (std::size_t i = 0; i < cells_.size(); ++i)
            if (cells_[i].size() > max_cell_bytes) return wrong(i, "is longer than 4096 bytes");
        if (!header_.empty()) {
            if (cells_.size() > header_.size())
                return wrong(
                    header_.size(),
                    fmt::format("one cell more than the {} columns of the header", header_.size()));
            cells_.resize(header_.size());
        }
        return true;
    }
    return false;
}

Read<bool> Table::read_quoted() {
    for (;;) {
        if (cells_.size() == max_columns) return wrong(max_columns, "too many columns");
        const std::size_t column = cells_.size();
        if (at_ < text_.size() && text_[at_] == '"') {
            std::string& cell = unquoted_.emplace_back();
            for (++at_;; ++at_) {
                const std::size_t quote = text_.find('"', at_);
                if (quote == std::string_view::npos)
                    return wrong(column, "its quote is never closed");
                const std::string_view part = text_.substr(at_, quote - at_);
                cell += part;
                next_line_ += static_cast<std::size_t>(std::ranges::count(part, '\n'));
                at_ = quote + 1;
                if (at_ == text_.size() || text_[at_] != '"') break;
                cell += '"';
            }
            cells_.emplace_back(cell);
        } else {
            const char stops[] = {separator_, '\n', '"'};
            const std::size_t stop =
                std::min(text_.find_first_of(std::string_view(stops, 3), at_), text_.size());
            std::string_view cell = text_.substr(at_, stop - at_);
            if (cell.ends_with('\r')) cell.remove_suffix(1);
            cells_.push_back(cell);
            at_ = stop;
        }
        if (at_ < text_.size() && text_[at_] == separator_) {
            ++at_;
            continue;
        }
        if (text_.substr(at_).starts_with("\r\n")) ++at_;
        if (at_ >= text_.size() || text_[at_] == '\n') {
            ++at_;
            ++next_line_;
            return true;
        }
        return wrong(column, "a quote out of place");
    }
}

Read<engine::Tree> read_tree(const std::string& file) {
    if (file.empty()) return engine::Tree{};
    const auto text = read_text(file);
    if (!text) return std::unexpected(text.error());
    auto table = Table::open(file, *text);
    if (!table) return std::unexpected(table.error());
    const auto name = table->find({"name", "node", "competence"});
    const auto parent = table->find({"parent"});
    const auto loading = table->find({"loading", "lambda"});
    if (!name || !parent || !loading)
        return table->wrong(std::nullopt, "the header must name the columns name, parent, loading");
    std::vector<engine::Node> nodes;
    std::vector<std::string> parents;
    for (;;) {
        const auto more = table->next();
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        engine::Node node{std::string(trim(table->cell(name))), -1, 1};
        if (node.name.empty()) return table->wrong(name, "the node has no name");
        parents.emplace_back(trim(table->cell(parent)));
        if (!trim(table->cell(loading)).empty()) {
            const auto number = table->number(*loading);
            if (!number) return std::unexpected(number.error());
            node.loading = *number;
        } else if (!parents.back().empty()) {
            return table->wrong(loading, "a node below another needs its loading");
        }
        if (nodes.size() == 10'000) return table->wrong(std::nullopt, "more than 10000 nodes");
        nodes.push_back(std::move(node));
    }
    std::unordered_map<std::string_view, int> numbers;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        numbers.emplace(nodes[i].name, static_cast<int>(i));
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (parents[i].empty()) continue;
        const auto found = numbers.find(parents[i]);
        if (found == numbers.end())
            return std::unexpected(Problem{file, 0, 0,
                                           fmt::format("the parent {} of {} is no node",
                                                       shown(parents[i]), shown(nodes[i].name))});
        nodes[i].parent = found->second;
    }
    auto tree = engine::Tree::of(std::move(nodes));
    if (!tree) return std::unexpected(Problem{file, 0, 0, tree.error()});
    return std::move(*tree);
}

namespace {

// Where a bank has what.
struct BankColumns {
    explicit BankColumns(const Table& table)
        : item(table.find({"item", "name", "id", "item_id"})),
          model(table.find({"model", "type"})),
          node(table.find({"node", "competence", "skill", "trait", "dimension"})),
          a(table.find({"a", "slope", "discrimination", "a1"})),
          b(table.find({"b", "difficulty"})),
          d(table.find({"d", "intercept"})),
          c(table.find({"c", "guessing", "g"})),
          format(table.find({"format"})),
          level(table.find({"level"})),
          language(table.find({"language"})),
          stimulus(table.find({"stimulus", "set"})),
          enemies(table.find({"enemies", "enemy"})),
          seconds(table.find({"seconds", "time"})),
          timed(table.find({"timed"})),
          anchor(table.find({"anchor"})),
          se_a(table.find({"se_a"})),
          se_d(table.find({"se_d"})),
          beta(table.find({"time_beta", "beta"})),
          alpha(table.find({"time_alpha", "alpha"})) {
        const auto steps = [&](const char* letter, std::optional<std::size_t> single) {
            std::vector<std::size_t> found;
            if (single) found.push_back(*single);
            for (std::size_t k = 1; found.empty() || k < engine::max_categories; ++k) {
                const auto column = table.find({fmt::format("{}{}", letter, k)});
                if (!column) break;
                if (k == 1 && single) break;
                found.push_back(*column);
            }
            return found;
        };
        d_steps = steps("d", d);
        b_steps = steps("b", b);
    }
    std::optional<std::size_t> item, model, node, a, b, d, c, format, level, language, stimulus,
        enemies, seconds, timed, anchor, se_a, se_d, beta, alpha;
    std::vector<std::size_t> d_steps, b_steps;
};

bool blank(const Table& table, std::optional<std::size_t> column) {
    return trim(table.cell(column)).empty();
}

Read<engine::Item> read_item(const Table& table, const BankColumns& at, const engine::Tree* tree) {
    engine::Item item;
    item.name = at.item ? std::string(trim(table.cell(at.item))) : std::string{};
    if (at.item && item.name.empty()) return table.wrong(at.item, "the item has no name");
    if (at.a && !blank(table, at.a)) {
        const auto a = table.number(*at.a);
        if (!a) return std::unexpected(a.error());
        if (std::abs(*a) > 1000) return table.wrong(at.a, "a slope is between -1000 and 1000");
        item.a = *a;
    }
    const bool has_d =
        std::ranges::any_of(at.d_steps, [&](std::size_t i) { return !blank(table, i); });
    const auto& steps = has_d ? at.d_steps : at.b_steps;
    for (const std::size_t column : steps) {
        if (blank(table, column)) break;
        const auto value = table.number(column);
        if (!value) return std::unexpected(value.error());
        if (std::abs(*value) > 1e5) return table.wrong(column, "is beyond 100000");
        item.d.push_back(has_d ? *value : -item.a * *value);
    }
    if (item.d.empty())
        return table.wrong(steps.empty() ? std::nullopt : std::optional(steps.front()),
                           "the item has neither b nor d");
    if (at.c && !blank(table, at.c)) {
        const auto c = table.number(*at.c);
        if (!c) return std::unexpected(c.error());
        if (!(*c >= 0 && *c < 1)) return table.wrong(at.c, "a guessing parameter is in [0, 1)");
        item.c = *c;
    }
    const std::string model = at.model ? lower(table.cell(at.model)) : std::string{};
    if (model == "grm" || model == "graded")
        item.model = engine::Model::graded;
    else if (model == "gpcm" || model == "pcm" || model == "partial_credit")
        item.model = engine::Model::partial_credit;
    else if (!(model.empty() || model == "2pl" || model == "3pl" || model == "1pl" ||
               model == "rasch" || model == "logistic"))
        return table.wrong(
            at.model, fmt::format("{} is none of rasch, 1pl, 2pl, 3pl, grm, gpcm", shown(model)));
    if (item.model == engine::Model::logistic && item.d.size() > 1)
        return table.wrong(at.model, "an item of several steps needs its model: grm or gpcm");
    if (item.model != engine::Model::logistic && item.c != 0)
        return table.wrong(at.c, "only an item of two categories may have a guessing parameter");
    if (item.model == engine::Model::graded)
        for (std::size_t k = 1; k < item.d.size(); ++k)
            if (item.d[k] >= item.d[k - 1])
                return table.wrong(steps[k], "the steps of a graded item must be in order");
    if (tree && tree->size() > 1) {
        const std::string name{trim(table.cell(at.node))};
        item.node = tree->find(name);
        if (item.node < 0)
            return table.wrong(at.node, fmt::format("{} is no node of the tree", shown(name)));
    }
    return item;
}

}  // namespace

Read<Bank> read_bank(const std::string& file, const engine::Tree* tree) {
    const auto text = read_text(file);
    if (!text) return std::unexpected(text.error());
    auto table = Table::open(file, *text);
    if (!table) return std::unexpected(table.error());
    const BankColumns at(*table);
    if (at.b_steps.empty() && at.d_steps.empty())
        return table->wrong(std::nullopt, "the header must name a and b, or a and d (item,a,b)");
    if (tree && tree->size() > 1 && !at.node)
        return table->wrong(std::nullopt,
                            "with a tree the bank needs a column node (or competence)");
    Bank bank;
    std::unordered_map<std::string, std::size_t> lines;
    for (;;) {
        const auto more = table->next();
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        auto item = read_item(*table, at, tree);
        if (!item) return std::unexpected(item.error());
        if (!at.item) item->name = std::to_string(bank.items.size() + 1);
        if (const auto [same, is_new] = lines.try_emplace(item->name, table->line()); !is_new)
            return table->wrong(at.item, fmt::format("the item {} stands on line {} already",
                                                     shown(item->name), same->second));
        if (bank.items.size() == max_items)
            return table->wrong(std::nullopt, "more than a million items");
        const auto word = [&](std::optional<std::size_t> column) {
            return std::string(trim(table->cell(column)));
        };
        ItemFacts facts{.format = word(at.format),
                        .level = word(at.level),
                        .language = word(at.language),
                        .stimulus = word(at.stimulus),
                        .enemies = word(at.enemies),
                        .timed = is_true(word(at.timed)),
                        .anchor = is_true(word(at.anchor))};
        const auto optional_number = [&](std::optional<std::size_t> column, double low,
                                         auto keep) -> Read<bool> {
            if (!column) return true;
            double value = std::nan("");
            if (!blank(*table, column)) {
                const auto number = table->number(*column);
                if (!number) return std::unexpected(number.error());
                if (*number < low) return table->wrong(column, fmt::format("is below {}", low));
                value = *number;
            }
            keep(value);
            return true;
        };
        for (const auto& read :
             {optional_number(at.seconds, 0,
                              [&](double v) { facts.seconds = std::isnan(v) ? 0 : v; }),
              optional_number(at.se_a, 0, [&](double v) { bank.se_a.push_back(v); }),
              optional_number(at.se_d, 0, [&](double v) { bank.se_d.push_back(v); }),
              optional_number(at.beta, -100, [&](double v) { bank.time_beta.push_back(v); }),
              optional_number(at.alpha, 0, [&](double v) { bank.time_alpha.push_back(v); })})
            if (!read) return std::unexpected(read.error());
        bank.items.push_back(std::move(*item));
        bank.facts.push_back(std::move(facts));
    }
    if (bank.items.empty()) return table->wrong(std::nullopt, "the bank has no item");
    return bank;
}

namespace {

Read<Responses> read_wide(Table& table, const std::string& group) {
    Responses read;
    const auto person = table.find({"person", "id", "candidate"});
    std::optional<std::size_t> group_at;
    if (!group.empty()) group_at = table.find({lower(group)});
    if (!group.empty() && !group_at)
        return table.wrong(std::nullopt, "the header has no column " + shown(group));
    std::vector<std::size_t> columns;
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < table.header().size(); ++i) {
        const std::string name = lower(table.header()[i]);
        if (i == person || i == group_at || name == "theta") continue;
        const auto [same, is_new] = places.try_emplace(table.header()[i], i);
        if (!is_new)
            return table.wrong_at(1, i,
                                  fmt::format("{} stands in column {} already",
                                              shown(table.header()[i]), same->second + 1));
        columns.push_back(i);
        read.items.push_back(table.header()[i]);
    }
    read.begin.push_back(0);
    for (;;) {
        const auto more = table.next();
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto answer = to_answer(table.cells()[columns[i]]);
            if (!answer)
                return table.wrong(columns[i],
                                   shown(table.cells()[columns[i]]) + ' ' + what_answers_are);
            if (*answer == engine::missing) continue;
            read.item.push_back(static_cast<std::uint32_t>(i));
            read.answer.push_back(static_cast<std::int16_t>(*answer));
            read.line.push_back(static_cast<std::uint32_t>(table.line()));
        }
        read.begin.push_back(read.answer.size());
        read.persons.push_back(person ? std::string(trim(table.cell(person)))
                                      : std::to_string(read.persons.size() + 1));
        if (group_at) read.groups.emplace_back(trim(table.cell(group_at)));
    }
    return read;
}

Read<Responses> read_narrow(Table& table, const std::string& group) {
    const auto person = table.find({"person", "id", "candidate"});
    const auto item = table.find({"item"});
    const auto y = table.find({"y", "answer", "response", "score"});
    const auto time = table.find({"seconds", "time"});
    std::optional<std::size_t> group_at;
    if (!group.empty()) group_at = table.find({lower(group)});
    if (!person || !item || !y || (!group.empty() && !group_at))
        return table.wrong(std::nullopt, "the header must name the columns person, item, y" +
                                             (group.empty() ? "" : " and " + group));
    struct Line {
        std::uint32_t person;
        std::uint32_t item;
        std::uint32_t number;
        float seconds;
        std::int16_t answer;
    };
    std::vector<Line> lines;
    Names persons;
    Names items;
    Responses read;
    for (;;) {
        const auto more = table.next();
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        if (trim(table.cell(person)).empty()) return table.wrong(person, "no person");
        if (trim(table.cell(item)).empty()) return table.wrong(item, "no item");
        const auto answer = to_answer(table.cell(y));
        if (!answer) return table.wrong(y, shown(table.cell(y)) + ' ' + what_answers_are);
        const std::size_t known = persons.size();
        Line line{persons.number(trim(table.cell(person))), items.number(trim(table.cell(item))),
                  static_cast<std::uint32_t>(table.line()), 0, static_cast<std::int16_t>(*answer)};
        if (items.size() > max_items) return table.wrong(item, "more than a million items");
        if (group_at && persons.size() > known)
            read.groups.emplace_back(trim(table.cell(group_at)));
        if (group_at && read.groups[line.person] != trim(table.cell(group_at)))
            return table.wrong(group_at, "this person was in the group " +
                                             shown(read.groups[line.person]) + " before");
        if (time && !blank(table, time)) {
            const auto seconds = table.number(*time);
            if (!seconds) return std::unexpected(seconds.error());
            if (*seconds < 0) return table.wrong(time, "a time is not below 0");
            line.seconds = static_cast<float>(*seconds);
        }
        if (line.answer != engine::missing) lines.push_back(line);
    }
    read.persons = persons.texts();
    read.items = items.texts();
    // Person by person, each in the order of the file.
    read.begin.assign(persons.size() + 1, 0);
    for (const Line& line : lines) ++read.begin[line.person + 1];
    for (std::size_t i = 0; i < persons.size(); ++i) read.begin[i + 1] += read.begin[i];
    std::vector<std::size_t> next(read.begin.begin(), read.begin.end() - 1);
    read.item.resize(lines.size());
    read.answer.resize(lines.size());
    read.line.resize(lines.size());
    if (time) read.seconds.resize(lines.size());
    for (const Line& line : lines) {
        const std::size_t at = next[line.person]++;
        read.item[at] = line.item;
        read.answer[at] = line.answer;
        read.line[at] = line.number;
        if (time) read.seconds[at] = line.seconds;
    }
    std::vector<std::size_t> answered(items.size(), SIZE_MAX);  // where, by the latest who did
    for (std::size_t p = 0; p < persons.size(); ++p)
        for (std::size_t at = read.begin[p]; at < read.begin[p + 1]; ++at) {
            std::size_t& before = answered[read.item[at]];
            if (before != SIZE_MAX && before >= read.begin[p])
                return table.wrong_at(
                    read.line[at], item,
                    fmt::format("{} answered the item {} on line {} already",
                                shown(read.persons[p]), shown(read.items[read.item[at]]),
                                read.line[before]));
            before = at;
        }
    return read;
}

}  // namespace

Read<Responses> read_responses(const std::string& file, Layout layout, const std::string& group) {
    const auto text = read_text(file);
    if (!text) return std::unexpected(text.error());
    auto table = Table::open(file, *text);
    if (!table) return std::unexpected(table.error());
    if (layout == Layout::automatic)
        layout = table->find({"person", "id", "candidate"}) && table->find({"item"}) &&
                         table->find({"y", "answer", "response", "score"})
                     ? Layout::narrow
                     : Layout::wide;
    return layout == Layout::narrow ? read_narrow(*table, group) : read_wide(*table, group);
}

}  // namespace psychometrics
