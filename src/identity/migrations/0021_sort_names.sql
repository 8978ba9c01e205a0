-- SPDX-License-Identifier: EUPL-1.2
-- Usual name and given name, folded (base::fold): the order of lists of people and what a search for
-- the beginning of a name reads. Persons written before this migration keep their accents in it
-- until they are next imported.
ALTER TABLE persons ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
UPDATE persons SET sort_name = lower(usual_name || ' ' || given_name);
CREATE INDEX persons_by_sort_name ON persons (sort_name, id);
CREATE INDEX affiliations_by_organisation ON affiliations (organisation_id, from_day);
