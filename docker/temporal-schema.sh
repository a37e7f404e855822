#!/bin/sh
# Creates Temporal's own tables, in two databases of the same PostgreSQL. Every step is safe to repeat, and a newer
# image updates the schema.
set -eu

tables() { # <database> <folder of its versions>
  for step in "create" "setup-schema -v 0.0" "update-schema -d /etc/temporal/schema/postgresql/v12/$2/versioned"; do
    temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p 5432 -u "$POSTGRES_USER" --db "$1" $step
  done
}

tables temporal temporal
tables temporal_visibility visibility
