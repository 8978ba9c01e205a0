-- SPDX-License-Identifier: EUPL-1.2
-- A test's row grows with each answer: room beside it, so that the indexes need no new entry (HOT),
-- and cleaned up early, since every answer leaves a dead row.
ALTER TABLE positionings SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
