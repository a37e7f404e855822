import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { type AccountCause, OUTAGES } from '../../domain/fault';
import { isRightAgain } from '../../store/alarms/alarms';
import type { Deps } from '../deps';
import { tendAccount } from './tend';

/** Activities for steps that wait until the account is right again. */
export const account = (deps: Deps) => ({
  /**
   * Returns once a cause is gone, or, for a permission, once the key has been given one since. Until then it fails, and
   * Temporal retries it: waiting adds nothing to the history. If one step sees an outage, the first attempt asks the
   * provider at once, and answers `was-right` if there is none. For any other cause the first attempt only fails, so
   * that the step is not repeated at once.
   * @param since when the step was refused, in milliseconds
   */
  async awaitAccount({ cause, since }: { cause: AccountCause; since: number }): Promise<'was-right' | 'right'> {
    const { attempt } = activityInfo();
    const isRight = () => isRightAgain(deps.db, { cause, since: new Date(since) });
    if (attempt > 1 && (await isRight())) return 'right';
    if (attempt > 1 || OUTAGES.has(cause)) {
      await tendAccount(deps);
      if (await isRight()) return attempt > 1 ? 'right' : 'was-right';
    }
    throw ApplicationFailure.create({
      message: `Not right yet: ${cause}`,
      type: 'account_refused',
      category: ApplicationFailureCategory.BENIGN,
    });
  },
});
