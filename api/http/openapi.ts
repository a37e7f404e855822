import { OpenAPIRegistry, OpenApiGeneratorV31, type ResponseConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../../domain/problem';
import { version } from '../../package.json';
import type { Env } from '../../platform/env';
import { eventWebhooks } from '../events/webhooks';
import { FORM_TYPE, isCodec, isForm, isRaw, mayBeAbsent, needsStorefrontKey, type Route, route } from './route';
import { Shopper } from './storefront-key';

const Problem = z
  .object({
    type: z.string().meta({ example: 'urn:holdfast:problem:out_of_stock' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong and what to do about it.' }),
    code: z
      .enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])
      .meta({ description: 'Stable: use this in code.' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'With `invalid_request`: what is wrong, field by field.' }),
    items: z
      .array(z.object({ sku: z.string(), requested: z.int().optional(), available: z.int().optional() }))
      .optional()
      .meta({
        description:
          'With `out_of_stock`: what is not available, and how many were wanted. With `not_for_sale`: what Stripe refuses to sell or has no price of yet, by its `sku` alone.',
      }),
    skus: z.array(z.string()).optional().meta({
      description:
        'With `unknown_sku` of a cart: what is not for sale. With `currency_unavailable`: what has no price in the currency; absent where shipping has none.',
    }),
  })
  .meta({
    id: 'Problem',
    description: 'RFC 9457. `code` is one of this list, and never anything else.',
    example: {
      type: 'urn:holdfast:problem:out_of_stock',
      title: PROBLEMS.out_of_stock[1],
      status: PROBLEMS.out_of_stock[0],
      detail: 'Some of this is no longer available; see `items`.',
      code: 'out_of_stock',
      items: [{ sku: 'TULIPS', requested: 2, available: 1 }],
    },
  });

/**
 * `GET /openapi.json`: generated from the same schemas that the routes validate with, once it is asked for, because a
 * process starts faster without.
 */
export function openApiDocument(routes: Route[], env: Pick<Env, 'PUBLIC_URL'>): Route {
  const self = route({
    method: 'get',
    path: '/openapi.json',
    tag: 'Operations',
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) } },
    handle: async () => {
      document ??= describe([...routes, self], env);
      return { body: document, headers: { 'cache-control': 'no-cache' } };
    },
  });
  let document: ReturnType<typeof describe> | undefined;
  return self;
}

function describe(routes: Route[], env: Pick<Env, 'PUBLIC_URL'>) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'staff', {
    type: 'http',
    scheme: 'bearer',
    description: '`ADMIN_TOKEN`, or one of `ADMIN_TOKENS`.',
  });
  registry.registerComponent('securitySchemes', 'staffSession', {
    type: 'apiKey',
    in: 'cookie',
    name: 'holdfast-staff',
    description: 'The cookie of `POST /staff/sign-in`; over TLS its name begins with `__Secure-`.',
  });
  registry.registerComponent('securitySchemes', 'storefront', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key of STOREFRONT_KEYS, for the server of a storefront. Never send it to a browser.',
  });
  for (const one of routes) registry.registerPath(pathOf(one));
  for (const one of eventWebhooks()) registry.registerWebhook(one);
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version,
      description:
        'The durable order back office for shops on Stripe Checkout. Money is an integer in the currency’s smallest unit, times are RFC 3339, and errors are problem documents (RFC 9457).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: env.PUBLIC_URL }],
    tags: [
      { name: 'Storefront', description: 'What the shop’s pages call.' },
      { name: 'Stripe', description: 'Where Stripe delivers its events.' },
      { name: 'Resend', description: 'Where Resend reports what became of mails.' },
      { name: 'Staff', description: 'Orders, disputes, catalogue, stock, settings, sweeps. Requires a staff token.' },
      { name: 'Events', description: 'What Holdfast sends to the receiver at `EVENTS_URL`.' },
      { name: 'Operations', description: 'Health, metrics and this document.' },
    ],
  });
}

function pathOf(one: Route) {
  const headers = one.tag === 'Storefront' ? (one.headers ?? z.object({})).extend(SHOPPER) : one.headers;
  return {
    method: one.method,
    path: one.path,
    tags: [one.tag],
    summary: one.summary,
    operationId: operationId(one),
    ...(one.description && { description: one.description }),
    security: securityOf(one),
    request: {
      ...(one.params && { params: one.params }),
      ...(one.query && { query: one.query }),
      ...(headers && { headers }),
      ...(one.body && { body: bodyOf(one.body) }),
    },
    responses: { ...answersOf(one), ...problemsOf(one) },
  };
}

const SHOPPER = { 'holdfast-shopper': Shopper };

const isStaff = ({ path }: Route): boolean => path.startsWith('/admin');

/** What a caller must send. An empty requirement among others means that the key may be left out. */
function securityOf(one: Route): Record<string, string[]>[] {
  if (isStaff(one)) return [{ staff: [] }];
  if (isCodec(one)) return [{ staffSession: [] }, { staff: [] }];
  if (one.path.startsWith('/staff/') && one.path !== '/staff/sign-in') return [{ staffSession: [] }];
  if (one.tag !== 'Storefront') return [];
  return needsStorefrontKey(one) ? [{ storefront: [] }] : [{}, { storefront: [] }];
}

/** `POST /orders/{sessionId}/abandon` → `postOrdersSessionIdAbandon`. */
const operationId = ({ method, path }: Route): string =>
  method + path.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_all, letter: string) => letter.toUpperCase());

function bodyOf(body: NonNullable<Route['body']>) {
  if (isForm(body)) return { required: true, content: { [FORM_TYPE]: { schema: body.form } } };
  if (!isRaw(body)) return { required: !mayBeAbsent(body), content: { 'application/json': { schema: body } } };
  return {
    required: true,
    description: body.description,
    content: { [body.contentType]: { schema: { type: 'string' as const, format: 'binary' } } },
  };
}

function answersOf({ answers }: Route): Record<string, ResponseConfig> {
  return Object.fromEntries(
    Object.entries(answers).map(
      ([status, { description, schema, contentType = 'application/json', headers, example }]) => [
        status,
        {
          description,
          ...(headers && {
            headers: Object.fromEntries(
              Object.entries(headers).map(([name, words]) => [
                name,
                { description: words, schema: { type: 'string' as const } },
              ]),
            ),
          }),
          ...((schema || contentType !== 'application/json') && {
            content: {
              [contentType]: {
                schema: schema ?? { type: 'string' as const },
                ...(example !== undefined && { example }),
              },
            },
          }),
        },
      ],
    ),
  );
}

/** The statuses of problems that pass by themselves. */
const RETRIED: ReadonlySet<number> = new Set([429, 503]);
const RETRY_AFTER = {
  description: 'After how many seconds another try makes sense.',
  schema: { type: 'integer' as const, minimum: 1 },
};

/** The problems of a route: one response per status, with the codes it can have. */
function problemsOf(one: Route): Record<string, ResponseConfig> {
  const checked = isStaff(one) || one.tag === 'Storefront';
  const codes = new Set<ProblemCode>([
    ...(one.problems ?? []),
    ...(checked ? (['unauthorized', 'rate_limited'] as const) : []),
    ...(one.body && !isRaw(one.body) ? (['payload_too_large', 'unsupported_media_type'] as const) : []),
    'invalid_request',
    'internal',
    'unavailable',
  ]);
  const statuses = [...new Set([...codes].map((code) => PROBLEMS[code][0]))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const here = [...codes].filter((code) => PROBLEMS[code][0] === status);
      return [
        String(status),
        {
          description: here.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}.`).join(' '),
          ...(RETRIED.has(status) && { headers: { 'Retry-After': RETRY_AFTER } }),
          content: one.page
            ? { 'text/html': { schema: { type: 'string' as const } } }
            : { 'application/problem+json': { schema: Problem } },
        },
      ];
    }),
  );
}
