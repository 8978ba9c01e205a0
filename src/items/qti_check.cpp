// SPDX-License-Identifier: EUPL-1.2
// The structure of the QTI 3.0 elements that we read and write. The schema itself is not carried
// (its licence asks more than ours gives): these are its rules for these elements, each named by
// its class in the information model. They were compared, type by type, with the XSD of 1EdTech, as
// its profile "QTI 3.0 ASI SBAC 1.0" of 2022-05-09 prints it, which changes none of these types but
// their data-* attributes.
#include "items/qti.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <set>

namespace items {
namespace {

using Attributes = std::vector<std::string_view>;

struct Rule {
    std::string_view element, section;
    Attributes needed;
    std::string_view child;  // of which there must be one at least; "": none
};
const std::vector<Rule>& rules() {
    static const std::vector<Rule> all{
        {"qti-assessment-item",
         "AssessmentItem",
         {"identifier", "title", "time-dependent"},
         "qti-item-body"},
        {"qti-response-declaration", "ResponseDeclaration", {"identifier", "cardinality"}, ""},
        {"qti-outcome-declaration", "OutcomeDeclaration", {"identifier", "cardinality"}, ""},
        {"qti-correct-response", "CorrectResponse", {}, "qti-value"},
        {"qti-mapping", "Mapping", {}, "qti-map-entry"},
        {"qti-map-entry", "MapEntry", {"map-key", "mapped-value"}, ""},
        {"qti-choice-interaction",
         "ChoiceInteraction",
         {"response-identifier"},
         "qti-simple-choice"},
        {"qti-simple-choice", "SimpleChoice", {"identifier"}, ""},
        {"qti-order-interaction", "OrderInteraction", {"response-identifier"}, "qti-simple-choice"},
        {"qti-match-interaction",
         "MatchInteraction",
         {"response-identifier"},
         "qti-simple-match-set"},
        {"qti-simple-associable-choice", "SimpleAssociableChoice", {"identifier", "match-max"}, ""},
        {"qti-text-entry-interaction", "TextEntryInteraction", {"response-identifier"}, ""},
        {"qti-inline-choice-interaction",
         "InlineChoiceInteraction",
         {"response-identifier"},
         "qti-inline-choice"},
        {"qti-inline-choice", "InlineChoice", {"identifier"}, ""},
        {"qti-hotspot-interaction",
         "HotspotInteraction",
         {"response-identifier"},
         "qti-hotspot-choice"},
        {"qti-hotspot-choice", "HotspotChoice", {"identifier", "shape", "coords"}, ""},
        {"qti-feedback-inline", "FeedbackInline", {"outcome-identifier", "identifier"}, ""},
        {"qti-modal-feedback",
         "ModalFeedback",
         {"outcome-identifier", "identifier", "show-hide"},
         ""}};
    return all;
}

constexpr std::string_view cardinalities[] = {"single", "multiple", "ordered", "record"};
constexpr std::string_view base_types[] = {"boolean", "directedPair", "duration", "file",
                                           "float",   "identifier",   "integer",  "pair",
                                           "point",   "string",       "uri"};

// IdentifierDType: a letter or underscore, then letters, digits, "_", "-", ".".
bool is_identifier(std::string_view text) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
               static_cast<unsigned char>(c) >= 0x80;
    };
    return !text.empty() && letter(text.front()) && std::ranges::all_of(text, [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
}

class Checker {
public:
    std::vector<QtiProblem> all(const pugi::xml_document& document) {
        const pugi::xml_node root = document.document_element();
        if (std::string_view{root.name()} != "qti-assessment-item") {
            say(root, "AssessmentItem", "root");
            return std::move(problems_);
        }
        if (std::string_view{root.attribute("xmlns").value()} !=
            "http://www.imsglobal.org/xsd/imsqtiasi_v3p0")
            say(root, "AssessmentItem", "xmlns");
        for (const pugi::xml_node declaration : root.children("qti-response-declaration")) {
            declared_.insert(declaration.attribute("identifier").value());
            order(declaration, "ResponseDeclaration",
                  {{"qti-default-value"},
                   {"qti-correct-response"},
                   {"qti-mapping"},
                   {"qti-area-mapping"}});
        }
        order(root, "AssessmentItem",
              {{"qti-context-declaration", true},
               {"qti-response-declaration", true},
               {"qti-outcome-declaration", true},
               {"qti-template-declaration", true},
               {"qti-template-processing"},
               {"qti-assessment-stimulus-ref", true},
               {"qti-companion-materials-info"},
               {"qti-stylesheet", true},
               {"qti-item-body"},
               {"qti-catalog-info"},
               {"qti-response-processing"},
               {"qti-modal-feedback", true}});
        walk(root, 0);
        return std::move(problems_);
    }

private:
    void say(const pugi::xml_node& node, std::string_view section, std::string_view what) {
        constexpr std::size_t most = 20;
        if (problems_.size() < most)
            problems_.push_back({node.name(), std::string(section), std::string(what)});
    }

    struct Place {
        std::string_view element;
        bool many = false;  // at most one, else
    };
    // xs:sequence: which children there may be, in which order.
    void order(const pugi::xml_node& node, std::string_view section,
               std::initializer_list<Place> sequence) {
        const auto* reached = sequence.begin();
        bool taken = false;  // there was one at `reached`
        for (const pugi::xml_node child : node.children()) {
            if (child.type() != pugi::node_element) continue;
            const auto* place = std::ranges::find(sequence, child.name(), &Place::element);
            if (place == sequence.end()) {
                say(child, section, "child");
                continue;
            }
            if (place < reached || (place == reached && taken && !place->many))
                say(child, section, "order");
            reached = std::max(reached, place);
            taken = true;
        }
    }

    void walk(const pugi::xml_node& node, int depth) {
        constexpr int deepest_element = 64;
        if (depth > deepest_element) return say(node, "AssessmentItem", "depth");
        const std::string_view name = node.name();
        for (const Rule& rule : rules()) {
            if (rule.element != name) continue;
            for (const std::string_view needed : rule.needed)
                if (!node.attribute(std::string(needed).c_str())) say(node, rule.section, needed);
            if (!rule.child.empty() && !node.child(std::string(rule.child).c_str()))
                say(node, rule.section, rule.child);
        }
        if (const auto identifier = node.attribute("identifier");
            identifier && !is_identifier(identifier.value()))
            say(node, "IdentifierDType", "identifier");
        if (const auto cardinality = node.attribute("cardinality");
            cardinality &&
            std::ranges::find(cardinalities, std::string_view{cardinality.value()}) ==
                std::end(cardinalities))
            say(node, "VariableDeclaration", "cardinality");
        if (const auto type = node.attribute("base-type");
            type &&
            std::ranges::find(base_types, std::string_view{type.value()}) == std::end(base_types))
            say(node, "VariableDeclaration", "base-type");
        if (const auto response = node.attribute("response-identifier");
            response && !declared_.contains(response.value()))
            say(node, "ResponseDeclaration", response.value());
        if (name == "qti-match-interaction" &&
            std::distance(node.children("qti-simple-match-set").begin(),
                          node.children("qti-simple-match-set").end()) != 2)
            say(node, "MatchInteraction", "qti-simple-match-set");
        std::set<std::string> choices;
        for (const pugi::xml_node child : node.children()) {
            if (child.type() != pugi::node_element) continue;
            const std::string_view kind = child.name();
            const bool choice = kind.ends_with("-choice");
            if (choice && !choices.insert(child.attribute("identifier").value()).second)
                say(child, "Choice", "identifier");
            walk(child, depth + 1);
        }
    }

    std::vector<QtiProblem> problems_;
    std::set<std::string> declared_;
};

}  // namespace

std::vector<QtiProblem> check_qti(std::string_view xml) {
    pugi::xml_document document;
    if (!document.load_buffer(xml.data(), xml.size())) return {{"", "XML 1.0", "well-formed"}};
    return Checker().all(document);
}

}  // namespace items
