import Stripe from 'stripe';
import { expectObject } from '../../platform/stripe';
import type { Deps } from '../deps';

/** A request to Stripe: always the same parameters under the same key. */
export interface AskedRefund {
  /**
   * The key of the row that was written before. It is in the refund's metadata, so that it is found in Stripe's list.
   */
  key: string;
  paymentIntentId: string;
  /**
   * Without an amount, Stripe refunds all that is left, whatever happened in the Dashboard meanwhile. Part of the key:
   * a dispute may be lost before a refund of everything left is asked for again, which then has an amount.
   */
  amount: number | null;
}

/** Stripe's answer to a refund request: made, or one of the refusals that matter here. */
export type RefundAnswer = Stripe.Refund | 'disputed' | 'nothing-left' | 'too-much';

/** The metadata key under which a refund at Stripe carries the key of its row. */
export const REFUND_KEY = 'holdfast_refund';

/**
 * How many saved failures of one refund are skipped in one call. Each is a request that Stripe began but did not
 * complete.
 */
const MOST_SAVED_FAILURES = 3;

/** Requests refunds at Stripe, so that each is made only once. */
export const refundAsking = ({ stripe }: Pick<Deps, 'stripe'>) => {
  /**
   * Requests a refund that is known not to exist. A caller with an earlier attempt in doubt has read `list` first.
   *
   * Stripe replays a failure that it saved under the key (a 500, or a refusal that is no longer true) for a day. It
   * may save a 500 for a request that made the refund, and even the first answer seen here may be a replay, because
   * the library retries when a connection breaks. So the list is read first. If it shows that nothing was made, the
   * id of the failed request is added to the key. A repeat of this call, or a parallel one, arrives at the same key
   * (https://docs.stripe.com/api/idempotent_requests).
   */
  async function create(asked: AskedRefund): Promise<RefundAnswer> {
    const base = `refund/${asked.key}${asked.amount === null ? '' : `/${asked.amount}`}`;
    let idempotencyKey = base;
    for (let saved = 0; ; saved++) {
      try {
        return await post(asked, idempotencyKey);
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeError)) throw error;
        const failedRequest = replayedFrom(error);
        if (failedRequest !== null && saved < MOST_SAVED_FAILURES) {
          const made = (await list(asked.paymentIntentId)).find(({ metadata }) => metadata?.[REFUND_KEY] === asked.key);
          if (made) return made;
          idempotencyKey = `${base}/${failedRequest}`;
          continue;
        }
        return meaningOf(error);
      }
    }
  }

  /** Every refund of a payment, no matter who made it, newest first. */
  const list = (paymentIntentId: string): Promise<Stripe.Refund[]> =>
    stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 }).autoPagingToArray({ limit: 10_000 });

  const post = async ({ key, paymentIntentId, amount }: AskedRefund, idempotencyKey: string) =>
    expectObject(
      await stripe.refunds.create(
        { payment_intent: paymentIntentId, ...(amount !== null && { amount }), metadata: { [REFUND_KEY]: key } },
        { idempotencyKey },
      ),
      'refund',
    );

  return {
    create,

    list,
  };
};

/** The request whose failure Stripe replays; null if this failure is new. */
function replayedFrom({ headers, type }: InstanceType<typeof Stripe.errors.StripeError>): string | null {
  if (headers?.['idempotent-replayed'] !== 'true' || type === 'StripeIdempotencyError') return null;
  return headers['original-request'] ?? null;
}

/** @throws any error that is not a refusal of the refund: the step is retried, or parks */
function meaningOf(error: InstanceType<typeof Stripe.errors.StripeError>): RefundAnswer {
  if (error.code === 'charge_already_refunded') return 'nothing-left';
  if (error.code === 'charge_disputed' || error.code === 'refund_disputed_payment') return 'disputed';
  // Stripe has no code for an amount above what is left. It only names the parameter.
  if (error instanceof Stripe.errors.StripeInvalidRequestError && error.param === 'amount') return 'too-much';
  throw error;
}
