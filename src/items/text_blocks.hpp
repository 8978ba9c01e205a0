// SPDX-License-Identifier: EUPL-1.2
// The plain texts of items as the template items/text shows them: paragraphs, lists, code, links.
#pragma once
#include <boost/json.hpp>

#include <string_view>

namespace items {

// {blocks: [{paragraph: [part…]} or {list: [{parts: [part…]}…]}], links: [{words, address}]}; a
// part is {text} or {code: text} or {break: true} or {link: words}. `bodies`: line breaks are kept
// and [words](address) is a link, which leads nowhere: its address is told below the text.
boost::json::object text_view(std::string_view text, bool body = false);

// The parts of one line of text: of an option, a label.
boost::json::array parts_view(std::string_view text);

}  // namespace items
