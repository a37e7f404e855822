/**
 * What other systems of the merchant are told of an order: one event for each of these. Triggers in the database write
 * an event in the transaction that makes it true (prisma/migrations/*_events_of_*). `about` is what an event names
 * beside the order: the field of its data.
 */
export const OUTBOUND_EVENTS = {
  'order.paid': { about: null, means: 'It is paid, and its goods are sold to it: deliver.' },
  'order.shipped': {
    about: 'shipment',
    means: 'A parcel has left. Once all of the order has, its status is `SHIPPED`.',
  },
  'order.completed': { about: null, means: 'It is delivered, or shipped long enough ago; downloads are granted.' },
  'order.expired': { about: null, means: 'It ended unpaid. Its stock is free.' },
  'order.cancelled': { about: null, means: 'It ended, and no money was taken.' },
  'order.refunded': {
    about: 'refund',
    means:
      'A refund, in whole or in part, was made. Its status says whether the bank has confirmed it. Null: a lost dispute gave the money back.',
  },
  'order.refund_failed': { about: 'refund', means: 'The bank rejected a refund, and the shop has the money again.' },
  'order.returned': { about: 'return', means: 'Goods came back.' },
  'order.replaced': { about: 'replacement', means: 'Goods are to be sent again at no charge: ship them.' },
  'order.dispute_opened': { about: 'dispute', means: 'The buyer disputes the payment, or does so again.' },
  'order.dispute_closed': { about: 'dispute', means: 'A dispute is decided.' },
  'order.attention_needed': { about: 'attention', means: 'Staff are needed for it, at this step.' },
} as const satisfies Record<string, { about: EventSubject | null; means: string }>;
export type OutboundEvent = keyof typeof OUTBOUND_EVENTS;

export type EventSubject = 'shipment' | 'refund' | 'return' | 'replacement' | 'dispute' | 'attention';

/** The types, in the order of the table. */
export const OUTBOUND_TYPES = Object.keys(OUTBOUND_EVENTS) as [OutboundEvent, ...OutboundEvent[]];

export const DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'GIVEN_UP'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long the first tries are apart; the last is for all that follow. */
const WAITS_MS = [
  ...[5 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR],
  ...[3 * HOUR, 6 * HOUR, 12 * HOUR, DAY],
] as const;
/** How long an event is tried before it is given up. */
const TRIED_MS = 3 * DAY;

/**
 * When an event that the receiver did not take is tried again; null if it is given up.
 * @param attempts tries since it was queued, the last one included
 */
export function nextTry({ attempts, queuedAt, at }: { attempts: number; queuedAt: Date; at: Date }): Date | null {
  const wait = WAITS_MS[attempts - 1] ?? DAY;
  const next = at.getTime() + wait;
  return next - queuedAt.getTime() > TRIED_MS ? null : new Date(next);
}

/** The answer by which a receiver says that it will never take an event again. */
export const GONE = 'http_410';
