/** The lines of a session: what is bought, and at which price. */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { pageOf, type paging } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import {
  currency,
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
  url,
} from '../http/params';
import { newId } from '../store/ids';
import { idOf } from '../store/store';
import type { World } from '../world';
import { refuseImpossible } from './amounts';
import { createPrice, optionsOf, priceNamed } from './prices';
import { createProduct, productNamed } from './products';
import { taxCode } from './taxes';

const MOST_LINES = 100;

const priceData = group({
  currency: required(currency),
  product: text(),
  product_data: group({
    name: required(text()),
    description: text(),
    images: list(url, { max: 8 }),
    metadata,
    tax_code: taxCode,
    unit_label: text({ max: 12 }),
  }),
  recurring: unsupported,
  tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
  unit_amount: integer({ min: 0, max: 99_999_999 }),
  unit_amount_decimal: text(),
});

export const lineItemsParam = list(
  group({
    adjustable_quantity: known,
    metadata,
    price: text(),
    price_data: priceData,
    quantity: integer({ min: 0 }),
    tax_rates: unsupported,
  }),
  { max: MOST_LINES },
);

type LineInput = ReturnType<typeof lineItemsParam.read>[number];

/** A page of a session's lines, by default the first ten. */
export function lineItemsOf(
  world: World,
  sessionId: string,
  params: Partial<Read<typeof paging>>,
): Stripe.ApiList<Stripe.LineItem> {
  const lines = world.store.sessionDetails.get(sessionId)?.lines ?? [];
  const { limit, starting_after, ending_before } = params;
  return pageOf(
    lines,
    { limit, starting_after, ending_before },
    {
      url: `/v1/checkout/sessions/${sessionId}/line_items`,
      what: 'item',
    },
  );
}

/** The lines of a request, at list price. @throws Refusal for what Stripe refuses */
export function openLines(world: World, input: LineInput[], currency: string | undefined): Stripe.LineItem[] {
  const prices = input.map((line, index) => priceOf(world, line, index));
  const expected = currency ?? prices[0]?.currency ?? '';
  for (const [index, price] of prices.entries())
    if (optionsOf(world, price)[expected] === undefined)
      throw invalid(
        `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${expected}\`.`,
        { param: `line_items[${index}][price]` },
      );
  const chosenByBuyer = prices.findIndex((price) => optionsOf(world, price)[expected]?.custom_unit_amount != null);
  if (chosenByBuyer !== -1 && (input.length > 1 || (input[chosenByBuyer]?.quantity ?? 1) !== 1))
    throw invalid(
      'You can only use a price with `custom_unit_amount` as the one line item of a Checkout Session, with a quantity of 1.',
      { param: `line_items[${chosenByBuyer}][price]` },
    );
  return input.map((line, index) => lineOf(world, line, prices[index] as Stripe.Price, expected, index));
}

/** The lines, with the amount the buyer chose for a pay-what-you-want price. */
export function withChosenAmount(
  world: World,
  lines: Stripe.LineItem[],
  chosen: number | undefined,
): Stripe.LineItem[] {
  return lines.map((line) => {
    const bounds = line.price && optionsOf(world, line.price)[line.currency]?.custom_unit_amount;
    if (!bounds) return line;
    const amount = chosen ?? bounds.preset ?? 0;
    refuseImpossible(amount, line.currency, 'customAmount');
    if (amount < (bounds.minimum ?? 50) || amount > (bounds.maximum ?? 99_999_999))
      throw invalid(
        `The amount must be at least ${bounds.minimum ?? 50} and at most ${bounds.maximum ?? 99_999_999}.`,
        {
          param: 'customAmount',
        },
      );
    return { ...line, amount_subtotal: amount, amount_total: amount };
  });
}

function priceOf(world: World, line: LineInput, index: number): Stripe.Price {
  const name = `line_items[${index}]`;
  if (line.price !== undefined && line.price_data !== undefined)
    throw invalid('You may only specify one of these parameters: price, price_data.', { param: name });
  if (line.price_data !== undefined) return priceFromData(world, line.price_data, name);
  if (line.price === undefined) throw missing(`${name}[price]`);
  const price = priceNamed(world, line.price, `${name}[price]`);
  if (!price.active)
    throw invalid('The price specified is inactive. This field only accepts active prices.', {
      param: `${name}[price]`,
    });
  if (!productNamed(world, idOf(price.product) ?? '').active)
    throw invalid(
      `The product ${idOf(price.product)} is inactive. This field only accepts prices of active products.`,
      {
        param: `${name}[price]`,
      },
    );
  return price;
}

/** An inline price has its own product and cannot be bought again: Stripe keeps both inactive. */
function priceFromData(world: World, data: NonNullable<LineInput['price_data']>, name: string): Stripe.Price {
  const { product_data, ...price } = data;
  if (price.product === undefined && product_data === undefined) throw missing(`${name}[price_data][product]`);
  if (product_data === undefined) return createPrice(world, price, { listed: false });
  const product = createProduct(world, { ...product_data, active: false });
  return createPrice(world, { ...price, product: product.id }, { listed: false });
}

function lineOf(world: World, line: LineInput, price: Stripe.Price, currency: string, index: number): Stripe.LineItem {
  const terms = optionsOf(world, price)[currency] ?? price;
  const quantity = line.quantity ?? (terms.custom_unit_amount === null ? undefined : 1);
  if (quantity === undefined) throw missing(`line_items[${index}][quantity]`);
  if (quantity === 0)
    throw invalid('Quantity should be greater than 0.', {
      code: 'parameter_invalid_integer',
      param: `line_items[${index}][quantity]`,
    });
  const amount = amountOf(terms, quantity);
  return {
    id: newId('li'),
    object: 'item',
    adjustable_quantity: adjustable(line.adjustable_quantity),
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency,
    description: productNamed(world, idOf(price.product) ?? '').name,
    metadata: changedMetadata(null, line.metadata),
    price,
    quantity,
  };
}

function amountOf(
  { custom_unit_amount, unit_amount, unit_amount_decimal }: Stripe.Price.CurrencyOptions,
  quantity: number,
): number {
  if (custom_unit_amount !== null) return custom_unit_amount.preset ?? 0;
  return Math.round((unit_amount ?? Number(unit_amount_decimal)) * quantity);
}

function adjustable(input: unknown): Stripe.LineItem.AdjustableQuantity | null {
  if (input === undefined) return null;
  const { enabled, minimum, maximum } = group({ enabled: required(flag), minimum: integer(), maximum: integer() }).read(
    input,
    'adjustable_quantity',
  );
  return { enabled, minimum: minimum ?? 0, maximum: maximum ?? 99 };
}
