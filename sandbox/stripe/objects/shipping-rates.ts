/** `/v1/shipping_rates`: what shipping costs, in one or several currencies. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { byCurrency, currency, flag, group, integer, oneOf, type Read, required, text } from '../http/params';
import { type Route, route } from '../http/route';
import { newId } from '../store/ids';
import type { World } from '../world';
import { refuseImpossible } from './amounts';
import { taxCode } from './taxes';

const taxBehavior = oneOf('exclusive', 'inclusive', 'unspecified');
const bound = group({
  unit: required(oneOf('business_day', 'day', 'hour', 'month', 'week')),
  value: required(integer({ min: 1 })),
});
const options = byCurrency({ amount: required(integer({ min: 0 })), tax_behavior: taxBehavior });

export const rateShape = {
  display_name: required(text({ max: 100 })),
  delivery_estimate: group({ maximum: bound, minimum: bound }),
  fixed_amount: required(
    group({ amount: required(integer({ min: 0 })), currency: required(currency), currency_options: options }),
  ),
  metadata,
  tax_behavior: taxBehavior,
  tax_code: taxCode,
  type: oneOf('fixed_amount'),
};

export const shippingRateRoutes: Route[] = [
  route('POST', '/v1/shipping_rates', rateShape, ({ world, params }) => createRate(world, params)),
  route('GET', '/v1/shipping_rates', { ...pagingByTime, active: flag, currency }, ({ world, params }) =>
    page(world.store.shippingRates, params, {
      url: '/v1/shipping_rates',
      what: 'shipping rate',
      where: (rate) =>
        (params.active === undefined || rate.active === params.active) &&
        (params.currency === undefined || amountsOf(world, rate)[params.currency] !== undefined),
    }),
  ),
  route('GET', '/v1/shipping_rates/:id', {}, ({ world, id }) => rateNamed(world, id)),
  route(
    'POST',
    '/v1/shipping_rates/:id',
    { active: flag, fixed_amount: group({ currency_options: options }), metadata, tax_behavior: taxBehavior },
    ({ world, id, params }) => {
      const before = rateNamed(world, id);
      keepOptions(world, before, params.fixed_amount?.currency_options);
      if (params.tax_behavior !== undefined && before.tax_behavior !== 'unspecified')
        throw invalid('You cannot change the `tax_behavior` once it is set.', { param: 'tax_behavior' });
      return world.store.shippingRates.put({
        ...before,
        ...(params.active !== undefined && { active: params.active }),
        ...(params.tax_behavior !== undefined && { tax_behavior: params.tax_behavior }),
        metadata: changedMetadata(before.metadata, params.metadata),
      });
    },
  ),
];

export function createRate(world: World, input: Read<typeof rateShape>, within = ''): Stripe.ShippingRate {
  const { amount, currency: code, currency_options } = input.fixed_amount;
  refuseImpossible(amount, code, within === '' ? 'fixed_amount[amount]' : `${within}[fixed_amount][amount]`);
  const { minimum, maximum } = input.delivery_estimate ?? {};
  const rate = world.store.shippingRates.put({
    id: newId('shr'),
    object: 'shipping_rate',
    active: true,
    created: world.clock.seconds(),
    delivery_estimate: input.delivery_estimate ? { minimum: minimum ?? null, maximum: maximum ?? null } : null,
    display_name: input.display_name,
    fixed_amount: { amount, currency: code },
    livemode: false,
    metadata: changedMetadata(null, input.metadata),
    tax_behavior: input.tax_behavior ?? 'unspecified',
    tax_code: input.tax_code ?? null,
    type: 'fixed_amount',
  });
  keepOptions(world, rate, currency_options);
  return rate;
}

export function rateNamed({ store }: World, id: string, param = 'id'): Stripe.ShippingRate {
  const rate = store.shippingRates.get(id);
  if (rate === undefined) throw noSuch('shipping rate', id, param);
  return rate;
}

type Amounts = Record<string, Stripe.ShippingRate.FixedAmount.CurrencyOptions>;

/** The amounts of a rate in each of its currencies, its own among them; an answer has them only when expanded. */
export function amountsOf({ store }: World, rate: Stripe.ShippingRate): Amounts {
  const { amount, currency: code } = rate.fixed_amount ?? { amount: 0, currency: '' };
  const own = { amount, tax_behavior: rate.tax_behavior ?? 'unspecified' };
  return { [code]: own, ...store.shippingRateOptions.get(rate.id)?.options };
}

function keepOptions({ store }: World, { id }: Stripe.ShippingRate, given: Read<{ o: typeof options }>['o']): void {
  if (given === undefined) return;
  for (const [code, { amount }] of Object.entries(given))
    refuseImpossible(amount, code, `fixed_amount[currency_options][${code}][amount]`);
  const known = store.shippingRateOptions.get(id)?.options;
  const added = Object.entries(given).map(([code, { amount, tax_behavior = 'unspecified' }]) => [
    code,
    { amount, tax_behavior },
  ]);
  store.shippingRateOptions.put({ id, options: { ...known, ...Object.fromEntries(added) } });
}
