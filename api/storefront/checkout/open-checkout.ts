import { sessionId } from '../../../domain/ids';
import type { CheckoutRecord } from '../../../store/checkouts/checkouts';
import { type CheckoutKey, isKeyKnown, type KeyClaim } from '../../../store/checkouts/keys';
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
  /** Null where it is not kept. */
  shopperIp: string | null;
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
  const { recovers } = request;
  const steps: Steps = {
    again: async (checkout) => {
      const inTime = performance.now() - began < ASK_WITHIN_MS;
      const opened = await answered(deps, checkout, inTime ? request.today : null);
      return recovers === null || opened.status === 'PENDING' ? opened : null;
    },
    resume: async (checkout) => {
      if (checkout.holdUntil.getTime() <= deps.clock.now()) return null;
      // It was admitted before, so a repeat needs no slot.
      return finish(deps, checkout, { began, atStripe: (call) => call() }).catch(nullWhenEnded);
    },
    start: (claim) => start(deps, request, began, claim),
  };
  if (deps.admission.closed && !(request.key && (await isKeyKnown(deps.db, request.key))))
    throw deps.admission.refusal();
  return request.key ? underKey(deps, request.key, began, steps) : steps.start(null);
}

/** A new attempt, as soon as there is room for one. A cart that cannot be bought takes no room. */
async function start(
  deps: ApiDeps,
  { cart, clientHash, shopperIp, recovers, limit }: CheckoutRequest,
  began: number,
  claim: KeyClaim | null,
): Promise<OpenedCheckout> {
  const { db, admission } = deps;
  const before = await priceCart(db, cart);
  const slot = await admission.enter(before.scarcest);
  let outcome: 'opened' | 'failed' = 'failed';
  try {
    const { priced } = slot.waited ? await priceCart(db, cart) : before; // it may have sold out meanwhile
    await limit();
    const { atStripe } = slot;
    const opened = await attempt(deps, cart, priced, { clientHash, shopperIp, recovers, claim, began, atStripe });
    outcome = 'opened';
    return opened;
  } finally {
    slot.leave(outcome);
  }
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
