-- SPDX-License-Identifier: EUPL-1.2
-- Each check of a foreign key locks the item's row for as long as the test ends (FOR KEY SHARE), and
-- all who end theirs want the same rows. An item is never deleted.
ALTER TABLE positioning_answers DROP CONSTRAINT positioning_answers_item_id_fkey;
