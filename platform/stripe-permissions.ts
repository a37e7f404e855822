/**
 * The permissions that a restricted key needs, with the calls that need them. Tests compare this list with the calls in
 * the code, and with docs/going-live.md. Write includes read
 * (https://docs.stripe.com/keys/permissions-reference).
 */
export interface StripePermission {
  /** The resource, as the Dashboard's form for restricted keys names it. */
  resource: string;
  access: 'read' | 'write';
  /** The library's methods, without `stripe.`. */
  calls: string[];
  /** The beginning of every address of the resource. */
  path: string;
  /**
   * A request that is refused if the permission is missing, and otherwise changes nothing: Stripe checks the permission
   * first, and the object does not exist.
   */
  probe: { method: 'GET' | 'POST'; path: string };
  /** What stops without it, for staff. */
  needs: string;
  /** The code works without it, so it is neither probed nor an alarm. */
  optional?: true;
}

const NONE = 'holdfast_probe';
/** A probe that reads one object. */
const reads = (path: string) => ({ path, probe: { method: 'GET' as const, path: `${path}?limit=1` } });
/** A probe that changes an object that does not exist. */
const writes = (path: string) => ({ path, probe: { method: 'POST' as const, path: `${path}/${NONE}` } });

export const STRIPE_PERMISSIONS: StripePermission[] = [
  {
    ...{ resource: 'Checkout Sessions', access: 'write', ...writes('/v1/checkout/sessions') },
    calls: ['create', 'expire', 'list', 'listLineItems', 'retrieve'].map((call) => `checkout.sessions.${call}`),
    needs: 'every checkout and every payment',
  },
  {
    ...{ resource: 'PaymentIntents', access: 'read', ...reads('/v1/payment_intents') },
    calls: ['paymentIntents.retrieve'],
    needs: 'every payment',
  },
  {
    ...{ resource: 'Charges', access: 'read', ...reads('/v1/charges') },
    calls: ['charges.retrieve'],
    needs: 'every payment, disputes and fraud warnings',
  },
  {
    ...{ resource: 'Refunds', access: 'write', ...writes('/v1/refunds') },
    calls: ['refunds.create', 'refunds.list', 'refunds.retrieve'],
    needs: 'refunds and cancelled orders',
  },
  {
    ...{ resource: 'Disputes', access: 'write', ...writes('/v1/disputes') },
    calls: ['disputes.list', 'disputes.retrieve', 'disputes.update'],
    needs: 'disputes and their evidence',
  },
  {
    ...{ resource: 'Reviews', access: 'read', ...reads('/v1/reviews') },
    calls: ['reviews.retrieve'],
    needs: 'Radar reviews, which hold shipping',
  },
  {
    ...{ resource: 'Early Fraud Warnings', access: 'read', ...reads('/v1/radar/early_fraud_warnings') },
    calls: ['radar.earlyFraudWarnings.retrieve'],
    needs: 'fraud warnings',
  },
  {
    ...{ resource: 'Events', access: 'read', ...reads('/v1/events') },
    calls: ['events.list'],
    needs: 'the sweep',
  },
  {
    ...{ resource: 'Balance Transactions', access: 'read', ...reads('/v1/balance_transactions') },
    calls: ['balanceTransactions.list'],
    needs: 'the sweep’s ledger',
  },
  {
    ...{ resource: 'Payouts', access: 'read', ...reads('/v1/payouts') },
    calls: ['payouts.retrieve'],
    needs: 'the sweep’s ledger',
  },
  {
    ...{ resource: 'Products', access: 'write', ...writes('/v1/products') },
    calls: ['products.create', 'products.retrieve', 'products.update'],
    needs: '`stripe:setup`',
  },
  {
    ...{ resource: 'Prices', access: 'write', ...writes('/v1/prices') },
    calls: ['prices.create', 'prices.list', 'prices.retrieve', 'prices.update'],
    needs: '`stripe:setup`, and products that Stripe refuses to sell',
  },
  {
    ...{ resource: 'Webhook Endpoints', access: 'write', ...writes('/v1/webhook_endpoints') },
    calls: ['webhookEndpoints.create', 'webhookEndpoints.list', 'webhookEndpoints.update'],
    needs: '`stripe:setup`',
  },
  {
    ...{ resource: 'Accounts', access: 'read', path: '/v1/account', probe: { method: 'GET', path: '/v1/account' } },
    calls: ['accounts.retrieveCurrent'],
    needs: 'telling events of an organisation’s other accounts apart; works without',
    optional: true,
  },
];

/** The permission's name in alarms and mails, e.g. `Refunds: write`. */
export const nameOf = ({ resource, access }: Pick<StripePermission, 'resource' | 'access'>): string =>
  `${resource}: ${access}`;

/** The permission that a refused request lacks; its address where the list has none; null if it is not needed. */
export function permissionOf(path: string): string | null {
  const [address = path] = path.split('?');
  const permission = STRIPE_PERMISSIONS.find((one) => address === one.path || address.startsWith(`${one.path}/`));
  if (permission?.optional) return null;
  return permission ? nameOf(permission) : (/^\/v\d+\/[a-z_]+/.exec(address)?.[0] ?? 'unknown');
}
