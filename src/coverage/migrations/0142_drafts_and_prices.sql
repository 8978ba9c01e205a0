-- SPDX-License-Identifier: EUPL-1.2
-- Zero euros and "the offer tells no price" are not the same. Of drafts that are there it is not known.
ALTER TABLE training_draft_seats ADD COLUMN priced SMALLINT NOT NULL DEFAULT 1 CHECK (priced IN (0, 1));

-- Two clicks at the same moment do not see each other's row.
DELETE FROM headcounts WHERE id NOT IN (
    SELECT min(id) FROM headcounts GROUP BY organisation_id, as_of, agents, source, declared_at);
CREATE UNIQUE INDEX headcounts_said_once
    ON headcounts (organisation_id, as_of, agents, source, declared_at);

-- Who asks twice for the same draft gets the one that is being made.
DELETE FROM training_drafts WHERE state IN ('waiting', 'computing') AND id NOT IN (
    SELECT min(id) FROM training_drafts WHERE state IN ('waiting', 'computing')
    GROUP BY organisation_id, author_id, budget_minutes, budget_cents);
CREATE UNIQUE INDEX training_drafts_being_made
    ON training_drafts (organisation_id, author_id, budget_minutes, budget_cents)
    WHERE state IN ('waiting', 'computing');
