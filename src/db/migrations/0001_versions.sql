-- SPDX-License-Identifier: EUPL-1.2
-- Counters of change (src/db/versions.hpp).
CREATE TABLE versions (
    name text NOT NULL PRIMARY KEY,
    value bigint NOT NULL
);
