// SPDX-License-Identifier: EUPL-1.2
// Runs a subcommand in this process with files of its own.
#pragma once
#include <boost/json.hpp>

#include <filesystem>
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
    Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder();

    std::string at(const std::string& name) const { return (path_ / name).string(); }
    std::string write(const std::string& name, const std::string& text) const;
    std::string read(const std::string& name) const;
    // campus ARGUMENTS, what it says on both outputs caught.
    Ran run(std::vector<std::string> arguments) const;

private:
    std::filesystem::path path_;
};

}  // namespace psychometrics
