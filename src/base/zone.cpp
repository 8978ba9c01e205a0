// SPDX-License-Identifier: EUPL-1.2
#include "base/zone.hpp"

#include <date/tz.h>

namespace base {
namespace {

const date::time_zone& paris() {
    static const date::time_zone& zone = *date::locate_zone("Europe/Paris");
    return zone;
}

}  // namespace

Time paris_time(Date day, std::chrono::minutes since_midnight) {
    const date::local_seconds local{day.time_since_epoch() + since_midnight};
    return Time{paris().to_sys(local, date::choose::earliest).time_since_epoch()};
}

WallClock in_paris(Time time) {
    const auto local = paris().to_local(date::sys_seconds{time.time_since_epoch()});
    const auto day = std::chrono::floor<std::chrono::days>(local.time_since_epoch());
    return {Date{day}, std::chrono::floor<std::chrono::minutes>(local.time_since_epoch() - day)};
}

}  // namespace base
