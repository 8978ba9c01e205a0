// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a bank, a tree and answers: read or refused with a place, and what is read can be
// measured with. The first byte chooses.
#include "psychometrics/options.hpp"
#include "psychometrics/psychometrics.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace {

// The readers read files.
std::string write_temporary(std::string_view text) {
    static const std::string name = "/tmp/campus-fuzz-" + std::to_string(getpid());
    std::FILE* file = std::fopen(name.c_str(), "wb");
    if (!file || std::fwrite(text.data(), 1, text.size(), file) != text.size()) std::abort();
    std::fclose(file);
    return name;
}

template <class T>
void check_refusal(const psychometrics::Read<T>& read) {
    if (!read && read.error().text().empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    const std::string file = write_temporary(text);
    if (data[0] % 3 == 0) {
        const auto bank = psychometrics::read_bank(file);
        check_refusal(bank);
        if (!bank || bank->items.size() > 50) return 0;
        auto tables = psychometrics::make_tables(file, {}, *bank, 9, false);
        check_refusal(tables);
        if (!tables) return 0;
        engine::Posterior posterior(*tables);
        for (std::size_t i = 0; i < bank->items.size(); ++i) posterior.add(i, 1);
        if (!std::isfinite(posterior.moments(0).mean)) std::abort();
    } else if (data[0] % 3 == 1) {
        check_refusal(psychometrics::read_tree(file));
    } else {
        for (const auto layout : {psychometrics::Layout::automatic, psychometrics::Layout::wide,
                                  psychometrics::Layout::narrow}) {
            const auto read = psychometrics::read_responses(file, layout, "");
            check_refusal(read);
            if (read && (read->begin.size() != read->persons.size() + 1 ||
                         read->begin.back() != read->answer.size()))
                std::abort();
        }
    }
    return 0;
}
