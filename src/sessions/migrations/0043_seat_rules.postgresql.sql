-- SPDX-License-Identifier: EUPL-1.2
-- Seats given by rules: quotas, priorities, selection on motivation. Until now nobody waited while a
-- seat was free; now a rule may hold it back, and says so.
ALTER TABLE sessions ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN ruled SMALLINT NOT NULL DEFAULT 0 CHECK (ruled IN (0, 1));
ALTER TABLE sessions ADD COLUMN held_back SMALLINT NOT NULL DEFAULT 0 CHECK (held_back IN (0, 1));
ALTER TABLE sessions ADD COLUMN last_asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN reached BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN results_at BIGINT;
-- Its name was given by the server: found by what it says.
DO $$
DECLARE old_check TEXT;
BEGIN
    SELECT conname INTO STRICT old_check FROM pg_constraint
    WHERE conrelid = 'sessions'::regclass AND contype = 'c'
      AND pg_get_constraintdef(oid) LIKE '%waiting = 0%taken = capacity%';
    EXECUTE 'ALTER TABLE sessions DROP CONSTRAINT ' || quote_ident(old_check);
END $$;
ALTER TABLE sessions ADD CHECK (waiting = 0 OR taken = capacity OR held_back = 1);
CREATE INDEX sessions_by_venue ON sessions (venue_id, starts_at) WHERE venue_id IS NOT NULL;
