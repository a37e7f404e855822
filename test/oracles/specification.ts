import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Stripe from 'stripe';
import { CHANGES, type Change } from './specification-changes';
import { stripeMockSource } from './stripe-mock';

/** OpenAPI 3.0, as far as Stripe uses it. */
export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  nullable?: boolean;
  $ref?: string;
  [keyword: string]: unknown;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

export interface Operation {
  requestBody?: Content;
  responses: Record<string, Content>;
}

export interface Specification {
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/**
 * Stripe's OpenAPI specification in the API version of the pinned library: the one that comes with stripe-mock, plus
 * the changes.
 * @throws when a change is already in the specification, or its place is missing
 */
export async function loadSpecification(changes: Change[] = CHANGES): Promise<Specification> {
  const file = join(await stripeMockSource(), 'embedded', 'openapi', 'spec3.json');
  const specification = JSON.parse(await readFile(file, 'utf8')) as Specification;
  for (const change of changes) apply(change, specification);
  specification.info.version = Stripe.API_VERSION;
  return specification;
}

function apply(change: Change, specification: Specification): void {
  if ('component' in change) add(change.at, change.component, specification);
  else alter(change, specification);
}

function alter(change: Exclude<Change, { component: Schema }>, specification: Specification): void {
  const { at, field } = change;
  const fields = parametersOf(at, specification)?.properties ?? specification.components.schemas[at]?.properties;
  if (fields === undefined) throw new Error(`The specification has no ${at}`);
  const before = fields[field];
  if ('is' in change) {
    if (before !== undefined) throw new Error(`The specification already has ${field} of ${at}`);
    fields[field] = change.is;
  } else if (before === undefined) {
    throw new Error(`The specification has no ${field} of ${at}`);
  } else if ('renamed' in change) {
    if (fields[change.renamed] !== undefined)
      throw new Error(`The specification already has ${change.renamed} of ${at}`);
    fields[change.renamed] = before;
    delete fields[field];
  } else {
    const values = before.enum ?? before.items?.enum;
    if (values === undefined) throw new Error(`The specification does not list the values of ${field} of ${at}`);
    const known = change.values.filter((value) => values.includes(value));
    if (known.length > 0) throw new Error(`The specification already has ${known.join(', ')} of ${field} of ${at}`);
    values.push(...change.values);
  }
}

/** Adds a component, or a request that answers with it and takes no parameters but `expand`. */
function add(at: string, schema: Schema, { paths, components }: Specification): void {
  const [, method, path] = REQUEST.exec(at) ?? [];
  if (method === undefined || path === undefined) {
    if (components.schemas[at] !== undefined) throw new Error(`The specification already has ${at}`);
    components.schemas[at] = schema;
    return;
  }
  if (paths[path]?.[method.toLowerCase()] !== undefined) throw new Error(`The specification already has ${at}`);
  const answer = (schema: Schema) => ({ content: { 'application/json': { schema } } });
  const responses = { '200': answer(schema), default: answer({ $ref: '#/components/schemas/error' }) };
  paths[path] = { ...paths[path], [method.toLowerCase()]: { responses } };
}

/** The body parameters of a request, given as method and path. */
function parametersOf(at: string, { paths }: Specification): Schema | undefined {
  const [, method = '', path = ''] = REQUEST.exec(at) ?? [];
  return paths[path]?.[method.toLowerCase()]?.requestBody?.content?.['application/x-www-form-urlencoded']?.schema;
}

const REQUEST = /^([A-Z]+) (.+)$/;
