/** What the sandbox stores besides Stripe's own objects. */
import type Stripe from 'stripe';

/** What belongs to a session but is not part of its public object. */
export interface SessionDetail {
  id: string;
  lines: Stripe.LineItem[];
  discount: Discount | null;
  shipping: ShippingChoice | null;
  paymentIntent: PaymentIntentDefaults;
  /** How much tax a test said there is, if the session computes tax; 0 if none said so. */
  tax: number;
  /** The country whose tax is computed, once it is known. Absent in sessions of older sandboxes. */
  taxedIn?: string | null;
  /** Once the session has expired: the token of the address that opens a copy of it. */
  recovery: { token: string } | null;
  /** The buyer who pressed Pay last, and how they pay. */
  buyer: Buyer | null;
}

export interface Buyer {
  email: string;
  name: string;
  phone: string | null;
  billingAddress: Stripe.Address | null;
  shipping: { name: string; address: Stripe.Address } | null;
  /** A card's number, or the currency's bank debit or voucher. */
  payWith: { card: string; expiryMonth: number; expiryYear: number } | 'bank_debit' | 'voucher';
  /** Stripe captures asynchronously: the charge has no balance transaction until the control API enters it. */
  entersBalanceLater?: boolean | undefined;
  /** Whether Stripe cannot refund them without asking for bank details. Absent on buyers of older sandboxes. */
  refundsAskForBank?: boolean | undefined;
}

/** The amounts of a price in further currencies. */
export interface PriceOptions {
  /** The price's id. */
  id: string;
  options: Record<string, Stripe.Price.CurrencyOptions>;
}

/** The amounts of a shipping rate in further currencies. */
export interface ShippingRateOptions {
  /** The rate's id. */
  id: string;
  options: Record<string, Stripe.ShippingRate.FixedAmount.CurrencyOptions>;
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
  /** Absent in sessions of older sandboxes. */
  captureMethod?: 'automatic' | 'automatic_async' | 'manual' | undefined;
}

/** A change that will happen by itself when the sandbox's clock reaches `at` (milliseconds). */
export interface ScheduledChange {
  /** The object it happens to. */
  id: string;
  what:
    | 'authorization_lapses'
    | 'voucher_expires'
    | 'dispute'
    | 'dispute_lost'
    | 'dispute_won'
    | 'refund_fails'
    | 'refund_succeeds';
  at: number;
}

export type StoredEvent = Omit<Stripe.EventBase, 'pending_webhooks'> & {
  type: string;
  /** The id of its thin form; absent on events of older sandboxes. */
  thinId?: string;
};

export interface EndpointSecrets {
  /** The endpoint's id. */
  id: string;
  /** Newest first. An older secret also signs until `until` (milliseconds). */
  secrets: { secret: string; until: number | null }[];
}

export interface Delivery {
  id: string;
  event: string;
  endpoint: string;
  /** Absent on deliveries of older sandboxes, which are snapshots. */
  form?: 'snapshot' | 'thin';
  state: 'delivered' | 'failed' | 'pending';
  attempts: number;
  /** When the next attempt is due, in milliseconds. */
  nextAt: number;
}

/** The answer saved under an idempotency key. */
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

/** The payout that paid out a balance transaction. */
export interface Settlement {
  /** The balance transaction's id. */
  id: string;
  payout: string;
}

export interface Setting {
  id: 'clock';
  value: number;
}
