import type { FailureCode, FailureOf } from '@holdfast/client';
import type { ReactNode } from 'react';
import { pluralIn } from '../../../domain/plural';
import { en as shared } from '../../../domain/words/en';

const count = pluralIn('en');

/** A link within a sentence, by its words. */
export type LinkTo = (words: string) => ReactNode;

/** What went wrong, and what the shopper can do about it. */
export interface Failed {
  title: string;
  text: string;
}

/** When to try again, with what comes before it; nothing where no time is known. */
const waitFor = (seconds: number | null, before: string): string =>
  seconds === null ? '' : `${before}${shared.after(Math.max(1, seconds))}`;

const SAFE = 'Nothing was charged, and your cart is safe.';

/**
 * All that the shop says, in English. Every other language has this type, so a sentence that is missing there is a type
 * error.
 */
export const en = {
  ...shared,
  frame: {
    title: 'Holdfast demo shop',
    demoShop: 'demo shop',
    skip: 'Skip to content',
    shop: 'Shop',
    products: 'Products',
    cart: 'Cart',
    /** Behind the number, for those who hear it. */
    inCart: (number: number) => count(number, { one: 'item', other: 'items' }),
    currency: 'Currency',
    about: 'This is the Holdfast demo shop. You pay on Stripe’s page, never here.',
    withdraw: 'Withdraw from contract here',
    api: 'See its API',
    seeProducts: 'See our products',
  },
  notFound: {
    title: 'Page not found',
    text: (link: LinkTo) => <>The shop has no such page. {link('See our products')}</>,
  },
  catalogue: {
    loading: 'Loading products…',
    outOfDate: 'Prices and stock on this page may be out of date.',
    none: 'We cannot show any products yet.',
    empty: 'Nothing is for sale at the moment.',
    tryAgain: 'Try again',
  },
  product: {
    title: 'Product',
    gone: 'No longer sold',
    notSold: 'The shop does not sell this product at the moment.',
    all: 'All products',
    choicesOf: (name: string) => `Choices of ${name}`,
    contents: 'What is in it',
  },
  offer: {
    payWhatYouWant: 'Pay what you want',
    choose: (minimum: string, suggested: string) =>
      `from ${minimum}, suggested ${suggested}. You choose on the payment page.`,
    onlyIn: (currencies: string[]) => `only sold in ${currencies.join(' and ')}`,
    soldOut: 'Sold out',
    onlyLeft: (number: number) => `Only ${number} left`,
    instant: 'Instant download',
    inStock: 'In stock',
    add: 'Add to cart',
    added: (name: string, number: number) => `${name} added. Quantity in your cart: ${number}.`,
    inYourCart: (number: number) => `${number} in your cart`,
  },
  tellMe: {
    title: 'Tell me when it is back',
    address: 'Your e-mail address',
    once: 'One e-mail, and then we forget the address.',
    sending: 'Sending…',
    send: 'Tell me',
    noted: (email: string, name: string) =>
      `We will write to ${email} once, as soon as ${name} can be bought again. Nothing is reserved for you until you buy it.`,
    noAddress: 'That does not look like an e-mail address. Please check it.',
    gone: 'We no longer sell this, so there is nothing to tell you.',
    tooMany: (seconds: number | null) =>
      `There were too many requests, and yours is not noted. Please try again${waitFor(seconds, ' ') || ' later'}.`,
    unreached: 'We could not reach the shop, so your address is not noted. Please try again in a moment.',
  },
  cart: {
    title: 'Your cart',
    empty: 'Your cart is empty.',
    noPrices: 'Your cart is safe in this browser, but we cannot load today’s prices.',
    loading: 'Loading today’s prices…',
    together: 'Paid together',
    separately: 'Paid separately',
    items: 'Items',
    whySeparately: 'You choose the amount on the payment page, so this item is paid for separately.',
    change: 'Change the contents',
    heldUntil: (time: string) => `Held for you until ${time}.`,
    opening: 'Opening the payment page…',
    tryAgainIn: (seconds: number) => `Try again in ${seconds} s`,
    pay: 'Go to payment',
    youChoose: 'You choose',
    email: 'E-mail (optional)',
    whyEmail: 'We fill it in on the payment page, and can e-mail you a link back if your checkout expires.',
    country: 'Deliver to (optional)',
    notChosen: 'Not chosen',
    whyCountry: 'What shipping costs may depend on it.',
    shippingAndTax: 'Shipping is extra, and tax may be added. You will see both on the payment page.',
    shippingOnly: 'Shipping is extra. You choose it on the payment page.',
    taxOnly: 'Tax may be added. You will see it on the payment page.',
  },
  line: {
    each: (price: string) => `${price} each`,
    from: (minimum: string, suggested: string) => `From ${minimum}, suggested ${suggested}`,
    gone: 'No longer sold; please remove it',
    otherCurrency: (currencies: string[]) =>
      `Only sold in ${currencies.join(' and ')}; please change the currency or remove it`,
    noneLeft: 'None available at the moment',
    onlyLeft: (number: number) => `Only ${number} available at the moment`,
    quantityOf: (name: string) => `Quantity of ${name}`,
    quantity: 'Quantity',
    less: 'One less',
    more: 'One more',
    remove: 'Remove',
    removed: (name: string) => `${name} removed from your cart.`,
  },
  cameBack: {
    paid: 'This order is already paid',
    paidText: 'Your payment went through before you came back.',
    seeOrder: 'See your order',
    left: 'You left the payment page',
    leftText: 'Nothing was charged, and your cart is still here.',
    unreached: 'We could not reach the shop just now. Items held for you will be released a little later.',
  },
  missing: {
    left: (available: number, requested: number) =>
      `: ${available > 0 ? `${available} left` : 'none left'}, you wanted ${requested}`,
    remove: 'Remove from my cart',
    change: 'Change my cart to what is left',
    changed: 'Your cart has been changed to what is left.',
  },
  recovery: {
    expired: 'Your checkout expired',
    whole:
      'Nothing was charged. You can still complete your order, at today’s prices and while the items are in stock.',
    notWhole: 'Nothing was charged. Not all of your cart can be had at the moment.',
    complete: 'Complete your order',
    bought: 'You have completed this order already',
    boughtText: 'Our e-mail about it has all that you need.',
    totalToday: 'Total today',
    from: (minimum: string) => `From ${minimum}`,
    onlyLeft: (number: number) => `Only ${number} left`,
    noneLeft: 'None left at the moment',
    gone: 'No longer sold',
    notForSale: 'Not for sale at the moment',
  },
  yourOrder: {
    title: 'Your order',
    unreached: 'We cannot reach the shop right now',
    unreachedText: 'We keep trying. Your payment is safe, whatever this page shows in the meantime.',
    loading: 'Loading your order…',
    late: 'This is taking longer than usual.',
    notPaid: (link: LinkTo) => (
      <>If you did not finish paying, nothing was charged and {link('your cart')} is still here.</>
    ),
    atStore: (name: string) => `At ${name}`,
    payBefore: (moment: string) => `Pay before ${moment}.`,
    complete: 'Complete your order',
    backToCart: 'Back to your cart',
    downloads: 'Downloads',
    linkExpired: (date: string) => `The link expired on ${date}`,
    noDownloads: 'No downloads left',
    downloadsLeft: (number: number, until: string) =>
      `${count(number, { one: '1 download left', other: `${number} downloads left` })}, until ${until}`,
    parcels: (number: number) => count(number, { one: 'Parcel', other: 'Parcels' }),
    delivered: (date: string) => `Delivered on ${date}`,
    shipped: (date: string) => `Shipped on ${date}`,
    ordered: 'What you ordered',
    price: 'Price',
    refunded: 'Refunded',
    asOf: (moment: string) => `As of ${moment}`,
  },
  failures: {
    out_of_stock: () => ({
      title: 'Not enough left',
      text: 'Someone else was faster. Nothing was charged. This is what we still have:',
    }),
    currency_unavailable: () => ({
      title: 'Not sold in this currency',
      text: 'Something in your cart, or its delivery, is not sold in the currency you chose. Choose another currency at the top, or remove it.',
    }),
    not_for_sale: () => ({
      title: 'Not for sale at the moment',
      text: `Something in your cart cannot be sold right now. ${SAFE} Please remove it, or come back later.`,
    }),
    too_many_open: ({ retryAfter }: FailureOf<'too_many_open'>) => ({
      title: 'Too many unfinished payments',
      text: `You have several unpaid payment pages open. Pay on one of them, or leave it with its “Back” link${waitFor(retryAfter, ', or try again ')}.`,
    }),
    rate_limited: ({ retryAfter }: FailureOf<'rate_limited'>) => ({
      title: 'Too many attempts',
      text: `There were too many attempts in a short time. ${SAFE} Please try again${waitFor(retryAfter, ' ') || ' in a minute'}.`,
    }),
    unavailable: () => ({
      title: 'The shop cannot take orders right now',
      text: `${SAFE} Please try again in a moment: trying again never creates a second order.`,
    }),
    offline: () => ({
      title: 'We could not reach the shop',
      text: `Please check your connection and try again. ${SAFE} Trying again never creates a second order.`,
    }),
    unknown_sku: () => ({
      title: 'No longer sold',
      text: 'Something in your cart is no longer for sale. Please remove it and try again.',
    }),
    invalid_request: ({ errors }: FailureOf<'invalid_request'>) => ({
      title: 'The shop did not accept this',
      text:
        errors.length > 0
          ? `The shop says: ${errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')}.`
          : 'Please check your cart.',
    }),
    idempotency_key_reused: () => ({ title: 'Your cart has changed', text: 'Please try again.' }),
    link_expired: () => ({
      title: 'This link has expired',
      text: 'The checkout was too long ago. Please choose your items again.',
    }),
    link_invalid: (): Failed => shared.linkInvalid,
  } satisfies { [Code in FailureCode]?: (failure: FailureOf<Code>) => Failed },
  somethingWrong: {
    title: 'Something went wrong on our side',
    text: `${SAFE} Please try again: trying again never creates a second order.`,
  },
};

export type ShopWords = typeof en;
