// SPDX-License-Identifier: EUPL-1.2
// Any text compiles to a template or is refused with an error; what compiles also renders.
#include "html/messages.hpp"
#include "html/mustache.hpp"

#include <boost/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const html::Messages messages;
    static const auto value = boost::json::parse(
        R"({"a": {"b": "<x>", "c": [1, 2.5, {"d": null}]}, "n": 3, "x": "javascript:", "f": false,
            "t": "2026-11-22T13:30:00Z", "p": "main", "r": [{"a": 1}, {"a": 2}]})");
    const boost::json::value* context[] = {&value};
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const bool specification = size % 2 == 0;
    const std::array<html::TemplateSource, 2> sources{
        {{"main", text}, {"part", "<{{$b}}\n  {{a.b}}\n{{/b}}>"}}};
    try {
        const html::Templates templates(sources, messages,
                                        [](std::string_view name) { return std::string(name); },
                                        {.trusted_html = {"x"}, .specification = specification});
        templates.render("fr", "main", context);
    } catch (const std::runtime_error&) {
    }
    return 0;
}
