-- SPDX-License-Identifier: EUPL-1.2
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
