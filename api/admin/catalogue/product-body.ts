import { z } from 'zod';
import { isPossible, stepOf } from '../../../domain/money';
import { PRODUCT_KINDS } from '../../../domain/order';
import { type Price, TAX_BEHAVIORS } from '../../../domain/product';
import { text } from '../../http/schemas';
import { Amount, Currency, imageAddress, prose, Sku } from '../fields';
import { Images } from './pictures-body';

const StripePriceId = z
  .string()
  .regex(/^[\w.-]{1,255}$/, 'must be the id of a price at Stripe')
  .nullish()
  .meta({
    description:
      'Without it the price keeps the one it has, or is not offered until `npm run stripe:setup` has made it: until then the product’s earlier price in this currency goes on selling.',
    example: 'price_1RAbCdEfGhIjKlMn',
  });

const price = z.strictObject({ amount: Amount, currency: Currency, stripePriceId: StripePriceId });
const payWhatYouWant = z
  .strictObject({ currency: Currency, minimum: Amount, suggested: Amount, stripePriceId: StripePriceId })
  .refine(({ minimum, suggested }) => minimum <= suggested, {
    error: 'must not be less than the minimum',
    path: ['suggested'],
  });

/** What `PUT /admin/products/{sku}` takes. */
export const ProductBody = z
  .strictObject({
    name: text(250),
    description: prose(5_000).default(''),
    kind: z.enum(PRODUCT_KINDS),
    imageUrl: imageAddress.nullish(),
    images: Images.nullish(),
    active: z.boolean().default(true).meta({ description: 'Whether it is for sale, once it has a price at Stripe.' }),
    weight: z.int().min(1).max(10_000_000).nullish().meta({
      description: 'Grams, of one unit. It decides which shipping rates are offered; without it a unit weighs nothing.',
      example: 420,
    }),
    taxCode: z
      .string()
      .regex(/^txcd_\d{8}$/, 'must be a tax code of Stripe’s')
      .nullish()
      .meta({
        description: 'For Stripe Tax (https://docs.stripe.com/tax/tax-codes). Without it the account’s preset counts.',
        example: 'txcd_99999999',
      }),
    taxBehavior: z.enum(TAX_BEHAVIORS).nullish().meta({
      description: 'For Stripe Tax: whether the prices include the tax. Without it the account’s default counts.',
    }),
    prices: z.array(price).max(150).meta({
      description:
        'One a currency; the first is the default. A price at Stripe with `currency_options` may be named for each of its currencies. A product without any is a draft.',
    }),
    payWhatYouWant: payWhatYouWant.nullish(),
    licenceKeys: z.boolean().nullish().meta({
      description:
        'Whether each unit comes with a licence key; digital products only. Without any the product is sold out: upload them to `/licence-keys`. It may have a file besides. Left out, it stays as it is. Refused while an order of the product is pending that was sold without.',
    }),
    group: z
      .strictObject({
        id: Sku.meta({ description: 'The same for all products of the group.', example: 'STONE-VASE' }),
        name: text(250).meta({ description: 'Of the group. The last one that was given is that of all.' }),
        options: z
          .record(text(40), text(100))
          .refine((options) => {
            const { length } = Object.keys(options);
            return length >= 1 && length <= 5;
          }, 'must have one to five options')
          .meta({
            description:
              'What tells this product from the others of the group: the same names for all of them, and the same options for no two.',
            example: { size: 'M', colour: 'grey' },
          }),
      })
      .nullish()
      .meta({ description: 'Products that a shop shows as one, with a choice.' }),
    bundle: z
      .array(z.strictObject({ sku: Sku, quantity: z.int().min(1).max(99).meta({ description: 'In one bundle.' }) }))
      .min(1)
      .max(20)
      .nullish()
      .meta({
        description:
          'Makes the product a bundle: what it is made of. Products of this shop, for sale alone or not, but no bundles. It is sold at its own prices, never pay-what-you-want; its stock is theirs, its buyers download their files, and without a `weight` it weighs what they weigh. Its `kind` is `PHYSICAL` if one of them is.',
        example: [
          { sku: 'STONE-VASE', quantity: 1 },
          { sku: 'FRESH-LONGER', quantity: 1 },
        ],
      }),
  })
  .superRefine(({ images, imageUrl }, context) => {
    if (images && imageUrl && images[0]?.url !== imageUrl)
      context.addIssue({ code: 'custom', path: ['imageUrl'], message: 'must be the first of `images`, or left out' });
  })
  .superRefine(({ kind, bundle, licenceKeys }, context) => {
    if (licenceKeys && (kind !== 'DIGITAL' || bundle))
      context.addIssue({
        code: 'custom',
        path: ['licenceKeys'],
        message: 'are for digital products that are no bundles',
      });
  })
  .superRefine(({ bundle, payWhatYouWant }, context) => {
    if (bundle && payWhatYouWant)
      context.addIssue({ code: 'custom', path: ['payWhatYouWant'], message: 'a bundle has a fixed price' });
    bundle?.forEach(({ sku }, i) => {
      if (bundle.findIndex((other) => other.sku === sku) < i)
        context.addIssue({ code: 'custom', path: ['bundle', i, 'sku'], message: 'is named twice' });
    });
  })
  .superRefine(({ prices, payWhatYouWant }, context) => {
    const offers = [...prices, ...(payWhatYouWant ? [payWhatYouWant] : [])];
    offers.forEach(({ currency, stripePriceId }, i) => {
      const path = i < prices.length ? ['prices', i] : ['payWhatYouWant'];
      if (i < prices.length && prices.findIndex((other) => other.currency === currency) < i)
        context.addIssue({ code: 'custom', path: [...path, 'currency'], message: 'has a price already' });
      if (
        i === prices.length &&
        stripePriceId &&
        offers.findIndex((other) => other.stripePriceId === stripePriceId) < i
      )
        context.addIssue({ code: 'custom', path: [...path, 'stripePriceId'], message: 'is named twice' });
    });
    for (const { path, amount, currency } of [...prices.flatMap(amountsOfPrice), ...amountsOfChoice(payWhatYouWant)])
      if (!isPossible({ amount, currency }))
        context.addIssue({ code: 'custom', path, message: `must be a multiple of ${stepOf(currency)} in ${currency}` });
  });

export type ProductBody = z.output<typeof ProductBody>;

const amountsOfPrice = ({ amount, currency }: z.output<typeof price>, index: number) => [
  { path: ['prices', index, 'amount'], amount, currency },
];

function amountsOfChoice(chosen: z.output<typeof payWhatYouWant> | null | undefined) {
  if (!chosen) return [];
  const { currency, minimum, suggested } = chosen;
  return [
    { path: ['payWhatYouWant', 'minimum'], amount: minimum, currency },
    { path: ['payWhatYouWant', 'suggested'], amount: suggested, currency },
  ];
}

/** The prices of a body in their order; pay-what-you-want comes last. */
export const pricesOf = ({ prices, payWhatYouWant }: ProductBody): Price[] => [
  ...prices.map(({ stripePriceId = null, ...price }) => ({ ...price, stripePriceId, minimum: null })),
  ...(payWhatYouWant
    ? [
        {
          currency: payWhatYouWant.currency,
          amount: payWhatYouWant.suggested,
          minimum: payWhatYouWant.minimum,
          stripePriceId: payWhatYouWant.stripePriceId ?? null,
        },
      ]
    : []),
];

/** Where a price stands in a body, by its position in `pricesOf`. */
export const pathIn =
  ({ prices }: ProductBody) =>
  (position: number): string =>
    position < prices.length ? `prices.${position}` : 'payWhatYouWant';
