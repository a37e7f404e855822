import Stripe from 'stripe';
import { probeKey, probePermission } from '../../../activities/account/probes';
import {
  endpointUrl,
  missingEvents,
  readEndpoint,
  stripeReaches,
  versionOf,
} from '../../../activities/catalogue/stripe-endpoint';
import { faultOf } from '../../../activities/failures';
import { inLists, SUBSCRIBED_TYPES } from '../../../domain/events';
import { isLiveKey, isRestrictedKey } from '../../../platform/env';
import { signsOfKey } from '../../../platform/stripe-account';
import { nameOf, STRIPE_PERMISSIONS, type StripePermission } from '../../../platform/stripe-permissions';
import { whoseKey } from '../../../store/installation/own-account';
import { type Check, type Finding, ok, problem, skipped, warning, worst } from '../finding';
import type { Site } from '../site';

export const stripe: Check[] = [
  { id: 'stripe-key', group: 'Stripe', look: key },
  { id: 'stripe-account', group: 'Stripe', needs: ['stripe-key', 'schema'], look: account },
  { id: 'stripe-permissions', group: 'Stripe', needs: ['stripe-key'], look: permissions },
  { id: 'stripe-endpoint', group: 'Stripe', needs: ['stripe-key'], look: endpoint },
  { id: 'stripe-events', group: 'At work', needs: ['stripe-permissions'], look: undelivered },
];

const isRestricted = (site: Site): boolean => isRestrictedKey(site.need('STRIPE_SECRET_KEY'));

async function key(site: Site): Promise<Finding> {
  const isLive = isLiveKey(site.need('STRIPE_SECRET_KEY'));
  const what = `Stripe accepts the ${isRestricted(site) ? 'restricted ' : ''}${isLive ? 'live' : 'test'}-mode key`;
  try {
    await probeKey(site.stripe);
  } catch (error) {
    const { cause } = faultOf(error);
    if (cause === 'stripe_key')
      return problem('Stripe refuses the key.', 'Set STRIPE_SECRET_KEY to one that the Dashboard shows as active.');
    // It is accepted, and what it lacks is named below.
    if (cause !== 'stripe_permission')
      return problem(
        `Stripe does not answer (${codeOf(error)}).`,
        'See status.stripe.com, and the network path to it.',
      );
  }
  return isLive && !isRestricted(site)
    ? warning(
        `${what}, which may do everything.`,
        'Use a restricted key with the permissions that docs/going-live.md lists.',
      )
    : ok(`${what}.`);
}

async function account(site: Site): Promise<Finding> {
  const { whose, account: id } = await whoseKey(site.db, signsOfKey(site.stripeEnv));
  if (whose === 'foreign')
    return problem(
      'The key belongs to another Stripe account or mode than the one that this shop has used so far.',
      'Set the key of that account; or, to move to another one, run npm run stripe:setup -- --new-account.',
    );
  return ok(
    whose === 'ours'
      ? `The key belongs to this shop’s account${id ? `, ${id}` : ''}.`
      : 'The key may not say whose account it belongs to, and nothing contradicts that it is this shop’s.',
  );
}

/** Only a restricted key can lack one. */
async function permissions(site: Site): Promise<Finding> {
  if (!isRestricted(site)) return ok('The key is not a restricted one, so it may do everything.');
  const missing: StripePermission[] = [];
  // One by one: a burst would count against the limit that checkouts share.
  for (const permission of STRIPE_PERMISSIONS) {
    try {
      await probePermission(site.stripe, nameOf(permission));
    } catch (error) {
      if (faultOf(error).cause !== 'stripe_permission') throw error;
      missing.push(permission);
    }
  }
  const needed = missing.filter(({ optional }) => !optional);
  const names = (some: StripePermission[]) => some.map(nameOf).join(', ');
  if (needed.length > 0)
    return problem(
      `The key lacks ${names(needed)}.`,
      'Give them to the key in Stripe’s Dashboard, under Developers, API keys.',
    );
  return ok(
    missing.length > 0
      ? `The key has every permission that is needed; it lacks ${names(missing)}, which are optional.`
      : 'The key has every permission.',
  );
}

async function endpoint(site: Site): Promise<Finding> {
  const SETUP = 'Run npm run stripe:setup, and set STRIPE_WEBHOOK_SECRET to the secret that it prints.';
  if (!stripeReaches(site.stripeEnv))
    return warning(
      `Stripe cannot reach ${endpointUrl(site.stripeEnv)}.`,
      'Set PUBLIC_URL to a public address, or forward events: npm run stripe:setup prints how.',
    );
  if (isRestricted(site)) {
    // A key for the processes alone need not read endpoints; that it may not is named above.
    const webhooks = STRIPE_PERMISSIONS.find(({ stripeName }) => stripeName === 'webhook') as StripePermission;
    const refused = await probePermission(site.stripe, nameOf(webhooks)).catch(faultOf);
    if (refused?.cause === 'stripe_permission') return skipped('The key may not read webhook endpoints.');
  }
  const { ours, others } = await readEndpoint(site.stripe, site.stripeEnv);
  const [other] = others;
  if (!ours)
    return other
      ? problem(
          `The endpoint ${other.id} sends API version ${versionOf(other)}; this version reads ${Stripe.API_VERSION}.`,
          `${SETUP} Then delete ${other.id}.`,
        )
      : problem(`No webhook endpoint sends to ${endpointUrl(site.stripeEnv)}.`, SETUP);
  const missing = missingEvents(ours);
  return worst(
    [
      ours.status === 'enabled' ? null : problem(`The endpoint ${ours.id} is disabled.`, 'Run npm run stripe:setup.'),
      missing.length > 0
        ? problem(`The endpoint ${ours.id} does not send ${missing.join(', ')}.`, 'Run npm run stripe:setup.')
        : null,
      other
        ? warning(
            `${other.id} sends every event a second time.`,
            `Delete it once STRIPE_WEBHOOK_SECRET is that of ${ours.id}.`,
          )
        : null,
    ],
    `The endpoint ${ours.id} sends all ${SUBSCRIBED_TYPES.length} events, API version ${versionOf(ours)}.`,
  );
}

/** Events of the last day that Stripe could not deliver, to this endpoint or to another one of the account. */
async function undelivered({ stripe: client }: Site): Promise<Finding> {
  const now = Math.floor(Date.now() / 1000);
  const created = { gte: now - 86_400, lte: now - 600 };
  const pages = await Promise.all(
    inLists(SUBSCRIBED_TYPES).map((types) =>
      client.events.list({ types, created, delivery_success: false, limit: 100 }),
    ),
  );
  const count = pages.reduce((sum, { data }) => sum + data.length, 0);
  return count === 0
    ? ok('Stripe has delivered every event of the last day.')
    : warning(
        `Stripe could not deliver ${count}${pages.some(({ has_more }) => has_more) ? ' or more' : ''} events of the last day.`,
        'See why at the endpoint in Stripe’s Dashboard. No order is lost: the sweep finds what webhooks missed, only later.',
      );
}

/** A code, and never a message, which may quote the key. */
const codeOf = (error: unknown): string =>
  (error as { code?: string }).code ?? (error as { type?: string }).type ?? 'no code';
