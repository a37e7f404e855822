import { formatMoney } from '../domain/money';

/**
 * What a mail can tell of an order, as it stood when the mail was written, with the links made for it. Every template reads from this one
 * shape, so that a new one needs no reading of its own. Amounts are in `order.currency`, in its smallest unit.
 */
export interface MailFacts {
  /** The name of the shop, as the sender's address gives it. */
  shop: string;
  /** Which of several this mail is about: a shipment's id, a refund's; null for what happens once an order. */
  ref: string | null;
  order: OrderFacts;
  links: {
    /** The order's page in the storefront. */
    order: string;
    storefront: string;
    /** The order in the staff API. */
    admin: string;
    /** A dispute in the staff API. */
    dispute(id: string): string;
  };
}

export interface OrderFacts {
  number: string;
  /** The Checkout Session's id: the id of the order's workflow too. */
  sessionId: string;
  status: string;
  paymentStatus: string;
  currency: string;
  /** A BCP 47 tag that `Intl` knows. */
  locale: string;
  items: ItemFacts[];
  subtotal: number;
  discount: number;
  shipping: number;
  tax: number;
  /** Of the tax, what is inside the prices already. */
  taxIncluded: number;
  total: number;
  refunded: number;
  /** Name and address, a line each; null where nothing is sent or nothing is known. */
  shipTo: string[] | null;
  downloads: DownloadFacts[];
  shipments: ShipmentFacts[];
  refunds: RefundFacts[];
  disputes: DisputeFacts[];
  attention: { step: string; reason: string; since: Date } | null;
  recovery: { url: string; until: Date } | null;
  /** Whether the till closed on a card that was declined. */
  declined: boolean;
}

export interface ItemFacts {
  sku: string;
  name: string;
  kind: 'PHYSICAL' | 'DIGITAL';
  quantity: number;
  unitAmount: number;
  total: number;
}

export interface DownloadFacts {
  name: string;
  url: string;
  expiresAt: Date;
  remaining: number;
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
  /** What of the order had not been sent when this parcel left. */
  toCome: Quantity[];
}

export interface RefundFacts {
  /** Stripe's id, or our own key while Stripe has not answered. */
  id: string;
  /** Null while it is not known how much is left to give back. */
  amount: number | null;
  status: string;
  reason: string;
}

export interface DisputeFacts {
  /** Stripe's id, `du_…`. */
  id: string;
  /** Stripe's words: both are open lists. */
  status: string;
  reason: string;
  /** In `currency`, which may be another than the order's. */
  amount: number;
  currency: string;
  /** Until when evidence is taken; null where no day is named. */
  dueBy: Date | null;
  open: boolean;
  submitted: boolean;
}

/** An amount of this order in words. */
export const money = ({ currency, locale }: OrderFacts, amount: number): string =>
  formatMoney({ amount, currency }, locale);

/** The parcel this mail is about, if the order has it. */
export const shipmentOf = ({ order, ref }: MailFacts): ShipmentFacts | undefined =>
  order.shipments.find(({ id }) => id === ref);

/** The refund this mail is about, if the order has it. */
export const refundOf = ({ order, ref }: MailFacts): RefundFacts | undefined =>
  order.refunds.find(({ id }) => id === ref);

/** The dispute this mail is about, if the order has it: the reference is its id, and which of its openings or deadlines after a slash. */
export const disputeOf = ({ order, ref }: MailFacts): DisputeFacts | undefined =>
  order.disputes.find(({ id }) => id === ref?.split('/')[0]);

/** Whether something of the order is sent by post. */
export const isShipped = ({ items }: OrderFacts): boolean => items.some(({ kind }) => kind === 'PHYSICAL');

/** A day in words; the day of UTC, and it says so. */
export const day = (at: Date): string =>
  `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(at)} (UTC)`;

/** A moment in words, for staff. */
export const moment = (at: Date): string =>
  `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(at)} UTC`;
