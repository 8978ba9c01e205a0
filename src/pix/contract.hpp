// SPDX-License-Identifier: EUPL-1.2
// What Pix answers to prescribers ("MaDDO": organisations, campaigns, participations), read from
// JSON text. Only what we may keep is read: names of participants are never looked at.
#pragma once
#include "base/clock.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pix::contract {

inline constexpr int page_size = 100;  // of ours; Pix gives at most 200
// Of an answer. A page of 100 participations with 200 topics each is about 5 MB.
inline constexpr std::size_t most_bytes = std::size_t{16} * 1024 * 1024;

// What is wrong with an answer, and where: {"campaignParticipations[3].masteryRate", "range"}.
struct Flaw {
    std::string field;
    std::string what;  // json, missing, type, range, date, too_long, too_many, page
    friend bool operator==(const Flaw&, const Flaw&) = default;
};
template <class T>
using Read = std::expected<T, Flaw>;

template <class T>
struct Page {
    std::vector<T> items;
    int pages = 0;  // in all, by now
};

struct Organisation {
    std::int64_t id = 0;
    std::string name;
};

struct Campaign {
    std::int64_t id = 0;
    std::string name;
    std::string type;            // ASSESSMENT, EXAM, PROFILES_COLLECTION; others in time
    std::string target_profile;  // "" where there is none
    std::string code;            // what a participant types, and part of the link
    std::optional<base::Time> archived_at;
};

struct Topic {
    std::string competence;  // id at Pix
    std::string title;
    int reached = 0, most = 0;  // levels, from 0
    friend bool operator==(const Topic&, const Topic&) = default;
};

struct Participation {
    std::int64_t id = 0;
    std::string pseudonym;  // the external id; "" where there is none
    bool shared = false;    // else only begun
    std::optional<base::Time> shared_at;
    std::optional<int> mastery;       // ten-thousandths, 0 to 10000
    int stage = 0, stages = 0;        // reached, of so many; 0 of 0: the campaign has none
    std::vector<std::string> badges;  // titles of those acquired
    std::vector<Topic> topics;
    friend bool operator==(const Participation&, const Participation&) = default;
};

// The access token of an answer to client credentials (RFC 6749, 4.4.3).
Read<std::string> read_token(std::string_view json);
Read<std::vector<Organisation>> read_organisations(std::string_view json);
// `number`: of the page that was asked for, from 1.
Read<Page<Campaign>> read_campaigns(std::string_view json, int number);
Read<Page<Participation>> read_participations(std::string_view json, int number);

// "2025-01-03T10:20:30.456Z", also with an offset; fractions of a second are cut off.
std::optional<base::Time> parse_time(std::string_view text);

}  // namespace pix::contract
