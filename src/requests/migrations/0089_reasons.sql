-- SPDX-License-Identifier: EUPL-1.2
-- A silence that refused has no reasons: the agent may ask for them (CRPA, art. L. 232-4).
CREATE TABLE reason_requests (
    request_id BIGINT PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
    asked_at BIGINT NOT NULL,
    answered_at BIGINT,
    answered_by BIGINT REFERENCES persons (id),
    CHECK ((answered_at IS NULL) = (answered_by IS NULL))
);
