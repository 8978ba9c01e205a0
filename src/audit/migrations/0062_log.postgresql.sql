-- SPDX-License-Identifier: EUPL-1.2
-- The log has one order, (turn, id), in which no row ever appears before one that was sealed: see
-- docs/adr/0009. `turn` is the transaction that wrote the row; ids are given before commit.
-- A database restored from a dump on a new server counts transactions from the start: `shift` is
-- added, so that turns go on growing (audit::Audit::continue_order).
CREATE TABLE audit_order (
    one SMALLINT NOT NULL PRIMARY KEY DEFAULT 1 CHECK (one = 1),
    shift BIGINT NOT NULL
);
INSERT INTO audit_order (shift) VALUES (0);

CREATE FUNCTION audit_turn() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN txid_current() + (SELECT shift FROM audit_order);
END $$;
ALTER TABLE audit_log ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_log ALTER COLUMN turn SET DEFAULT audit_turn();
CREATE INDEX audit_log_by_turn ON audit_log (turn, id);

-- What the page asks: the latest first, of everything, of one actor, of one object, of a perimeter.
CREATE INDEX audit_log_by_time ON audit_log (at, id);
CREATE INDEX audit_log_by_object ON audit_log (object, object_id, at, id);
CREATE INDEX audit_log_by_actor ON audit_log (actor_id, at, id);
CREATE INDEX audit_log_by_perimeter ON audit_log (perimeter_id, at, id);

-- Hashes do not compress.
ALTER TABLE audit_seals ALTER COLUMN entries SET STORAGE EXTERNAL;

-- Rows are only ever added.
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE FUNCTION audit_refuse_unless_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit_removals r
                   WHERE (r.last_turn, r.last_id) >= (OLD.turn, OLD.id)) THEN
        RAISE EXCEPTION 'audit_log is append-only';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_unless_removed();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seals_no_change BEFORE UPDATE OR DELETE ON audit_seals
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seals_no_truncate BEFORE TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_removals_no_change BEFORE UPDATE OR DELETE ON audit_removals
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_removals_no_truncate BEFORE TRUNCATE ON audit_removals
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
