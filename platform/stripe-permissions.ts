/**
 * The permissions that a restricted key needs, with the calls that need them. Tests compare this list with the calls in
 * the code, and with docs/going-live.md. Write includes read
 * (https://docs.stripe.com/keys/permissions-reference).
 */
export interface StripePermission {
  /** The resource, as the Dashboard's form for restricted keys names it. */
  resource: string;
  access: 'read' | 'write';
  /** As Stripe's refusals name it: `charge` in `rak_charge_read`. */
  stripeName: string;
  /** The library's methods, without `stripe.`. */
  calls: string[];
  /** The fields that the code expands into such an object: to expand is to read. */
  expanded?: string[];
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
    ...{
      resource: 'Checkout Sessions',
      stripeName: 'checkout_session',
      access: 'write',
      ...writes('/v1/checkout/sessions'),
    },
    calls: ['create', 'expire', 'list', 'listLineItems', 'retrieve'].map((call) => `checkout.sessions.${call}`),
    needs: 'every checkout and every payment',
  },
  {
    ...{ resource: 'PaymentIntents', stripeName: 'payment_intent', access: 'read', ...reads('/v1/payment_intents') },
    calls: ['paymentIntents.retrieve'],
    expanded: ['payment_intent'],
    needs: 'every payment',
  },
  {
    ...{ resource: 'Charges', stripeName: 'charge', access: 'read', ...reads('/v1/charges') },
    calls: ['charges.retrieve'],
    expanded: ['latest_charge'],
    needs: 'every payment, disputes and fraud warnings',
  },
  {
    ...{ resource: 'Refunds', stripeName: 'refund', access: 'write', ...writes('/v1/refunds') },
    calls: ['refunds.create', 'refunds.list', 'refunds.retrieve'],
    needs: 'refunds and cancelled orders',
  },
  {
    ...{ resource: 'Disputes', stripeName: 'dispute', access: 'write', ...writes('/v1/disputes') },
    calls: ['disputes.list', 'disputes.retrieve', 'disputes.update'],
    needs: 'disputes and their evidence',
  },
  {
    ...{ resource: 'Reviews', stripeName: 'review', access: 'read', ...reads('/v1/reviews') },
    calls: ['reviews.retrieve'],
    needs: 'Radar reviews, which hold shipping',
  },
  {
    ...{
      resource: 'Early Fraud Warnings',
      stripeName: 'radar_early_fraud_warning',
      access: 'read',
      ...reads('/v1/radar/early_fraud_warnings'),
    },
    calls: ['radar.earlyFraudWarnings.retrieve'],
    needs: 'fraud warnings',
  },
  {
    ...{ resource: 'Events', stripeName: 'event', access: 'read', ...reads('/v1/events') },
    calls: ['events.list'],
    needs: 'the sweep',
  },
  {
    ...{
      resource: 'Balance Transactions',
      stripeName: 'balance_transaction_source',
      access: 'read',
      ...reads('/v1/balance_transactions'),
    },
    calls: ['balanceTransactions.list'],
    expanded: ['balance_transaction'],
    needs: 'the sweep’s ledger',
  },
  {
    ...{ resource: 'Payouts', stripeName: 'payout', access: 'read', ...reads('/v1/payouts') },
    calls: ['payouts.retrieve'],
    needs: 'the sweep’s ledger',
  },
  {
    ...{ resource: 'Products', stripeName: 'product', access: 'write', ...writes('/v1/products') },
    calls: ['products.create', 'products.retrieve', 'products.update'],
    expanded: ['product'],
    needs: '`stripe:setup`',
  },
  {
    ...{ resource: 'Prices', stripeName: 'plan', access: 'write', ...writes('/v1/prices') },
    calls: ['prices.create', 'prices.list', 'prices.retrieve', 'prices.update'],
    needs: '`stripe:setup`, and products that Stripe refuses to sell',
  },
  {
    ...{ resource: 'Shipping Rates', stripeName: 'shipping_rate', access: 'read', ...reads('/v1/shipping_rates') },
    calls: ['shippingRates.retrieve'],
    needs: 'shipping rates that are kept at Stripe; works without',
    optional: true,
  },
  {
    ...{ resource: 'Invoices', stripeName: 'invoice', access: 'read', ...reads('/v1/invoices') },
    calls: ['invoices.retrieve'],
    needs: 'the link of an invoice; works without',
    optional: true,
  },
  {
    ...{ resource: 'Webhook Endpoints', stripeName: 'webhook', access: 'write', ...writes('/v1/webhook_endpoints') },
    calls: ['webhookEndpoints.create', 'webhookEndpoints.list', 'webhookEndpoints.update'],
    needs: '`stripe:setup`',
  },
  {
    ...{
      resource: 'Accounts',
      stripeName: 'connected_account',
      access: 'read',
      path: '/v1/account',
      probe: { method: 'GET', path: '/v1/account' },
    },
    calls: ['accounts.retrieveCurrent'],
    needs: 'telling events of an organisation’s other accounts apart; works without',
    optional: true,
  },
];

/** The permission's name in alarms and mails, e.g. `Refunds: write`. */
export const nameOf = ({ resource, access }: Pick<StripePermission, 'resource' | 'access'>): string =>
  `${resource}: ${access}`;

/**
 * The permission that a refused request lacks, by Stripe's sentence if that names one: “Having the 'rak_charge_read'
 * permission would allow this request to continue.” Else by the address: its permission, or itself where the list has
 * none. Null if the code works without it.
 */
export function permissionOf(path: string, sentence = ''): string | null {
  const [address = path] = path.split('?');
  const stripeName = /'(?:rak_)?([a-z_]+)_(?:read|write)'/.exec(sentence)?.[1];
  const permission = STRIPE_PERMISSIONS.find((one) => one.stripeName === stripeName) ?? byAddress(address);
  if (permission?.optional) return null;
  return permission ? nameOf(permission) : (/^\/v\d+\/[a-z_]+/.exec(address)?.[0] ?? 'unknown');
}

/** The permissions that an accepted request has shown the key to have: its own, and those of what it expands. */
export function permissionsShown(method: string, path: string): string[] {
  const [address = path, query = ''] = path.split('?');
  const own = byAddress(address);
  // A key that may read need not be allowed to write.
  const shown = own && (own.access === 'read' || method !== 'GET') ? [own] : [];
  const fields = [...new URLSearchParams(query)].flatMap(([name, value]) =>
    name.startsWith('expand') ? value.split('.') : [],
  );
  const read = STRIPE_PERMISSIONS.filter(
    ({ access, expanded = [] }) => access === 'read' && expanded.some((field) => fields.includes(field)),
  );
  return [...shown, ...read].filter(({ optional }) => !optional).map(nameOf);
}

const byAddress = (address: string): StripePermission | undefined =>
  STRIPE_PERMISSIONS.find((one) => address === one.path || address.startsWith(`${one.path}/`));
