import type { AccountCause } from '../../domain/fault';
import type { Clock } from '../../platform/clock';
import type { Logger } from '../../platform/logger';
import type { Db } from '../database';
import { noteRefused, resolveAlarms } from './alarms';

/**
 * What one process sees of the account: it writes down what is refused when it is refused, and that it is right again
 * at the first success afterwards. A success that follows no refusal costs nothing.
 */
export interface AccountWatch {
  /** Something was refused or did not answer. Resolves once that is written down, or could not be; never rejects. */
  refused(cause: AccountCause, subject?: string): Promise<void>;
  /** Something worked that these causes would have stopped. */
  worked(causes: AccountCause[], subject?: string): void;
}

/** The same refusal is written down at most this often by one process. */
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
