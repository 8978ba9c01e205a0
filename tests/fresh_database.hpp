// SPDX-License-Identifier: EUPL-1.2
// A fresh, migrated database for one test: a copy of a template that is made once per process.
// The environment's CAMPUS_TEST_DATABASE names the engine: absent or "sqlite", or the URI of a
// PostgreSQL server on which we may create databases (script/with-postgres gives one).
#pragma once
#include <string>

struct FreshDatabase {
    FreshDatabase();
    ~FreshDatabase();  // removes it, also while connections are open
    FreshDatabase(const FreshDatabase&) = delete;
    FreshDatabase& operator=(const FreshDatabase&) = delete;

    std::string url;  // for db::Options
};

// Whether the tests of this process run on PostgreSQL.
bool test_on_postgresql();
