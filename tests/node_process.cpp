// SPDX-License-Identifier: EUPL-1.2
#include "node_process.hpp"
#include "places.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

NodeProcess::NodeProcess(const std::string& script) {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    const std::string path = SOURCE_DIR "/tests/" + script;
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("cannot fork");
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::execlp(NODE_BINARY, NODE_BINARY, path.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
    port_ = static_cast<std::uint16_t>(std::stoi(line()));
}

NodeProcess::~NodeProcess() {
    kill();
    ::close(input_);
    ::close(output_);
}

void NodeProcess::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

bool NodeProcess::read_more(int timeout_ms) {
    pollfd ready{output_, POLLIN, 0};
    if (::poll(&ready, 1, timeout_ms) <= 0) return false;
    char buffer[65536];
    const auto got = ::read(output_, buffer, sizeof buffer);
    if (got <= 0) return false;
    text_.append(buffer, static_cast<std::size_t>(got));
    return true;
}

std::string NodeProcess::line() {
    auto end = text_.find('\n');
    for (; end == std::string::npos; end = text_.find('\n'))
        if (!read_more(20'000)) throw std::runtime_error("the Node program tells nothing");
    std::string first = text_.substr(0, end);
    text_.erase(0, end + 1);
    return first;
}

boost::json::value NodeProcess::next() {
    return boost::json::parse(line());
}

void NodeProcess::tell(const std::string& told) {
    const std::string whole = told + '\n';
    for (std::size_t sent = 0; sent < whole.size();) {
        const auto more = ::write(input_, whole.data() + sent, whole.size() - sent);
        if (more <= 0) throw std::runtime_error("the Node program has ended");
        sent += static_cast<std::size_t>(more);
    }
}
