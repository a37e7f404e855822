import type Stripe from 'stripe';
import { sessionId } from '../domain/ids';
import { METADATA } from '../domain/session';
import type { Verdict } from '../domain/verdict';
import type { Tx } from '../platform/database';
import type { Deps } from './deps';
import { changeOrder, type LockedOrder, lockKnownOrder } from './records';
import { type AskedCheckout, type FoundLine, paymentIntentOf, type Session } from './session';

type Paid = Extract<Verdict, { seen: 'paid' | 'differs' }>;

/** Writes to the order what Stripe says was paid, by whom and where it goes. Safe to repeat; an erased customer stays erased. */
export async function writePaid(
  { db, clock }: Deps,
  session: Session,
  { lines }: { lines: FoundLine[] },
  asked: AskedCheckout,
  verdict: Paid,
): Promise<void> {
  const at = new Date(clock.now());
  const intent = paymentIntentOf(session);
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId(session.id));
    await writeCustomer(tx, order, session);
    await writeChosenAmounts(tx, order, lines, asked);
    const first = order.paidAt === null;
    await changeOrder(
      tx,
      order,
      at,
      {
        total: session.amount_total ?? 0,
        discount: session.total_details?.amount_discount ?? 0,
        shipping: session.total_details?.amount_shipping ?? 0,
        tax: session.total_details?.amount_tax ?? 0,
        paymentIntentId: intent?.id ?? null,
        chargeId: chargeIdOf(intent),
        ...(first && { paidAt: at, paymentStatus: verdict.free ? 'NO_PAYMENT_REQUIRED' : 'PAID' }),
      },
      { type: 'paid', message: verdict.free ? 'Nothing to pay' : 'Paid', actor: 'stripe' },
    );
  });
}

async function writeCustomer(tx: Tx, order: LockedOrder, session: Session): Promise<void> {
  const known = await tx.customer.findUnique({ where: { sessionId: order.sessionId } });
  if (known?.erasedAt) return;
  const shipping = session.collected_information?.shipping_details;
  const address = addressOf(shipping?.address ?? session.customer_details?.address);
  const found = {
    email: (session.customer_details?.email ?? session.customer_email)?.toLowerCase() ?? known?.email ?? null,
    name: shipping?.name ?? session.customer_details?.name ?? known?.name ?? null,
    userId:
      session.metadata?.[METADATA.userId] ??
      paymentIntentOf(session)?.metadata?.[METADATA.userId] ??
      known?.userId ??
      null,
    ...(address && { address }),
  };
  await tx.customer.upsert({
    where: { sessionId: order.sessionId },
    create: { sessionId: order.sessionId, ...found },
    update: found,
  });
}

/** An address in Stripe's own fields; null when there is none. */
function addressOf(address: Stripe.Address | null | undefined) {
  if (!address) return null;
  const { line1, line2, city, state, postal_code, country } = address;
  return { line1, line2, city, state, postal_code, country };
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
