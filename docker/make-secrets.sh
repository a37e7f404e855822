#!/bin/sh
# Makes the passwords of docker-compose.production.yml, each in a file below secrets/. A file that is there is kept, so
# this is safe to repeat. Each user in a container may read its file; on the host, only their owner enters the folder.
set -eu
cd "$(dirname "$0")/.."
umask 022
mkdir -p secrets
chmod 700 secrets

password() { # <file>
  [ -e "secrets/$1" ] && return
  new=$(openssl rand -hex 24)
  echo "$new" >"secrets/$1"
}

address() { # <file> <role> <file of its password>
  [ -e "secrets/$1" ] || echo "postgresql://$2:$(cat "secrets/$3")@postgres:5432/holdfast" >"secrets/$1"
}

password postgres-password
password api-database-password
password worker-database-password
password grafana-password
address owner-database-url holdfast postgres-password
address api-database-url "${API_DATABASE_ROLE:-holdfast_api}" api-database-password
address worker-database-url "${WORKER_DATABASE_ROLE:-holdfast_worker}" worker-database-password
