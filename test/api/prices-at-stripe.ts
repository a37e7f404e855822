import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test says of a price at Stripe; the rest is as Stripe answers for an active one-time price. */
export interface PriceAtStripe {
  currency: string;
  unit_amount?: number | null;
  custom_unit_amount?: { minimum: number | null; preset?: number | null; maximum?: number | null } | null;
  currency_options?: Record<string, { unit_amount: number | null }>;
  active?: boolean;
  tax_behavior?: string;
  type?: string;
  transform_quantity?: { divide_by: number; round: 'up' | 'down' } | null;
  product?: { active: boolean };
}

/** What a test says of a shipping rate at Stripe. */
export interface RateAtStripe {
  currency: string;
  /** Its further currencies. */
  others?: string[];
  active?: boolean;
}

/**
 * `GET /v1/prices/{id}` and `GET /v1/shipping_rates/{id}` as Stripe answers them, of objects whose ids a test chooses:
 * the sandbox makes up its ids, as Stripe does.
 */
export async function startPricesAtStripe() {
  const prices = new Map<string, PriceAtStripe>();
  const rates = new Map<string, RateAtStripe>();
  let failing: number | null = null;
  let unrouted = false;
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://stripe');
    const id = decodeURIComponent(pathname.replace(/^\/v1\/(?:prices|shipping_rates)\//, ''));
    const found = prices.get(id);
    const rate = rates.get(id);
    const expand = [...searchParams.values()];
    const status = failing ?? (found || rate ? 200 : 404);
    const { currency_options, custom_unit_amount: chosen, ...price } = { ...found };
    const answer = {
      ...{ object: 'price', id, active: true, type: 'one_time', billing_scheme: 'per_unit', transform_quantity: null },
      ...{ unit_amount: null, ...price },
      custom_unit_amount: chosen ? { preset: null, maximum: null, ...chosen } : null,
      product: expand.includes('product') ? { object: 'product', active: true, ...found?.product } : 'prod_1',
      ...(expand.includes('currency_options') && { currency_options: currency_options ?? {} }),
    };
    const error = {
      error: unrouted
        ? { type: 'invalid_request_error', message: 'Unrecognized request URL' }
        : { type: 'invalid_request_error', code: 'resource_missing', message: `No such price: ${id}` },
    };
    const known = rate ? { ...rateAnswer(rate, expand), id } : answer;
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(status === 200 ? known : error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set: (id: string, price: PriceAtStripe) => void prices.set(id, price),
    setRate: (id: string, rate: RateAtStripe) => void rates.set(id, rate),
    /** Every request is answered with this status; null ends it. */
    failWith: (status: number | null) => {
      failing = status;
    },
    /** Whether what it does not know is an unknown address rather than an unknown object. */
    setUnrouted: (value: boolean) => {
      unrouted = value;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function rateAnswer({ currency, others = [], active = true }: RateAtStripe, expand: string[]) {
  const options = Object.fromEntries([currency, ...others].map((code) => [code, { amount: 500 }]));
  const expanded = expand.includes('fixed_amount.currency_options');
  return {
    ...{ object: 'shipping_rate', active },
    fixed_amount: { amount: 500, currency, ...(expanded && { currency_options: options }) },
  };
}

export type PricesAtStripe = Awaited<ReturnType<typeof startPricesAtStripe>>;
