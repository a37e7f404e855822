import { z } from 'zod';
import type { SessionId } from '../../../domain/ids';
import { HOLD_REASONS } from '../../../domain/order';
import { Problem, type ProblemCode } from '../../../domain/problem';
import { RETURN_REQUEST_STATES } from '../../../domain/return-requests';
import { CONDITIONS } from '../../../domain/returns';
import type { Db } from '../../../store/database';
import { findOrderId, readStaffOrder, type StaffOrderView } from '../../../store/orders/staff-view';
import type { ApiDeps } from '../../deps';
import { Money, money, orNull, Timestamp, timestamp, timestampOrNull } from '../../http/schemas';
import { AMOUNTS_ADD_UP, OrderAmounts, OrderDocument, orderDocument } from '../../storefront/order-document';
import { KeyHeader, OrderRef } from '../fields';

export const Attention = z
  .strictObject({ step: z.string(), reason: z.string(), since: Timestamp })
  .meta({ id: 'Attention', description: 'The step that cannot go on, and why.' });

const Address = z.strictObject({
  line1: orNull(z.string()),
  line2: orNull(z.string()),
  city: orNull(z.string()),
  state: orNull(z.string()),
  postal_code: orNull(z.string()),
  country: orNull(z.string()),
});

const Units = z.array(z.strictObject({ sku: z.string(), quantity: z.int() }));

export const AdminOrder = OrderDocument.extend({
  customer: z
    .strictObject({
      email: orNull(z.string()),
      name: orNull(z.string()),
      address: orNull(Address),
      userId: orNull(z.string()),
    })
    .meta({ description: 'Null where unknown or erased.' }),
  licenceKeys: z
    .array(z.strictObject({ sku: z.string(), key: z.string(), issuedAt: Timestamp, revokedAt: orNull(Timestamp) }))
    .meta({ description: 'Licence keys that were issued. A revoked one may have to be blocked where it is used.' }),
  amounts: OrderAmounts.extend({
    presentment: orNull(Money).meta({
      description: 'What the shopper saw and paid in their own currency, where Stripe converted it.',
    }),
  }).meta({ description: AMOUNTS_ADD_UP }),
  paymentIntentId: orNull(z.string()),
  invoice: orNull(z.strictObject({ id: z.string(), url: orNull(z.url()), pdf: orNull(z.url()) })).meta({
    description:
      'The invoice that Stripe made of the payment, with its links, which Stripe lets expire after some weeks. Null if there is none, or it was made later than the payment was confirmed.',
  }),
  timeline: z.array(z.strictObject({ at: Timestamp, type: z.string(), message: z.string(), actor: z.string() })).meta({
    description:
      'Oldest first. `actor` is `shopper`, `stripe`, `holdfast`, or the name of the token of staff: `staff` for `ADMIN_TOKEN` and for what is done in the Temporal UI.',
  }),
  attention: orNull(Attention),
  hold: orNull(z.strictObject({ reason: z.enum(HOLD_REASONS), since: Timestamp, actor: z.string() })).meta({
    description: 'Staff hold shipping: why, since when, and who.',
  }),
  withdrawal: orNull(
    z.strictObject({ at: Timestamp, name: orNull(z.string()), undone: z.boolean(), late: z.boolean() }),
  ).meta({
    description:
      'The customer has withdrawn from the contract: when, and under which name. `undone`: nothing was delivered, so all of the money goes back by itself. `late`: after the period.',
  }),
  disputed: z.boolean().meta({ description: 'A dispute is open.' }),
  returns: z
    .array(
      z.strictObject({
        id: z.string(),
        at: Timestamp,
        items: Units,
        condition: z.enum(CONDITIONS),
        refundRequest: orNull(z.string()).meta({
          description: 'The `request` of the refund that was asked for with it; null if none was.',
        }),
        actor: z.string(),
      }),
    )
    .meta({ description: 'Goods that came back, oldest first.' }),
  returnRequests: z
    .array(
      z.strictObject({
        id: z.string(),
        at: Timestamp,
        items: Units,
        awaited: Units.meta({ description: 'What of it has not come back; nothing once it is declined.' }),
        state: z.enum(RETURN_REQUEST_STATES),
        reason: orNull(z.string()).meta({ description: 'In the shopper’s words; null if they gave none.' }),
        answer: orNull(z.strictObject({ at: Timestamp, actor: z.string(), note: orNull(z.string()) })).meta({
          description: 'Who declined it, and what the customer was told.',
        }),
      }),
    )
    .meta({
      description:
        'What the customer asked to return from the order’s page, oldest first. Recorded returns answer the oldest request for the same goods first.',
    }),
  replacements: z
    .array(
      z.strictObject({
        id: z.string(),
        at: Timestamp,
        items: z.array(
          z.strictObject({
            sku: z.string(),
            quantity: z.int(),
            with: orNull(z.string()).meta({ description: 'The SKU that is sent instead; null: the same.' }),
          }),
        ),
        actor: z.string(),
      }),
    )
    .meta({ description: 'Goods sent again at no charge, oldest first.' }),
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
      id: orNull(z.string()).meta({ description: 'Stripe’s id; null until Stripe has made it.' }),
      request: z.string().meta({ description: 'Our id, always present. `resolve` names the refund by it.' }),
      status: z.string().meta({
        description:
          '`requested` until Stripe has answered, then Stripe’s own status, or `refused`. `withdrawn` or `settled_elsewhere` once staff have resolved one that failed or was refused.',
      }),
      amount: Money.meta({ description: 'For a full refund, everything left.' }),
      reason: z.string(),
      refusal: orNull(z.strictObject({ message: z.string(), code: z.string() })).meta({
        description: 'Why Stripe refuses it, or did: its own sentence, and its code (or the type of its error).',
      }),
      failure: orNull(z.strictObject({ message: z.string(), code: z.string() })).meta({
        description:
          'Why it failed after Stripe had made it: Stripe’s `failure_reason`, and what that means. Null if it did not fail, or Stripe does not say why.',
      }),
      createdAt: Timestamp,
    }),
  ),
}).meta({ id: 'AdminOrder' });

/** The session id of an order, given its number or that id. Throws `404 unknown_order` if there is none. */
export async function findOrder(db: Db, ref: string): Promise<SessionId> {
  const id = await findOrderId(db, { ref });
  if (id === null) throw new Problem('unknown_order', 'There is no order with this number or session.');
  return id;
}

/** What routes that change an order have in common. Each answers with the order as it is then. */
export const ORDER_CHANGE = {
  method: 'post' as const,
  tag: 'Staff' as const,
  params: OrderRef,
  headers: KeyHeader,
  answers: { 200: { description: 'The order as it is now.', schema: AdminOrder } },
  problems: ['unknown_order', 'invalid_transition'] as ProblemCode[],
};

/** An order as staff see it: the storefront's document, the customer, and what has happened. */
export async function readAdminOrder(
  { db, env, clock }: Pick<ApiDeps, 'db' | 'env' | 'clock'>,
  sessionId: SessionId,
): Promise<z.input<typeof AdminOrder>> {
  const order = await readStaffOrder(db, sessionId);
  const { customer, paymentIntentId, invoice, disputed, currency, presentment } = order;
  const shown = orderDocument(env, clock.now(), order, 'customer');
  return {
    ...shown,
    ...{ customer, paymentIntentId, invoice, disputed },
    amounts: { ...shown.amounts, presentment },
    licenceKeys: order.licenceKeys.map(({ sku, key, issuedAt, revokedAt }) => ({
      ...{ sku, key, issuedAt: timestamp(issuedAt), revokedAt: timestampOrNull(revokedAt) },
    })),
    timeline: order.timeline.map(({ at, type, message, note, actor }) => ({
      ...{ type, actor, at: timestamp(at) },
      message: note === null ? message : `${message}: ${note}`,
    })),
    attention: attentionDocument(order.attention),
    hold: order.hold && { ...order.hold, since: timestamp(order.hold.since) },
    withdrawal: order.withdrawal && { ...order.withdrawal, at: timestamp(order.withdrawal.at) },
    returns: order.returns.map(({ at, ...returned }) => ({ ...returned, at: timestamp(at) })),
    returnRequests: order.returnRequests.map(({ id, at, items, awaited, state, reason, answer }) => ({
      ...{ id, at: timestamp(new Date(at)), items: [...items], awaited, state, reason },
      answer: answer && { ...answer, at: timestamp(answer.at) },
    })),
    replacements: order.replacements.map(({ at, ...replaced }) => ({ ...replaced, at: timestamp(at) })),
    disputes: order.disputes.map(({ dueBy, ...dispute }) => ({ ...dispute, dueBy: timestampOrNull(dueBy) })),
    refunds: order.refunds.map(({ amount, createdAt, ...refund }) => ({
      ...refund,
      amount: money(amount ?? order.total - order.refunded, currency),
      createdAt: timestamp(createdAt),
    })),
  };
}

export const attentionDocument = (attention: StaffOrderView['attention']): z.input<typeof Attention> | null =>
  attention && { ...attention, since: timestamp(attention.since) };
