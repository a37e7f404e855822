import type Stripe from 'stripe';
import { sessionId } from '../../domain/ids';
import { amountsOf, type SessionFacts, type Verdict } from '../../domain/verdict';
import type { Tx } from '../../store/database';
import { changeOrder, type LockedOrder, lockKnownOrder } from '../../store/orders/records';
import type { Deps } from '../deps';
import { emailOf, keepCustomer, keepEmail } from './customers';
import { type AskedCheckout, type FoundLine, paymentIntentOf, type Session } from './session';

/** What was read of a session: the object, what of it decides, and what was asked. */
export interface SeenSession {
  session: Session;
  facts: SessionFacts & { lines: FoundLine[] };
  asked: AskedCheckout;
}

type Paid = Extract<Verdict, { seen: 'paid' | 'differs' }>;

/** Writes to the order what Stripe says was paid, by whom and where it goes. Safe to repeat; an erased customer stays erased. */
export async function writePaid(deps: Deps, seen: SeenSession, { free }: Paid): Promise<void> {
  await write(deps, seen, async (tx, order, at) => {
    const first = order.paidAt === null;
    await changeOrder(
      tx,
      order,
      at,
      {
        ...paymentOf(seen),
        ...(first && { paidAt: at, paymentStatus: free ? 'NO_PAYMENT_REQUIRED' : 'PAID' }),
      },
      { type: 'paid', message: free ? 'Nothing to pay' : 'Paid', actor: 'stripe' },
    );
  });
}

/**
 * Writes that a delayed payment is on its way, and who ordered what for how much.
 * @returns until when the stock is kept for it, in milliseconds since the epoch: counted from when it was first seen, however often it is
 */
export async function writeProcessing(deps: Deps, seen: SeenSession): Promise<number> {
  return write(deps, seen, async (tx, order, at) => {
    const since = order.processingSince ?? at;
    const first = order.paymentStatus === 'UNPAID' && order.status === 'PENDING';
    await changeOrder(
      tx,
      order,
      at,
      { ...paymentOf(seen), processingSince: since, ...(first && { paymentStatus: 'PROCESSING' }) },
      { type: 'processing', message: 'The payment is on its way', actor: 'stripe' },
    );
    return since.getTime() + deps.env.ASYNC_PAYMENT_TTL_SECONDS * 1000;
  });
}

/** Writes of a delayed payment that has failed what is needed to tell who ordered what. How the order ends is its workflow's to write. */
export async function writeFailed(deps: Deps, seen: SeenSession): Promise<void> {
  await write(deps, seen, (tx, order, at) => changeOrder(tx, order, at, paymentOf(seen)));
}

/** Keeps, of a till that closed on nobody's money, where its shopper can be written to, and whether a card was declined. */
export async function writeClosed({ db, clock }: Deps, session: Session): Promise<void> {
  const declined = paymentIntentOf(session)?.last_payment_error != null;
  if (!declined && emailOf(session) === null) return;
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId(session.id));
    await keepEmail(tx, session);
    if (declined && !order.declined) await changeOrder(tx, order, new Date(clock.now()), { declined });
  });
}

/** Under the order's lock: who bought and what they chose to pay, then what is particular. */
async function write<T>(
  { db, clock }: Deps,
  { session, facts, asked }: SeenSession,
  rest: (tx: Tx, order: LockedOrder, at: Date) => Promise<T>,
): Promise<T> {
  const at = new Date(clock.now());
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId(session.id));
    await keepCustomer(tx, session);
    await writeChosenAmounts(tx, order, facts.lines, asked);
    return rest(tx, order, at);
  });
}

/** What a total is made of, and where its money is to be found at Stripe. */
function paymentOf({ session, facts }: SeenSession) {
  const intent = paymentIntentOf(session);
  const { subtotal: _asked, ...amounts } = amountsOf(facts);
  const presentment = session.presentment_details;
  return {
    ...amounts,
    presentmentAmount: presentment?.presentment_amount ?? null,
    presentmentCurrency: presentment?.presentment_currency ?? null,
    paymentIntentId: intent?.id ?? null,
    chargeId: chargeIdOf(intent),
  };
}

/** What a shopper chose to pay for a pay-what-you-want product becomes the price of the item. */
async function writeChosenAmounts(tx: Tx, order: LockedOrder, lines: FoundLine[], asked: AskedCheckout): Promise<void> {
  for (const { sku, minimum } of asked.lines) {
    const line = minimum === null ? undefined : lines.find((one) => one.sku === sku);
    if (!line) continue;
    const unitAmount = Math.floor(line.amount_subtotal / line.quantity);
    await tx.orderItem.update({
      where: { sessionId_sku: { sessionId: order.sessionId, sku } },
      data: { unitAmount, total: line.amount_subtotal },
    });
  }
}

const chargeIdOf = (intent: Stripe.PaymentIntent | null): string | null => {
  const charge = intent?.latest_charge;
  return typeof charge === 'string' ? charge : (charge?.id ?? null);
};
