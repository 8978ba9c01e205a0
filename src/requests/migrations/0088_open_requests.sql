-- SPDX-License-Identifier: EUPL-1.2
-- What the people of a team ask for now.
CREATE INDEX requests_open_by_person ON requests (person_id) WHERE state = 'to_decide';
