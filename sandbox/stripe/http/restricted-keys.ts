/** Restricted keys, which tests make through the control API: each may do what its permissions say, and no more. */
import { list, type Read, required, text } from './params';

export const restrictedKeyShape = {
  /** `rk_test_…` */
  key: required(text()),
  /** Stripe's own names, as `charge_read` or `refund_write`; write includes read. */
  permissions: required(list(text())),
};

/**
 * What each part of the API needs, by the beginning of its path
 * (https://docs.stripe.com/keys/permissions-reference).
 */
const RESOURCES: [path: string, resource: string][] = [
  ['/v1/account', 'connected_account'],
  ['/v1/balance_transactions', 'balance_transaction_source'],
  ['/v1/balance', 'balance'],
  ['/v1/charges', 'charge'],
  ['/v1/checkout/sessions', 'checkout_session'],
  ['/v1/coupons', 'coupon'],
  ['/v1/customers', 'customer'],
  ['/v1/disputes', 'dispute'],
  ['/v1/events', 'event'],
  ['/v1/invoices', 'invoice'],
  ['/v1/payment_intents', 'payment_intent'],
  ['/v1/payouts', 'payout'],
  ['/v1/prices', 'plan'],
  ['/v1/products', 'product'],
  ['/v1/promotion_codes', 'promotion_code'],
  ['/v1/radar/early_fraud_warnings', 'radar_early_fraud_warning'],
  ['/v1/refunds', 'refund'],
  ['/v1/reviews', 'review'],
  ['/v1/shipping_rates', 'shipping_rate'],
  ['/v1/webhook_endpoints', 'webhook'],
];

/** What an expanded field is an object of: to expand it is to read it. */
const EXPANDED: Record<string, string> = {
  payment_intent: 'payment_intent',
  latest_charge: 'charge',
  charge: 'charge',
  customer: 'customer',
  invoice: 'invoice',
  product: 'product',
  balance_transaction: 'balance_transaction_source',
  refunds: 'refund',
  review: 'review',
};

export type RestrictedKey = Read<typeof restrictedKeyShape>;

export class RestrictedKeys {
  private readonly keys = new Map<string, Set<string>>();

  /** Makes a key, or changes what it may do. */
  put({ key, permissions }: RestrictedKey): void {
    this.keys.set(key, new Set(permissions.map((name) => name.replace(/^rak_/, ''))));
  }

  forget(): void {
    this.keys.clear();
  }

  has(key: string): boolean {
    return this.keys.has(key);
  }

  /** The permission that a key lacks for a request; null if it lacks none. */
  lacks(key: string, method: string, path: string, expand: string[]): string | null {
    const has = this.keys.get(key) ?? new Set<string>();
    const may = (resource: string, access: string) => has.has(`${resource}_write`) || has.has(`${resource}_${access}`);
    const [, resource] = RESOURCES.find(([start]) => path === start || path.startsWith(`${start}/`)) ?? [];
    const access = method === 'GET' ? 'read' : 'write';
    if (resource !== undefined && !may(resource, access)) return `rak_${resource}_${access}`;
    const read = expand.flatMap((each) => each.split('.')).flatMap((field) => EXPANDED[field] ?? []);
    const unread = read.find((one) => !may(one, 'read'));
    return unread === undefined ? null : `rak_${unread}_read`;
  }
}
