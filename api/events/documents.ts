import { z } from 'zod';
import { type EventSubject, OUTBOUND_EVENTS, type OutboundEvent } from '../../domain/outbound';
import { CONDITIONS } from '../../domain/returns';
import { Money, orNull, Timestamp } from '../http/schemas';
import { ORDER_EXAMPLE } from '../storefront/examples';
import { OrderDocument } from '../storefront/order-document';

const NOT_TOLD = {
  expiresAt: true,
  halted: true,
  downloads: true,
  licenceKeys: true,
  recoveryUrl: true,
  voucher: true,
} as const;

/**
 * An order as events have it: what everybody may know of it, without the links that act for the shopper, and without
 * keys.
 */
const OrderOfEvent = OrderDocument.omit(NOT_TOLD).meta({
  id: 'OrderOfEvent',
  description:
    'As it stands when the event is sent, which may be later than what the event tells of. Whom it goes to, `GET /admin/orders/{ref}` says.',
  example: Object.fromEntries(Object.entries(ORDER_EXAMPLE).filter(([field]) => !(field in NOT_TOLD))),
});

const items = z.array(z.strictObject({ sku: z.string(), quantity: z.int() }));

const SUBJECTS: Record<EventSubject, z.ZodType> = {
  shipment: z.strictObject({
    carrier: z.string(),
    trackingNumber: z.string(),
    trackingUrl: orNull(z.string()),
    shippedAt: Timestamp,
    items,
  }),
  refund: orNull(
    z.strictObject({
      id: orNull(z.string()).meta({ description: 'Stripe’s id; null where staff gave the money back elsewhere.' }),
      status: z.string().meta({ description: 'Stripe’s own status, or `settled_elsewhere`.' }),
      amount: Money,
      reason: z.string(),
    }),
  ).meta({ description: 'Null: a lost dispute gave the money back.' }),
  return: z.strictObject({ id: z.string(), items, condition: z.enum(CONDITIONS) }),
  replacement: z.strictObject({
    id: z.string(),
    items: z.array(
      z.strictObject({
        sku: z.string(),
        quantity: z.int(),
        with: orNull(z.string()).meta({ description: 'The SKU that is sent instead; null: the same.' }),
      }),
    ),
  }),
  dispute: z.strictObject({
    id: z.string(),
    status: z.string().meta({ description: 'Stripe’s own status, such as `needs_response`, `won` or `lost`.' }),
    reason: z.string(),
    amount: Money,
    dueBy: orNull(Timestamp),
  }),
  attention: z.strictObject({
    step: z.string().meta({ description: 'One of the steps in docs/staff-runbook.md.' }),
  }),
};

/** The body of an event of this type. */
export function eventDocument(type: OutboundEvent) {
  const { about } = OUTBOUND_EVENTS[type];
  return z.strictObject({
    type: z.literal(type),
    timestamp: Timestamp.meta({ description: 'When it happened.' }),
    data: z.strictObject({ order: OrderOfEvent, ...(about && { [about]: SUBJECTS[about] }) }),
  });
}
