import type { EarlierOrders } from './earlier-orders';
import type { Evidence } from './evidence';
import type { SessionId } from './ids';
import { formatMoney } from './money';
import { leftOf, type OrderMoney } from './order-money';

/**
 * What Stripe's dispute statuses mean (https://docs.stripe.com/disputes/how-disputes-work). Stripe may add to the
 * list. A status that is unknown here is recorded as it is and counts as open, because an order that ships too early
 * cannot be called back.
 */
const OPEN = [
  'warning_needs_response',
  'warning_under_review',
  'needs_response',
  'under_review',
  'appeal_needs_response',
  'appeal_under_review',
];
/** `charge_refunded` appears only on older disputes. */
const CLOSED = ['won', 'lost', 'warning_closed', 'prevented', 'charge_refunded'];

/**
 * `open`: the bank still decides. `kept`: closed, and we keep the money. `lost`: closed, and the customer has the
 * money.
 */
export type Standing = 'open' | 'kept' | 'lost';

/** What the bank has done to our balance for a dispute, without its fee. */
export interface Movements {
  /** What it took and has not given back, in the smallest unit of `withdrawnCurrency`. */
  withdrawn: number;
  /** The currency that Stripe settles in; null if nothing ever moved. */
  withdrawnCurrency: string | null;
}

/**
 * Where a dispute stands. A `prevented` dispute cost nothing if it was stopped in time, and the whole amount if the
 * card network settled it by paying the customer. A `lost` dispute counts as won once its funds are reinstated.
 * Funds that the bank had not yet taken when it decided do not count: it takes them a moment later.
 * @param before the dispute as it was last recorded
 */
export function standingOf(
  status: string,
  movements: Movements,
  before: Pick<Dispute, 'status' | 'lost' | 'withdrawn'> | null,
): Standing {
  if (!CLOSED.includes(status)) return 'open';
  if (status === 'lost') return isReinstated(movements, before) ? 'kept' : 'lost';
  return status === 'prevented' && movements.withdrawn > 0 ? 'lost' : 'kept';
}

const isReinstated = (
  { withdrawn, withdrawnCurrency }: Movements,
  before: Pick<Dispute, 'status' | 'lost' | 'withdrawn'> | null,
): boolean =>
  withdrawnCurrency !== null &&
  withdrawn <= 0 &&
  (before === null || before.withdrawn > 0 || (before.status === 'lost' && !before.lost));

/**
 * What a lost dispute has cost, in its own currency. Less than its amount if the bank gave back a part: Stripe calls
 * that `lost` too, and “partially won” in the Dashboard. (support.stripe.com, “Dispute for full charge amount after a
 * partial refund was issued”)
 */
export const lostAmountOf = ({
  amount,
  currency,
  withdrawn,
  withdrawnCurrency,
}: Movements & { amount: number; currency: string }): number =>
  withdrawn > 0 && withdrawnCurrency === currency ? withdrawn : amount;

export const isKnownStatus = (status: string): boolean => OPEN.includes(status) || CLOSED.includes(status);

/** Whether the bank is waiting for our answer. */
export const waitsForAnswer = (status: string): boolean => status.endsWith('needs_response');

/**
 * Whether the bank asks anew: the dispute was reopened after it had closed, or an inquiry has become a dispute, which
 * needs an answer of its own.
 */
export const isAskedAnew = (before: { open: boolean; status: string }, status: string, open: boolean): boolean =>
  open && (!before.open || (before.status.startsWith('warning_') && !status.startsWith('warning_')));

/** What decides whether evidence can be submitted now. Times are in milliseconds since the epoch. */
export interface Answerable {
  status: string;
  /** The deadline. 0: the bank accepts no answer at all. Null: there is no deadline. */
  dueBy: number | null;
  submitted: boolean;
}

/** Why evidence cannot be submitted now, as a sentence for staff; null if it can. */
export function refusalToSubmit({ status, dueBy, submitted }: Answerable, now: number): string | null {
  if (CLOSED.includes(status)) return `The dispute is closed: ${status}`;
  if (submitted) return 'Evidence was already submitted, and the bank accepts it only once';
  if (status.startsWith('appeal_')) return 'Answer an appeal in the Stripe Dashboard';
  if (dueBy === 0) return 'The bank accepts no answer to this dispute';
  if (dueBy !== null && dueBy <= now) return 'The deadline for evidence has passed';
  return null;
}

/** What staff can do once a dispute of an order is lost, as a sentence that names only what would be accepted. */
export function adviceOnLoss(
  order: OrderMoney & {
    currency: string;
    /** The order has not ended, and not all of it is shipped. */
    cancellable: boolean;
    anythingShipped: boolean;
  },
): string {
  const left = leftOf(order);
  const { cancellable, anythingShipped, currency, lostAmount } = order;
  if (left === 0)
    return cancellable
      ? 'The dispute is lost, and the customer has the money: cancel returns what is unshipped and refunds nothing, retry goes on with the order'
      : 'The dispute is lost, and the customer has the money: nothing can be called back, retry takes note of it';
  const lost = `A dispute is lost: the customer has ${formatMoney({ amount: lostAmount, currency })}, and ${formatMoney({ amount: left, currency })} is left`;
  if (!cancellable) return `${lost}: refund gives it back, retry takes note and leaves it`;
  return anythingShipped
    ? `${lost}: refund gives it back, retry goes on with the order`
    : `${lost}: cancel gives it back and returns what is unshipped, retry goes on with the order`;
}

/** What staff can do once a lost dispute turns out to be won. `restored`: the order had ended, and goes on. */
export const adviceOnReversal = (restored: boolean): string =>
  restored
    ? 'The dispute is won after it was lost, and the money is back: ship takes the stock again if it went back, refund or cancel gives the money to the customer, retry takes note'
    : 'The dispute is won after it was lost, and the money is back: the order goes on, retry takes note of it';

/** Why the evidence cannot be changed now, as a sentence for staff; null if it can. */
export function refusalToEdit(
  { open, status, submittedAt, submission }: Pick<Dispute, 'open' | 'status' | 'submittedAt' | 'submission'>,
  customerErased: boolean,
): string | null {
  if (!open) return `The dispute is closed: ${status}.`;
  if (submittedAt !== null) return 'The evidence was already submitted.';
  if (submission !== null) return 'The evidence is being submitted.';
  if (customerErased) return 'The customer was erased: nothing about them may be recorded again.';
  return null;
}

/** A dispute as the database has it. Amounts are in the smallest unit of the currency beside them. */
export interface Dispute {
  id: string;
  sessionId: SessionId;
  /** Stripe's words. */
  status: string;
  reason: string;
  amount: number;
  currency: string;
  /** The deadline for evidence; null where Stripe names none. */
  dueBy: Date | null;
  /** Whether the bank takes an answer: not if Stripe says so, or the deadline has passed. */
  answerable: boolean;
  open: boolean;
  /** It is over, and the money is the customer's. */
  lost: boolean;
  /** What the bank took for good; stays while an appeal has opened it again. */
  lostAmount: number;
  /** When it was lost; null once the money is ours again. */
  lostAt: Date | null;
  /** How often it was opened. */
  openings: number;
  /** What the bank took from our balance and has not given back; null currency: nothing ever moved. */
  withdrawn: number;
  withdrawnCurrency: string | null;
  /** Null before it is gathered, and after the customer was erased. */
  evidence: Evidence | null;
  /** What goes with the evidence about earlier orders of the customer; null where nothing does. */
  earlierOrders: EarlierOrders | null;
  /** Stripe's word for whether Visa takes them: `requires_action`, `qualified`, `not_qualified`. */
  visaEvidence: string | null;
  gatheredAt: Date | null;
  /** Once staff have changed it, it is not gathered again. */
  editedAt: Date | null;
  /** The request that submits the evidence: part of the Idempotency-Key at Stripe. Null when none does. */
  submission: string | null;
  submittedAt: Date | null;
  /** The submissions that Stripe counted before the bank last asked anew. */
  submissionsBefore: number;
  createdAt: Date;
  closedAt: Date | null;
}
