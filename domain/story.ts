import type { Halt } from './halt';
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
  total: Money;
  refunded: Money;
  refundAwaitsBankDetails: Money | null;
  /** The part of `refunded` that the shop has paid in another way; null or absent if nothing. */
  refundedElsewhere?: Money | null;
  soldOut: boolean;
  /** What keeps it from going on; null or absent if nothing does. */
  halted?: Halt | null;
}

/**
 * Describes where an order stands, in these words.
 * @param locale of the amounts
 */
export function storyOf(order: StoryOrder, words: StoryWords, locale: string): Story {
  if (order.halted) return HALTED[order.halted](order, words, locale);
  if (order.status === 'PENDING') return { tone: 'waiting', ...whilePending(order, words) };
  return STORIES[order.status]?.(order, words, locale) ?? { tone: 'waiting', ...words.unknown };
}

type Tell = (order: StoryOrder, words: StoryWords, locale: string) => Story;

const HALTED: Record<Halt, Tell> = {
  check: (order, { checking: { title, text }, ...words }) => ({
    tone: 'waiting',
    title,
    text: `${text} ${readyOf(order, words)}`.trim(),
  }),
  refund_failed: (_, { refundFailed }) => ({ tone: 'waiting', ...refundFailed }),
  repaid: (order, words, locale) => ({ tone: 'over', title: words.refunded, text: givenBack(order, words, locale) }),
};

const STORIES: Partial<Record<OrderStatus, Tell>> = {
  PAID: (_, { paid }) => ({ tone: 'good', ...paid }),
  PREPARING: (order, words) => {
    const { title, text } = order.shipments.length > 0 ? words.anotherParcel : words.preparing;
    return { tone: 'good', title, text: `${text} ${readyOf(order, words)}`.trim() };
  },
  SHIPPED: (_, { shipped }) => ({ tone: 'good', ...shipped }),
  COMPLETED: ({ downloads, licenceKeys, shipments }, words) => {
    const toLoad = downloads.length > 0 ? words.downloads : words.complete;
    const both = downloads.length > 0 ? words.downloadsAndKeys : words.keys;
    const granted = hasKeys(licenceKeys) ? both : toLoad;
    return { tone: 'good', ...(shipments.length > 0 ? words.complete : granted) };
  },
  EXPIRED: ({ paymentStatus }, words) => ({
    tone: 'over',
    ...(paymentStatus === 'FAILED' ? words.paymentFailed : words.expired),
  }),
  CANCELLED: (order, { soldOut, cancelled }) => ({ tone: 'over', ...(order.soldOut ? soldOut : cancelled) }),
  REFUNDED: (order, words, locale) => ({
    tone: 'over',
    title: order.soldOut ? words.soldOutAndRefunded : words.refunded,
    text: [
      ...(order.soldOut ? [words.cannotDeliver] : []),
      order.refundAwaitsBankDetails ? words.refundWaits : givenBack(order, words, locale),
    ].join(' '),
  }),
};

/** By whom, and how, all of the money was given back: what the shop has not, the bank took in a lost dispute. */
function givenBack({ total, refunded, refundedElsewhere }: StoryOrder, words: StoryWords, locale: string): string {
  if (refunded.amount === 0) return words.returnedByBank;
  const elsewhere = refundedElsewhere?.amount ?? 0;
  const say = (amount: number) => formatMoney({ ...refunded, amount }, locale);
  return [
    ...(refunded.amount > elsewhere ? [words.returned(say(refunded.amount - elsewhere))] : []),
    ...(elsewhere > 0 ? [words.paidAnotherWay(say(elsewhere))] : []),
    ...(refunded.amount < total.amount ? [words.restByBank] : []),
  ].join(' ');
}

type ReadyWords = Pick<StoryWords, 'downloadsReady' | 'keysReady' | 'bothReady'>;

/** What is there already of an order that is not sent yet; empty if nothing. */
function readyOf({ downloads, licenceKeys }: StoryOrder, words: ReadyWords): string {
  if (downloads.length === 0) return hasKeys(licenceKeys) ? words.keysReady : '';
  return hasKeys(licenceKeys) ? words.bothReady : words.downloadsReady;
}

const hasKeys = (keys: StoryOrder['licenceKeys']): boolean => keys.some(({ revoked }) => !revoked);

/** A pending order: the payment may be on its way, or staff may have to check it. */
function whilePending({ paymentStatus, voucher }: StoryOrder, words: StoryWords): Omit<Story, 'tone'> {
  if (paymentStatus === 'PROCESSING') return voucher ? words.toPay : words.processing;
  return paymentStatus === 'UNPAID' ? words.confirming : words.beingChecked;
}
