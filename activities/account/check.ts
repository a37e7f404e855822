import { recheckRefused } from '../catalogue/not-for-sale';
import type { Deps } from '../deps';
import { probeAll } from './probes';
import { tendAccount } from './tend';

/**
 * What a sweep does about the account: probes the permissions of a restricted key, sends waiting mails, and rechecks
 * products that Stripe refused to sell. A failure here is left to the next sweep, and never fails this one.
 */
export async function checkAccount(deps: Deps): Promise<void> {
  try {
    // For any other key, the sweep's own requests show whether Stripe accepts it.
    if (deps.env.STRIPE_SECRET_KEY.startsWith('rk_')) await probeAll(deps);
    await tendAccount(deps);
    await recheckRefused(deps);
  } catch (error) {
    deps.log.warn({ err: error }, 'a sweep could not check the account');
  }
}
