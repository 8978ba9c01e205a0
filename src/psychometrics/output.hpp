// SPDX-License-Identifier: EUPL-1.2
// What the commands write: one JSON object on standard output, files, one line on standard error.
#pragma once
#include "psychometrics/files.hpp"

#include <boost/json/fwd.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace psychometrics {

// A number as the shortest text that reads back the same; "" for NaN.
std::string text_of(double number);

// A file being written, "-" for standard output: a thousand lines or a million, memory stays flat.
class Output {
public:
    static Read<Output> open(const std::string& file);
    void write(std::string_view text);
    // Flushes and says whether everything arrived.
    Read<bool> close();

private:
    struct Close {
        void operator()(std::FILE* file) const;
    };
    std::string name_;
    std::unique_ptr<std::FILE, Close> file_;
    bool failed_ = false;
};
Read<bool> write_file(const std::string& file, std::string_view text);

// The object, indented, with a line end, on standard output.
void print_json(const boost::json::value&);
// "campus: file:line: column n: what" on standard error; the exit status 1.
int fail(const Problem&);
int fail(const std::string& what);
// The exit status of work that may be refused: the refusal is told.
int status_of(const Read<int>&);
// CPU time of the process, in seconds.
double cpu_seconds();

}  // namespace psychometrics
