import Stripe from 'stripe';
import type { Env } from './env';

/**
 * Stripe's client. Retries are the caller's affair (an activity's policy, a storefront's key), because the library's own come with keys of
 * their own on some calls and never after a 429; its time-out fits inside an activity's.
 * @param timeout milliseconds for one call
 */
export function connectStripe(
  { STRIPE_SECRET_KEY, STRIPE_API_BASE }: Pick<Env, 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE'>,
  timeout = 12_000,
): Stripe {
  const base = STRIPE_API_BASE ? new URL(STRIPE_API_BASE) : undefined;
  return new Stripe(STRIPE_SECRET_KEY, {
    timeout,
    maxNetworkRetries: 0,
    telemetry: false,
    appInfo: { name: 'holdfast' },
    ...(base && {
      protocol: base.protocol === 'http:' ? ('http' as const) : ('https' as const),
      host: base.hostname,
      port: base.port || (base.protocol === 'http:' ? '80' : '443'),
    }),
  });
}

/** What Stripe answers with is believed only when it is what was asked for: an answer without an `error` key resolves at any status. */
export function expectObject<T extends { object: string; id: string }>(answer: T, object: T['object']): T {
  if (answer?.object !== object || typeof answer.id !== 'string') throw new StripeAnswerError(object);
  return answer;
}

/** Something that is not Stripe answered in its place (a proxy's page, a cut body): what happened at Stripe is not known. */
export class StripeAnswerError extends Error {
  override readonly name = 'StripeAnswerError';
  constructor(object: string) {
    super(`the answer is not a ${object}`);
  }
}

/** As `expectObject`, for a page of a list. */
export function expectList<T>(answer: Stripe.ApiList<T>): Stripe.ApiList<T> {
  if (answer?.object !== 'list' || !Array.isArray(answer.data)) throw new StripeAnswerError('list');
  return answer;
}
