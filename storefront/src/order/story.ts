import { formatMoney, type Order } from '@holdfast/client';

/** How an order is presented to the shopper: a headline, what it means for them, and the tone. */
export interface Story {
  tone: 'waiting' | 'good' | 'over';
  title: string;
  text: string;
}

/** Describes where an order stands. */
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
        ? 'Part of your order has been shipped. The rest is being packed.'
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
  CANCELLED: () => ({ tone: 'over', title: 'Order cancelled', text: 'Nothing was charged for this order.' }),
  REFUNDED: ({ refunded, refundAwaitsBankDetails }) => ({
    tone: 'over',
    title: 'Refunded',
    text: refundAwaitsBankDetails
      ? 'Your refund waits for you.'
      : refunded.amount > 0
        ? `We have returned ${formatMoney(refunded)} to your original payment method. It usually appears within five to ten days.`
        : 'Your bank has given your money back.',
  }),
};

/** For a status that this page does not know, because the shop is newer than the page. */
const UNKNOWN: Story = { tone: 'waiting', title: 'Your order', text: 'This page updates by itself.' };

/** A pending order: the payment may be on its way, or staff may have to check it. */
function whilePending({ paymentStatus, voucher }: Order): Story {
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
