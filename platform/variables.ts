import { z } from 'zod';
import { ACTORS } from '../domain/actor';
import { isMailbox } from '../domain/email';
import { LEAST_SIGNING_SECRET } from './keyed-hash';
import { LOG_LEVELS, readModuleLevels } from './log-levels';
import { namedSecrets, SECRET_LENGTH, VISIBLE } from './named-secrets';
import { payloadKeys } from './payload-keys';
import { STANDARD_SECRET } from './standard-webhooks';

const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be between ${least} and ${most}`);
const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL (${protocols.join(' or ')})`,
    )
    .transform((text) => text.replace(/\/+$/, ''));
const isOrigin = (given: string): boolean =>
  URL.canParse(given) && /^https?:/.test(given) && new URL(given).origin === given.toLowerCase();
/** Secrets of Standard Webhooks, one or several separated by commas. */
const signingSecrets = (form: string) =>
  z
    .string()
    .transform((list) => list.split(',').map((one) => one.trim()))
    .refine((list) => list.every((one) => STANDARD_SECRET.test(one)), form);
/** An address that is called as it stands: a slash at its end counts. */
const isEventsUrl = (given: string): boolean => {
  if (!URL.canParse(given)) return false;
  const { protocol, username, password, hash } = new URL(given);
  return /^https?:$/.test(protocol) && `${username}${password}${hash}` === '';
};
const address = z.string().refine(isMailbox, 'must be an e-mail address, or `Name <address>`');
/** A secret that is being rolled beside one that was cut off: taken for one, it would end the links of the old one. */
const isOneOrAList = (given: string): boolean => {
  const enough = given.split(',').filter((one) => one.trim().length >= LEAST_SIGNING_SECRET).length;
  return enough === 0 || enough === given.split(',').length;
};
/** What Sentry's SDK takes; anything else it would leave unused without a word. */
const SENTRY_DSN = /^https?:\/\/\w+(?::\w+)?@[\w.-]+(?::\d+)?\/(?:[^?#]+\/)?\d+$/;
/** Levels of the log by module. */
const moduleLevels = z.string().transform((given, context) => {
  try {
    return readModuleLevels(given);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});
const text = z.string().min(1, 'must not be empty');
export const staffTokens = namedSecrets('token', ACTORS);
export const storefrontKeys = namedSecrets('key');
const stripeKey = z
  .string()
  .regex(/^[sr]k_(?:test|live)_\S+$/, 'must be `sk_test_…`, `sk_live_…` or a restricted key `rk_…`');
const secret = (least: number) => z.string().min(least, `must have at least ${least} characters`);

/**
 * Every variable that Holdfast reads, in the order of the documentation. The `describe` texts go into `.env.example`
 * and the table in docs/operating.md; `npm run docs:env` generates both.
 */
export const variables = {
  PORT: wholeNumber(0, 65535).default(3000).describe('API port'),
  HOST: text.default('127.0.0.1').describe('API address'),
  ADMIN_PORT: wholeNumber(0, 65535)
    .optional()
    .describe(
      'a port of the API for `/admin`, `/staff` and `/metrics` alone, which the public port then answers with `404`; needs `ADMIN_URL`',
    ),
  WORKER_PORT: wholeNumber(0, 65535).default(9464).describe("the worker's `/healthz`, `/readyz`, `/metrics`"),
  PUBLIC_URL: url('http:', 'https:')
    .optional()
    .describe("the API's own public address, used in links it sends (default `http://localhost:$PORT`)"),
  ADMIN_URL: url('http:', 'https:')
    .optional()
    .describe('where staff reach `/admin` and `/staff`, used in mails to staff (default `$PUBLIC_URL`)'),
  STOREFRONT_URL: url('http:', 'https:')
    .optional()
    .describe(
      'where the success and cart pages are; CORS allows its origin (default `$PUBLIC_URL`, the demo storefront)',
    ),
  STOREFRONT_ORIGINS: z
    .string()
    .transform((list) => list.split(',').map((one) => one.trim().replace(/\/+$/, '')))
    .refine((list) => list.every(isOrigin), 'must be origins such as `https://shop.example`, separated by commas')
    .optional()
    .describe('more origins that CORS allows, separated by commas'),
  STOREFRONT_KEYS: storefrontKeys
    .optional()
    .describe(
      '`name:key` separated by commas, at least 24 characters a key, for storefronts that call from their own server: with `Authorization: Bearer <key>` limits count the shopper named in the header `Holdfast-Shopper`, and the `/storefront` routes are open',
    ),
  TRUST_PROXY: wholeNumber(0, 32)
    .default(0)
    .describe('how many proxies in front of the API are trusted to name the client'),
  DATA_DIR: text.default('.data').describe('where the embedded parts write'),
  DATABASE_URL: url('postgres:', 'postgresql:').describe('PostgreSQL; if absent, `npm start` embeds it'),
  TEMPORAL_ADDRESS: text
    .optional()
    .describe('Temporal, read by `@temporalio/envconfig`; if absent, `npm start` embeds it'),
  TEMPORAL_NAMESPACE: text.default('default').describe('the Temporal namespace'),
  TEMPORAL_API_KEY: text.optional().describe('the API key of Temporal Cloud'),
  TEMPORAL_PROFILE: text.optional().describe('a profile in `temporal.toml`, instead of the three above'),
  WORKER_BUILD_ID: text
    .optional()
    .describe(
      'the build id of these workers, for Temporal’s worker versioning (docs/going-live.md); if absent, they take the tasks of every workflow as long as no version is current, and nothing new once one is',
    ),
  TEMPORAL_UI_URL: url('http:', 'https:')
    .optional()
    .describe(
      'where staff open the Temporal UI, for the links to it at `/staff`, in mails to staff and between workflows; without it, only workflows link one another, which needs the UI at the root of its host',
    ),
  PAYLOAD_KEYS: payloadKeys
    .optional()
    .describe(
      '`name:key` separated by commas, a key being the base64 of 32 bytes: encrypts what Temporal stores, with the first one; all of them decrypt (docs/going-live.md); if absent, nothing is encrypted',
    ),
  STRIPE_SECRET_KEY: stripeKey.describe(
    "Stripe's secret or restricted key; if absent, `npm start` uses the embedded sandbox",
  ),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .transform((list) => list.split(',').map((one) => one.trim()))
    .refine((list) => list.every((one) => one !== ''), 'must not be empty')
    .describe('the signing secret, or several separated by commas while a secret is rolled'),
  STRIPE_API_BASE: url('http:', 'https:')
    .refine((base) => new URL(base).pathname === '/', 'must be an address without a path')
    .optional()
    .describe("a different address for Stripe's API"),
  STRIPE_COMPARE_KEY: stripeKey
    .optional()
    .describe(
      'the key of another account or mode, which `npm run stripe:setup -- --compare` puts beside `STRIPE_SECRET_KEY`; it may be one that only reads, and no process uses it',
    ),
  STRIPE_MAX_PER_SECOND: wholeNumber(1).default(20).describe('the limit of calls to Stripe, for all workers together'),
  STRIPE_AGENT_ORDERS: z
    .enum(['off', 'on'])
    .default('off')
    .describe(
      '`on` takes up what agents sold for you through Stripe’s Agentic Commerce Suite, and opens its order approval hook; a preview, see docs/agents.md',
    ),
  RESEND_API_KEY: text.optional().describe("Resend's API key; if absent, `npm start` uses the outbox"),
  RESEND_BASE_URL: url('http:', 'https:').optional().describe("a different address for Resend's API"),
  RESEND_WEBHOOK_SECRET: signingSecrets('must be a signing secret of Resend, `whsec_…`')
    .optional()
    .describe(
      'the signing secret of Resend’s webhooks, or several separated by commas while a secret is rolled; without it `/webhooks/resend` is closed',
    ),
  SMTP_URL: url('smtp:', 'smtps:').optional().describe('sends mail by SMTP instead of Resend'),
  EMAIL_FROM: address.describe('the sender of all mails'),
  STAFF_EMAIL: address.describe(
    'who gets the mails to staff: new orders, withdrawals, disputes, what needs attention, sweep reports',
  ),
  ADMIN_TOKEN: secret(SECRET_LENGTH)
    .regex(VISIBLE, 'must have visible ASCII characters alone')
    .describe(
      'the bearer token of `/admin`, at least 24 characters; its name on timelines is `staff`; `npm start` generates and prints one',
    ),
  ADMIN_TOKENS: staffTokens
    .optional()
    .describe(
      'more of them, `name:token` separated by commas; the name is the `actor` on timelines and in stock movements',
    ),
  INSTALLATION_ID: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/, 'must be 1 to 100 visible ASCII characters')
    .optional()
    .describe(
      'tells this installation’s sessions from those of others on the same Stripe account (a staging system, a second shop); in the metadata of every session; if absent, the database has one of its own',
    ),
  SIGNING_SECRET: secret(LEAST_SIGNING_SECRET)
    .refine(isOneOrAList, `must have at least ${LEAST_SIGNING_SECRET} characters in each part that commas separate`)
    .describe(
      'signs download, order and recovery links, at least 32 characters; while it is rolled, the new one and behind a comma the old one, whose links go on working',
    ),
  EVENTS_URL: z
    .string()
    .refine(isEventsUrl, 'must be a URL (http: or https:) without a user name, a password or a fragment')
    .optional()
    .describe(
      'where your other systems hear of orders, as signed events (docs/outbound-events.md); if absent, none are sent',
    ),
  EVENTS_SECRET: signingSecrets('must be `whsec_` and the base64 of at least 24 bytes, or several separated by commas')
    .optional()
    .describe(
      'signs events: `whsec_` and the base64 of 24 to 64 random bytes, or several separated by commas while it is rolled',
    ),
  FILES_S3_ENDPOINT: url('http:', 'https:')
    .optional()
    .describe(
      'S3-compatible storage for the files of digital products, such as `https://s3.eu-central-1.amazonaws.com`; if absent, they are kept in the database',
    ),
  FILES_S3_BUCKET: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/, 'must be the name of a bucket')
    .optional()
    .describe('the bucket there, which must exist'),
  FILES_S3_REGION: text.default('us-east-1').describe('its region; `auto` for Cloudflare R2'),
  FILES_S3_KEY_ID: text.optional().describe('the id of the access key'),
  FILES_S3_SECRET: text.optional().describe('its secret'),
  FILES_S3_PATH_STYLE: z
    .enum(['true', 'false'])
    .default('true')
    .transform((given) => given === 'true')
    .describe('`false` puts the bucket into the host name, for storage that has no path-style addresses'),
  HOLD_TTL_SECONDS: wholeNumber(1, 86_100).default(1860).describe('how long stock is held for an unpaid checkout'),
  ASYNC_PAYMENT_TTL_SECONDS: wholeNumber(1)
    .default(1_209_600)
    .describe('how long stock is held for a payment that is still processing'),
  RECONCILE_INTERVAL_SECONDS: wholeNumber(1)
    .default(300)
    .describe('how often Stripe is checked for what webhooks missed'),
  AUTO_COMPLETE_SECONDS: wholeNumber(1)
    .default(1_209_600)
    .describe('how long until a shipped order completes without a delivery report'),
  CHECKOUT_RATE_LIMIT: wholeNumber(0).default(20).describe('checkouts per minute and client; 0 turns the limit off'),
  CHECKOUT_OPEN_LIMIT: wholeNumber(0)
    .default(10)
    .describe(
      'unpaid checkouts one client may hold at a time, those whose payment is still processing among them; 0 turns the limit off',
    ),
  DOWNLOAD_TTL_SECONDS: wholeNumber(1).default(604_800).describe('how long a download link works'),
  DOWNLOAD_LIMIT: wholeNumber(1).default(5).describe('how often a download link can be used'),
  KEEP_SHOPPER_IP: z
    .enum(['true', 'false'])
    .default('false')
    .transform((given) => given === 'true')
    .describe(
      'keeps the address that a checkout comes from, with the checkout here until the order is erased, and in the metadata of its session at Stripe until you remove it there: Visa’s compelling evidence against a dispute needs it',
    ),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('the lowest level that is logged'),
  LOG_LEVELS: moduleLevels
    .optional()
    .describe(
      'other levels for parts of a process, e.g. `api.checkout:debug,worker.temporal:info`; docs/telemetry.md lists them',
    ),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http:', 'https:')
    .optional()
    .describe(
      'the collector that traces are sent to, by OTLP over HTTP (docs/telemetry.md); if absent, nothing is traced',
    ),
  SENTRY_DSN: z
    .string()
    .regex(SENTRY_DSN, 'must be a DSN of Sentry, such as `https://key@sentry.example/7`')
    .optional()
    .describe('the project at Sentry that errors are reported to (docs/telemetry.md); if absent, none are'),
  NODE_ENV: text.optional().describe('`production` refuses the sandbox'),
};
