#!/usr/bin/env bash
# Builds programs that check how Holdfast is deployed, and that among the registries only Go's has:
#   helm              the chart's linter and renderer
#   temporal-server   the server that docker-compose.yml runs, and temporal-sql-tool, which makes its tables
#   otelcol           the collector of docker-compose.yml, with the components that docker/otel-collector.yaml may name
# All of them, or those that are named. They go where `go install` puts programs: have that folder on your PATH.
set -euo pipefail
export GOTOOLCHAIN=auto # an older Go fetches the one that a program asks for
cd "$(dirname "$0")/.."
bin=${GOBIN:-$(go env GOPATH)/bin}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

helm=v3.22.0

# The version of an image in docker-compose.yml.
image() { sed -n "s|^ *image: $1:\(.*\)\$|\1|p" docker-compose.yml; }

# Installs a program of Go's registry under another name than that of its folder.
install_as() { # <name> <package@version>
  mkdir -p "$scratch/$1" "$bin"
  GOBIN="$scratch/$1" go install "$2"
  mv "$scratch/$1"/* "$bin/$1"
}

build_temporal-server() {
  local version
  version=$(image temporalio/server)
  install_as temporal-server "go.temporal.io/server/cmd/server@v$version"
  install_as temporal-sql-tool "go.temporal.io/server/cmd/tools/sql@v$version"
}

build_helm() { install_as helm "helm.sh/helm/v3/cmd/helm@$helm"; }

# By the collector's own builder: the distribution of the image has far more components, which would take far longer.
build_otelcol() {
  local version core contrib
  version=$(image otel/opentelemetry-collector)
  core=go.opentelemetry.io/collector
  contrib=github.com/open-telemetry/opentelemetry-collector-contrib
  cat >"$scratch/otelcol.yaml" <<EOF
dist: { name: otelcol, output_path: $scratch/otelcol }
receivers: [{ gomod: $core/receiver/otlpreceiver v$version }]
processors:
  - { gomod: $core/processor/memorylimiterprocessor v$version }
  - { gomod: $core/processor/batchprocessor v$version }
exporters:
  - { gomod: $core/exporter/debugexporter v$version }
  - { gomod: $core/exporter/otlphttpexporter v$version }
extensions: [{ gomod: $contrib/extension/healthcheckextension v$version }]
EOF
  GOBIN="$scratch/builder" go install "$core/cmd/builder@v$version"
  "$scratch/builder/builder" --config "$scratch/otelcol.yaml"
  mkdir -p "$bin"
  mv "$scratch/otelcol/otelcol" "$bin/otelcol"
}

[ $# -gt 0 ] || set -- helm otelcol temporal-server
for program in "$@"; do "build_$program"; done
