import type { AttentionStep } from './attention';
import type { SessionId } from './ids';
import type { OrderStatus, PaymentStatus } from './order';
import { isResolved, isReversed } from './refund';

/** The mails about an order that staff can send again, while they are true of it (`subjectOfMail`). */
export const RESENDABLE = [
  'order_confirmation',
  'payment_processing',
  'payment_failed',
  'checkout_expired',
  'order_shipped',
  'return_received',
  'order_refunded',
  'refund_failed',
  'order_received',
  'attention_needed',
  'withdrawal_received',
  'withdrawal_notice',
  'return_request_received',
  'return_request_notice',
  'return_request_declined',
] as const;
export type Resendable = (typeof RESENDABLE)[number];

/** The mails that a withdrawal needs: the receipt for the customer, and what staff are to do. */
export const WITHDRAWAL_MAILS = ['withdrawal_received', 'withdrawal_notice'] as const satisfies readonly Resendable[];

/** The mails that a request to return needs: what the customer asked for, and what staff are to answer. */
export const RETURN_REQUEST_MAILS = [
  'return_request_received',
  'return_request_notice',
] as const satisfies readonly Resendable[];

/** The mail about an expired checkout, which its reader can unsubscribe from. All others are about a purchase. */
export const RECOVERY_MAIL = { template: 'checkout_expired', title: 'Expired checkout notice' } as const satisfies {
  template: Resendable;
  title: string;
};

export const isRecoveryMail = (template: string): boolean => template === RECOVERY_MAIL.template;

/** The key of the timeline's entry that a mail is not sent. Whatever has one is not owed any more. */
export const unsentKey = (mailKey: string): string => `mail/${mailKey}/unsent`;

/** Why a recovery mail is not sent, at the end of a sentence on the timeline. */
export const UNSUBSCRIBED = 'the customer has unsubscribed from them';

/**
 * The key of the request for a mail that no run of the order sends by itself, so that it has not been sent before: one
 * that a withdrawal needs, or a request to return, which `ref` names.
 */
export const firstKey = (template: Resendable, ref?: string): string =>
  ['first', template, ...(ref === undefined ? [] : [ref])].join('/');

/** Keys of staff's requests are hashes. */
export const isFirstKey = (key: string): boolean => key.startsWith('first/');

/** What a mail to staff asks for if a payment has to be captured by a deadline. The order itself is not stuck. */
export const CAPTURE = 'capture';

/** What a mail calls staff to: a step that needs attention, or the capture of a payment. */
export type MailStep = AttentionStep | typeof CAPTURE;

/** Whether anybody can have it sent to an address that is not theirs. A complaint about it is none about purchases. */
export const isUnasked = (template: string): boolean => isRecoveryMail(template) || template === 'back_in_stock';

/** What a mail about an order is, in codes and ids. */
export interface MailParts {
  template: string;
  /** Of a mail that calls staff: what needs them. */
  step?: MailStep;
  /** The id of the parcel, refund, dispute or report that the mail is about. Absent: it is about the order itself. */
  ref?: string;
  /** Which of several mails about the same it is: the time it began, a deadline, or a count. */
  episode?: string | number;
  /** The key of a request by staff to send it again. That mail has its own row and key. */
  again?: string;
}

/** The key of a mail: of its row, at Resend, and for its Message-ID. */
export const mailKey = (sessionId: SessionId, { template, step, ref, episode, again }: MailParts): string =>
  [template, sessionId, step, ref, episode, ...(again ? ['again', again] : [])]
    .filter((part) => part !== undefined)
    .join('/');

/** The facts about an order that decide whether a mail about it is true. */
export interface MailedOrder {
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  /** Until when an expired checkout can be recovered. */
  recoverableUntil: Date | null;
  /** In the order in which they left. */
  shipments: readonly { id: string }[];
  /** In the order in which they came. */
  returns: readonly { id: string }[];
  /** In the order in which they were requested. */
  refunds: readonly { stripeId: string | null; status: string }[];
  attention: object | null;
  withdrawal: object | null;
  /** In the order in which they came. */
  returnRequests: readonly { id: string; declined: boolean }[];
}

/** What a mail is about: the latest parcel, return or refund, or the order itself. Null: it would not be true now. */
type Subject = (order: MailedOrder, now: Date) => { ref?: string } | null;

/** What each mail would be about if it was sent again now. */
export const subjectOfMail: Record<Resendable, Subject> = {
  order_confirmation: (order) => itself(isBought(order)),
  payment_processing: ({ paymentStatus }) => itself(paymentStatus === 'PROCESSING'),
  payment_failed: ({ paymentStatus }) => itself(paymentStatus === 'FAILED'),
  checkout_expired: ({ status, paymentStatus, recoverableUntil }, now) =>
    itself(status === 'EXPIRED' && paymentStatus === 'UNPAID' && recoverableUntil !== null && recoverableUntil > now),
  order_shipped: ({ shipments }) => about(shipments.at(-1)?.id),
  return_received: ({ returns }) => about(returns.at(-1)?.id),
  order_refunded: (order) => about(lastRefund(order, (status) => !isReversed(status) && !isResolved(status))),
  refund_failed: (order) => about(lastRefund(order, isReversed)),
  order_received: (order) => itself(isBought(order)),
  attention_needed: ({ attention }) => itself(attention !== null),
  withdrawal_received: ({ withdrawal }) => itself(withdrawal !== null),
  withdrawal_notice: ({ withdrawal }) => itself(withdrawal !== null),
  return_request_received: ({ returnRequests }) => about(returnRequests.at(-1)?.id),
  return_request_notice: ({ returnRequests }) => about(returnRequests.at(-1)?.id),
  return_request_declined: ({ returnRequests }) => about(returnRequests.findLast(({ declined }) => declined)?.id),
};

const itself = (isTrue: boolean) => (isTrue ? {} : null);

const about = (ref: string | null | undefined) => (ref ? { ref } : null);

const isBought = ({ status }: MailedOrder): boolean =>
  status === 'PAID' || status === 'PREPARING' || status === 'SHIPPED' || status === 'COMPLETED';

/** Stripe's id of the latest refund. A refund that Stripe has not answered has no mail yet. */
const lastRefund = ({ refunds }: MailedOrder, is: (status: string) => boolean): string | null | undefined =>
  refunds.filter(({ stripeId, status }) => stripeId !== null && is(status)).at(-1)?.stripeId;
