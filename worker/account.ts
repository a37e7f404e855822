import { probeAll } from '../activities/account/probes';
import { tendAccount } from '../activities/account/tend';
import type { Deps } from '../activities/deps';

/** How soon mails that wait go out once the provider accepts them again, and how soon staff hear of an alarm. */
const EVERY_MS = 15_000;

/**
 * Asks Stripe at the start whether the key may do all that it must, and from then on sees to the account, until the
 * process stops. Nothing here stops the process. Any number of workers may do so at once.
 */
export function keepAccount(deps: Deps, stopping: () => boolean): void {
  const again = (error: unknown) => deps.log.warn({ err: error }, 'could not see to the account; trying again');
  const tend = async () => {
    if (stopping()) return;
    await tendAccount(deps).catch(again);
    setTimeout(tend, EVERY_MS).unref();
  };
  void probeAll(deps).catch(again).finally(tend);
}
