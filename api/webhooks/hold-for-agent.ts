import { unpack } from '../../domain/bundle';
import { shortagesOf, skusOf } from '../../domain/cart-stock';
import { isSku, type SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { ProductForSale } from '../../domain/product';
import type { CheckoutLine } from '../../domain/session';
import { abandonSignal } from '../../messages/order';
import type { ApprovalRequest } from '../../platform/stripe-agents';
import { within } from '../../platform/within';
import { findForCheckout } from '../../store/catalogue/products';
import { type CheckoutRecord, findCheckoutOf, markFailed } from '../../store/checkouts/checkouts';
import { writeSessionElsewhere } from '../../store/checkouts/elsewhere';
import { findStatus, isHeld } from '../../store/orders/status';
import { noteLeft } from '../../store/orders/timeline';
import type { ApiDeps } from '../deps';
import { openOrder, signalRunning } from '../order-workflow';
import { freeStock } from '../storefront/checkout/cart';

export type Decision = { approved: true } | { approved: false; reason: string };

/** Of the 4 s that Stripe waits: to hold the stock, and after that to give up what may yet be held. */
const HOLD_MS = 2_400;
const GIVE_UP_MS = 700;
/** With less than this left nothing is begun. */
const LEAST_MS = 100;

/**
 * Holds the stock of what an agent is about to buy, as a checkout does: writes down what is bought, then opens the
 * order. Where that is not done in time, the purchase is declined, and what is opened late is released by `abandon`.
 * A repeat finds what was written, and the order that was opened.
 */
export async function holdForAgent(deps: ApiDeps, request: ApprovalRequest): Promise<Decision> {
  const { session } = request;
  // What is not held is not approved: a hold needs the session that it is for, and the SKUs.
  if (session === null) return decline('This order cannot be reserved: it names no Checkout Session.');
  const cart = addUp(request);
  if (cart === null) return decline('This order cannot be reserved: a line names no product of this shop.');
  const until = performance.now() + HOLD_MS;
  try {
    return await within(HOLD_MS, hold(deps, { session, cart, currency: request.currency }, until), late);
  } catch (error) {
    deps.log.warn({ err: error, session }, 'the stock of an agent’s purchase could not be held in time');
    await giveUp(deps, session);
    return decline('The shop could not reserve this order in time. Start a new checkout.');
  }
}

/** Releases what may be held, also later, and sees to it that a repeat is not approved meanwhile. */
async function giveUp({ db, temporal, clock, log }: ApiDeps, session: SessionId): Promise<void> {
  const note = async () => {
    const at = new Date(clock.now());
    const checkout = await findCheckoutOf(db, session);
    if (checkout !== null) await markFailed(db, { id: checkout.id, at });
    // The order may have been opened after all, by a run that the signal does not reach.
    await noteLeft(db, { sessionId: session, at, who: 'agent' });
  };
  const done = await Promise.allSettled([
    signalRunning(temporal, session, abandonSignal, GIVE_UP_MS),
    within(GIVE_UP_MS, note(), late),
  ]);
  for (const one of done)
    if (one.status === 'rejected') log.warn({ err: one.reason, session }, 'could not give up an agent’s purchase');
}

interface Purchase {
  session: SessionId;
  currency: string;
  cart: Wanted[];
}

type Wanted = Pick<CheckoutLine, 'sku' | 'quantity' | 'total'>;

/** One line per SKU; null if a line names none. */
function addUp({ lines }: ApprovalRequest): Wanted[] | null {
  const cart = new Map<string, Wanted>();
  for (const { sku, quantity, total } of lines) {
    if (sku === null || !isSku(sku)) return null;
    const same = cart.get(sku) ?? { quantity: 0, total: 0 };
    cart.set(sku, { sku, quantity: same.quantity + quantity, total: same.total + total });
  }
  return [...cart.values()];
}

/** @param until when Stripe must have its answer, in `performance.now()` milliseconds */
async function hold(deps: ApiDeps, purchase: Purchase, until: number): Promise<Decision> {
  const checkout = (await findCheckoutOf(deps.db, purchase.session)) ?? (await write(deps, purchase));
  if ('approved' in checkout) return checkout;
  if (!isSameCart(checkout.lines, purchase.cart))
    return decline('The cart was changed after it was reserved. Start a new checkout.');
  return open(deps, checkout, purchase.session, until);
}

/** Writes down what is bought, if it is for sale and not plainly gone. */
async function write(
  { db, clock, env }: ApiDeps,
  { session, currency, cart }: Purchase,
): Promise<CheckoutRecord | Decision> {
  const { products } = await findForCheckout(db, { skus: cart.map(({ sku }) => sku) });
  const lines = cart.flatMap((line) => {
    const product = products.find(({ sku }) => sku === line.sku);
    return product ? [lineOf(product, line, currency)] : [];
  });
  if (lines.length < cart.length) return decline('Some of this is not for sale.');
  const gone = whatIsGone(lines, freeStock(products));
  if (gone !== null) return gone;

  const at = clock.now();
  await writeSessionElsewhere(db, {
    ...{ session, number: null, currency, lines, userId: null, locale: null },
    subtotal: lines.reduce((sum, { total }) => sum + total, 0),
    holdUntil: new Date(at + env.HOLD_TTL_SECONDS * 1000),
    at: new Date(at),
  });
  // Of two requests at once, one has written.
  const written = await findCheckoutOf(db, session);
  if (written === null) throw new Error('the purchase that was just written is gone');
  return written;
}

function lineOf({ sku, name, kind, contents }: ProductForSale, wanted: Wanted, currency: string): CheckoutLine {
  const { quantity, total } = wanted;
  const line = { sku, name, kind, quantity, unitAmount: Math.floor(total / quantity), total };
  const bought = { ...line, stripePriceId: null, minimum: null };
  return contents === null ? bought : { ...bought, contents: unpack(bought, contents, currency) };
}

const isSameCart = (lines: CheckoutLine[], cart: Wanted[]): boolean =>
  lines.length === cart.length &&
  cart.every((wanted) =>
    lines.some(
      ({ sku, quantity, total }) => sku === wanted.sku && quantity === wanted.quantity && total === wanted.total,
    ),
  );

/** Opens the order and waits until its workflow has held the stock. */
async function open(
  { db, temporal, clock }: ApiDeps,
  { number, subtotal, currency, lines, holdUntil, failed }: CheckoutRecord,
  session: SessionId,
  until: number,
): Promise<Decision> {
  const left = until - performance.now();
  if (left < LEAST_MS) throw late();
  const facts = { number, currency, total: subtotal, skus: skusOf(lines) };
  const isOver = failed || holdUntil.getTime() <= clock.now();
  const opening = isOver ? 'ended' : await openOrder(temporal, session, facts, left);
  // That is what the run answered first. What has become of it since, only the order says.
  if (opening !== 'ended' && opening.outcome === 'held' && (await isHeld(db, session))) return { approved: true };
  if (opening !== 'ended' && opening.outcome === 'sold-out') {
    const free = new Map(opening.missing.map(({ sku, available }) => [sku, available]));
    return whatIsGone(lines, free) ?? decline('Some of this is sold out.');
  }
  const status = (await findStatus(db, session))?.status;
  return status && SOLD.has(status) ? { approved: true } : decline('This checkout has ended. Start a new one.');
}

/** A repeat after the purchase was completed gets the answer that let it be. */
const SOLD: ReadonlySet<OrderStatus> = new Set<OrderStatus>(['PAID', 'PREPARING', 'SHIPPED', 'COMPLETED']);

function whatIsGone(lines: CheckoutLine[], free: ReadonlyMap<string, number>): Decision | null {
  const shortages = shortagesOf(lines, free).map(({ sku, requested, available }) => {
    const name = lines.find((line) => line.sku === sku)?.name ?? sku;
    return `${name}: ${requested} wanted, ${available} left`;
  });
  return shortages.length === 0 ? null : decline(`Out of stock. ${shortages.join('; ')}.`);
}

const decline = (reason: string): Decision => ({ approved: false, reason });

const late = () => new Error('the time in which Stripe must be answered is over');
