import type { components, operations } from './generated/schema.ts';

type Schemas = components['schemas'];

/** An integer in the currency's smallest unit, with the lower-case ISO 4217 code. */
export type Money = Schemas['Money'];
export type Product = Schemas['Product'];
/** Products for sale. The next page starts at `nextCursor`; null on the last, and if all were asked for. */
export type ProductPage = operations['getProducts']['responses'][200]['content']['application/json'];
/** What the payment page may add to a cart. */
export type Shop = Schemas['AddedAtCheckout'];
/** What `POST /checkout` takes. */
export type CheckoutRequest = Schemas['Cart'];
export type Checkout = Schemas['Checkout'];
/** The cart behind a recovery link, as it could be bought now. */
export type RecoveryCart = Schemas['RecoveryCart'];
export type Order = Schemas['Order'];
export type OrderStatus = Schemas['OrderStatus'];
export type PaymentStatus = Schemas['PaymentStatus'];
/** What a guest finds an order with. */
export type OrderLookup = Schemas['OrderLookup'];
/** A page of orders. The next one starts at `nextCursor`; null on the last page. */
export type OrderPage = operations['getStorefrontOrders']['responses'][200]['content']['application/json'];

const FINAL: ReadonlySet<OrderStatus> = new Set<OrderStatus>(['COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED']);

/** Whether an order has ended. Only a later payment or refund still changes it. */
export const isFinal = ({ status }: Pick<Order, 'status'>): boolean => FINAL.has(status);

/** Whether the shopper has paid or started to, so that buying again would be a second order. */
export const isPaidFor = ({ paymentStatus }: Pick<Order, 'paymentStatus'>): boolean =>
  paymentStatus !== 'UNPAID' && paymentStatus !== 'FAILED';

/** Whether a text has the form of a Checkout Session's id. */
export const isSessionId = (text: string): boolean => /^cs_(?:test_|live_)?[A-Za-z0-9_]{1,200}$/.test(text);
