/** `/v1/prices`: one-time prices, fixed or chosen by the buyer. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import {
  byCurrency,
  currency,
  emptyable,
  flag,
  group,
  integer,
  known,
  list,
  missing,
  oneOf,
  type Read,
  required,
  text,
  unsupported,
} from '../http/params';
import { type Route, route } from '../http/route';
import { newId } from '../store/ids';
import { emit, previousOf } from '../webhooks/events';
import type { World } from '../world';
import { refuseImpossible } from './amounts';
import { createProduct, productNamed } from './products';
import { taxCode } from './taxes';

const customUnitAmount = group({
  enabled: required(flag),
  maximum: integer({ min: 0 }),
  minimum: integer({ min: 0 }),
  preset: integer({ min: 0 }),
});

const taxBehavior = oneOf('exclusive', 'inclusive', 'unspecified');

const amountShape = {
  custom_unit_amount: customUnitAmount,
  unit_amount: integer({ min: 0, max: 99_999_999 }),
  unit_amount_decimal: text(),
};

/** The amounts of a price in further currencies. */
const currencyOptions = byCurrency({ ...amountShape, tax_behavior: taxBehavior, tiers: unsupported });

export const priceShape = {
  currency: required(currency),
  active: flag,
  billing_scheme: oneOf('per_unit', 'tiered'),
  currency_options: currencyOptions,
  lookup_key: text({ max: 200 }),
  metadata,
  nickname: text(),
  product: text(),
  product_data: group({
    name: required(text()),
    id: text(),
    active: flag,
    metadata,
    statement_descriptor: text({ max: 22 }),
    tax_code: taxCode,
    unit_label: text({ max: 12 }),
  }),
  recurring: unsupported,
  tax_behavior: taxBehavior,
  tiers: unsupported,
  tiers_mode: unsupported,
  transfer_lookup_key: flag,
  transform_quantity: unsupported,
  ...amountShape,
};

export const priceRoutes: Route[] = [
  route('POST', '/v1/prices', priceShape, ({ world, params }) => createPrice(world, params)),
  route(
    'GET',
    '/v1/prices',
    {
      ...pagingByTime,
      active: flag,
      currency,
      lookup_keys: list(text(), { max: 10 }),
      product: text(),
      recurring: known,
      type: oneOf('one_time', 'recurring'),
    },
    ({ world, params }) =>
      page(world.store.prices, params, {
        url: '/v1/prices',
        what: 'price',
        ...(params.product !== undefined && { only: { index: 'product' as const, key: params.product } }),
        where: (price) =>
          (params.active === undefined || price.active === params.active) &&
          (params.currency === undefined || price.currency === params.currency) &&
          (params.lookup_keys === undefined || params.lookup_keys.includes(price.lookup_key ?? '')) &&
          (params.type === undefined || price.type === params.type),
      }),
  ),
  route('GET', '/v1/prices/:id', {}, ({ world, id }) => priceNamed(world, id)),
  route(
    'POST',
    '/v1/prices/:id',
    {
      active: flag,
      currency_options: unsupported,
      lookup_key: emptyable(text({ max: 200 })),
      metadata,
      nickname: emptyable(text()),
      tax_behavior: taxBehavior,
      transfer_lookup_key: flag,
    },
    ({ world, id, params }) => {
      const before = priceNamed(world, id);
      if (params.tax_behavior !== undefined && before.tax_behavior !== 'unspecified')
        throw invalid('You cannot change the `tax_behavior` of a price once it is set.', { param: 'tax_behavior' });
      if (params.lookup_key) claimLookupKey(world, params.lookup_key, params.transfer_lookup_key, id);
      const after = world.store.prices.put({
        ...before,
        ...(params.active !== undefined && { active: params.active }),
        ...(params.lookup_key !== undefined && { lookup_key: params.lookup_key }),
        ...(params.nickname !== undefined && { nickname: params.nickname }),
        ...(params.tax_behavior !== undefined && { tax_behavior: params.tax_behavior }),
        metadata: changedMetadata(before.metadata, params.metadata),
      });
      emit(world, 'price.updated', after, previousOf(before, after));
      return after;
    },
  ),
];

export function priceNamed({ store }: World, id: string, param = 'id'): Stripe.Price {
  const price = store.prices.get(id);
  if (price === undefined) throw noSuch('price', id, param);
  return price;
}

export function createPrice(world: World, input: Read<typeof priceShape>, { listed = true } = {}): Stripe.Price {
  const amounts = amountsOf(input, input.currency);
  const options = Object.entries(input.currency_options ?? {}).map(([code, option]) => [
    code,
    { tax_behavior: option.tax_behavior ?? 'unspecified', ...amountsOf(option, code) },
  ]);
  if (input.lookup_key !== undefined) claimLookupKey(world, input.lookup_key, input.transfer_lookup_key);
  if (input.product === undefined && input.product_data === undefined) throw missing('product');
  const product =
    input.product === undefined
      ? createProduct(world, input.product_data as { name: string })
      : productNamed(world, input.product, 'product');
  const price = world.store.prices.put({
    id: newId('price', 24),
    object: 'price',
    active: listed && (input.active ?? true),
    billing_scheme: 'per_unit',
    created: world.clock.seconds(),
    currency: input.currency,
    livemode: false,
    lookup_key: input.lookup_key ?? null,
    metadata: changedMetadata(null, input.metadata),
    nickname: input.nickname ?? null,
    product: product.id,
    recurring: null,
    tax_behavior: input.tax_behavior ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'one_time',
    ...amounts,
  });
  if (options.length > 0) world.store.priceOptions.put({ id: price.id, options: Object.fromEntries(options) });
  if (listed) emit(world, 'price.created', price);
  return price;
}

/** The amounts of a price in each of its currencies, its own among them; an answer has them only when expanded. */
export function optionsOf({ store }: World, price: Stripe.Price): Record<string, Stripe.Price.CurrencyOptions> {
  const { currency, custom_unit_amount, tax_behavior, unit_amount, unit_amount_decimal } = price;
  const own = { custom_unit_amount, tax_behavior, unit_amount, unit_amount_decimal };
  return { [currency]: own, ...store.priceOptions.get(price.id)?.options };
}

function amountsOf(
  input: Read<typeof amountShape>,
  currency: string,
): Pick<Stripe.Price, 'custom_unit_amount' | 'unit_amount' | 'unit_amount_decimal'> {
  const { custom_unit_amount: chosen, unit_amount, unit_amount_decimal } = input;
  const given = [chosen?.enabled, unit_amount !== undefined, unit_amount_decimal !== undefined].filter(Boolean).length;
  if (given === 0)
    throw invalid('You must specify one of `unit_amount`, `unit_amount_decimal`, or `custom_unit_amount`.', {
      code: 'parameter_missing',
      param: 'unit_amount',
    });
  if (given > 1)
    throw invalid(
      'You may only specify one of these parameters: unit_amount, unit_amount_decimal, custom_unit_amount.',
      {
        param: 'unit_amount',
      },
    );
  if (chosen?.enabled) {
    const { maximum = null, minimum = null, preset = null } = chosen;
    for (const [name, amount] of Object.entries({ maximum, minimum, preset }))
      refuseImpossible(amount, currency, `custom_unit_amount[${name}]`);
    return { custom_unit_amount: { maximum, minimum, preset }, unit_amount: null, unit_amount_decimal: null };
  }
  const amount = unit_amount ?? Number(unit_amount_decimal);
  if (Number.isNaN(amount) || amount < 0)
    throw invalid(`Invalid decimal: ${unit_amount_decimal}`, { param: 'unit_amount_decimal' });
  refuseImpossible(amount, currency, 'unit_amount');
  return {
    custom_unit_amount: null,
    unit_amount: Number.isInteger(amount) ? amount : null,
    // The library parses this into a decimal; in the response it is a string.
    unit_amount_decimal: String(amount) as unknown as Stripe.Decimal,
  };
}

function claimLookupKey(world: World, key: string, transfer = false, claimant?: string): void {
  const [holder] = world.store.prices.by('lookup_key', key);
  if (holder === undefined || holder.id === claimant) return;
  if (!transfer) throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, { param: 'lookup_key' });
  world.store.prices.patch(holder.id, { lookup_key: null });
}
