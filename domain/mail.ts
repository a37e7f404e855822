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

/** The prefix of the reference of the mail that asks staff to capture a payment. The deadline follows it. */
export const CAPTURE = 'capture-';
