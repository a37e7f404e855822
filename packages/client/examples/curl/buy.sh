#!/bin/sh
# Buys one of a product and follows its order: HOLDFAST_URL=http://localhost:3000 sh buy.sh TULIPS
set -eu
sku=$1
api=${HOLDFAST_URL:-http://localhost:3000}
# The value of a text field in a line of JSON, for names that stand in it once.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }

# One key for the whole attempt: whatever is lost on the way, it stays one checkout. curl repeats what fails in passing
# by itself, and waits as Retry-After says.
key=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
checkout=$(curl --silent --show-error --max-time 15 --retry 4 --retry-max-time 12 --fail-with-body \
  -H 'content-type: application/json' -H "idempotency-key: $key" \
  -d "{\"items\":[{\"sku\":\"$sku\",\"quantity\":1}]}" "$api/checkout") || {
  printf '%s\n' "$checkout" | field code
  exit 1
}
session=$(printf '%s\n' "$checkout" | field sessionId)
printf 'Pay at %s\n' "$(printf '%s\n' "$checkout" | field url)"

# One line of data at each change. The stream ends when the order is final, and is opened again when the connection
# breaks.
while :; do
  curl --silent --no-buffer "$api/orders/$session/stream" | while IFS= read -r line; do
    case $line in data:*) printf '%s\n' "$line" | field status ;; esac
  done
  case $(curl --silent --max-time 15 "$api/orders/$session" | field status) in
    COMPLETED | EXPIRED | CANCELLED | REFUNDED) exit 0 ;;
  esac
  sleep 2
done
