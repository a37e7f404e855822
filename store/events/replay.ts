import type { SessionId } from '../../domain/ids';
import type { Db } from '../database';
import { note } from '../orders/records';
import { type DeliveryRow, toDelivery, WITH_NUMBER } from './list';

/**
 * Has an event sent again under its id, whatever became of it, and tried for as long as a new one. It also lets a
 * receiver that said it is gone be tried. The order's timeline says who wanted it. Safe to repeat.
 * @returns the event; null if there is none of this id; `no-receiver` if no worker has one
 */
export async function replayDelivery(
  db: Db,
  { id, actor, at }: { id: string; actor: string; at: Date },
): Promise<DeliveryRow | 'no-receiver' | null> {
  return db.$transaction(async (tx) => {
    const known = await tx.delivery.findUnique({ where: { id } });
    if (known === null) return null;
    if ((await tx.eventReceiver.count({ where: { wantedUntil: { gt: at } } })) === 0) return 'no-receiver';
    const message = `The event ${known.type} is sent again`;
    const entry = { type: 'event', message, actor, key: `event/${id}/${at.getTime()}` };
    await note(tx, known.sessionId as SessionId, at, entry);
    const anew = { attempts: 0, firstTriedAt: null, lastTriedAt: null, lastError: null, deliveredAt: null };
    const row = await tx.delivery.update({
      where: { id },
      data: { status: 'PENDING', queuedAt: at, nextTryAt: at, ...anew },
      include: WITH_NUMBER,
    });
    await tx.eventReceiver.updateMany({ data: { goneAt: null } });
    return toDelivery(row);
  });
}
