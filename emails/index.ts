import { attentionNeeded } from './attention-needed';
import { checkoutExpired } from './checkout-expired';
import { disputeDeadline } from './dispute-deadline';
import { disputeOpened } from './dispute-opened';
import type { MailFacts } from './facts';
import { orderConfirmation } from './order-confirmation';
import { orderReceived } from './order-received';
import { orderRefunded } from './order-refunded';
import { orderShipped } from './order-shipped';
import { paymentFailed } from './payment-failed';
import { paymentProcessing } from './payment-processing';
import { refundFailed } from './refund-failed';
import { type Composed, rendered } from './rendered';
import { returnReceived } from './return-received';
import { returnRequestDeclined } from './return-request-declined';
import { returnRequestNotice } from './return-request-notice';
import { returnRequestReceived } from './return-request-received';
import type { MailTemplate } from './template';
import { withdrawalNotice } from './withdrawal-notice';
import { withdrawalReceived } from './withdrawal-received';
import { wordsFor } from './words/words';

/** Every kind of mail about an order, by the name used in its key, its tag and its row. */
export const TEMPLATES = {
  order_confirmation: orderConfirmation,
  order_shipped: orderShipped,
  return_received: returnReceived,
  order_refunded: orderRefunded,
  payment_processing: paymentProcessing,
  payment_failed: paymentFailed,
  checkout_expired: checkoutExpired,
  refund_failed: refundFailed,
  order_received: orderReceived,
  attention_needed: attentionNeeded,
  dispute_opened: disputeOpened,
  dispute_deadline: disputeDeadline,
  withdrawal_received: withdrawalReceived,
  withdrawal_notice: withdrawalNotice,
  return_request_received: returnRequestReceived,
  return_request_notice: returnRequestNotice,
  return_request_declined: returnRequestDeclined,
} as const satisfies Record<string, MailTemplate>;

export type Template = keyof typeof TEMPLATES;

/**
 * Renders a mail, to a customer in the language of their order and to staff in English; null if what it would say is no
 * longer true.
 */
export function compose(template: Template, about: MailFacts): Composed | null {
  const { audience, write }: MailTemplate = TEMPLATES[template];
  const facts = audience === 'staff' ? { ...about, order: { ...about.order, locale: 'en' } } : about;
  const written = write(facts, wordsFor(facts.order.locale));
  return written && rendered(written);
}
