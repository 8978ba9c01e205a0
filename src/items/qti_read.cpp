// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"
#include "items/qti.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <functional>
#include <set>

namespace items {
namespace {

constexpr std::size_t largest_qti = std::size_t{512} * 1024;

base::Error refusal(const char* key, std::string element = {}, std::string section = {},
                    std::string what = {}) {
    return {base::ErrorKind::invalid, base::Reason{key,
                                                   "file",
                                                   {{"element", std::move(element)},
                                                    {"section", std::move(section)},
                                                    {"what", std::move(what)}}}};
}

// A basic string of TOML.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out.append("\\").append(1, c);
        else if (c == '\n')
            out += "\\n";
        else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)
            out += c;
    }
    return out + "\"";
}

bool is(const pugi::xml_node& node, std::string_view name) {
    return name == node.name();
}

bool is_interaction(const pugi::xml_node& node) {
    return std::string_view{node.name()}.ends_with("-interaction");
}

// The words of an element, without those of feedback and interactions in it; spaces as one.
std::string words_of(const pugi::xml_node& node) {
    std::string raw;
    const std::function<void(const pugi::xml_node&)> walk = [&](const pugi::xml_node& at) {
        for (const pugi::xml_node child : at.children()) {
            if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
                raw += child.value();
            else if (is(child, "code"))
                raw += "`" + std::string(child.text().get()) + "`";
            else if (!is_interaction(child) && !is(child, "qti-feedback-inline"))
                walk(child);
        }
    };
    walk(node);
    std::string out;
    for (const char c : raw) {
        const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!space)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    return std::string(base::trim(out));
}

std::string why_of(const pugi::xml_node& choice) {
    return words_of(choice.child("qti-feedback-inline"));
}

class Reader {
public:
    explicit Reader(const pugi::xml_node& root) : root_(root) {}

    base::Result<std::string> all() {
        const pugi::xml_node body = root_.child("qti-item-body");
        collect(body);
        if (found_.empty()) return base::unexpected(refusal("items.qti.no_interaction"));
        const std::string kind = found_.front().name();
        for (const pugi::xml_node& one : found_)
            if (kind != one.name()) return base::unexpected(refusal("items.qti.mixed", one.name()));
        const bool several =
            kind == "qti-text-entry-interaction" || kind == "qti-inline-choice-interaction";
        if (found_.size() > 1 && !several)
            return base::unexpected(refusal("items.qti.mixed", kind));
        if (kind == "qti-choice-interaction" || kind == "qti-hotspot-interaction")
            choices();
        else if (kind == "qti-order-interaction")
            steps();
        else if (kind == "qti-match-interaction")
            pairs();
        else if (kind == "qti-text-entry-interaction")
            fields();
        else if (kind == "qti-inline-choice-interaction")
            controls();
        else
            return base::unexpected(refusal("items.qti.unknown_interaction", kind));
        return head() + tables_ + tail();
    }

private:
    void collect(const pugi::xml_node& node) {
        for (const pugi::xml_node child : node.children()) {
            if (is_interaction(child)) found_.push_back(child);
            collect(child);
        }
    }
    pugi::xml_node declaration_of(const pugi::xml_node& interaction) const {
        return root_.find_child_by_attribute("qti-response-declaration", "identifier",
                                             interaction.attribute("response-identifier").value());
    }
    std::vector<std::string> right_of(const pugi::xml_node& interaction) const {
        std::vector<std::string> right;
        for (const pugi::xml_node value :
             declaration_of(interaction).child("qti-correct-response").children("qti-value"))
            right.emplace_back(base::trim(value.text().get()));
        return right;
    }

    void choices() {
        const auto right = right_of(found_.front());
        format_ = right.size() > 1 ? "multiple" : "single";
        for (const pugi::xml_node choice : found_.front().children()) {
            const bool hotspot = is(choice, "qti-hotspot-choice");
            if (!hotspot && !is(choice, "qti-simple-choice")) continue;
            const std::string text =
                hotspot ? choice.attribute("hotspot-label").value() : words_of(choice);
            tables_ += "[[options]]\ntext = " + quoted(text) + "\n";
            if (std::ranges::find(right, choice.attribute("identifier").value()) != right.end())
                tables_ += "right = true\n";
            tables_ += "why = " + quoted(why_of(choice)) + "\n";
        }
    }
    void steps() {
        format_ = "order";
        for (const std::string& name : right_of(found_.front())) {
            const pugi::xml_node choice =
                found_.front().find_child_by_attribute("identifier", name.c_str());
            tables_ += "[[steps]]\ntext = " + quoted(words_of(choice)) +
                       "\nwhy = " + quoted(why_of(choice)) + "\n";
        }
    }
    void pairs() {
        format_ = "match";
        const pugi::xml_node lefts = found_.front().child("qti-simple-match-set");
        const pugi::xml_node rights = lefts.next_sibling("qti-simple-match-set");
        std::set<std::string> used;
        for (const std::string& pair : right_of(found_.front())) {
            const auto space = pair.find(' ');
            if (space == std::string::npos) continue;
            const pugi::xml_node left =
                lefts.find_child_by_attribute("identifier", pair.substr(0, space).c_str());
            const pugi::xml_node right =
                rights.find_child_by_attribute("identifier", pair.substr(space + 1).c_str());
            used.insert(pair.substr(space + 1));
            tables_ += "[[pairs]]\nleft = " + quoted(words_of(left)) +
                       "\nright = " + quoted(words_of(right)) + "\nwhy = \"\"\n";
        }
        std::string others;
        for (const pugi::xml_node right : rights.children("qti-simple-associable-choice"))
            if (!used.contains(right.attribute("identifier").value()))
                others += (others.empty() ? "" : ", ") + quoted(words_of(right));
        if (!others.empty()) more_ = "others = [" + others + "]\n";
    }
    void fields() {
        format_ = found_.size() > 1 ? "fields" : "text";
        for (const pugi::xml_node& entry : found_) {
            const pugi::xml_node declaration = declaration_of(entry);
            const std::string_view type = declaration.attribute("base-type").value();
            std::vector<std::string> accept = right_of(entry);
            for (const pugi::xml_node mapped :
                 declaration.child("qti-mapping").children("qti-map-entry"))
                if (mapped.attribute("mapped-value").as_double() > 0 &&
                    std::ranges::find(accept, mapped.attribute("map-key").value()) == accept.end())
                    accept.emplace_back(mapped.attribute("map-key").value());
            tables_ += format_ == "fields"
                           ? "[[fields]]\nlabel = " + quoted(words_of(entry.parent())) + "\n"
                           : "[answer]\n";
            tables_ +=
                type == "float" || type == "integer" ? "kind = \"number\"\n" : "kind = \"text\"\n";
            std::string list;
            for (const std::string& one : accept) list += (list.empty() ? "" : ", ") + quoted(one);
            tables_ += "accept = [" + list + "]\n";
            labels_.insert(words_of(entry.parent()));
        }
    }
    void controls() {
        format_ = "settings";
        for (const pugi::xml_node& control : found_) {
            const auto right = right_of(control);
            std::string list, key, start;
            for (const pugi::xml_node choice : control.children("qti-inline-choice")) {
                const std::string text = quoted(words_of(choice));
                list += (list.empty() ? "" : ", ") + text;
                if (std::ranges::find(right, choice.attribute("identifier").value()) != right.end())
                    key = text;
                else if (start.empty())
                    start = text;
            }
            tables_ += "[[controls]]\nlabel = " + quoted(words_of(control.parent())) +
                       "\nchoices = [" + list + "]\nstart = " + (start.empty() ? "\"\"" : start) +
                       "\nright = " + (key.empty() ? "\"\"" : key) + "\nwhy = \"\"\n";
            labels_.insert(words_of(control.parent()));
        }
    }

    // Paragraphs of the body, and the prompts.
    std::string stem() const {
        std::string out;
        const auto add = [&](const std::string& words) {
            if (!words.empty() && !labels_.contains(words))
                out += (out.empty() ? "" : "\n\n") + words;
        };
        const std::function<void(const pugi::xml_node&)> walk = [&](const pugi::xml_node& node) {
            for (const pugi::xml_node child : node.children()) {
                if (is(child, "p") || is(child, "li") || is(child, "qti-prompt") ||
                    is(child, "td") || is(child, "dt"))
                    add(words_of(child));
                else if (child.type() == pugi::node_pcdata)
                    add(std::string(base::trim(child.value())));
                else if (!is(child, "qti-simple-choice") && !is(child, "qti-simple-match-set") &&
                         !is(child, "qti-hotspot-choice"))
                    walk(child);
            }
        };
        walk(root_.child("qti-item-body"));
        return out;
    }
    std::string head() const {
        const std::string label = root_.attribute("label").value();
        const auto level =
            label.starts_with("level-") ? base::to_integer(label.substr(6)) : std::nullopt;
        return "level = " + std::to_string(level.value_or(3)) + "\nformat = \"" + format_ +
               "\"\nintent = " + quoted(root_.attribute("title").value()) +
               "\nsource = \"\"\nstem = " + quoted(stem()) + "\n" + more_;
    }
    std::string tail() const {
        const pugi::xml_node feedback = root_.child("qti-modal-feedback");
        std::string text;
        std::string link;
        const std::function<void(const pugi::xml_node&)> walk = [&](const pugi::xml_node& node) {
            for (const pugi::xml_node child : node.children())
                if (const pugi::xml_node anchor = child.child("a")) {
                    if (link.empty()) link = anchor.attribute("href").value();
                } else if (is(child, "p")) {
                    text += (text.empty() ? "" : "\n\n") + words_of(child);
                } else {
                    walk(child);
                }
        };
        walk(feedback);
        return "[feedback]\ntext = " + quoted(text) + "\nlearn = " + quoted(link) + "\n";
    }

    pugi::xml_node root_;
    std::vector<pugi::xml_node> found_;
    std::set<std::string> labels_;  // told beside their fields, not in the stem
    std::string format_, tables_, more_;
};

}  // namespace

base::Result<std::string> read_qti(std::string_view xml) {
    if (xml.size() > largest_qti)
        return base::unexpected(
            base::Error{base::ErrorKind::too_large, "items.qti.too_large", "file"});
    if (xml.starts_with("PK\3\4")) return base::unexpected(refusal("items.qti.archive"));
    if (!base::is_utf8(xml)) return base::unexpected(refusal("items.qti.no_utf8"));
    if (const auto problems = check_qti(xml); !problems.empty()) {
        std::vector<base::Reason> reasons;
        for (const QtiProblem& problem : problems)
            reasons.push_back(
                refusal("items.qti.breaks", problem.element, problem.section, problem.what)
                    .reasons.front());
        return base::unexpected(base::Error{base::ErrorKind::invalid, std::move(reasons)});
    }
    pugi::xml_document document;
    document.load_buffer(xml.data(), xml.size());
    return Reader(document.document_element()).all();
}

}  // namespace items
