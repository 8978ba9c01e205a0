-- SPDX-License-Identifier: EUPL-1.2
-- What the owner of a session sees of it. `device` is coarse ("firefox windows"): the browser's own
-- text is not kept. `seen_at` is written at most every five minutes; 0: not since this migration.
ALTER TABLE sign_ins ADD COLUMN way TEXT NOT NULL DEFAULT 'demo'
    CHECK (way IN ('demo', 'proconnect', 'passkey', 'emergency'));
ALTER TABLE sign_ins ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_ins ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
