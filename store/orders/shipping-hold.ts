import { whyNot } from '../../domain/actions';
import { heldInWords } from '../../domain/happened';
import type { HoldChanged } from '../../domain/hold-rules';
import type { SessionId } from '../../domain/ids';
import type { HoldReason } from '../../domain/order';
import type { Db, Tx } from '../database';
import { changeOrder, isCancelling, isDigital, type LockedOrder, lockKnownOrder, NO_SHIPPING_HOLD } from './records';

interface Asked {
  sessionId: SessionId;
  /** Identifies the request: a repeat changes nothing, whatever the order has come to since. */
  key: string;
  actor: string;
  at: Date;
}

/**
 * Records that staff hold shipping, under the order's lock, so that a parcel leaves either before or not at all. The
 * same reason again changes nothing; another one takes its place.
 */
export async function holdShipping(db: Db, { reason, ...asked }: Asked & { reason: HoldReason }): Promise<HoldChanged> {
  return change(db, 'hold', asked, async (tx, order, entry) => {
    if (order.shippingHold === reason) return standingOf(order);
    const { actor, at } = asked;
    const hold = { shippingHold: reason, shippingHoldSince: at, shippingHoldBy: actor };
    await changeOrder(tx, order, at, hold, { ...entry, message: heldInWords(reason) });
    return { hold: reason, since: at.getTime() };
  });
}

/** Records that staff release shipping. */
export async function releaseShipping(db: Db, asked: Asked): Promise<HoldChanged> {
  return change(db, 'release', asked, async (tx, order, entry) => {
    await changeOrder(tx, order, asked.at, NO_SHIPPING_HOLD, { ...entry, message: heldInWords(null) });
    return { hold: null, since: null };
  });
}

type Write = (tx: Tx, order: LockedOrder, entry: { type: string; actor: string; key: string }) => Promise<Standing>;

/** Whether, why and since when shipping is on hold. */
interface Standing {
  hold: HoldReason | null;
  since: number | null;
}

async function change(
  db: Db,
  action: 'hold' | 'release',
  { sessionId, key, actor }: Asked,
  write: Write,
): Promise<HoldChanged> {
  const entry = { type: action, actor, key: `${action}/${key}` };
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const isRepeat = (await tx.timelineEntry.count({ where: { sessionId, key: entry.key } })) > 0;
    if (isRepeat) return { outcome: 'recorded', ...standingOf(order) };
    const { status, items } = order;
    const facts = { status, shippingHold: holdOf(order), digital: isDigital(items), cancelling: isCancelling(order) };
    const refused = whyNot(action, facts);
    if (refused !== null) return { outcome: 'refused', reason: refused };
    return { outcome: 'recorded', ...(await write(tx, order, entry)) };
  });
}

const standingOf = (order: LockedOrder): Standing => ({
  hold: holdOf(order),
  since: order.shippingHoldSince?.getTime() ?? null,
});

/** Whether and why shipping of an order is on hold. */
export const holdOf = ({ shippingHold }: Pick<LockedOrder, 'shippingHold'>): HoldReason | null =>
  shippingHold as HoldReason | null;
