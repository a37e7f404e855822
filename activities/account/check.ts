import { isRestrictedKey } from '../../platform/env';
import { recheckRefused } from '../catalogue/not-for-sale';
import type { Deps } from '../deps';
import { probeAll } from './probes';

/**
 * What a sweep does about the account: probes the permissions of a restricted key, and rechecks products that Stripe
 * refused to sell. (Alarms and waiting mails are tended by every worker, all the time.) A failure here is left to the
 * next sweep, and never fails this one.
 */
export async function checkAccount(deps: Pick<Deps, 'db' | 'stripe' | 'clock' | 'env' | 'log'>): Promise<void> {
  try {
    // For any other key, the sweep's own requests show whether Stripe accepts it.
    if (isRestrictedKey(deps.env.STRIPE_SECRET_KEY)) await probeAll(deps);
    await recheckRefused(deps);
  } catch (error) {
    deps.log.warn({ err: error }, 'a sweep could not check the account');
  }
}
