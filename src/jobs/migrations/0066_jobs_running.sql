-- SPDX-License-Identifier: EUPL-1.2
-- Which node runs a job: shown to administrators. Every job of a kind: the report by kind.
ALTER TABLE jobs ADD COLUMN node TEXT NOT NULL DEFAULT '';
CREATE INDEX jobs_by_kind ON jobs (kind, unique_word) WHERE state = 'waiting';
