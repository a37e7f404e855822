import { type Address, wholeAddress } from '../../domain/address';
import { isSessionId, type SessionId, sessionId } from '../../domain/ids';
import type { Money } from '../../domain/money';
import type { HoldReason } from '../../domain/order';
import type { ParcelLine } from '../../domain/parcel';
import { whyRefundFailedSentence } from '../../domain/refund-words';
import type { ReplacedLine } from '../../domain/replacements';
import type { FollowedReturn } from '../../domain/return-requests';
import type { Condition } from '../../domain/returns';
import type { Order, Prisma, Refund } from '../../prisma/generated/client';
import { type Invoice, toInvoice } from '../customers/invoice';
import type { Db } from '../database';
import { IN_TIME, type ReturnRequestView, returnRequestsOf } from './return-requests';
import { conditionOf } from './returns';
import { holdOf } from './shipping-hold';
import { type OrderView, toView, viewParts } from './view';

/** What needs a person, why, and since when. */
export interface Attention {
  step: string;
  reason: string;
  since: Date;
}

/** An order as staff see it. */
export interface StaffOrderView extends OrderView {
  /** Null where it is not known, or was erased. */
  customer: { email: string | null; name: string | null; address: Address | null; userId: string | null };
  /** What the shopper saw and paid in their own currency, where Stripe converted it. */
  presentment: Money | null;
  paymentIntentId: string | null;
  invoice: Invoice | null;
  /** Oldest first. */
  timeline: { at: Date; type: string; message: string; note: string | null; actor: string }[];
  attention: Attention | null;
  /** Why staff hold shipping, since when, and who; null if they do not. */
  hold: { reason: HoldReason; since: Date; actor: string } | null;
  /** The customer's withdrawal from the contract. */
  withdrawal: { at: Date; name: string | null; undone: boolean; late: boolean } | null;
  disputed: boolean;
  disputes: { id: string; status: string; reason: string; amount: Money; dueBy: Date | null }[];
  /** What came back, oldest first. `refundRequest`: the `request` of the refund that was asked for with it. */
  returns: {
    id: string;
    at: Date;
    items: ParcelLine[];
    condition: Condition;
    refundRequest: string | null;
    actor: string;
  }[];
  /** What the shopper asked to return, oldest first. */
  returnRequests: FollowedReturn<ReturnRequestView>[];
  /** What is or was to be sent again, oldest first. `with`: the SKU that is sent instead; null: the same. */
  replacements: {
    id: string;
    at: Date;
    items: { sku: string; quantity: number; with: string | null }[];
    actor: string;
  }[];
  /** Without those that a rule refused; `amount` is null until Stripe has made a refund of everything left. */
  refunds: {
    id: string | null;
    /** Our own key of it. */
    request: string;
    status: string;
    amount: number | null;
    reason: string;
    /** Why Stripe refuses it, or did. */
    refusal: { message: string; code: string } | null;
    /** Why it failed once Stripe had made it; null also where Stripe did not say. */
    failure: { message: string; code: string } | null;
    createdAt: Date;
  }[];
}

/** The session id of an order, given its number or that id; null when there is none. */
export async function findOrderId(db: Db, { ref }: { ref: string }): Promise<SessionId | null> {
  const where = isSessionId(ref) ? { sessionId: ref } : { number: ref };
  const order = await db.order.findUnique({ where, select: { sessionId: true } });
  return order && sessionId(order.sessionId);
}

/** Reads a known order for staff. */
export async function readStaffOrder(db: Db, id: SessionId): Promise<StaffOrderView> {
  const row = await db.order.findUniqueOrThrow({ where: { sessionId: id }, include: parts });
  const { email = null, name = null, address = null, userId = null } = row.customer ?? {};
  return {
    ...toView(row),
    customer: { email, name, address: address === null ? null : toAddress(address), userId },
    presentment: presentmentOf(row),
    paymentIntentId: row.paymentIntentId,
    invoice: toInvoice(row.customer?.invoice ?? null),
    timeline: row.timeline,
    attention: toAttention(row),
    hold: toHold(row),
    withdrawal: row.withdrawal,
    disputed: row.disputed,
    returns: row.returns.map(({ id, at, items, condition, refundKey, actor }) => ({
      ...{ id, at, actor, items: items as ParcelLine[], condition: conditionOf({ condition }) },
      refundRequest: refundKey,
    })),
    returnRequests: returnRequestsOf(row),
    replacements: row.replacements.map(({ id, at, items, actor }) => ({
      ...{ id, at, actor },
      items: (items as unknown as ReplacedLine[]).map((line) => ({ ...line, with: line.with ?? null })),
    })),
    disputes: row.disputes.map(({ id, status, reason, amount, currency, dueBy }) => ({
      ...{ id, status, reason, dueBy },
      amount: { amount: Number(amount), currency },
    })),
    refunds: row.refunds.map(toRefundView),
  };
}

const toRefundView = (row: Refund): StaffOrderView['refunds'][number] => ({
  ...{ id: row.stripeId, request: row.key, status: row.status, reason: row.reason, createdAt: row.createdAt },
  amount: row.amount === null ? null : Number(row.amount),
  refusal: row.refusal === null ? null : { message: row.refusalReason ?? '', code: row.refusal },
  failure:
    row.failureReason === null
      ? null
      : { message: whyRefundFailedSentence(row.failureReason), code: row.failureReason },
});

function toHold(row: Order): StaffOrderView['hold'] {
  const { shippingHoldSince: since, shippingHoldBy: actor } = row;
  const reason = holdOf(row);
  return reason !== null && since !== null && actor !== null ? { reason, since, actor } : null;
}

export const toAttention = ({
  attentionStep: step,
  attentionReason: reason,
  attentionSince: since,
}: Pick<Order, 'attentionStep' | 'attentionReason' | 'attentionSince'>): Attention | null =>
  step !== null && reason !== null && since !== null ? { step, reason, since } : null;

const parts = {
  ...viewParts,
  customer: true,
  withdrawal: { select: { at: true, name: true, undone: true, late: true } },
  timeline: { orderBy: { id: 'asc' } },
  refunds: {
    where: { OR: [{ status: { not: 'refused' } }, { refusedAt: { not: null } }] },
    orderBy: [{ createdAt: 'asc' }, { key: 'asc' }],
  },
  returns: { orderBy: [...IN_TIME] },
  returnRequests: { orderBy: [...IN_TIME] },
  replacements: { orderBy: [{ at: 'asc' }, { id: 'asc' }] },
  disputes: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] },
} satisfies Prisma.OrderInclude;

const presentmentOf = ({
  presentmentAmount: amount,
  presentmentCurrency: currency,
}: Pick<Order, 'presentmentAmount' | 'presentmentCurrency'>): Money | null =>
  amount === null || currency === null ? null : { amount: Number(amount), currency };

/** The column holds an address as Stripe or staff gave it: an object of these fields, some of them missing. */
const toAddress = (kept: Prisma.JsonValue): Address => wholeAddress(kept as Partial<Address>);
