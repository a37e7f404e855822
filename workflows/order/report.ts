import type { OrderFactsNow } from '../../activities/order/facts';
import { examplesOf } from '../../domain/action-examples';
import type { ActionFacts } from '../../domain/action-facts';
import { isAboutRefund } from '../../domain/action-rules';
import { offered } from '../../domain/actions';
import { isDecision } from '../../domain/order';
import { leftOf, refundableNow } from '../../domain/order-money';
import type { MailProgress, OpenReturnRequest } from '../../domain/order-snapshot';
import { linesOf } from '../../domain/parcel';
import type { OrderReport } from '../../messages/order';
import { isForRetry, type Parked } from '../parking';
import { NOTHING_UNDER_WAY, type UnderWay, withAsked } from './under-way';

/** What is known of an order, and what staff can do with it: the answer to the query `order`. No personal data. */
export function reportOf({
  order,
  waitingFor,
  parked,
  payment,
  happened,
  mails,
  underWay = NOTHING_UNDER_WAY,
}: {
  order: OrderFactsNow;
  waitingFor: string;
  parked: readonly Parked[];
  payment: PaymentQuestion | null;
  happened: readonly string[];
  mails: readonly MailProgress[];
  underWay?: UnderWay;
}): OrderReport {
  const { number, status, total, currency, skus, refunded = 0, lostAmount = 0 } = order;
  const { shippingHold = null, shippingHoldSince } = order;
  const openRefunds = withAsked(order.openRefunds ?? [], underWay.refunds);
  return {
    ...{ number, status, skus, waitingFor },
    money: { currency, total, refunded, lost: lostAmount, left: leftOf({ total, refunded, lostAmount }) },
    needsAttention: parked.map(({ step, reason }) => ({ step, reason })),
    hold: shippingHold && { reason: shippingHold, since: timeOf(shippingHoldSince ?? null) },
    lines: linesOf(order),
    parcels: (order.parcels ?? []).map((parcel) => ({ ...parcel, at: new Date(parcel.at).toISOString() })),
    returns: order.returns ?? [],
    returnRequests: (order.returnRequests ?? []).filter(isFollowed).map((asked) => ({
      ...asked,
      at: new Date(asked.at).toISOString(),
    })),
    openRefunds: openRefunds.map(({ key: _, ...refund }) => refund),
    disputes: (order.disputes ?? []).map((dispute) => ({ ...dispute, dueBy: timeOf(dispute.dueBy) })),
    mails: together(order.mails ?? [], mails).map(({ template, state, at }) => ({
      template,
      state,
      at: new Date(at).toISOString(),
    })),
    paymentIntentId: order.paymentIntentId ?? null,
    staffUrl: order.staffUrl ?? null,
    temporalUi: order.temporalUi ?? null,
    happened: latestOf(happened),
    actions: offered(factsOf(order, parked, payment, underWay)).map(({ action, does }) => ({
      ...{ action, does },
      examples: examplesOf(action, {
        ...order,
        openRefunds,
        isAboutRefund: isAboutRefund(order.pendingDecision?.step),
      }),
    })),
  };
}

/** Details are read at a glance, and an order may live for years. */
const LATEST = 30;

const latestOf = (happened: readonly string[]): string[] => {
  const earlier = happened.length - LATEST;
  const rest = earlier > 0 ? [`${earlier} earlier: the order’s document has all of them`] : [];
  return [...rest, ...happened.slice(-LATEST)];
};

/** The mails in the database and those of this run, the oldest first. What is over stays over. */
function together(written: readonly MailProgress[], ofThisRun: readonly MailProgress[]): MailProgress[] {
  const mails = new Map([...ofThisRun, ...written.filter(isOver)].map((mail) => [mail.key, mail]));
  for (const mail of written) if (!mails.has(mail.key)) mails.set(mail.key, mail);
  return [...mails.values()].sort((a, b) => a.at - b.at);
}

const isOver = ({ state }: MailProgress): boolean => state === 'sent' || state === 'returned' || state === 'given_up';

/**
 * What staff must decide about the payment: it differs from what was asked, or Stripe does not know the session. It is
 * their question also while Stripe is asked again.
 */
export type PaymentQuestion = 'differs' | 'unknown';

/** Everything that needs a person: a decision, steps that are parked, and a customer who is not reached. */
export function needsOf(order: OrderFactsNow | null, parked: readonly Parked[]): readonly Parked[] {
  const { pendingDecision = null, unreached = null } = order ?? {};
  return [
    ...(pendingDecision ? [pendingDecision] : []),
    ...parked,
    ...(unreached === null ? [] : [{ step: 'contact', reason: unreached } as const]),
  ];
}

/** The facts that decide what staff may do now. */
export function factsOf(
  order: OrderFactsNow,
  parked: readonly Parked[],
  payment: PaymentQuestion | null,
  underWay: UnderWay = NOTHING_UNDER_WAY,
): ActionFacts {
  const { total, refunded = 0, lostAmount = 0 } = order;
  const money = { total, refunded, lostAmount };
  return {
    ...order,
    pendingDecision: order.pendingDecision?.step,
    needsAttention: parked.some(isForRetry) || payment !== null,
    stuck: parked.some((one) => isForRetry(one) && !isDecision(one.step)),
    deciding: underWay.deciding,
    cancelling: order.cancelRequested !== null,
    paymentDiffers: payment === 'differs',
    sessionUnknown: payment === 'unknown',
    nothingTaken: total === 0,
    partlyGone: refunded + lostAmount > 0,
    nothingRefundable: refundableNow(money, withAsked(order.openRefunds ?? [], underWay.refunds)) === 0,
    refundingAll: leftOf(money) > 0 && refundableNow(money, underWay.refunds) === 0,
  };
}

const timeOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** A worker of the version before passes requests on as the database tells of them, without what is awaited. */
const isFollowed = (asked: Partial<OpenReturnRequest>): boolean => asked.awaited !== undefined;
