// SPDX-License-Identifier: EUPL-1.2
#include "pix/contract.hpp"

#include "base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace pix::contract {
namespace json = boost::json;
namespace {

constexpr std::size_t most_depth = 16;
constexpr std::size_t most_items = 1000;  // of a page: whoever sends more ignores what we ask
constexpr std::size_t most_organisations = 2000;
constexpr std::size_t most_parts = 1000;  // badges, topics of one participation
constexpr std::size_t longest_text = 1000;
constexpr int most_pages = 100'000;
constexpr int highest_level = 20;  // Pix has 8; room for others
constexpr std::int64_t highest_id = std::int64_t{1} << 53;
constexpr double whole = 10'000;

// Reads field by field and keeps the first flaw; after one, what is read does not count.
class Reader {
public:
    explicit Reader(std::string_view text) {
        json::error_code error;
        value_ = json::parse(text, error, {}, {.max_depth = most_depth});
        if (error) wrong("", "json");
    }
    const json::value& root() const { return value_; }
    const std::optional<Flaw>& flaw() const { return flaw_; }
    void wrong(std::string field, std::string what) {
        if (!flaw_) flaw_ = Flaw{std::move(field), std::move(what)};
    }

private:
    json::value value_;
    std::optional<Flaw> flaw_;
};

// One object of the answer and where it stands.
class At {
public:
    At(Reader& reader, const json::value& value, std::string path)
        : reader_(reader), object_(value.if_object()), path_(std::move(path)) {
        if (object_ == nullptr) reader_.wrong(path_, "type");
    }
    std::string path(std::string_view name) const {
        return path_.empty() ? std::string{name} : path_ + '.' + std::string{name};
    }
    void wrong(std::string_view name, std::string what) const {
        reader_.wrong(path(name), std::move(what));
    }
    // nullptr where it is absent or null.
    const json::value* find(std::string_view name) const {
        const auto* value = object_ == nullptr ? nullptr : object_->if_contains(name);
        return value == nullptr || value->is_null() ? nullptr : value;
    }
    const json::value* need(std::string_view name) const {
        const auto* value = find(name);
        if (value == nullptr) wrong(name, "missing");
        return value;
    }
    std::int64_t integer(std::string_view name, std::int64_t low, std::int64_t high) const {
        const auto* value = need(name);
        return value == nullptr ? 0 : as_integer(name, *value, low, high);
    }
    std::int64_t optional_integer(std::string_view name, std::int64_t low,
                                  std::int64_t high) const {
        const auto* value = find(name);
        return value == nullptr ? 0 : as_integer(name, *value, low, high);
    }
    std::string text(std::string_view name) const {
        const auto* value = need(name);
        return value == nullptr ? std::string{} : as_text(name, *value);
    }
    std::string optional_text(std::string_view name) const {
        const auto* value = find(name);
        return value == nullptr ? std::string{} : as_text(name, *value);
    }
    std::optional<base::Time> optional_time(std::string_view name) const {
        const auto* value = find(name);
        if (value == nullptr) return std::nullopt;
        const auto time = parse_time(as_text(name, *value));
        if (!time) wrong(name, "date");
        return time;
    }
    bool flag(std::string_view name) const {
        const auto* value = need(name);
        if (value != nullptr && !value->is_bool()) wrong(name, "type");
        return value != nullptr && value->is_bool() && value->get_bool();
    }
    // Of 0 to 1, in ten-thousandths.
    std::optional<int> optional_share(std::string_view name) const {
        const auto* value = find(name);
        if (value == nullptr) return std::nullopt;
        json::error_code error;
        const double number = value->to_number<double>(error);
        if (error) wrong(name, "type");
        if (error || !(number >= 0 && number <= 1)) {
            wrong(name, "range");
            return std::nullopt;
        }
        return static_cast<int>(std::lround(number * whole));
    }
    // Each object of a list; none where it is absent.
    template <class Take>
    void each(std::string_view name, std::size_t most, Take&& take) const {
        const auto* value = find(name);
        if (value == nullptr) return;
        const auto* list = value->if_array();
        if (list == nullptr) return wrong(name, "type");
        if (list->size() > most) return wrong(name, "too_many");
        for (std::size_t i = 0; i < list->size() && !reader_.flaw(); ++i)
            take(At(reader_, (*list)[i], path(name) + '[' + std::to_string(i) + ']'));
    }
    std::optional<At> optional_object(std::string_view name) const {
        const auto* value = find(name);
        if (value == nullptr) return std::nullopt;
        return At(reader_, *value, path(name));
    }

private:
    std::int64_t as_integer(std::string_view name, const json::value& value, std::int64_t low,
                            std::int64_t high) const {
        json::error_code error;
        const auto number = value.to_number<std::int64_t>(error);
        if (error) {
            wrong(name, "type");
            return 0;
        }
        if (number < low || number > high) wrong(name, "range");
        return number;
    }
    std::string as_text(std::string_view name, const json::value& value) const {
        const auto* text = value.if_string();
        if (text == nullptr) {
            wrong(name, "type");
            return {};
        }
        if (text->size() > longest_text || !base::is_utf8({text->data(), text->size()})) {
            wrong(name, "too_long");
            return {};
        }
        return {text->data(), text->size()};
    }

    Reader& reader_;
    const json::object* object_;
    std::string path_;
};

Organisation read_organisation(const At& at) {
    return {.id = at.integer("id", 1, highest_id), .name = at.text("name")};
}

Campaign read_campaign(const At& at) {
    return {.id = at.integer("id", 1, highest_id),
            .name = at.text("name"),
            .type = at.text("type"),
            .target_profile = at.optional_text("targetProfileName"),
            .code = at.text("code"),
            .archived_at = at.optional_time("archivedAt")};
}

Participation read_participation(const At& at) {
    Participation read{.id = at.integer("id", 1, highest_id),
                       .pseudonym = at.optional_text("participantExternalId"),
                       .shared = false,
                       .shared_at = at.optional_time("sharedAt"),
                       .mastery = at.optional_share("masteryRate"),
                       .badges = {},
                       .topics = {}};
    const std::string status = at.text("status");
    read.shared = status == "SHARED";
    if (!read.shared && status != "STARTED") at.wrong("status", "range");
    if (read.shared && !read.shared_at) at.wrong("sharedAt", "missing");
    if (const auto stages = at.optional_object("stages")) {
        read.stages = static_cast<int>(stages->optional_integer("numberOfStages", 0, 1000));
        read.stage = static_cast<int>(stages->optional_integer("reachedStage", 0, read.stages));
    }
    at.each("badges", most_parts, [&](const At& badge) {
        std::string title = badge.text("title");
        if (badge.flag("isAcquired")) read.badges.push_back(std::move(title));
    });
    at.each("tubes", most_parts, [&](const At& tube) {
        Topic topic{.competence = tube.text("competenceId"),
                    .title = tube.optional_text("practicalTitle"),
                    .most = static_cast<int>(tube.optional_integer("maxLevel", 0, highest_level))};
        topic.reached = static_cast<int>(tube.optional_integer("reachedLevel", 0, highest_level));
        read.topics.push_back(std::move(topic));
    });
    return read;
}

template <class T, class ReadOne>
Read<Page<T>> read_page(std::string_view text, std::string_view list, int number,
                        ReadOne&& read_one) {
    Reader reader(text);
    const At root(reader, reader.root(), "");
    Page<T> page;
    root.need(list);
    root.each(list, most_items, [&](const At& at) { page.items.push_back(read_one(at)); });
    root.need("page");
    if (const auto told = root.optional_object("page")) {
        if (told->integer("number", 1, most_pages) != number) told->wrong("number", "page");
        page.pages = static_cast<int>(told->integer("count", 0, most_pages));
    }
    if (reader.flaw()) return std::unexpected(*reader.flaw());
    return page;
}

bool digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "10:20" at the beginning, in minutes.
std::optional<std::chrono::minutes> hours_minutes(std::string_view text) {
    if (text.size() < 5 || !digits(text.substr(0, 2)) || text[2] != ':' ||
        !digits(text.substr(3, 2)))
        return std::nullopt;
    const auto hours = base::to_integer(text.substr(0, 2));
    const auto minutes = base::to_integer(text.substr(3, 2));
    if (*hours > 23 || *minutes > 59) return std::nullopt;
    return std::chrono::minutes{*hours * 60 + *minutes};
}

}  // namespace

Read<std::string> read_token(std::string_view text) {
    Reader reader(text);
    const At root(reader, reader.root(), "");
    const auto* value = root.need("access_token");
    const auto* token = value == nullptr ? nullptr : value->if_string();
    // A header must not be split by what was sent (RFC 6750, 2.1: b64token).
    const bool good = token != nullptr && !token->empty() && token->size() <= 8192 &&
                      std::ranges::all_of(*token, [](char c) { return c > ' ' && c < 127; });
    if (!good) root.wrong("access_token", "type");
    if (reader.flaw()) return std::unexpected(*reader.flaw());
    return std::string{token->data(), token->size()};
}

Read<std::vector<Organisation>> read_organisations(std::string_view text) {
    Reader reader(text);
    std::vector<Organisation> organisations;
    const auto* list = reader.root().if_array();
    if (list == nullptr)
        reader.wrong("", "type");
    else if (list->size() > most_organisations)
        reader.wrong("", "too_many");
    else
        for (std::size_t i = 0; i < list->size() && !reader.flaw(); ++i)
            organisations.push_back(
                read_organisation(At(reader, (*list)[i], '[' + std::to_string(i) + ']')));
    if (reader.flaw()) return std::unexpected(*reader.flaw());
    return organisations;
}

Read<Page<Campaign>> read_campaigns(std::string_view text, int number) {
    return read_page<Campaign>(text, "campaigns", number, read_campaign);
}

Read<Page<Participation>> read_participations(std::string_view text, int number) {
    return read_page<Participation>(text, "campaignParticipations", number, read_participation);
}

std::optional<base::Time> parse_time(std::string_view text) {
    using std::chrono::seconds;
    constexpr std::size_t date = 10;
    if (text.size() < date + 7 || text[date] != 'T') return std::nullopt;
    const auto day = base::parse_iso_date(text.substr(0, date));
    const auto minutes = hours_minutes(text.substr(date + 1));
    if (!day || !minutes) return std::nullopt;
    text.remove_prefix(date + 6);
    base::Time time = *day + *minutes;
    if (text.size() > 3 && text[0] == ':' && digits(text.substr(1, 2))) {
        const auto past = *base::to_integer(text.substr(1, 2));
        if (past > 59) return std::nullopt;
        time += seconds{past};
        text.remove_prefix(3);
        if (text[0] == '.') {
            const auto end = std::min(text.find_first_not_of("0123456789", 1), text.size());
            if (end == 1 || end > 10) return std::nullopt;
            text.remove_prefix(end);
        }
    }
    if (text == "Z") return time;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const auto offset = hours_minutes(text.substr(1));
    if (!offset) return std::nullopt;
    return text[0] == '+' ? time - *offset : time + *offset;
}

}  // namespace pix::contract
