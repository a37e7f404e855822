import type Stripe from 'stripe';
import { isRestrictedKey } from '../../platform/env';
import { nameOf, STRIPE_PERMISSIONS, type StripePermission } from '../../platform/stripe-permissions';
import { noteRefused, resolveAlarms } from '../../store/alarms/alarms';
import type { Deps } from '../deps';
import { faultOf } from '../failures';

/** Makes the smallest request there is. Resolves if Stripe accepts the key; else rejects with Stripe's error. */
export const probeKey = (stripe: Stripe): Promise<unknown> => stripe.rawRequest('GET', '/v1/checkout/sessions?limit=1');

/**
 * Resolves if the key has a permission; else rejects with Stripe's error. A permission that is no longer in the list
 * counts as given.
 */
export async function probePermission(stripe: Stripe, name: string): Promise<void> {
  const permission = STRIPE_PERMISSIONS.find((one) => nameOf(one) === name);
  if (permission) await ask(stripe, permission);
}

/**
 * Asks Stripe for every permission that the code needs, and raises or ends the alarm of each. Only a restricted key can
 * lack one; for any other key it only checks that Stripe accepts it. Never rejects, whatever Stripe answers.
 */
export async function probeAll(deps: Pick<Deps, 'db' | 'stripe' | 'clock' | 'env'>): Promise<void> {
  const { stripe, env } = deps;
  if (!isRestrictedKey(env.STRIPE_SECRET_KEY)) return settle(deps, 'stripe_key', '', probeKey(stripe));
  // One by one: a burst would count against the limit that checkouts share.
  for (const permission of STRIPE_PERMISSIONS.filter(({ optional }) => !optional))
    await settle(deps, 'stripe_permission', nameOf(permission), ask(stripe, permission));
}

async function ask(stripe: Stripe, { probe }: StripePermission): Promise<void> {
  try {
    await stripe.rawRequest(probe.method, probe.path);
  } catch (error) {
    if (faultOf(error).fault !== 'thing') throw error; // a thing's fault is right: no such object
  }
}

async function settle(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  cause: 'stripe_key' | 'stripe_permission',
  subject: string,
  asked: Promise<unknown>,
): Promise<void> {
  const found = await asked.then(
    () => null,
    (error: unknown) => faultOf(error).cause ?? null,
  );
  const at = new Date(clock.now());
  if (found !== null)
    await noteRefused(db, { cause: found, subject: found === 'stripe_permission' ? subject : '', at });
  else await resolveAlarms(db, { causes: [cause], subject, at });
  // Stripe accepts a key that it refuses only a permission.
  if (found === null || found === 'stripe_permission')
    await resolveAlarms(db, { causes: ['stripe_key', 'stripe_down'], at });
}
