import Stripe from 'stripe';
import { expectObject } from '../../platform/stripe';
import type { Deps } from '../deps';

/** What is asked of Stripe: the same parameters under the same key, for as long as it takes. */
export interface AskedRefund {
  /** Of the row that was written before; travels in the refund's metadata, so that Stripe's list tells whose it is. */
  key: string;
  paymentIntentId: string;
  /** None gives back all that is left, whatever happened at the Dashboard meanwhile. */
  amount: number | null;
}

/** Stripe's answer to a refund: made, or one of the refusals that mean something here. */
export type RefundAnswer = Stripe.Refund | 'disputed' | 'nothing-left' | 'too-much';

/** Under this name a refund at Stripe carries the key of its row. */
export const REFUND_KEY = 'holdfast_refund';

/** Saved failures of one refund that are stepped over in one go; each is a request that Stripe has begun and not done. */
const MOST_SAVED_FAILURES = 3;

/** How Stripe is asked for money back, so that it gives it once. */
export const refundAsking = ({ stripe }: Pick<Deps, 'stripe'>) => {
  /**
   * Asks for a refund that is known not to be there: a caller whose earlier try is in doubt has looked at `list` first.
   *
   * A failure that Stripe has saved under the key (a 500, or a refusal that is no longer true) would be answered for a day. A 500 may be saved
   * of a request that made the refund, and even the first answer seen here may be a repeat (the library asks again when a connection breaks), so
   * the list is looked at first. Where that shows that nothing was made, the key goes on by the id of the request that failed: a repeat of
   * this arrives at the same key again, and two that run at once do too (https://docs.stripe.com/api/idempotent_requests).
   */
  async function create(asked: AskedRefund): Promise<RefundAnswer> {
    let idempotencyKey = `refund/${asked.key}`;
    for (let saved = 0; ; saved++) {
      try {
        return await post(asked, idempotencyKey);
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeError)) throw error;
        const failedRequest = replayedFrom(error);
        if (failedRequest !== null && saved < MOST_SAVED_FAILURES) {
          const made = (await list(asked.paymentIntentId)).find(({ metadata }) => metadata?.[REFUND_KEY] === asked.key);
          if (made) return made;
          idempotencyKey = `refund/${asked.key}/${failedRequest}`;
          continue;
        }
        return meaningOf(error);
      }
    }
  }

  /** Every refund of a payment, whoever made it, newest first. */
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

/** The request whose failure Stripe repeats; null where this failure is new. */
function replayedFrom({ headers, type }: InstanceType<typeof Stripe.errors.StripeError>): string | null {
  if (headers?.['idempotent-replayed'] !== 'true' || type === 'StripeIdempotencyError') return null;
  return headers['original-request'] ?? null;
}

/** @throws what does not say that the money cannot be had: it is tried again, or parks */
function meaningOf(error: InstanceType<typeof Stripe.errors.StripeError>): RefundAnswer {
  if (error.code === 'charge_already_refunded') return 'nothing-left';
  if (error.code === 'charge_disputed' || error.code === 'refund_disputed_payment') return 'disputed';
  // Stripe has no code for an amount over what is left; it names the parameter.
  if (error instanceof Stripe.errors.StripeInvalidRequestError && error.param === 'amount') return 'too-much';
  throw error;
}
