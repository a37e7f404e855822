import { books } from './books';
import { checkout } from './checkout';
import { commit } from './commit';
import type { Deps } from './deps';
import { evidencePacks } from './dispute-evidence';
import { evidenceSubmission } from './dispute-submission';
import { disputes } from './disputes';
import { email } from './email';
import { emailAgain } from './email-again';
import { toFailure } from './failures';
import { fulfilment } from './fulfilment';
import { ledger } from './ledger';
import { notices } from './notices';
import { opening } from './opening';
import { orders } from './orders';
import { reconciliationReport } from './reconciliation-report';
import { refunds } from './refunds';
import { repairs } from './repairs';
import { sweep } from './sweep';
import { sweepEvents } from './sweep-events';
import { sweepRuns } from './sweep-runs';
import { sweepSessions } from './sweep-sessions';

/** Steps in PostgreSQL and mail: the `orders` queue. */
export const orderActivities = (deps: Deps) => ({
  ...opening(deps),
  ...commit(deps),
  ...orders(deps),
  ...fulfilment(deps),
  ...email(deps),
  ...emailAgain(deps),
  ...evidencePacks(deps),
  ...sweep(deps),
  ...sweepRuns(deps),
  ...repairs(deps),
  ...books(deps),
  ...reconciliationReport(deps),
});
/** Calls to Stripe: the `stripe` queue, rate-limited for the whole fleet. */
export const stripeActivities = (deps: Deps) => ({
  ...checkout(deps),
  ...refunds(deps),
  ...disputes(deps),
  ...evidenceSubmission(deps),
  ...notices(deps),
  ...sweepSessions(deps),
  ...sweepEvents(deps),
  ...ledger(deps),
});

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
