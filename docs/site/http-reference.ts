import { type Field, fieldsOf, type Schema, typeOf } from './schema-words';

/** The parts of the OpenAPI document that the reference shows. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

interface Operation {
  tags: string[];
  summary: string;
  description?: string;
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: { description?: string; required?: boolean; content: Record<string, Content> };
  responses: Record<string, Response>;
}

interface Content {
  schema?: Schema;
  example?: unknown;
}

interface Response {
  description: string;
  headers?: Record<string, { description: string }>;
  content?: Record<string, Content>;
}

/** The reference as Markdown pages, by the name of their file. */
export function httpReference(document: OpenApi): Record<string, string> {
  const tagged = (...tags: string[]): string =>
    Object.entries(document.paths)
      .flatMap(([path, methods]) => Object.entries(methods).map(([method, one]) => ({ path, method, one })))
      .filter(({ one }) => tags.includes(one.tags[0] ?? ''))
      .map(({ path, method, one }) => operation(`${method.toUpperCase()} ${path}`, one))
      .join('\n');
  const sent = Object.entries(document.webhooks)
    .map(([type, methods]) => operation(type, methods.post as Operation))
    .join('\n');
  return {
    'storefront.md': `# Storefront\n\nWhat a shop’s pages call. [A storefront](../../storefront.md) says when and why.\n\n${tagged('Storefront')}`,
    'staff.md': `# Staff\n\nEverything under \`/admin\` needs \`Authorization: Bearer\` and a staff token. The [staff runbook](../../staff-runbook.md) says when to use what.\n\n${tagged('Staff')}`,
    'webhooks.md': `# Webhooks\n\nWhat Stripe and Resend send to Holdfast, and what Holdfast sends to [your other systems](../../outbound-events.md).\n\n${tagged('Stripe', 'Resend')}\n${sent}`,
    'operations.md': `# Operations\n\nHealth, metrics and the OpenAPI document. See [Operating](../../operating.md#health).\n\n${tagged('Operations')}`,
    'schemas.md': `# Schemas\n\n${Object.entries(document.components.schemas).map(schema).join('\n')}`,
  };
}

const KEYS: Record<string, string> = {
  staff: 'Needs a staff token.',
  staffSession: 'Needs the cookie of `POST /staff/sign-in`.',
  storefront: 'Needs a [storefront’s key](../../storefront.md#one-server-for-many-shoppers).',
};

function operation(title: string, one: Operation): string {
  const key = one.security?.length === 1 ? KEYS[Object.keys(one.security[0] ?? {})[0] ?? ''] : undefined;
  const parameters = (one.parameters ?? []).map(({ name, in: where, required = false, description, schema: type }) => ({
    name,
    type: `${typeOf(type)}, in the ${where}`,
    required,
    about: description ?? '',
  }));
  return sections(
    `## ${title}`,
    `${sentence(one.summary)}${one.description ? ` ${one.description}` : ''}${key ? ` ${key}` : ''}`,
    parameters.length > 0 && fieldTable('parameter', parameters),
    ...Object.entries(one.requestBody?.content ?? {}).map(([kind, content]) => body(kind, content, one.requestBody)),
    table(['answer', 'meaning', 'body'], Object.entries(one.responses).map(answer)),
    ...Object.entries(one.responses).flatMap(([status, { content }]) =>
      Object.values(content ?? {}).map(answerBody(status)),
    ),
  );
}

function body(kind: string, { schema: type = {}, example }: Content, request: Operation['requestBody']): string {
  const fields = type.$ref ? [] : fieldsOf(type);
  return sections(
    `Body: \`${kind}\`${type.$ref ? `, ${typeOf(type)}` : ''}${request?.required ? '' : ', may be left out'}. ${request?.description ?? ''}`,
    fields.length > 0 && fieldTable('field', fields),
    shown(example),
  );
}

function answer([status, { description, headers = {}, content = {} }]: [string, Response]): string[] {
  const bodies = Object.entries(content).map(([kind, { schema: type }]) =>
    type?.$ref || kind === 'application/json' ? typeOf(type ?? {}) : `\`${kind}\``,
  );
  const named = Object.entries(headers).map(([name, { description: words }]) => `\`${name}\`: ${words}`);
  return [`\`${status}\``, [description, ...named].join(' '), bodies.join(', ') || '–'];
}

/** The fields of an answer that has no named schema, and its example. */
const answerBody =
  (status: string) =>
  ({ schema: type = {}, example }: Content): string | false => {
    const fields = type.$ref ? [] : fieldsOf(type);
    return fields.length > 0
      ? sections(`Body of \`${status}\`:`, answerFields(fields), shown(example))
      : shown(example);
  };

const answerFields = (fields: Field[]): string =>
  table(
    ['field', 'type', 'meaning'],
    fields.map(({ name, type, about }) => [`\`${name}\``, type, about || '–']),
  );

function schema([name, type]: [string, Schema]): string {
  const fields = fieldsOf(type);
  return sections(
    `## ${name}`,
    type.description,
    fields.length > 0 ? fieldTable('field', fields) : `${typeOf(type)}.`,
    shown(type.example),
  );
}

const fieldTable = (what: string, fields: Field[]): string =>
  table(
    [what, 'type', 'required', 'meaning'],
    fields.map(({ name, type, required, about }) => [`\`${name}\``, type, required ? 'yes' : 'no', about || '–']),
  );

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');

const shown = (example: unknown): string | false =>
  example !== undefined &&
  (typeof example === 'string'
    ? `\`\`\`text\n${example.trimEnd()}\n\`\`\``
    : `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``);

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

const sections = (...parts: (string | false | undefined)[]): string => `${parts.filter(Boolean).join('\n\n')}\n`;
