import { GONE, nextTry } from '../../domain/outbound';
import type { EventSender } from '../../platform/event-sender';
import { type ClaimedDelivery, claimDeliveries, markDelivered, markFailed } from '../../store/events/deliveries';
import { markGone } from '../../store/events/receiver';
import { readSubject } from '../../store/events/subject';
import { publicView } from '../../store/orders/public-view';
import { readOrder } from '../../store/orders/view';
import type { Deps } from '../deps';
import type { EventMetrics } from '../metrics';

export interface EventDeps extends Pick<Deps, 'db' | 'clock' | 'log'> {
  sender: EventSender;
  metrics: EventMetrics;
}

/** How long no other worker tries a claimed event, even if the process of this one dies: longer than a try takes. */
const LEASE_MS = 60_000;

/**
 * Sends the events that are due, `limit` at most and all at once. A process that dies after the receiver took an event
 * and before that is recorded leads to another try under the same id.
 */
export async function deliverDue(deps: EventDeps, limit: number): Promise<{ tried: number; taken: number }> {
  const now = deps.clock.now();
  const lease = { limit, at: new Date(now), leasedUntil: new Date(now + LEASE_MS) };
  const claimed = await claimDeliveries(deps.db, lease);
  const outcomes = await Promise.all(claimed.map((delivery) => deliver(deps, delivery)));
  return { tried: outcomes.length, taken: outcomes.filter(Boolean).length };
}

/** Resolves with whether the receiver took it. A failure of our own is left to the end of the lease: others go on. */
const deliver = (deps: EventDeps, delivery: ClaimedDelivery): Promise<boolean> =>
  tryOnce(deps, delivery).catch((error: unknown) => {
    deps.log.warn({ err: error, delivery: delivery.id }, 'could not send an event, or record that; trying again');
    return false;
  });

async function tryOnce(deps: EventDeps, delivery: ClaimedDelivery): Promise<boolean> {
  const { db, clock, sender, metrics } = deps;
  const body = await bodyOf(deps, delivery);
  const at = new Date(clock.now());
  const error = await sender.send({ id: delivery.id, body, at });
  metrics.deliveries.inc({ outcome: error === null ? 'delivered' : 'failed' });
  if (error === null) await markDelivered(db, { delivery, at });
  else await noteFailed(deps, delivery, error, at);
  return error === null;
}

async function noteFailed(
  { db, sender, log }: EventDeps,
  delivery: ClaimedDelivery,
  error: string,
  at: Date,
): Promise<void> {
  const { id, type, sessionId, queuedAt } = delivery;
  const attempts = delivery.attempts + 1;
  if (error === GONE) await markGone(db, { urlHash: sender.urlHash, at });
  const nextTryAt = nextTry({ attempts, queuedAt, at });
  await markFailed(db, { delivery, error, nextTryAt, at });
  if (nextTryAt === null) log.error({ delivery: id, type, session: sessionId, attempts, error }, 'gave an event up');
}

/** The event with its order as it stands now: the receiver may get an older event later than a newer one. */
async function bodyOf({ db }: EventDeps, { type, sessionId, subject, at }: ClaimedDelivery): Promise<string> {
  const order = await readOrder(db, sessionId);
  if (order === null) throw new Error('the order of an event is not in the database');
  const data = { order: publicView(order), ...(await readSubject(db, { type, subject })) };
  return JSON.stringify({ type, timestamp: at.toISOString(), data });
}
