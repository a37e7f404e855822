import { formatMoney } from '../../domain/money';
import type { PaymentStatus } from '../../domain/order';
import { leftOf } from '../../domain/order-money';
import type { OrderHead } from '../../store/orders/head';

type Stands = Omit<OrderHead, 'number' | 'sessionId'>;

/** Where an order stands, for a line of text: the status by its code, as in the Temporal UI, and the money in words. */
export const inWords = (order: Stands): string => [order.status, ...moneyInWords(order)].join(', ');

function moneyInWords({ paymentStatus, lost, ...order }: Stands): string[] {
  if (lost === 0) return [PAYMENT[paymentStatus]];
  const { currency, refunded, total } = order;
  const say = (amount: number) => formatMoney({ amount, currency });
  const left = leftOf({ total, refunded, lostAmount: lost });
  return [
    ...(refunded > 0 ? [`${say(refunded)} given back`] : []),
    `${say(lost)} lost to the bank`,
    ...(left > 0 ? [`${say(left)} left`] : []),
  ];
}

const PAYMENT: Record<PaymentStatus, string> = {
  UNPAID: 'not paid',
  PROCESSING: 'the payment is on its way',
  PAID: 'paid',
  NO_PAYMENT_REQUIRED: 'nothing to pay',
  FAILED: 'the payment failed',
  PARTIALLY_REFUNDED: 'part of the money given back',
  REFUNDED: 'all of the money given back',
};
