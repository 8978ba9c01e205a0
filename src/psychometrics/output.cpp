// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/output.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <sys/resource.h>

#include <cmath>

namespace psychometrics {
namespace json = boost::json;

std::string text_of(double number) {
    return std::isnan(number) ? std::string{} : fmt::format("{}", number);
}

void Output::Close::operator()(std::FILE* file) const {
    if (file != stdout) std::fclose(file);
}

Read<Output> Output::open(const std::string& file) {
    Output output;
    output.name_ = file;
    output.file_.reset(file == "-" ? stdout : std::fopen(file.c_str(), "wb"));
    if (!output.file_) return std::unexpected(Problem{file, 0, 0, "cannot be written"});
    return output;
}

void Output::write(std::string_view text) {
    failed_ |= std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size();
}

Read<bool> Output::close() {
    failed_ |= std::fflush(file_.get()) != 0;
    if (failed_) return std::unexpected(Problem{name_, 0, 0, "cannot be written"});
    return true;
}

Read<bool> write_file(const std::string& file, std::string_view text) {
    auto output = Output::open(file);
    if (!output) return std::unexpected(output.error());
    output->write(text);
    return output->close();
}

namespace {

// Boost.JSON writes 1E-1 for 0.1; people read these, too.
void append(std::string& out, const json::value& value, std::size_t depth) {
    const auto indent = [&](std::size_t by) { out.append("\n").append(by * 2, ' '); };
    if (const auto* object = value.if_object()) {
        out += '{';
        bool first = true;
        for (const auto& member : *object) {
            if (!first) out += ',';
            first = false;
            indent(depth + 1);
            out += json::serialize(json::value(member.key())) + ": ";
            append(out, member.value(), depth + 1);
        }
        if (!first) indent(depth);
        out += '}';
    } else if (const auto* array = value.if_array()) {
        out += '[';
        bool first = true;
        for (const auto& element : *array) {
            if (!first) out += ", ";
            first = false;
            append(out, element, depth + 1);
        }
        out += ']';
    } else if (const auto* number = value.if_double()) {
        out += std::isfinite(*number) ? fmt::format("{}", *number) : "null";
    } else {
        out += json::serialize(value);
    }
}

}  // namespace

void print_json(const json::value& value) {
    std::string out;
    append(out, value, 0);
    out += '\n';
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
}

int fail(const Problem& problem) {
    return fail(problem.text());
}

int fail(const std::string& what) {
    fmt::print(stderr, "campus: {}\n", what);
    return 1;
}

int status_of(const Read<int>& done) {
    return done ? *done : fail(done.error());
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace psychometrics
