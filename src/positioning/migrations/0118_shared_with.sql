-- SPDX-License-Identifier: EUPL-1.2
-- A result is shared with the supervisor of that day, not with whoever comes after. What was shared
-- before does not tell with whom: it is shared no more, and its owner may share it again.
ALTER TABLE positionings ADD COLUMN shared_with BIGINT REFERENCES persons (id);
ALTER TABLE positionings DROP COLUMN shared_at;
CREATE INDEX positionings_shared ON positionings (shared_with) WHERE shared_with IS NOT NULL;
