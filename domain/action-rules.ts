import type { Action } from './action-facts';
import { CUSTOMER_RULES } from './customer-rules';
import { GOODS_RULES } from './goods-rules';
import { HOLD_RULES } from './hold-rules';
import { cancelUnderWay, disputed, NOTHING_TO_ACCEPT, onHold, REFUNDING_ALL, type Rules } from './obstacles';
import { DECISIONS, type Decision, isFinal, ORDER_STATUSES, type OrderStatus } from './order';
import { SHOPPER_RULES } from './shopper-rules';

/**
 * What staff and the shopper may do with an order, and when: the one table behind the updates of its workflow, the
 * steps that do the work, the API's `409`, the text “What you can do” in the Temporal UI, and the table in
 * docs/staff-runbook.md.
 */

/** Stripe refuses a refund too, when a dispute is opened meanwhile: the answer is the same. */
export const NO_REFUND_WHILE_DISPUTED = 'The payment is disputed: nothing can be refunded while the bank decides';

const FINAL = ORDER_STATUSES.filter(isFinal);

/** Decisions about orders that have money again, and whose goods may have gone back to stock. Shipping answers them. */
export const RETAKES_STOCK: readonly Decision[] = [DECISIONS.refundFailed, DECISIONS.disputeWon];

export const RULES: Record<Action, Rules> = {
  ship: {
    does: 'records a parcel and mails the customer',
    doesNow: ({ pendingDecision, stock }) =>
      stock === 'RETURNED' ||
      (pendingDecision &&
        (RETAKES_STOCK.includes(pendingDecision) || (isAboutRefund(pendingDecision) && stock !== 'COMMITTED')))
        ? 'takes the stock again if it went back, and ships after all'
        : undefined,
    in: ['PREPARING'],
    also: {
      when: '`PENDING` after a refund that failed or is refused',
      applies: ({ status, stock, pendingDecision }) =>
        status === 'PENDING' && isAboutRefund(pendingDecision) && stock !== 'HELD',
    },
    repeatIn: ['SHIPPED'],
    obstacles: [
      disputed('The payment is disputed: nothing ships while the bank decides'),
      {
        when: 'a review is open',
        applies: ({ reviewOpen = false }) => reviewOpen,
        refusal: () => 'Stripe Radar has the payment under review: nothing ships before it is closed',
      },
      {
        when: 'a fraud warning awaits a decision',
        applies: ({ fraudWarning = false }) => fraudWarning,
        refusal: () => 'Stripe warns of fraud: decide first, with retry or cancel',
      },
      cancelUnderWay(),
      REFUNDING_ALL,
      onHold(),
      {
        when: 'a lost dispute awaits a decision',
        applies: ({ reports = [] }) => reports.includes(DECISIONS.disputeLost),
        refusal: ({ pendingDecision }) =>
          `A dispute is lost, and the customer has the money: decide first, with ${isAboutRefund(pendingDecision) ? 'resolve (accept)' : 'retry'} or cancel`,
      },
    ],
  },
  deliver: {
    does: 'says that it arrived, which completes it',
    in: ['SHIPPED'],
    obstacles: [REFUNDING_ALL],
  },
  ...HOLD_RULES,
  cancel: {
    does: 'before payment: expires the session and releases the stock; after it: refunds all of it, returns the stock, revokes downloads',
    doesNow: ({ status, stock, lost = false, partlyGone = false, nothingTaken = false }) => {
      if (lost) return 'returns what is unshipped and ends the order; refunds nothing';
      if (status === 'PENDING') return 'expires the session, releases the stock, and refunds if money came';
      const money = partlyGone ? 'refunds all that is left' : 'refunds all of it';
      if (stock === 'RETURNED') return `${money}; the stock is back already`;
      if (nothingTaken) return 'returns the stock and ends the order; no money was taken';
      return `${money} and returns ${partlyGone ? 'what is unshipped' : 'the stock'}`;
    },
    in: ['PENDING', 'PAID', 'PREPARING'],
    instead: ({ status }) =>
      status === 'SHIPPED' || status === 'COMPLETED' ? 'use return for what comes back, or refund' : undefined,
    obstacles: [
      {
        when: 'something is shipped, unless the bank took all of the money',
        applies: ({ anythingShipped = false, lost = false }) => anythingShipped && !lost,
        refusal: () => 'Something of the order is shipped already',
      },
      disputed('The payment is disputed: the bank decides about the money'),
    ],
    inVain: ({ cancelling = false, refundingAll = false }) => cancelling || refundingAll,
  },
  refund: {
    does: 'gives money back, all that is left or a part',
    in: ['PREPARING', 'SHIPPED', ...FINAL],
    obstacles: [
      {
        when: 'no money was taken',
        applies: ({ nothingTaken = false }) => nothingTaken,
        refusal: ({ status }) => `The order is ${status}: no money was taken that could be given back`,
      },
      disputed(NO_REFUND_WHILE_DISPUTED),
    ],
    inVain: ({ nothingRefundable = false, lost = false }) => nothingRefundable || lost,
  },
  ...GOODS_RULES,
  retry: {
    does: 'runs the step that needs attention again, or answers the pending decision',
    doesNow: ({ pendingDecision }) =>
      pendingDecision ? RETRY[pendingDecision] : 'tries the step that needs attention again',
    in: ORDER_STATUSES,
    obstacles: [
      {
        when: 'nothing needs attention',
        applies: ({ needsAttention = false }) => !needsAttention,
        refusal: ({ status, unreached = null }) =>
          unreached === null
            ? nothingToDecide(status)
            : 'Correct the customer’s address, or send the mail again: no step waits',
      },
      {
        when: 'a failed or refused refund is about a disputed payment',
        applies: ({ pendingDecision, disputed = false }) => disputed && isAboutRefund(pendingDecision),
        refusal: () => 'The payment is disputed: the bank decides about the money',
      },
      {
        when: 'the refund of a cancel was refused, and something is shipped',
        applies: ({ pendingDecision, cancelRefused = false, anythingShipped = false }) =>
          pendingDecision === DECISIONS.refundRefused && cancelRefused && anythingShipped,
        refusal: () => 'Something of the order is shipped already: withdraw the cancel, then refund what you want',
      },
    ],
    inVain: ({ deciding = false, stuck = false }) => deciding && !stuck,
  },
  resolve: {
    does: '`withdraw`: takes back a refund that failed, or a refund or cancel that Stripe refuses; `settled_elsewhere`: says that the customer got the money another way; `accept`: goes on with a payment that differs, or takes note',
    doesNow: ({ pendingDecision }) => {
      if (isAboutRefund(pendingDecision))
        return '`withdraw` takes the refund back, `settled_elsewhere` says that the customer got the money another way';
      return pendingDecision ? '`accept` takes note, and the order goes on' : undefined;
    },
    in: ORDER_STATUSES,
    obstacles: [
      {
        when: 'nothing needs attention',
        applies: ({ needsAttention = false }) => !needsAttention,
        refusal: ({ status }) => nothingToDecide(status),
      },
    ],
    // A step that is stuck needs no answer: it is tried again.
    inVain: ({ pendingDecision, reports = [], paymentDiffers = false, deciding = false }) =>
      deciding || (!pendingDecision && reports.length === 0 && !paymentDiffers),
  },
  accept: {
    does: 'as `resolve`: goes on with a payment that differs, at what was paid, or takes note of what was reported',
    in: ORDER_STATUSES,
    obstacles: [
      {
        when: 'a refund failed or was refused, and nothing else was reported',
        applies: ({ pendingDecision, reports = [] }) => reports.length === 0 && isAboutRefund(pendingDecision),
        refusal: () => 'A refund failed or was refused: withdraw it, settle it or retry',
      },
      {
        when: 'the session is not known to Stripe',
        applies: ({ sessionUnknown = false }) => sessionUnknown,
        refusal: () => 'Stripe does not know the session: there is no payment to accept',
      },
      {
        when: 'there is nothing to accept',
        applies: ({ paymentDiffers = false, reports = [] }) => !paymentDiffers && reports.length === 0,
        refusal: () => NOTHING_TO_ACCEPT,
      },
    ],
  },
  ...CUSTOMER_RULES,
  ...SHOPPER_RULES,
};

const nothingToDecide = (status: OrderStatus): string =>
  isFinal(status) ? `The order is ${status}` : 'Nothing needs attention';

/** What `retry` does about each pending decision. */
const RETRY: Record<Decision, string> = {
  [DECISIONS.refundFailed]: 'asks for the refund again',
  [DECISIONS.refundRefused]: 'asks Stripe for the refund again',
  [DECISIONS.refundUnknown]: 'takes note, and the order goes on',
  [DECISIONS.disputeUnknown]: 'takes note: the dispute counts as closed',
  [DECISIONS.reviewUnknown]: 'takes note: the review counts as closed',
  [DECISIONS.fraudWarning]: 'goes on all the same',
  [DECISIONS.mailLost]: 'takes note',
  [DECISIONS.disputeLost]: 'takes note, and the order goes on',
  [DECISIONS.disputeWon]: 'takes note, and the order goes on',
  [DECISIONS.reviewClosed]: 'takes note, and the order goes on',
};

/** Whether staff must decide about a refund that failed or was refused. */
export const isAboutRefund = (decision: Decision | null | undefined): boolean =>
  decision === DECISIONS.refundFailed || decision === DECISIONS.refundRefused;
