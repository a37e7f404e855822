import type { AttentionStep } from './attention';

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

/** What a mail to staff asks for if a payment has to be captured by a deadline. The order itself is not stuck. */
export const CAPTURE = 'capture';

/** What a mail calls staff to: a step that needs attention, or the capture of a payment. */
export type MailStep = AttentionStep | typeof CAPTURE;
