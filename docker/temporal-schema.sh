#!/bin/sh
# Creates Temporal's own tables, in two databases of the same PostgreSQL. Every step is safe to repeat, and a newer
# image updates the schema, which its tool brings along.
set -eu

tables() { # <database> <name of its schema>
  for step in "create" "setup-schema -v 0.0" "update-schema --schema-name postgresql/v12/$2"; do
    temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "${DB_PORT:-5432}" -u "$POSTGRES_USER" --db "$1" $step
  done
}

tables temporal temporal
tables temporal_visibility visibility
