// SPDX-License-Identifier: EUPL-1.2
#include "items/checks.hpp"

#include "base/text.hpp"
#include "items/parameters.hpp"
#include "items/screen.hpp"
#include "items/tree.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <span>

namespace items {
namespace json = boost::json;
namespace {

using Keys = std::span<const std::string_view>;
using Value = std::pair<std::string, std::string>;

struct Shape {
    Format format;
    std::string_view key;  // of the table that holds what is answered
    std::size_t fewest, most;
};
constexpr Shape shapes[] = {
    {Format::single, "options", 4, 4}, {Format::multiple, "options", 4, 7},
    {Format::text, "answer", 1, 1},    {Format::fields, "fields", 2, 5},
    {Format::order, "steps", 4, 7},    {Format::match, "pairs", 3, 7},
    {Format::zone, "zones", 3, 8},     {Format::settings, "controls", 2, 8}};

const Shape& shape_of(Format format) {
    return *std::ranges::find(shapes, format, &Shape::format);
}

constexpr std::string_view top_keys[] = {
    "level",   "format",     "intent",     "source", "review_by", "stem",    "phone", "seconds",
    "enemies", "keep_order", "options",    "answer", "fields",    "steps",   "pairs", "others",
    "zones",   "controls",   "parameters", "screen", "file",      "feedback"};
constexpr std::string_view answer_keys[] = {"label", "kind",  "accept", "compute", "column",
                                            "where", "slips", "within", "wrong"};

// What a file of this kind is made from.
struct FileKind {
    std::string_view name;
    std::string_view from[2];
};
constexpr FileKind file_kinds[] = {
    {"txt", {"text", ""}},       {"log", {"text", "table"}}, {"eml", {"text", ""}},
    {"html", {"text", ""}},      {"json", {"text", ""}},     {"xml", {"text", ""}},
    {"ics", {"text", ""}},       {"md", {"text", ""}},       {"svg", {"text", ""}},
    {"csv", {"table", ""}},      {"ods", {"table", ""}},     {"odt", {"paragraphs", ""}},
    {"pdf", {"paragraphs", ""}}, {"jpeg", {"caption", ""}},  {"png", {"caption", ""}}};

constexpr int longest_seconds = 1800;
constexpr double hard_to_read = 20;

class Checker {
public:
    explicit Checker(const Source& source) : source_(source), tree_(*source.tree) {}

    std::vector<Problem> all() {
        only(tree_, top_keys, "");
        for (const std::string_view key : {"level", "format", "intent", "source", "stem"})
            need(tree_, key, "");
        const auto level = tree::integer(tree_, "level");
        if (tree::find(tree_, "level") && (level < 1 || level > 8)) say("level", "level");
        const auto format = find_format(tree::text(tree_, "format"));
        if (!format) {
            if (tree::find(tree_, "format")) say("format", "format");
            return std::move(problems_);
        }
        head();
        const Shape& shape = shape_of(*format);
        for (const Shape& other : shapes)
            if (other.key != shape.key && tree::find(tree_, other.key))
                say(std::string(other.key), "not_of_format");
        if (tree::find(tree_, "others") && *format != Format::match) say("others", "not_of_format");
        if (const json::value* body = tree::find(tree_, shape.key))
            answered(shape, *body);
        else
            say(std::string(shape.key), "missing");
        screen(*format);
        file();
        if ((tree::find(tree_, "screen") || tree::find(tree_, "file")) &&
            !tree::find(tree_, "parameters"))
            say("parameters", "parameters_missing");
        wording();
        return std::move(problems_);
    }

private:
    void say(std::string path, const char* key, std::vector<Value> values = {},
             bool serious = true) {
        values.emplace_back("key", path);
        problems_.push_back({source_.line_of(path),
                             {std::string("items.problem.") + key, std::move(path), values},
                             serious});
    }
    static std::string below(const std::string& path, std::string_view key) {
        return path.empty() ? std::string(key) : path + "." + std::string(key);
    }
    void only(const json::object& object, Keys keys, const std::string& path) {
        for (const auto& [key, value] : object)
            if (std::ranges::find(keys, std::string_view(key.data(), key.size())) == keys.end())
                say(below(path, std::string_view(key.data(), key.size())), "key_unknown");
    }
    void only(const json::object& object, std::initializer_list<std::string_view> keys,
              const std::string& path) {
        only(object, Keys(keys.begin(), keys.size()), path);
    }
    // A text that is there and not empty.
    bool need(const json::object& object, std::string_view key, const std::string& path,
              bool serious = true) {
        if (!base::trim(tree::text(object, key)).empty()) return true;
        say(below(path, key), "missing", {}, serious);
        return false;
    }

    void head() {
        if (tree::find(tree_, "review_by") && !base::parse_iso_date(tree::text(tree_, "review_by")))
            say("review_by", "no_date");
        const auto seconds = tree::integer(tree_, "seconds", 1);
        if (seconds < 1 || seconds > longest_seconds) say("seconds", "seconds");
        for (const char* key : {"phone", "keep_order"})
            if (const json::value* flag = tree::find(tree_, key); flag && !flag->is_bool())
                say(key, "no_flag");
        for (const std::string& enemy : tree::texts(tree_, "enemies"))
            if (code_of(enemy) != enemy) say("enemies", "enemy", {{"value", enemy}});
        const json::object& feedback = tree::table(tree_, "feedback");
        only(feedback, {"text", "learn"}, "feedback");
        need(feedback, "text", "feedback");
        if (need(feedback, "learn", "feedback")) {
            const std::string link = tree::text(feedback, "learn");
            const auto host = link.starts_with("https://") ? link.substr(8) : std::string{};
            if (host.find('.') == std::string::npos || host.find(' ') != std::string::npos)
                say("feedback.learn", "link", {{"value", link}});
        }
    }

    void answered(const Shape& shape, const json::value& body) {
        const std::string key(shape.key);
        if (shape.format == Format::text) {
            if (!body.is_object()) return say(key, "no_table");
            return typed(body.get_object(), key, false);
        }
        if (!body.is_array()) return say(key, "no_list");
        const json::array& list = body.get_array();
        if (list.size() < shape.fewest || list.size() > shape.most)
            say(key, "count",
                {{"found", std::to_string(list.size())},
                 {"fewest", std::to_string(shape.fewest)},
                 {"most", std::to_string(shape.most)}});
        std::size_t rights = 0, set_right = 0;
        std::set<std::string> right_sides;
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string path = key + "[" + std::to_string(i + 1) + "]";
            if (!list[i].is_object()) {
                say(path, "no_table");
                continue;
            }
            const json::object& one = list[i].get_object();
            switch (shape.format) {
                case Format::single:
                case Format::multiple:
                case Format::zone:
                    only(one, {"text", "right", "why", "id", "label"}, path);
                    need(one, shape.format == Format::zone ? "label" : "text", path);
                    if (shape.format == Format::zone) need(one, "id", path);
                    need(one, "why", path);
                    if (const json::value* right = tree::find(one, "right");
                        right && !right->is_bool())
                        say(path + ".right", "no_flag");
                    rights += tree::flag(one, "right") ? 1 : 0;
                    break;
                case Format::fields:
                    typed(one, path, true);
                    break;
                case Format::order:
                    only(one, {"text", "why"}, path);
                    need(one, "text", path);
                    need(one, "why", path, false);
                    break;
                case Format::match:
                    only(one, {"left", "right", "why"}, path);
                    need(one, "left", path);
                    if (need(one, "right", path)) right_sides.insert(tree::text(one, "right"));
                    need(one, "why", path, false);
                    break;
                case Format::settings:
                    set_right += control(one, path) ? 1 : 0;
                    break;
                case Format::text:
                    break;
            }
        }
        if ((shape.format == Format::single || shape.format == Format::zone) && rights != 1)
            say(key, "one_right", {{"found", std::to_string(rights)}});
        if (shape.format == Format::multiple && (rights < 2 || rights == list.size()))
            say(key, "several_right", {{"found", std::to_string(rights)}});
        if (shape.format == Format::match) {
            for (const std::string& other : tree::texts(tree_, "others")) right_sides.insert(other);
            if (right_sides.size() < 2) say(key, "one_right_side");
        }
        if (shape.format == Format::settings && !list.empty() && set_right == list.size())
            say(key, "right_from_start");
    }

    // Is it right as it stands at the start?
    bool control(const json::object& one, const std::string& path) {
        only(one, {"label", "choices", "start", "right", "why"}, path);
        bool whole = true;
        for (const char* key : {"label", "start", "why"}) whole = need(one, key, path) && whole;
        const auto choices = tree::texts(one, "choices");
        if (choices.size() < 2) say(path + ".choices", "choices");
        auto rights = tree::texts(one, "right");
        if (rights.empty() && need(one, "right", path)) rights.push_back(tree::text(one, "right"));
        const std::string start = tree::text(one, "start");
        for (const std::string& value : rights)
            if (std::ranges::find(choices, value) == choices.end())
                say(path + ".right", "no_choice", {{"value", value}});
        if (whole && std::ranges::find(choices, start) == choices.end())
            say(path + ".start", "no_choice", {{"value", start}});
        return std::ranges::find(rights, start) != rights.end();
    }

    void typed(const json::object& answer, const std::string& path, bool labelled) {
        only(answer, answer_keys, path);
        if (labelled) need(answer, "label", path);
        constexpr std::string_view kinds[] = {"text", "number", "date", "code"};
        const std::string kind = tree::text(answer, "kind");
        if (std::ranges::find(kinds, kind) == std::end(kinds)) say(path + ".kind", "kind");
        const json::value* accept = tree::find(answer, "accept");
        const bool computed = tree::find(answer, "compute") != nullptr;
        if ((accept != nullptr) == computed) say(path + ".accept", "accept_or_compute");
        if (accept != nullptr) {
            const bool texts = accept->is_array() && !accept->get_array().empty() &&
                               std::ranges::all_of(accept->get_array(), [](const json::value& one) {
                                   return one.is_string();
                               });
            if (!texts) say(path + ".accept", "accept");
        }
        if (computed && tree::table(tree::table(tree_, "file"), "table").empty())
            say(path + ".compute", "no_table");
        const auto slips = tree::integer(answer, "slips");
        if (slips < 0 || slips > 2 || (slips > 0 && kind != "text")) say(path + ".slips", "slips");
        const json::array& wrong = tree::list(answer, "wrong");
        for (std::size_t i = 0; i < wrong.size(); ++i) {
            const std::string inner = path + ".wrong[" + std::to_string(i + 1) + "]";
            only(tree::table(wrong[i]), {"text", "why"}, inner);
            need(tree::table(wrong[i]), "text", inner);
            need(tree::table(wrong[i]), "why", inner);
        }
    }

    void screen(Format format) {
        const json::value* given = tree::find(tree_, "screen");
        if (given == nullptr) {
            if (format == Format::zone) say("screen", "zone_screen");
            return;
        }
        const json::object& screen = tree::table(*given);
        const std::string name = tree::text(screen, "kind");
        const auto kind = std::ranges::find(screen_kinds(), name, &ScreenKind::name);
        if (kind == screen_kinds().end()) return say("screen.kind", "screen_kind");
        if (!tree::find(screen, kind->holds)) return say(below("screen", kind->holds), "missing");
        for (const auto& [key, value] : screen) {
            const std::string_view word(key.data(), key.size());
            if (word != "kind" && word != kind->holds &&
                std::ranges::find(kind->keys, word) == kind->keys.end())
                say(below("screen", word), "not_shown", {}, false);
        }
        const json::array& entries = tree::list(screen, kind->holds);
        for (std::size_t i = 0; i < entries.size() && !kind->entry_keys.empty(); ++i)
            for (const auto& [key, value] : tree::table(entries[i])) {
                const std::string_view word(key.data(), key.size());
                if (std::ranges::find(kind->entry_keys, word) == kind->entry_keys.end())
                    say("screen." + std::string(kind->holds) + "[" + std::to_string(i + 1) + "]." +
                            std::string(word),
                        "not_shown", {}, false);
            }
    }

    void file() {
        const json::value* given = tree::find(tree_, "file");
        if (given == nullptr) return;
        const json::object& file = tree::table(*given);
        only(file, {"name", "kind", "text", "table", "paragraphs", "properties", "caption"},
             "file");
        need(file, "name", "file");
        const std::string name = tree::text(file, "kind");
        const auto* kind = std::ranges::find(file_kinds, name, &FileKind::name);
        if (kind == std::end(file_kinds)) return say("file.kind", "file_kind");
        if (!tree::find(file, kind->from[0]) &&
            (kind->from[1].empty() || !tree::find(file, kind->from[1])))
            say(below("file", kind->from[0]), "missing");
        if (tree::find(file, "table"))
            only(tree::table(file, "table"), {"rows", "columns", "plant", "line"}, "file.table");
    }

    void wording() {
        const std::string stem = tree::text(tree_, "stem");
        std::string prose;  // without `code`
        bool code = false;
        for (const char c : stem)
            if (c == '`')
                code = !code;
            else if (!code)
                prose += c;
        for (auto at = prose.find('\''); at != std::string::npos; at = prose.find('\'', at + 1))
            if (at > 0 && at + 1 < prose.size() && letter(prose[at - 1]) && letter(prose[at + 1])) {
                say("stem", "apostrophe");
                break;
            }
        const std::string all = base::fold(json::serialize(tree_));
        for (const char* phrase :
             {"toutes les reponses", "aucune de ces reponses", "toutes ces reponses"})
            if (all.find(phrase) != std::string::npos)
                say("options", "all_of_the_above", {{"value", phrase}});
        if (reading_ease(prose) < hard_to_read) say("stem", "hard_to_read", {}, false);
    }
    static bool letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               static_cast<unsigned char>(c) >= 0x80;
    }

    const Source& source_;
    const json::object& tree_;
    std::vector<Problem> problems_;
};

// What a candidate must find, in words: the same for two variants whose answers are.
std::string key_of(const Variant& variant) {
    json::array key;
    std::vector<std::string> texts;
    for (const Option& option : variant.options)
        if (option.right) texts.push_back(option.text);
    for (const Left& left : variant.lefts)
        texts.push_back(left.text + "\n" + variant.rights[static_cast<std::size_t>(left.right)]);
    for (const Step& step : variant.steps)
        texts.push_back(std::to_string(step.place) + "\n" + step.text);
    std::ranges::sort(texts);
    for (std::string& text : texts) key.emplace_back(std::move(text));
    for (const Field& field : variant.fields)
        for (const std::string& accepted : field.accept) key.emplace_back(accepted);
    for (const Control& control : variant.controls)
        for (const int right : control.right)
            key.emplace_back(control.label + "\n" +
                             control.choices[static_cast<std::size_t>(right)]);
    return json::serialize(key);
}

std::string shown_of(const Variant& variant) {
    std::string shown = key_of(variant);
    for (const Option& option : variant.options) shown += option.text;
    if (variant.screen) shown += json::serialize(*variant.screen);
    if (variant.file) shown += tree::text(*variant.file, "text");
    return shown;
}

// A zone that no part of the screen carries; "" when there is none, or the screen has no parts.
std::string zone_not_shown(const Variant& variant) {
    const std::string name = tree::text(*variant.screen, "kind");
    const auto kind = std::ranges::find(screen_kinds(), name, &ScreenKind::name);
    if (kind == screen_kinds().end() || kind->entry_keys.empty()) return {};
    std::set<std::string> shown;
    for (const json::value& entry : tree::list(*variant.screen, kind->holds))
        shown.insert(tree::text(tree::table(entry), "zone"));
    for (const Option& zone : variant.options)
        if (!shown.contains(zone.id)) return zone.id;
    return {};
}

constexpr std::uint64_t variants_to_check = 25, fewest_to_check = 5;
constexpr std::size_t most_cells_to_check = 20'000;  // of all of them together, beyond the fewest

}  // namespace

double reading_ease(std::string_view text) {
    const std::string folded = base::fold(text);
    std::size_t words = 0, sentences = 0, syllables = 0;
    bool in_word = false, in_vowels = false, counted = true;
    for (const char c : folded) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        const bool vowel = letter && std::string_view{"aeiouy"}.find(c) != std::string_view::npos;
        if (letter && !in_word) ++words;
        if (vowel && !in_vowels) ++syllables;
        in_word = letter;
        in_vowels = vowel;
        if (letter) counted = false;
        if ((c == '.' || c == '?' || c == '!' || c == ':' || c == ';' || c == '\n') && !counted) {
            ++sentences;
            counted = true;
        }
    }
    if (!counted) ++sentences;
    if (words == 0) return 100;
    return 207 - 1.015 * static_cast<double>(words) / static_cast<double>(sentences) -
           73.6 * static_cast<double>(syllables) / static_cast<double>(words);
}

std::vector<Problem> check_source(const Source& source) {
    return Checker(source).all();
}

void check_variants(const Item& item, const Source& source, std::vector<Problem>& problems) {
    const auto say = [&](base::Reason reason, bool serious) {
        reason.values.emplace_back("key", reason.field);
        problems.push_back({source.line_of(reason.field), std::move(reason), serious});
    };
    std::set<std::string> keys, shown;
    std::size_t cells = 0;
    for (std::uint64_t seed = 0; seed < variants_to_check; ++seed) {
        if (seed >= fewest_to_check && cells > most_cells_to_check) break;
        const auto variant = draw(item, seed);
        if (!variant) return say(variant.error().reasons.front(), true);
        if (variant->table) cells += variant->table->rows.size() * variant->table->columns.size();
        Random random(seed, "parameters");
        const auto values = draw_values(tree::table(*item.tree, "parameters"), random);
        for (const auto& [key, value] : *item.tree) {
            if (key == "parameters") continue;
            json::value filled = fill(value, *values);
            if (key == "file" && filled.is_object()) filled.get_object().erase("table");
            if (const Unfilled left = find_unfilled(filled, std::string(key)); !left.name.empty())
                return say({"items.problem.unfilled", left.path, {{"value", left.name}}}, true);
        }
        std::set<std::string> texts;
        for (const Option& option : variant->options)
            if (!texts.insert(base::fold(base::trim(option.text))).second)
                return say({"items.problem.alike",
                            item.format == Format::zone ? "zones" : "options",
                            {{"value", option.text}}},
                           true);
        if (item.format == Format::zone && variant->screen)
            if (const std::string zone = zone_not_shown(*variant); !zone.empty())
                return say({"items.problem.zone_not_shown", "zones", {{"value", zone}}}, false);
        keys.insert(key_of(*variant));
        shown.insert(shown_of(*variant));
    }
    if (!item.is_done()) return;
    if (shown.size() < 2)
        say({"items.problem.same_for_all", "parameters", {}}, true);
    else if (keys.size() < 2)
        say({"items.problem.same_answer", "parameters", {}}, false);
}

}  // namespace items
