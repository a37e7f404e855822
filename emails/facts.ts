import { dayIn } from '../domain/dates';
import type { MailStep } from '../domain/mail';
import { formatMoney } from '../domain/money';
import type { Voucher } from '../domain/voucher';

/**
 * Everything a template may say about an order, as the order stood when the mail was written. All templates share this
 * shape, so a new template needs no query of its own. Amounts are in the smallest unit of `order.currency`.
 */
export interface MailFacts {
  /** The shop's name, taken from the sender's address. */
  shop: string;
  /** Of a mail that calls staff: what needs them. Null for all others. */
  step: MailStep | null;
  /** The id of the shipment, refund, dispute or report this mail is about; null if it is about the order itself. */
  ref: string | null;
  order: OrderFacts;
  links: {
    /** The order's page, signed: from there the customer can cancel and withdraw. */
    order: string;
    storefront: string;
    /** Ends the mails about expired checkouts to this customer; null if their address is not known. */
    unsubscribe: string | null;
    /** The order in the staff API. */
    admin: string;
    /** The order's page for staff, who sign in there with their token. */
    staff: string;
    /** The order's workflow in the Temporal UI; null if its address is not configured. */
    workflow: string | null;
    /** A dispute in the staff API. */
    dispute(id: string): string;
  };
}

export interface OrderFacts {
  number: string;
  /** The Checkout Session's id, which is also the id of the order's workflow. */
  sessionId: string;
  status: string;
  paymentStatus: string;
  currency: string;
  /** A BCP 47 tag that `Intl` knows: of amounts and dates, and of the language of mails to the customer. */
  locale: string;
  /** What is delivered: what is in a bundle, in place of the bundle. */
  items: ItemFacts[];
  /** The same as it was in the cart: a bundle is one line. */
  bought: BoughtFacts[];
  subtotal: number;
  discount: number;
  shipping: number;
  tax: number;
  /** The part of the tax that the prices already include. */
  taxIncluded: number;
  total: number;
  refunded: number;
  /** Name and address, one line per entry; null if nothing is shipped or no address is known. */
  shipTo: string[] | null;
  downloads: DownloadFacts[];
  licenceKeys: KeyFacts[];
  shipments: ShipmentFacts[];
  refunds: RefundFacts[];
  returns: ReturnFacts[];
  returnRequests: ReturnRequestFacts[];
  disputes: DisputeFacts[];
  /** `behind`: the step that staff are shown before this one, if there is one. */
  attention: { step: string; reason: string; since: Date; behind: string | null } | null;
  /** The customer's withdrawal from the contract. */
  withdrawal: WithdrawalFacts | null;
  recovery: { url: string; until: Date } | null;
  /** How to pay a voucher or a bank transfer. */
  voucher: Voucher | null;
  /** Stripe's page with the invoice; null if there is none, or the mail does not need it. */
  invoiceUrl: string | null;
  /** Until when staff can capture a payment that was only authorised. */
  captureBefore: Date | null;
  /** Whether a card was declined before the session expired. */
  declined: boolean;
}

export interface WithdrawalFacts {
  at: Date;
  /** As the customer gave it; null once it is erased. */
  name: string | null;
  /** Nothing had been delivered: all of the money goes back by itself. */
  undone: boolean;
  /** It came after the period. */
  late: boolean;
  /** The names of the downloads that have begun, and of what licence keys were issued for. */
  begun: string[];
  /** Whether something has been shipped. */
  shipped: boolean;
}

export interface ItemFacts {
  sku: string;
  name: string;
  kind: 'PHYSICAL' | 'DIGITAL';
  quantity: number;
  unitAmount: number;
  total: number;
}

export interface BoughtFacts extends Omit<ItemFacts, 'kind'> {
  /** What is in a bundle, for all of its units; null for any other product. */
  contents: Quantity[] | null;
}

export interface DownloadFacts {
  name: string;
  url: string;
  expiresAt: Date;
  remaining: number;
}

export interface KeyFacts {
  name: string;
  key: string;
}

export interface Quantity {
  name: string;
  quantity: number;
}

export interface ShipmentFacts {
  id: string;
  carrier: string;
  trackingNumber: string;
  trackingUrl: string | null;
  items: Quantity[];
  /** What was still unshipped when this parcel left. */
  toCome: Quantity[];
}

export interface ReturnFacts {
  id: string;
  items: Quantity[];
  /** What is refunded for it; null if nothing is, or the refund did not go through. */
  refund: number | null;
}

/** What the customer asked to return. Why they did is not in mails. */
export interface ReturnRequestFacts {
  id: string;
  items: Quantity[];
  declined: boolean;
  /** What staff tell the customer whose request they decline; null once it is erased. */
  note: string | null;
}

export interface RefundFacts {
  /** Stripe's id, or our own key until Stripe has answered. */
  id: string;
  /** Null until the amount left to refund is known. */
  amount: number | null;
  status: string;
  reason: string;
}

export interface DisputeFacts {
  /** Stripe's id, `du_…`. */
  id: string;
  /** Stripe's codes; Stripe may add to both lists. */
  status: string;
  reason: string;
  /** In `currency`, which may differ from the order's. */
  amount: number;
  currency: string;
  /** The deadline for evidence; null if Stripe gives none. */
  dueBy: Date | null;
  /** Whether the bank takes an answer at all, and still. */
  answerable: boolean;
  open: boolean;
  submitted: boolean;
}

/** An amount in the order's currency, formatted for reading. */
export const money = ({ currency, locale }: OrderFacts, amount: number): string =>
  formatMoney({ amount, currency }, locale);

/** The parcel this mail is about, or undefined if the order has no such parcel. */
export const shipmentOf = ({ order, ref }: MailFacts): ShipmentFacts | undefined =>
  order.shipments.find(({ id }) => id === ref);

/** The return this mail is about, or undefined if the order has no such return. */
export const returnOf = ({ order, ref }: MailFacts): ReturnFacts | undefined =>
  order.returns.find(({ id }) => id === ref);

/** The request to return that this mail is about, or undefined if the order has no such request. */
export const returnRequestOf = ({ order, ref }: MailFacts): ReturnRequestFacts | undefined =>
  order.returnRequests.find(({ id }) => id === ref);

/** The refund this mail is about, or undefined if the order has no such refund. */
export const refundOf = ({ order, ref }: MailFacts): RefundFacts | undefined =>
  order.refunds.find(({ id }) => id === ref);

/** The dispute this mail is about, or undefined if the order has no such dispute. */
export const disputeOf = ({ order, ref }: MailFacts): DisputeFacts | undefined =>
  order.disputes.find(({ id }) => id === ref);

/** Whether any item of the order has to be shipped. */
export const isShipped = ({ items }: OrderFacts): boolean => items.some(({ kind }) => kind === 'PHYSICAL');

/** A date in the reader's language: `8 December 2026 (UTC)`. */
export const day = ({ locale }: OrderFacts, at: Date): string => `${dayIn(locale, at)} (UTC)`;
