import { STAFF } from '../../domain/actor';
import type { SessionId } from '../../domain/ids';
import type { Db, Tx } from '../database';

/**
 * Records who makes a request, before it is sent to a workflow. The first name under a key counts: a repeat of a
 * request is the same request, whoever sends it.
 * @param key the id of the update, or the key of the request
 */
export async function recordActor(
  db: Db,
  { sessionId, key, actor, at }: { sessionId: SessionId; key: string; actor: string; at: Date },
): Promise<void> {
  if (actor === STAFF) return;
  await db.requestActor.createMany({ data: [{ sessionId, key, actor, requestedAt: at }], skipDuplicates: true });
}

/** The name of who made a request; `staff` if none is recorded, or the request has no key. */
export async function readActor(
  db: Db,
  { sessionId, by }: { sessionId: SessionId; by?: string | undefined },
): Promise<string> {
  if (by === undefined) return STAFF;
  const row = await db.requestActor.findUnique({ where: { sessionId_key: { sessionId, key: by } } });
  return row?.actor ?? STAFF;
}

/** The name of who asked for the cancel that stands, for the run that carries it out; `staff` if none stands. */
export async function readCanceller(db: Db | Tx, sessionId: SessionId): Promise<string> {
  const entry = await db.timelineEntry.findFirst({
    where: { sessionId, type: 'cancel', order: { cancelRequestedAt: { not: null } } },
    orderBy: { id: 'desc' },
    select: { actor: true },
  });
  return entry?.actor ?? STAFF;
}
