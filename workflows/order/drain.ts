import { allHandlersFinished, condition, patched } from '@temporalio/workflow';
import { refusalOf } from '../../domain/actions';
import { isUndone, type OrderStatus } from '../../domain/order';
import { phaseOf } from '../../domain/phase';
import { refusal } from '../refusal';
import { isCarriedOut } from './carried-out';
import { NOTHING } from './details';
import type { StaffRequest } from './inbox';
import type { OrderRun } from './run';

/**
 * Prepares to end the run: sends the last mails, answers every request, and reads every message. Returns the order's
 * status, which may be open again, because the bank may have rejected its refund meanwhile, or goods are sent again.
 */
export async function drain(run: OrderRun): Promise<OrderStatus> {
  const { inbox, mails, parking } = run;
  run.waits('its last mails');
  do {
    await inbox.serveAll((request) => answerAfterEnd(run, request));
    await parking.flagged;
    await condition(() => mails.allOut || inbox.hasRequest || inbox.hasChange);
    await condition(() => allHandlersFinished() || inbox.hasRequest || inbox.hasChange);
    if (inbox.takeChange() && run.facts !== null) {
      await run.refresh();
      if (phaseOf(run.order) !== 'ended') return run.status;
    }
  } while (inbox.hasRequest || inbox.hasChange || !mails.allOut || (await hasWorkLeft(run)));
  run.waits(NOTHING);
  return run.status;
}

/**
 * Waits for what the run does beside, and says whether there was any. It must not end meanwhile: a step that is not
 * done by then is never done, and the history cannot be replayed if its answer comes with the last task.
 */
async function hasWorkLeft(run: OrderRun): Promise<boolean> {
  const { inbox, parking } = run;
  const isBusy = () => !parking.isFlagged || run.cancellations > 0;
  if (!isBusy() || !patched('ends-with-nothing-under-way')) return false;
  await condition(() => !isBusy() || inbox.hasRequest || inbox.hasChange);
  return true;
}

/**
 * The answer to a request that arrives while the run ends. If a message overtakes the task that ends a run, the task is
 * done again, and the database may be ahead of it then: what a request was about to do is done already. Any other
 * request comes too late.
 * @throws the refusal
 */
async function answerAfterEnd(run: OrderRun, request: StaffRequest): Promise<OrderStatus> {
  const { name } = request;
  const { status } = run;
  if (name === 'deliver' && status === 'COMPLETED') return status;
  if (name === 'cancel' && isUndone(status)) return status;
  if ((name === 'resolve' || name === 'retry') && (await isCarriedOut(run, request.key))) return status;
  throw refusal(refusalOf({ status }));
}
