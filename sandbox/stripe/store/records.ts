/** What the sandbox keeps beside Stripe's own objects. */
import type Stripe from 'stripe';

/** What a session was asked for and its public object does not show. */
export interface SessionDetail {
  id: string;
  lines: Stripe.LineItem[];
  discount: Discount | null;
  shipping: ShippingChoice | null;
  paymentIntent: PaymentIntentDefaults;
  /** Tax the buyer's address adds, when the session computes tax. */
  tax: number;
  /** Once it has expired: the token of the address that opens a copy of it. */
  recovery: { token: string } | null;
  /** Who pressed Pay last, and how they pay. */
  buyer: Buyer | null;
}

export interface Buyer {
  email: string;
  name: string;
  phone: string | null;
  billingAddress: Stripe.Address | null;
  shipping: { name: string; address: Stripe.Address } | null;
  /** A card's number, or a bank debit. */
  payWith: { card: string; expiryMonth: number; expiryYear: number } | 'bank_debit';
}

export interface Discount {
  coupon: string;
  promotionCode: string | null;
}

export interface ShippingChoice {
  rate: string;
  amount: number;
}

export interface PaymentIntentDefaults {
  metadata: Record<string, string>;
  description: string | null;
  receiptEmail: string | null;
  statementDescriptor: string | null;
  statementDescriptorSuffix: string | null;
  setupFutureUsage: 'off_session' | 'on_session' | null;
}

/** Something that will happen by itself, by the sandbox's clock. */
export interface Later {
  /** The object it happens to. */
  id: string;
  what: 'dispute' | 'dispute_lost' | 'dispute_won' | 'refund_fails' | 'refund_succeeds';
  at: number;
}

export type StoredEvent = Omit<Stripe.EventBase, 'pending_webhooks'> & {
  type: string;
  /** The id of its thin form; an older sandbox gave it none. */
  thinId?: string;
};

export interface EndpointSecrets {
  /** The endpoint's id. */
  id: string;
  /** Newest first; an older one signs too until it ends (milliseconds). */
  secrets: { secret: string; until: number | null }[];
}

export interface Delivery {
  id: string;
  event: string;
  endpoint: string;
  /** A snapshot, where an older sandbox did not write it down. */
  form?: 'snapshot' | 'thin';
  state: 'delivered' | 'failed' | 'pending';
  attempts: number;
  /** Milliseconds; when the next attempt is due. */
  nextAt: number;
}

/** What was answered under an idempotency key. */
export interface SavedAnswer {
  /** The key. */
  id: string;
  path: string;
  /** Hash of the parameters. */
  fingerprint: string;
  requestId: string;
  status: number;
  body: string;
  savedAt: number;
}

/** The payout that took a balance transaction. */
export interface Settlement {
  /** The balance transaction's id. */
  id: string;
  payout: string;
}

export interface Setting {
  id: 'clock';
  value: number;
}
