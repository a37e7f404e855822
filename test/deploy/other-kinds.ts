import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { ROOT, run } from './tools';

// Kinds that a cluster has only with KEDA or the Prometheus operator, so that Kubernetes' own schemas lack them. Theirs
// are those of the CRDs that both publish in their Go modules. `RECORD=schemas` with the tests of the chart reads them
// anew.

type Schema = Record<string, unknown>;

interface Source {
  module: string;
  crd: string;
  /** Adds what the CRD does not say. */
  more?: (schema: Schema, folder: string) => void;
}

// The newest that Go's registry has with its CRDs.
const OPERATOR = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

const SOURCES = {
  ScaledObject: {
    module: 'github.com/kedacore/keda/v2@v2.21.0',
    crd: 'config/crd/bases/keda.sh_scaledobjects.yaml',
    more: knowTemporalScaler,
  },
  ServiceMonitor: {
    module: OPERATOR,
    crd: 'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
  },
  PrometheusRule: {
    module: OPERATOR,
    crd: 'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
    more: dropPatternOfGo,
  },
} satisfies Record<string, Source>;

export type OtherKind = keyof typeof SOURCES;

export const isOfOthers = (kind: string): kind is OtherKind => kind in SOURCES;

/** What a schema has against an object; empty if nothing. A field that it does not know is an error too. */
export function objectionsTo(kind: OtherKind, object: unknown): string[] {
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
    JSON.parse(readFileSync(fileOf(kind), 'utf8')) as Schema,
  );
  if (validate(object)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, Object.values(params).join(' ')].join(' '),
  );
}

const fileOf = (kind: OtherKind): string => join(ROOT, 'test', 'deploy', 'schemas', `${kind}.json`);

/** Writes the schemas down, as their modules have them. Needs Go. */
export function recordSchemas(): void {
  for (const [kind, { module, crd, more }] of Object.entries<Source>(SOURCES)) {
    const { Dir } = JSON.parse(run('go', ['mod', 'download', '-json', module])) as { Dir: string };
    const { spec } = parse(readFileSync(join(Dir, crd), 'utf8')) as {
      spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] };
    };
    const schema = closed(spec.versions[0].schema.openAPIV3Schema) as Schema;
    more?.(schema, Dir);
    writeFileSync(
      fileOf(kind as OtherKind),
      `${JSON.stringify({ $comment: `${module}, Apache-2.0; changed: descriptions left out, objects closed`, ...schema })}\n`,
    );
  }
}

/** Leaves out what is for people, and lets an object have only the properties that are named. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const { description: _, properties, ...rest } = node as Schema & { properties?: Record<string, unknown> };
  const others = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, closed(value)]));
  if (!properties || typeof properties !== 'object') return others;
  const own = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, closed(value)]));
  const isOpen = 'additionalProperties' in rest || 'x-kubernetes-preserve-unknown-fields' in rest;
  return { ...others, properties: own, ...(!isOpen && { additionalProperties: false }) };
}

/** To the CRD, what a scaler is told is just strings. KEDA lists their names beside it. */
function knowTemporalScaler(schema: Schema, folder: string): void {
  const { scalers } = JSON.parse(readFileSync(join(folder, 'schema/generated/scalers-schema.json'), 'utf8')) as {
    scalers: { type: string; parameters: { name: string; metadataVariableReadable?: true; deprecated?: string }[] }[];
  };
  const known = scalers
    .find(({ type }) => type === 'temporal')
    ?.parameters.filter(({ metadataVariableReadable, deprecated }) => metadataVariableReadable && !deprecated);
  const { spec } = schema.properties as { spec: { properties: { triggers: { items: Schema } } } };
  Object.assign(spec.properties.triggers.items, {
    if: { properties: { type: { const: 'temporal' } } },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema.
    then: { properties: { metadata: { propertyNames: { enum: known?.map(({ name }) => name) } } } },
  });
}

/** JavaScript has no `(?i)`, which the pattern of a field begins with that no rule of ours has. */
function dropPatternOfGo(schema: Schema): void {
  const { spec } = schema.properties as {
    spec: { properties: { groups: { items: { properties: Record<string, Schema> } } } };
  };
  delete spec.properties.groups.items.properties.partial_response_strategy?.pattern;
}
