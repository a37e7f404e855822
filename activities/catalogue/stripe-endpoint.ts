import Stripe from 'stripe';
import { SUBSCRIBED_TYPES } from '../../domain/events';
import { type Env, isLiveKey, SANDBOX_KEY_PREFIX } from '../../platform/env';
import { isPrivateHost } from '../../platform/hosts';

interface EndpointSetup {
  stripe: Stripe;
  env: Pick<Env, 'PUBLIC_URL' | 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE'>;
  log(line: string): void;
  /** Only say what would be done. */
  dryRun?: boolean;
}

/**
 * Makes sure that the account sends exactly the subscribed events, in the SDK's API version. An endpoint's version is
 * fixed when it is created, so one with another version stays until a person has put the new secret in place.
 */
export async function setUpEndpoint({ stripe, env, log, dryRun = false }: EndpointSetup): Promise<void> {
  const url = endpointUrl(env);
  if (!stripeReaches(env)) return log(howToListen(url));

  const { ours, others } = await readEndpoint(stripe, env);
  if (ours && isAsWanted(ours)) log(`The webhook endpoint was up to date: ${url}`);
  else if (dryRun)
    log(
      ours
        ? `The webhook endpoint ${ours.id} would be enabled, and send exactly the ${EVENTS}: ${url}`
        : `The webhook endpoint ${url} would be created (API version ${Stripe.API_VERSION}, ${EVENTS}), and its secret printed.`,
    );
  else if (!ours) await create(stripe, url, log);
  else {
    await stripe.webhookEndpoints.update(ours.id, { enabled_events: [...SUBSCRIBED_TYPES], disabled: false });
    log(`The webhook endpoint ${ours.id} now sends exactly the ${EVENTS}: ${url}`);
  }
  for (const { id, api_version } of others)
    log(
      `The endpoint ${id} sends to the same address with API version ${versionOf({ api_version })}. Delete it in the Dashboard once the new secret is in place.`,
    );
}

/** The endpoints of an account that send to this installation's address. */
export interface EndpointState {
  /** The one with the SDK's API version, enabled or not; null if there is none. */
  ours: Stripe.WebhookEndpoint | null;
  /** Enabled ones beside it: of another version, or a second one. */
  others: Stripe.WebhookEndpoint[];
}

export async function readEndpoint(stripe: Stripe, env: Pick<Env, 'PUBLIC_URL'>): Promise<EndpointState> {
  const atUrl: Stripe.WebhookEndpoint[] = [];
  for await (const endpoint of stripe.webhookEndpoints.list({ limit: 100 }))
    if (endpoint.url === endpointUrl(env)) atUrl.push(endpoint);
  const ours = atUrl.find(({ api_version }) => api_version === Stripe.API_VERSION) ?? null;
  return { ours, others: atUrl.filter((endpoint) => endpoint !== ours && endpoint.status === 'enabled') };
}

/** Where Stripe sends events to. */
export const endpointUrl = ({ PUBLIC_URL }: Pick<Env, 'PUBLIC_URL'>): string => `${PUBLIC_URL}/webhooks/stripe`;

/** The subscribed events that an endpoint does not send. */
export const missingEvents = ({ enabled_events }: Pick<Stripe.WebhookEndpoint, 'enabled_events'>): string[] =>
  enabled_events.includes('*') ? [] : SUBSCRIBED_TYPES.filter((type) => !enabled_events.includes(type));

/** An endpoint's API version, in words. */
export const versionOf = ({ api_version }: Pick<Stripe.WebhookEndpoint, 'api_version'>): string =>
  api_version ?? "of the account's default";

const EVENTS = `${SUBSCRIBED_TYPES.length} events that are subscribed to`;

const isAsWanted = ({ status, enabled_events }: Stripe.WebhookEndpoint): boolean =>
  status === 'enabled' &&
  enabled_events.length === SUBSCRIBED_TYPES.length &&
  SUBSCRIBED_TYPES.every((type) => enabled_events.includes(type));

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

/** A sandbox on this machine reaches every address; Stripe reaches only public ones, and in live mode only over TLS. */
export function stripeReaches({ PUBLIC_URL, STRIPE_SECRET_KEY, STRIPE_API_BASE }: EndpointSetup['env']): boolean {
  if (STRIPE_API_BASE || STRIPE_SECRET_KEY.startsWith(SANDBOX_KEY_PREFIX)) return true;
  const { hostname, protocol } = new URL(PUBLIC_URL);
  if (isLiveKey(STRIPE_SECRET_KEY) && protocol === 'http:') return false;
  return !isPrivateHost(hostname);
}

const howToListen = (url: string): string =>
  [
    `Stripe cannot reach ${url}, so no webhook endpoint was created. Let the Stripe CLI forward events:`,
    '',
    `  stripe listen --latest --events ${SUBSCRIBED_TYPES.join(',')} --forward-to ${url}`,
    '',
    'It prints a signing secret (whsec_…): give it to the API as STRIPE_WEBHOOK_SECRET.',
  ].join('\n');
