#!/bin/sh
# Creates the namespace, with a retention of 30 days, and the search attributes that staff filter by. Safe to repeat.
set -eu

until temporal operator cluster health; do sleep 1; done

temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d ||
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention 30d

# A new namespace takes a moment to be known everywhere.
until temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name OrderStatus --type Keyword \
  --name OrderNumber --type Keyword \
  --name NeedsAttention --type Bool \
  --name Disputed --type Bool \
  --name AmountTotal --type Int \
  --name Currency --type Keyword \
  --name Skus --type KeywordList; do sleep 1; done
