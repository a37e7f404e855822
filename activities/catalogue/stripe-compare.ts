import Stripe from 'stripe';
import { formatMoney } from '../../domain/money';
import { isOwnRate } from '../../domain/shop';
import { ConfigurationError } from '../../platform/configuration-error';
import type { Env } from '../../platform/env';
import { connectStripe } from '../../platform/stripe';
import { retrievePrice, taxBehaviorOf } from '../../platform/stripe-prices';
import { type LinkedPrice, type LinkedProduct, linkedProducts } from '../../store/catalogue/stripe-links';
import type { Db } from '../../store/database';
import { readShop } from '../../store/shop/settings';
import { lookupKey, orNull, stripeProductId } from './stripe-catalogue';
import { missingEvents, versionOf } from './stripe-endpoint';

type Compared = Pick<Env, 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE' | 'STRIPE_COMPARE_KEY'>;

/** What an account has for each thing that Holdfast uses there, in words that are the same if it is the same. */
type Facts = Map<string, string>;

/**
 * Puts two accounts side by side, such as the test mode and the live mode, and shows what differs in what Holdfast uses
 * of them: products and prices of the catalogue, shipping rates that are kept at Stripe, webhook endpoints, and the
 * account itself. Reads only.
 * @returns a table for people
 */
export async function compareAccounts(db: Db, { STRIPE_COMPARE_KEY, ...env }: Compared): Promise<string> {
  if (!STRIPE_COMPARE_KEY) throw new ConfigurationError(['STRIPE_COMPARE_KEY is required: the other account’s key']);
  const products = (await linkedProducts(db)).filter(({ active }) => active);
  const rates = (await readShop(db)).shippingRates.flatMap((rate) =>
    isOwnRate(rate) ? [] : [rate.stripeShippingRateId],
  );
  const keys = [env.STRIPE_SECRET_KEY, STRIPE_COMPARE_KEY] as const;
  const [ours, others] = await Promise.all(
    keys.map((key) => factsOf(connectStripe({ ...env, STRIPE_SECRET_KEY: key }, 30_000), products, rates)),
  );
  return tableOf(ours as Facts, others as Facts, keys.map(modeOf));
}

const modeOf = (key: string, place: number): string =>
  `${place === 0 ? 'STRIPE_SECRET_KEY' : 'STRIPE_COMPARE_KEY'} (${/_(live|test)_/.exec(key)?.[1] ?? 'unknown'})`;

async function factsOf(stripe: Stripe, products: LinkedProduct[], rates: string[]): Promise<Facts> {
  const facts: Facts = new Map();
  await accountFacts(stripe, facts);
  for (const product of products) await productFacts(stripe, product, facts);
  for (const id of rates) facts.set(`shipping rate ${id}`, await orMissing(shippingRate(stripe, id)));
  await endpointFacts(stripe, facts);
  return facts;
}

async function accountFacts(stripe: Stripe, facts: Facts): Promise<void> {
  const account = await stripe.accounts.retrieveCurrent().catch((error: unknown) => {
    if (error instanceof Stripe.errors.StripePermissionError) return null;
    throw error;
  });
  const UNREAD = 'the key may not read it';
  facts.set('account: country', account ? (account.country ?? 'unknown') : UNREAD);
  facts.set('account: default currency', account ? (account.default_currency ?? 'unknown') : UNREAD);
  facts.set('account: can take payments', account ? yesOrNo(account.charges_enabled) : UNREAD);
}

async function productFacts(stripe: Stripe, product: LinkedProduct, facts: Facts): Promise<void> {
  let name = 'none';
  for (const price of product.prices) {
    const found = await priceOf(stripe, price);
    const where = `${product.sku}: price in ${price.currency}`;
    facts.set(where, found ? wordsOfPrice(found, price.currency) : 'none');
    if (found && typeof found.product === 'string') name = await orMissing(wordsOfProduct(stripe, found.product));
  }
  if (name === 'none') name = await orMissing(wordsOfProduct(stripe, stripeProductId(product.sku)));
  facts.set(`${product.sku}: product`, name);
}

/** As `stripe:setup` finds it: the linked one where the account has it, else the one of our lookup key. */
async function priceOf(stripe: Stripe, price: LinkedPrice): Promise<Stripe.Price | null> {
  if (price.stripePriceId) {
    const linked = await orNull(retrievePrice(stripe, price.stripePriceId));
    if (linked) return linked;
  }
  const [found] = (await stripe.prices.list({ lookup_keys: [lookupKey(price)], limit: 1 })).data;
  return found ? retrievePrice(stripe, found.id) : null;
}

function wordsOfPrice(price: Stripe.Price, currency: string): string {
  const terms = price.currency === currency ? price : price.currency_options?.[currency];
  const amount = terms?.unit_amount ?? terms?.custom_unit_amount?.minimum;
  const money = amount === undefined || amount === null ? 'no amount' : formatMoney({ amount, currency });
  return [
    terms?.custom_unit_amount ? `from ${money}` : money,
    taxBehaviorOf(price, currency) ?? 'tax not said',
    price.active ? 'active' : 'archived',
  ].join(', ');
}

async function wordsOfProduct(stripe: Stripe, id: string): Promise<string> {
  const { name, active, shippable, tax_code } = await stripe.products.retrieve(id);
  return [
    name,
    active ? 'active' : 'archived',
    shippable ? 'shippable' : 'not shippable',
    tax_code ?? 'no tax code',
  ].join(', ');
}

async function shippingRate(stripe: Stripe, id: string): Promise<string> {
  const { display_name, active, fixed_amount } = await stripe.shippingRates.retrieve(id);
  const price = fixed_amount ? formatMoney(fixed_amount) : 'no fixed amount';
  return [display_name ?? 'no name', price, active ? 'active' : 'archived'].join(', ');
}

/** Test and live have addresses of their own, so it is the path that makes an endpoint one of Holdfast's. */
async function endpointFacts(stripe: Stripe, facts: Facts): Promise<void> {
  const found: Stripe.WebhookEndpoint[] = [];
  for await (const one of stripe.webhookEndpoints.list({ limit: 100 }))
    if (new URL(one.url).pathname.endsWith('/webhooks/stripe')) found.push(one);
  const each = (words: (one: Stripe.WebhookEndpoint) => string) => found.map(words).join('; ') || 'none';
  facts.set(
    'webhook endpoint: address',
    each(({ url }) => url),
  );
  facts.set('webhook endpoint: API version', each(versionOf));
  facts.set(
    'webhook endpoint: status',
    each(({ status }) => status),
  );
  facts.set(
    'webhook endpoint: events missing',
    each((one) => missingEvents(one).join(', ') || 'none'),
  );
}

const yesOrNo = (is: boolean): string => (is ? 'yes' : 'no');

const orMissing = async (asked: Promise<string>): Promise<string> => (await orNull(asked)) ?? 'none';

/** Only what differs is shown. */
function tableOf(ours: Facts, others: Facts, headings: string[]): string {
  const differing = [...ours].flatMap(([what, words]) => {
    const other = others.get(what) ?? 'none';
    return words === other ? [] : [[what, words, other]];
  });
  const same = ours.size - differing.length;
  if (differing.length === 0) return `Nothing differs: ${same} things are the same in both.`;
  const rows = [['', ...headings], ...differing];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map(([what = '', one = '', other = '']) =>
    `${what.padEnd(widths[0] ?? 0)}  ${one.padEnd(widths[1] ?? 0)}  ${other}`.trimEnd(),
  );
  return `${lines.join('\n')}\n\n${differing.length} things differ, ${same} are the same in both.`;
}
