// SPDX-License-Identifier: EUPL-1.2
#include "items/qti.hpp"
#include "items/text_blocks.hpp"
#include "items/tree.hpp"
#include "items/variant.hpp"

#include <pugixml.hpp>

#include <string>

namespace items {
namespace json = boost::json;
namespace {

constexpr const char* match_correct =
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml";
constexpr const char* map_response =
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml";

struct Text final : pugi::xml_writer {
    std::string text;
    void write(const void* data, std::size_t size) override {
        text.append(static_cast<const char*>(data), size);
    }
};

void set(pugi::xml_node node, const char* name, const std::string& value) {
    node.append_attribute(name).set_value(value.c_str());
}

void say(pugi::xml_node node, const std::string& text) {
    node.append_child(pugi::node_pcdata).set_value(text.c_str());
}

// Paragraphs, lists and code, as XHTML.
void put_text(pugi::xml_node into, std::string_view text, bool body = false) {
    const json::object view = text_view(text, body);
    const auto put_parts = [](pugi::xml_node node, const json::array& parts) {
        for (const json::value& part : parts) {
            const json::object& one = part.get_object();
            if (one.at("line").get_bool())
                node.append_child("br");
            else if (!one.at("code").get_string().empty())
                say(node.append_child("code"), std::string(one.at("code").get_string()));
            else
                say(node, std::string(one.at("text").get_string()) +
                              std::string(one.at("link").get_string()));
        }
    };
    for (const json::value& block : view.at("blocks").get_array()) {
        if (const auto* parts = block.get_object().at("paragraph").if_array()) {
            put_parts(into.append_child("p"), *parts);
            continue;
        }
        pugi::xml_node list = into.append_child("ul");
        for (const json::value& entry : block.get_object().at("list").get_array())
            put_parts(list.append_child("li"), entry.get_object().at("parts").get_array());
    }
    for (const json::value& link : view.at("links").get_array())
        say(into.append_child("p"), std::string(link.get_object().at("words").get_string()) +
                                        " : " +
                                        std::string(link.get_object().at("address").get_string()));
}

// A screen as tables, lists and texts: all that it shows, folded or not.
void put_screen(pugi::xml_node into, const json::value& value) {
    if (const auto* object = value.if_object()) {
        pugi::xml_node list = into.append_child("dl");
        for (const auto& [key, inner] : *object) {
            if (key == "kind" || key == "zone") continue;
            say(list.append_child("dt"), std::string(key));
            put_screen(list.append_child("dd"), inner);
        }
    } else if (const auto* rows = value.if_array();
               rows && !rows->empty() && rows->front().is_array()) {
        pugi::xml_node body = into.append_child("table").append_child("tbody");
        for (const json::value& row : *rows) {
            pugi::xml_node line = body.append_child("tr");
            if (row.is_array())
                for (const json::value& cell : row.get_array())
                    say(line.append_child("td"), tree::scalar(cell).value_or(""));
        }
    } else if (rows != nullptr) {
        for (const json::value& entry : *rows) put_screen(into.append_child("div"), entry);
    } else {
        put_text(into, tree::scalar(value).value_or(""), true);
    }
}

class Writer {
public:
    Writer(const Item& item, const Variant& variant) : item_(item), variant_(variant) {}

    std::string all() {
        root_ = document_.append_child("qti-assessment-item");
        set(root_, "xmlns", "http://www.imsglobal.org/xsd/imsqtiasi_v3p0");
        set(root_, "identifier", "item-" + item_.code);
        set(root_, "title", item_.intent);
        set(root_, "label", "level-" + std::to_string(item_.level));
        set(root_, "adaptive", "false");
        set(root_, "time-dependent", item_.seconds > 0 ? "true" : "false");
        set(root_, "xml:lang", "fr");
        declare();
        outcome("SCORE", "float");
        outcome("FEEDBACK", "identifier");
        body_ = root_.append_child("qti-item-body");
        put_text(body_.append_child("div"), variant_.stem);
        if (variant_.screen) put_screen(body_.append_child("div"), json::value(*variant_.screen));
        interact();
        set(root_.append_child("qti-response-processing"), "template",
            mapped_ ? map_response : match_correct);
        pugi::xml_node feedback = root_.append_child("qti-modal-feedback");
        set(feedback, "outcome-identifier", "FEEDBACK");
        set(feedback, "identifier", "general");
        set(feedback, "show-hide", "show");
        pugi::xml_node content = feedback.append_child("qti-content-body");
        put_text(content, variant_.feedback);
        pugi::xml_node link = content.append_child("p").append_child("a");
        set(link, "href", variant_.learn);
        say(link, variant_.learn);
        Text out;
        document_.save(out, " ", pugi::format_default, pugi::encoding_utf8);
        return out.text;
    }

private:
    void outcome(const char* name, const char* type) {
        pugi::xml_node node = root_.append_child("qti-outcome-declaration");
        set(node, "identifier", name);
        set(node, "cardinality", "single");
        set(node, "base-type", type);
    }
    pugi::xml_node response(const std::string& name, const char* cardinality, const char* type,
                            const std::vector<std::string>& right) {
        pugi::xml_node node = root_.append_child("qti-response-declaration");
        set(node, "identifier", name);
        set(node, "cardinality", cardinality);
        set(node, "base-type", type);
        pugi::xml_node correct = node.append_child("qti-correct-response");
        for (const std::string& value : right) say(correct.append_child("qti-value"), value);
        return node;
    }
    std::string name_of_response(std::size_t i, std::size_t of) const {
        return of == 1 ? "RESPONSE" : "RESPONSE_" + std::to_string(i + 1);
    }

    void declare() {
        std::vector<std::string> right;
        for (std::size_t i = 0; i < variant_.options.size(); ++i)
            if (variant_.options[i].right) right.push_back("C" + std::to_string(i + 1));
        if (!variant_.options.empty())
            response("RESPONSE", item_.format == Format::multiple ? "multiple" : "single",
                     "identifier", right);
        if (!variant_.steps.empty()) {
            std::vector<std::string> order(variant_.steps.size());
            for (std::size_t i = 0; i < variant_.steps.size(); ++i)
                order[static_cast<std::size_t>(variant_.steps[i].place - 1)] =
                    "C" + std::to_string(i + 1);
            response("RESPONSE", "ordered", "identifier", order);
        }
        if (!variant_.lefts.empty()) {
            for (std::size_t i = 0; i < variant_.lefts.size(); ++i)
                right.push_back("L" + std::to_string(i + 1) + " R" +
                                std::to_string(variant_.lefts[i].right + 1));
            response("RESPONSE", "multiple", "directedPair", right);
        }
        for (std::size_t i = 0; i < variant_.fields.size(); ++i) {
            const Field& field = variant_.fields[i];
            const bool number = field.kind == AnswerKind::number;
            pugi::xml_node node = response(name_of_response(i, variant_.fields.size()), "single",
                                           number ? "float" : "string", {field.accept.front()});
            if (number) continue;
            mapped_ = true;
            pugi::xml_node mapping = node.append_child("qti-mapping");
            set(mapping, "default-value", "0");
            for (const std::string& accepted : field.accept) {
                pugi::xml_node entry = mapping.append_child("qti-map-entry");
                set(entry, "map-key", accepted);
                set(entry, "mapped-value", "1");
                set(entry, "case-sensitive", "false");
            }
        }
        for (std::size_t i = 0; i < variant_.controls.size(); ++i)
            response(name_of_response(i, variant_.controls.size()), "single", "identifier",
                     {"C" + std::to_string(variant_.controls[i].right.front() + 1)});
    }

    void choice(pugi::xml_node into, const char* element, const std::string& name,
                const std::string& text, const std::string& why) {
        pugi::xml_node node = into.append_child(element);
        set(node, "identifier", name);
        say(node, text);
        if (why.empty()) return;
        pugi::xml_node feedback = node.append_child("qti-feedback-inline");
        set(feedback, "outcome-identifier", "FEEDBACK");
        set(feedback, "identifier", name);
        set(feedback, "show-hide", "show");
        say(feedback, why);
    }
    pugi::xml_node interaction(pugi::xml_node into, const char* element, const std::string& name) {
        pugi::xml_node node = into.append_child(element);
        set(node, "response-identifier", name);
        return node;
    }

    void interact() {
        const std::string shuffle = tree::flag(*item_.tree, "keep_order") ? "false" : "true";
        if (!variant_.options.empty()) {
            pugi::xml_node node = interaction(body_, "qti-choice-interaction", "RESPONSE");
            set(node, "max-choices", item_.format == Format::multiple ? "0" : "1");
            set(node, "shuffle", shuffle);
            for (std::size_t i = 0; i < variant_.options.size(); ++i)
                choice(node, "qti-simple-choice", "C" + std::to_string(i + 1),
                       variant_.options[i].text, variant_.options[i].why);
        }
        if (!variant_.steps.empty()) {
            pugi::xml_node node = interaction(body_, "qti-order-interaction", "RESPONSE");
            set(node, "shuffle", "true");
            for (std::size_t i = 0; i < variant_.steps.size(); ++i)
                choice(node, "qti-simple-choice", "C" + std::to_string(i + 1),
                       variant_.steps[i].text, variant_.steps[i].why);
        }
        if (!variant_.lefts.empty()) {
            pugi::xml_node node = interaction(body_, "qti-match-interaction", "RESPONSE");
            set(node, "max-associations", std::to_string(variant_.lefts.size()));
            set(node, "shuffle", shuffle);
            const auto put = [](pugi::xml_node into, const std::string& name,
                                const std::string& text, std::size_t most) {
                pugi::xml_node one = into.append_child("qti-simple-associable-choice");
                set(one, "identifier", name);
                set(one, "match-max", std::to_string(most));
                say(one, text);
            };
            pugi::xml_node lefts = node.append_child("qti-simple-match-set");
            for (std::size_t i = 0; i < variant_.lefts.size(); ++i)
                put(lefts, "L" + std::to_string(i + 1), variant_.lefts[i].text, 1);
            pugi::xml_node rights = node.append_child("qti-simple-match-set");
            for (std::size_t i = 0; i < variant_.rights.size(); ++i)
                put(rights, "R" + std::to_string(i + 1), variant_.rights[i], variant_.lefts.size());
        }
        for (std::size_t i = 0; i < variant_.fields.size(); ++i) {
            pugi::xml_node paragraph = body_.append_child("p");
            if (!variant_.fields[i].label.empty()) say(paragraph, variant_.fields[i].label + " ");
            interaction(paragraph, "qti-text-entry-interaction",
                        name_of_response(i, variant_.fields.size()));
        }
        for (std::size_t i = 0; i < variant_.controls.size(); ++i) {
            const Control& control = variant_.controls[i];
            pugi::xml_node paragraph = body_.append_child("p");
            say(paragraph, control.label + " ");
            pugi::xml_node node = interaction(paragraph, "qti-inline-choice-interaction",
                                              name_of_response(i, variant_.controls.size()));
            set(node, "shuffle", "false");
            for (std::size_t j = 0; j < control.choices.size(); ++j)
                choice(node, "qti-inline-choice", "C" + std::to_string(j + 1), control.choices[j],
                       "");
        }
    }

    const Item& item_;
    const Variant& variant_;
    pugi::xml_document document_;
    pugi::xml_node root_, body_;
    bool mapped_ = false;
};

}  // namespace

base::Result<std::string> write_qti(const Item& item) {
    if (item.has_file)
        return base::unexpected(base::Error{base::ErrorKind::conflict, "items.qti.has_file"});
    const auto variant = draw(item, 0);
    if (!variant) return base::unexpected(variant.error());
    return Writer(item, *variant).all();
}

}  // namespace items
