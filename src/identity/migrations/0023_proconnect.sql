-- SPDX-License-Identifier: EUPL-1.2
-- Who a subject of the provider is here. A person who changes employer gets another subject.
CREATE TABLE proconnect_accounts (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    idp_id TEXT NOT NULL,
    workplace TEXT NOT NULL,  -- as told at the last sign-in, to see that it changed
    created_at BIGINT NOT NULL,
    signed_in_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX proconnect_accounts_by_person ON proconnect_accounts (person_id);

-- The SHA-256 of each state that came back, until it would be too old anyway: it counts once.
CREATE TABLE proconnect_returns (
    state_hash TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX proconnect_returns_by_expiry ON proconnect_returns (expires_at);

-- The hint with which the provider's session is ended, too. NULL: signed in otherwise.
ALTER TABLE sign_ins ADD COLUMN id_token TEXT;
