/**
 * Every type of Stripe's events that Holdfast subscribes to, and whom it wakes. `npm run stripe:setup` subscribes the webhook endpoint to exactly
 * these; docs/events.md tells what each does in every state of an order. An event says only *look again*: whoever is woken reads the object.
 *
 * - `order`: the order's workflow, started where it does not run
 * - `running-order`: the order's workflow, where it runs: what the event tells has brought nothing
 * - `refund`, `dispute`: the workflow that follows that object to its end
 * - `review`, `fraud-warning`, `payment-failed`, `payout`: a `notice`, which finds whom it concerns
 * - `nobody`: answered and counted, so that an account's overview is whole; other events tell the same more exactly
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
  'payment_intent.succeeded': 'nobody',
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

/** The types in the order of the table. */
export const SUBSCRIBED_TYPES = Object.keys(SUBSCRIBED_EVENTS) as SubscribedEvent[];

export const isSubscribed = (type: string): type is SubscribedEvent => Object.hasOwn(SUBSCRIBED_EVENTS, type);

/** What a `notice` is about, by the kind of object whose id it has. */
export const NOTICE_KINDS = ['review', 'fraud-warning', 'payment-failed', 'payout'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];
