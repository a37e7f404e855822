import { formatMoney } from '../../../domain/money';
import type { Order } from '../api/client';

/** How an order is told to the shopper: one line, what it means for them, and whether it is good news. */
export interface Story {
  tone: 'waiting' | 'good' | 'over';
  title: string;
  text: string;
}

/** Says where an order stands, and no more than is known. */
export function storyOf(order: Order): Story {
  return order.status === 'PENDING' ? whilePending(order) : (STORIES[order.status]?.(order) ?? UNKNOWN);
}

const STORIES: Partial<Record<Order['status'], (order: Order) => Story>> = {
  PAID: () => ({
    tone: 'good',
    title: 'Paid, thank you',
    text: 'Your payment has arrived. We are getting your order ready.',
  }),
  PREPARING: ({ shipments, downloads }) => ({
    tone: 'good',
    title: shipments.length > 0 ? 'Partly on its way' : 'Paid, and being prepared',
    text: [
      shipments.length > 0
        ? 'A part of your order has been shipped; the rest is being packed.'
        : 'Your payment has arrived and your items are being packed. We write to you when they are shipped.',
      ...(downloads.length > 0 ? ['Your downloads are ready now.'] : []),
    ].join(' '),
  }),
  SHIPPED: () => ({ tone: 'good', title: 'On its way', text: 'Your order has left us.' }),
  COMPLETED: ({ downloads, shipments }) =>
    downloads.length > 0 && shipments.length === 0
      ? {
          tone: 'good',
          title: 'Paid, thank you',
          text: 'Your downloads are ready. We send the links to you by mail as well.',
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
          title: 'The time to pay ran out',
          text: 'Nothing was charged. What we held for you is back on the shelf.',
        },
  CANCELLED: () => ({ tone: 'over', title: 'Order cancelled', text: 'Nothing was charged for this order.' }),
  REFUNDED: ({ refunded }) => ({
    tone: 'over',
    title: 'Refunded',
    text: `${formatMoney(refunded)} goes back to where it came from. Banks usually take five to ten days to show it.`,
  }),
};

/** A status that this page does not know yet, of a shop that is newer than the page. */
const UNKNOWN: Story = { tone: 'waiting', title: 'Your order', text: 'We keep this page up to date.' };

/** Not shipped and not granted: the money may still be on its way, or need a person to look at it. */
function whilePending({ paymentStatus }: Order): Story {
  if (paymentStatus === 'PROCESSING') {
    return {
      tone: 'waiting',
      title: 'Your payment is on its way',
      text: 'Your bank has taken the payment on, which can take some days. We go on as soon as it has arrived, and write to you.',
    };
  }
  if (paymentStatus === 'UNPAID') {
    return {
      tone: 'waiting',
      title: 'Confirming your payment',
      text: 'We are waiting for the word that your payment went through. This takes a moment; you need not pay again.',
    };
  }
  return {
    tone: 'waiting',
    title: 'Your payment has arrived',
    text: 'A person is checking a detail of this order before we go on. You need do nothing; we write to you.',
  };
}
