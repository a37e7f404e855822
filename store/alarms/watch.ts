import type { AlarmCause } from '../../domain/fault';
import type { Clock } from '../../platform/clock';
import type { Logger } from '../../platform/logger';
import type { Db } from '../database';
import { noteRefused, resolveAlarms } from './alarms';

/**
 * Watches the account from one process: records each refusal, and that it is over at the first success afterwards. A
 * success without an earlier refusal costs nothing.
 */
export interface AccountWatch {
  /** Something was refused or did not answer. Resolves once that is recorded, or could not be; never rejects. */
  refused(cause: AlarmCause, subject?: string): Promise<void>;
  /** A request succeeded that these causes would have stopped. */
  worked(causes: AlarmCause[], subject?: string): void;
}

/** One process records the same refusal at most this often. */
const EVERY_MS = 10_000;

export function watchAccount(db: Db, clock: Clock, log: Pick<Logger, 'warn'>): AccountWatch {
  const noted = new Map<string, number>();
  const failed = (error: unknown) => log.warn({ err: error }, 'could not write down how the account stands');
  return {
    async refused(cause, subject = '') {
      const now = clock.now();
      const key = `${cause}/${subject}`;
      if (now - (noted.get(key) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
      noted.set(key, now);
      await noteRefused(db, { cause, subject, at: new Date(now) }).catch((error) => {
        noted.delete(key);
        failed(error);
      });
    },
    worked(causes, subject = '') {
      const gone = causes.filter((cause) => noted.delete(`${cause}/${subject}`));
      if (gone.length === 0) return;
      resolveAlarms(db, { causes: gone, subject, at: new Date(clock.now()) }).catch(failed);
    },
  };
}
