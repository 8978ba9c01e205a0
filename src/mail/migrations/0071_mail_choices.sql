-- SPDX-License-Identifier: EUPL-1.2
-- What a person chose for a kind of letters; absent: at once.
CREATE TABLE mail_choices (
    person_id BIGINT NOT NULL REFERENCES persons (id),
    kind TEXT NOT NULL,
    choice TEXT NOT NULL CHECK (choice IN ('digest', 'never')),
    PRIMARY KEY (person_id, kind)
);

-- Addresses to which a letter could not be delivered, until an administrator has seen to it.
CREATE TABLE refused_addresses (
    email TEXT PRIMARY KEY,
    person_id BIGINT REFERENCES persons (id),
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    letters BIGINT NOT NULL DEFAULT 1 CHECK (letters > 0),
    reason TEXT NOT NULL
);

CREATE INDEX outbox_digest ON outbox (person_id, id) WHERE state = 'digest';
CREATE INDEX outbox_ended ON outbox (created_at) WHERE state NOT IN ('waiting', 'digest');
CREATE INDEX outbox_trouble ON outbox (id) WHERE state IN ('failed', 'bounced');
