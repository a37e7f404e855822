import { type EventSubject, OUTBOUND_EVENTS, type OutboundEvent } from '../../domain/outbound';
import type { ReplacedLine } from '../../domain/replacements';
import type { Db } from '../database';
import { conditionOf } from '../orders/returns';

/**
 * What an event is about beside its order, as it stands now: the field of the event's data, and its value as JSON has
 * it. Empty if it is about the order alone.
 */
export async function readSubject(
  db: Db,
  { type, subject }: { type: OutboundEvent; subject: string | null },
): Promise<Partial<Record<EventSubject, object | null>>> {
  const { about } = OUTBOUND_EVENTS[type];
  if (about === null) return {};
  return { [about]: subject === null ? null : await READERS[about](db, subject) };
}

const READERS: Record<EventSubject, (db: Db, subject: string) => Promise<object | null>> = {
  async shipment(db, id) {
    const { carrier, trackingNumber, trackingUrl, ...row } = await db.shipment.findUniqueOrThrow({ where: { id } });
    return { carrier, trackingNumber, trackingUrl, shippedAt: row.shippedAt.toISOString(), items: row.items };
  },
  async refund(db, key) {
    // One that was found at Stripe may have become the one that staff had requested (`takePlaceOf`).
    const where = { OR: [{ key }, { stripeId: key }] };
    const { stripeId, status, reason, ...row } = await db.refund.findFirstOrThrow({ where });
    return { id: stripeId, status, amount: amountOf(row), reason };
  },
  async return(db, id) {
    const row = await db.orderReturn.findUniqueOrThrow({ where: { id } });
    return { id, items: row.items, condition: conditionOf(row) };
  },
  async replacement(db, id) {
    const row = await db.replacement.findUniqueOrThrow({ where: { id } });
    const items = row.items as unknown as ReplacedLine[]; // as `recordReplacement` wrote them
    return { id, items: items.map(({ sku, quantity, with: other }) => ({ sku, quantity, with: other ?? null })) };
  },
  async dispute(db, id) {
    const { status, reason, dueBy, ...row } = await db.dispute.findUniqueOrThrow({ where: { id } });
    return { id, status, reason, amount: amountOf(row), dueBy: dueBy?.toISOString() ?? null };
  },
  attention: async (_db, step) => ({ step }),
};

/** An amount that is not known yet counts as none: Stripe was asked for all that is left. */
const amountOf = ({ amount, currency }: { amount: bigint | null; currency: string }) => ({
  ...{ amount: Number(amount), currency },
});
