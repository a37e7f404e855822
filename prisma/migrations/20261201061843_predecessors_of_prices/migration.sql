-- A changed price waits for its id at Stripe. Until it has one, the price that it replaces goes on selling.
ALTER TABLE prices ADD COLUMN replaces INTEGER;
ALTER TABLE prices ADD CONSTRAINT prices_replaces_fkey
  FOREIGN KEY (replaces) REFERENCES prices(id) ON DELETE RESTRICT ON UPDATE CASCADE NOT VALID;
