import type { Action } from './action-facts';
import { cancelUnderWay, disputed, isErased, type Rules } from './obstacles';
import { ORDER_STATUSES, type PaymentStatus } from './order';

/** The name of the shopper on timelines. */
export const SHOPPER = 'shopper';

/** What the shopper may do with an order by themselves, and when. */
export const SHOPPER_RULES = {
  abandon: {
    does: 'by the shopper: expires the session, then releases the stock; an order that has ended stays as it is',
    in: ORDER_STATUSES,
    obstacles: [
      {
        when: 'the money has arrived or is on its way',
        applies: ({ paymentStatus }) => paymentStatus !== undefined && PAYING.includes(paymentStatus),
        refusal: ({ status, paymentStatus }) => `The order is ${status}, its payment ${paymentStatus}`,
      },
    ],
  },
  'cancel as the shopper': {
    does: 'by the shopper, from the signed link in their mails: as `cancel`, and a withdrawal does the same',
    in: ['PENDING', 'PAID', 'PREPARING'],
    obstacles: [
      {
        when: 'something is shipped',
        applies: ({ anythingShipped = false }) => anythingShipped,
        refusal: () => 'Something of the order is shipped already',
      },
      {
        when: 'a download has begun, or a licence key was issued',
        applies: ({ downloaded = false }) => downloaded,
        refusal: () => 'A download of the order has begun, or its licence keys were issued',
      },
      disputed('The payment is disputed: the bank decides about the money'),
      {
        when: 'the bank took all of the money',
        applies: ({ lost = false }) => lost,
        refusal: () => 'A dispute is lost, and the customer has the money',
      },
      cancelUnderWay(),
    ],
  },
  'ask to return as the shopper': {
    does: 'by the shopper, from the signed link in their mails: tells staff what they want to send back; nothing else follows by itself',
    in: ['PREPARING', 'SHIPPED', 'COMPLETED'],
    obstacles: [
      {
        when: 'the customer has withdrawn',
        applies: ({ withdrawn = false }) => withdrawn,
        refusal: () => 'The customer has withdrawn from the whole contract',
      },
      isErased(),
      {
        when: 'the customer has no goods that they have not asked to return already',
        applies: ({ nothingToAsk = false }) => nothingToAsk,
        refusal: () => 'Nothing is shipped that has not come back and was not asked for already',
      },
    ],
  },
} satisfies Partial<Record<Action, Rules>>;

/** The money has arrived or is on its way. */
const PAYING: readonly PaymentStatus[] = [
  'PROCESSING',
  'PAID',
  'NO_PAYMENT_REQUIRED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
];
