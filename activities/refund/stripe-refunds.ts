import Stripe from 'stripe';
import { expectObject } from '../../platform/stripe';
import type { SeenRefund } from '../../store/refunds/record';
import type { StripeRefusal } from '../../store/refunds/refusals';
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
  /**
   * How often this refund was refused. Stripe repeats a refusal under its idempotency key for a day.
   */
  refusals: number;
}

/** Stripe's answer to a refund request: made, or refused. */
export type RefundAnswer = Stripe.Refund | RefusedByStripe;

export interface RefusedByStripe extends StripeRefusal {
  object: 'refusal';
  /** `lasting`: for a reason of Stripe's own. The others are rules that Holdfast has too. */
  because: 'disputed' | 'nothing-left' | 'too-much' | 'lasting';
}

export const isRefusal = (answer: object | null): answer is RefusedByStripe =>
  answer !== null && 'object' in answer && answer.object === 'refusal';

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
   * Requests a refund that is known not to exist. A caller with an earlier attempt in doubt, or one that Stripe has
   * refused, has read `list` first.
   *
   * Stripe replays a failure that it saved under the key (a 500, or a refusal that is no longer true) for a day. It
   * may save a 500 for a request that made the refund, and even the first answer seen here may be a replay, because
   * the library retries when a connection breaks. So the list is read first. If it shows that nothing was made, the
   * id of the failed request is added to the key. A repeat of this call, or a parallel one, arrives at the same key
   * (https://docs.stripe.com/api/idempotent_requests).
   */
  async function create(asked: AskedRefund): Promise<RefundAnswer> {
    const amount = asked.amount === null ? '' : `/${asked.amount}`;
    const firstKey = `refund/${asked.key}${amount}${asked.refusals === 0 ? '' : `/after-refusal-${asked.refusals}`}`;
    let idempotencyKey = firstKey;
    for (let saved = 0; ; saved++) {
      try {
        return await post(asked, idempotencyKey);
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeError)) throw error;
        const failedRequest = replayedFrom(error);
        if (failedRequest !== null && saved < MOST_SAVED_FAILURES) {
          const all = await list(asked.paymentIntentId);
          if (isRefusal(all)) return all;
          const made = all.find(({ metadata }) => metadata?.[REFUND_KEY] === asked.key);
          if (made) return made;
          idempotencyKey = `${firstKey}/${failedRequest}`;
          continue;
        }
        return refusalOf(error);
      }
    }
  }

  /** Every refund of a payment, no matter who made it, newest first; or why Stripe refuses to list them, for good. */
  async function list(paymentIntentId: string): Promise<Stripe.Refund[] | RefusedByStripe> {
    try {
      const listed = stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 });
      return await listed.autoPagingToArray({ limit: 10_000 });
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeError)) throw error;
      return { ...refusalOf(error), because: 'lasting' };
    }
  }

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

/** A refund at Stripe, as the database records it. */
export const seenOf = ({
  id,
  metadata,
  status,
  amount,
  currency,
  created,
  failure_reason,
}: Stripe.Refund): SeenRefund => ({
  ...{ id, amount, currency },
  key: metadata?.[REFUND_KEY] ?? null,
  status: status ?? 'pending',
  createdAt: new Date(created * 1000),
  failureReason: isCode(failure_reason) ? failure_reason : null,
});

/** The request whose failure Stripe replays; null if this failure is new. */
function replayedFrom({ headers, type }: InstanceType<typeof Stripe.errors.StripeError>): string | null {
  if (headers?.['idempotent-replayed'] !== 'true' || type === 'StripeIdempotencyError') return null;
  return headers['original-request'] ?? null;
}

/**
 * An answer with an error that is about this refund: asking again in the same way cannot help.
 * @throws any other error: the step is retried, or parks
 */
function refusalOf(error: InstanceType<typeof Stripe.errors.StripeError>): RefusedByStripe {
  const { StripeInvalidRequestError, StripeCardError, StripeIdempotencyError } = Stripe.errors;
  const isAnswer = [StripeInvalidRequestError, StripeCardError, StripeIdempotencyError].some(
    (kind) => error instanceof kind,
  );
  if (!isAnswer) throw error;
  return { object: 'refusal', because: reasonOf(error), code: codeOf(error), message: sentenceOf(error) };
}

function reasonOf({ code, param }: InstanceType<typeof Stripe.errors.StripeError>): RefusedByStripe['because'] {
  if (code === 'charge_already_refunded') return 'nothing-left';
  if (code === 'charge_disputed' || code === 'refund_disputed_payment') return 'disputed';
  // Stripe has no code for an amount above what is left. It only names the parameter.
  return param === 'amount' ? 'too-much' : 'lasting';
}

/** Stripe's code, which goes into Temporal: never any other text. Most lasting refusals have none. */
const codeOf = ({ code, type }: InstanceType<typeof Stripe.errors.StripeError>): string =>
  isCode(code) ? code : (STRIPE_TYPES[type] ?? 'invalid_request_error');

/** A code may stand in Temporal, a sentence may not. */
const isCode = (text: string | undefined): text is string => text !== undefined && /^[a-z0-9_]{1,80}$/.test(text);

const STRIPE_TYPES: Record<string, string> = {
  StripeCardError: 'card_error',
  StripeIdempotencyError: 'idempotency_error',
};

/** Stripe's own sentence, for people. */
const sentenceOf = ({ message }: Error): string => message.trim().slice(0, LONGEST_SENTENCE) || 'No reason was given';
const LONGEST_SENTENCE = 1_000;
