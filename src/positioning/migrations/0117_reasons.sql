-- SPDX-License-Identifier: EUPL-1.2
-- Why an item is to be looked at: words, a space between them.
ALTER TABLE calibration_items ADD COLUMN reasons TEXT NOT NULL DEFAULT '';
