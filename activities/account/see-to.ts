import { recheckRefused } from '../catalogue/not-for-sale';
import type { Deps } from '../deps';
import { probeAll } from './probes';
import { tendAccount } from './tend';

/**
 * What a sweep does about the account: asks for the permissions of a restricted key, sends what waits, and looks at
 * products that Stripe refused to sell. Whatever goes wrong here is left to the next time: it never fails a sweep.
 */
export async function seeToAccount(deps: Deps): Promise<void> {
  try {
    // Of any other key the sweep’s own lists show whether Stripe knows it.
    if (deps.env.STRIPE_SECRET_KEY.startsWith('rk_')) await probeAll(deps);
    await tendAccount(deps);
    await recheckRefused(deps);
  } catch (error) {
    deps.log.warn({ err: error }, 'a sweep could not see to the account');
  }
}
