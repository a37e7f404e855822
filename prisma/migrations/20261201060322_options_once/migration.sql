-- no transaction
-- No two products of a group have the same options. It also finds the products of a group.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS products_options_once ON products (group_id, options) WHERE group_id IS NOT NULL;
