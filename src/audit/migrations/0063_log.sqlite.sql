-- SPDX-License-Identifier: EUPL-1.2
-- The log has one order, (turn, id), in which no row ever appears before one that was sealed: see
-- docs/adr/0009. SQLite has one writer, whose ids are in order already.
ALTER TABLE audit_log ADD COLUMN turn BIGINT GENERATED ALWAYS AS (id) VIRTUAL;
CREATE INDEX audit_log_by_turn ON audit_log (turn);

-- What the page asks: the latest first, of everything, of one actor, of one object, of a perimeter.
-- Each index ends with the id by itself.
CREATE INDEX audit_log_by_time ON audit_log (at);
CREATE INDEX audit_log_by_object ON audit_log (object, object_id, at);
CREATE INDEX audit_log_by_actor ON audit_log (actor_id, at);
CREATE INDEX audit_log_by_perimeter ON audit_log (perimeter_id, at);

-- Rows are only ever added.
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
WHEN NOT EXISTS (SELECT 1 FROM audit_removals r
                 WHERE (r.last_turn, r.last_id) >= (OLD.turn, OLD.id))
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals
BEGIN SELECT RAISE(ABORT, 'audit_seals is append-only'); END;
CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals
BEGIN SELECT RAISE(ABORT, 'audit_seals is append-only'); END;
CREATE TRIGGER audit_removals_no_update BEFORE UPDATE ON audit_removals
BEGIN SELECT RAISE(ABORT, 'audit_removals is append-only'); END;
CREATE TRIGGER audit_removals_no_delete BEFORE DELETE ON audit_removals
BEGIN SELECT RAISE(ABORT, 'audit_removals is append-only'); END;
