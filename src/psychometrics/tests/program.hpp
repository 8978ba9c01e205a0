// SPDX-License-Identifier: EUPL-1.2
// Runs a subcommand in this process with files of its own.
#pragma once
#include "psychometrics/psychometrics.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace psychometrics {

struct Ran {
    int status = 0;
    std::string out;
    std::string err;

    boost::json::object json() const { return boost::json::parse(out).as_object(); }
};

class Folder {
public:
    Folder() {
        static std::atomic<int> number = 0;
        path_ = std::filesystem::temp_directory_path() /
                ("campus-commands-" + std::to_string(getpid()) + "-" + std::to_string(number++));
        std::filesystem::create_directories(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }

    std::string at(const std::string& name) const { return (path_ / name).string(); }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(at(name), std::ios::binary) << text;
        return at(name);
    }
    std::string read(const std::string& name) const {
        std::ifstream in(at(name), std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }

    // campus ARGUMENTS, what it says on both outputs caught.
    Ran run(std::vector<std::string> arguments) const {
        CLI::App app("campus");
        Work work;
        add_commands(app, work);
        Ran ran;
        std::ranges::reverse(arguments);
        try {
            app.parse(arguments);
        } catch (const CLI::ParseError& error) {
            return {error.get_exit_code(), "", error.what()};
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

private:
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
    std::filesystem::path path_;
};

}  // namespace psychometrics
