-- SPDX-License-Identifier: EUPL-1.2
-- Grows with each edit: a form that is older is refused.
ALTER TABLE venues ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
