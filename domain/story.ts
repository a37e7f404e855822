import { formatMoney, type Money } from './money';
import type { OrderStatus, PaymentStatus } from './order';
import type { StoryWords } from './words/en';

/** How an order is presented to the shopper: a headline, what it means for them, and the tone. */
export interface Story {
  tone: 'waiting' | 'good' | 'over';
  title: string;
  text: string;
}

/** What a story is told from: an order's document, or the part of it that counts. */
export interface StoryOrder {
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  shipments: readonly unknown[];
  downloads: readonly unknown[];
  licenceKeys: readonly { revoked: boolean }[];
  voucher: object | null;
  refunded: Money;
  refundAwaitsBankDetails: Money | null;
  soldOut: boolean;
}

/**
 * Describes where an order stands, in these words.
 * @param locale of the amounts
 */
export function storyOf(order: StoryOrder, words: StoryWords, locale?: string): Story {
  if (order.status === 'PENDING') return { tone: 'waiting', ...whilePending(order, words) };
  return STORIES[order.status]?.(order, words, locale) ?? { tone: 'waiting', ...words.unknown };
}

type Tell = (order: StoryOrder, words: StoryWords, locale?: string) => Story;

const STORIES: Partial<Record<OrderStatus, Tell>> = {
  PAID: (_, { paid }) => ({ tone: 'good', ...paid }),
  PREPARING: ({ shipments, downloads, licenceKeys }, { anotherParcel, preparing, downloadsReady, keysReady }) => {
    const { title, text } = shipments.length > 0 ? anotherParcel : preparing;
    const ready = hasKeys(licenceKeys) ? keysReady : downloads.length > 0 ? downloadsReady : '';
    return { tone: 'good', title, text: `${text} ${ready}`.trim() };
  },
  SHIPPED: (_, { shipped }) => ({ tone: 'good', ...shipped }),
  COMPLETED: ({ downloads, licenceKeys, shipments }, words) => {
    const granted = hasKeys(licenceKeys) ? words.keys : downloads.length > 0 ? words.downloads : words.complete;
    return { tone: 'good', ...(shipments.length > 0 ? words.complete : granted) };
  },
  EXPIRED: ({ paymentStatus }, words) => ({
    tone: 'over',
    ...(paymentStatus === 'FAILED' ? words.paymentFailed : words.expired),
  }),
  CANCELLED: (order, { soldOut, cancelled }) => ({ tone: 'over', ...(order.soldOut ? soldOut : cancelled) }),
  REFUNDED: ({ refunded, refundAwaitsBankDetails, soldOut }, words, locale) => ({
    tone: 'over',
    title: soldOut ? words.soldOutAndRefunded : words.refunded,
    text: [
      ...(soldOut ? [words.soldWhilePaying] : []),
      refundAwaitsBankDetails
        ? words.refundWaits
        : refunded.amount > 0
          ? words.returned(formatMoney(refunded, locale))
          : words.returnedByBank,
    ].join(' '),
  }),
};

const hasKeys = (keys: StoryOrder['licenceKeys']): boolean => keys.some(({ revoked }) => !revoked);

/** A pending order: the payment may be on its way, or staff may have to check it. */
function whilePending({ paymentStatus, voucher }: StoryOrder, words: StoryWords): Omit<Story, 'tone'> {
  if (paymentStatus === 'PROCESSING') return voucher ? words.toPay : words.processing;
  return paymentStatus === 'UNPAID' ? words.confirming : words.beingChecked;
}
