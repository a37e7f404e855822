import createClient from 'openapi-fetch';
import type { Result } from './failures.ts';
import { followOrder } from './follow.ts';
import type { paths } from './generated/schema.ts';
import { newKey } from './key.ts';
import { type Patience, send } from './send.ts';
import type {
  Checkout,
  CheckoutRequest,
  Order,
  OrderLookup,
  OrderPage,
  OrderStatus,
  Product,
  ProductPage,
  RecoveryCart,
  Shop,
} from './shapes.ts';

export interface HoldfastOptions {
  /** The API's address, its `PUBLIC_URL`. */
  url: string;
  /** One of the API's `STOREFRONT_KEYS`. It opens orders, so it belongs on a server. */
  storefrontKey?: string;
  /** Default: the global one. */
  fetch?: (request: Request) => Promise<Response>;
  /** See `Patience`; they hold for every call. */
  timeoutMs?: number;
  retryForMs?: number;
}

interface Options {
  /** Ends the call: its result is then `aborted`. */
  signal?: AbortSignal;
}

interface ProductQuery {
  group?: string;
  limit?: number;
  cursor?: string;
}

/** The API as a storefront needs it. No call throws, and each is repeated while its failure may pass (see `send`). */
export interface Holdfast {
  /**
   * What is for sale: all of it, the products of a group, or a page of at most `limit` (1–200); the next one starts
   * at `nextCursor`. `fresh` asks the API again for what the browser's cache has.
   */
  products(options?: Options & ProductQuery & { fresh?: boolean }): Promise<Result<ProductPage>>;
  product(sku: string, options?: Options & { fresh?: boolean }): Promise<Result<Product>>;
  /** What the payment page may add to the sum of a cart. */
  shop(options?: Options): Promise<Result<Shop>>;
  /**
   * Has one mail sent to an address when a sold-out product can be bought again. Nothing is reserved, and the answer
   * does not say whether the address waits already.
   */
  notify(
    sku: string,
    email: string,
    options?: Options & {
      /** The language to write in; by default the one that the caller asks for. */ locale?: string;
    },
  ): Promise<Result<{ accepted: true }>>;
  /**
   * Holds the stock and makes the payment page. Without a key each call is a checkout of its own; see `startCheckout`
   * for one that lasts as long as the attempt to pay.
   */
  checkout(request: CheckoutRequest, options?: Options & { idempotencyKey?: string }): Promise<Result<Checkout>>;
  /** Opens an expired checkout again, by the token in its link. */
  recover(token: string, options?: Options): Promise<Result<Checkout>>;
  /** The cart behind that link, as it could be bought now. Holds nothing: show it before the shopper decides. */
  recoveryCart(token: string, options?: Options): Promise<Result<RecoveryCart>>;
  /** Gives back the stock of a checkout that the shopper left. `invalid_transition`: they have paid after all. */
  abandon(sessionId: string, options?: Options): Promise<Result<{ status: OrderStatus }>>;
  order(sessionId: string, options?: Options): Promise<Result<Order>>;
  /**
   * The order now and at each change, until it is final, the shop does not know it, or the signal is aborted. A
   * failure in between says why there is no news; it goes on trying.
   */
  follow(sessionId: string, options?: Options): AsyncGenerator<Result<Order>, void>;
  /** With a storefront's key: the orders of a customer, newest first, by the `userId` of their checkouts. */
  customerOrders(query: { userId: string; cursor?: string }, options?: Options): Promise<Result<OrderPage>>;
  /** With a storefront's key: an order by its number and the customer's e-mail address. */
  findOrder(lookup: OrderLookup, options?: Options): Promise<Result<Order>>;
  /**
   * With a storefront's key: the same API for one shopper, whom limits count instead of this server. Name them by their
   * address or an id that stays theirs, 1–200 visible ASCII characters.
   */
  forShopper(shopper: string): Holdfast;
}

/** @throws when the address is no URL, or a key was given in a browser */
export function createHoldfast(options: HoldfastOptions): Holdfast {
  const { url, storefrontKey } = options;
  if (storefrontKey !== undefined && typeof document !== 'undefined')
    throw new Error('A storefront key opens the orders of all shoppers: keep it on your server.');
  new URL(url);
  return holdfast(options, storefrontKey === undefined ? {} : { authorization: `Bearer ${storefrontKey}` });
}

function holdfast(options: HoldfastOptions, headers: Record<string, string>): Holdfast {
  const { url, fetch, timeoutMs, retryForMs } = options;
  const http = createClient<paths>({ baseUrl: url, headers, ...(fetch && { fetch }) });
  const patient = ({ signal }: Options): Patience => ({ timeoutMs, retryForMs, signal });
  const atSession = (sessionId: string) => ({ path: { sessionId } });
  const caching = (fresh?: boolean) => (fresh ? { cache: 'no-cache' as const } : {});
  const read = (sessionId: string, patience: Patience) =>
    send<Order>((signal) => http.GET('/orders/{sessionId}', { params: atSession(sessionId), signal }), patience);

  return {
    products({ fresh, group, limit, cursor, ...rest } = {}) {
      const query = { ...(group && { group }), ...(limit && { limit }), ...(cursor && { cursor }) };
      return send((signal) => http.GET('/products', { params: { query }, ...caching(fresh), signal }), patient(rest));
    },
    product: (sku, { fresh, ...rest } = {}) =>
      send(
        (signal) => http.GET('/products/{sku}', { params: { path: { sku } }, ...caching(fresh), signal }),
        patient(rest),
      ),
    shop: (rest = {}) => send((signal) => http.GET('/shop', { signal }), patient(rest)),
    notify(sku, email, { locale, ...rest } = {}) {
      const body = { email, ...(locale !== undefined && { locale }) };
      return send(
        (signal) => http.POST('/products/{sku}/notify', { params: { path: { sku } }, body, signal }),
        patient(rest),
      );
    },
    checkout(body, { idempotencyKey = newKey(), ...rest } = {}) {
      const params = { header: { 'idempotency-key': idempotencyKey } };
      return send((signal) => http.POST('/checkout', { body, params, signal }), patient(rest));
    },
    recover: (token, rest = {}) =>
      send((signal) => http.POST('/recover/{token}', { params: { path: { token } }, signal }), patient(rest)),
    recoveryCart: (token, rest = {}) =>
      send((signal) => http.GET('/recover/{token}/cart', { params: { path: { token } }, signal }), patient(rest)),
    abandon: (sessionId, rest = {}) =>
      send(
        (signal) => http.POST('/orders/{sessionId}/abandon', { params: atSession(sessionId), signal }),
        patient(rest),
      ),
    order: (sessionId, rest = {}) => read(sessionId, patient(rest)),
    follow: (sessionId, { signal } = {}) =>
      followOrder(
        {
          read: () => read(sessionId, { timeoutMs, retryForMs: 0, signal }),
          async stream(lastEventId, until) {
            const header = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
            const params = { ...atSession(sessionId), header };
            const answer = await http.GET('/orders/{sessionId}/stream', { params, parseAs: 'stream', signal: until });
            if (answer.response.status === 204) return 'over';
            return answer.response.ok ? (answer.data ?? null) : null;
          },
        },
        signal,
      ),
    customerOrders: (query, rest = {}) =>
      send((signal) => http.GET('/storefront/orders', { params: { query }, signal }), patient(rest)),
    findOrder: (body, rest = {}) =>
      send((signal) => http.POST('/storefront/orders/lookup', { body, signal }), patient(rest)),
    forShopper: (shopper) => holdfast(options, { ...headers, 'holdfast-shopper': shopper }),
  };
}
