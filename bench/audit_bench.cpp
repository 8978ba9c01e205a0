// SPDX-License-Identifier: EUPL-1.2
// Figures of the log of decisions: how long it takes to seal and to verify it, and how many
// decisions a second one connection records.
//   build/release/audit_bench [DATABASE] [ROWS]      an empty database: sqlite:FILE,
//   postgresql://...
// Prints one JSON object; exit status 1 when a million rows take 10 seconds or more to verify.
#include "audit/audit.hpp"
#include "base/clock.hpp"
#include "db/database.hpp"
#include "db/migrate.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

// Rows as wide as real ones. Twenty people decide on as many things as there are rows.
constexpr db::Query fill{"bench.fill", R"sql(
    WITH RECURSIVE n (i) AS (SELECT $1 + 0 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
    INSERT INTO audit_log (at, actor_id, role, perimeter_id, action, object, object_id,
                           before_json, after_json)
    SELECT 1795000000 + i, i % 20, 'training_office', i % 300, 'requests.approve', 'request', i,
           '{"state":"submitted","step":1}',
           '{"state":"approved","step":2,"decided_at":1795000000}'
    FROM n
)sql"};

double seconds_of(const auto& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) try {
    const std::string url = argc > 1 ? argv[1] : "sqlite:audit-bench.db";
    const std::int64_t rows = argc > 2 ? std::atoll(argv[2]) : 1'000'000;
    const auto database = db::open({.url = url, .slow_query_ms = 60'000});
    db::migrate(*database);
    audit::Audit audit(*database);
    const auto now = base::from_epoch(1'800'000'000);

    constexpr std::int64_t at_once = 10'000;
    for (std::int64_t first = 1; first <= rows; first += at_once)
        database->write([&](db::Transaction& transaction) {
            transaction.run(fill, {first, std::min(rows, first + at_once - 1)});
        });
    const double sealing = seconds_of([&] { audit.seal(now); });
    audit::Verification verified;
    const double verifying = seconds_of([&] { verified = audit.verify(); });
    constexpr int decisions = 2'000;
    const double recording = seconds_of([&] {
        for (int i = 0; i < decisions; ++i)
            database->write([&](db::Transaction& transaction) {
                audit::record(transaction, {.at = now,
                                            .actor = base::PersonId{i},
                                            .role = "training_office",
                                            .perimeter = base::OrganisationId{i % 300},
                                            .action = "requests.approve",
                                            .object = "request",
                                            .object_id = i,
                                            .before = R"({"state":"submitted"})",
                                            .after = R"({"state":"approved"})"});
            });
    });
    std::cout << fmt::format(
                     R"({{"rows":{},"seals":{},"whole":{},"seal_s":{:.2f},"verify_s":{:.2f},)"
                     R"("recorded_per_s":{:.0f}}})",
                     verified.rows, verified.seals, verified.whole(), sealing, verifying,
                     decisions / recording)
              << '\n';
    const double allowed_s = 10.0 * static_cast<double>(rows) / 1'000'000;
    return verified.whole() && verified.rows == rows && verifying < allowed_s ? 0 : 1;
} catch (const std::exception& failure) {
    std::cerr << "audit_bench: " << failure.what() << '\n';
    return 1;
}
