-- SPDX-License-Identifier: EUPL-1.2
-- The département where it is (INSEE code: "75", "2A", "974"); "" : as the organisation above it.
ALTER TABLE organisations ADD COLUMN department TEXT NOT NULL DEFAULT '';
