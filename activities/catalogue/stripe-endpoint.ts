import Stripe from 'stripe';
import { SUBSCRIBED_TYPES } from '../../domain/events';
import { type Env, SANDBOX_KEY_PREFIX } from '../../platform/env';

interface EndpointSetup {
  stripe: Stripe;
  env: Pick<Env, 'PUBLIC_URL' | 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE'>;
  log(line: string): void;
}

/**
 * Makes sure that the account sends exactly the subscribed events, in the SDK's API version. An endpoint's version is
 * fixed when it is created, so one with another version stays until a person has put the new secret in place.
 */
export async function setUpEndpoint({ stripe, env, log }: EndpointSetup): Promise<void> {
  const url = `${env.PUBLIC_URL}/webhooks/stripe`;
  if (!stripeReaches(env)) return log(howToListen(url));

  const atUrl: Stripe.WebhookEndpoint[] = [];
  for await (const endpoint of stripe.webhookEndpoints.list({ limit: 100 }))
    if (endpoint.url === url) atUrl.push(endpoint);
  const ours = atUrl.find(({ api_version }) => api_version === Stripe.API_VERSION);
  if (!ours) await create(stripe, url, log);
  else if (ours.status === 'enabled' && sameEvents(ours.enabled_events))
    log(`The webhook endpoint was up to date: ${url}`);
  else {
    await stripe.webhookEndpoints.update(ours.id, { enabled_events: [...SUBSCRIBED_TYPES], disabled: false });
    log(
      `The webhook endpoint ${ours.id} now sends exactly the ${SUBSCRIBED_TYPES.length} events that are subscribed to: ${url}`,
    );
  }
  for (const { id, api_version } of atUrl.filter((endpoint) => endpoint !== ours && endpoint.status === 'enabled'))
    log(
      `The endpoint ${id} sends to the same address with API version ${api_version ?? "of the account's default"}. Delete it in the Dashboard once the new secret is in place.`,
    );
}

async function create(stripe: Stripe, url: string, log: (line: string) => void): Promise<void> {
  const made = await stripe.webhookEndpoints.create({
    url,
    enabled_events: [...SUBSCRIBED_TYPES],
    api_version: Stripe.API_VERSION,
    description: 'Holdfast',
  });
  log(`Created the webhook endpoint ${url} (API version ${made.api_version}, ${SUBSCRIBED_TYPES.length} events).`);
  log(`Its signing secret, which Stripe shows only now:\n\n  ${made.secret}\n`);
  log('Give it to the API as STRIPE_WEBHOOK_SECRET (add it after a comma while an earlier one is still in use).');
}

const sameEvents = (subscribed: string[]): boolean =>
  subscribed.length === SUBSCRIBED_TYPES.length && SUBSCRIBED_TYPES.every((type) => subscribed.includes(type));

/** A sandbox on this machine reaches every address; Stripe reaches only public ones, and in live mode only over TLS. */
function stripeReaches({ PUBLIC_URL, STRIPE_SECRET_KEY, STRIPE_API_BASE }: EndpointSetup['env']): boolean {
  if (STRIPE_API_BASE || STRIPE_SECRET_KEY.startsWith(SANDBOX_KEY_PREFIX)) return true;
  const { hostname, protocol } = new URL(PUBLIC_URL);
  if (/^[sr]k_live_/.test(STRIPE_SECRET_KEY) && protocol === 'http:') return false;
  return !PRIVATE_HOST.test(hostname);
}

/**
 * Names without a dot, `localhost` and its like, and the private and link-local address ranges (RFC 1918, 4193, 3927,
 * 4291).
 */
const PRIVATE_HOST = new RegExp(
  [
    '[^.:]+',
    '.*\\.(?:localhost|local|internal|test)',
    '(?:0|10|127)(?:\\.\\d+){3}',
    '(?:192\\.168|169\\.254|172\\.(?:1[6-9]|2\\d|3[01]))(?:\\.\\d+){2}',
    '\\[(?:::1?|f[cd].*|fe[89ab].*)\\]',
  ]
    .map((host) => `^${host}$`)
    .join('|'),
  'i',
);

const howToListen = (url: string): string =>
  [
    `Stripe cannot reach ${url}, so no webhook endpoint was created. Let the Stripe CLI forward events:`,
    '',
    `  stripe listen --latest --events ${SUBSCRIBED_TYPES.join(',')} --forward-to ${url}`,
    '',
    'It prints a signing secret (whsec_…): give it to the API as STRIPE_WEBHOOK_SECRET.',
  ].join('\n');
