import { renderToStaticMarkup } from 'react-dom/server';
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
import type { MailTemplate } from './template';
import { oneLine, plainText } from './text';

/** Every kind of mail, by the name that stands in its key, its tag and its row. */
export const TEMPLATES = {
  order_confirmation: orderConfirmation,
  order_shipped: orderShipped,
  order_refunded: orderRefunded,
  payment_processing: paymentProcessing,
  payment_failed: paymentFailed,
  checkout_expired: checkoutExpired,
  refund_failed: refundFailed,
  order_received: orderReceived,
  attention_needed: attentionNeeded,
  dispute_opened: disputeOpened,
  dispute_deadline: disputeDeadline,
} as const satisfies Record<string, MailTemplate>;

export type Template = keyof typeof TEMPLATES;

/** A mail as it is stored and sent. */
export interface Composed {
  subject: string;
  html: string;
  text: string;
}

/**
 * Writes a mail: its subject on one line, HTML, and plain text. Null when there is nothing true to say any more. Static markup, because
 * React Email's own `render` makes a stream for hydration, with a comment between every two pieces of text.
 */
export function compose(template: Template, facts: MailFacts): Composed | null {
  const written = TEMPLATES[template].write(facts);
  if (written === null) return null;
  const html = `<!DOCTYPE html>${renderToStaticMarkup(written.body)}`;
  return { subject: oneLine(written.subject), html, text: plainText(html) };
}
