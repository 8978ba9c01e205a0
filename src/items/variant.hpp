// SPDX-License-Identifier: EUPL-1.2
// What one candidate is shown of an item: parameters drawn, options shuffled, the file made. All of
// it follows from the item's text and a seed, so nothing but these two needs to be kept.
#pragma once
#include "base/result.hpp"
#include "items/item.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {
class Form;
}

namespace items {

// An option of single and multiple, a zone; in the order shown.
struct Option {
    std::string id;  // of a zone, as its screen names it
    std::string text;
    bool right = false;
    std::string why;
};
// A step of order, in the order shown.
struct Step {
    std::string text, why;
    int place = 0;  // where it belongs, from 1
};
// A left side of match.
struct Left {
    std::string text, why;
    int right = 0;  // position among the right sides shown
};
enum class AnswerKind { text, number, date, code };
// What is typed: the one answer of text, one of fields.
struct Field {
    std::string label;  // "" for text
    AnswerKind kind = AnswerKind::text;
    std::vector<std::string> accept;
    double within = 0;  // of a number
    int slips = 0;      // typing slips that do not count, of a text
    struct Wrong {
        std::string text, why;
    };
    std::vector<Wrong> wrong;  // mistakes that people make
};
struct Control {
    std::string label;
    std::vector<std::string> choices;
    int start = 0;  // positions among the choices
    std::vector<int> right;
    std::string why;
};

// Rows of a table made for the candidate, and its columns.
struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
    // "count", "sum", "max", "min", "average", "distinct", "first", "last" of the rows that fit all
    // conditions ("Département = Gers", "Montant > 100"). Refuses, with a message under
    // "items.problem.", a condition or column that it does not know, a cell that is no number.
    base::Result<std::string> compute(std::string_view function, std::string_view column,
                                      const std::vector<std::string>& where) const;
};

struct Variant {
    std::string code;
    Format format = Format::single;
    std::string stem;
    std::vector<Option> options;      // single, multiple, zone
    std::vector<Step> steps;          // order
    std::vector<Left> lefts;          // match
    std::vector<std::string> rights;  // match
    std::vector<Field> fields;        // text (one), fields
    std::vector<Control> controls;    // settings
    std::string feedback, learn;
    std::shared_ptr<const boost::json::object> screen;  // none: null
    std::shared_ptr<const boost::json::object> file;    // none: null
    std::optional<Table> table;                         // of the file
};

// The one way to draw: the same text and seed give the same variant on every machine. Refuses, with
// a message under "items.problem.", a text whose parameters do not work; one that read_item() took
// works.
base::Result<Variant> draw(const Item&, std::uint64_t seed);
// What of it an answer is read by and held against; the rest is empty. A third of the time.
base::Result<Variant> draw_key(const Item&, std::uint64_t seed);

struct MadeFile {
    std::string name, content_type, content;
};
// What the candidate downloads; nothing where the item has no file.
std::optional<MadeFile> make_file(const Variant&);

// What somebody answered. `values`: single, zone: the position shown, from 0; multiple: those
// positions; text, fields: what was typed; order: the place (from 1) given to each step shown;
// match: the position of the right side given to each left one; settings: the position of the
// choice of each control.
struct Answer {
    bool unknown = false;  // "I do not know"
    std::vector<std::string> values = {};
    friend bool operator==(const Answer&, const Answer&) = default;
};
// From a form of the question template: fields `answer` (may repeat), `answer-0`, `answer-1` …,
// `unknown`. Refuses an answer that is not complete or names what was not shown, with the field.
base::Result<Answer> read_answer(const Variant&, const http::Form&);
// As one text, and back: how an answer is kept.
std::string written(const Answer&);
Answer read_written(std::string_view);

struct Checked {
    bool right = false;
    std::vector<bool> parts;  // of options, steps, left sides, fields or controls
};
Checked check(const Variant&, const Answer&);
// An answer that is right, and one that is wrong: for tests, previews and simulated candidates.
Answer right_answer(const Variant&);
Answer wrong_answer(const Variant&);

struct QuestionOptions {
    std::string file_url = {};       // of the download; "" shows none
    const Answer* answer = nullptr;  // to be shown again in the form
};
// The value of the template items/question, without the key. The whole of what a browser gets.
boost::json::object question_view(const Variant&, const QuestionOptions& = {});
// The value of the template items/explanation: each part with what was answered, what is right and
// why; feedback, and where to learn more. Without an answer: the key.
boost::json::object explanation_view(const Variant&, const Answer*);

}  // namespace items
