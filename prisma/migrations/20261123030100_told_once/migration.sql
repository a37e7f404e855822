-- What a sweep lists at its end: what is open, and what it alone tells of.
CREATE INDEX discrepancies_told_once ON discrepancies (found_by) WHERE told_once;
