import { z } from 'zod';
import { isSessionId, type SessionId } from '../../../domain/ids';
import { Problem } from '../../../domain/problem';
import type { Order, Prisma } from '../../../prisma/generated/client';
import type { Db } from '../../../store/database';
import type { ApiDeps } from '../../deps';
import { Money, money, orNull, Timestamp, timestamp, timestampOrNull } from '../../http/schemas';
import { documentParts, OrderDocument, orderDocument } from '../../storefront/order-document';

export const Attention = z
  .strictObject({ step: z.string(), reason: z.string(), since: Timestamp })
  .meta({ id: 'Attention', description: 'What cannot go on, and why.' });

const Address = z.strictObject({
  line1: orNull(z.string()),
  line2: orNull(z.string()),
  city: orNull(z.string()),
  state: orNull(z.string()),
  postal_code: orNull(z.string()),
  country: orNull(z.string()),
});

export const AdminOrder = OrderDocument.extend({
  customer: z
    .strictObject({
      email: orNull(z.string()),
      name: orNull(z.string()),
      address: orNull(Address),
      userId: orNull(z.string()),
    })
    .meta({ description: 'Null where it is not known, or was erased.' }),
  amounts: z
    .strictObject({
      subtotal: Money.meta({ description: 'What the items were asked at.' }),
      discount: Money,
      shipping: Money,
      tax: Money.meta({ description: 'All of it, inside the prices or on top.' }),
      taxIncluded: Money.meta({ description: 'Of the tax, what is inside the prices already.' }),
      presentment: orNull(Money).meta({
        description: 'What the shopper saw and paid in their own currency, where Stripe converted it.',
      }),
    })
    .meta({ description: 'What the total is made of: subtotal − discount + shipping + (tax − taxIncluded).' }),
  paymentIntentId: orNull(z.string()),
  timeline: z
    .array(z.strictObject({ at: Timestamp, type: z.string(), message: z.string(), actor: z.string() }))
    .meta({ description: 'Oldest first.' }),
  attention: orNull(Attention),
  disputed: z.boolean().meta({ description: 'A dispute is open.' }),
  disputes: z.array(
    z.strictObject({
      id: z.string(),
      status: z.string(),
      reason: z.string(),
      amount: Money,
      dueBy: orNull(Timestamp),
    }),
  ),
  refunds: z.array(
    z.strictObject({
      id: orNull(z.string()).meta({ description: 'Null until Stripe has answered.' }),
      status: z.string().meta({ description: '`requested` until Stripe has answered, then Stripe’s word.' }),
      amount: Money.meta({ description: 'Of what is asked for in full: everything left.' }),
      reason: z.string(),
      createdAt: Timestamp,
    }),
  ),
}).meta({ id: 'AdminOrder' });

const parts = {
  ...documentParts,
  customer: true,
  timeline: { orderBy: { id: 'asc' } },
  // What was refused was never a refund.
  refunds: { where: { status: { not: 'refused' } }, orderBy: [{ createdAt: 'asc' }, { key: 'asc' }] },
  disputes: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] },
} satisfies Prisma.OrderInclude;

/** The session id of an order that is named by its number or by that id; `404 unknown_order` when there is none. */
export async function findOrder(db: Db, ref: string): Promise<SessionId> {
  const where = isSessionId(ref) ? { sessionId: ref } : { number: ref };
  const order = await db.order.findUnique({ where, select: { sessionId: true } });
  if (!order) throw new Problem('unknown_order', 'There is no order of this number or session.');
  return order.sessionId as SessionId;
}

/** An order as staff see it: the storefront's document, who bought, and what happened. */
export async function readAdminOrder(
  { db, env, clock }: Pick<ApiDeps, 'db' | 'env' | 'clock'>,
  sessionId: SessionId,
): Promise<z.input<typeof AdminOrder>> {
  const order = await db.order.findUniqueOrThrow({ where: { sessionId }, include: parts });
  const { email = null, name = null, address = null, userId = null } = order.customer ?? {};
  return {
    ...orderDocument(env, clock.now(), order),
    customer: { email, name, address: address === null ? null : addressOf(address), userId },
    amounts: amountsOf(order),
    paymentIntentId: order.paymentIntentId,
    timeline: order.timeline.map(({ at, type, message, note, actor }) => ({
      at: timestamp(at),
      type,
      message: note === null ? message : `${message}: ${note}`,
      actor,
    })),
    attention: attentionOf(order),
    disputed: order.disputed,
    disputes: order.disputes.map(({ id, status, reason, amount, currency, dueBy }) => ({
      ...{ id, status, reason },
      amount: money(amount, currency),
      dueBy: timestampOrNull(dueBy),
    })),
    refunds: order.refunds.map(({ stripeId, status, amount, currency, reason, createdAt }) => ({
      id: stripeId,
      status,
      amount: money(amount ?? order.total - order.refunded, currency),
      reason,
      createdAt: timestamp(createdAt),
    })),
  };
}

/** What the items come to is what they were bought at: a shopper may have named the price of one. */
function amountsOf(order: Prisma.OrderGetPayload<{ include: typeof parts }>): z.input<typeof AdminOrder>['amounts'] {
  const { currency, discount, shipping, tax, taxIncluded, presentmentAmount, presentmentCurrency } = order;
  const inOurs = (amount: bigint) => money(amount, currency);
  return {
    subtotal: inOurs(order.items.reduce((sum, { total }) => sum + total, 0n)),
    discount: inOurs(discount),
    shipping: inOurs(shipping),
    tax: inOurs(tax),
    taxIncluded: inOurs(taxIncluded),
    presentment:
      presentmentAmount !== null && presentmentCurrency !== null ? money(presentmentAmount, presentmentCurrency) : null,
  };
}

/** Stripe leaves out what the shopper did not give; here every field is there. */
function addressOf(kept: Prisma.JsonValue): z.input<typeof Address> {
  const given = kept as Partial<z.input<typeof Address>>;
  const { line1 = null, line2 = null, city = null, state = null, postal_code = null, country = null } = given;
  return { line1, line2, city, state, postal_code, country };
}

export function attentionOf({
  attentionStep: step,
  attentionReason: reason,
  attentionSince: since,
}: Pick<Order, 'attentionStep' | 'attentionReason' | 'attentionSince'>): z.input<typeof Attention> | null {
  return step !== null && reason !== null && since !== null ? { step, reason, since: timestamp(since) } : null;
}
