-- SPDX-License-Identifier: EUPL-1.2
-- Ranges of prefixes and keyset pages need the order of bytes, which SQLite has by itself. The
-- indexes follow.
ALTER TABLE persons ALTER COLUMN sort_name TYPE TEXT COLLATE "C";
ALTER TABLE persons ALTER COLUMN email TYPE TEXT COLLATE "C";
