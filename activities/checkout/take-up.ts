import { randomUUID } from 'node:crypto';
import { type CheckoutLine, METADATA } from '../../domain/session';
import type { Deps } from '../deps';
import type { FoundLine, Session } from './session';

/**
 * Joins a session to the request of ours that made it: the API wrote the request down, asked Stripe, and died before it wrote the id.
 * False when the request belongs to another session (a recovered copy carries our metadata too) or is not known here any more.
 */
export async function adopt({ db }: Deps, session: Session, checkoutId: string): Promise<boolean> {
  if (!/^[0-9a-f-]{36}$/i.test(checkoutId)) return false;
  const { count } = await db.checkout.updateMany({
    where: { id: checkoutId, OR: [{ sessionId: null }, { sessionId: session.id }] },
    data: { sessionId: session.id },
  });
  return count === 1;
}

/** Writes down a session made elsewhere as the checkout its order is opened from: its lines as they are at Stripe, under a new number. */
export async function writeFound({ db, clock }: Deps, session: Session, lines: FoundLine[]): Promise<void> {
  const at = new Date(clock.now());
  const [{ number }] = await db.$queryRaw<[{ number: bigint }]>`SELECT nextval('order_number_seq') AS number`;
  const userId = session.metadata?.[METADATA.userId];
  await db.checkout.createMany({
    data: [
      {
        id: randomUUID(),
        number: String(number),
        origin: 'ELSEWHERE',
        currency: session.currency ?? '',
        subtotal: session.amount_subtotal ?? 0,
        lines: JSON.parse(JSON.stringify(await asAsked(db, lines))),
        request: { metadata: { ...(userId && { userId }) }, ...(session.locale && { locale: session.locale }) },
        holdUntil: at,
        sessionId: session.id,
        createdAt: at,
      },
    ],
    skipDuplicates: true,
  });
}

/** Notes, once, a complete session that is not ours: it is answered for nowhere else. */
export async function writeStray({ db, clock, metrics }: Deps, session: Session): Promise<void> {
  const { count } = await db.straySession.createMany({
    data: [
      {
        sessionId: session.id,
        amount: session.amount_total,
        currency: session.currency,
        reason:
          session.mode === 'payment' ? 'a line stands for no product known here' : `a session of mode ${session.mode}`,
        seenAt: new Date(clock.now()),
      },
    ],
    skipDuplicates: true,
  });
  metrics.strays.inc(count);
}

/** One line a SKU. A line that nothing names keeps its place under a SKU of its own, so that staff see it; it never has stock or a file. */
async function asAsked(db: Deps['db'], lines: FoundLine[]): Promise<CheckoutLine[]> {
  const products = await db.product.findMany({ where: { sku: { in: lines.flatMap(({ sku }) => sku ?? []) } } });
  const merged = new Map<string, CheckoutLine>();
  lines.forEach((line, index) => {
    const sku = line.sku ?? `unknown-${index + 1}`;
    const product = products.find((one) => one.sku === sku);
    const same = merged.get(sku);
    const quantity = line.quantity + (same?.quantity ?? 0);
    const total = line.amount_subtotal + (same?.total ?? 0);
    merged.set(sku, {
      sku,
      name: product?.name ?? line.description,
      kind: product?.kind ?? 'PHYSICAL',
      quantity,
      unitAmount: Math.floor(total / quantity),
      total,
      stripePriceId: null,
      minimum: line.minimum,
    });
  });
  return [...merged.values()];
}
