import { AGENTS_CHANGED, type AlarmCause } from '../../domain/fault';
import type { Clock } from '../../platform/clock';
import type { Logger } from '../../platform/logger';
import type { Db } from '../database';
import { noteRefused, resolveAlarms } from './alarms';

/**
 * Watches the account from one process: records each refusal, and that it is over at the first success afterwards. A
 * success without an earlier refusal costs nothing, except of a cause that nobody tries again.
 */
export interface AccountWatch {
  /** Something was refused or did not answer. Resolves once that is recorded, or could not be; never rejects. */
  refused(cause: AlarmCause, subject?: string): Promise<void>;
  /** A request succeeded that these causes would have stopped. Resolves as `refused` does. */
  worked(causes: AlarmCause[], subject?: string): Promise<void>;
}

/** One process records the same refusal at most this often. */
const EVERY_MS = 10_000;

/**
 * Causes that nobody tries again. Only a success ends them, and it may come in another process than the one that was
 * refused. So each process records that all is well, at most this often.
 */
const UNPROBED: ReadonlySet<AlarmCause> = new Set([AGENTS_CHANGED]);
const WELL_EVERY_MS = 60_000;

export function watchAccount(db: Db, clock: Clock, log: Pick<Logger, 'warn'>): AccountWatch {
  const noted = new Map<string, number>();
  const well = new Map<string, number>();
  const failed = (error: unknown) => log.warn({ err: error }, 'could not write down how the account stands');
  return {
    async refused(cause, subject = '') {
      const now = clock.now();
      const key = `${cause}/${subject}`;
      well.delete(key);
      if (now - (noted.get(key) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
      noted.set(key, now);
      await noteRefused(db, { cause, subject, at: new Date(now) }).catch((error) => {
        noted.delete(key);
        failed(error);
      });
    },
    async worked(causes, subject = '') {
      const now = clock.now();
      const keyOf = (cause: AlarmCause) => `${cause}/${subject}`;
      const isUnsure = (cause: AlarmCause) =>
        UNPROBED.has(cause) && now - (well.get(keyOf(cause)) ?? Number.NEGATIVE_INFINITY) >= WELL_EVERY_MS;
      const gone = causes.filter((cause) => noted.delete(keyOf(cause)) || isUnsure(cause));
      if (gone.length === 0) return;
      const unprobed = gone.filter((cause) => UNPROBED.has(cause)).map(keyOf);
      for (const key of unprobed) well.set(key, now);
      await resolveAlarms(db, { causes: gone, subject, at: new Date(now) }).catch((error) => {
        for (const key of unprobed) well.delete(key);
        failed(error);
      });
    },
  };
}
