/**
 * Every Stripe event type that Holdfast subscribes to, and the workflow it goes to. `npm run stripe:setup` subscribes
 * the webhook endpoint to exactly these. docs/events.md says what each one does in every state of an order. An event
 * says only *look again*: the workflow reads the object at Stripe before it acts.
 *
 * - `order`: the order's workflow, started if it is not running
 * - `running-order`: the order's workflow, only if it is running; an expired session brings no money, so nothing is
 *   started
 * - `refund`, `dispute`: the workflow that follows that object to its end
 * - `review`, `fraud-warning`, `payment-failed`, `payout`: a `notice` workflow, which finds the order it concerns
 * - `payment`: a `notice` workflow too, but only of a payment that somebody captures or cancels by hand; of any other
 *   the session's own events say the same
 * - `nobody`: acknowledged and counted only; another event says the same more precisely
 */
export const SUBSCRIBED_EVENTS = {
  'checkout.session.completed': 'order',
  'checkout.session.async_payment_succeeded': 'order',
  'checkout.session.async_payment_failed': 'order',
  'checkout.session.expired': 'running-order',
  'refund.created': 'refund',
  'refund.updated': 'refund',
  'refund.failed': 'refund',
  'charge.dispute.created': 'dispute',
  'charge.dispute.updated': 'dispute',
  'charge.dispute.funds_withdrawn': 'dispute',
  'charge.dispute.funds_reinstated': 'dispute',
  'charge.dispute.closed': 'dispute',
  'review.opened': 'review',
  'review.closed': 'review',
  'radar.early_fraud_warning.created': 'fraud-warning',
  'radar.early_fraud_warning.updated': 'fraud-warning',
  'payment_intent.payment_failed': 'payment-failed',
  'payment_intent.succeeded': 'payment',
  'payment_intent.canceled': 'payment',
  'payout.created': 'payout',
  'payout.updated': 'payout',
  'payout.paid': 'payout',
  'payout.failed': 'payout',
  'payout.canceled': 'payout',
  'payout.reconciliation_completed': 'payout',
  'invoice.paid': 'nobody',
  'invoice.payment_failed': 'nobody',
} as const;

export type SubscribedEvent = keyof typeof SUBSCRIBED_EVENTS;

/** The event types, in the order of the table. */
export const SUBSCRIBED_TYPES = Object.keys(SUBSCRIBED_EVENTS) as SubscribedEvent[];

/** How many types Stripe accepts in one request (https://docs.stripe.com/api/events/list). */
const TYPES_AT_A_TIME = 20;

/** Types in lists that are short enough to be asked for at once. */
export function inLists(types: readonly SubscribedEvent[]): SubscribedEvent[][] {
  const lists: SubscribedEvent[][] = [];
  for (let from = 0; from < types.length; from += TYPES_AT_A_TIME)
    lists.push(types.slice(from, from + TYPES_AT_A_TIME));
  return lists;
}

export const isSubscribed = (type: string): type is SubscribedEvent => Object.hasOwn(SUBSCRIBED_EVENTS, type);

/** What a `notice` workflow can be about: the kind of Stripe object whose id it has. */
export const NOTICE_KINDS = ['review', 'fraud-warning', 'payment-failed', 'payment', 'payout'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];
