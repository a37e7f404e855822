-- Every sweep asks for the refunds that were asked for and not answered: few, among all that ever were.
CREATE INDEX refunds_status ON refunds (status, updated_at);
