-- SPDX-License-Identifier: EUPL-1.2
-- Those that the pages need follow, for each engine.
DROP INDEX audit_log_by_object;
DROP INDEX audit_log_by_actor;

-- One seal closes the rows after those of the seal before, up to (last_turn, last_id). `entries`: of
-- each row in order, 8 bytes of id (big-endian) and 32 of SHA-256. `hash` covers all of this and
-- the hash of the seal before (src/audit/digest.hpp).
CREATE TABLE audit_seals (
    number BIGINT NOT NULL PRIMARY KEY CHECK (number > 0),  -- 1, 2, 3 ... without a gap
    sealed_at BIGINT NOT NULL,
    last_turn BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    entries BYTEA NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
);

-- Up to which seal the rows were removed because their term was over. It is the only way to remove
-- rows; the seals stay, and with them what proves the rest.
CREATE TABLE audit_removals (
    up_to_seal BIGINT NOT NULL PRIMARY KEY REFERENCES audit_seals (number),
    last_turn BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    older_than BIGINT NOT NULL  -- what was sealed before; the log tells when that was done
);
