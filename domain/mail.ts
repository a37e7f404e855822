/** The mails about an order that staff can send again. activities/mail/again.ts says when each is allowed. */
export const RESENDABLE = [
  'order_confirmation',
  'payment_processing',
  'payment_failed',
  'checkout_expired',
  'order_shipped',
  'order_refunded',
  'refund_failed',
  'order_received',
  'attention_needed',
] as const;
export type Resendable = (typeof RESENDABLE)[number];

/** How the reference of the mail begins that tells staff until when a payment can be captured; its end is the time. */
export const CAPTURE = 'capture-';
