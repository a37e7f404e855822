import type { OrderStatus, PaymentStatus } from '../../domain/order';

/** Where an order stands, for a line of text: the status by its code, as in the Temporal UI, and the money in words. */
export const inWords = ({ status, paymentStatus }: { status: OrderStatus; paymentStatus: PaymentStatus }): string =>
  `${status}, ${PAYMENT[paymentStatus]}`;

const PAYMENT: Record<PaymentStatus, string> = {
  UNPAID: 'not paid',
  PROCESSING: 'the payment is on its way',
  PAID: 'paid',
  NO_PAYMENT_REQUIRED: 'nothing to pay',
  FAILED: 'the payment failed',
  PARTIALLY_REFUNDED: 'part of the money given back',
  REFUNDED: 'all of the money given back',
};
