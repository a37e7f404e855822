/**
 * The types of Stripe's events that are passed on to a workflow. `npm run stripe:setup` subscribes the webhook endpoint to exactly these, and
 * the receiver's table has a row for each: an event that is subscribed and not routed, or routed and never sent, does not compile.
 */
export const ROUTED_EVENTS = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'refund.created',
  'refund.updated',
  'refund.failed',
] as const;

export type RoutedEvent = (typeof ROUTED_EVENTS)[number];
