-- SPDX-License-Identifier: EUPL-1.2
-- Of a letter with a link that lets in: what its Message-ID is made of, for its text is removed when
-- it has left (docs/adr/0012). '' for all others.
ALTER TABLE outbox ADD COLUMN link_digest TEXT NOT NULL DEFAULT '';
