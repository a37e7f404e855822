declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A Stripe Checkout Session id, `cs_…`: the id of an order and of its workflow. */
export type SessionId = Branded<'SessionId'>;
/** A Stripe Refund id, `re_…` (`pyr_…` for some older payment methods). */
export type RefundId = Branded<'RefundId'>;
/** A Stripe Dispute id, `du_…` (`dp_…` for older ones). */
export type DisputeId = Branded<'DisputeId'>;

const SESSION_ID = /^cs_(?:test_|live_)?[A-Za-z0-9_]{1,200}$/;
const REFUND_ID = /^(?:re|pyr)_[A-Za-z0-9_]{1,200}$/;
const DISPUTE_ID = /^(?:du|dp)_[A-Za-z0-9_]{1,200}$/;
const NOTICE_ID = /^(?:prv|issfr|pi|po)_[A-Za-z0-9_]{1,200}$/;
const SKU = /^[A-Za-z0-9._-]{1,40}$/;
const CURRENCY = /^[a-z]{3}$/;

/** Whether a string has the form of a Checkout Session id. The session may still not exist. */
export const isSessionId = (text: string): text is SessionId => SESSION_ID.test(text);
/** Whether a string has the form of a Refund id. */
export const isRefundId = (text: string): text is RefundId => REFUND_ID.test(text);
/** Whether a string has the form of a Dispute id. */
export const isDisputeId = (text: string): text is DisputeId => DISPUTE_ID.test(text);
/** Whether a string has the form of the id of a review, an early fraud warning, a PaymentIntent or a payout. */
export const isNoticeId = (text: string): boolean => NOTICE_ID.test(text);
/** Whether a string is a stock keeping unit: at most 40 of `A–Z a–z 0–9 . _ -`. */
export const isSku = (text: string): boolean => SKU.test(text);
/** Whether a string has the form of a lower-case ISO 4217 code. */
export const isCurrency = (text: string): boolean => CURRENCY.test(text);

/** Brands a string as a session id. Throws a `TypeError` if it does not have that form. */
export function sessionId(text: string): SessionId {
  if (!isSessionId(text)) throw new TypeError('not a Checkout Session id');
  return text;
}

/** Brands a string as a refund id. Throws a `TypeError` if it does not have that form. */
export function refundId(text: string): RefundId {
  if (!isRefundId(text)) throw new TypeError('not a Refund id');
  return text;
}

/** Brands a string as a dispute id. Throws a `TypeError` if it does not have that form. */
export function disputeId(text: string): DisputeId {
  if (!isDisputeId(text)) throw new TypeError('not a Dispute id');
  return text;
}
