import type { Decision, HoldReason, OrderStatus, PaymentStatus } from './order';
import type { StockState } from './order-snapshot';
import type { ReturnRequestState } from './return-requests';

/** The actions that are updates to the order's workflow. */
export const UPDATES = [
  'ship',
  'deliver',
  'hold',
  'release',
  'cancel',
  'refund',
  'return',
  'replace',
  'retry',
  'resolve',
] as const;
export type UpdateAction = (typeof UPDATES)[number];
/** The ways in which `resolve` settles what needs attention. */
export const RESOLUTIONS = ['withdraw', 'settled_elsewhere', 'accept'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];
/**
 * What can be done with an order. Apart from the updates: what the staff API alone does, because it touches personal
 * data, which must not stand in Temporal; and what the shopper does (`abandon`, `… as the shopper`).
 */
export type Action =
  | UpdateAction
  | 'accept'
  | 'send a mail again'
  | 'correct e-mail'
  | 'correct address'
  | 'erase'
  | 'decline a return'
  | 'abandon'
  | 'cancel as the shopper'
  | 'ask to return as the shopper';

/** The facts about an order that decide what staff may do. An absent flag counts as false. */
export interface ActionFacts {
  status: OrderStatus;
  /** What became of its payment; absent where nothing depends on it. */
  paymentStatus?: PaymentStatus | undefined;
  /** Where its stock is; absent where nothing depends on it. */
  stock?: StockState | undefined;
  /** A dispute is open. */
  disputed?: boolean | undefined;
  /** Stripe Radar has the payment under review. */
  reviewOpen?: boolean | undefined;
  /** The card's issuer warns of fraud, and staff have not decided yet. */
  fraudWarning?: boolean | undefined;
  anythingShipped?: boolean | undefined;
  /** A download has begun. */
  downloaded?: boolean | undefined;
  /** Why staff hold shipping; null or absent if they do not. */
  shippingHold?: HoldReason | null | undefined;
  /** The customer has nothing of it: nothing was shipped, or all of that has come back. */
  nothingOut?: boolean | undefined;
  /** The customer has nothing that they have not asked to return already. */
  nothingToAsk?: boolean | undefined;
  /** The customer has withdrawn from the contract. */
  withdrawn?: boolean | undefined;
  /** Where the request to return stands that staff want to decline. */
  returnRequest?: ReturnRequestState | undefined;
  /** A cancel is requested and not carried out yet. */
  cancelling?: boolean | undefined;
  /** Lost disputes took all that was not refunded: nothing is left to give back. */
  lost?: boolean | undefined;
  /** A part of the money is given back, or lost to the bank. */
  partlyGone?: boolean | undefined;
  /** It has downloads only. */
  digital?: boolean | undefined;
  /** Nothing can be refunded now: nothing is left, or Stripe has been asked for all that is. */
  nothingRefundable?: boolean | undefined;
  /** Its workflow asks Stripe for all that is left, and has no answer yet. */
  refundingAll?: boolean | undefined;
  /** No money was taken: it is free, or was never paid. */
  nothingTaken?: boolean | undefined;
  /** A refund is not over at Stripe, or did not go through and staff have not resolved it. */
  refundOpen?: boolean | undefined;
  /** Why a mail about it did not reach the customer; null or absent if they all did. */
  unreached?: string | null | undefined;
  /** The customer's data is erased. */
  erased?: boolean | undefined;
  /** Stripe refuses the refund of a cancel. */
  cancelRefused?: boolean | undefined;
  /** What Stripe reported and staff must decide about. */
  pendingDecision?: Decision | null | undefined;
  /** What Stripe reported and staff have not answered, whether or not it is the pending decision that they see. */
  reports?: readonly Decision[] | undefined;
  /** A step is parked, or a decision is pending. */
  needsAttention?: boolean | undefined;
  /** A step is parked that can be tried again. */
  stuck?: boolean | undefined;
  /** What staff decided, with `retry` or `resolve`, is being carried out. */
  deciding?: boolean | undefined;
  /** Its payment differs from what was asked, and staff have not accepted it. */
  paymentDiffers?: boolean | undefined;
  /** Stripe does not know its session. */
  sessionUnknown?: boolean | undefined;
  /** The mail that is to be sent again. */
  mail?: ResendFacts | undefined;
}

/** The facts about a mail that decide whether it can be sent again. */
export interface ResendFacts {
  /** As it is called on the timeline. */
  title: string;
  /** Whether it would be true of the order as it is now. */
  isTrue: boolean;
  /** It goes to the customer, whose address is not known. */
  lacksAddress: boolean;
  /** It is about an expired checkout, and the customer has unsubscribed from those. */
  unsubscribed?: boolean;
}
