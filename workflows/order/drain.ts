import { allHandlersFinished, condition } from '@temporalio/workflow';
import { refusalOf } from '../../domain/actions';
import type { OrderStatus } from '../../domain/order';
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
  } while (inbox.hasRequest || inbox.hasChange || !mails.allOut);
  run.waits(NOTHING);
  return run.status;
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
  if (name === 'cancel' && (status === 'REFUNDED' || status === 'CANCELLED')) return status;
  if ((name === 'resolve' || name === 'retry') && (await isCarriedOut(run, request.key))) return status;
  throw refusal(refusalOf({ status }));
}
