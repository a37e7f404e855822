import type { Decision, HoldReason, OrderStatus, Reason } from './order';
import type { LineProgress, ParcelLine } from './parcel';
import type { RefundOrigin } from './refund';
import type { Condition } from './returns';

/** The state of an order's stock. */
export type StockState = 'HELD' | 'SOLD_OUT' | 'RELEASED' | 'COMMITTED' | 'RETURNED';

/** Goods that came back, by the id of their return. */
export interface ReturnedGoods {
  id: string;
  items: ParcelLine[];
  condition: Condition;
}

/** What the shopper asked to return and still has. `at`: when, in milliseconds since the epoch. */
export interface OpenReturnRequest {
  id: string;
  at: number;
  awaited: ParcelLine[];
}

/** A parcel that left. `at`: milliseconds since the epoch. */
export interface ParcelSent {
  carrier: string;
  trackingNumber: string;
  at: number;
  items: ParcelLine[];
}

/**
 * A refund that is not over, or that did not go through. `id` is Stripe's; null until Stripe has answered, as `amount`
 * is where all that is left was asked for.
 */
export interface OpenRefund {
  /** Of its row; absent from what older histories hold. */
  key?: string;
  id: string | null;
  amount: number | null;
  status: string;
  /** Stripe's code for why it failed; absent if it did not, or Stripe does not say. */
  failureReason?: string;
}

/**
 * A refund that Stripe has made or refuses, or that staff have resolved. `amount`: null if Stripe never named it. `at`:
 * when it reached its status, in milliseconds since the epoch.
 */
export interface ToldRefund {
  /** Of its row. */
  key: string;
  amount: number | null;
  status: string;
  origin: RefundOrigin;
  /** Why it was asked for; absent from what older histories hold. */
  reason?: string;
  /** What went back to stock with it. */
  restock: ParcelLine[];
  /** As of an open refund; null if there is none. Absent from what older histories hold. */
  failureReason?: string | null;
  at: number;
}

/** An entry of the order's timeline, without personal data. `at`: milliseconds since the epoch. */
export interface ToldEntry {
  key: string;
  text: string;
  at: number;
}

/** A dispute that is open. `dueBy`: until when Stripe takes evidence, in milliseconds since the epoch. */
export interface OpenDispute {
  id: string;
  amount: number;
  currency: string;
  dueBy: number | null;
  answerable: boolean;
  submitted: boolean;
}

/** Where a mail about an order is. `at`: when it got there, in milliseconds since the epoch. */
export interface MailProgress {
  /** Of its row. */
  key: string;
  template: string;
  state: MailState;
  at: number;
}

/**
 * `waiting`: the provider takes no mail now, and it goes out by itself once it does. `unsent`: there is no address, or
 * it was no longer true. `returned`: it was sent, and the provider reported that it did not reach its reader.
 */
export type MailState = 'under_way' | 'waiting' | 'sent' | 'returned' | 'unsent' | 'given_up';

/** An order as its workflow needs it: ids, codes, amounts and times, without personal data. */
export interface OrderSnapshot {
  number: string;
  status: OrderStatus;
  stock: StockState;
  /** In the smallest unit of `currency`. */
  total: number;
  currency: string;
  skus: string[];
  /** Whether the order has no physical goods. */
  digital: boolean;
  /** Milliseconds since the epoch. */
  holdUntil: number;
  anythingShipped: boolean;
  /** Why staff hold shipping; null if they do not. Absent from what older histories hold. */
  shippingHold?: HoldReason | null;
  /** Whether the customer has nothing that could come back. Absent from what older histories hold. */
  nothingOut?: boolean;
  /** What came back, oldest first; absent if nothing did. */
  returns?: ReturnedGoods[];
  /** Not answered yet, oldest first; absent if there are none. */
  returnRequests?: OpenReturnRequest[];
  /** Its lines with goods; absent if it has downloads only. */
  lines?: LineProgress[];
  /** Oldest first; absent if nothing was shipped. */
  parcels?: ParcelSent[];
  /** In the smallest unit of `currency`; absent if nothing was given back. */
  refunded?: number;
  /** What banks took for good in lost disputes, in the smallest unit of `currency`; absent if they took nothing. */
  lostAmount?: number;
  /** The latest twenty to customer and staff, whoever sent them; absent if there are none. */
  mails?: MailProgress[];
  /** Oldest first; absent if there are none. */
  openRefunds?: OpenRefund[];
  /** The latest twenty, oldest first; absent if there are none, and from what older histories hold. */
  refunds?: ToldRefund[];
  /**
   * What the timeline tells of others than the order's workflow, and, where a run begins, of its earlier runs: the
   * latest thirty, oldest first; absent if it tells nothing.
   */
  told?: ToldEntry[];
  /** The most urgent first; absent if there are none. */
  disputes?: OpenDispute[];
  /** Stripe's id of the payment; absent before there is one. */
  paymentIntentId?: string;
  /** Since when shipping is on hold, in milliseconds since the epoch; absent if it is not. */
  shippingHoldSince?: number;
  disputed: boolean;
  /** Whether Stripe Radar is reviewing the payment, so that nothing ships. */
  reviewOpen: boolean;
  /** Whether the card's issuer warns of fraud and staff have not decided yet, so that nothing ships. */
  fraudWarning: boolean;
  /** Whether banks took for good all that was not refunded: nothing is left to give back. */
  lost: boolean;
  /** The decision that a person must make, if there is one. */
  pendingDecision: { step: Decision; reason: string } | null;
  /**
   * What Stripe reported and staff have not answered, the foremost first. Several may stand at once. Absent from what
   * older histories hold.
   */
  reports?: Decision[];
  /** Why staff want the order cancelled; null if they do not, or if Stripe has refused the refund for good. */
  cancelRequested: Reason | null;
  /** Stripe refuses the refund of that cancel. */
  cancelRefused: boolean;
  /** Stripe refuses a refund of the order, and staff have not resolved it. */
  refundRefused: boolean;
  /** When the last of it was shipped, in milliseconds since the epoch. */
  shippedAt: number | null;
  /** Whether the shopper of an unpaid order came back without paying. */
  abandoned: boolean;
  /** Whether the order is still flagged for a step that an earlier run could not do. */
  staleAttention: boolean;
  /** Whether the customer's data is erased; absent if it is not. */
  erased?: boolean;
  /** Why the customer cannot be reached: a mail was given up, and none has gone out since. Null if they can. */
  unreached: string | null;
}

/** What a look at Stripe has written of an order's payment. */
export type KnownPayment = Pick<OrderSnapshot, 'total' | 'paymentIntentId'>;

/** How far an order with goods is. */
export type Progress = Pick<OrderSnapshot, 'lines' | 'parcels'> & Partial<Pick<OrderSnapshot, 'stock'>>;
