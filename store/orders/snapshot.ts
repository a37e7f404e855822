import { type Call, reportsOf } from '../../domain/calls';
import type { SessionId } from '../../domain/ids';
import {
  DECISIONS,
  type Decision,
  type HoldReason,
  isDecision,
  type OrderStatus,
  type Reason,
} from '../../domain/order';
import { refundableOf } from '../../domain/order-money';
import type {
  MailProgress,
  OpenDispute,
  OpenRefund,
  OpenReturnRequest,
  OrderSnapshot,
  ParcelSent,
  ReturnedGoods,
  StockState,
} from '../../domain/order-snapshot';
import { progressOf, type ReturnableItem, withCustomer } from '../../domain/parcel';
import { followed } from '../../domain/return-requests';
import type { Db, Tx } from '../database';
import { openAmong } from '../refunds/told';
import { type RequestColumns, toAsked } from './return-requests';
import { conditionOf, type ReturnColumns } from './returns';
import { type Told, told as toldOf } from './told';

/** The result of `order_snapshot`, with what is told of the order. Times are strings. */
export interface SnapshotColumns extends Told {
  number: string;
  status: OrderStatus;
  stock: StockState;
  total: number;
  currency: string;
  holdUntil: string;
  shippingHold: HoldReason | null;
  disputed: boolean;
  reviewOpen: boolean;
  fraudWarning: boolean;
  lost: boolean;
  cancelRequested: Reason | null;
  cancelRefused: boolean;
  refundRefused: boolean;
  shippedAt: string | null;
  calls: Call[];
  attentionStep: string | null;
  attentionReason: string | null;
  unreached: string | null;
  erased?: boolean;
  abandoned: boolean;
  items: ReturnableItem[];
  returns: ReturnColumns[];
  returnRequests: RequestColumns[];
  paymentIntentId: string | null;
  refunded: number;
  shippingHoldSince: string | null;
  parcels: (Omit<ParcelSent, 'at'> & { at: string })[];
  openRefunds: OpenRefund[];
  disputes: (Omit<OpenDispute, 'dueBy'> & { dueBy: string | null })[];
  lostAmount: number;
  mails: (Omit<MailProgress, 'at'> & { at: string })[];
}

/** An order as its workflow needs it. Throws if there is none. */
export async function readSnapshot(db: Db | Tx, sessionId: SessionId): Promise<OrderSnapshot> {
  const [row] = await db.$queryRaw<[{ found: Omit<SnapshotColumns, keyof Told> | null; told: Told }]>`
    SELECT order_snapshot(${sessionId}) AS found, ${toldOf(sessionId)} AS told`;
  return toSnapshot({ ...known(row.found), ...row.told });
}

export function toSnapshot({
  attentionStep: step,
  attentionReason: reason,
  calls,
  items,
  returns,
  returnRequests,
  paymentIntentId,
  refunded,
  shippingHoldSince,
  parcels,
  openRefunds,
  disputes,
  lostAmount,
  mails,
  refunds,
  told,
  tried,
  ...order
}: SnapshotColumns): OrderSnapshot {
  const open = tried === null ? openRefunds : openAmong(tried, refundableOf({ total: order.total, lostAmount }));
  const lines = progressOf(items, order.stock === 'RETURNED');
  const asked = openRequests(returnRequests, items, returns);
  return {
    ...order,
    skus: items.map(({ sku }) => sku),
    digital: items.every(({ kind }) => kind === 'DIGITAL'),
    holdUntil: Date.parse(order.holdUntil),
    shippedAt: order.shippedAt === null ? null : Date.parse(order.shippedAt),
    anythingShipped: items.some(({ shipped }) => shipped > 0),
    nothingOut: withCustomer(items).length === 0,
    ...(returns.length > 0 && { returns: returns.map(toReturned) }),
    ...(asked.length > 0 && { returnRequests: asked }),
    ...(lines.length > 0 && { lines }),
    ...(parcels.length > 0 && { parcels: parcels.map((parcel) => ({ ...parcel, at: Date.parse(parcel.at) })) }),
    ...(refunded > 0 && { refunded }),
    ...(lostAmount > 0 && { lostAmount }),
    ...(mails.length > 0 && { mails: mails.map((mail) => ({ ...mail, at: Date.parse(mail.at) })) }),
    ...(open.length > 0 && { openRefunds: open }),
    ...(refunds.length > 0 && { refunds: refunds.map((refund) => ({ ...refund, at: Date.parse(refund.at) })) }),
    ...(told.length > 0 && { told: told.map((entry) => ({ ...entry, at: Date.parse(entry.at) })) }),
    ...(disputes.length > 0 && { disputes: disputes.map(toOpenDispute) }),
    ...(paymentIntentId !== null && { paymentIntentId }),
    ...(shippingHoldSince !== null && { shippingHoldSince: Date.parse(shippingHoldSince) }),
    pendingDecision:
      step !== null && reason !== null && isDecision(step) ? { step, reason: withoutSentence(step, reason) } : null,
    reports: reportsOf(calls).map((report) => report.step),
    staleAttention: step !== null && step !== 'contact' && !isDecision(step),
  };
}

const toOpenDispute = ({ dueBy, ...dispute }: SnapshotColumns['disputes'][number]): OpenDispute => ({
  ...dispute,
  dueBy: dueBy === null ? null : Date.parse(dueBy),
});

const toReturned = ({ id, items, condition }: ReturnColumns): ReturnedGoods => ({
  ...{ id, items },
  condition: conditionOf({ condition }),
});

const openRequests = (
  requests: RequestColumns[],
  items: ReturnableItem[],
  returns: ReturnColumns[],
): OpenReturnRequest[] =>
  followed(requests.map(toAsked), { items, returns: returns.map((one) => ({ ...one, at: Date.parse(one.at) })) })
    .filter(({ state }) => state === 'open')
    .map(({ id, at, awaited }) => ({ id, at, awaited }));

/** Stripe's own sentence is free text: it stays in the database, and staff read it in the API. */
const withoutSentence = (step: Decision, reason: string): string =>
  step === DECISIONS.refundRefused && reason.startsWith('Stripe ')
    ? 'Stripe refuses a refund for good; the staff API shows its own sentence'
    : reason;

/** The snapshot that a database function returned. Throws if the order is not known. */
export function known<T>(answer: T | null): T {
  if (answer === null) throw new Error('the order is not in the database');
  return answer;
}
