ALTER TABLE prices VALIDATE CONSTRAINT prices_replaces_fkey;
