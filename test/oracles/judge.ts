/** Checks answers and events against Stripe's OpenAPI specification. */
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import type { Operation, Schema, Specification } from './specification';
import type { Exchange } from './witness';

/** One line per violation: where, and what. */
type Complaints = string[];

export class Judge {
  private readonly ajv = new Ajv({
    // OpenAPI's keywords and `x-…` extensions are not JSON Schema's, and the specification is not under test.
    strict: false,
    validateSchema: false,
    meta: false,
    validateFormats: false,
    allErrors: true,
    verbose: true,
    inlineRefs: false,
  });
  private readonly inline = new Map<Schema, ValidateFunction>();
  private readonly operations: { method: string; path: string; pattern: RegExp; operation: Operation }[];
  /** The event types an endpoint can subscribe to. */
  readonly eventTypes: string[];

  constructor(private readonly specification: Specification) {
    const { schemas } = specification.components;
    for (const [name, schema] of Object.entries(schemas))
      this.ajv.addSchema({ $id: idOf(name), ...jsonSchema(schema) });
    this.operations = Object.entries(specification.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        pattern: patternOf(path),
        operation,
      })),
    );
    // `/v1/a/search` before `/v1/a/{id}`.
    this.operations.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
    this.eventTypes = enabledEvents(specification);
  }

  /** The operation of an exchange, as the specification writes it: `POST /v1/refunds/{refund}`. */
  operationOf({ method, url }: Pick<Exchange, 'method' | 'url'>): string | undefined {
    const operation = this.find(method, url);
    return operation && `${operation.method} ${operation.path}`;
  }

  answer({ method, url, status, answer }: Pick<Exchange, 'method' | 'url' | 'status' | 'answer'>): Complaints {
    const known = this.find(method, url);
    if (!known && status !== 404) return ['the specification has no such request'];
    const body = parsed(answer);
    if (body === undefined) return ['not JSON'];
    const { responses } = known?.operation ?? ANY_OPERATION;
    const schema = (status === 200 ? responses['200'] : responses.default)?.content?.['application/json']?.schema;
    return schema === undefined ? [`the specification has no answer ${status}`] : this.against(schema, body);
  }

  /** Checks an event as it was sent; for a snapshot, also its object and its `previous_attributes`. */
  event(payload: string): Complaints {
    const event = parsed(payload) as SomeEvent | undefined;
    if (event?.object === 'v2.core.event') return this.against(COMPONENT('v2.core.event'), event);
    const { object: shown, previous_attributes: previous = {} } = event?.data ?? {};
    const known = shown?.object === undefined ? undefined : this.specification.components.schemas[shown.object];
    return [
      ...this.against(COMPONENT('event'), event),
      ...(this.eventTypes.includes(String(event?.type)) ? [] : [`/type: no endpoint can subscribe to ${event?.type}`]),
      ...(known === undefined
        ? [`/data/object: the specification has no ${shown?.object}`]
        : this.against(COMPONENT(shown?.object as string), shown).map((complaint) => `/data/object${complaint}`)),
      ...Object.keys(previous)
        .filter((field) => known?.properties !== undefined && !Object.hasOwn(known.properties, field))
        .map((field) => `/data/previous_attributes: ${shown?.object} has no ${field}`),
    ];
  }

  private find(method: string, url: string) {
    const path = url.split('?')[0] ?? '';
    return this.operations.find((one) => one.method === method && one.pattern.test(path));
  }

  private against(schema: Schema, value: unknown): Complaints {
    let validate = this.inline.get(schema);
    if (validate === undefined) {
      validate = this.ajv.compile(jsonSchema(schema));
      this.inline.set(schema, validate);
    }
    return validate(value) ? [] : complaintsOf(validate.errors ?? []);
  }
}

interface SomeEvent {
  object?: string;
  type?: string;
  data?: { object?: { object?: string }; previous_attributes?: object };
}

const COMPONENT = (name: string): Schema => (components[name] ??= { $ref: `#/components/schemas/${name}` });
const components: Record<string, Schema> = {};

/** Stripe's answer to an unknown request. */
const ANY_OPERATION: Operation = {
  responses: { default: { content: { 'application/json': { schema: COMPONENT('error') } } } },
};

/**
 * An OpenAPI 3.0 schema as a JSON Schema:
 * - `nullable` becomes a choice with null, also beside `anyOf` and `$ref`, where tools disagree on its meaning
 *   (https://github.com/OAI/OpenAPI-Specification/blob/main/proposals/2019-10-31-Clarify-Nullable.md);
 * - an object may have only the fields it names, unless it says otherwise: Stripe leaves them open for the next
 *   version, but an extra field of the sandbox would be an invention;
 * - an expandable field is already a choice of the id and the object (`anyOf`);
 * - keywords for documentation and for generators of libraries are dropped.
 */
export function jsonSchema({ nullable, ...schema }: Schema): Schema {
  const {
    type,
    properties,
    required,
    additionalProperties,
    items,
    anyOf,
    enum: values,
    $ref,
    maxLength,
    pattern,
  } = schema;
  if ($ref !== undefined) return orNull(nullable, { $ref: idOf($ref.replace('#/components/schemas/', '')) });
  const fields = properties && Object.entries(properties).map(([name, each]) => [name, jsonSchema(each)] as const);
  const closed = fields !== undefined && fields.length > 0 && additionalProperties === undefined;
  return orNull(nullable, {
    ...(type !== undefined && { type }),
    ...(fields !== undefined && { properties: Object.fromEntries(fields) }),
    ...(required !== undefined && { required }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: jsonSchema(additionalProperties) }),
    ...(typeof additionalProperties === 'boolean' && { additionalProperties }),
    ...(closed && { additionalProperties: false }),
    ...(items !== undefined && { items: jsonSchema(items) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(jsonSchema) }),
    ...(values !== undefined && { enum: values }),
    ...(maxLength !== undefined && { maxLength }),
    ...(pattern !== undefined && { pattern }),
  });
}

const orNull = (nullable: boolean | undefined, schema: Schema): Schema =>
  nullable ? { anyOf: [{ type: 'null' }, schema] } : schema;

const idOf = (name: string) => `stripe:${name}`;

const patternOf = (path: string) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);

function enabledEvents({ paths }: Specification): string[] {
  const body =
    paths['/v1/webhook_endpoints']?.post?.requestBody?.content?.['application/x-www-form-urlencoded']?.schema;
  return (body?.properties?.enabled_events?.items?.enum ?? []) as string[];
}

/**
 * For a choice every branch complains. The deepest complaints that say more than the type are about the intended
 * branch.
 */
function complaintsOf(errors: ErrorObject[]): Complaints {
  const relevant = errors.filter(
    (error) => error.keyword !== 'anyOf' && !errors.some((other) => within(other, error) || saysMore(other, error)),
  );
  return [...new Set(relevant.map((error) => `${error.instancePath}: ${error.message}${details(error)}`))];
}

const within = (inner: ErrorObject, outer: ErrorObject) => inner.instancePath.startsWith(`${outer.instancePath}/`);

const saysMore = (one: ErrorObject, other: ErrorObject) =>
  one.instancePath === other.instancePath && other.keyword === 'type' && !['anyOf', 'type'].includes(one.keyword);

function details({ keyword, params, data }: ErrorObject): string {
  if (keyword === 'additionalProperties') return `: ${params.additionalProperty}`;
  return keyword === 'enum' ? `: ${JSON.stringify(data)}` : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
