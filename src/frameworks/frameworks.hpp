// SPDX-License-Identifier: EUPL-1.2
// Door of the frameworks slice: what digital competence is made of (DigComp 2.2 and those to come),
// what each digital trade asks for, and the common core that administrations set.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db
namespace identity {
class Identity;
}
namespace organisations {
class Organisations;
class Tree;
}  // namespace organisations

namespace frameworks {

// In both languages.
struct Label {
    std::string fr, en;
    const std::string& in(std::string_view language) const { return language == "en" ? en : fr; }
};

struct Area {
    std::string code;  // "1"
    Label label;
};
// Bands of two levels: 0 fundamental, 1 intermediate, 2 advanced, 3 highly specialised.
inline constexpr int bands = 4;
inline constexpr int highest_level = 8;
// Of a level from 1 to 8.
constexpr int band_of(int level) {
    return (level - 1) / 2;
}
std::string_view name_of_band(int band);  // "fundamental": also the end of a message key

struct Competence {
    std::string code;  // "1.1"
    std::string area;
    Label label;
    std::array<Label, bands> can_do;  // what somebody of that band can do
};
struct Level {
    int number = 1;
    Label description;  // the task, and whether one does it alone
};

// One version of a framework. Carried by the binary and never changed.
struct Framework {
    std::string id;  // "digcomp-2.2"
    Label title;
    std::string source;
    std::vector<Area> areas;
    std::vector<Competence> competences;  // in the order of their codes
    std::vector<Level> levels;
    const Competence* find(std::string_view competence) const;
    const Area* find_area(std::string_view code) const;
};
const std::vector<Framework>& all();
const Framework* find(std::string_view id);
const Framework& present();  // the one that levels and items are told in

// The competences of the present framework that one of another stands for ("pix": "1.1").
struct Mapped {
    std::string from;
    Label label;  // as the other framework has it
    std::vector<std::string> to;
};
struct Mapping {
    std::string from;  // "pix"
    std::string to;    // "digcomp-2.2"
    Label title;
    std::string source;
    std::vector<Mapped> pairs;
    const Mapped* find(std::string_view competence) const;
};
const std::vector<Mapping>& mappings();
const Mapping* find_mapping(std::string_view from, std::string_view to);

// Levels by competence, 1 to 8; a competence that is absent is not asked for.
using Targets = std::map<std::string, int, std::less<>>;
// Nothing when all competences are known and the levels from 1 to 8; else the reason.
std::optional<base::Reason> why_not_targets(const Framework&, const Targets&);

// A digital trade of the State. The list is a working list, not the official one.
struct Trade {
    std::string code;  // "data-analyst"
    Label label;
    std::string family;  // code of a Family
    bool tension = false;
    Targets targets;
    bool edited = false;  // by the campus team; else the proposal that the program carries
    std::optional<base::PersonId> edited_by;
    base::Time edited_at{};
};
struct Family {
    std::string code;
    Label label;
};
class Trades {
public:
    explicit Trades(std::vector<Trade>);
    const std::vector<Trade>& list() const { return list_; }  // by family, then as the data has it
    const Trade* find(std::string_view code) const;

private:
    std::vector<Trade> list_;
};
const std::vector<Family>& families();
// The caution that stands beside the list: where it comes from and what it is not.
const Label& trades_source();

// What an administration asks of all its agents, from a day on.
struct Core {
    std::int64_t id = 0;                               // 0: the proposal that the program carries
    std::optional<base::OrganisationId> organisation;  // nothing: the campus, for all
    std::string framework = {};
    base::Date from{};
    Targets targets = {};
    std::string note = {};
    std::optional<base::PersonId> author = {};
    base::Time created_at{};
};

// All cores as of one moment, immutable.
class Cores {
public:
    Cores(std::vector<Core>, Core proposal);
    // Of the organisation or the nearest above it that set one by that day; else that of the
    // campus; else the proposal.
    const Core& of(const organisations::Tree&, base::OrganisationId, base::Date) const;
    const Core& of_campus(base::Date) const;
    // The versions that this organisation itself set (nothing: the campus), the latest first.
    std::vector<const Core*> set_by(std::optional<base::OrganisationId>) const;
    const Core* find(std::int64_t id) const;
    const Core& proposal() const { return proposal_; }

private:
    std::vector<Core> list_;  // by organisation and day
    Core proposal_;
};

struct NewCore {
    std::optional<base::OrganisationId> organisation;  // nothing: the campus, for all
    base::Date from{};
    Targets targets;
    std::string note;
};

class Frameworks {
public:
    // The arguments must outlive it.
    Frameworks(db::Database&, identity::Identity&, organisations::Organisations&);

    std::shared_ptr<const Trades> trades(db::Transaction&, const db::Versions&);
    std::shared_ptr<const Cores> cores(db::Transaction&, const db::Versions&);
    // What is asked of the agents of an organisation on that day.
    Core core_of(db::Transaction&, const db::Versions&, base::OrganisationId, base::Date);

    // -- what people do; refused by rules.hpp, recorded in the log of decisions
    // The campus team; from the next look on.
    base::Result<void> set_trade(base::PersonId by, std::string_view trade, const Targets&,
                                 base::Time now);
    // The training office of the organisation; the campus team for all. A core of the same day is
    // replaced while that day has not begun.
    base::Result<std::int64_t> set_core(base::PersonId by, const NewCore&, base::Time now);

private:
    struct Snapshot;
    std::shared_ptr<const Snapshot> snapshot(db::Transaction&, const db::Versions&);

    db::Database& database_;
    identity::Identity& identity_;
    organisations::Organisations& organisations_;
    std::mutex mutex_;  // guards the cache only; what is true is in the database
    std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace frameworks
