// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/tests/program_model.hpp"

#include "psychometrics/psychometrics.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace psychometrics {
namespace {

class Caught {
public:
    Caught(int descriptor, const std::string& file)
        : descriptor_(descriptor), before_(dup(descriptor)) {
        std::FILE* to = std::fopen(file.c_str(), "wb");
        dup2(fileno(to), descriptor);
        std::fclose(to);
    }
    Caught(const Caught&) = delete;
    Caught& operator=(const Caught&) = delete;
    ~Caught() {
        dup2(before_, descriptor_);
        close(before_);
    }

private:
    int descriptor_;
    int before_;
};

}  // namespace

Folder::Folder() {
    static std::atomic<int> number = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("campus-commands-" + std::to_string(getpid()) + "-" + std::to_string(number++));
    std::filesystem::create_directories(path_);
}

Folder::~Folder() {
    std::filesystem::remove_all(path_);
}

std::string Folder::write(const std::string& name, const std::string& text) const {
    std::ofstream(at(name), std::ios::binary) << text;
    return at(name);
}

std::string Folder::read(const std::string& name) const {
    std::ifstream in(at(name), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Ran Folder::run(std::vector<std::string> arguments) const {
    CLI::App app("campus");
    Work work;
    add_commands(app, work);
    Ran ran;
    std::ranges::reverse(arguments);
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream err;
        const int status = app.exit(error, out, err);
        return {status, out.str(), err.str()};
    }
    std::fflush(nullptr);
    const Caught out(1, at("stdout"));
    const Caught err(2, at("stderr"));
    ran.status = work();
    std::fflush(nullptr);
    ran.out = read("stdout");
    ran.err = read("stderr");
    return ran;
}

}  // namespace psychometrics
