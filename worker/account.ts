import { compareAccount } from '../activities/account/own-account';
import { probeAll } from '../activities/account/probes';
import { tendAccount } from '../activities/account/tend';
import { watchSweeps } from '../activities/account/watch-sweeps';
import type { Deps } from '../activities/deps';

/** How soon waiting mails go out once the provider accepts them again, and how soon staff are told of an alarm. */
const EVERY_MS = 15_000;

/**
 * Compares the account of the key and probes its permissions at the start, and from then on looks after the account
 * until the process stops. A failure here never stops the process. Any number of workers may do this at once.
 */
export function keepAccount(deps: Deps, stopping: () => boolean): void {
  const again = (error: unknown) => deps.log.warn({ err: error }, 'could not check the account; trying again');
  const since = new Date(deps.clock.now());
  const tend = async () => {
    if (stopping()) return;
    await watchSweeps(deps, since).catch(again);
    await tendAccount(deps).catch(again);
    setTimeout(tend, EVERY_MS).unref();
  };
  void compareAccount(deps)
    .catch(again)
    .then(() => probeAll(deps))
    .catch(again)
    .finally(tend);
}
