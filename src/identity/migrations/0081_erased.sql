-- SPDX-License-Identifier: EUPL-1.2
-- When the person was made anonymous. The row stays: others count it.
ALTER TABLE persons ADD COLUMN erased_at BIGINT;
-- Whose last affiliation ended long ago: what retention looks for.
CREATE INDEX affiliations_ended ON affiliations (until_day) WHERE until_day IS NOT NULL;
