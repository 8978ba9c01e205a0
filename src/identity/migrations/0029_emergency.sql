-- SPDX-License-Identifier: EUPL-1.2
-- Administrators who can sign in while ProConnect is away. password: Argon2id with its parameters, as
-- libsodium writes it. totp_key: base32. last_step: of the last code that was used, so that none is
-- used twice.
CREATE TABLE emergency_administrators (
    person_id BIGINT PRIMARY KEY REFERENCES persons (id),
    password TEXT NOT NULL,
    totp_key TEXT NOT NULL,
    last_step BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    disabled_at BIGINT
);

-- Failed attempts by account and by address, as SHA-256. Forgotten after a day without one.
CREATE TABLE sign_in_failures (
    subject TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (last_at);
