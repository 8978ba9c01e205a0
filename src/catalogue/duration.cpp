// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"
#include "catalogue/formats.hpp"

#include <array>
#include <utility>

namespace catalogue {
namespace {

constexpr int minutes_a_day = 420;  // a taught day has 7 hours

using Word = std::pair<std::string_view, int>;
constexpr std::array<Word, 17> units{{{"jour", minutes_a_day},
                                      {"jours", minutes_a_day},
                                      {"j", minutes_a_day},
                                      {"journee", minutes_a_day},
                                      {"journees", minutes_a_day},
                                      {"heure", 60},
                                      {"heures", 60},
                                      {"h", 60},
                                      {"hour", 60},
                                      {"hours", 60},
                                      {"day", minutes_a_day},
                                      {"days", minutes_a_day},
                                      {"minute", 1},
                                      {"minutes", 1},
                                      {"min", 1},
                                      {"mn", 1},
                                      {"mins", 1}}};
constexpr std::array<Word, 11> numbers{{{"un", 1},
                                        {"une", 1},
                                        {"deux", 2},
                                        {"trois", 3},
                                        {"quatre", 4},
                                        {"cinq", 5},
                                        {"six", 6},
                                        {"sept", 7},
                                        {"huit", 8},
                                        {"neuf", 9},
                                        {"dix", 10}}};

template <std::size_t N>
int look_up(const std::array<Word, N>& table, std::string_view word) {
    for (const auto& [name, value] : table)
        if (name == word) return value;
    return 0;
}

// Folded words read from left to right; hundredths keep "1,5 jour" whole.
class Parser {
public:
    explicit Parser(std::string_view words) : rest_(words) {}

    std::optional<int> minutes() {
        int total = 0;
        int last_unit = 1 << 30;
        for (skip_space(); !rest_.empty(); skip_space()) {
            if (total > 0 && take("et ")) {
                skip_space();
                if (take("demie") || take("demi")) {
                    total += last_unit / 2;
                    skip_space();
                    return rest_.empty() ? std::optional(total) : std::nullopt;
                }
            }
            const auto hundredths = number();
            if (!hundredths) return std::nullopt;
            skip_space();
            if (take("-")) skip_space();
            const auto word = letters();
            int unit = look_up(units, word);
            if (word.empty() && last_unit == 60 && *hundredths % 100 == 0 && *hundredths < 6000)
                unit = 1;  // "1 h 30"
            if (unit == 0 || unit >= last_unit) return std::nullopt;
            const long minutes_hundredths = static_cast<long>(*hundredths) * unit;
            if (minutes_hundredths % 100 != 0 || minutes_hundredths > 10'000'000)
                return std::nullopt;
            total += static_cast<int>(minutes_hundredths / 100);
            last_unit = unit;
        }
        return total >= 1 && total <= 100'000 ? std::optional(total) : std::nullopt;
    }

private:
    void skip_space() { rest_ = base::trim(rest_); }
    bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    std::string_view letters() {
        std::size_t size = 0;
        while (size < rest_.size() && rest_[size] >= 'a' && rest_[size] <= 'z') ++size;
        const auto word = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return word;
    }
    std::optional<int> digits() {
        std::size_t size = 0;
        while (size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9') ++size;
        if (size == 0 || size > 6) return std::nullopt;
        const auto value = base::to_integer(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return static_cast<int>(value.value_or(0));
    }
    // In hundredths: digits with at most two decimals, a half, a number in words, or one "demi-".
    std::optional<int> number() {
        if (take("1/2") || take("½")) return 50;
        const auto before = rest_;
        if (take("demie") || take("demi")) return 50;
        if (const auto word = letters(); !word.empty()) {
            const int value = look_up(numbers, word);
            if (value == 0) rest_ = before;
            return value == 0 ? std::nullopt : std::optional(halved(value * 100));
        }
        const auto whole = digits();
        if (!whole) return std::nullopt;
        int hundredths = *whole * 100;
        if (rest_.size() > 1 && (rest_[0] == ',' || rest_[0] == '.')) {
            rest_.remove_prefix(1);
            const auto size = rest_.size();
            const auto decimals = digits();
            const auto places = size - rest_.size();
            if (!decimals || places > 2) return std::nullopt;
            hundredths += places == 1 ? *decimals * 10 : *decimals;
        }
        return halved(hundredths);
    }
    int halved(int hundredths) {  // "2 demi-journées"
        skip_space();
        return take("demie-") || take("demi-") || take("demi ") ? hundredths / 2 : hundredths;
    }

    std::string_view rest_;
};

}  // namespace

std::optional<int> minutes_of_duration(std::string_view words) {
    std::string folded = base::fold(words);
    for (auto at = folded.find("\xC2\xA0"); at != std::string::npos; at = folded.find("\xC2\xA0")) {
        folded.erase(at, 1);
        folded[at] = ' ';
    }
    std::string_view text = base::trim(folded);
    while (text.ends_with('.')) text.remove_suffix(1);
    // "2 jours (14 heures)": both must say the same, where the second is a duration at all.
    if (const auto open = text.find('('); open != std::string_view::npos && text.ends_with(')')) {
        const auto outside = Parser(text.substr(0, open)).minutes();
        const auto inside = Parser(text.substr(open + 1, text.size() - open - 2)).minutes();
        return inside && inside != outside ? std::nullopt : outside;
    }
    return Parser(text).minutes();
}

}  // namespace catalogue
