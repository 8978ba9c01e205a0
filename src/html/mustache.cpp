// SPDX-License-Identifier: EUPL-1.2
#include "html/mustache.hpp"

#include "html/messages.hpp"
#include "html/parse.hpp"
#include "html/program.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

namespace html {

struct Templates::Impl {
    Names names;
    std::vector<std::pair<std::string, std::unique_ptr<Program>>> programs;  // by language
    // The longest page so far of each template, so that the next one is reserved at once.
    std::unique_ptr<std::atomic<std::size_t>[]> longest;
};

Templates::Templates(std::span<const TemplateSource> sources, const Messages& messages,
                     const AssetUrl& asset, const TemplateOptions& options)
    : impl_(std::make_unique<Impl>()) {
    for (const TemplateSource& source : sources)
        if (!impl_->names
                 .try_emplace(std::string(source.name),
                              static_cast<std::uint32_t>(impl_->names.size()))
                 .second)
            fail(source.name, 1, "two templates of this name");
    impl_->longest = std::make_unique<std::atomic<std::size_t>[]>(sources.size());
    for (const std::string& language : messages.languages()) {
        auto program = std::make_unique<Program>(messages, language);
        program->specification = options.specification;
        compile(*program, sources, impl_->names, messages, asset, options);
        impl_->programs.emplace_back(language, std::move(program));
    }
}

Templates::~Templates() = default;

bool Templates::has(std::string_view name) const {
    return impl_->names.contains(name);
}

std::string Templates::render(std::string_view language, std::string_view name,
                              std::span<const boost::json::value* const> context) const {
    const auto found = impl_->names.find(name);
    if (found == impl_->names.end())
        throw std::runtime_error(fmt::format("there is no template {}", name));
    const auto program =
        std::ranges::find(impl_->programs, language, [](const auto& p) { return p.first; });
    if (program == impl_->programs.end())
        throw std::runtime_error(fmt::format("there are no templates in {}", language));
    auto& longest = impl_->longest[found->second];
    std::string out;
    out.reserve(longest.load(std::memory_order_relaxed));
    html::render(*program->second, impl_->names, program->second->templates[found->second], context,
                 out);
    if (out.size() > longest.load(std::memory_order_relaxed))
        longest.store(out.size(), std::memory_order_relaxed);
    return out;
}

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    append_escaped(out, text);
    return out;
}

}  // namespace html
