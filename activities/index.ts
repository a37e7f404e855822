import { CancelledFailure } from '@temporalio/common';
import { moduleLog } from '../platform/logger';
import { account } from './account/account';
import { bulkEnding, bulkMoves } from './bulk/bulk';
import { checkout } from './checkout/checkout';
import type { Deps } from './deps';
import { disputes } from './dispute/disputes';
import { evidencePacks } from './dispute/evidence';
import { recordedDisputes } from './dispute/recorded';
import { evidenceSubmission } from './dispute/submission';
import { toFailure, UNEXPECTED } from './failures';
import { emailAgain } from './mail/again';
import { email } from './mail/send';
import { notices } from './notice/notices';
import { cancellation } from './order/cancel';
import { commit } from './order/commit';
import { followedOrders } from './order/followed';
import { fulfilment } from './order/fulfilment';
import { shippingHolds } from './order/hold';
import { opening } from './order/open';
import { orders } from './order/orders';
import { returns } from './order/returns';
import { sweepEvents } from './reconcile/events';
import { ledger } from './reconcile/ledger';
import { reconciliation } from './reconcile/reconciliation';
import { repairs } from './reconcile/repairs';
import { reconciliationReport } from './reconcile/report';
import { sweepRuns } from './reconcile/runs';
import { sweepSessions } from './reconcile/sessions';
import { sweep } from './reconcile/sweep';
import { sweepUnfinished } from './reconcile/unfinished';
import { refundFollowing } from './refund/follow';
import { refunds } from './refund/refunds';
import { refundResolving, refundSettling } from './refund/resolve';
import { type TellUnexpected, unexpectedFailures } from './unexpected';

/** Database steps and mail, on the `orders` queue. */
export const orderActivities = (deps: Deps) => ({
  ...account(logging(deps, 'account')),
  ...opening(deps),
  ...commit(deps),
  ...orders(deps),
  ...cancellation(deps),
  ...shippingHolds(deps),
  ...refundResolving(deps),
  ...fulfilment(deps),
  ...returns(deps),
  ...followedOrders(deps),
  ...email(logging(deps, 'mail')),
  ...emailAgain(logging(deps, 'mail')),
  ...evidencePacks(logging(deps, 'disputes')),
  ...recordedDisputes(logging(deps, 'disputes')),
  ...sweep(logging(deps, 'sweep')),
  ...sweepRuns(logging(deps, 'sweep')),
  ...sweepUnfinished(logging(deps, 'sweep')),
  ...repairs(logging(deps, 'sweep')),
  ...reconciliation(logging(deps, 'sweep')),
  ...reconciliationReport(logging(deps, 'sweep')),
  ...bulkEnding(logging(deps, 'bulk')),
});
/** Calls to Stripe, on the `stripe` queue, rate-limited for the whole fleet. */
export const stripeActivities = (deps: Deps) => ({
  ...checkout(logging(deps, 'checkout')),
  ...refunds(deps),
  ...refundFollowing(deps),
  ...refundSettling(deps),
  ...disputes(logging(deps, 'disputes')),
  ...evidenceSubmission(logging(deps, 'disputes')),
  ...notices(deps),
  ...sweepSessions(logging(deps, 'sweep')),
  ...sweepEvents(logging(deps, 'sweep')),
  ...ledger(logging(deps, 'sweep')),
  ...bulkMoves(logging(deps, 'bulk')),
});

/** What an activity is given, with the log of its part of the worker. */
const logging = (deps: Deps, module: Parameters<typeof moduleLog>[1]): Deps => ({
  ...deps,
  log: moduleLog(deps.log, module),
});

export type OrderActivities = ReturnType<typeof orderActivities>;
export type StripeActivities = ReturnType<typeof stripeActivities>;

/** The activities of both queues. Every error they throw is turned into a failure that is safe in a history. */
export function createActivities(deps: Deps) {
  const tell = unexpectedFailures(deps);
  return { orders: guarded(orderActivities(deps), tell), stripe: guarded(stripeActivities(deps), tell) };
}

// biome-ignore lint/suspicious/noExplicitAny: the wrapper keeps each function's own signature
function guarded<T extends Record<string, (...args: any[]) => Promise<unknown>>>(
  activities: T,
  tell: TellUnexpected,
): T {
  return Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      async (...args: unknown[]) => {
        try {
          return await activity(...args);
        } catch (error) {
          if (error instanceof CancelledFailure) throw error;
          const failure = toFailure(error);
          if (failure.type === UNEXPECTED) tell(name, failure, error);
          throw failure;
        }
      },
    ]),
  ) as T;
}
