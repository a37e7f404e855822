import type { Action } from './action-facts';
import { isErased, partlyShipped, type Rules } from './obstacles';
import { isFinal, ORDER_STATUSES } from './order';

/**
 * What staff may do about the customer and their mails, and when: a part of the table in action-rules.ts. The staff API
 * alone does it, because it touches personal data.
 */
export const CUSTOMER_RULES = {
  'send a mail again': {
    does: 'sends one mail about the order as it is now (`resend-email`)',
    in: ORDER_STATUSES,
    obstacles: [
      {
        when: 'the mail would not be true of it',
        applies: ({ mail }) => mail !== undefined && !mail.isTrue,
        refusal: ({ mail, status }) => `${mail?.title ?? 'The mail'}: it is not true of the order, which is ${status}`,
      },
      {
        when: 'the mail is to a customer who is erased',
        applies: ({ mail, erased = false }) => erased && (mail?.lacksAddress ?? false),
        refusal: () => 'The customer is erased',
      },
      {
        when: 'the mail is to a customer whose address is not known',
        applies: ({ mail }) => mail?.lacksAddress ?? false,
        refusal: () => 'No e-mail address is known',
      },
      {
        when: 'the mail is about an expired checkout, and the customer has unsubscribed from those',
        applies: ({ mail }) => mail?.unsubscribed ?? false,
        refusal: () => 'The customer has unsubscribed from mails about expired checkouts',
      },
    ],
  },
  'correct e-mail': {
    does: 'changes where mails about the order go',
    in: ORDER_STATUSES,
    obstacles: [
      isErased(),
      {
        ...partlyShipped(),
        when: 'something is shipped, and its mails reach the customer',
        applies: ({ anythingShipped = false, unreached = null }) => anythingShipped && unreached === null,
      },
    ],
  },
  'correct address': {
    does: 'changes where its parcels go',
    in: ORDER_STATUSES.filter((status) => !isFinal(status)),
    obstacles: [
      isErased(),
      partlyShipped(),
      {
        when: 'all of it is downloads',
        applies: ({ digital = false }) => digital,
        refusal: ({ status }) => `The order is ${status}, and nothing of it will be shipped`,
      },
    ],
  },
  erase: {
    does: 'removes the personal data for good',
    in: ORDER_STATUSES.filter(isFinal),
    instead: () => 'only an order that has ended can be erased',
    obstacles: [
      {
        when: 'a refund is open',
        applies: ({ refundOpen = false }) => refundOpen,
        refusal: ({ status }) => `The order is ${status}, and a refund is open`,
      },
      {
        when: 'a dispute is open',
        applies: ({ disputed = false }) => disputed,
        refusal: ({ status }) => `The order is ${status}, and a dispute is open`,
      },
    ],
  },
} satisfies Partial<Record<Action, Rules>>;
