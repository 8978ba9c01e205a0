-- SPDX-License-Identifier: EUPL-1.2
-- What the rules of a session ask of an enrolment; the columns are told in 0051.
ALTER TABLE enrolments ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE enrolments ADD COLUMN returned SMALLINT NOT NULL DEFAULT 0 CHECK (returned IN (0, 1));
ALTER TABLE enrolments ADD COLUMN rank BIGINT NOT NULL DEFAULT 0;
ALTER TABLE enrolments ADD COLUMN pool TEXT NOT NULL DEFAULT '';
ALTER TABLE enrolments ADD COLUMN standing TEXT NOT NULL DEFAULT '';
ALTER TABLE enrolments ADD COLUMN given_at BIGINT;
ALTER TABLE enrolments ADD COLUMN answer_by BIGINT;
ALTER TABLE enrolments ADD COLUMN prerequisite TEXT NOT NULL DEFAULT ''
    CHECK (prerequisite IN ('', 'declared', 'checked'));
ALTER TABLE enrolments ADD COLUMN motivation TEXT NOT NULL DEFAULT '';
ALTER TABLE enrolments ADD COLUMN score BIGINT;
ALTER TABLE enrolments ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE enrolments ADD COLUMN moved SMALLINT NOT NULL DEFAULT 0 CHECK (moved IN (0, 1));
UPDATE enrolments SET asked_at = created_at,
                      given_at = CASE WHEN state = 'seated' THEN changed_at END;
ALTER TABLE enrolments DROP CONSTRAINT enrolments_state_check;
ALTER TABLE enrolments ADD CONSTRAINT enrolments_state_check
    CHECK (state IN ('applied', 'seated', 'offered', 'waiting', 'withdrawn', 'declined', 'expired',
                     'refused', 'transferred', 'replaced', 'cancelled'));
ALTER TABLE enrolments ADD CHECK (state <> 'offered'
                                  OR (answer_by IS NOT NULL AND given_at IS NOT NULL));
DROP INDEX enrolments_once;
CREATE UNIQUE INDEX enrolments_once ON enrolments (session_id, person_id)
    WHERE state IN ('applied', 'seated', 'offered', 'waiting');
CREATE INDEX enrolments_first ON enrolments (session_id, returned DESC, asked_at, place)
    WHERE state = 'waiting';
