/** Says where an answer or an event is not what Stripe's OpenAPI specification promises. */
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import type { Operation, Schema, Specification } from './specification';
import type { Exchange } from './witness';

/** One line for each thing that is wrong: where, and what. */
type Complaints = string[];

export class Judge {
  private readonly ajv = new Ajv({
    // The specification's own keywords (`x-…`) and OpenAPI's are not JSON Schema's; it is Stripe's to be right in, not ours to check.
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
  /** What an endpoint can ask for. */
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

  /** The operation an exchange is, as the specification writes it: `POST /v1/refunds/{refund}`. */
  operationOf({ method, url }: Pick<Exchange, 'method' | 'url'>): string | undefined {
    const found = this.find(method, url);
    return found && `${found.method} ${found.path}`;
  }

  answer({ method, url, status, answer }: Pick<Exchange, 'method' | 'url' | 'status' | 'answer'>): Complaints {
    const found = this.find(method, url);
    if (!found && status !== 404) return ['the specification has no such request'];
    const body = parsed(answer);
    if (body === undefined) return ['not JSON'];
    const { responses } = found?.operation ?? ANY_OPERATION;
    const schema = (status === 200 ? responses['200'] : responses.default)?.content?.['application/json']?.schema;
    return schema === undefined ? [`the specification has no answer ${status}`] : this.against(schema, body);
  }

  /** An event as it was sent. Of a snapshot also the object it shows, and what it says was different before. */
  event(payload: string): Complaints {
    const event = parsed(payload) as SomeEvent | undefined;
    if (event?.object === 'v2.core.event') return this.against(COMPONENT('v2.core.event'), event);
    const { object: shown, previous_attributes: previous = {} } = event?.data ?? {};
    const known = shown?.object === undefined ? undefined : this.specification.components.schemas[shown.object];
    return [
      ...this.against(COMPONENT('event'), event),
      ...(this.eventTypes.includes(String(event?.type)) ? [] : [`/type: no endpoint can ask for ${event?.type}`]),
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
    return validate(value) ? [] : inWords(validate.errors ?? []);
  }
}

interface SomeEvent {
  object?: string;
  type?: string;
  data?: { object?: { object?: string }; previous_attributes?: object };
}

const COMPONENT = (name: string): Schema => (components[name] ??= { $ref: `#/components/schemas/${name}` });
const components: Record<string, Schema> = {};

/** What Stripe answers to a request it does not know. */
const ANY_OPERATION: Operation = {
  responses: { default: { content: { 'application/json': { schema: COMPONENT('error') } } } },
};

/**
 * A schema of OpenAPI 3.0 as one of JSON Schema:
 * - `nullable` is a choice of null, also beside `anyOf` and `$ref`, where OpenAPI's readers disagree on what it means
 *   (https://github.com/OAI/OpenAPI-Specification/blob/main/proposals/2019-10-31-Clarify-Nullable.md);
 * - an object has no other fields than it names, unless it says so: Stripe leaves them open for the fields of the next version, and ours
 *   would be invented;
 * - a field that can be expanded is a choice of the id and the object already (`anyOf`);
 * - what is for people or for the makers of libraries is left out.
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

/** Of a choice, every branch complains: what is deepest, and says more than the type, is about the branch that was meant. */
function inWords(errors: ErrorObject[]): Complaints {
  const telling = errors.filter(
    (error) => error.keyword !== 'anyOf' && !errors.some((other) => within(other, error) || saysMore(other, error)),
  );
  return [...new Set(telling.map((error) => `${error.instancePath}: ${error.message}${details(error)}`))];
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
