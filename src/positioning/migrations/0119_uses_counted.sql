-- SPDX-License-Identifier: EUPL-1.2
-- Whether the answers of a finished test are in the statistics of their items (item_uses,
-- item_seconds): a job adds them, for many tests at once. What was finished before is counted.
ALTER TABLE positionings ADD COLUMN uses_counted SMALLINT NOT NULL DEFAULT 1
    CHECK (uses_counted IN (0, 1));
CREATE INDEX positionings_to_count ON positionings (id) WHERE uses_counted = 0;
