import type { ApplicationFailure } from '@temporalio/common';
import type { Deps } from './deps';

/** Tells of an activity's failure that is none of the known ones. */
export type TellUnexpected = (activity: string, failure: ApplicationFailure, error: unknown) => void;

const SAY_EVERY_MS = 600_000;

/**
 * Logs such failures by their cause: the first at once, and then every ten minutes how often it was met since. A defect
 * may fail each attempt of every order; which orders wait for it, their need of attention says.
 */
export function unexpectedFailures({ log, clock }: Pick<Deps, 'log' | 'clock'>): TellUnexpected {
  const met = new Map<string, { saidAt: number; times: number }>();
  return (activity, failure, error) => {
    const cause = `${activity}: ${failure.message}`; // an error's name and where it was thrown, without values
    const one = met.get(cause) ?? { saidAt: Number.NEGATIVE_INFINITY, times: 0 };
    met.set(cause, one);
    one.times++;
    const now = clock.now();
    if (now - one.saidAt < SAY_EVERY_MS) return;
    log.error({ err: error, activity, ...(one.times > 1 && { times: one.times }) }, 'an activity failed unexpectedly');
    Object.assign(one, { saidAt: now, times: 0 });
  };
}
