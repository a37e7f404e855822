import type { Language } from '../locale';
import { pluralIn } from '../plural';

const count = pluralIn('en');

/**
 * What shoppers read in more than one place: on the pages of the API, in mails, in the storefront. The words of every
 * other language have this type, so a sentence that lacks in one is a type error. A framework would add files to load
 * and keys to check; functions in an object need neither.
 */
export const en = {
  language: 'en' as Language,
  order: (number: string) => `Order ${number}`,
  sums: {
    item: 'Item',
    amount: 'Amount',
    subtotal: 'Subtotal',
    discount: 'Discount',
    shipping: 'Shipping',
    tax: 'Tax',
    taxIncluded: 'Tax (included)',
    total: 'Total',
  },
  download: 'Download',
  licenceKeys: 'Licence keys',
  keyRevoked: 'No longer valid',
  keyMasked: 'The whole key is in the confirmation that we e-mailed to you.',
  viewInvoice: 'View your invoice',
  voucher: {
    open: 'Open your voucher',
    reference: 'Reference',
    payBefore: 'Pay before',
    paymentCode: 'Payment code',
    confirmationNumber: 'confirmation number',
  },
  /** When to try again. */
  after: (seconds: number) =>
    seconds < 90
      ? `in ${count(seconds, { one: '1 second', other: `${seconds} seconds` })}`
      : `in ${Math.ceil(seconds / 60)} minutes`,
  orderNotFound: {
    title: 'Order not found',
    text: 'Perhaps part of the address is missing. The link in your e-mail leads to your order.',
  },
  linkInvalid: {
    title: 'This link does not work',
    text: 'Perhaps part of it was lost when it was copied. Please try the link in the e-mail again.',
  },
  /** Where an order stands. */
  story: {
    confirming: {
      title: 'Confirming your payment',
      text: 'We are waiting for confirmation of your payment. This takes a moment; please do not pay again.',
    },
    toPay: {
      title: 'Your order is waiting for your payment',
      text: 'Please pay with the details below. We will e-mail you as soon as your payment has arrived.',
    },
    processing: {
      title: 'Your payment is on its way',
      text: 'Your bank is processing the payment, which can take a few days. We will e-mail you as soon as it has arrived.',
    },
    beingChecked: {
      title: 'Your payment has arrived',
      text: 'Our staff are checking a detail of your order. You do not need to do anything; we will e-mail you.',
    },
    checking: {
      title: 'We are checking a detail',
      text: 'Our staff are checking a detail before your order goes on. You do not need to do anything; we will e-mail you.',
    },
    refundFailed: {
      title: 'Your refund did not go through',
      text: 'Your money is safe. You do not need to do anything: we will try again, or contact you to find another way.',
    },
    paid: { title: 'Paid, thank you', text: 'Your payment has arrived. We are getting your order ready.' },
    preparing: {
      title: 'Paid, and being prepared',
      text: 'Your payment has arrived and your items are being packed. We will e-mail you when they are shipped.',
    },
    anotherParcel: {
      title: 'Another parcel is to come',
      text: 'A parcel has been shipped, and another is being packed.',
    },
    downloadsReady: 'Your downloads are ready now.',
    keysReady: 'Your licence keys are ready now.',
    bothReady: 'Your downloads and licence keys are ready now.',
    shipped: { title: 'On its way', text: 'Your order has been shipped.' },
    downloads: { title: 'Paid, thank you', text: 'Your downloads are ready. We have also e-mailed you the links.' },
    keys: {
      title: 'Paid, thank you',
      text: 'Your licence keys are ready. You also find them in our e-mail.',
    },
    downloadsAndKeys: {
      title: 'Paid, thank you',
      text: 'Your downloads and licence keys are ready. You also find them in our e-mail.',
    },
    complete: { title: 'Complete', text: 'Everything in this order has been delivered. Thank you.' },
    paymentFailed: {
      title: 'The payment did not go through',
      text: 'Your bank did not complete it, so no money was taken and the order is closed.',
    },
    expired: {
      title: 'The checkout expired',
      text: 'Nothing was charged. The items we held for you are available to others again.',
    },
    soldOut: {
      title: 'Sold out',
      text: 'Someone else was faster, and there was not enough left for your order. Nothing was charged.',
    },
    cancelled: { title: 'Order cancelled', text: 'Nothing was charged for this order.' },
    refunded: 'Refunded',
    soldOutAndRefunded: 'Sold out, and refunded',
    cannotDeliver: 'There was not enough left for your order. We are sorry that we cannot deliver it.',
    refundWaits: 'Your refund needs something from you.',
    returned: (amount: string) =>
      `We have returned ${amount} to your original payment method. It usually takes 5 to 10 business days to appear on your statement.`,
    paidAnotherWay: (amount: string) => `We have paid you back ${amount} in another way, as we have agreed with you.`,
    returnedByBank: 'Your bank has given your money back.',
    restByBank: 'Your bank has given you the rest.',
    /** For a status that the page does not know, because the shop is newer than the page. */
    unknown: { title: 'Your order', text: 'This page updates by itself.' },
    /** While a payment is not confirmed, after half a minute or so. */
    ifItTakesLonger:
      'You can close this page: once the payment is confirmed, we process your order and send you an e-mail.',
    /** The way they paid takes no refund. Stripe asks them for an account; the shop never does. */
    bankDetails: {
      title: 'Your refund needs your bank details',
      text: (amount: string) =>
        `We have initiated a refund of ${amount}, but it cannot go back the way you paid. Stripe, our payment provider, has sent you an e-mail that asks for your bank details. Please answer it: without an answer the refund lapses after some weeks.`,
    },
  },
};

export type SharedWords = typeof en;
export type StoryWords = SharedWords['story'];
export type SumWords = SharedWords['sums'];
