-- SPDX-License-Identifier: EUPL-1.2
-- The log has one order, (turn, id), in which no row ever appears before one that was sealed: see
-- docs/adr/0009. On PostgreSQL `turn` is the transaction that wrote the row (next migration); SQLite
-- has one writer, whose ids are in order already, and leaves it 0.
ALTER TABLE audit_log ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
CREATE INDEX audit_log_by_turn ON audit_log (turn, id);

-- What the page asks: the latest first, of everything, of one actor, of one object, of a perimeter.
DROP INDEX audit_log_by_object;
DROP INDEX audit_log_by_actor;
CREATE INDEX audit_log_by_time ON audit_log (at, id);
CREATE INDEX audit_log_by_object ON audit_log (object, object_id, at, id);
CREATE INDEX audit_log_by_actor ON audit_log (actor_id, at, id);
CREATE INDEX audit_log_by_perimeter ON audit_log (perimeter_id, at, id);

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
    removed_at BIGINT NOT NULL
);
