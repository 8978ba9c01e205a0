// SPDX-License-Identifier: EUPL-1.2
#include "smtp_receiver.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

SmtpReceiver::SmtpReceiver() {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("cannot fork");
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::execlp(NODE_BINARY, NODE_BINARY, SOURCE_DIR "/tests/smtp-receiver.mjs", nullptr);
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
    while (text_.find('\n') == std::string::npos)
        if (!read_more(20'000)) throw std::runtime_error("the mail server does not start");
    const auto end = text_.find('\n');
    port_ = static_cast<std::uint16_t>(std::stoi(text_.substr(0, end)));
    text_.erase(0, end + 1);
}

SmtpReceiver::~SmtpReceiver() {
    kill();
    ::close(input_);
    ::close(output_);
}

void SmtpReceiver::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

bool SmtpReceiver::read_more(int timeout_ms) {
    pollfd ready{output_, POLLIN, 0};
    if (::poll(&ready, 1, timeout_ms) <= 0) return false;
    char buffer[65536];
    const auto got = ::read(output_, buffer, sizeof buffer);
    if (got <= 0) return false;
    text_.append(buffer, static_cast<std::size_t>(got));
    return true;
}

boost::json::value SmtpReceiver::next() {
    auto end = text_.find('\n');
    for (; end == std::string::npos; end = text_.find('\n'))
        if (!read_more(20'000)) throw std::runtime_error("no letter came");
    boost::json::value told = boost::json::parse(text_.substr(0, end));
    text_.erase(0, end + 1);
    return told;
}

std::vector<boost::json::value> SmtpReceiver::take(std::size_t count) {
    std::vector<boost::json::value> letters;
    while (letters.size() < count) letters.push_back(next());
    return letters;
}

std::vector<boost::json::value> SmtpReceiver::rest() {
    if (::write(input_, "\n", 1) != 1) throw std::runtime_error("the mail server has ended");
    std::vector<boost::json::value> letters;
    for (auto told = next(); !told.as_object().contains("told"); told = next())
        letters.push_back(std::move(told));
    return letters;
}
