/**
 * `expand[]`: replaces ids in an answer with the objects they name, along paths like `payment_intent.latest_charge`.
 */
import { transactionShown } from '../objects/balance';
import { lineItemsOf } from '../objects/line-items';
import { optionsOf } from '../objects/prices';
import { amountsOf } from '../objects/shipping-rates';
import { idOf } from '../store/store';
import type { World } from '../world';
import { invalid } from './errors';
import { isRecord } from './params';

type Expander = (world: World, owner: never) => unknown;

const DEEPEST = 4;

const reference =
  (field: string, find: (world: World, id: string) => unknown): Expander =>
  (world: World, owner: Record<string, unknown>) => {
    const id = idOf(owner[field] as string | null);
    return id === null ? null : (find(world, id) ?? null);
  };

const customer = reference('customer', ({ store }, id) => store.customers.get(id));
const charge = (field: string) => reference(field, ({ store }, id) => store.charges.get(id));
const paymentIntent = reference('payment_intent', ({ store }, id) => store.paymentIntents.get(id));
const paymentMethod = reference('payment_method', ({ store }, id) => store.paymentMethods.get(id));
const product = reference('product', ({ store }, id) => store.products.get(id));
const balanceTransaction = (field: string) =>
  reference(field, (world, id) => {
    const transaction = world.store.balanceTransactions.get(id);
    return transaction && transactionShown(world, transaction);
  });

/** What can be expanded, by kind of object and field, or field of a part. Fields the sandbox never sets stay null. */
const EXPANDABLE: Record<string, Record<string, Expander>> = {
  'checkout.session': {
    customer,
    payment_intent: paymentIntent,
    line_items: (world, session: { id: string }) => lineItemsOf(world, session.id, {}),
    subscription: () => null,
    setup_intent: () => null,
    invoice: reference('invoice', ({ store }, id) => store.invoices.get(id)),
    payment_link: () => null,
  },
  payment_intent: {
    customer,
    latest_charge: charge('latest_charge'),
    payment_method: paymentMethod,
    review: reference('review', ({ store }, id) => store.reviews.get(id)),
  },
  charge: {
    customer,
    payment_intent: paymentIntent,
    balance_transaction: balanceTransaction('balance_transaction'),
    failure_balance_transaction: balanceTransaction('failure_balance_transaction'),
    review: reference('review', ({ store }, id) => store.reviews.get(id)),
    refunds: ({ store }, { id }: { id: string }) => ({
      object: 'list',
      data: store.refunds.by('charge', id).reverse().slice(0, 10),
      has_more: store.refunds.by('charge', id).length > 10,
      url: `/v1/charges/${id}/refunds`,
    }),
  },
  refund: {
    charge: charge('charge'),
    payment_intent: paymentIntent,
    balance_transaction: balanceTransaction('balance_transaction'),
    failure_balance_transaction: balanceTransaction('failure_balance_transaction'),
  },
  dispute: { charge: charge('charge'), payment_intent: paymentIntent },
  balance_transaction: {
    source: reference(
      'source',
      ({ store }, id) =>
        store.charges.get(id) ?? store.refunds.get(id) ?? store.disputes.get(id) ?? store.payouts.get(id),
    ),
  },
  review: { charge: charge('charge'), payment_intent: paymentIntent },
  'radar.early_fraud_warning': { charge: charge('charge'), payment_intent: paymentIntent },
  payout: {
    balance_transaction: balanceTransaction('balance_transaction'),
    failure_balance_transaction: balanceTransaction('failure_balance_transaction'),
  },
  price: { product, currency_options: optionsOf as Expander },
  product: { default_price: reference('default_price', ({ store }, id) => store.prices.get(id)) },
  payment_method: { customer },
  promotion_code: { customer },
  invoice: { customer },
  shipping_rate: { 'fixed_amount.currency_options': amountsOf as Expander },
};

/** The answer with every path expanded. @throws Refusal for a path that cannot be expanded, before anything is saved */
export function expandAll(world: World, answer: object, paths: string[]): object {
  return paths.reduce((expanded, path) => expandPath(world, expanded, path.split('.'), path) as object, answer);
}

function expandPath(world: World, value: unknown, segments: string[], path: string): unknown {
  const [field, ...rest] = segments;
  if (field === undefined || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => expandPath(world, each, segments, path));
  if (path.split('.').filter((segment) => segment !== 'data').length > DEEPEST)
    throw invalid('You cannot expand more than 4 levels of a property.', { param: 'expand' });
  if (!isRecord(value)) throw cannotExpand(path);
  const expandable = EXPANDABLE[String(value.object)];
  const expander = expandable?.[field];
  const current = value[field];
  const ofPart = rest.length === 1 ? expandable?.[segments.join('.')] : undefined;
  if (ofPart && isRecord(current))
    return { ...value, [field]: { ...current, [rest[0] as string]: ofPart(world, value as never) } };
  const nested = isRecord(current) || Array.isArray(current);
  if (expander === undefined && !(nested && rest.length > 0)) throw cannotExpand(path, value);
  const child = nested ? current : expander?.(world, value as never);
  return { ...value, [field]: expandPath(world, child, rest, path) };
}

function cannotExpand(path: string, at?: Record<string, unknown>) {
  const hint = at?.object === 'list' ? ` You may want to try expanding 'data.${path}' instead.` : '';
  return invalid(`This property cannot be expanded (${path}).${hint}`, { param: 'expand' });
}
