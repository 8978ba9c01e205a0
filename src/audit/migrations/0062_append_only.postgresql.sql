-- SPDX-License-Identifier: EUPL-1.2
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
ALTER TABLE audit_log ALTER COLUMN turn SET DEFAULT audit_turn();

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
