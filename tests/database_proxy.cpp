// SPDX-License-Identifier: EUPL-1.2
#include "database_proxy.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <stdexcept>

namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + ": too long");
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

// What stands ready goes over; false when a side has ended.
bool pass(int from, int to) {
    char bytes[16384];
    auto left = ::recv(from, bytes, sizeof bytes, 0);
    if (left <= 0) return false;
    for (const char* at = bytes; left > 0;) {
        const auto sent = ::send(to, at, static_cast<std::size_t>(left), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        at += sent;
        left -= sent;
    }
    return true;
}

}  // namespace

DatabaseProxy::DatabaseProxy(const std::string& url)
    : url_(url + (url.find('?') == std::string::npos ? '?' : '&') + "host=" + folder_.path +
           "&port=5432"),
      host_("/var/run/postgresql"),
      port_("5432") {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(url.c_str(), nullptr), PQconninfoFree);
    if (!options) throw std::runtime_error("not the URI of a PostgreSQL");
    for (const auto* option = options.get(); option->keyword; ++option) {
        if (!option->val) continue;
        if (std::strcmp(option->keyword, "host") == 0) host_ = option->val;
        if (std::strcmp(option->keyword, "port") == 0) port_ = option->val;
    }
    restore();
}

DatabaseProxy::~DatabaseProxy() {
    cut();
}

void DatabaseProxy::restore() {
    const auto address = address_of(folder_ / ".s.PGSQL.5432");
    if (::pipe2(wake_, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 64) != 0)
        throw std::runtime_error("cannot listen in " + folder_.path);
    thread_ = std::thread([this] { forward(); });
}

void DatabaseProxy::cut() {
    if (!thread_.joinable()) return;
    ::close(wake_[1]);
    thread_.join();
    ::close(wake_[0]);
    ::close(listener_);
    ::unlink((folder_ / ".s.PGSQL.5432").c_str());
}

int DatabaseProxy::connect() const {
    if (host_.starts_with('/')) {
        const auto address = address_of(host_ + "/.s.PGSQL." + port_);
        const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
            return made;
        ::close(made);
        return -1;
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found) != 0) return -1;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
    for (const addrinfo* one = found; one; one = one->ai_next) {
        const int made = ::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(made, one->ai_addr, one->ai_addrlen) == 0) return made;
        ::close(made);
    }
    return -1;
}

void DatabaseProxy::forward() {
    std::vector<Pair> pairs;
    std::vector<pollfd> polls;
    for (;;) {
        polls = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
        for (const Pair& pair : pairs) {
            polls.push_back({pair.client, POLLIN, 0});
            polls.push_back({pair.server, POLLIN, 0});
        }
        ::poll(polls.data(), polls.size(), -1);
        if (polls[0].revents != 0) break;
        for (std::size_t i = pairs.size(); i-- > 0;) {
            const Pair pair = pairs[i];
            const bool good = (polls[2 * i + 2].revents == 0 || pass(pair.client, pair.server)) &&
                              (polls[2 * i + 3].revents == 0 || pass(pair.server, pair.client));
            if (good) continue;
            ::close(pair.client);
            ::close(pair.server);
            pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (polls[1].revents == 0) continue;
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        const int server = connect();
        if (client >= 0 && server >= 0) {
            pairs.push_back({client, server});
        } else {
            if (client >= 0) ::close(client);
            if (server >= 0) ::close(server);
        }
    }
    for (const Pair& pair : pairs) {
        ::close(pair.client);
        ::close(pair.server);
    }
}
