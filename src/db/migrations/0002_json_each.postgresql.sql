-- SPDX-License-Identifier: EUPL-1.2
-- SQLite's json_each for a list of integers, so that one text serves both engines:
--   WHERE id IN (SELECT value FROM json_each(CAST($1 AS text)))     with $1 = '[3,5,8]'
-- One immutable SELECT, so the planner puts it into the query; unnest gives it the right row count.
CREATE FUNCTION json_each(list text) RETURNS TABLE (value bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
AS $$ SELECT unnest(CAST(translate(list, '[]', '{}') AS bigint[])) $$;
