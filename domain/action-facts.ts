import type { Decision, OrderStatus } from './order';
import type { StockState } from './order-snapshot';

/** The actions that are updates to the order's workflow. */
export const UPDATES = ['ship', 'deliver', 'cancel', 'refund', 'retry', 'resolve'] as const;
export type UpdateAction = (typeof UPDATES)[number];
/** The ways in which `resolve` settles what needs attention. */
export const RESOLUTIONS = ['withdraw', 'settled_elsewhere', 'accept'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];
/** The actions of the staff API alone: they touch personal data, which must not stand in Temporal. */
export type Action = UpdateAction | 'correct e-mail' | 'correct address' | 'erase';

/** The facts about an order that decide what staff may do. An absent flag counts as false. */
export interface ActionFacts {
  status: OrderStatus;
  /** Where its stock is; absent where nothing depends on it. */
  stock?: StockState | undefined;
  /** A dispute is open. */
  disputed?: boolean | undefined;
  /** Stripe Radar has the payment under review. */
  reviewOpen?: boolean | undefined;
  /** The card's issuer warns of fraud, and staff have not decided yet. */
  fraudWarning?: boolean | undefined;
  anythingShipped?: boolean | undefined;
  /** A cancel is requested and not carried out yet. */
  cancelling?: boolean | undefined;
  /** Lost disputes took all that was not refunded: nothing is left to give back. */
  lost?: boolean | undefined;
  /** It has downloads only. */
  digital?: boolean | undefined;
  /** No money was taken: it is free, or was never paid. */
  nothingTaken?: boolean | undefined;
  /** A refund is not over at Stripe, or did not go through and staff have not resolved it. */
  refundOpen?: boolean | undefined;
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
}
