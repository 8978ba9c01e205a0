// SPDX-License-Identifier: EUPL-1.2
#include "campus_process.hpp"
#include "places.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

extern char** environ;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Both ends close in any program that is started, but for what becomes its output.
struct Pipe {
    int ends[2] = {-1, -1};
    Pipe() {
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        for (const int end : ends)
            if (end >= 0) ::close(end);
    }
    int release_reader() { return std::exchange(ends[0], -1); }
    void close_writer() { ::close(std::exchange(ends[1], -1)); }
};

// CAMPUS_... of whoever runs the tests shall not reach the program. A slow query on a busy machine
// is no news.
std::vector<std::string> environment_with(const Environment& more) {
    std::vector<std::string> all{"CAMPUS_SLOW_QUERY_MS=600000"};
    for (char** entry = environ; *entry; ++entry)
        if (std::strncmp(*entry, "CAMPUS_", 7) != 0) all.emplace_back(*entry);
    for (const auto& [name, value] : more) {
        all.push_back(name);
        all.back().append("=").append(value);
    }
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

pid_t start(std::vector<std::string> arguments, const Environment& more, int out, int err) {
    arguments.insert(arguments.begin(), CAMPUS_BINARY);
    auto environment = environment_with(more);
    const auto argv = pointers(arguments);
    const auto envp = pointers(environment);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("cannot fork");
    if (pid > 0) return pid;
    // Only what is safe between fork and exec in a program with threads.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    ::execve(argv.front(), argv.data(), envp.data());
    ::_exit(127);
}

int wait_for(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Ended run_campus(const std::vector<std::string>& arguments, const Environment& more) {
    Pipe out, err;
    const pid_t pid = start(arguments, more, out.ends[1], err.ends[1]);
    out.close_writer();
    err.close_writer();
    Ended ended;
    const auto end = Clock::now() + std::chrono::seconds{60};
    pollfd polls[2] = {{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}};
    std::string* const texts[2] = {&ended.out, &ended.err};
    while (polls[0].fd >= 0 || polls[1].fd >= 0) {
        if (::poll(polls, 2, 1000) == 0 && Clock::now() > end) {
            ::kill(pid, SIGKILL);
            break;
        }
        for (int i = 0; i < 2; ++i) {
            if (polls[i].fd < 0 || polls[i].revents == 0) continue;
            char chunk[4096];
            const auto got = ::read(polls[i].fd, chunk, sizeof chunk);
            if (got > 0)
                texts[i]->append(chunk, static_cast<std::size_t>(got));
            else
                polls[i].fd = -1;
        }
    }
    ended.status = wait_for(pid);
    return ended;
}

CampusServer::CampusServer(const std::string& database_url,
                           const std::vector<std::string>& more_arguments,
                           const Environment& environment) {
    std::vector<std::string> arguments{"serve",    "--database",  database_url,
                                       "--listen", "127.0.0.1:0", "--no-rate-limits"};
    arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
    const std::string said = begin(arguments, environment);
    port_ = static_cast<std::uint16_t>(
        std::stoi(said.substr(said.find(':', said.find("http://") + 7) + 1)));
}

CampusServer CampusServer::worker(const std::string& database_url,
                                  const std::vector<std::string>& more_arguments) {
    std::vector<std::string> arguments{"work", "--database", database_url};
    arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
    CampusServer worker;
    worker.begin(arguments, {});
    return worker;
}

// What it says first, once it has begun.
std::string CampusServer::begin(const std::vector<std::string>& arguments,
                                const Environment& environment) {
    Pipe out;
    errors_ = ::memfd_create("errors", MFD_CLOEXEC);
    pid_ = start(arguments, environment, out.ends[1], errors_);
    out.close_writer();
    std::string said;
    pollfd poll{out.ends[0], POLLIN, 0};
    while (said.find('\n') == std::string::npos) {
        char chunk[4096];
        const auto got = ::poll(&poll, 1, 30'000) > 0 ? ::read(poll.fd, chunk, sizeof chunk) : 0;
        if (got <= 0) {
            kill();
            throw std::runtime_error("the program does not begin; it said: " + said + errors());
        }
        said.append(chunk, static_cast<std::size_t>(got));
    }
    output_ = out.release_reader();
    return said;
}

CampusServer::CampusServer(CampusServer&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      errors_(std::exchange(other.errors_, -1)),
      port_(other.port_) {}

CampusServer::~CampusServer() {
    kill();
    if (output_ >= 0) ::close(output_);
    if (errors_ >= 0) ::close(errors_);
}

std::string CampusServer::errors() const {
    std::string all(static_cast<std::size_t>(::lseek(errors_, 0, SEEK_END)), '\0');
    const auto got = ::pread(errors_, all.data(), all.size(), 0);
    all.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return all;
}

void CampusServer::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    wait_for(std::exchange(pid_, -1));
}

int CampusServer::stop() {
    if (pid_ < 0) return -1;
    ::kill(pid_, SIGTERM);
    return wait_for(std::exchange(pid_, -1));
}

TemporaryFolder::TemporaryFolder()
    : path([] {
          const bool memory = ::access("/dev/shm", W_OK) == 0;
          std::string pattern =
              (memory ? fs::path("/dev/shm") : fs::temp_directory_path()) / "campus-test-XXXXXX";
          if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
          return pattern;
      }()) {}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
}
