// SPDX-License-Identifier: EUPL-1.2
#include "base/embedded.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace base {

std::span<const EmbeddedFile> embedded_under(std::string_view folder) {
    const auto files = embedded_files();
    const auto [first, last] = std::equal_range(files.begin(), files.end(), folder,
                                                [folder](const auto& a, const auto& b) {
                                                    const auto head = [&](const auto& x) {
                                                        if constexpr (requires { x.path; })
                                                            return x.path.substr(0, folder.size());
                                                        else
                                                            return x;
                                                    };
                                                    return head(a) < head(b);
                                                });
    return {first, last};
}

std::string_view embedded(std::string_view path) {
    for (const EmbeddedFile& file : embedded_under(path))
        if (file.path == path) return file.content;
    throw std::logic_error("the binary carries no file " + std::string(path));
}

}  // namespace base
