import type { Registry } from 'prom-client';
import type { Deps } from '../activities/deps';
import { deliverDue, type EventDeps } from '../activities/events/deliver';
import { tendReceiver } from '../activities/events/tend';
import { createEventMetrics } from '../activities/metrics';
import { EVENT_CAUSES } from '../domain/fault';
import type { Env } from '../platform/env';
import { createEventSender } from '../platform/event-sender';
import { resolveAlarms } from '../store/alarms/alarms';
import { createEventGauge } from './event-gauge';

/** How many events one process sends at a time: as many connections to the database, each for a moment. */
const AT_ONCE = 5;
/** How soon an event is sent at the latest, while nothing waits. */
const IDLE_MS = 1_000;
const TEND_EVERY_MS = 60_000;
/** After a failure of our own, such as a database that is away. */
const PAUSE_MS = 15_000;

/**
 * Sends events about orders to the configured receiver, until the process stops. Resolves once the database knows that
 * there is one, or does not answer: before any workflow runs, so that no event goes unwritten. Beside the workflows,
 * never in them: a receiver that is slow or down delays no order. Any number of workers may do this at once.
 */
export async function keepSendingEvents(
  deps: Pick<Deps, 'db' | 'clock' | 'log'> & { env: Pick<Env, 'EVENTS_URL' | 'EVENTS_SECRET'> },
  registry: Registry,
  stopping: () => boolean,
): Promise<void> {
  const { db, clock, log, env } = deps;
  const failed = (error: unknown) => log.warn({ err: error }, 'could not look after events; trying again');
  if (env.EVENTS_URL === undefined) {
    void resolveAlarms(db, { causes: [...EVENT_CAUSES], at: new Date(clock.now()) }).catch(failed);
    return;
  }
  const sender = createEventSender({ url: env.EVENTS_URL, secrets: env.EVENTS_SECRET });
  const sending: EventDeps = { db, clock, log, sender, metrics: createEventMetrics(registry) };
  createEventGauge(registry, deps);
  let tendedAt = Number.NEGATIVE_INFINITY;
  let limit = AT_ONCE;

  const tend = async () => {
    const now = clock.now();
    if (now - tendedAt < TEND_EVERY_MS) return;
    await tendReceiver(sending);
    tendedAt = now;
  };
  /** Answers how long to wait until the next. */
  const round = async (): Promise<number> => {
    await tend();
    const { tried, taken } = await deliverDue(sending, limit);
    // One at a time, until the receiver takes one again: it may be down because of too many.
    limit = tried > 0 && taken === 0 ? 1 : AT_ONCE;
    return taken > 0 ? 0 : IDLE_MS;
  };
  const rounds = async () => {
    if (stopping()) return;
    const pause = await round().catch((error: unknown) => {
      failed(error);
      return PAUSE_MS;
    });
    setTimeout(rounds, pause).unref();
  };
  await tend().catch(failed);
  void rounds();
}
