/** The parts of a JSON schema that our document uses. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  additionalProperties?: boolean | Schema;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
  example?: unknown;
}

/** A field of an object, with those inside it: `items[].sku`. */
export interface Field {
  name: string;
  type: string;
  required: boolean;
  about: string;
}

/** Every field of a schema. One that refers to another schema links to it, and is not opened. */
export function fieldsOf(schema: Schema, prefix = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const path = `${prefix}${name}`;
    const required = schema.required?.includes(name) ?? false;
    const field = { name: path, type: typeOf(inner), required, about: aboutOf(inner) };
    return [field, ...insideOf(inner, path)];
  });
}

/** The fields of the objects within a field: its own, those of its items, or of what it may be. */
function insideOf(schema: Schema, path: string): Field[] {
  if (schema.$ref) return [];
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [
    ...fieldsOf(schema, `${path}.`),
    ...(schema.items ? insideOf(schema.items, `${path}[]`) : []),
    ...parts.flatMap((part) => insideOf(part, path)),
  ];
}

/** The type in words, with links to named schemas: `array of [Money](schemas.md#money)`. */
export function typeOf(schema: Schema): string {
  if (schema.$ref) return linkTo(schema.$ref);
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts) return [...new Set(parts.map(typeOf))].join(' or ');
  if (schema.allOf) return [...new Set(schema.allOf.map(typeOf))].join(' and ');
  if (schema.const !== undefined) return codeOf(schema.const);
  if (schema.enum) return schema.enum.map(codeOf).join(', ');
  if (schema.type === 'array') return `array of ${schema.items ? typeOf(schema.items) : 'anything'}`;
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  if (schema.format && schema.type === 'string') return `string (${schema.format})`;
  return schema.type ?? 'anything';
}

function linkTo(ref: string): string {
  const name = ref.replace('#/components/schemas/', '');
  return `[${name}](schemas.md#${name.toLowerCase()})`;
}

/** What the schema says of itself, with its limits. */
function aboutOf(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern } = schema;
  const limits = [
    rangeOf(minimum, maximum, ''),
    rangeOf(minLength, maxLength, ' characters'),
    rangeOf(minItems, maxItems, ' items'),
    pattern && `matches ${codeOf(pattern)}`,
    schema.default !== undefined && `default ${codeOf(schema.default)}`,
  ].filter(Boolean);
  return [schema.description, limits.join(', ')].filter(Boolean).join(' ');
}

/** JavaScript's largest integer is no limit that anyone has to know. */
function rangeOf(low: number | undefined, high: number | undefined, unit: string): string | null {
  const from = low !== undefined && low > Number.MIN_SAFE_INTEGER ? low : undefined;
  const to = high !== undefined && high < Number.MAX_SAFE_INTEGER ? high : undefined;
  if (from !== undefined && to !== undefined) return from === to ? `${from}${unit}` : `${from} to ${to}${unit}`;
  if (from !== undefined) return `at least ${from}${unit}`;
  return to === undefined ? null : `at most ${to}${unit}`;
}

const codeOf = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
