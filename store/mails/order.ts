import type { Address } from '../../domain/address';
import type { SoldBundle } from '../../domain/bundle';
import type { Call } from '../../domain/calls';
import type { SessionId } from '../../domain/ids';
import type { MailOutcome } from '../../domain/mail-outcome';
import type { OrderStatus, PaymentStatus, ProductKind } from '../../domain/order';
import type { Voucher } from '../../domain/voucher';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';

/**
 * An order with everything that a mail may say about it. Amounts are in the order's currency, except those of disputes,
 * which have their own.
 */
export interface OrderForMail {
  sessionId: SessionId;
  number: string;
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  currency: string;
  locale: string | null;
  discount: number;
  shipping: number;
  tax: number;
  taxIncluded: number;
  total: number;
  refunded: number;
  declined: boolean;
  attention: { step: string; reason: string; since: Date } | null;
  /** The customer's withdrawal from the contract. */
  withdrawal: { at: Date; name: string | null; via: string; undone: boolean; late: boolean } | null;
  /** Why mails do not go to the customer's address: an earlier one came back; null if they do. */
  returned: MailOutcome | null;
  /** What else calls staff to it, the foremost first. */
  calls: Call[];
  recoverableUntil: Date | null;
  /** How to pay a voucher that is not paid yet. */
  voucher: Voucher | null;
  /** Until when a payment that was only authorised can be captured. */
  captureBefore: Date | null;
  items: {
    sku: string;
    name: string;
    kind: ProductKind;
    quantity: number;
    unitAmount: number;
    total: number;
    restocked: number;
    replaced: number;
  }[];
  /** What was bought as bundles. */
  bundles: SoldBundle[];
  /** When it was first seen paid. */
  paidAt: Date | null;
  customer: {
    email: string | null;
    name: string | null;
    address: Address | null;
    erased: boolean;
    invoiceUrl: string | null;
  } | null;
  /** Licence keys that are neither revoked nor erased. */
  licenceKeys: { sku: string; key: string }[];
  /** Downloads that are not revoked. */
  grants: { id: string; sku: string; expiresAt: Date; allowed: number; used: number }[];
  /** In the order in which they left. */
  shipments: {
    id: string;
    carrier: string;
    trackingNumber: string;
    trackingUrl: string | null;
    items: { sku: string; quantity: number }[];
  }[];
  /** In the order in which they were requested. */
  refunds: { key: string; stripeId: string | null; amount: number | null; status: string; reason: string }[];
  /** In the order in which they came. `refundKey`: the key of the refund that was requested with it. */
  returns: { id: string; items: { sku: string; quantity: number }[]; refundKey: string | null }[];
  /** In the order in which they came. `note`: what staff tell the customer whose request they decline. */
  returnRequests: {
    id: string;
    items: { sku: string; quantity: number }[];
    declined: boolean;
    note: string | null;
  }[];
  disputes: {
    id: string;
    status: string;
    reason: string;
    amount: number;
    currency: string;
    dueBy: Date | null;
    answerable: boolean;
    open: boolean;
    submitted: boolean;
  }[];
}

/** The order of a session with everything that a mail may say; null if it is not written yet. One round trip. */
export async function readOrderForMail(db: Db, sessionId: SessionId): Promise<OrderForMail | null> {
  const [{ found }] = await db.$queryRaw<[{ found: OrderForMailColumns | null }]>`
    SELECT ${columnsForMail(sessionId)} AS found`;
  return found && toOrderForMail(found);
}

/** What `toOrderForMail` reads; null where there is no such order. */
export const columnsForMail = (sessionId: SessionId): Prisma.Sql => Prisma.sql`
  order_for_mail(${sessionId})
  || (SELECT jsonb_build_object('bundles', o.bundles, 'paidAt', o.paid_at) FROM orders o WHERE o.session_id = ${sessionId})
  || jsonb_build_object(
    'returnRequests', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'items', q.items,
        'declined', q.declined_at IS NOT NULL, 'note', q.declined_note) ORDER BY q.at, q.id), '[]')
      FROM return_requests q WHERE q.session_id = ${sessionId}),
    'withdrawal', (SELECT to_jsonb(w) FROM withdrawals w WHERE w.session_id = ${sessionId}),
    'returned', (SELECT address_returned(c.email) FROM customers c WHERE c.session_id = ${sessionId}),
    'licenceKeys', (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', k.sku, 'key', k.key) ORDER BY k.id), '[]')
      FROM licence_keys k JOIN download_grants g ON g.id = k.grant_id
      WHERE g.session_id = ${sessionId} AND g.revoked_at IS NULL AND k.key IS NOT NULL))`;

/** As above, with times as strings. */
export type OrderForMailColumns = Omit<
  OrderForMail,
  'attention' | 'withdrawal' | 'paidAt' | 'recoverableUntil' | 'captureBefore' | 'grants' | 'disputes'
> & {
  attention: { step: string; reason: string; since: string } | null;
  withdrawal: (Omit<NonNullable<OrderForMail['withdrawal']>, 'at'> & { at: string }) | null;
  paidAt: string | null;
  recoverableUntil: string | null;
  captureBefore: string | null;
  grants: (Omit<OrderForMail['grants'][number], 'expiresAt'> & { expiresAt: string })[];
  disputes: (Omit<OrderForMail['disputes'][number], 'dueBy'> & { dueBy: string | null })[];
};

export const toOrderForMail = (order: OrderForMailColumns): OrderForMail => ({
  ...order,
  attention: order.attention && { ...order.attention, since: new Date(order.attention.since) },
  withdrawal: order.withdrawal && { ...order.withdrawal, at: new Date(order.withdrawal.at) },
  paidAt: dateOrNull(order.paidAt),
  recoverableUntil: dateOrNull(order.recoverableUntil),
  captureBefore: dateOrNull(order.captureBefore),
  grants: order.grants.map((grant) => ({ ...grant, expiresAt: new Date(grant.expiresAt) })),
  disputes: order.disputes.map((dispute) => ({ ...dispute, dueBy: dateOrNull(dispute.dueBy) })),
});

const dateOrNull = (text: string | null): Date | null => (text === null ? null : new Date(text));
