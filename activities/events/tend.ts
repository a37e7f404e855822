import { EVENT_CAUSES, type EventCause, OUTAGE_MS } from '../../domain/fault';
import { noteRefused, resolveAlarms } from '../../store/alarms/alarms';
import { announceReceiver } from '../../store/events/receiver';
import type { EventDeps } from './deliver';

/** How long events are still written down once no worker has a receiver, so that a mistake loses none. */
const WANTED_MS = 86_400_000;

/**
 * Says that there is a receiver, without which no event is written down, and raises or ends the alarms about it. Any
 * number of workers may do this at any time.
 */
export async function tendReceiver({ db, clock, sender }: Pick<EventDeps, 'db' | 'clock' | 'sender'>): Promise<void> {
  const now = clock.now();
  const wantedUntil = new Date(now + WANTED_MS);
  const { goneAt, failingSince, givenUp } = await announceReceiver(db, { urlHash: sender.urlHash, wantedUntil });
  const raised: Record<EventCause, boolean> = {
    events_gone: goneAt !== null,
    events_down: goneAt === null && failingSince !== null && now - failingSince.getTime() >= OUTAGE_MS,
    events_given_up: givenUp,
  };
  const at = new Date(now);
  for (const cause of EVENT_CAUSES)
    await (raised[cause] ? noteRefused(db, { cause, subject: '', at }) : resolveAlarms(db, { causes: [cause], at }));
}
