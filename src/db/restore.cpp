// SPDX-License-Identifier: EUPL-1.2
#include "db/restore.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <limits>
#include <memory>

#include "db/database.hpp"
#include "db/migrate.hpp"

namespace db {

namespace {

namespace fs = std::filesystem;

// What belongs to a database besides its file.
constexpr const char* parts[] = {"", "-wal", "-shm", "-journal"};

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

// Nobody else may use the database from here to the end of the object. Turning WAL off needs every
// other connection gone, and leaves one file that is whole without a log beside it.
class Alone {
public:
    explicit Alone(const std::string& file) {
        sqlite3* raw = nullptr;
        sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
        handle_.reset(raw);
        for (const char* sql : {"PRAGMA journal_mode=DELETE", "BEGIN EXCLUSIVE"}) {
            const int code = sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) & 0xff;
            if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
                throw Failure(file + " is in use: stop the server first");
            // Too damaged to be locked: that may be why a copy is being restored.
            if (code != SQLITE_OK) {
                handle_.reset();
                return;
            }
        }
    }

private:
    Handle handle_;
};

// The copy of the copy, removed again unless it took its place.
class Candidate {
public:
    Candidate(const std::string& from, const std::string& place)
        : file_(fmt::format("{}.restoring-{}", place, ::getpid())) {
        std::error_code error;
        fs::copy_file(from, file_, error);
        if (error) throw Failure(fmt::format("cannot copy {}: {}", from, error.message()));
    }
    Candidate(const Candidate&) = delete;
    Candidate& operator=(const Candidate&) = delete;
    ~Candidate() {
        std::error_code ignored;
        for (const char* part : parts) fs::remove(file_ + part, ignored);
    }
    const std::string& file() const { return file_; }

private:
    const std::string file_;
};

std::int64_t number(Transaction& transaction, const Query& query) {
    std::int64_t value = 0;
    transaction.run(query, {}, [&](const Row& row) { value = row.integer(0); });
    return value;
}

void check(const std::string& file) {
    // All of it is read, which is slow and no news.
    const auto database = open({.url = "sqlite:" + file,
                                .connections = 2,
                                .slow_query_ms = std::numeric_limits<int>::max()});
    database->read([](Transaction& transaction) {
        static constexpr Query whole{"restore.integrity", "PRAGMA integrity_check(1)"};
        transaction.run(whole, {}, [](const Row& row) {
            if (row.text(0) != "ok") throw Failure(fmt::format("it is damaged: {}", row.text(0)));
        });
        static constexpr Query table{
            "restore.table", "SELECT count(*) FROM sqlite_schema WHERE name = 'migrations'"};
        static constexpr Query rows{"restore.migrations", "SELECT count(*) FROM migrations"};
        if (number(transaction, table) == 0 || number(transaction, rows) == 0)
            throw Failure("it is no database of Campus");
        static constexpr Query orphans{"restore.references", "PRAGMA foreign_key_check"};
        if (transaction.run(orphans, {}) > 0) throw Failure("it has rows that refer to nothing");
    });
    migrate(*database);
}

void sync_to_disk(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!done) throw Failure("cannot write " + path + " to the disk");
}

// The first free name. A second name for the same file, so that the place is never empty.
std::string keep_aside(const std::string& file) {
    for (int n = 1;; ++n) {
        const std::string aside = fmt::format("{}.before-restore-{}", file, n);
        std::error_code error;
        fs::create_hard_link(file, aside, error);
        if (error == std::errc::file_exists) continue;
        if (error) throw Failure(fmt::format("cannot keep {}: {}", file, error.message()));
        // Of a damaged database only: a sound one is in one file by now.
        for (const char* part : {"-wal", "-shm", "-journal"})
            if (fs::exists(file + part)) fs::rename(file + part, aside + part);
        return aside;
    }
}

}  // namespace

Restored restore(const std::string& url, const std::string& copy) {
    constexpr std::string_view sqlite = "sqlite:";
    if (!url.starts_with(sqlite))
        throw Failure(
            "PostgreSQL is restored with pg_restore --clean --if-exists --dbname=URL FILE");
    const std::string file = url.substr(sqlite.size());
    std::error_code ignored;
    if (!fs::is_regular_file(copy, ignored)) throw Failure("cannot read " + copy);
    if (fs::equivalent(copy, file, ignored)) throw Failure(copy + " is the database itself");
    if (fs::exists(copy + "-wal", ignored) || fs::exists(copy + "-journal", ignored))
        throw Failure(copy + " is a database in use: make a copy with campus backup");

    const Candidate candidate(copy, file);
    try {
        check(candidate.file());
    } catch (const Failure& failure) {
        throw Failure(fmt::format("{} cannot be restored: {}", copy, failure.what()));
    }
    sync_to_disk(candidate.file());

    Restored restored;
    std::unique_ptr<Alone> alone;
    if (fs::exists(file)) {
        alone = std::make_unique<Alone>(file);
        restored.moved_aside = keep_aside(file);
    } else {
        for (const char* part : {"-wal", "-journal"})
            if (fs::exists(file + part))
                throw Failure(file + part + " is left of a lost database: move it away first");
    }
    fs::rename(candidate.file(), file);
    const auto folder = fs::path(file).parent_path();
    sync_to_disk(folder.empty() ? "." : folder.string());
    return restored;
}

}  // namespace db
