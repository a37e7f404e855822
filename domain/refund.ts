import type { SessionId } from './ids';
import type { OrderStatus, Reason } from './order';

/**
 * The rules of refunds, no matter who requests one. A refund's status is Stripe's own once Stripe has made it. Before
 * that it is `requested`, and it is `refused` if Stripe never made it. Staff can resolve a refund that failed or was
 * refused: `withdrawn`, or `settled_elsewhere` when the customer got the money another way.
 */

/**
 * A refund counts until it fails, even before the bank has confirmed it
 * (https://docs.stripe.com/refunds#refund-object). One that was settled elsewhere counts for good.
 */
const COUNTED: ReadonlySet<string> = new Set(['pending', 'requires_action', 'succeeded', 'settled_elsewhere']);
/** The money is back with the shop. */
const REVERSED: ReadonlySet<string> = new Set(['failed', 'canceled']);
/** The bank may still decide about it. */
const ENDED: ReadonlySet<string> = new Set(['succeeded', ...REVERSED]);

/** Staff have resolved a refund that failed or was refused. */
export const isResolved = (status: string): boolean => status === 'withdrawn' || status === 'settled_elsewhere';
export const isCounted = (status: string): boolean => COUNTED.has(status);
const isUnderWay = (status: string): boolean => isCounted(status) && !ENDED.has(status) && !isResolved(status);
export const isReversed = (status: string): boolean => REVERSED.has(status);
export const hasEnded = (status: string): boolean => ENDED.has(status);
/** Stripe has asked the customer, by e-mail, for the account that the money goes to. Unanswered, the refund lapses. */
export const waitsForCustomer = (status: string): boolean => status === 'requires_action';

/**
 * Whether a status read at Stripe may replace the known one. An answer can be older than what is known: it may be a
 * replayed one, or the bank may have decided while it was on its way. A refund only moves forward: from under way to
 * succeeded, and from there at most to failed.
 */
export const isNews = (known: string, seen: string): boolean => stageOf(seen) >= stageOf(known);

const stageOf = (status: string): number => {
  if (status === 'requested' || status === 'refused') return 0;
  // Staff have already resolved this failed refund, so its failure is not reported again.
  if (isResolved(status)) return 4;
  if (isReversed(status)) return 3;
  return status === 'succeeded' ? 2 : 1;
};

/**
 * Who asked for a refund: staff; Holdfast itself, for everything left of an order; or somebody at Stripe's Dashboard.
 */
export type RefundOrigin = 'STAFF' | 'COMPENSATION' | 'STRIPE';

/** A line of an order that goes back on the shelf. */
export interface RestockLine {
  sku: string;
  quantity: number;
}

/** A refund as the database has it. Amounts are in the order's currency. */
export interface Refund {
  /** Unique, and part of the Idempotency-Key at Stripe. */
  key: string;
  sessionId: SessionId;
  origin: RefundOrigin;
  /** Of a request by staff: the hash of their Idempotency-Key, or the id of the update. Null for all others. */
  requestKey: string | null;
  /** The Stripe id of the failed refund that this one asks for again. */
  retryOf: string | null;
  /** It pays for goods that came back: it stands for no other refund. Read only where one of the order has failed. */
  ofReturn?: boolean;
  /** Null until Stripe has made it. */
  stripeId: string | null;
  status: string;
  /** Null while Stripe is asked for everything left. */
  amount: number | null;
  reason: Reason;
  actor: string;
  /** From 1 once Stripe may have been asked. */
  attempt: number;
  restock: RestockLine[];
  /** Why Stripe, or a rule of ours, refused it. */
  refusal: { code: string; reason: string } | null;
  /** When Stripe refused it for good; null if it never did. */
  refusedAt: Date | null;
  /**
   * How often Stripe or a rule of ours has refused it. Each refusal by Stripe uses up an idempotency key, under which
   * Stripe repeats it for a day.
   */
  refusals: number;
  /** When staff sent the goods in its place after it had failed; null or absent if they did not. */
  answeredAt?: Date | null;
  createdAt: Date;
  /** When it reached its present status. */
  updatedAt: Date;
}

/**
 * The id of the update by which the API asks an order for a refund. The workflow performs an id once, so a request that
 * was refused and is judged anew has another one.
 * @param requestKey the hash of the Idempotency-Key
 */
export const refundUpdateId = (requestKey: string, refusals: number): string =>
  refusals === 0 ? requestKey : `${requestKey}${AFTER_REFUSAL}${refusals}`;

/** The key of the request that an update makes. An id that was chosen in the Temporal UI is its own key. */
export const requestKeyOf = (updateId: string): string => updateId.replace(JUDGED_ANEW, '$1');

const AFTER_REFUSAL = '/after-refusal-';
const JUDGED_ANEW = new RegExp(`^([0-9a-f]{64})${AFTER_REFUSAL}\\d+$`);

/**
 * How old a stored request is when nobody waits for a refusal of it any more, in milliseconds: staff have been told
 * that it is requested. A second less than the API waits, because a refusal takes a moment to be written.
 */
export const ANSWERED_AFTER_MS = 7_000;

/**
 * The key of the row of a request by staff.
 * @param requestKey the hash of an Idempotency-Key, or the id of an update
 */
export const staffRefundKey = (sessionId: SessionId, requestKey: string): string => `${sessionId}/staff/${requestKey}`;

/** The request key under which staff's `retry` asks again for a refund that did not go through. */
export const againKey = (stripeId: string | null): string => `again-${stripeId}`;

type Tried = Pick<
  Refund,
  'origin' | 'stripeId' | 'retryOf' | 'ofReturn' | 'status' | 'amount' | 'answeredAt' | 'createdAt' | 'updatedAt'
>;

/**
 * The failed refunds that nothing has replaced since, latest first; none if everything that refunds can give back
 * (`refundable`) was refunded since. A failed refund is replaced by the refund that asks for it again, once Stripe has
 * made that, or by any other refund of at least the same amount that was made since. Each replaces one. One that came
 * with a return replaces none: other goods are paid for with it. Goods that staff sent in its place answer it for good.
 */
export function openFailures<Row extends Tried>(refunds: Row[], refundable: number): Row[] {
  if (refundedOf(refunds) >= refundable) return [];
  const failed = refunds.filter((one) => isReversed(one.status) && !isAnswered(one));
  const retried = new Set(refunds.filter(({ stripeId }) => stripeId !== null).map(({ retryOf }) => retryOf));
  const failedIds = new Set(failed.map(({ stripeId }) => stripeId));
  const others = new Set(
    refunds.filter(
      ({ status, retryOf, ofReturn = false }) =>
        isCounted(status) && !ofReturn && (retryOf === null || !failedIds.has(retryOf)),
    ),
  );
  const isReplaced = ({ stripeId, amount, updatedAt }: Row): boolean => {
    if (retried.has(stripeId)) return true;
    for (const other of others) {
      // One that was made at Stripe has Stripe's time, in whole seconds.
      const latest = other.createdAt.getTime() + (other.origin === 'STRIPE' ? 1000 : 0);
      if (latest < updatedAt.getTime() || (other.amount ?? 0) < (amount ?? 0)) continue;
      others.delete(other);
      return true;
    }
    return false;
  };
  return failed
    .sort((one, other) => other.updatedAt.getTime() - one.updatedAt.getTime())
    .filter((row) => !isReplaced(row));
}

const isAnswered = ({ answeredAt = null }: Pick<Refund, 'answeredAt'>): boolean => answeredAt !== null;

/**
 * The refunds that Stripe refuses and that staff have not resolved, oldest first; none if all of the money was refunded
 * all the same. Another refund of the same amount does not replace a refused one: staff may have wanted both. A
 * refused request for a failed refund is left out while the failed refund is open, which stands for both.
 */
export function openRefusals<Row extends Tried & Pick<Refund, 'refusedAt'>>(refunds: Row[], total: number): Row[] {
  if (refundedOf(refunds) >= total) return [];
  const failed = new Set(openFailures(refunds, total).map(({ stripeId }) => stripeId));
  return refunds
    .filter((row) => isRefusedByStripe(row) && !isAnswered(row) && (row.retryOf === null || !failed.has(row.retryOf)))
    .sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
}

/**
 * The refunds of an order that are not over, or did not go through and still need a decision, oldest first. One that
 * failed is left out while Stripe is asked for it again.
 * @param refundable what refunds can give back together
 */
export function openRefundsOf<Row extends Tried & Pick<Refund, 'refusedAt'>>(
  refunds: Row[],
  refundable: number,
): Row[] {
  const waiting = refunds.filter(({ status }) => status === 'requested' || isUnderWay(status));
  const again = new Set(waiting.map(({ retryOf }) => retryOf));
  const failed = openFailures(refunds, refundable).filter(({ stripeId }) => !again.has(stripeId));
  return [...waiting, ...failed, ...openRefusals(refunds, refundable)].sort(
    (one, other) => one.createdAt.getTime() - other.createdAt.getTime(),
  );
}

/** Whether Stripe refuses this refund for good. A request that a rule of ours refuses is over at once. */
export const isRefusedByStripe = ({ status, refusedAt }: Pick<Refund, 'status' | 'refusedAt'>): boolean =>
  status === 'refused' && refusedAt !== null;

/** What a refund asks for, in the words of the request. */
export const requestOf = ({ amount, reason, restock }: Pick<Refund, 'amount' | 'reason' | 'restock'>) => ({
  reason,
  ...(amount !== null && { amount }),
  ...(restock.length > 0 && { restock }),
});

/** A refund that Stripe refuses, as it is to be requested again. */
export type RefusedRefund =
  /** All that is left, for Holdfast itself or a cancel. */
  | { all: true; reason: Reason; actor: 'staff' | 'holdfast' }
  /** A request by staff, under its own key. */
  | { all: false; key: string; request: ReturnType<typeof requestOf> };

/** What came of resolving a refund that failed or was refused. */
export type ResolvedRefund =
  | { outcome: 'resolved'; status: OrderStatus }
  /** It makes no sense now. `reason` is a sentence without its full stop. */
  | { outcome: 'refused'; reason: string };

/** A refund, as far as the sum of an order's refunds depends on it. */
export type RefundSoFar = Pick<Refund, 'status' | 'amount' | 'attempt' | 'restock'>;

/** What Stripe has refunded or is refunding, in the currency's smallest unit. */
export const refundedOf = (refunds: Pick<RefundSoFar, 'status' | 'amount'>[]): number =>
  refunds.filter(({ status }) => isCounted(status)).reduce((sum, { amount }) => sum + (amount ?? 0), 0);
