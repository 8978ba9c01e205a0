// SPDX-License-Identifier: EUPL-1.2
#include "app/emergency_command.hpp"

#include "app/application.hpp"
#include "app/configuration.hpp"
#include "base/text.hpp"
#include "identity/totp.hpp"
#include "paper/paper.hpp"

#include <fmt/format.h>

#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <stdexcept>

namespace app {
namespace {

// What is typed is not shown while one of these lives.
class Hidden {
public:
    Hidden() {
        known_ = tcgetattr(STDIN_FILENO, &before_) == 0;
        termios hidden = before_;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (known_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    ~Hidden() {
        if (known_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::cerr << '\n';
    }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;

private:
    termios before_{};
    bool known_ = false;
};

std::string read_line() {
    std::string line;
    if (!std::getline(std::cin, line)) throw std::runtime_error("no password was given");
    return line;
}

std::string read_password() {
    if (isatty(STDIN_FILENO) == 0) return read_line();
    const auto ask = [](const char* words) {
        std::cerr << words << std::flush;
        const Hidden hidden;
        return read_line();
    };
    std::string password = ask("Password (12 characters at least): ");
    if (ask("Once more: ") != password) throw std::runtime_error("the two are not the same");
    return password;
}

// Two rows of the code a line, white on black whatever the terminal's colours are.
std::string drawn(const paper::QrCode& code) {
    const int end = code.side + paper::quiet_zone;
    std::string out;
    for (int y = -paper::quiet_zone; y < end; y += 2) {
        out += "\033[97;40m";
        for (int x = -paper::quiet_zone; x < end; ++x) {
            const bool upper = !code.dark_at(x, y);
            const bool lower = !code.dark_at(x, y + 1);
            out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
        }
        out += "\033[0m\n";
    }
    return out;
}

void print_enrolment(const std::string& key, const std::string& email) {
    const std::string url = identity::totp::enrolment_url(key, "Campus", email);
    if (isatty(STDOUT_FILENO) != 0)
        if (const auto code = paper::qr_code(url)) std::cout << drawn(*code);
    std::cout << "Scan it with an authenticator application, or type the key there:\n"
              << "  key  " << identity::totp::base32(key) << "\n"
              << "  url  " << url << "\n"
              << "It is not shown again. Sign-in: /sign-in/emergency\n";
}

void list(Application& app) {
    for (const identity::EmergencyAdministrator& one : app.emergency.all())
        std::cout << fmt::format(
            "{:<40} {:<8} created {}, {}\n", one.person.email,
            one.disabled_at ? "disabled" : "enabled", base::iso_time(one.created_at),
            one.used_at ? "used " + base::iso_time(*one.used_at) : std::string{"never used"});
}

}  // namespace

base::Result<void> administer_emergency(Application& app, const Command& command, base::Time now) {
    if (command.what == "list") {
        list(app);
        return {};
    }
    if (command.person.empty()) throw std::runtime_error("whose? give their mail address");
    if (command.what == "disable") {
        const auto done = app.emergency.disable(command.person, now);
        if (done) std::cout << command.person << " is disabled and signed out\n";
        return done;
    }
    const auto key = app.emergency.create(command.person, read_password(), now);
    if (!key) return base::unexpected(key.error());
    print_enrolment(*key, command.person);
    return {};
}

}  // namespace app
