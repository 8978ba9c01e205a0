-- SPDX-License-Identifier: EUPL-1.2
-- Whether somebody's requests come to this person, for the menu: told by who decides about requests,
-- at once when it begins, each night when it ends.
ALTER TABLE persons ADD COLUMN supervises SMALLINT NOT NULL DEFAULT 0 CHECK (supervises IN (0, 1));
CREATE INDEX persons_who_supervise ON persons (id) WHERE supervises = 1;
