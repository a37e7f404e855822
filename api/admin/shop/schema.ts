import { z } from 'zod';
import { isPossible, stepOf } from '../../../domain/money';
import { MOST_OPTIONS, repeats } from '../../../domain/shipping';
import type { OwnRate } from '../../../domain/shop';
import { text } from '../../http/schemas';
import { COUNTRY, SHIPPING_COUNTRIES } from '../../storefront/checkout/stripe-lists';
import { Amount, Currency, webUrl } from '../fields';

const Country = z.enum(SHIPPING_COUNTRIES, COUNTRY).meta({
  id: 'ShippingCountry',
  description: 'ISO 3166-1 alpha-2, as far as Stripe takes addresses there.',
});

const countries = z.array(Country).min(1);
const days = z.int().min(1).max(365);

const rate = z.strictObject({
  name: text(100).meta({
    description:
      'What the shopper sees. Rates of one name are steps of weight: the one with the least `maxWeight` that is enough is offered.',
    example: 'Parcel',
  }),
  countries,
  prices: z
    .array(z.strictObject({ amount: Amount, currency: Currency }))
    .min(1)
    .meta({ description: 'One a currency. In a currency without a price the rate is not offered.' }),
  maxWeight: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .meta({ description: 'Grams. The rate is not offered for a heavier cart.', example: 2000 }),
  days: z
    .tuple([days, days])
    .refine(([least, most]) => least <= most, 'must not end before it begins')
    .optional()
    .meta({
      ...{ minItems: 2, maxItems: 2, example: [2, 4] },
      description: 'How many working days the delivery takes: from, to.',
    }),
});

const rateAtStripe = z.strictObject({
  stripeShippingRateId: z
    .string()
    .regex(/^shr_[\w]{1,250}$/, 'must be the id of a shipping rate at Stripe')
    .meta({ example: 'shr_1RAbCdEfGhIjKlMn' }),
  countries,
});

/** Stripe takes 1,200 characters for the whole sentence. */
const termsUrl = webUrl.refine(
  (given) => !URL.canParse(given) || new URL(given).href.length <= 1000,
  'must have at most 1,000 characters',
);

const ShippingRate = z.union([rate, rateAtStripe]).meta({ id: 'ShippingRate' });

/** The settings of a shop, in requests and responses alike. */
export const Shop = z
  .strictObject({
    shipTo: z.array(Country).meta({
      description:
        'The countries that goods are shipped to, of those that there is a rate for, if there are rates. Empty: wherever there is a rate for, or without rates wherever Stripe takes an address.',
    }),
    shippingRates: z
      .array(ShippingRate)
      .max(200)
      .meta({
        description: `What shoppers choose from, in this order; the first is preselected. At most ${MOST_OPTIONS} may apply to one country and currency. None: shipping costs nothing.`,
      }),
    automaticTax: z.boolean().meta({
      description: 'Stripe Tax adds or shows the tax. It must be set up in the Dashboard, or Stripe refuses checkouts.',
    }),
    promotionCodes: z.boolean().meta({
      description: 'Shoppers may enter a promotion code, except for a pay-what-you-want product.',
    }),
    invoices: z.boolean().meta({ description: 'Stripe makes an invoice of each paid checkout, for a fee.' }),
    phone: z.boolean().meta({ description: 'Shoppers have to give a phone number.' }),
    termsUrl: termsUrl.optional().meta({
      description:
        'Shoppers have to accept the terms of service at this address. Enter it in the Dashboard’s public details first, or Stripe refuses checkouts.',
      example: 'https://shop.example.com/terms',
    }),
    recoveryMails: z.boolean().optional().meta({
      description:
        'A checkout that ends unpaid is followed by one mail with a link back to its cart, if the address is known and has not unsubscribed. Absent until it is set: they are sent. A request without it leaves it as it is.',
    }),
  })
  .superRefine(({ shipTo, shippingRates: rates }, context) => {
    const wrong = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const once = (codes: string[], path: (string | number)[]) =>
      codes.forEach((code, at) => {
        if (codes.indexOf(code) < at) wrong([...path, at], 'is named twice');
      });
    once(shipTo, ['shipTo']);
    rates.forEach((rate, at) => {
      const path = ['shippingRates', at];
      once(rate.countries, [...path, 'countries']);
      if ('name' in rate) checkPrices(rate, path, wrong);
      const earlier = rates.slice(0, at).findIndex((other) => isSame(other, rate));
      if (earlier >= 0) wrong([...path, 'name' in rate ? 'name' : 'stripeShippingRateId'], `repeats rate ${earlier}`);
    });
  })
  .meta({ id: 'Shop' });
export type Shop = z.output<typeof Shop>;

function checkPrices(
  { prices }: OwnRate,
  path: (string | number)[],
  wrong: (path: (string | number)[], message: string) => void,
): void {
  prices.forEach(({ amount, currency }, index) => {
    if (prices.findIndex((other) => other.currency === currency) < index)
      wrong([...path, 'prices', index, 'currency'], 'has a price already');
    if (!isPossible({ amount, currency }))
      wrong([...path, 'prices', index, 'amount'], `must be a multiple of ${stepOf(currency)} in ${currency}`);
  });
}

function isSame(one: z.output<typeof ShippingRate>, other: z.output<typeof ShippingRate>): boolean {
  if ('name' in one && 'name' in other) return repeats(one, other);
  if ('name' in one || 'name' in other) return false;
  return one.stripeShippingRateId === other.stripeShippingRateId;
}
