-- SPDX-License-Identifier: EUPL-1.2
-- What somebody chose of their plan. The plan itself is computed at each look and kept nowhere.
CREATE TABLE plans (
    person_id BIGINT PRIMARY KEY REFERENCES persons (id),
    aim TEXT NOT NULL DEFAULT 'core' CHECK (aim IN ('core', 'trade', 'agreed')),
    trade TEXT NOT NULL DEFAULT '',        -- code; '' unless one was aimed at
    agreed TEXT NOT NULL DEFAULT '',       -- JSON: the level agreed on by competence
    agreed_on BIGINT,                      -- days since 1970
    agreed_with TEXT NOT NULL DEFAULT '',  -- a name, as the person wrote it
    shared_with BIGINT REFERENCES persons (id),  -- the supervisor of that day; NULL: nobody
    shared_at BIGINT,
    changed_at BIGINT NOT NULL,
    CHECK ((agreed = '') = (agreed_on IS NULL)),
    CHECK (aim <> 'agreed' OR agreed <> ''),
    CHECK ((shared_with IS NULL) = (shared_at IS NULL))
);
CREATE INDEX plans_changed ON plans (changed_at);
CREATE INDEX plans_shared ON plans (shared_with) WHERE shared_with IS NOT NULL;

-- What the person says of an offer: kept, not for me, done.
CREATE TABLE plan_marks (
    person_id BIGINT NOT NULL REFERENCES plans (person_id) ON DELETE CASCADE,
    offer_id BIGINT NOT NULL REFERENCES offers (id),
    mark TEXT NOT NULL CHECK (mark IN ('kept', 'dismissed', 'done')),
    marked_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, offer_id)
);
