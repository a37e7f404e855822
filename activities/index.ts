import { checkout } from './checkout';
import { commit } from './commit';
import type { Deps } from './deps';
import { email } from './email';
import { toFailure } from './failures';
import { fulfilment } from './fulfilment';
import { opening } from './opening';
import { orders } from './orders';
import { refunds } from './refunds';

/** Steps in PostgreSQL and mail: the `orders` queue. */
export const orderActivities = (deps: Deps) => ({
  ...opening(deps),
  ...commit(deps),
  ...orders(deps),
  ...fulfilment(deps),
  ...email(deps),
});
/** Calls to Stripe: the `stripe` queue, rate-limited for the whole fleet. */
export const stripeActivities = (deps: Deps) => ({ ...checkout(deps), ...refunds(deps) });

export type OrderActivities = ReturnType<typeof orderActivities>;
export type StripeActivities = ReturnType<typeof stripeActivities>;

/** The activities of both queues; whatever one throws leaves it as a failure that may stand in a history. */
export const createActivities = (deps: Deps) => ({
  orders: guarded(orderActivities(deps)),
  stripe: guarded(stripeActivities(deps)),
});

// biome-ignore lint/suspicious/noExplicitAny: the wrapper keeps each function's own signature
function guarded<T extends Record<string, (...args: any[]) => Promise<unknown>>>(activities: T): T {
  return Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      async (...args: unknown[]) => {
        try {
          return await activity(...args);
        } catch (error) {
          throw toFailure(error);
        }
      },
    ]),
  ) as T;
}
