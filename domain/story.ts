import { formatMoney, type Money } from './money';
import type { OrderStatus, PaymentStatus } from './order';

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
  voucher: object | null;
  refunded: Money;
  refundAwaitsBankDetails: Money | null;
  soldOut: boolean;
}

/**
 * Describes where an order stands.
 * @param locale of the amounts
 */
export function storyOf(order: StoryOrder, locale?: string): Story {
  return order.status === 'PENDING' ? whilePending(order) : (STORIES[order.status]?.(order, locale) ?? UNKNOWN);
}

/** What a shopper should know while their payment is not confirmed, after half a minute or so. */
export const IF_IT_TAKES_LONGER =
  'You can close this page: once the payment is confirmed, we process your order and send you an e-mail.';

/** The way they paid takes no refund. Stripe asks them for an account; the shop never does. */
export const bankDetailsNeeded = (amount: Money, locale?: string): { title: string; text: string } => ({
  title: 'Your refund needs your bank details',
  text: `We have initiated a refund of ${formatMoney(amount, locale)}, but it cannot go back the way you paid. Stripe, our payment provider, has sent you an e-mail that asks for your bank details. Please answer it: without an answer the refund lapses after some weeks.`,
});

const STORIES: Partial<Record<OrderStatus, (order: StoryOrder, locale?: string) => Story>> = {
  PAID: () => ({
    tone: 'good',
    title: 'Paid, thank you',
    text: 'Your payment has arrived. We are getting your order ready.',
  }),
  PREPARING: ({ shipments, downloads }) => ({
    tone: 'good',
    title: shipments.length > 0 ? 'Another parcel is to come' : 'Paid, and being prepared',
    text: [
      shipments.length > 0
        ? 'A parcel has been shipped, and another is being packed.'
        : 'Your payment has arrived and your items are being packed. We will e-mail you when they are shipped.',
      ...(downloads.length > 0 ? ['Your downloads are ready now.'] : []),
    ].join(' '),
  }),
  SHIPPED: () => ({ tone: 'good', title: 'On its way', text: 'Your order has been shipped.' }),
  COMPLETED: ({ downloads, shipments }) =>
    downloads.length > 0 && shipments.length === 0
      ? {
          tone: 'good',
          title: 'Paid, thank you',
          text: 'Your downloads are ready. We have also e-mailed you the links.',
        }
      : { tone: 'good', title: 'Complete', text: 'Everything in this order has been delivered. Thank you.' },
  EXPIRED: ({ paymentStatus }) =>
    paymentStatus === 'FAILED'
      ? {
          tone: 'over',
          title: 'The payment did not go through',
          text: 'Your bank did not complete it, so no money was taken and the order is closed.',
        }
      : {
          tone: 'over',
          title: 'The checkout expired',
          text: 'Nothing was charged. The items we held for you are available to others again.',
        },
  CANCELLED: ({ soldOut }) => ({
    tone: 'over',
    title: soldOut ? 'Sold out' : 'Order cancelled',
    text: soldOut
      ? 'Someone else was faster, and there was not enough left for your order. Nothing was charged.'
      : 'Nothing was charged for this order.',
  }),
  REFUNDED: ({ refunded, refundAwaitsBankDetails, soldOut }, locale) => ({
    tone: 'over',
    title: soldOut ? 'Sold out, and refunded' : 'Refunded',
    text: [
      ...(soldOut ? ['While you were paying, the last of it was sold. We are sorry that we cannot deliver.'] : []),
      refundAwaitsBankDetails
        ? 'Your refund waits for you.'
        : refunded.amount > 0
          ? `We have returned ${formatMoney(refunded, locale)} to your original payment method. It usually appears within five to ten days.`
          : 'Your bank has given your money back.',
    ].join(' '),
  }),
};

/** For a status that this page does not know, because the shop is newer than the page. */
const UNKNOWN: Story = { tone: 'waiting', title: 'Your order', text: 'This page updates by itself.' };

/** A pending order: the payment may be on its way, or staff may have to check it. */
function whilePending({ paymentStatus, voucher }: StoryOrder): Story {
  if (paymentStatus === 'PROCESSING' && voucher)
    return {
      tone: 'waiting',
      title: 'Your order waits for your payment',
      text: 'Please pay with the details below. We will e-mail you as soon as your payment has arrived.',
    };
  if (paymentStatus === 'PROCESSING') {
    return {
      tone: 'waiting',
      title: 'Your payment is on its way',
      text: 'Your bank is processing the payment, which can take a few days. We will e-mail you as soon as it has arrived.',
    };
  }
  if (paymentStatus === 'UNPAID') {
    return {
      tone: 'waiting',
      title: 'Confirming your payment',
      text: 'We are waiting for confirmation of your payment. This takes a moment; please do not pay again.',
    };
  }
  return {
    tone: 'waiting',
    title: 'Your payment has arrived',
    text: 'Our staff are checking a detail of your order. You do not need to do anything; we will e-mail you.',
  };
}
