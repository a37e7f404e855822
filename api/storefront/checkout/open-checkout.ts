import { sessionId } from '../../../domain/ids';
import type { CheckoutRecord } from '../../../store/checkouts/checkouts';
import type { CheckoutKey } from '../../../store/checkouts/keys';
import { type OrderView, readOrder } from '../../../store/orders/view';
import type { ApiDeps } from '../../deps';
import type { Limits } from '../../http/limits';
import { attempt, CheckoutEnded, finish, type OpenedCheckout } from './attempt';
import { type Cart, priceCart } from './cart';
import { type Steps, underKey } from './keys';
import { cartPage } from './stripe-request';

export interface CheckoutRequest {
  /** With equal SKUs added up. */
  cart: Cart;
  clientHash: string;
  /** Null: the request is a checkout of its own. */
  key: CheckoutKey | null;
  /**
   * The session whose recovery link this comes from. A repeat gets the same response only while the new session is
   * open.
   */
  recovers: string | null;
  /** Counts it against the client's limit; throws `429`. */
  limit: () => ReturnType<Limits['checkout']>;
  /** An order as it is today, also at Stripe. */
  today: (order: OrderView) => Promise<OrderView>;
}

/** A repeat that waited longer than this for the first request has no time left to ask Stripe. */
const ASK_WITHIN_MS = 2_000;

/**
 * Opens a checkout: the session at Stripe, and the stock held for it.
 * @throws every problem of `POST /checkout`
 */
export async function openCheckout(deps: ApiDeps, request: CheckoutRequest): Promise<OpenedCheckout> {
  const began = performance.now();
  const { recovers, clientHash } = request;
  const steps: Steps = {
    again: async (checkout) => {
      const inTime = performance.now() - began < ASK_WITHIN_MS;
      const opened = await answered(deps, checkout, inTime ? request.today : null);
      return recovers === null || opened.status === 'PENDING' ? opened : null;
    },
    resume: async (checkout) => {
      if (checkout.holdUntil.getTime() <= deps.clock.now()) return null;
      return finish(deps, checkout, began).catch(nullWhenEnded);
    },
    start: async (claim) => {
      const priced = await priceCart(deps.db, request.cart);
      await request.limit();
      return attempt(deps, request.cart, priced, { clientHash, recovers, began, claim });
    },
  };
  return request.key ? underKey(deps, request.key, began, steps) : steps.start(null);
}

/**
 * The same response again, with today's status. Where the customer's data was erased, the address of the payment page
 * is forgotten too: that checkout has ended, and the answer leads to where its page would lead.
 */
async function answered(
  { db, env }: ApiDeps,
  checkout: CheckoutRecord,
  today: CheckoutRequest['today'] | null,
): Promise<OpenedCheckout> {
  const id = sessionId(checkout.sessionId ?? '');
  const order = await readOrder(db, id);
  const { status } = (order && today ? await today(order) : order) ?? { status: 'PENDING' as const };
  const url = checkout.url ?? cartPage(env, id);
  return { checkoutId: checkout.id, sessionId: id, url, status, expiresAt: checkout.holdUntil };
}

function nullWhenEnded(error: unknown): null {
  if (error instanceof CheckoutEnded) return null;
  throw error;
}
