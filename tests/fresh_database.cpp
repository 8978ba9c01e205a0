// SPDX-License-Identifier: EUPL-1.2
#include "fresh_database.hpp"

#include <libpq-fe.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>

#include "db/database.hpp"
#include "db/migrate.hpp"

namespace {

namespace fs = std::filesystem;

std::string server_uri() {
    const char* value = std::getenv("CAMPUS_TEST_DATABASE");
    return value ? value : "sqlite";
}

void migrate(const std::string& url) {
    db::Options options;
    options.url = url;
    options.connections = 2;
    db::migrate(*db::open(options));
}

std::string next_name() {
    static std::atomic<int> last = 0;
    return std::to_string(++last);
}

// A folder of files. In memory where there is one, because there a sync costs nothing.
class SqliteTemplate {
public:
    SqliteTemplate() {
        const bool memory = ::access("/dev/shm", W_OK) == 0;
        std::string pattern =
            (memory ? fs::path("/dev/shm") : fs::temp_directory_path()) / "campus-test-XXXXXX";
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
        folder_ = pattern;
        migrate("sqlite:" + (folder_ / "template").string());
    }
    ~SqliteTemplate() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    std::string copy() const {
        const auto file = folder_ / next_name();
        fs::copy_file(folder_ / "template", file);
        return "sqlite:" + file.string();
    }

private:
    fs::path folder_;
};

class PostgresTemplate {
public:
    PostgresTemplate() : connection_(PQconnectdb(server_uri().c_str()), PQfinish) {
        run("SET client_min_messages = warning");
        // Not template1: somebody else may be connected to it, and then it cannot be copied.
        run("CREATE DATABASE " + prefix_ + " TEMPLATE template0");
        migrate(url_of(prefix_));
    }
    ~PostgresTemplate() {
        for (const auto& name : left_) drop(name);
        drop(prefix_);
    }

    // file_copy took 16 ms (75 with fsync), wal_log 20-150: the database is small.
    std::string copy() {
        const auto name = prefix_ + "_" + next_name();
        drop_left(4);
        run("CREATE DATABASE " + name + " TEMPLATE " + prefix_ + " STRATEGY file_copy");
        return url_of(name);
    }
    // Not dropped at once: its sessions are just ending, and the server would wait for them in
    // steps of 100 ms.
    void leave(const std::string& name) {
        const std::lock_guard lock(mutex_);
        left_.push_back(name);
    }
    // The URI with another database: postgresql://authority/NAME?options
    static std::string url_of(const std::string& name) {
        const auto uri = server_uri();
        const auto path = uri.find('/', uri.find("://") + 3);
        const auto query = uri.find('?');
        return uri.substr(0, std::min(path, query)) + "/" + name +
               (query == uri.npos ? "" : uri.substr(query));
    }

private:
    void drop_left(std::size_t but) {
        const std::lock_guard lock(mutex_);
        for (; left_.size() > but; left_.pop_front()) drop(left_.front());
    }
    void drop(const std::string& name) noexcept {
        PQclear(PQexec(connection_.get(),
                       ("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)").c_str()));
    }
    void run(const std::string& sql) {
        const std::lock_guard lock(mutex_);
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(
            PQexec(connection_.get(), sql.c_str()), PQclear);
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
            throw std::runtime_error(sql + ": " + PQerrorMessage(connection_.get()));
    }

    // Random, so that several test programs, also in containers with equal numbers, never meet.
    const std::string prefix_ =
        "campus_test_" + std::to_string(::getpid()) + "_" + std::to_string(std::random_device{}());
    std::mutex mutex_;
    std::deque<std::string> left_;
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

PostgresTemplate& postgres_template() {
    static PostgresTemplate made;
    return made;
}

SqliteTemplate& sqlite_template() {
    static SqliteTemplate made;
    return made;
}

}  // namespace

bool test_on_postgresql() {
    return server_uri().starts_with("postgres");
}

FreshDatabase::FreshDatabase()
    : url(test_on_postgresql() ? postgres_template().copy() : sqlite_template().copy()) {}

FreshDatabase::~FreshDatabase() {
    if (test_on_postgresql()) {
        const auto begin = url.find('/', url.find("://") + 3) + 1;
        postgres_template().leave(url.substr(begin, url.find('?') - begin));
    } else {
        std::error_code ignored;
        for (const char* suffix : {"", "-wal", "-shm"})
            fs::remove(url.substr(std::string("sqlite:").size()) + suffix, ignored);
    }
}
